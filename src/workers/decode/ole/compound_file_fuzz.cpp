#include <cstddef>
#include <cstdint>

#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/ole/ole.hpp"

/// Whole files: the container, and the reader that its streams ask for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = alcove::input::ByteSource::from_bytes({data, size});
  const auto file = alcove::ole::CompoundFile::open(source);
  for (std::size_t i = 0; file && i < file->entries().size(); ++i) {
    (void)file->read(i, 4096);
  }
  const alcove::wire::Format format = alcove::ole::identify(source);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  (void)alcove::ole::read_ole(format, source, collector);
  (void)alcove::ole::ole_facts(format, source);
  return 0;
}

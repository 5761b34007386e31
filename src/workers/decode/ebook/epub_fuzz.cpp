#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/ebook/ebook.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  alcove::wire::DecodeLimits limits;
  limits.expanded_bytes_max = 16ULL * 1024 * 1024;
  const auto source = alcove::input::ByteSource::from_bytes(bytes);
  (void)alcove::ebook::read_epub(source, collector);
  (void)alcove::ebook::epub_facts(source, limits);
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/office/office.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  const auto source = alcove::input::ByteSource::from_bytes(bytes);
  alcove::wire::DecodeLimits limits;
  limits.expanded_bytes_max = 16ULL * 1024 * 1024;
  for (const auto format : {alcove::wire::Format::kDocx, alcove::wire::Format::kXlsx, alcove::wire::Format::kPptx,
                            alcove::wire::Format::kOdt, alcove::wire::Format::kOds, alcove::wire::Format::kOdp}) {
    alcove::input::TextCollector collector(limits);
    (void)alcove::office::read_office(format, source, collector);
    (void)alcove::office::office_facts(format, source, limits);
  }
  (void)alcove::office::identify(source, limits);
  return 0;
}

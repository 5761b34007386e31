#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/rtf/rtf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  (void)alcove::rtf::read_rtf(alcove::as_text(bytes), collector);
  (void)alcove::rtf::rtf_facts(alcove::as_text(bytes));
  return 0;
}

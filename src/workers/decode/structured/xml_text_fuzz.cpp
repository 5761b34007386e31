#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/structured/structured.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  const std::string text = alcove::charset::clean(alcove::as_text(bytes));
  (void)alcove::structured::root_element(text);
  (void)alcove::structured::read_xml(text, collector);
  return 0;
}

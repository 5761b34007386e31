#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/structured/structured.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  alcove::structured::read_json(alcove::as_text(bytes), collector);
  return 0;
}

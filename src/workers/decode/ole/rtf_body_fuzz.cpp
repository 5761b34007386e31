#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/ole/rtf_body.hpp"
#include "workers/decode/ole/rtf_compressed.hpp"

/// RTF as it is, and packed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  (void)alcove::ole::unwrap_rtf(alcove::as_text(bytes));
  (void)alcove::ole::unwrap_rtf(alcove::ole::unpack_rtf(bytes));
  return 0;
}

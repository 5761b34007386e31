#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  const auto encoding = alcove::charset::detect_encoding(bytes);
  const std::string text = alcove::charset::clean(alcove::charset::decode(bytes, encoding.value_or("windows-1252")));
  ALCOVE_CHECK(alcove::is_valid_utf8(text), "cleaned text is well-formed");
  return 0;
}

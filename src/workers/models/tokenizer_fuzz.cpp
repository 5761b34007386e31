/// @file
/// Any bytes as a vocabulary file, and any bytes as a text for a vocabulary that loads.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "workers/models/tokenizer.hpp"

/// The first two bytes say how many of the rest are the vocabulary; what follows is the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const alcove::ByteView rest(data + 2, size - 2);
  const std::size_t file_bytes = std::min<std::size_t>(data[0] + 256UL * data[1], rest.size());
  if (const auto tokenizer = alcove::models::Tokenizer::load(rest.first(file_bytes))) {
    static_cast<void>((*tokenizer)->encode(alcove::as_text(rest.subspan(file_bytes))));
  }
  return 0;
}

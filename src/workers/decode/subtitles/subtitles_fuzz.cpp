#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/subtitles/subtitles.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  alcove::subtitles::read_subtitles(alcove::as_text(bytes), collector);
  (void)alcove::subtitles::looks_like_subtitles(alcove::as_text(bytes));
  (void)alcove::subtitles::subtitle_facts(alcove::as_text(bytes));
  return 0;
}

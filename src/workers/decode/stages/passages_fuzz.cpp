#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/plain/plain.hpp"
#include "workers/decode/stages/passages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  const std::string text = alcove::charset::clean(alcove::as_text(alcove::ByteView(data, size)));
  alcove::plain::read_text(text, collector);
  bool was_cut = false;
  const auto out = alcove::stages::make_passages(collector.artefact(), {}, was_cut);
  for (const auto& passage : out.passages) {
    ALCOVE_CHECK(alcove::is_valid_utf8(passage.text) && !passage.text.empty(), "passages are well-formed text");
  }
  return 0;
}

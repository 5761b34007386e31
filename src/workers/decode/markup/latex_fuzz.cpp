#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/markup/markup.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  const std::string text = alcove::charset::clean(alcove::as_text(bytes));
  alcove::markup::read_latex(text, collector);
  (void)alcove::markup::latex_facts(text);
  alcove::markup::read_rst(text, collector);
  return 0;
}

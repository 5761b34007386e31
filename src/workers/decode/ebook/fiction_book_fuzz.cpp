#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/ebook/ebook.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  const std::string text = alcove::charset::clean(alcove::as_text(bytes));
  (void)alcove::ebook::read_fiction_book(text, collector);
  (void)alcove::ebook::fiction_book_facts(text, {});
  return 0;
}

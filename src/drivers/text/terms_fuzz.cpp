/// @file
/// Any bytes as text or a name: terms in order, well-formed, within their text and limits.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/text.hpp"
#include "drivers/text/fingerprint.hpp"
#include "drivers/text/terms.hpp"

namespace {

void check(const std::vector<alcove::text::Term>& terms, std::string_view text) {
  std::uint32_t position = 0;
  for (const alcove::text::Term& term : terms) {
    ALCOVE_CHECK(term.position >= position, "positions rise");
    position = term.position;
    ALCOVE_CHECK(!term.surface.empty() && term.surface.size() <= alcove::text::kTermBytesMax, "a term's length");
    ALCOVE_CHECK(term.stem.size() <= alcove::text::kTermBytesMax, "a stem's length");
    ALCOVE_CHECK(alcove::is_valid_utf8(term.surface) && alcove::is_valid_utf8(term.stem), "a term is well-formed");
    ALCOVE_CHECK(term.begin < term.end && term.end <= text.size(), "a term lies in its text");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 8> kLanguages = {"", "en", "de", "vi", "ja", "th", "ar", "hi"};
  const std::string text = alcove::to_valid_utf8({reinterpret_cast<const char*>(data), size});
  const std::string_view language = kLanguages.at(size == 0 ? 0 : data[0] % kLanguages.size());
  check(alcove::text::make_terms(text, language), text);
  check(alcove::text::make_name_terms(text), text);
  (void)alcove::text::make_stem(text.substr(0, 256), language);
  alcove::text::Fingerprinter fingerprinter;
  fingerprinter.add(text);
  const alcove::text::Fingerprint made = std::move(fingerprinter).finish();
  ALCOVE_CHECK(made.empty() || alcove::text::is_near_identical(made, made), "a text is like itself");
  return 0;
}

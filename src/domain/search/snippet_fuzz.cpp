/// @file
/// Any bytes as a passage and the words of a query: a snippet is cut from the passage, at characters.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/text.hpp"
#include "domain/search/snippet.hpp"
#include "drivers/text/terms.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = alcove::to_valid_utf8({reinterpret_cast<const char*>(data), size});
  const std::size_t line = text.find('\n');
  alcove::wire::Passage passage;
  passage.text = line == std::string::npos ? text : text.substr(line + 1);
  std::vector<alcove::search::QueryTerm> ranking;
  for (const alcove::text::Term& term : alcove::text::make_terms(text.substr(0, line), "en")) {
    alcove::search::QueryTerm& added = ranking.emplace_back();
    added.surface = term.surface;
    added.variants = {term.surface, term.stem};
  }
  const alcove::search::Snippet snippet = alcove::search::make_snippet(passage, ranking);
  for (const alcove::search::SnippetSpan& span : snippet.spans) {
    ALCOVE_CHECK(alcove::is_valid_utf8(span.text), "a snippet is well-formed");
  }
  return 0;
}

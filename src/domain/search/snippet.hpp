#pragma once
/// @file
/// The stretch of a passage that shows why it was found.

#include <set>
#include <string>
#include <vector>

#include "domain/search/analysis.hpp"
#include "domain/search/search.hpp"
#include "wire/artefacts.hpp"

namespace alcove::search {

/// About how many bytes of Latin text a snippet shows; other scripts get as many characters.
inline constexpr std::size_t kSnippetCharactersMax = 240;

struct Snippet {
  std::vector<SnippetSpan> spans;
  std::vector<std::string> matched;  ///< Words of the passage that match, as written, each once, in order.
};

/// The stretch of `passage` with the most different words of the query, cut at words; its beginning when there is none.
Snippet make_snippet(const wire::Passage& passage, const std::vector<QueryTerm>& ranking);

}  // namespace alcove::search

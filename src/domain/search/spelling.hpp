#pragma once
/// @file
/// Words that a person may have meant or may be about to type, out of documents that the person may see.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/search/query.hpp"
#include "drivers/fulltext/fulltext.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// Shorter words are like too many others.
inline constexpr std::size_t kCorrectedLettersMin = 4;
/// Terms that are compared with one word: 40 ms at the most.
inline constexpr std::size_t kSpellingTermsReadMax = 100'000;
/// Terms read for one word that is only begun.
inline constexpr std::size_t kBegunTermsReadMax = 20'000;

/// One index, what its words begin with there, and the documents whose words may be offered.
struct Vocabulary {
  fulltext::Index& index;
  std::string_view prefix;
  const sets::Bitmap& visible;
};

/// Words that begin with `begun` (folded), the most frequent first.
Result<std::vector<std::string>> words_beginning(const Vocabulary& vocabulary, std::string_view begun,
                                                 std::size_t limit);

/// The most frequent of the words nearest to `word` (folded): one slip, from eight letters on two. Nothing when there
/// is none.
Result<std::optional<std::string>> nearest_word(const Vocabulary& vocabulary, std::string_view word);

/// `query` with each word that no visible document and no visible name has replaced by its nearest one. Nothing when no
/// word needs it or none is near. `languages`: those that the corpus has stems of.
Result<std::optional<std::string>> corrected_query(std::string_view query, const ParsedQuery& parsed,
                                                   const Vocabulary& passages, const Vocabulary& names,
                                                   const std::vector<std::string>& languages);

}  // namespace alcove::search

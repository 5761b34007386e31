#pragma once
/// @file
/// The words that tell what a document is about: those that it says more often than others do.

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "domain/search/analysis.hpp"
#include "drivers/fulltext/fulltext.hpp"
#include "wire/artefacts.hpp"

namespace alcove::search {

/// Words that stand for a document; more only cost.
inline constexpr std::size_t kTellingWordsMax = 40;

/// In how many passages of the index each ranking term stands.
using TermFrequencies = std::function<Result<std::vector<std::uint32_t>>(std::span<const std::string> terms)>;

/// The words of `passages` with the largest (1 + ln occurrences) · idf, the most telling first; each with its ranking
/// term as the only variant and its occurrences as `repeats`. Function words, single characters and what stands in one
/// passage of the index only are left out.
Result<std::vector<QueryTerm>> telling_words(std::span<const wire::Passage> passages, std::uint32_t passage_count,
                                             const TermFrequencies& frequencies);

/// Any of the words, each by its occurrences.
fulltext::Query any_of(std::span<const QueryTerm> words);

}  // namespace alcove::search

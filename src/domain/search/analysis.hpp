#pragma once
/// @file
/// The one place that decides which index terms a text becomes, when it is stored and when it is asked for.
///
/// Terms of the passage index:
///   word            a surface term with its position; never weighs, carries phrases
///   Zen:connect     the stem of a word in the passage's language; ranks
///   Z:re2024001     numbers, codes, bigrams, and words of languages without a stemmer; ranks
///   Sword           a word of the document's title; never weighs
///   Len             the passage's language; counts how many there are
/// Terms of the names index:
///   Nword           a word of the file's name
///   Eext            its extension
///   Fword           a word of a folder above it, or of the library's name

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/search/query.hpp"
#include "drivers/fulltext/fulltext.hpp"
#include "drivers/text/terms.hpp"
#include "wire/artefacts.hpp"

namespace alcove::search {

/// Bumped whenever stored terms, facts or values change: older indexes are then remade.
inline constexpr std::string_view kTermsVersion = "8";

/// Words of the next passage that a passage knows the positions of, so that a phrase across the cut is found.
inline constexpr std::size_t kOverlapWords = 8;

/// What a passage is found by. `next_text`: the text of the passage after it in the same document, or empty.
std::vector<fulltext::Posting> passage_postings(const wire::Passage& passage, std::string_view next_text = {});
/// What a file is found by: its name, and the folders above it.
std::vector<fulltext::Posting> name_postings(std::string_view name, std::string_view folder_path,
                                             std::string_view library);

/// The term that ranks for one term of a text in `language`.
std::string ranking_term(const text::Term& term, std::string_view language);

/// One thing that a query asks for: a word, a code, a bigram.
struct QueryTerm {
  std::string surface;                ///< Folded.
  std::vector<std::string> variants;  ///< Ranking terms: its stem in each language of the corpus, and as it is.
  bool joined = false;                ///< A code without its punctuation, beside its parts.
  bool is_pattern = false;            ///< A wildcard: the variants are of all words that fit it.
  std::uint32_t repeats = 1;          ///< How often the query says it.
  std::vector<double> factors;        ///< Per variant: `rarity_factor`.
};

/// What a query's words are weighed by beside Xapian's own statistics.
struct WordStatistics {
  std::uint32_t passage_count = 0;
  std::map<std::string, std::uint32_t, std::less<>> passages_of_language;  ///< "": of languages without a stemmer.
  /// Passages that hold each term.
  std::function<std::vector<std::uint32_t>(std::span<const std::string> terms)> frequencies;
};

/// The term that counts a language's passages.
std::string language_term(std::string_view language);

/// How much less a word says in its own language than among all languages: its inverse frequency among the passages of
/// its language, as a share of the largest one possible there, over the same among all passages. 1 in a library of one
/// language, and for the rarest words of any.
double rarity_factor(std::uint32_t frequency, std::uint32_t of_language, std::uint32_t of_all);

/// A query's words ready to be asked for.
struct Analysed {
  std::vector<QueryTerm> ranking;  ///< Without words too common to rank by, unless there are no others.
  fulltext::Query keyword;         ///< All of `ranking`, any of which may match.
  fulltext::Query whole_code;      ///< A number or code of the query as a whole, however it is written; or nothing.
  fulltext::Query in_title;        ///< All ranking words in the title; nothing when there is no such word.
  fulltext::Query adjacent;        ///< All ranking words beside one another; nothing for one word or many.
  fulltext::Query in_name;         ///< All words in a file's name.
  fulltext::Query near_name;       ///< The same, the last one perhaps only begun.
  fulltext::Query in_folder;       ///< All words in its name or in the folders above it.
  std::vector<std::string> name_words;
  std::string language;  ///< That its function words are of; empty when it has none.
};

/// What wildcards stand for, by pattern as typed: surface terms, the most frequent first.
using Expansions = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The words of a text in order, each as written: a phrase. Nothing when it has no words.
fulltext::Query exact_query(std::string_view written);
/// Every word of a text in any of its forms, wherever in one passage.
fulltext::Query any_form_query(std::string_view written, std::span<const std::string> languages);
/// Texts in any order, each at most `distance` words from the next one.
fulltext::Query near_query(std::span<const std::string> written, std::uint32_t distance);
/// Folded words in order, as `exact_query` asks for them.
std::vector<std::string> exact_words(std::string_view written);
/// A wildcard as it is compared with surface terms: folded, and without the punctuation that joined terms lack.
std::string wildcard_pattern(std::string_view written);

/// `languages`: those that the corpus has stems of. Without statistics every factor is 1.
Analysed analyse(const ParsedQuery& query, std::span<const std::string> languages,
                 const WordStatistics* statistics = nullptr, const Expansions* expansions = nullptr);

/// The folded words of a text in order, without bigrams: what phrases are compared by outside the index.
std::vector<std::string> folded_words(std::string_view text);
/// True if `words` contains `wanted` as neighbours in order.
bool contains_in_order(std::span<const std::string> words, std::span<const std::string> wanted);

}  // namespace alcove::search

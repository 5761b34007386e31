#pragma once
/// @file
/// Text into search terms: words of any script, folded, stemmed, with positions and byte ranges.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alcove::text {

/// Longest folded term in bytes; longer words are cut. Xapian's limit is 245 bytes with prefix.
inline constexpr std::size_t kTermBytesMax = 120;
/// Most parts that a joined term has ("10.1000/182-x" has four); longer chains are kept as parts only.
inline constexpr std::size_t kJoinedPartsMax = 8;

enum class TermKind : std::uint8_t {
  kWord,     ///< A word, number or part of a code.
  kJoined,   ///< A code or compound written with punctuation or in groups, without gaps ("RE-2024/001" and
             ///< "RE 2024 001" → "re2024001"), or an amount in one form ("1.234,56" → "1234.56").
  kBigram,   ///< Two neighbouring characters of Chinese, Japanese or Korean text.
  kUnigram,  ///< One character of such text; found by queries of one character only.
};

/// One term. `surface` is folded: case, width, accents of Latin, Greek and Cyrillic letters, Arabic letter forms and
/// vowel signs, decimal digits of all scripts. Signs that carry vowels (Indic scripts, Thai) are kept.
struct Term {
  TermKind kind = TermKind::kWord;
  std::string surface;
  /// The Snowball stem of a word, folded the same way; equals `surface` where the language has no stemmer, and for all
  /// other kinds.
  std::string stem;
  std::uint32_t position = 0;  ///< Counts words, and single characters in Chinese, Japanese and Korean.
  std::size_t begin = 0;       ///< Byte range in the text that was given.
  std::size_t end = 0;
};

/// The terms of well-formed UTF-8 in rising order of `position`; a joined term and a word that covers bigrams stand at
/// the position of their first part. `language` is ISO 639-1 or empty (no stems). Words of Thai, Lao, Khmer and
/// Burmese, Chinese and Japanese are found by ICU's dictionaries.
///
/// Thread safety: any thread; segmenters and stemmers are kept per thread.
std::vector<Term> make_terms(std::string_view utf8, std::string_view language);

/// Terms of a file or folder name: as above, and also cut at changes from lower to upper case and between letters and
/// digits ("annualReport2024" → annual, report, 2024 and the joined whole).
std::vector<Term> make_name_terms(std::string_view utf8);

/// `word` folded as a surface term is. `word` is one word.
std::string fold_word(std::string_view word);
/// The stem of one word as it is written (not folded), folded.
std::string make_stem(std::string_view word, std::string_view language);
/// True if there is a stemmer for `language`, or if its words are told apart by accents (see below).
bool has_stemmer(std::string_view language);
/// True for languages where accents make other words, as in Vietnamese: their "stem" is the word with its accents,
/// while the surface is without, so that both ways of typing find it and the exact one ranks higher.
bool keeps_accents(std::string_view language);

/// True if `surface` (folded) is too common in `language` to rank by. For ranking only, never inside phrases.
bool is_stop_word(std::string_view surface, std::string_view language);
/// Languages that have a list of such words.
std::span<const std::string_view> stop_word_languages();

}  // namespace alcove::text

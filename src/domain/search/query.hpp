#pragma once
/// @file
/// What a person typed, parsed once into a tree; nothing is an error, what was not understood is said.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/remark.hpp"
#include "domain/search/filters.hpp"

namespace alcove::search {

/// Longest query in bytes; the rest is ignored with a note.
inline constexpr std::size_t kQueryBytesMax = 8'000;
/// Most words, phrases, exclusions and filters taken from one query together.
inline constexpr std::size_t kQueryItemsMax = 400;
/// Parentheses inside one another; deeper ones are left out with a note.
inline constexpr std::size_t kQueryDepthMax = 16;
/// Words between the two sides of a NEAR that has no number, and the most that may be asked for.
inline constexpr std::uint32_t kNearWords = 10;
inline constexpr std::uint32_t kNearWordsMax = 100;
/// Characters before the first `*` or `?` of a wildcard: fewer would read a large part of all words.
inline constexpr std::size_t kWildcardPrefixMin = 2;

/// One node of a query's tree.
struct Node {
  enum class Kind : std::uint8_t {
    kWord,      ///< Required only inside a group with alternatives, or beside AND; ranks otherwise.
    kPhrase,    ///< Words in order.
    kWildcard,  ///< A word with `*` (any characters) and `?` (one).
    kNear,      ///< Children are words and phrases, each at most `distance` words from the next, in any order.
    kFilter,
    kAll,
    kAny,
    kNot,  ///< One child.
  } kind = Kind::kAll;
  std::string text;  ///< As typed, without marks.
  Filter filter;
  std::uint32_t distance = 0;
  bool required = false;  ///< kWord: joined by AND.
  std::vector<Node> children;
};

/// A remark on a query or its answer.
struct Note {
  SearchNoteCode code;
  std::string message;  ///< Sentence for the person.
  /// What the message names, in its order: whoever speaks another language makes a sentence of code and values.
  std::vector<std::string> values;
  /// Of remarks on the syntax: characters before the place in the query as typed.
  std::optional<std::size_t> position;
};

/// Grammar, loosest first:
///   list     = any ("AND"? any)*          all; white space is AND
///   any      = near (("OR" | "|") near)*  one of; binds tighter than the list, as web searches have it
///   near     = item (("NEAR" | "NEAR/n") item)*
///   item     = "-"? ( "(" list ")" | quoted | filter ":" value | wildcard | word )
/// Quotes are "…", “…”, „…“, «…» and 「…」. Operators are capitals. A word alone never is required: it ranks. Phrases,
/// NEAR, wildcards, filters, exclusions and groups with alternatives are required of the file.
struct ParsedQuery {
  Node root;                           ///< kAll. Equal filters of a list that are alternatives stand in one kAny.
  std::string text;                    ///< Words and phrases as typed, without marks: what a meaning is computed of.
  std::vector<std::string> words;      ///< That rank, in order; a word may be a code or a run of Chinese.
  std::vector<std::string> phrases;    ///< That rank.
  std::vector<std::string> wildcards;  ///< That rank.
  std::vector<Note> notes;

  /// False when there is nothing to rank by, only filters or exclusions.
  [[nodiscard]] bool has_text() const { return !words.empty() || !phrases.empty() || !wildcards.empty(); }
};

/// Takes any bytes. Dates are seen from `today`.
ParsedQuery parse_query(std::string_view query, std::chrono::sys_days today);
/// Seen from today.
ParsedQuery parse_query(std::string_view query);

}  // namespace alcove::search

#pragma once
/// @file
/// What a person typed, taken apart: words, phrases, exclusions, filters, and remarks on what was not understood.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/artefacts.hpp"

namespace alcove::search {

/// Longest query in bytes; the rest is ignored with a note.
inline constexpr std::size_t kQueryBytesMax = 8'000;
/// Most words, phrases, exclusions and filters taken from one query together.
inline constexpr std::size_t kQueryItemsMax = 400;

/// `type:`, `in:` or `name:`; with a minus before it the opposite.
struct Filter {
  enum class Kind : std::uint8_t { kType, kIn, kName } kind = Kind::kType;
  std::string value;
  bool negated = false;
};

/// Grammar: white space parts items. `"…"` (also “…”, „…“, «…») is a phrase that a file must contain; a minus before a
/// word or phrase excludes files that contain it; `type:`, `in:` and `name:` take a word or a quoted value. Anything
/// else is a word. There are no errors, only notes.
struct ParsedQuery {
  std::string text;                   ///< Words and phrases as typed, without marks: what a meaning is computed of.
  std::vector<std::string> words;     ///< In order; a word may be a code with punctuation or a run of Chinese.
  std::vector<std::string> phrases;   ///< Required in the file.
  std::vector<std::string> excluded;  ///< Words and phrases that the file must not contain.
  std::vector<Filter> filters;
  std::vector<std::string> notes;  ///< Sentences for the person.

  /// False when there is nothing to rank by, only filters or exclusions.
  [[nodiscard]] bool has_text() const { return !words.empty() || !phrases.empty(); }
};

/// Takes any bytes.
ParsedQuery parse_query(std::string_view query);

/// The formats that a value of `type:` names; empty when it is unknown.
std::vector<wire::Format> formats_of_type(std::string_view value);

/// True if `name` fits `pattern`, where `*` stands for any characters and `?` for one. Both folded by the caller.
bool matches_glob(std::string_view pattern, std::string_view name);

}  // namespace alcove::search

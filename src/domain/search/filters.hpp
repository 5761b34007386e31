#pragma once
/// @file
/// The filters of a query and what their values mean.

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/artefacts.hpp"

namespace alcove::search {

/// `type:`, `in:`, `name:` …
struct Filter {
  enum class Kind : std::uint8_t { kType, kIn, kName, kPath, kDate, kBefore, kAfter, kLanguage, kSize, kIs };
  Kind kind = Kind::kType;
  std::string value;  ///< As typed; of kLanguage the ISO code, of kIs in lower case.
  /// kDate, kBefore, kAfter: days since 1970; kSize: bytes. From `first` up to, not including, `end`.
  std::int64_t first = std::numeric_limits<std::int64_t>::min();
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
};

struct FilterName {
  std::string_view name;
  Filter::Kind kind;
  /// Several of these beside one another widen: a file has one type, and lies in one place.
  bool alternatives;
};

/// Nothing for a word that is no filter. `name` in lower case.
const FilterName* find_filter(std::string_view name);
/// The filter that `name` is a slip of; empty when it is like none.
std::string_view nearest_filter(std::string_view name);

/// Reads the value of `filter`, its kind and text set, seen from `today`; returns why it means nothing, as a sentence.
std::optional<std::string> read_value(Filter& filter, std::chrono::sys_days today);
/// Whether a value may be several words without quotes: "date:last week".
bool takes_dates(Filter::Kind kind);

/// The formats that a value of `type:` names; empty when it is unknown.
std::vector<wire::Format> formats_of_type(std::string_view value);

/// The value of `type:` that a format is counted under: its format set partitions formats, "word" is doc and docx.
/// Empty for an unknown format.
std::string_view type_of_format(wire::Format format);

/// ISO 639-1 of a code or a name in English or German; empty when unknown.
std::string_view language_code_of(std::string_view value);

/// Changes of one character each that lead from `a` to `b` (also two swapped neighbours), or `most` + 1 when more.
std::size_t edit_distance(std::u32string_view a, std::u32string_view b, std::size_t most);

}  // namespace alcove::search

#pragma once
/// @file
/// The filters of a query and what their values mean.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/artefacts.hpp"

namespace alcove::search {

/// `type:`, `in:`, `name:` …
struct Filter {
  enum class Kind : std::uint8_t { kType, kIn, kName } kind = Kind::kType;
  std::string value;
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

/// The formats that a value of `type:` names; empty when it is unknown.
std::vector<wire::Format> formats_of_type(std::string_view value);

/// True if `name` fits `pattern`, where `*` stands for any characters and `?` for one. Both folded by the caller.
bool matches_glob(std::string_view pattern, std::string_view name);

/// Changes of one character each that lead from `a` to `b` (also two swapped neighbours), or `most` + 1 when more.
std::size_t edit_distance(std::u32string_view a, std::u32string_view b, std::size_t most);

}  // namespace alcove::search

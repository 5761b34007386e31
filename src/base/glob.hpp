#pragma once
/// @file
/// Names with wildcards.

#include <string_view>

namespace alcove {

/// True if `name` fits `pattern`, in which `*` stands for any characters and `?` for one; everything else for itself,
/// so whoever wants cases to be alike folds both before. Bytes that are no UTF-8 count as characters. Takes time
/// proportional to the product of both lengths at worst.
bool matches_glob(std::string_view pattern, std::string_view name);

}  // namespace alcove

#pragma once
/// @file
/// What a person may want to type or open next.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/auth/principal.hpp"
#include "domain/search/answer.hpp"

namespace alcove::search {

/// At most `limit` of files and documents that the principal may see: names, titles, then words.
Result<std::vector<Suggestion>> suggest(const Sources& sources, const auth::Principal& principal,
                                        std::string_view typed, std::size_t limit);

}  // namespace alcove::search

#pragma once
/// @file
/// Which words of the index a wildcard stands for.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/search/query.hpp"
#include "drivers/fulltext/fulltext.hpp"

namespace alcove::search {

/// Words that one wildcard stands for at most: each is a posting list that the matcher holds open.
inline constexpr std::size_t kWildcardWordsMax = 200;
/// Terms read for one wildcard: 50 ms at the most.
inline constexpr std::size_t kWildcardTermsReadMax = 200'000;

struct Expansion {
  std::vector<std::string> words;  ///< The most frequent first.
  bool is_cut = false;             ///< Others fit, too.
};

/// `pattern` as `wildcard_pattern` makes it.
Result<Expansion> expand_wildcard(fulltext::Index& index, std::string_view pattern);

/// Each wildcard of a query once, also excluded ones.
std::vector<std::string> wildcards_of(const Node& node);

}  // namespace alcove::search

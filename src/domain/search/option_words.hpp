#pragma once
/// @file
/// What modes and orders are called in the interface and in the catalog.

#include <optional>
#include <string_view>

#include "domain/search/search.hpp"

namespace alcove::search {

/// "hybrid", "keyword", "meaning"
std::string_view mode_word(Mode mode);
std::optional<Mode> find_mode(std::string_view word);
/// "relevance", "newest", "oldest", "name", "size"
std::string_view order_word(Order order);
std::optional<Order> find_order(std::string_view word);

}  // namespace alcove::search

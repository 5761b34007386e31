#pragma once
/// @file
/// What hits are put in order by, when not by relevance.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/files/files.hpp"
#include "domain/search/search.hpp"

namespace alcove::search {

/// The smaller key comes first.
struct OrderKey {
  std::int64_t number = 0;
  std::string name;
  friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
};

/// `stated_unix_ms`: the date that the content states of itself, if any. Relevance counts as kNewest: what is listed
/// without words has no other.
OrderKey order_key(Order order, const files::File& file, std::optional<std::int64_t> stated_unix_ms);

/// A file's name as it is put in order: folded, and numbers by their value, so that "Scan 9" stands before "Scan 10".
std::string name_key(std::string_view name);

/// Whether a content's stated date decides, so that its files need not be looked at.
constexpr bool goes_by_date(Order order) {
  return order == Order::kRelevance || order == Order::kNewest || order == Order::kOldest;
}

}  // namespace alcove::search

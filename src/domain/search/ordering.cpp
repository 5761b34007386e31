#include "domain/search/ordering.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "drivers/text/terms.hpp"

namespace alcove::search {

std::string name_key(std::string_view name) {
  // A number is led by its count of digits; more than 255 are no number anyone counts with.
  constexpr std::size_t kDigitsMax = 255;
  const std::string folded = text::fold_word(to_valid_utf8(name));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string key;
  for (std::size_t at = 0; at < folded.size();) {
    if (!is_digit(folded[at])) {
      key += folded[at++];
      continue;
    }
    std::size_t end = at;
    while (end < folded.size() && is_digit(folded[end])) {
      ++end;
    }
    while (at + 1 < end && folded[at] == '0') {
      ++at;
    }
    key += '0';  // Digits stand where they stood among other characters.
    key += static_cast<char>(std::min(end - at, kDigitsMax));
    key.append(folded, at, end - at);
    at = end;
  }
  return key;
}

OrderKey order_key(Order order, const files::File& file, std::optional<std::int64_t> stated_unix_ms) {
  const std::int64_t date = stated_unix_ms.value_or(file.modified_unix_ns / 1'000'000);
  switch (order) {
    case Order::kRelevance:
    case Order::kNewest: return {.number = -date, .name = {}};
    case Order::kOldest: return {.number = date, .name = {}};
    case Order::kName: return {.number = 0, .name = name_key(file.name)};
    case Order::kSize: return {.number = -file.size_bytes, .name = {}};
  }
  return {};
}

}  // namespace alcove::search

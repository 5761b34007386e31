#include "domain/search/near_table.hpp"

#include <algorithm>
#include <bitset>
#include <unordered_map>

namespace alcove::search {

void NearTable::set(ContentNumber content, const text::Fingerprint& fingerprint) {
  rows_.with([&](std::vector<text::Fingerprint>& rows) {
    if (content.value >= rows.size()) {
      if (fingerprint.empty()) {
        return;
      }
      rows.resize(content.value + std::size_t{1});
    }
    rows[content.value] = fingerprint;
  });
}

void NearTable::clear() {
  rows_.with([](std::vector<text::Fingerprint>& rows) { rows.clear(); });
}

text::Fingerprint NearTable::find(ContentNumber content) const {
  return rows_.with([&](const std::vector<text::Fingerprint>& rows) {
    return content.value < rows.size() ? rows[content.value] : text::Fingerprint{};
  });
}

std::vector<NearTable::Near> NearTable::near(std::span<const text::Fingerprint> asked,
                                             const sets::Bitmap& among) const {
  // What has other numbers is never near: one bit decides for nearly every row.
  constexpr std::size_t kBits = 1U << 15U;
  std::bitset<kBits> may_have;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_numbers;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!asked[i].empty()) {
      by_numbers[asked[i].numbers].push_back(i);
      may_have.set(asked[i].numbers % kBits);
    }
  }
  std::vector<Near> found;
  if (by_numbers.empty()) {
    return found;
  }
  rows_.with([&](const std::vector<text::Fingerprint>& rows) {
    among.for_each([&](std::uint32_t content) {
      if (content >= rows.size()) {
        return false;
      }
      const text::Fingerprint& row = rows[content];
      if (!may_have[row.numbers % kBits]) {
        return true;
      }
      const auto same_numbers = by_numbers.find(row.numbers);
      if (row.empty() || same_numbers == by_numbers.end()) {
        return true;
      }
      const auto to = std::ranges::find_if(same_numbers->second,
                                           [&](std::size_t i) { return text::is_near_identical(asked[i], row); });
      if (to != same_numbers->second.end()) {
        found.push_back({.to = *to, .content = ContentNumber{content}});
      }
      return true;
    });
  });
  return found;
}

}  // namespace alcove::search

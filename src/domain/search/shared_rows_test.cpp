#include "domain/search/shared_rows.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace alcove::search {
namespace {

struct Row {
  std::uint32_t number = 0;
  int value = 0;

  [[nodiscard]] std::uint32_t key() const { return number; }
  friend bool operator==(const Row&, const Row&) = default;
};

using Reference = std::map<std::uint32_t, int>;

std::vector<Row> rows_of(const SharedRows<Row>& rows) {
  std::vector<Row> all;
  rows.for_each([&](const Row& row) {
    all.push_back(row);
    return true;
  });
  return all;
}

std::vector<Row> rows_of(const Reference& reference) {
  std::vector<Row> all;
  for (const auto& [number, value] : reference) {
    all.push_back({.number = number, .value = value});
  }
  return all;
}

TEST(SharedRows, ACopyStaysWhatItWasWhileTheOriginalChangesAsAMapWould) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  SharedRows<Row> rows;
  Reference reference;
  std::vector<std::pair<SharedRows<Row>, Reference>> copies;
  for (int step = 0; step < 6'000; ++step) {
    const auto number = static_cast<std::uint32_t>(random() % (4 * SharedRows<Row>::kSpan));
    const auto known = reference.lower_bound(number);
    if (random() % 3 == 0 && known != reference.end()) {
      rows.erase(known->first);
      reference.erase(known);
    } else {
      rows.set({.number = number, .value = step});
      reference[number] = step;
    }
    if (random() % 500 == 0) {
      rows.share();
      copies.emplace_back(rows, reference);
    }
    ASSERT_EQ(rows.size(), reference.size());
  }
  copies.emplace_back(rows, reference);
  for (const auto& [copy, expected] : copies) {
    EXPECT_EQ(rows_of(copy), rows_of(expected));
    for (int look = 0; look < 200; ++look) {
      const auto number = static_cast<std::uint32_t>(random() % (5 * SharedRows<Row>::kSpan));
      const auto after = expected.upper_bound(number);
      const Row* const found = copy.find_at_or_below(number);
      ASSERT_EQ(found != nullptr, after != expected.begin());
      if (found != nullptr) {
        EXPECT_EQ(found->number, std::prev(after)->first);
        EXPECT_EQ(copy.find(number) != nullptr, found->number == number);
      }
    }
  }
}

TEST(SharedRows, EndsAVisitThatHasSeenEnough) {
  SharedRows<Row> rows;
  for (const std::uint32_t number : {1U, 20'000U, 40'000U}) {
    rows.set({.number = number, .value = 0});
  }
  std::vector<std::uint32_t> seen;
  rows.for_each([&](const Row& row) {
    seen.push_back(row.number);
    return seen.size() < 2;
  });
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{1, 20'000}));
}

}  // namespace
}  // namespace alcove::search

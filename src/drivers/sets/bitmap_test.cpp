#include "drivers/sets/bitmap.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace alcove::sets {
namespace {

constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();

using Reference = std::set<std::uint32_t>;

std::vector<std::uint32_t> numbers_of(const Reference& reference) {
  return {reference.begin(), reference.end()};
}

TEST(Bitmap, HoldsWhatWasAddedUntilItIsRemoved) {
  Bitmap bitmap;
  EXPECT_TRUE(bitmap.empty());
  bitmap.add(7);
  bitmap.add(kLast);
  bitmap.add(0);
  bitmap.add(7);
  EXPECT_EQ(bitmap.size(), 3U);
  EXPECT_TRUE(bitmap.contains(kLast));
  bitmap.remove(7);
  bitmap.remove(8);
  EXPECT_EQ(bitmap.to_vector(), (std::vector<std::uint32_t>{0, kLast}));
}

TEST(Bitmap, AddsARunUpToTheLastNumber) {
  Bitmap bitmap;
  bitmap.add_run(kLast - 2, 3);
  bitmap.add_run(10, 0);
  EXPECT_EQ(bitmap.to_vector(), (std::vector<std::uint32_t>{kLast - 2, kLast - 1, kLast}));
}

TEST(Bitmap, FindsTheNextMember) {
  Bitmap bitmap;
  bitmap.add_run(100, 70'000);
  bitmap.add(5'000'000);
  std::uint32_t found = 0;
  ASSERT_TRUE(bitmap.next(0, found));
  EXPECT_EQ(found, 100U);
  ASSERT_TRUE(bitmap.next(70'099, found));
  EXPECT_EQ(found, 70'099U);
  ASSERT_TRUE(bitmap.next(70'100, found));
  EXPECT_EQ(found, 5'000'000U);
  EXPECT_FALSE(bitmap.next(5'000'001, found));
  EXPECT_FALSE(Bitmap().next(0, found));
}

TEST(Bitmap, CopiesAreIndependentAndMovedFromOnesStayUsable) {
  Bitmap first;
  first.add(1);
  Bitmap copy = first;
  copy.add(2);
  EXPECT_FALSE(first.contains(2));
  EXPECT_NE(first, copy);
  Bitmap taken = std::move(copy);
  copy.add(9);  // NOLINT(bugprone-use-after-move): that it may be used is the point.
  EXPECT_TRUE(copy.contains(9));
  EXPECT_EQ(taken.size(), 2U);
  taken = std::move(first);
  EXPECT_EQ(taken.to_vector(), std::vector<std::uint32_t>{1});
}

TEST(Bitmap, CombinesWithItself) {
  Bitmap bitmap;
  bitmap.add_run(3, 5);
  bitmap |= bitmap;
  bitmap &= bitmap;
  EXPECT_EQ(bitmap.size(), 5U);
  bitmap -= bitmap;
  EXPECT_TRUE(bitmap.empty());
}

TEST(Bitmap, VisitsInOrderUntilToldToStop) {
  Bitmap bitmap;
  const std::vector<std::uint32_t> members = {3, 70'000, 1, kLast};
  bitmap.add_many(members);
  std::vector<std::uint32_t> seen;
  bitmap.for_each([&](std::uint32_t number) {
    seen.push_back(number);
    return seen.size() < 3;
  });
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{1, 3, 70'000}));
}

/// A random pair of the same set in both forms, with dense runs, sparse members and both ends of the range.
std::pair<Bitmap, Reference> random_set(std::mt19937& random) {
  Bitmap bitmap;
  Reference reference;
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t first = below(300'000);
    const std::uint32_t count = below(3'000);
    bitmap.add_run(first, count);
    for (std::uint32_t k = 0; k < count; ++k) {
      reference.insert(first + k);
    }
  }
  for (std::uint32_t i = 0; i < 500; ++i) {
    const std::uint32_t number = i % 50 == 0 ? kLast - below(5) : below(300'000);
    if (below(3) == 0) {
      bitmap.remove(number);
      reference.erase(number);
    } else {
      bitmap.add(number);
      reference.insert(number);
    }
  }
  return {std::move(bitmap), std::move(reference)};
}

TEST(Bitmap, AgreesWithAPlainSet) {
  constexpr std::uint32_t kSeed = 20'260'101;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " round " << round);
    const auto [a, plain_a] = random_set(random);
    const auto [b, plain_b] = random_set(random);
    ASSERT_EQ(a.to_vector(), numbers_of(plain_a));
    ASSERT_EQ(a.size(), plain_a.size());
    for (int probe = 0; probe < 200; ++probe) {
      const std::uint32_t from = static_cast<std::uint32_t>(random() % 320'000);
      const auto expected = plain_a.lower_bound(from);
      std::uint32_t found = 0;
      ASSERT_EQ(a.next(from, found), expected != plain_a.end());
      if (expected != plain_a.end()) {
        ASSERT_EQ(found, *expected) << "from " << from;
      }
      ASSERT_EQ(a.contains(from), plain_a.contains(from));
    }
    Bitmap both = a;
    both &= b;
    Bitmap either = a;
    either |= b;
    Bitmap only = a;
    only -= b;
    Reference plain_both;
    Reference plain_either = plain_a;
    Reference plain_only;
    for (const std::uint32_t number : plain_a) {
      (plain_b.contains(number) ? plain_both : plain_only).insert(number);
    }
    plain_either.insert(plain_b.begin(), plain_b.end());
    ASSERT_EQ(both.to_vector(), numbers_of(plain_both));
    ASSERT_EQ(either.to_vector(), numbers_of(plain_either));
    ASSERT_EQ(only.to_vector(), numbers_of(plain_only));
  }
}

}  // namespace
}  // namespace alcove::sets

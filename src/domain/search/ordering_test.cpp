#include "domain/search/ordering.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr std::int64_t kDay = 86'400'000;

class OrderingTest : public SearchTest {
 protected:
  void add(const char* path, std::int64_t changed_day, std::int64_t size_bytes, std::int64_t stated_day = 0) {
    Shelf::Document made = document(path, {fmt::format("apple in {}", path)});
    made.modified_unix_ms = changed_day * kDay;
    made.stated_unix_ms = stated_day * kDay;
    made.size_bytes = size_bytes;
    shelf_->add(made);
  }
  void add_some() {
    add("b/Scan 10.txt", 100, 5);
    add("a/scan 9.txt", 300, 7, 50);
    add("c/Zebra.txt", 200, 6);
    settle();
  }
  std::vector<std::string> ordered(const std::string& query, Order order, std::size_t offset = 0,
                                   std::size_t limit = 20) {
    auto response = search_->search(
        Shelf::everyone(), {.query = query, .mode = Mode::kKeyword, .order = order, .limit = limit, .offset = offset},
        Context::with_timeout(kPatience));
    EXPECT_TRUE(response) << response.error().detail;
    return response ? paths(*response) : std::vector<std::string>();
  }
};

TEST(NameKey, OrdersNumbersByTheirValueAndLettersOfEitherCase) {
  EXPECT_LT(name_key("Scan 9.pdf"), name_key("scan 10.pdf"));
  EXPECT_LT(name_key("scan 007"), name_key("Scan 8"));
  EXPECT_LT(name_key("a"), name_key("B"));
  EXPECT_LT(name_key("Äpfel"), name_key("Birnen"));
  EXPECT_LT(name_key("2023 report"), name_key("report"));
  EXPECT_LT(name_key(std::string(400, '1')), name_key(std::string(400, '2')));
  EXPECT_EQ(name_key(""), "");
  EXPECT_FALSE(name_key("\xFF\xFE").empty());
}

TEST_F(OrderingTest, HitsByWordsComeInTheOrderAskedFor) {
  add_some();
  for (const char* query : {"apple", "type:text"}) {
    EXPECT_THAT(ordered(query, Order::kNewest), ElementsAre("c/Zebra.txt", "b/Scan 10.txt", "a/scan 9.txt")) << query;
    EXPECT_THAT(ordered(query, Order::kOldest), ElementsAre("a/scan 9.txt", "b/Scan 10.txt", "c/Zebra.txt")) << query;
    EXPECT_THAT(ordered(query, Order::kName), ElementsAre("a/scan 9.txt", "b/Scan 10.txt", "c/Zebra.txt")) << query;
    EXPECT_THAT(ordered(query, Order::kSize), ElementsAre("a/scan 9.txt", "c/Zebra.txt", "b/Scan 10.txt")) << query;
  }
}

TEST_F(OrderingTest, WhatOnlyANameFoundIsPutInOrderToo) {
  add_some();
  shelf_->add_name("apple.txt", shelf_->library(), 250 * kDay, 100);
  settle();
  EXPECT_THAT(ordered("apple", Order::kSize), ElementsAre("apple.txt", "a/scan 9.txt", "c/Zebra.txt", "b/Scan 10.txt"));
}

TEST_F(OrderingTest, PagesOfAnOrderBeyondTheFirstPoolDoNotOverlap) {
  std::vector<std::string> expected;
  for (int i = 0; i < 230; ++i) {
    const std::string path = fmt::format("{}.txt", i);
    add(path.c_str(), 1'000 - i, 1);
    expected.push_back(path);
  }
  settle();
  std::vector<std::string> got;
  for (std::size_t offset = 0; offset < 240; offset += 60) {
    const auto page = ordered("apple", Order::kNewest, offset, 60);
    got.insert(got.end(), page.begin(), page.end());
  }
  EXPECT_THAT(got, ElementsAreArray(expected));
}

}  // namespace
}  // namespace alcove::search

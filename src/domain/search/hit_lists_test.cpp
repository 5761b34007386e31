#include "domain/search/hit_lists.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace alcove::search {
namespace {

using std::chrono::minutes;

auth::Principal person(std::int64_t id) {
  return {.kind = auth::Principal::Kind::kUser, .user = UserId{id}, .name = {}, .is_owner = false};
}

HitList list_of(std::size_t items) {
  HitList list;
  list.request.query = "roof";
  list.items.resize(items);
  return list;
}

class HitListsTest : public testing::Test {
 protected:
  /// Asks for a page of five.
  Result<Response> page(const auth::Principal& who, const std::string& cursor) {
    return lists_.continue_at(who, cursor, [this](HitList& list, std::size_t& next) -> Result<Response> {
      position_ = next;
      next = std::min(next + 5, list.items.size());
      Response response;
      response.query = list.request.query;
      response.more = next < list.items.size();
      return response;
    });
  }
  bool is_kept(const auth::Principal& who, const std::string& cursor) { return page(who, cursor).has_value(); }

  SteadyTime now_{};
  HitLists lists_{[this] { return now_; }};
  std::size_t position_ = 0;
  auth::Principal ada_ = person(1);
};

TEST_F(HitListsTest, PagesFollowOneAnother) {
  std::string cursor = lists_.keep(ada_, list_of(12), 5);
  auto second = page(ada_, cursor);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(position_, 5U);
  EXPECT_EQ(second->query, "roof");
  ASSERT_TRUE(page(ada_, cursor).has_value()) << "the same page may be asked for again";
  EXPECT_EQ(position_, 5U);
  const auto third = page(ada_, second->cursor);
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(position_, 10U);
  EXPECT_TRUE(third->cursor.empty()) << "nothing follows";
}

TEST_F(HitListsTest, OnlyItsPrincipalFindsAList) {
  const std::string cursor = lists_.keep(ada_, list_of(12), 5);
  const auth::Principal the_operator{
      .kind = auth::Principal::Kind::kOperator, .user = {}, .name = {}, .is_owner = true};
  for (const auth::Principal& other : {person(2), the_operator, auth::Principal{}}) {
    const auto refused = page(other, cursor);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(refused.error().field, "cursor");
  }
  EXPECT_TRUE(is_kept(ada_, cursor));
}

TEST_F(HitListsTest, OddCursorsAreNotKept) {
  const std::string cursor = lists_.keep(ada_, list_of(12), 5);
  const std::string secret = cursor.substr(0, cursor.find('.'));
  for (const std::string& odd :
       {std::string(), std::string("."), secret, secret + ".", secret + ".x", secret + ".-1", secret + ".13",
        secret + ".5 ", std::string(".5"), "x" + cursor, secret + ".99999999999999999999"}) {
    EXPECT_FALSE(is_kept(ada_, odd)) << odd;
  }
}

TEST_F(HitListsTest, AListIsDroppedWhenNobodyAsksForIt) {
  const std::string used = lists_.keep(ada_, list_of(100), 5);
  const std::string unused = lists_.keep(ada_, list_of(100), 5);
  now_ += kListKeptFor - minutes(1);
  EXPECT_TRUE(is_kept(ada_, used));
  now_ += minutes(2);
  EXPECT_TRUE(is_kept(ada_, used));
  EXPECT_FALSE(is_kept(ada_, unused));
}

TEST_F(HitListsTest, WhoAsksALotLosesOnlyTheirOwn) {
  const std::string bobs = lists_.keep(person(2), list_of(12), 5);
  const std::string first = lists_.keep(ada_, list_of(12), 5);
  const std::string second = lists_.keep(ada_, list_of(12), 5);
  EXPECT_TRUE(is_kept(ada_, first)) << "used: the second is now the longest unused";
  for (std::size_t i = 2; i < kListsPerPrincipalMax + 1; ++i) {
    lists_.keep(ada_, list_of(12), 5);
  }
  EXPECT_TRUE(is_kept(person(2), bobs));
  EXPECT_TRUE(is_kept(ada_, first));
  EXPECT_FALSE(is_kept(ada_, second));
}

TEST_F(HitListsTest, AllListsTogetherStayWithinTheirBytes) {
  const std::size_t most = kListBytesMax / sizeof(KeptItem) / 4;
  std::vector<std::string> cursors;
  for (std::int64_t i = 0; i < 6; ++i) {
    cursors.push_back(lists_.keep(person(i + 1), list_of(most), 5));
  }
  EXPECT_FALSE(is_kept(person(1), cursors.front()));
  EXPECT_TRUE(is_kept(person(6), cursors.back()));
}

TEST_F(HitListsTest, AFailedPageCanBeAskedForAgain) {
  const std::string cursor = lists_.keep(ada_, list_of(12), 5);
  const auto failed = lists_.continue_at(ada_, cursor, [](HitList&, std::size_t&) -> Result<Response> {
    return fail(ErrorCode::kTimedOut, "It took too long");
  });
  EXPECT_EQ(failed.error().code, ErrorCode::kTimedOut);
  EXPECT_TRUE(is_kept(ada_, cursor));
}

}  // namespace
}  // namespace alcove::search

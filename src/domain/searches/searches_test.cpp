#include "domain/searches/searches.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "domain/auth/auth.hpp"
#include "domain/files/schema.hpp"

namespace alcove::searches {
namespace {

namespace fs = std::filesystem;
using Kind = auth::Principal::Kind;

constexpr std::array kNotBackedUp = {kRecentTable};

/// The list as it was before searches were kept.
std::vector<sqlite::Migration> old_migrations() {
  return {auth::schema(), files::schema(), auth::device_schema()};
}

class SearchesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("alcove-searches-{}-{}", ::getpid(),
                                                      testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    open(old_migrations());
    execute("INSERT INTO users VALUES (1, 'ada', '', 1, 0), (2, 'bob', '', 0, 0)");
    auto migrations = old_migrations();
    migrations.push_back(schema());
    open(migrations);
  }
  void TearDown() override {
    searches_.reset();
    catalog_.reset();
    if (!HasFailure()) {
      fs::remove_all(folder_);
    }
  }

  void open(const std::vector<sqlite::Migration>& migrations) {
    searches_.reset();
    catalog_.reset();
    auto catalog = catalog::Catalog::open(folder_, migrations, kNotBackedUp);
    ASSERT_TRUE(catalog.has_value()) << catalog.error().detail;
    catalog_ = std::move(*catalog);
    searches_ = std::make_unique<Searches>(*catalog_, [this] { return UnixMillis{now_ms_}; });
  }
  void execute(std::string_view sql) {
    ASSERT_TRUE(catalog_->write([&](sqlite::Transaction& transaction) { return transaction.database().execute(sql); })
                    .has_value());
  }
  static auth::Principal person(std::int64_t id) {
    return {.kind = Kind::kUser, .user = UserId{id}, .name = {}, .is_owner = id == 1};
  }
  /// Asks after a pause that is long enough for a question of its own.
  void ask(const auth::Principal& who, std::string query) {
    now_ms_ += std::chrono::milliseconds(kRefinedWithin).count();
    EXPECT_TRUE(searches_->remember(who, {.query = std::move(query)}).has_value());
  }
  std::vector<std::string> recent_of(const auth::Principal& who) {
    std::vector<std::string> queries;
    for (const Recent& recent : *searches_->recent(who, kRecentMax)) {
      queries.push_back(recent.question.query);
    }
    return queries;
  }
  /// Whether any file of the data folder holds the text.
  [[nodiscard]] bool is_on_disk(std::string_view text) const {
    return std::ranges::any_of(fs::recursive_directory_iterator(folder_), [&](const fs::directory_entry& entry) {
      if (!entry.is_regular_file()) {
        return false;
      }
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      return bytes.contains(text);
    });
  }

  fs::path folder_;
  std::int64_t now_ms_ = 1'800'000'000'000;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<Searches> searches_;
  auth::Principal ada_ = person(1);
  auth::Principal bob_ = person(2);
  auth::Principal operator_{.kind = Kind::kOperator, .user = {}, .name = "operator", .is_owner = true};
};

TEST_F(SearchesTest, TheLastAskedComesFirstAndOnlyOnce) {
  ask(ada_, "heat pump");
  ask(ada_, "roof");
  ask(ada_, " heat pump ");
  EXPECT_EQ(recent_of(ada_), (std::vector<std::string>{"heat pump", "roof"}));
  now_ms_ += std::chrono::milliseconds(kRefinedWithin).count();
  ASSERT_TRUE(
      searches_->remember(ada_, {.query = "roof", .mode = search::Mode::kMeaning, .order = search::Order::kOldest})
          .has_value());
  const auto recent = *searches_->recent(ada_, 1);
  ASSERT_EQ(recent.size(), 1);
  EXPECT_EQ(recent[0].question.mode, search::Mode::kMeaning);
  EXPECT_EQ(recent[0].question.order, search::Order::kOldest);
  EXPECT_EQ(recent[0].asked_at.value, now_ms_);
  EXPECT_EQ(recent_of(ada_).size(), 3) << "the same words asked in another way are another question";
}

TEST_F(SearchesTest, AQueryThatGoesOnTakesThePlaceOfItsBeginning) {
  ask(ada_, "heat");
  now_ms_ += 3'000;
  ASSERT_TRUE(searches_->remember(ada_, {.query = "heat pump"}).has_value());
  EXPECT_EQ(recent_of(ada_), (std::vector<std::string>{"heat pump"}));
  ask(ada_, "heat pump noise");
  EXPECT_EQ(recent_of(ada_).size(), 2) << "a minute later it is a question of its own";
  now_ms_ += 3'000;
  ASSERT_TRUE(searches_->remember(ada_, {.query = "roof"}).has_value());
  EXPECT_EQ(recent_of(ada_).size(), 3);
}

TEST_F(SearchesTest, BlankQueriesAreNothing) {
  ask(ada_, " \t ");
  EXPECT_TRUE(recent_of(ada_).empty());
  EXPECT_EQ(searches_->save(ada_, "x", {.query = " "}).error().field, "/query");
}

TEST_F(SearchesTest, TheOldestGivesWay) {
  for (std::size_t i = 0; i < kRecentMax + 3; ++i) {
    ask(ada_, fmt::format("number {}", i));
  }
  ask(bob_, "mine");
  const auto kept = recent_of(ada_);
  ASSERT_EQ(kept.size(), kRecentMax);
  EXPECT_EQ(kept.back(), "number 3");
  EXPECT_EQ(recent_of(bob_).size(), 1) << "another account's list is not cut";
}

TEST_F(SearchesTest, EachAccountSeesAndChangesItsOwnOnly) {
  ask(ada_, "gift for bob");
  const auto saved = searches_->save(ada_, "Gifts", {.query = "gift"});
  ASSERT_TRUE(saved.has_value());
  const std::int64_t recent = searches_->recent(ada_, 1)->at(0).id;
  EXPECT_TRUE(recent_of(bob_).empty());
  EXPECT_TRUE(searches_->saved(bob_)->empty());
  EXPECT_EQ(searches_->forget(bob_, recent).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(searches_->remove(bob_, saved->id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(searches_->rename(bob_, saved->id, "Mine").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(searches_->forget_all(bob_).has_value());
  ASSERT_TRUE(searches_->set_remembering(bob_, Remembering::kOff).has_value());
  EXPECT_EQ(recent_of(ada_).size(), 1);
  EXPECT_EQ(searches_->saved(ada_)->at(0).name, "Gifts");
  EXPECT_EQ(*searches_->remembering(ada_), Remembering::kOn);
  EXPECT_TRUE(searches_->save(bob_, "Gifts", {.query = "socks"}).has_value()) << "names are each account's own";
  EXPECT_EQ(searches_->recent({}, 1).error().code, ErrorCode::kUnauthenticated);
}

TEST_F(SearchesTest, TheOperatorStandsForTheOwner) {
  ask(operator_, "roof");
  EXPECT_EQ(recent_of(ada_), (std::vector<std::string>{"roof"}));
  EXPECT_TRUE(recent_of(bob_).empty());
  execute("DELETE FROM users");
  EXPECT_EQ(searches_->saved(operator_).error().code, ErrorCode::kPreconditionFailed);
}

TEST_F(SearchesTest, NothingIsRememberedWhileItIsOff) {
  ask(ada_, "roof");
  ASSERT_TRUE(searches_->save(ada_, "Roof", {.query = "roof"}).has_value());
  ASSERT_TRUE(searches_->set_remembering(ada_, Remembering::kOff).has_value());
  EXPECT_TRUE(recent_of(ada_).empty());
  ask(ada_, "gutter");
  EXPECT_TRUE(recent_of(ada_).empty());
  EXPECT_EQ(searches_->saved(ada_)->size(), 1) << "what was saved on purpose stays";
  ASSERT_TRUE(searches_->set_remembering(ada_, Remembering::kOff).has_value());
  ASSERT_TRUE(searches_->set_remembering(ada_, Remembering::kOn).has_value());
  EXPECT_EQ(*searches_->remembering(ada_), Remembering::kOn);
  ask(ada_, "gutter");
  EXPECT_EQ(recent_of(ada_).size(), 1);
}

TEST_F(SearchesTest, WhatIsErasedIsInNoFile) {
  ask(ada_, "zanzibar one");
  ask(ada_, "zanzibar two");
  ASSERT_TRUE(catalog_->backup().has_value());
  ASSERT_TRUE(is_on_disk("zanzibar one")) << "else this test sees nothing";
  for (const fs::directory_entry& backup : fs::directory_iterator(folder_ / "backups")) {
    auto copy = sqlite::Database::open(backup.path(), {.mode = sqlite::OpenMode::kReadOnly});
    ASSERT_TRUE(copy.has_value());
    const bool is_new = copy->query_int64("SELECT 1 FROM sqlite_schema WHERE name = 'recent_searches'")->has_value();
    EXPECT_TRUE(!is_new || !copy->query_int64("SELECT 1 FROM recent_searches")->has_value());
  }
  ASSERT_TRUE(searches_->forget(ada_, searches_->recent(ada_, 1)->at(0).id).has_value());
  EXPECT_FALSE(is_on_disk("zanzibar two"));
  EXPECT_TRUE(is_on_disk("zanzibar one"));
  ASSERT_TRUE(searches_->forget_all(ada_).has_value());
  EXPECT_FALSE(is_on_disk("zanzibar"));
}

TEST_F(SearchesTest, AnAccountsSearchesGoWithIt) {
  ask(bob_, "roof");
  ASSERT_TRUE(searches_->save(bob_, "Roof", {.query = "roof"}).has_value());
  ASSERT_TRUE(searches_->set_remembering(bob_, Remembering::kOff).has_value());
  execute("DELETE FROM users WHERE id = 2");
  ASSERT_TRUE(catalog_
                  ->read([](sqlite::Database& database) -> Status {
                    for (const char* table : {"recent_searches", "saved_searches", "searches_not_remembered"}) {
                      EXPECT_EQ(*database.query_int64(fmt::format("SELECT count(*) FROM {}", table)), 0) << table;
                    }
                    return {};
                  })
                  .has_value());
}

TEST_F(SearchesTest, SavedSearchesAreListedByNameAndRenamed) {
  const auto roof = searches_->save(ada_, " Roof ", {.query = "roof", .mode = search::Mode::kKeyword});
  ASSERT_TRUE(roof.has_value());
  EXPECT_EQ(roof->name, "Roof");
  ASSERT_TRUE(searches_->save(ada_, "attic", {.query = "attic"}).has_value());
  EXPECT_EQ(searches_->save(ada_, "ROOF", {.query = "x"}).error().field, "/name");
  EXPECT_EQ(searches_->rename(ada_, roof->id, "Attic").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(searches_->rename(ada_, roof->id, "roof")->name, "roof") << "its own name in other letters is free";
  EXPECT_EQ(searches_->rename(ada_, roof->id, "a\nb").error().field, "/name");
  EXPECT_EQ(searches_->rename(ada_, roof->id, std::string(kNameLengthMax + 1, 'x')).error().field, "/name");
  const auto saved = *searches_->saved(ada_);
  ASSERT_EQ(saved.size(), 2);
  EXPECT_EQ(saved[0].name, "attic");
  EXPECT_EQ(saved[1].question.mode, search::Mode::kKeyword);
  ASSERT_TRUE(searches_->remove(ada_, roof->id).has_value());
  EXPECT_EQ(searches_->remove(ada_, roof->id).error().code, ErrorCode::kNotFound);
}

TEST_F(SearchesTest, NoMoreAreSavedThanFit) {
  for (std::size_t i = 0; i < kSavedMax; ++i) {
    ASSERT_TRUE(searches_->save(ada_, fmt::format("s{}", i), {.query = "x"}).has_value());
  }
  EXPECT_EQ(searches_->save(ada_, "one more", {.query = "x"}).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(searches_->save(bob_, "one more", {.query = "x"}).has_value());
}

TEST_F(SearchesTest, ACatalogOfTheOldFormatIsUpgradedWithABackup) {
  // SetUp made the old format and opened it with the new one.
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "backups"), {}), 1);
  ASSERT_TRUE(catalog_
                  ->read([](sqlite::Database& database) -> Status {
                    EXPECT_EQ(*database.query_int64("PRAGMA user_version"), 4);
                    EXPECT_EQ(*database.query_int64("SELECT count(*) FROM users"), 2);
                    return {};
                  })
                  .has_value());
  EXPECT_EQ(*searches_->remembering(ada_), Remembering::kOn);
}

}  // namespace
}  // namespace alcove::searches

#include "domain/auth/auth.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace alcove::auth {
namespace {

constexpr const char* kPassword = "correct horse battery";

class AuthTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() /
        fmt::format("alcove-auth-{}-{}", ::getpid(), testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    const std::array migrations = {schema(), device_schema()};
    auto catalog = catalog::Catalog::open(folder_, migrations);
    ASSERT_TRUE(catalog.has_value()) << catalog.error().detail;
    catalog_ = std::move(*catalog);
    auto auth = Auth::open(*catalog_, [this] { return UnixMillis{now_ms_}; });
    ASSERT_TRUE(auth.has_value()) << auth.error().detail;
    auth_ = std::move(*auth);
  }
  void TearDown() override {
    auth_.reset();
    catalog_.reset();
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
    }
  }
  NewSession make_owner() {
    const std::string token = *auth_->make_setup_token();
    auto session = auth_->set_up(token, "ada", kPassword, home_);
    EXPECT_TRUE(session.has_value());
    home_.device_secret = session->device_secret;
    return *session;
  }
  void advance(std::chrono::milliseconds time) { now_ms_ += time.count(); }

  std::filesystem::path folder_;
  std::int64_t now_ms_ = 1'800'000'000'000;
  Origin home_{.address = "192.168.1.5", .user_agent = "Test/1"};
  Origin stranger_{.address = "203.0.113.9", .user_agent = "Guess/1"};
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<Auth> auth_;
};

TEST_F(AuthTest, TheSetUpLinkWorksOnceAndTheNewestOnly) {
  const std::string old_token = *auth_->make_setup_token();
  const std::string token = *auth_->make_setup_token();
  EXPECT_TRUE(*auth_->setup_needed());
  EXPECT_EQ(auth_->set_up(old_token, "ada", kPassword, home_).error().code, ErrorCode::kForbidden);
  EXPECT_EQ(auth_->set_up("", "ada", kPassword, home_).error().code, ErrorCode::kForbidden);
  ASSERT_TRUE(auth_->set_up(token, "ada", kPassword, home_).has_value());
  EXPECT_FALSE(*auth_->setup_needed());
  EXPECT_EQ(auth_->set_up(token, "eve", kPassword, home_).error().code, ErrorCode::kConflict);
  EXPECT_EQ(auth_->make_setup_token().error().code, ErrorCode::kConflict);
}

TEST_F(AuthTest, RefusesWeakAccountsNamingTheField) {
  const std::string token = *auth_->make_setup_token();
  EXPECT_EQ(auth_->set_up(token, "ada", "short", home_).error().field, "/password");
  EXPECT_EQ(auth_->set_up(token, " ada", kPassword, home_).error().field, "/name");
  EXPECT_EQ(auth_->set_up(token, "a\nb", kPassword, home_).error().field, "/name");
}

TEST_F(AuthTest, SignsInWithTheRightPasswordOnly) {
  make_owner();
  EXPECT_EQ(auth_->sign_in("ada", "wrong password", home_).error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(auth_->sign_in("nobody", kPassword, home_).error().code, ErrorCode::kUnauthenticated);
  const auto signed_in = auth_->sign_in("ADA", kPassword, home_);
  ASSERT_TRUE(signed_in.has_value() && signed_in->session.has_value());
  EXPECT_TRUE(signed_in->session->principal.is_owner);
  EXPECT_EQ(signed_in->session->principal.name, "ada");
}

TEST_F(AuthTest, SlowsAStrangerButNeverTheOwner) {
  make_owner();
  for (int i = 0; i < kFreeAttempts; ++i) {
    EXPECT_FALSE(auth_->sign_in("ada", "guess guess", stranger_).has_value());
  }
  const auto slowed = auth_->sign_in("ada", kPassword, stranger_);
  ASSERT_TRUE(slowed.has_value());
  EXPECT_FALSE(slowed->session.has_value());
  EXPECT_EQ(slowed->retry_after, std::chrono::seconds(1));
  // Where the owner signed in before, the strangers' attempts do not count.
  EXPECT_TRUE(auth_->sign_in("ada", kPassword, home_)->session.has_value());
  advance(std::chrono::seconds(1));
  EXPECT_FALSE(auth_->sign_in("ada", "guess guess", stranger_).has_value());
  EXPECT_EQ(auth_->sign_in("ada", kPassword, stranger_)->retry_after, std::chrono::seconds(2));
}

TEST_F(AuthTest, GuessesFromTheOwnersAddressDoNotLockTheOwnersDeviceOut) {
  make_owner();
  const Origin neighbour{.address = home_.address, .user_agent = "Guess/1", .device_secret = "not a device"};
  for (int i = 0; i < kFreeAttempts; ++i) {
    EXPECT_FALSE(auth_->sign_in("ada", "guess guess", neighbour).has_value());
  }
  EXPECT_GT(auth_->sign_in("ada", kPassword, neighbour)->retry_after, std::chrono::seconds(0));
  EXPECT_TRUE(auth_->sign_in("ada", kPassword, home_)->session.has_value());
}

TEST_F(AuthTest, SlowsGuessesOnAKnownDeviceByItsOwnCount) {
  make_owner();
  for (int i = 0; i < kFreeAttempts; ++i) {
    EXPECT_FALSE(auth_->sign_in("ada", "guess guess", home_).has_value());
  }
  EXPECT_EQ(auth_->sign_in("ada", kPassword, home_)->retry_after, std::chrono::seconds(1));
  EXPECT_TRUE(auth_->sign_in("ada", kPassword, stranger_)->session.has_value());
}

TEST_F(AuthTest, ADeviceIsKnownToItsUserOnlyAndForALimitedTime) {
  const NewSession first = make_owner();
  const auto again = auth_->sign_in("ada", kPassword, home_);
  EXPECT_EQ(again->session->device_secret, first.device_secret) << "a known device keeps its secret";
  const auto elsewhere = auth_->sign_in("ada", kPassword, stranger_);
  EXPECT_NE(elsewhere->session->device_secret, first.device_secret);
  for (int i = 0; i < kFreeAttempts; ++i) {
    EXPECT_FALSE(auth_->sign_in("eve", "guess guess", home_).has_value());
  }
  EXPECT_GT(auth_->sign_in("eve", kPassword, home_)->retry_after, std::chrono::seconds(0));
  EXPECT_TRUE(auth_->sign_in("ada", kPassword, home_)->session.has_value());
  advance(kDeviceIdleMax + std::chrono::hours(1));
  EXPECT_NE(auth_->sign_in("ada", kPassword, home_)->session->device_secret, first.device_secret);
}

TEST_F(AuthTest, TheOperatorClearsTheWaits) {
  make_owner();
  for (int i = 0; i < kFreeAttempts; ++i) {
    EXPECT_FALSE(auth_->sign_in("ada", "guess guess", stranger_).has_value());
  }
  EXPECT_FALSE(auth_->sign_in("ada", kPassword, stranger_)->session.has_value());
  ASSERT_TRUE(auth_->clear_waits().has_value());
  EXPECT_TRUE(auth_->sign_in("ada", kPassword, stranger_)->session.has_value());
}

TEST_F(AuthTest, TakesPasswordsUpToTheLimitInAnyScript) {
  const std::string token = *auth_->make_setup_token();
  std::string longest;
  for (std::size_t i = 0; i < kPasswordLengthMax; ++i) {
    longest += "\xF0\x9F\x94\x91";
  }
  EXPECT_EQ(auth_->set_up(token, "ada", longest + "x", home_).error().field, "/password");
  ASSERT_TRUE(auth_->set_up(token, "ada", longest, home_).has_value());
  EXPECT_TRUE(auth_->sign_in("ada", longest, home_)->session.has_value());
}

TEST_F(AuthTest, AFullDiskSignsNobodyOut) {
  const NewSession session = make_owner();
  EXPECT_FALSE((*auth_->find_session(session.secret, home_))->was_renewed);
  advance(std::chrono::minutes(2));
  ASSERT_TRUE(catalog_
                  ->write([](sqlite::Transaction& transaction) {
                    return transaction.database().execute(
                        "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'full'); END");
                  })
                  .has_value());
  const auto found = auth_->find_session(session.secret, home_);
  ASSERT_TRUE(found.has_value() && found->has_value());
  EXPECT_FALSE((*found)->was_renewed);
  ASSERT_TRUE(
      catalog_
          ->write([](sqlite::Transaction& transaction) { return transaction.database().execute("DROP TRIGGER full"); })
          .has_value());
  EXPECT_TRUE((*auth_->find_session(session.secret, home_))->was_renewed);
}

TEST_F(AuthTest, SlowsGuessesOfManyNamesFromOneAddress) {
  make_owner();
  for (int i = 0; i < kFreeAttempts; ++i) {
    EXPECT_FALSE(auth_->sign_in(fmt::format("name{}", i), "guess guess", stranger_).has_value());
  }
  EXPECT_GT(auth_->sign_in("another", "guess guess", stranger_)->retry_after, std::chrono::seconds(0));
}

TEST_F(AuthTest, ForgetsWrongAttemptsAfterADay) {
  make_owner();
  for (int i = 0; i < kFreeAttempts; ++i) {
    EXPECT_FALSE(auth_->sign_in("ada", "guess guess", stranger_).has_value());
  }
  advance(kAttemptsKept + std::chrono::seconds(1));
  EXPECT_TRUE(auth_->sign_in("ada", kPassword, stranger_)->session.has_value());
}

TEST_F(AuthTest, AClockThatGoesBackShutsNobodyOut) {
  make_owner();
  for (int i = 0; i < kFreeAttempts + 3; ++i) {
    (void)auth_->sign_in("ada", "guess guess", stranger_);
  }
  advance(-std::chrono::hours(24 * 365 * 10));
  EXPECT_TRUE(auth_->sign_in("ada", kPassword, stranger_)->session.has_value()) << "a wait of ten years is none";
}

TEST_F(AuthTest, ASessionOutlivesAClockThatGoesBackAndEndsInTime) {
  const NewSession session = make_owner();
  advance(-std::chrono::hours(24 * 365 * 10));
  EXPECT_TRUE(auth_->find_session(session.secret, home_)->has_value());
  advance(kSessionIdleMax + std::chrono::hours(1));
  EXPECT_FALSE(auth_->find_session(session.secret, home_)->has_value()) << "not ten years later";
}

TEST(AuthWait, DoublesUpToItsLimit) {
  EXPECT_EQ(wait_after(kFreeAttempts - 1, kStrangerWaitMax).count(), 0);
  EXPECT_EQ(wait_after(kFreeAttempts, kStrangerWaitMax).count(), 1);
  EXPECT_EQ(wait_after(kFreeAttempts + 3, kStrangerWaitMax).count(), 8);
  EXPECT_EQ(wait_after(1'000'000, kStrangerWaitMax), kStrangerWaitMax);
  EXPECT_EQ(wait_after(1'000'000, kKnownWaitMax), kKnownWaitMax);
}

TEST(AuthAddress, GroupsAHousehold) {
  EXPECT_EQ(address_group("192.168.1.5"), "192.168.1.5");
  EXPECT_EQ(address_group("::ffff:192.168.1.5"), "192.168.1.5");
  EXPECT_EQ(address_group("2001:db8:0:1::5"), address_group("2001:db8:0:1:ffff::9"));
  EXPECT_NE(address_group("2001:db8:0:1::5"), address_group("2001:db8:0:2::5"));
}

TEST_F(AuthTest, ListsAndEndsSessions) {
  const NewSession first = make_owner();
  const auto second = auth_->sign_in("ada", kPassword, home_)->session;
  ASSERT_TRUE(auth_->find_session(first.secret, home_)->has_value());
  const auto sessions = auth_->sessions(first.principal.user);
  ASSERT_EQ(sessions->size(), 2U);
  EXPECT_EQ(sessions->front().user_agent, "Test/1");
  EXPECT_EQ(auth_->end_session(first.id, UserId{999}).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(auth_->end_session(first.id, first.principal.user).has_value());
  EXPECT_FALSE(auth_->find_session(first.secret, home_)->has_value());
  EXPECT_TRUE(auth_->find_session(second->secret, home_)->has_value());
}

TEST_F(AuthTest, EndsASessionThatNobodyUsed) {
  const NewSession session = make_owner();
  advance(kSessionIdleMax - std::chrono::hours(1));
  EXPECT_TRUE(auth_->find_session(session.secret, home_)->has_value());
  advance(kSessionIdleMax - std::chrono::hours(1));
  EXPECT_TRUE(auth_->find_session(session.secret, home_)->has_value()) << "used in between";
  advance(kSessionIdleMax + std::chrono::hours(1));
  EXPECT_FALSE(auth_->find_session(session.secret, home_)->has_value());
}

TEST_F(AuthTest, StoresNoSecret) {
  const NewSession session = make_owner();
  ASSERT_TRUE(catalog_
                  ->read([&](sqlite::Database& database) -> Status {
                    ALCOVE_TRY(auto find,
                               database.prepare("SELECT count(*) FROM sessions WHERE secret_sha256 = CAST(? AS BLOB)"));
                    find.bind(1, std::string_view(session.secret));
                    ALCOVE_TRY([[maybe_unused]] const bool row, find.step());
                    EXPECT_EQ(find.column_int64(0), 0);
                    ALCOVE_TRY(auto device, database.prepare("SELECT count(*) FROM known_devices WHERE "
                                                             "secret_sha256 = CAST(? AS BLOB)"));
                    device.bind(1, std::string_view(session.device_secret));
                    ALCOVE_TRY([[maybe_unused]] const bool more, device.step());
                    EXPECT_EQ(device.column_int64(0), 0);
                    return {};
                  })
                  .has_value());
}

}  // namespace
}  // namespace alcove::auth

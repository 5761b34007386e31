#include "domain/catalog/catalog.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace alcove::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::array<sqlite::Migration, 1> kFirst{
    sqlite::Migration{.name = "notes", .sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"}};
constexpr std::array<sqlite::Migration, 2> kSecond{
    kFirst[0], sqlite::Migration{.name = "stars", .sql = "CREATE TABLE stars (id INTEGER PRIMARY KEY);"}};

class CatalogTest : public testing::Test {
 protected:
  CatalogTest()
      : folder_(fs::temp_directory_path() / ("alcove-catalog-" + std::to_string(::getpid()) + "-" +
                                             testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
  }
  ~CatalogTest() override {
    if (!HasFailure()) {
      fs::remove_all(folder_);
    }
  }
  static Status add(Catalog& catalog, std::string_view text) {
    return catalog.write([&](sqlite::Transaction& transaction) -> Status {
      ALCOVE_TRY(auto statement, transaction.database().prepare("INSERT INTO notes (text) VALUES (?)"));
      return statement.bind(1, text).run();
    });
  }
  static std::int64_t count(Catalog& catalog) {
    std::int64_t found = -1;
    const Status status = catalog.read([&](sqlite::Database& database) -> Status {
      ALCOVE_TRY(const auto value, database.query_int64("SELECT COUNT(*) FROM notes"));
      found = value.value_or(-1);
      return {};
    });
    EXPECT_TRUE(status.has_value());
    return found;
  }
  void truncate(std::uintmax_t size) const {
    fs::remove(folder_ / "catalog.db-wal");
    fs::remove(folder_ / "catalog.db-shm");
    fs::resize_file(folder_ / "catalog.db", size);
  }
  fs::path folder_;
};

TEST_F(CatalogTest, KeepsWhatWasWritten) {
  {
    auto catalog = Catalog::open(folder_, kFirst);
    ASSERT_TRUE(catalog.has_value()) << catalog.error().detail;
    ASSERT_TRUE(add(**catalog, "one").has_value());
  }
  auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_TRUE(catalog.has_value());
  EXPECT_EQ(count(**catalog), 1);
}

TEST_F(CatalogTest, KeepsNothingOfAFailedWrite) {
  auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_TRUE(catalog.has_value());
  const Status status = (*catalog)->write([&](sqlite::Transaction& transaction) -> Status {
    ALCOVE_TRY_VOID(transaction.database().execute("INSERT INTO notes (text) VALUES ('lost')"));
    return fail(ErrorCode::kConflict, "Changed my mind");
  });
  EXPECT_FALSE(status.has_value());
  EXPECT_EQ(count(**catalog), 0);
}

TEST_F(CatalogTest, AnUpgradeMakesABackupFirst) {
  {
    ASSERT_TRUE(Catalog::open(folder_, kFirst).has_value());
  }
  EXPECT_TRUE(fs::is_empty(folder_ / "backups"));
  ASSERT_TRUE(Catalog::open(folder_, kSecond).has_value());
  EXPECT_FALSE(fs::is_empty(folder_ / "backups"));
}

TEST_F(CatalogTest, ANewerCatalogIsRefused) {
  {
    ASSERT_TRUE(Catalog::open(folder_, kSecond).has_value());
  }
  const auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_FALSE(catalog.has_value());
  EXPECT_EQ(catalog.error().code, ErrorCode::kUnsupported);
}

TEST_F(CatalogTest, ADamagedCatalogNamesTheNewestBackup) {
  std::string saved;
  {
    auto catalog = Catalog::open(folder_, kFirst);
    ASSERT_TRUE(catalog.has_value());
    ASSERT_TRUE(add(**catalog, "one").has_value());
    auto path = (*catalog)->backup();
    ASSERT_TRUE(path.has_value());
    saved = path->string();
  }
  for (const std::uintmax_t size : {5'000U, 100U, 0U}) {
    truncate(size);
    const auto catalog = Catalog::open(folder_, kFirst);
    ASSERT_FALSE(catalog.has_value()) << size;
    EXPECT_EQ(catalog.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(catalog.error().message.find(saved), std::string::npos) << catalog.error().message;
  }
  fs::copy_file(saved, folder_ / "catalog.db", fs::copy_options::overwrite_existing);
  auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_TRUE(catalog.has_value()) << catalog.error().detail;
  EXPECT_EQ(count(**catalog), 1);
}

TEST_F(CatalogTest, AVanishedCatalogIsNotReplacedByAnEmptyOne) {
  {
    ASSERT_TRUE(Catalog::open(folder_, kFirst).has_value());
  }
  fs::remove(folder_ / "catalog.db");
  EXPECT_EQ(Catalog::open(folder_, kFirst).error().code, ErrorCode::kCorrupt);
}

TEST_F(CatalogTest, ADamagedBackupIsNotOffered) {
  std::string good;
  {
    auto catalog = Catalog::open(folder_, kFirst);
    ASSERT_TRUE(catalog.has_value());
    good = (*catalog)->backup()->string();
  }
  const fs::path later = folder_ / "backups" / "catalog-9999-01-01.db";
  std::ofstream(later) << "not a database at all, but newer than the good one";
  truncate(100);
  const auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_FALSE(catalog.has_value());
  EXPECT_NE(catalog.error().message.find(good), std::string::npos) << catalog.error().message;
  EXPECT_EQ(catalog.error().message.find(later.string()), std::string::npos);
}

TEST_F(CatalogTest, AnEmptyDatabaseInPlaceOfTheCatalogIsRefused) {
  {
    ASSERT_TRUE(Catalog::open(folder_, kFirst).has_value());
  }
  for (const char* part : {"", "-wal", "-shm"}) {
    fs::remove(folder_ / (std::string("catalog.db") + part));
  }
  {
    auto other = sqlite::Database::open(folder_ / "catalog.db", {.mode = sqlite::OpenMode::kCreate});
    ASSERT_TRUE(other->execute("CREATE TABLE x(a)").has_value());
  }
  EXPECT_EQ(Catalog::open(folder_, kFirst).error().code, ErrorCode::kCorrupt);
}

TEST_F(CatalogTest, ArtefactsWithoutACatalogAreNotTakenForAFirstStart) {
  fs::create_directories(folder_ / "artefacts");
  std::ofstream(folder_ / "artefacts" / "artefacts.db") << "something";
  EXPECT_EQ(Catalog::open(folder_, kFirst).error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(fs::exists(folder_ / "catalog.db"));
}

TEST_F(CatalogTest, TheDailyBackupIsMadeOnceADay) {
  auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_TRUE(catalog.has_value());
  ASSERT_TRUE((*catalog)->backup_daily().has_value());
  ASSERT_TRUE((*catalog)->backup_daily().has_value());
  const auto backups = [&] {
    return std::distance(fs::directory_iterator(folder_ / "backups"), fs::directory_iterator());
  };
  EXPECT_EQ(backups(), 1);
  const fs::path made = fs::directory_iterator(folder_ / "backups")->path();
  fs::last_write_time(made, fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_TRUE((*catalog)->backup_daily().has_value());
  EXPECT_EQ(backups(), 2);
}

TEST_F(CatalogTest, KeepsOnlyTheNewestBackups) {
  auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_TRUE(catalog.has_value());
  for (int day = 1; day < 12; ++day) {
    std::ofstream(folder_ / "backups" / ("catalog-2020-01-" + std::to_string(10 + day) + ".db")) << "old";
  }
  ASSERT_TRUE((*catalog)->backup().has_value());
  const auto left = std::distance(fs::directory_iterator(folder_ / "backups"), fs::directory_iterator());
  EXPECT_EQ(left, static_cast<std::ptrdiff_t>(kBackupsKept));
}

TEST_F(CatalogTest, BackupsOfAClockThatWasAheadNeitherStopNewOnesNorPushThemOut) {
  auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_TRUE(catalog.has_value());
  for (std::size_t day = 0; day < kBackupsKept; ++day) {
    const fs::path path = folder_ / "backups" / ("catalog-2090-01-" + std::to_string(10 + day) + ".db");
    std::ofstream(path) << "of the future";
    fs::last_write_time(path, fs::file_time_type::clock::now() + std::chrono::hours(24 * 20'000));
  }
  ASSERT_TRUE((*catalog)->backup_daily().has_value());
  std::size_t of_now = 0;
  std::size_t all = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "backups")) {
    of_now += entry.path().filename().string() < "catalog-2090" ? 1U : 0U;
    ++all;
  }
  EXPECT_EQ(of_now, 1U);
  EXPECT_EQ(all, kBackupsKept) << "one of the future has gone";
}

TEST_F(CatalogTest, DamageMetLaterIsToldOnceWithInstructions) {
  auto catalog = Catalog::open(folder_, kFirst);
  ASSERT_TRUE(catalog.has_value());
  for (int i = 0; i < 3'000; ++i) {
    ASSERT_TRUE(add(**catalog, "a note that takes some room in the file").has_value());
  }
  ASSERT_TRUE((*catalog)->backup().has_value());
  ASSERT_TRUE((*catalog)->empty_log().has_value());
  int told = 0;
  std::string message;
  (*catalog)->on_damage([&](const Error& error) {
    ++told;
    message = error.message;
  });
  {
    std::fstream file(folder_ / "catalog.db", std::ios::in | std::ios::out | std::ios::binary);
    const auto size = fs::file_size(folder_ / "catalog.db");
    for (std::uintmax_t at = 4'096; at < size; ++at) {
      file.seekp(static_cast<std::streamoff>(at));
      file.put('\x5A');
    }
  }
  const auto read_all = [&] {
    return (*catalog)->read([](sqlite::Database& database) -> Status {
      ALCOVE_TRY_VOID(database.query_int64("SELECT SUM(LENGTH(text)) FROM notes"));
      return {};
    });
  };
  EXPECT_EQ(read_all().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read_all().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(told, 1);
  EXPECT_NE(message.find("newest good backup"), std::string::npos) << message;
}

TEST_F(CatalogTest, TheFolderIsForItsOwnerAlone) {
  ASSERT_TRUE(Catalog::open(folder_, kFirst).has_value());
  EXPECT_EQ(fs::status(folder_).permissions() & fs::perms::all, fs::perms::owner_all);
}

}  // namespace
}  // namespace alcove::catalog

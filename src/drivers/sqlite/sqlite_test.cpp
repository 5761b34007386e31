#include <sys/stat.h>

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drivers/sqlite/sqlite.hpp"

namespace alcove::sqlite {
namespace {

namespace fs = std::filesystem;

class Sqlite : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / fmt::format("alcove-sqlite-{}-{}", ::getpid(), info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    if (!HasFailure()) {
      fs::remove_all(folder_);
    }
  }
  Database created(const char* name = "a.db") {
    return Database::open(folder_ / name, {.mode = OpenMode::kCreate, .checkpoints = true}).value();
  }

  fs::path folder_;
};

TEST_F(Sqlite, ValuesComeBackAsTheyWereBound) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE t(a INTEGER, b REAL, c TEXT, d BLOB, e TEXT, f BLOB, g TEXT) STRICT"));
  const Bytes blob{0, 1, 255};
  Statement insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)").value();
  insert.bind(1, std::int64_t{-9'000'000'000})
      .bind(2, 0.5)
      .bind(3, std::string_view("a\0b", 3))
      .bind(4, ByteView(blob));
  insert.bind(5, std::string_view()).bind(6, ByteView()).bind_null(7);
  ASSERT_TRUE(insert.run());
  EXPECT_EQ(database.changed_rows(), 1);

  Statement select = database.prepare("SELECT * FROM t").value();
  ASSERT_TRUE(select.step().value());
  EXPECT_EQ(select.column_int64(0), -9'000'000'000);
  EXPECT_EQ(select.column_double(1), 0.5);
  EXPECT_EQ(select.column_text(2), std::string_view("a\0b", 3));
  EXPECT_EQ(Bytes(select.column_blob(3).begin(), select.column_blob(3).end()), blob);
  EXPECT_FALSE(select.column_is_null(4));
  EXPECT_EQ(select.column_text(4), "");
  EXPECT_FALSE(select.column_is_null(5));
  EXPECT_TRUE(select.column_blob(5).empty());
  EXPECT_TRUE(select.column_is_null(6));
  EXPECT_FALSE(select.step().value());
}

TEST_F(Sqlite, AStatementMayBeBoundAnewAfterItsEnd) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY)"));
  Statement insert = database.prepare("INSERT INTO t VALUES (?)").value();
  for (std::int64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(insert.bind(1, i).run());
  }
  EXPECT_EQ(database.query_int64("SELECT sum(a) FROM t").value(), 6);
}

TEST_F(Sqlite, AQueryWithoutRowsOrWithNullYieldsNothing) {
  Database database = created();
  EXPECT_EQ(database.query_int64("SELECT 1 WHERE 0").value(), std::nullopt);
  EXPECT_EQ(database.query_int64("SELECT NULL").value(), std::nullopt);
}

TEST_F(Sqlite, ABrokenConstraintIsAlreadyExistsAndNamesTheStatementButNoValue) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE t(a TEXT PRIMARY KEY)"));
  Statement insert = database.prepare("INSERT INTO t VALUES (?)").value();
  ASSERT_TRUE(insert.bind(1, std::string_view("secret")).run());
  const Status again = insert.bind(1, std::string_view("secret")).run();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
  EXPECT_NE(again.error().detail.find("INSERT INTO t"), std::string::npos);
  EXPECT_EQ(again.error().detail.find("secret"), std::string::npos);
}

TEST_F(Sqlite, ForeignKeysAreEnforced) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INTEGER REFERENCES p(id));"));
  EXPECT_EQ(database.execute("INSERT INTO c VALUES (7)").error().code, ErrorCode::kAlreadyExists);
}

TEST_F(Sqlite, AMissingFileIsNotFoundUnlessItMayBeCreated) {
  EXPECT_EQ(Database::open(folder_ / "none.db", {}).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(folder_ / "none.db"));
}

TEST_F(Sqlite, NewFilesAreForTheirOwnerAlone) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE t(a)"));
  for (const char* name : {"a.db", "a.db-wal"}) {
    struct stat status{};
    ASSERT_EQ(::stat((folder_ / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(Sqlite, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(folder_ / "a.db") << std::string(8192, 'x');
  EXPECT_EQ(Database::open(folder_ / "a.db", {}).error().code, ErrorCode::kCorrupt);
}

TEST_F(Sqlite, ADamagedPageIsFoundByTheIntegrityCheck) {
  {
    Database database = created();
    ASSERT_TRUE(
        database.execute("CREATE TABLE t(a TEXT); CREATE INDEX i ON t(a);"
                         "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500)"
                         "INSERT INTO t SELECT hex(randomblob(100)) FROM n"));
    ASSERT_TRUE(database.check_integrity(true));
  }
  {
    std::fstream file(folder_ / "a.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 3);
    file << std::string(4096, '\x5A');
  }
  Database database = Database::open(folder_ / "a.db", {}).value();
  EXPECT_EQ(database.check_integrity(false).error().code, ErrorCode::kCorrupt);
}

TEST_F(Sqlite, ATransactionRollsBackUnlessItIsCommitted) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE t(a)"));
  {
    Transaction transaction = Transaction::begin(database, Transaction::Kind::kWrite).value();
    ASSERT_TRUE(transaction.database().execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(database.query_int64("SELECT count(*) FROM t").value(), 0);
  {
    Transaction transaction = Transaction::begin(database, Transaction::Kind::kWrite).value();
    ASSERT_TRUE(transaction.database().execute("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(transaction.commit());
  }
  EXPECT_EQ(database.query_int64("SELECT count(*) FROM t").value(), 1);
}

TEST_F(Sqlite, AReadTransactionKeepsItsViewWhileAnotherWrites) {
  Database writer = created();
  ASSERT_TRUE(writer.execute("CREATE TABLE t(a); INSERT INTO t VALUES (1)"));
  Database reader = Database::open(folder_ / "a.db", {.mode = OpenMode::kReadOnly}).value();
  const Transaction view = Transaction::begin(reader, Transaction::Kind::kRead).value();
  EXPECT_EQ(reader.query_int64("SELECT count(*) FROM t").value(), 1);
  ASSERT_TRUE(writer.execute("INSERT INTO t VALUES (2)"));
  EXPECT_EQ(reader.query_int64("SELECT count(*) FROM t").value(), 1);
}

TEST_F(Sqlite, ASecondWriterIsToldThatTheDatabaseIsBusy) {
  Database first = created();
  Database second = Database::open(folder_ / "a.db", {.busy_timeout = std::chrono::milliseconds(1)}).value();
  const Transaction held = Transaction::begin(first, Transaction::Kind::kWrite).value();
  EXPECT_EQ(Transaction::begin(second, Transaction::Kind::kWrite).error().code, ErrorCode::kLocked);
}

TEST_F(Sqlite, OnlyTheConnectionMeantForItCheckpoints) {
  {
    const Database keeper = created();
    Database database = Database::open(folder_ / "a.db", {}).value();
    ASSERT_TRUE(database.execute("CREATE TABLE t(a)"));
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(database.execute("INSERT INTO t VALUES (randomblob(200000))"));
    }
    // Far beyond 1,000 pages, so an automatic checkpoint would have restarted the log.
    EXPECT_GT(fs::file_size(folder_ / "a.db-wal"), 40U * 200'000U);
    EXPECT_LT(fs::file_size(folder_ / "a.db"), 200'000U);
  }
  // The keeper closed last and moved the log over.
  EXPECT_FALSE(fs::exists(folder_ / "a.db-wal"));
  EXPECT_GT(fs::file_size(folder_ / "a.db"), 40U * 200'000U);
}

TEST_F(Sqlite, ACheckpointEmptiesTheLog) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE t(a)"));
  EXPECT_GT(fs::file_size(folder_ / "a.db-wal"), 0U);
  ASSERT_TRUE(database.checkpoint());
  EXPECT_EQ(fs::file_size(folder_ / "a.db-wal"), 0U);
}

TEST_F(Sqlite, ABackupIsACompleteDatabaseOfItsOwn) {
  Database database = created();
  ASSERT_TRUE(database.execute("CREATE TABLE t(a); INSERT INTO t VALUES (42)"));
  ASSERT_TRUE(database.backup_to(folder_ / "copy.db"));
  ASSERT_TRUE(database.execute("DELETE FROM t"));
  EXPECT_FALSE(fs::exists(folder_ / "copy.db.partial"));
  Database copy = Database::open(folder_ / "copy.db", {.mode = OpenMode::kReadOnly}).value();
  EXPECT_TRUE(copy.check_integrity(true));
  EXPECT_FALSE(fs::exists(folder_ / "copy.db-wal"));
  EXPECT_EQ(copy.query_int64("SELECT a FROM t").value(), 42);
}

TEST_F(Sqlite, EachMigrationIsAppliedOnceInOrder) {
  const std::array steps{Migration{"one", "CREATE TABLE t(a)"}, Migration{"two", "INSERT INTO t VALUES (2)"}};
  Database database = created();
  ASSERT_TRUE(migrate(database, std::span(steps).first(1)));
  EXPECT_EQ(database.query_int64("PRAGMA user_version").value(), 1);
  ASSERT_TRUE(migrate(database, steps));
  ASSERT_TRUE(migrate(database, steps));
  EXPECT_EQ(database.query_int64("SELECT count(*) FROM t").value(), 1);
  EXPECT_EQ(database.query_int64("PRAGMA user_version").value(), 2);
}

TEST_F(Sqlite, AFailingMigrationLeavesNothing) {
  const std::array steps{Migration{"bad", "CREATE TABLE t(a); INSERT INTO missing VALUES (1)"}};
  Database database = created();
  const Status migrated = migrate(database, steps);
  ASSERT_FALSE(migrated);
  EXPECT_NE(migrated.error().detail.find("migration 1 (bad)"), std::string::npos);
  EXPECT_EQ(database.query_int64("PRAGMA user_version").value(), 0);
  EXPECT_EQ(database.query_int64("SELECT count(*) FROM sqlite_schema").value(), 0);
}

TEST_F(Sqlite, AFileOfANewerProgramIsRefused) {
  Database database = created();
  ASSERT_TRUE(database.execute("PRAGMA user_version = 5"));
  EXPECT_EQ(migrate(database, {}).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace alcove::sqlite

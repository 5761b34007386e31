#pragma once
/// @file
/// SQLite as three small RAII types: Database, Statement, Transaction.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace alcove::sqlite {

enum class OpenMode : std::uint8_t { kReadOnly, kReadWrite, kCreate };
enum class Durability : std::uint8_t {
  kFull,    ///< synchronous=FULL: a commit survives a power cut (the catalog).
  kNormal,  ///< synchronous=NORMAL: a power cut may lose the last commits, never the structure (artefacts).
};

struct OpenOptions {
  OpenMode mode = OpenMode::kReadWrite;
  Durability durability = Durability::kFull;
  std::chrono::milliseconds busy_timeout{5'000};
  /// Only the writer's connection checkpoints: SQLite 3.40 may reset the log wrongly when two do at once.
  bool checkpoints = false;
  /// What is deleted is overwritten with zeros, not only given up.
  bool overwrites_deleted = false;
};

/// A prepared statement. Bind, step, read columns; use again after `reset`.
///
/// Thread safety: none, like its Database. Ownership: must die before its Database.
/// Failure: binding and column access cannot fail but for a wrong index, which is a bug; `step` returns errors.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Parameters count from 1. The bytes are copied.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, ByteView blob);
  Statement& bind_null(int index);

  /// True when a row is there, false at the end. At the end and on an error the statement is reset: it may be bound
  /// anew at once, and a further step starts over.
  Result<bool> step();
  /// Steps to the end, throwing rows away.
  Status run();
  void reset();

  /// Columns count from 0. Views are valid until the next step, reset or destruction.
  [[nodiscard]] std::int64_t column_int64(int index) const;
  [[nodiscard]] double column_double(int index) const;
  [[nodiscard]] std::string_view column_text(int index) const;
  [[nodiscard]] ByteView column_blob(int index) const;
  [[nodiscard]] bool column_is_null(int index) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_ = nullptr;
};

/// One connection.
///
/// Thread safety: one thread at a time. Failure: SQLite's codes become ours (SQLITE_FULL → kOutOfSpace,
/// SQLITE_CORRUPT and SQLITE_NOTADB → kCorrupt, SQLITE_BUSY → kLocked, constraint → kAlreadyExists).
class Database {
 public:
  /// A new file is readable by its owner alone. Errors: kNotFound (no such file, unless created), kCorrupt (not a
  /// database, damaged header), kUnavailable (no permission).
  static Result<Database> open(const std::filesystem::path& path, const OpenOptions& options);

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  Result<Statement> prepare(std::string_view sql);
  /// Runs one or more statements without parameters.
  Status execute(std::string_view sql);
  [[nodiscard]] std::int64_t last_insert_rowid() const;
  [[nodiscard]] std::int64_t changed_rows() const;
  /// The value of the first column of the first row; nothing when there is none.
  Result<std::optional<std::int64_t>> query_int64(std::string_view sql);
  /// `PRAGMA quick_check` (structure) or, when deep, `integrity_check`. Errors: kCorrupt with the first finding.
  Status check_integrity(bool deep, const Context& context = {});
  /// A consistent copy while others read and write, in which the tables of `emptied` have no rows, where they exist.
  /// `path` appears complete (synced, mode 0600) or not at all.
  Status backup_to(const std::filesystem::path& path, std::span<const std::string_view> emptied = {});
  /// Moves the log into the database (`wal_checkpoint(TRUNCATE)`); only on the connection that checkpoints.
  Status checkpoint();

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Status run_integrity_check(bool deep);
  sqlite3* handle_ = nullptr;
};

/// Rolls back unless committed. The Database must stay where it is meanwhile. `BEGIN IMMEDIATE` for writing, `BEGIN`
/// for a stable view while reading.
class Transaction {
 public:
  enum class Kind : std::uint8_t { kRead, kWrite };
  static Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Status commit();
  /// The connection to run statements on. Requires: not committed yet.
  Database& database();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_ = nullptr;
};

/// One step from version N to N + 1 of a store's schema, in order. `user_version` holds the number applied.
struct Migration {
  std::string_view name;
  std::string_view sql;
};
/// Applies what is missing, each in its own transaction. Errors: kUnsupported when the file is newer than `migrations`.
Status migrate(Database& database, std::span<const Migration> migrations);

}  // namespace alcove::sqlite

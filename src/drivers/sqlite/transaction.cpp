#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/log.hpp"
#include "drivers/sqlite/sqlite.hpp"

namespace alcove::sqlite {

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  ALCOVE_TRY_VOID(database.execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr) {
    return;
  }
  // SQLite has rolled back by itself after some errors (disk full); then this says that there is no transaction.
  if (Status rolled_back = database_->execute("ROLLBACK"); !rolled_back) {
    log_debug("sqlite", "rollback: {}", rolled_back.error().detail);
  }
}

Status Transaction::commit() {
  ALCOVE_CHECK(database_ != nullptr, "a transaction is committed once");
  // On an error the transaction may still be open (busy): it stays ours and the destructor rolls it back.
  ALCOVE_TRY_VOID(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

Database& Transaction::database() {
  ALCOVE_CHECK(database_ != nullptr, "the transaction is over");
  return *database_;
}

Status migrate(Database& database, std::span<const Migration> migrations) {
  const auto newest = static_cast<std::int64_t>(migrations.size());
  for (;;) {
    // The number is read inside the transaction: two processes that start at once must not apply a step twice.
    ALCOVE_TRY(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
    ALCOVE_TRY(const auto applied, database.query_int64("PRAGMA user_version"));
    const std::int64_t version = applied.value_or(0);
    if (version > newest) {
      return fail(ErrorCode::kUnsupported, "The data was written by a newer version of Alcove; install that one",
                  fmt::format("schema version {}, this program knows {}", version, newest));
    }
    if (version == newest) {
      return {};
    }
    const Migration& step = migrations[static_cast<std::size_t>(version)];
    if (Status ran = database.execute(step.sql); !ran) {
      return std::unexpected(
          std::move(ran).error().with_context(fmt::format("migration {} ({})", version + 1, step.name)));
    }
    ALCOVE_TRY_VOID(database.execute(fmt::format("PRAGMA user_version = {}", version + 1)));
    ALCOVE_TRY_VOID(transaction.commit());
  }
}

}  // namespace alcove::sqlite

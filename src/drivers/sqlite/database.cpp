#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/check.hpp"
#include "drivers/sqlite/sqlite.hpp"
#include "drivers/sqlite/sqlite_error.hpp"

namespace alcove::sqlite {
namespace {

/// The write-ahead log is cut back to this after a checkpoint, so that one large transaction does not hold disk for
/// ever.
constexpr std::int64_t kLogBytesKept = 16LL * 1024 * 1024;
/// Pages in the log after which the checkpointing connection moves them over (SQLite's default, 4 MiB).
constexpr int kCheckpointPages = 1'000;

/// SQLite creates files with the process's umask; ours are for their owner alone from the first byte.
Status ensure_private_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return fail_errno(errno, fmt::format("create {}", path.string()));
  }
  ::close(descriptor);
  return {};
}

Status configure_handle(sqlite3* handle) {
  // The schema may come from a file that somebody else wrote: no functions of ours from triggers or views, no writing
  // of the schema itself, and "text" is never a string.
  for (const auto& [option, value] :
       {std::pair{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
        std::pair{SQLITE_DBCONFIG_DQS_DML, 0}, std::pair{SQLITE_DBCONFIG_DQS_DDL, 0},
        std::pair{SQLITE_DBCONFIG_ENABLE_FKEY, 1}}) {
    if (const int code = sqlite3_db_config(handle, option, value, nullptr); code != SQLITE_OK) {
      return std::unexpected(make_sqlite_error(handle, code, "sqlite3_db_config"));
    }
  }
  return {};
}

std::string opening_script(const OpenOptions& options) {
  // temp_store: sorting must not leave what people wrote in /tmp. cell_size_check: damage shows when a page is read.
  std::string script = "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;";
  if (options.mode != OpenMode::kReadOnly) {
    script += fmt::format("PRAGMA journal_mode = WAL; PRAGMA synchronous = {}; PRAGMA journal_size_limit = {};",
                          options.durability == Durability::kFull ? "FULL" : "NORMAL", kLogBytesKept);
  }
  script += options.overwrites_deleted ? "PRAGMA secure_delete = ON;" : "";
  script += fmt::format("PRAGMA wal_autocheckpoint = {};", options.checkpoints ? kCheckpointPages : 0);
  return script;
}

/// Deletes all rows so that nothing of them is left in the file.
Status empty_tables(Database& database, std::span<const std::string_view> tables) {
  ALCOVE_TRY_VOID(database.execute("PRAGMA secure_delete = ON"));
  for (const std::string_view table : tables) {
    ALCOVE_TRY(Statement find, database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"));
    ALCOVE_TRY(const bool exists, find.bind(1, table).step());
    find.reset();
    if (exists) {
      ALCOVE_TRY_VOID(database.execute(fmt::format("DELETE FROM {}", table)));
    }
  }
  return {};
}

}  // namespace

Result<Database> Database::open(const std::filesystem::path& path, const OpenOptions& options) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (options.mode) {
    case OpenMode::kReadOnly: flags |= SQLITE_OPEN_READONLY; break;
    case OpenMode::kReadWrite: flags |= SQLITE_OPEN_READWRITE; break;
    case OpenMode::kCreate:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      ALCOVE_TRY_VOID(ensure_private_file(path));
      break;
  }
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail_errno(errno, fmt::format("open {}", path.string()));
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);  // Closes the handle also when opening failed, as SQLite asks for.
  const std::string context = fmt::format("open {}", path.string());
  if (code != SQLITE_OK) {
    return std::unexpected(make_sqlite_error(handle, code, "").with_context(context));
  }
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
  if (Status configured = configure_handle(handle); !configured) {
    return std::unexpected(std::move(configured).error().with_context(context));
  }
  if (!options.checkpoints) {
    // The last connection that closes would otherwise checkpoint, whoever it is.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  if (Status script = database.execute(opening_script(options)); !script) {
    return std::unexpected(std::move(script).error().with_context(context));
  }
  // Reads the first page, so that a file that is no database is found here and not at the first query.
  if (auto version = database.query_int64("PRAGMA schema_version"); !version) {
    return std::unexpected(std::move(version).error().with_context(context));
  }
  return database;
}

Database::Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    ALCOVE_CHECK(sqlite3_close(handle_) == SQLITE_OK, "a statement outlives its database");
    handle_ = std::exchange(other.handle_, nullptr);
  }
  return *this;
}

Database::~Database() {
  ALCOVE_CHECK(sqlite3_close(handle_) == SQLITE_OK, "a statement outlives its database");
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), 0, &statement, &rest);
  if (code != SQLITE_OK) {
    return std::unexpected(make_sqlite_error(handle_, code, sql));
  }
  ALCOVE_CHECK(statement != nullptr, "the statement is empty");
  const std::string_view left = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  ALCOVE_CHECK(left.find_first_not_of(" \t\r\n;") == std::string_view::npos,
               "prepare takes one statement; use execute for scripts");
  return Statement(statement);
}

Status Database::execute(std::string_view sql) {
  const char* position = sql.data();
  const char* const end = sql.data() + sql.size();
  while (position < end) {
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(handle_, position, static_cast<int>(end - position), 0, &raw, &rest);
    if (code != SQLITE_OK) {
      return std::unexpected(make_sqlite_error(handle_, code, {position, static_cast<std::size_t>(end - position)}));
    }
    if (raw != nullptr) {
      Statement statement(raw);
      ALCOVE_TRY_VOID(statement.run());
    }
    position = rest;
  }
  return {};
}

std::int64_t Database::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Database::changed_rows() const {
  return sqlite3_changes64(handle_);
}

Result<std::optional<std::int64_t>> Database::query_int64(std::string_view sql) {
  ALCOVE_TRY(Statement statement, prepare(sql));
  ALCOVE_TRY(const bool row, statement.step());
  if (!row || statement.column_is_null(0)) {
    return std::optional<std::int64_t>();
  }
  return std::optional(statement.column_int64(0));
}

Status Database::check_integrity(bool deep, const Context& context) {
  // The check is one long statement: only the progress handler can end it.
  constexpr int kStepsBetweenLooks = 50'000;
  sqlite3_progress_handler(
      handle_, kStepsBetweenLooks, [](void* given) { return static_cast<const Context*>(given)->check() ? 0 : 1; },
      const_cast<Context*>(&context));  // NOLINT(cppcoreguidelines-pro-type-const-cast): handed back as const
  Status sound = run_integrity_check(deep);
  sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
  ALCOVE_TRY_VOID(context.check());
  return sound;
}

Status Database::run_integrity_check(bool deep) {
  ALCOVE_TRY(Statement statement, prepare(deep ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)"));
  ALCOVE_TRY(const bool row, statement.step());
  const std::string finding = row ? std::string(statement.column_text(0)) : "no answer";
  if (finding != "ok") {
    return fail(ErrorCode::kCorrupt, "A database file is damaged", "integrity check: " + finding);
  }
  return {};
}

Status Database::backup_to(const std::filesystem::path& path, std::span<const std::string_view> emptied) {
  std::filesystem::path partial = path;
  partial += ".partial";
  ::unlink(partial.c_str());
  {
    // A plain connection: the copy is one file without a log of its own until it is opened for use.
    ALCOVE_TRY_VOID(ensure_private_file(partial));
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(partial.c_str(), &raw,
                                       SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE, nullptr);
    Database target(raw);
    if (opened != SQLITE_OK) {
      return std::unexpected(make_sqlite_error(raw, opened, "").with_context("open backup"));
    }
    sqlite3_backup* copy = sqlite3_backup_init(raw, "main", handle_, "main");
    if (copy == nullptr) {
      return std::unexpected(make_sqlite_error(raw, sqlite3_extended_errcode(raw), "").with_context("backup"));
    }
    // In one step: readers and the writer go on meanwhile, since the log keeps the state we copy.
    const int stepped = sqlite3_backup_step(copy, -1);
    const int finished = sqlite3_backup_finish(copy);
    if (stepped != SQLITE_DONE || finished != SQLITE_OK) {
      Error error = make_sqlite_error(raw, finished != SQLITE_OK ? finished : stepped, "");
      ::unlink(partial.c_str());
      return std::unexpected(std::move(error).with_context("backup"));
    }
    // The copy says of itself that it has a log. One that rests in a folder must be readable without making any.
    ALCOVE_TRY_VOID(target.execute("PRAGMA journal_mode = DELETE"));
    ALCOVE_TRY_VOID(empty_tables(target, emptied));
  }
  if (::rename(partial.c_str(), path.c_str()) != 0) {
    return fail_errno(errno, fmt::format("rename {}", partial.string()));
  }
  const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

Status Database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  // Busy: a reader still needs the log. Nothing is lost; the next one gets further.
  if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY) {
    return std::unexpected(make_sqlite_error(handle_, code, "checkpoint"));
  }
  return {};
}

}  // namespace alcove::sqlite

#include "domain/artefacts/store.hpp"

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/artefacts/store_impl.hpp"
#include "drivers/crypto/random.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/storage.hpp"
#include "embedded/artefacts_schema.hpp"

namespace alcove::artefacts {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kFormatVersion = 5;

sqlite::OpenOptions writer_options() {
  return {.mode = sqlite::OpenMode::kCreate, .durability = sqlite::Durability::kNormal, .checkpoints = true};
}

/// A file of this name beside the store says that it was found damaged while it was in use.
fs::path damage_mark(const fs::path& path) {
  return path.parent_path() / "damaged";
}

/// Cheap, because everybody waits for it: what the header says, and whether the file is as long as that. The results
/// are read later, in the background (verify_structure). With a log the file may be shorter: the rest is there.
Status check_header(const fs::path& path) {
  std::error_code error;
  const auto size_bytes = fs::file_size(path, error);
  if (error || size_bytes == 0) {
    return {};
  }
  constexpr std::size_t kHeaderBytes = 100;
  ALCOVE_TRY(const auto file, os::open_path(path, O_RDONLY));
  Bytes header(kHeaderBytes);
  ALCOVE_TRY(const std::size_t size, os::pread_all(file.value(), header, 0));
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = at; i < at + bytes; ++i) {
      value = value << 8U | header[i];
    }
    return value;
  };
  if (size < kHeaderBytes) {
    return fail(ErrorCode::kCorrupt, "The artefact store is cut off");
  }
  // Offsets: SQLite's file format, "The Database Header".
  const std::uint64_t page_bytes = number(16, 2) == 1 ? 65'536 : number(16, 2);
  const bool has_count = number(24, 4) == number(92, 4);
  const auto log_bytes = fs::file_size(path.string() + "-wal", error);
  const bool has_log = !error && log_bytes > 0;
  if (has_count && !has_log && size_bytes < page_bytes * number(28, 4)) {
    return fail(ErrorCode::kCorrupt, "The artefact store is cut off");
  }
  return {};
}

Status check_table(sqlite::Database& database, std::string_view table) {
  ALCOVE_TRY(auto check, database.prepare(fmt::format("PRAGMA quick_check('{}')", table)));
  ALCOVE_TRY(const bool row, check.step());
  if (!row || check.column_text(0) != "ok") {
    return fail(ErrorCode::kCorrupt, "The artefact store is damaged",
                fmt::format("table {}: {}", table, row ? check.column_text(0) : "no answer"));
  }
  return {};
}

/// The tables that a start needs are small beside the results; they are read whole.
Status check_small_tables(sqlite::Database& database) {
  for (const char* table : {"meta", "contents", "tasks", "passage_runs"}) {
    ALCOVE_TRY_VOID(check_table(database, table));
  }
  return {};
}

/// A store that can be used, or why not. Errors: kCorrupt, kUnsupported (of another version).
Result<sqlite::Database> open_sound(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(damage_mark(path), ignored)) {
    return fail(ErrorCode::kCorrupt, "The artefact store is damaged", "found while it was in use");
  }
  ALCOVE_TRY_VOID(check_header(path));
  ALCOVE_TRY(auto database, sqlite::Database::open(path, writer_options()));
  ALCOVE_TRY(const auto version, database.query_int64("PRAGMA user_version"));
  if (version == kFormatVersion) {
    ALCOVE_TRY_VOID(check_small_tables(database));
    return database;
  }
  if (version.value_or(0) != 0) {
    return fail(ErrorCode::kUnsupported, "The results were written by another version of Alcove",
                fmt::format("artefact store of version {}, this program has {}", version.value_or(0), kFormatVersion));
  }
  ALCOVE_TRY(auto transaction, sqlite::Transaction::begin(database, sqlite::Transaction::Kind::kWrite));
  ALCOVE_TRY_VOID(database.execute(embedded::artefacts_schema));
  ALCOVE_TRY_VOID(database.execute(fmt::format("PRAGMA user_version = {}", kFormatVersion)));
  ALCOVE_TRY_VOID(transaction.commit());
  return database;
}

/// Results can be made again: a store that cannot be used is put aside, with its log, and a new one begun.
Status put_aside(const fs::path& path) {
  const std::string suffix = fmt::format("-unusable-{}", now_unix_millis().value);
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code error;
    const fs::path from = path.string() + part;
    if (fs::exists(from, error)) {
      fs::rename(from, path.string() + suffix + part, error);
      if (error) {
        return fail_errno(error.value(), fmt::format("put {} aside", from.string()));
      }
    }
  }
  std::error_code ignored;
  fs::remove(damage_mark(path), ignored);
  return {};
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const fs::path& data_folder) {
  const fs::path folder = data_folder / "artefacts";
  const fs::path path = folder / "artefacts.db";
  std::error_code ignored;
  Remark notice;
  if (fs::exists(folder, ignored) && (!fs::exists(path, ignored) || fs::file_size(path, ignored) == 0)) {
    notice = {.code = "results_missing", .message = "The stored results were missing; they are being made again"};
    log_warning("artefacts", "{} is missing or empty; the results are made again", path.string());
  }
  ALCOVE_TRY_VOID(os::ensure_private_folder(folder));
  auto database = open_sound(path);
  if (!database && (database.error().code == ErrorCode::kCorrupt || database.error().code == ErrorCode::kUnsupported)) {
    const bool is_damaged = database.error().code == ErrorCode::kCorrupt;
    log_error("artefacts",
              std::move(database.error()).with_context("the results cannot be used and will be made again"));
    ALCOVE_TRY_VOID(put_aside(path));
    notice.code = is_damaged ? NoticeCode("results_damaged_at_start") : NoticeCode("results_other_version");
    notice.message = fmt::format("The stored results {}; they are being made again. The old file was put aside",
                                 is_damaged ? "were damaged" : "were of another version of Alcove");
    database = open_sound(path);
  }
  if (!database) {
    return std::unexpected(std::move(database.error()).with_context("open the artefact store"));
  }
  auto impl = std::make_unique<Impl>(path, std::move(*database), std::move(notice));
  ALCOVE_TRY_VOID(impl->begin());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Status Store::Impl::begin() {
  return write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto read, database.prepare("SELECT value FROM meta WHERE key = 'store_id'"));
    ALCOVE_TRY(const bool found, read.step());
    if (found) {
      store_id = std::string(read.column_text(0));
    } else {
      store_id = to_hex(crypto::random_bytes(16));
      ALCOVE_TRY(auto insert, database.prepare("INSERT INTO meta (key, value) VALUES ('store_id', ?)"));
      ALCOVE_TRY_VOID(insert.bind(1, std::string_view(store_id)).run());
      ALCOVE_TRY_VOID(database.execute("INSERT INTO meta (key, value) VALUES ('next_passage', 1)"));
    }
    ALCOVE_TRY(const auto last, database.query_int64("SELECT seq FROM sqlite_sequence WHERE name = 'changes'"));
    pending_sequence = last.value_or(0);  // becomes last_sequence with the commit
    return {};
  });
}

void Store::Impl::note_damage(const Error& error) {
  if (is_damaged.exchange(true)) {
    return;
  }
  log_error("artefacts",
            Error(error).with_context("the results are damaged; after the next start they are made again"));
  if (const auto mark = os::open_path(damage_mark(path), O_WRONLY | O_CREAT, 0600); !mark) {
    log_error("artefacts", Error(mark.error()).with_context("remember the damage"));
  }
  notice.with([](Remark& remark) {
    remark = {.code = "results_damaged",
              .message = "The stored results are damaged; after the next start they are made again"};
  });
}

Status Store::Impl::write(const std::function<Status(sqlite::Database&)>& use) {
  Status status = write_in_transaction(use);
  if (status) {
    if (trouble.clear()) {
      log_info("artefacts", "results can be written again");
    }
  } else if (is_machine_error(status.error().code)) {
    trouble.note(status.error());
    if (status.error().code == ErrorCode::kCorrupt) {
      note_damage(status.error());
    }
  }
  return status;
}

Status Store::Impl::read(const std::function<Status(sqlite::Database&)>& use) {
  Status status = read_in_transaction(use);
  if (!status && status.error().code == ErrorCode::kCorrupt) {
    note_damage(status.error());
  }
  return status;
}

Status Store::Impl::write_in_transaction(const std::function<Status(sqlite::Database&)>& use) {
  Status status = writer.with([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto transaction, sqlite::Transaction::begin(database, sqlite::Transaction::Kind::kWrite));
    pending_sequence = last_sequence.load();
    ALCOVE_TRY_VOID(use(transaction.database()));
    ALCOVE_TRY_VOID(transaction.commit());
    last_sequence = pending_sequence;
    return {};
  });
  {
    // Empty: only orders the store of last_sequence before a waiter's check.
    const std::scoped_lock lock(change_mutex);
  }
  change_signal.notify_all();
  return status;
}

Status Store::Impl::read_in_transaction(const std::function<Status(sqlite::Database&)>& use) {
  auto idle = readers.with([](auto& pool) -> std::optional<sqlite::Database> {
    if (pool.empty()) {
      return std::nullopt;
    }
    sqlite::Database taken = std::move(pool.back());
    pool.pop_back();
    return taken;
  });
  if (!idle) {
    ALCOVE_TRY(idle, sqlite::Database::open(path, {.mode = sqlite::OpenMode::kReadOnly}));
  }
  Status status;
  {
    ALCOVE_TRY(auto transaction, sqlite::Transaction::begin(*idle, sqlite::Transaction::Kind::kRead));
    status = use(transaction.database());
  }
  readers.with([&](auto& pool) {
    if (pool.size() < kReadersKept) {
      pool.push_back(std::move(*idle));
    }
  });
  return status;
}

std::string Store::store_id() const {
  return impl_->store_id;
}
std::optional<Error> Store::trouble() const {
  return impl_->trouble.error();
}
Remark Store::notice() const {
  return impl_->notice.with([](const Remark& remark) { return remark; });
}

namespace {

/// Rows read in one transaction; between two the caller may stop.
constexpr std::int64_t kVerifiedAtOnce = 100;

}  // namespace

Status Store::Impl::read_every_result(const std::stop_token& stop) {
  ALCOVE_TRY_VOID(read([](sqlite::Database& database) { return check_table(database, "changes"); }));
  for (std::int64_t after = 0;;) {
    if (stop.stop_requested()) {
      return fail(ErrorCode::kCancelled, "The server stops");
    }
    std::int64_t count = 0;
    ALCOVE_TRY_VOID(read([&](sqlite::Database& database) -> Status {
      ALCOVE_TRY(auto rows,
                 database.prepare("SELECT rowid, data FROM artefacts WHERE rowid > ? ORDER BY rowid LIMIT ?"));
      rows.bind(1, after).bind(2, kVerifiedAtOnce);
      for (;; ++count) {
        ALCOVE_TRY(const bool more, rows.step());
        if (!more) {
          return {};
        }
        after = rows.column_int64(0);
        static_cast<void>(rows.column_blob(1));  // Reads the pages that hold it.
      }
    }));
    if (count == 0) {
      return {};
    }
  }
}

Status Store::verify_structure(const std::stop_token& stop) {
  return impl_->read_every_result(stop);  // Which notes what it meets.
}

Result<std::optional<std::string>> Store::load_setting(std::string_view key) {
  std::optional<std::string> value;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto find, database.prepare("SELECT value FROM meta WHERE key = 'setting.' || ?"));
    ALCOVE_TRY(const bool found, find.bind(1, key).step());
    if (found) {
      value = std::string(find.column_text(0));
    }
    return {};
  }));
  return value;
}

Status Store::set_setting(std::string_view key, std::string_view value) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto upsert, database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('setting.' || ?, ?)"));
    return upsert.bind(1, key).bind(2, value).run();
  });
}

Result<Content> Store::ensure_content(const Sha256& sha256, std::string_view reader, std::int64_t size_bytes) {
  Content content{.number = {}, .sha256 = sha256, .reader = std::string(reader), .size_bytes = size_bytes};
  ALCOVE_TRY_VOID(impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto find, database.prepare("SELECT number FROM contents WHERE sha256 = ? AND reader = ?"));
    find.bind(1, ByteView(sha256)).bind(2, reader);
    ALCOVE_TRY(const bool found, find.step());
    if (found) {
      content.number = ContentNumber{static_cast<std::uint32_t>(find.column_int64(0))};
      ALCOVE_TRY(auto use, database.prepare("UPDATE contents SET orphaned_since = NULL WHERE number = ? AND "
                                            "orphaned_since IS NOT NULL"));
      return use.bind(1, std::int64_t{content.number.value}).run();
    }
    ALCOVE_TRY(auto insert, database.prepare("INSERT INTO contents (sha256, reader, size_bytes) VALUES (?, ?, ?)"));
    ALCOVE_TRY_VOID(insert.bind(1, ByteView(sha256)).bind(2, reader).bind(3, size_bytes).run());
    const std::int64_t number = database.last_insert_rowid();
    if (!std::in_range<std::uint32_t>(number)) {
      return fail(ErrorCode::kTooLarge, "The artefact store has run out of content numbers");
    }
    content.number = ContentNumber{static_cast<std::uint32_t>(number)};
    return {};
  }));
  return content;
}

Result<std::optional<Content>> Store::find_content(ContentNumber number) {
  std::optional<Content> content;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto find, database.prepare("SELECT sha256, reader, size_bytes FROM contents WHERE number = ?"));
    ALCOVE_TRY(const bool found, find.bind(1, std::int64_t{number.value}).step());
    if (found) {
      Content row{.number = number,
                  .sha256 = {},
                  .reader = std::string(find.column_text(1)),
                  .size_bytes = find.column_int64(2)};
      const ByteView hash = find.column_blob(0);
      if (hash.size() != row.sha256.size()) {
        return fail(ErrorCode::kCorrupt, "The artefact store is damaged", "contents: hash of a wrong size");
      }
      std::ranges::copy(hash, row.sha256.begin());
      content = std::move(row);
    }
    return {};
  }));
  return content;
}

Result<std::vector<Change>> Store::changes_after(std::int64_t sequence, std::size_t limit) {
  std::vector<Change> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare("SELECT sequence, kind, content, stage, first_passage, passage_count "
                                           "FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?"));
    rows.bind(1, sequence).bind(2, static_cast<std::int64_t>(limit));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      found.push_back({.sequence = rows.column_int64(0),
                       .kind = rows.column_int64(1) == 0 ? Change::Kind::kPut : Change::Kind::kRemoved,
                       .content = ContentNumber{static_cast<std::uint32_t>(rows.column_int64(2))},
                       .stage = std::string(rows.column_text(3)),
                       .first_passage = PassageNumber{static_cast<std::uint32_t>(rows.column_int64(4))},
                       .passage_count = static_cast<std::uint32_t>(rows.column_int64(5))});
    }
  }));
  return found;
}

std::int64_t Store::last_sequence() const {
  return impl_->last_sequence;
}

std::int64_t Store::wait_for_change(std::int64_t sequence, std::chrono::milliseconds timeout) {
  std::unique_lock lock(impl_->change_mutex);
  impl_->change_signal.wait_for(lock, timeout, [&] { return impl_->last_sequence > sequence; });
  return impl_->last_sequence;
}

Result<std::optional<Store::Run>> Store::find_run(PassageNumber passage) {
  std::optional<Run> run;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto find, database.prepare("SELECT content, first, count FROM passage_runs WHERE first <= ?1 "
                                           "ORDER BY first DESC LIMIT 1"));
    ALCOVE_TRY(const bool found, find.bind(1, std::int64_t{passage.value}).step());
    if (found && passage.value < find.column_int64(1) + find.column_int64(2)) {
      run = Run{.content = ContentNumber{static_cast<std::uint32_t>(find.column_int64(0))},
                .first = PassageNumber{static_cast<std::uint32_t>(find.column_int64(1))},
                .count = static_cast<std::uint32_t>(find.column_int64(2))};
    }
    return {};
  }));
  return run;
}

Result<std::vector<Store::Run>> Store::all_runs() {
  std::vector<Run> runs;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare("SELECT content, first, count FROM passage_runs ORDER BY content"));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      runs.push_back({.content = ContentNumber{static_cast<std::uint32_t>(rows.column_int64(0))},
                      .first = PassageNumber{static_cast<std::uint32_t>(rows.column_int64(1))},
                      .count = static_cast<std::uint32_t>(rows.column_int64(2))});
    }
  }));
  return runs;
}

Status Store::set_orphaned(const std::vector<ContentNumber>& contents, bool orphaned) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto update,
               database.prepare(
                   orphaned ? "UPDATE contents SET orphaned_since = coalesce(orphaned_since, ?2) WHERE number = ?1"
                            : "UPDATE contents SET orphaned_since = NULL WHERE number = ?1"));
    for (const ContentNumber content : contents) {
      update.bind(1, std::int64_t{content.value});
      if (orphaned) {
        update.bind(2, now_unix_millis().value);
      }
      ALCOVE_TRY_VOID(update.run());
      update.reset();
    }
    return {};
  });
}

Status Store::expire_orphans(const std::vector<ContentNumber>& contents) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    // UNION, not UNION ALL: what contains itself, by way of others, ends.
    ALCOVE_TRY(auto update,
               database.prepare("WITH RECURSIVE inside (number) AS (SELECT ?1 UNION SELECT parts.content FROM parts, "
                                "inside WHERE parts.parent = inside.number) UPDATE contents SET orphaned_since = 0 "
                                "WHERE number IN (SELECT number FROM inside) AND orphaned_since IS NOT NULL"));
    for (const ContentNumber content : contents) {
      ALCOVE_TRY_VOID(update.bind(1, std::int64_t{content.value}).run());
    }
    return {};
  });
}

Status Store::expire_all_orphans() {
  return impl_->write([](sqlite::Database& database) {
    return database.execute("UPDATE contents SET orphaned_since = 0 WHERE orphaned_since IS NOT NULL");
  });
}

Status Store::clock_moved(std::chrono::milliseconds by) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto shift, database.prepare("UPDATE contents SET orphaned_since = max(orphaned_since + ?, 1) WHERE "
                                            "orphaned_since > 0"));
    ALCOVE_TRY_VOID(shift.bind(1, std::int64_t{by.count()}).run());
    return database.execute("UPDATE tasks SET not_before = 0 WHERE state = 0 AND not_before > 0");
  });
}

Result<std::int64_t> Store::count_orphaned() {
  std::int64_t count = 0;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(const auto counted,
               database.query_int64("SELECT COUNT(*) FROM contents WHERE orphaned_since IS NOT NULL"));
    count = counted.value_or(0);
    return {};
  }));
  return count;
}

Result<std::vector<ContentNumber>> Store::orphaned_before(UnixMillis before, std::size_t limit) {
  std::vector<ContentNumber> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare("SELECT number FROM contents WHERE orphaned_since IS NOT NULL AND "
                                           "orphaned_since < ? LIMIT ?"));
    rows.bind(1, before.value).bind(2, static_cast<std::int64_t>(limit));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      found.push_back(ContentNumber{static_cast<std::uint32_t>(rows.column_int64(0))});
    }
  }));
  return found;
}

Result<std::vector<ContentNumber>> Store::contents_in_use() {
  std::vector<ContentNumber> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare("SELECT number FROM contents WHERE orphaned_since IS NULL"));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      found.push_back(ContentNumber{static_cast<std::uint32_t>(rows.column_int64(0))});
    }
  }));
  return found;
}

std::int64_t Store::size_on_disk_bytes() const {
  std::int64_t sum = 0;
  for (const char* part : {"", "-wal"}) {
    std::error_code error;
    const auto size = fs::file_size(impl_->path.string() + part, error);
    sum += error ? 0 : static_cast<std::int64_t>(size);
  }
  return sum;
}

}  // namespace alcove::artefacts

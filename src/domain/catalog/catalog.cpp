#include "domain/catalog/catalog.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/sync.hpp"
#include "base/time.hpp"
#include "base/trouble.hpp"
#include "drivers/os/storage.hpp"

namespace alcove::catalog {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;
/// Says that this data folder has had a catalog, so that a vanished one is never replaced by an empty one.
constexpr const char* kMarkerName = "alcove-data-folder";

/// By the time in their names.
std::vector<fs::path> backups_newest_first(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with("catalog-") && name.ends_with(".db")) {
      found.push_back(entry->path());
    }
  }
  std::ranges::sort(found, std::greater<>());
  return found;
}

/// The newest backup that is sound; a damaged disk may have taken the last ones, too.
std::optional<fs::path> find_newest_good(const fs::path& folder) {
  for (const fs::path& path : backups_newest_first(folder)) {
    auto database = sqlite::Database::open(path, {.mode = sqlite::OpenMode::kReadOnly});
    if (!database) {
      continue;
    }
    const auto version = database->query_int64("PRAGMA user_version");
    if (version && version->value_or(0) > 0 && database->check_integrity(false)) {
      return path;
    }
  }
  return std::nullopt;
}

/// What a person can do about a damaged or missing catalog.
std::string instructions(const fs::path& data_folder, std::string_view finding) {
  const fs::path catalog = data_folder / "catalog.db";
  const auto backup = find_newest_good(data_folder / "backups");
  if (!backup) {
    return fmt::format(
        "{} The catalog {} holds libraries, accounts and decisions, so Alcove does not go on without it. "
        "There is no good backup in {}. Put the file back from a backup of your own, or move the whole data folder "
        "away to "
        "begin anew",
        finding, catalog.string(), (data_folder / "backups").string());
  }
  return fmt::format(
      "{0} The catalog {1} holds libraries, accounts and decisions, so Alcove does not go on without it. "
      "The newest good backup is {2}. To use it: stop Alcove, move {1} (and {1}-wal, {1}-shm) away, copy the backup to "
      "{1}, "
      "start Alcove",
      finding, catalog.string(), backup->string());
}

/// "catalog-<time>.db"
std::string backup_name(UnixMillis moment) {
  std::string time = format_rfc3339(moment);
  std::ranges::replace(time, ':', '-');
  return fmt::format("catalog-{}.db", time);
}

/// Those that the clock's moment has not reached yet are of a clock that was wrong. They go before all others.
std::vector<fs::path> backups_to_keep_first(const fs::path& folder, UnixMillis now) {
  std::vector<fs::path> all = backups_newest_first(folder);
  const std::string latest = backup_name(now);
  std::ranges::sort(all, std::greater(), [&](const fs::path& path) {
    const std::string name = path.filename().string();
    return std::pair(name <= latest, name);
  });
  return all;
}

std::unexpected<Error> damaged(const fs::path& data_folder, std::string_view finding, const std::string& detail) {
  return fail(ErrorCode::kCorrupt, instructions(data_folder, finding), detail);
}

sqlite::OpenOptions writer_options() {
  return {.mode = sqlite::OpenMode::kCreate,
          .durability = sqlite::Durability::kFull,
          .checkpoints = true,
          .overwrites_deleted = true};
}

}  // namespace

struct Catalog::Impl {
  fs::path data_folder;
  fs::path path;
  std::span<const std::string_view> not_backed_up;
  Mutex writer_mutex;
  sqlite::Database writer ALCOVE_GUARDED_BY(writer_mutex);
  Guarded<std::vector<sqlite::Database>> readers;
  Trouble trouble;
  Guarded<std::function<void(const Error&)>> damage_listener;

  Impl(fs::path folder, sqlite::Database database)
      : data_folder(std::move(folder)), path(data_folder / "catalog.db"), writer(std::move(database)) {}

  Result<sqlite::Database> take_reader() {
    std::optional<sqlite::Database> idle = readers.with([](auto& pool) -> std::optional<sqlite::Database> {
      if (pool.empty()) {
        return std::nullopt;
      }
      sqlite::Database taken = std::move(pool.back());
      pool.pop_back();
      return taken;
    });
    if (idle) {
      return std::move(*idle);
    }
    return sqlite::Database::open(path, {.mode = sqlite::OpenMode::kReadOnly});
  }

  /// Damage is told once; the listener goes with it.
  void note_damage(const Error& error) {
    const auto tell = damage_listener.with([](auto& listener) { return std::exchange(listener, nullptr); });
    if (tell) {
      tell(damaged(data_folder, "The catalog is damaged.", error.detail).error());
    }
  }

  Status write(const std::function<Status(sqlite::Transaction&)>& use) {
    const MutexLock lock(writer_mutex);
    ALCOVE_TRY(auto transaction, sqlite::Transaction::begin(writer, sqlite::Transaction::Kind::kWrite));
    ALCOVE_TRY_VOID(use(transaction));
    return transaction.commit();
  }

  Status read(const std::function<Status(sqlite::Database&)>& use) {
    ALCOVE_TRY(auto reader, take_reader());
    Status status;
    {
      ALCOVE_TRY(auto transaction, sqlite::Transaction::begin(reader, sqlite::Transaction::Kind::kRead));
      status = use(transaction.database());
    }
    give_back(std::move(reader));
    return status;
  }

  void give_back(sqlite::Database reader) {
    readers.with([&](auto& pool) {
      if (pool.size() < kReadersKept) {
        pool.push_back(std::move(reader));
      }
    });
  }
};

Catalog::Catalog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalog::~Catalog() = default;

Result<std::unique_ptr<Catalog>> Catalog::open(const fs::path& data_folder,
                                               std::span<const sqlite::Migration> migrations,
                                               std::span<const std::string_view> not_backed_up) {
  ALCOVE_TRY_VOID(os::ensure_private_folder(data_folder));
  ALCOVE_TRY_VOID(os::ensure_private_folder(data_folder / "backups"));
  const fs::path path = data_folder / "catalog.db";
  const fs::path marker = data_folder / kMarkerName;
  std::error_code ignored;
  // Artefacts are only ever made after a catalog, so they say as much as the marker.
  const bool was_in_use =
      fs::exists(marker, ignored) || fs::exists(data_folder / "artefacts" / "artefacts.db", ignored);
  const bool present = fs::exists(path, ignored) && fs::file_size(path, ignored) > 0;
  if (was_in_use && !present) {
    return damaged(data_folder, "The catalog is missing or empty.", "catalog.db is absent or empty beside its marker");
  }
  auto database = sqlite::Database::open(path, writer_options());
  Status sound = database ? database->check_integrity(false) : std::unexpected(database.error());
  if (!sound) {
    if (sound.error().code == ErrorCode::kCorrupt) {
      return damaged(data_folder, "The catalog is damaged.", sound.error().detail);
    }
    return std::unexpected(std::move(sound.error()).with_context("open the catalog"));
  }
  ALCOVE_TRY(const auto version, database->query_int64("PRAGMA user_version"));
  if (was_in_use && version.value_or(0) == 0) {
    return damaged(data_folder, "The catalog is empty.", "catalog.db has no schema beside its marker");
  }
  const auto known = static_cast<std::int64_t>(migrations.size());
  std::unique_ptr<Catalog> catalog(new Catalog(std::make_unique<Impl>(data_folder, std::move(*database))));
  catalog->impl_->not_backed_up = not_backed_up;
  if (version.value_or(0) > 0 && version.value_or(0) < known) {
    ALCOVE_TRY(const fs::path saved, catalog->backup());
    log_info("catalog", "upgrading from version {} to {}; the old state is {}", version.value_or(0), known,
             saved.string());
  }
  {
    const MutexLock lock(catalog->impl_->writer_mutex);
    ALCOVE_TRY_VOID(sqlite::migrate(catalog->impl_->writer, migrations));
  }
  if (!fs::exists(marker, ignored)) {
    ALCOVE_TRY_VOID(os::write_file_atomically(
        marker, as_bytes("This folder belongs to Alcove. Without catalog.db it must not be used.\n"), 0600));
  }
  return catalog;
}

Status Catalog::write(const std::function<Status(sqlite::Transaction&)>& use) {
  Status written = impl_->write(use);
  if (written) {
    impl_->trouble.clear();
  } else if (is_machine_error(written.error().code)) {
    impl_->trouble.note(written.error());
  }
  if (!written && written.error().code == ErrorCode::kCorrupt) {
    impl_->note_damage(written.error());
  }
  return written;
}

void Catalog::on_damage(std::function<void(const Error&)> listener) {
  impl_->damage_listener.with([&](auto& current) { current = std::move(listener); });
}

std::optional<Error> Catalog::trouble() const {
  return impl_->trouble.error();
}

Status Catalog::empty_log() {
  const MutexLock lock(impl_->writer_mutex);
  return impl_->writer.checkpoint();
}

Status Catalog::read(const std::function<Status(sqlite::Database&)>& use) {
  Status status = impl_->read(use);
  if (!status && status.error().code == ErrorCode::kCorrupt) {
    impl_->note_damage(status.error());
  }
  return status;
}

Result<fs::path> Catalog::backup() {
  const fs::path folder = impl_->data_folder / "backups";
  const UnixMillis now = now_unix_millis();
  fs::path path = folder / backup_name(now);
  ALCOVE_TRY(auto reader, impl_->take_reader());
  ALCOVE_TRY_VOID(reader.backup_to(path, impl_->not_backed_up));
  impl_->give_back(std::move(reader));
  // A damaged copy must not push a good one out.
  auto copy = sqlite::Database::open(path, {.mode = sqlite::OpenMode::kReadOnly});
  const Status sound = copy ? copy->check_integrity(false) : std::unexpected(copy.error());
  if (!sound) {
    std::error_code ignored;
    fs::remove(path, ignored);
    if (sound.error().code == ErrorCode::kCorrupt) {
      impl_->note_damage(sound.error());
    }
    return std::unexpected(Error(sound.error()).with_context("check the backup"));
  }
  const auto all = backups_to_keep_first(folder, now);
  for (std::size_t i = kBackupsKept; i < all.size(); ++i) {
    std::error_code ignored;
    fs::remove(all[i], ignored);
  }
  return path;
}

Status Catalog::backup_daily() {
  const auto all = backups_to_keep_first(impl_->data_folder / "backups", now_unix_millis());
  if (!all.empty()) {
    std::error_code error;
    const auto written = fs::last_write_time(all.front(), error);
    const auto age = fs::file_time_type::clock::now() - written;
    // One of the future was written under a clock that was wrong: that says nothing of its age.
    const std::int64_t age_ms = std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
    if (!error && age_ms >= -kDayMillis && age_ms < kDayMillis) {
      return {};
    }
  }
  ALCOVE_TRY_VOID(backup());
  return {};
}

const fs::path& Catalog::data_folder() const {
  return impl_->data_folder;
}

Status Catalog::check(bool deep, const Context& context) {
  ALCOVE_TRY(auto reader, impl_->take_reader());
  ALCOVE_TRY_VOID(reader.check_integrity(deep, context));
  impl_->give_back(std::move(reader));
  return {};
}

}  // namespace alcove::catalog

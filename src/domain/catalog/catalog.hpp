#pragma once
/// @file
/// catalog.db: what people made. One writer, a pool of readers, migrations, online backup.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/context.hpp"
#include "base/error.hpp"
#include "drivers/sqlite/sqlite.hpp"

namespace alcove::catalog {

/// Backups that are kept; the oldest beyond it is removed.
inline constexpr std::size_t kBackupsKept = 7;
/// Idle reading connections that are kept open.
inline constexpr std::size_t kReadersKept = 8;

/// The durable database.
///
/// The tables belong to the domain folders above this one. The composition root hands in one ordered list of their
/// migrations, which is numbered as a whole (docs/formats/catalog.md).
///
/// Thread safety: all calls from any thread; writes exclude one another.
/// Failure: `open` returns kCorrupt with instructions and the newest backup when the file is damaged, or when it is
/// missing although the folder was in use; the server must then not start. Damage that is met later is told to
/// `on_damage`, and the server must then stop: whatever would be written might be lost.
class Catalog {
 public:
  /// The tables of `not_backed_up` are empty in every backup: what people may erase must not live on there. Borrowed
  /// for as long as the catalog lives.
  static Result<std::unique_ptr<Catalog>> open(const std::filesystem::path& data_folder,
                                               std::span<const sqlite::Migration> migrations,
                                               std::span<const std::string_view> not_backed_up = {});
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  /// Runs `use` inside a write transaction and commits when it returns a value. Nothing is kept on an error.
  /// Must not be called from inside another `write`.
  Status write(const std::function<Status(sqlite::Transaction&)>& use);
  /// Runs `use` inside a read transaction: one stable view.
  Status read(const std::function<Status(sqlite::Database&)>& use);

  /// Moves the log into the file and empties it, so that what was deleted is in neither. While somebody reads, the log
  /// stays for the next time.
  Status empty_log();

  /// Called once, on the thread that met the damage, with the same instructions as `open` gives. It must not wait for
  /// other users of the catalog.
  void on_damage(std::function<void(const Error&)> listener);
  /// Why nothing can be written at the moment, as a sentence for the person; empty when it can.
  [[nodiscard]] std::optional<Error> trouble() const;

  /// Copies the catalog to `backups/catalog-<time>.db`, keeps the newest few, and returns the path.
  /// A copy that is not sound is thrown away, and is damage.
  Result<std::filesystem::path> backup();
  /// Makes a backup when the newest is older than a day, or when there is none.
  Status backup_daily();
  /// The folder given to `open`.
  [[nodiscard]] const std::filesystem::path& data_folder() const;
  /// Structure check, and every page when deep. Errors: kCorrupt; kCancelled and kTimedOut by the context.
  Status check(bool deep, const Context& context = {});

 private:
  struct Impl;
  explicit Catalog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::catalog

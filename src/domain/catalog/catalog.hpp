#pragma once
/// @file
/// catalog.db: what people made. One writer, a pool of readers, migrations, online backup.

#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "base/error.hpp"
#include "drivers/sqlite/sqlite.hpp"

namespace alcove::catalog {

/// The durable database. Tables belong to the domain folders, which hand in their migrations
/// (one global, ordered list is composed in domain/catalog/migrations.cpp from each folder's schema.sql).
///
/// Thread safety: all calls from any thread; writes exclude one another.
/// Failure: `open` returns kCorrupt with instructions and the newest good backup when the file is damaged; the server
/// must then not start.
class Catalog {
 public:
  static Result<std::unique_ptr<Catalog>> open(const std::filesystem::path& data_folder);
  ~Catalog();

  /// Runs `use` inside a write transaction and commits when it returns a value. Nothing is kept on an error.
  Status write(const std::function<Status(sqlite::Transaction&)>& use);
  /// Runs `use` inside a read transaction: one stable view.
  Status read(const std::function<Status(sqlite::Database&)>& use);

  /// Copies the catalog to `backups/catalog-<time>.db`, keeps the newest few, and returns the path.
  Result<std::filesystem::path> backup();
  /// Structure check for `alcove doctor --deep`.
  Status check(bool deep);

 private:
  struct Impl;
  explicit Catalog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::catalog

#pragma once
/// @file
/// Everything behind the interface, built from the bottom up: the one place where the parts meet.

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "app/server/housekeeper.hpp"
#include "app/server/options.hpp"
#include "base/error.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/auth/auth.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/files/files.hpp"
#include "domain/libraries/libraries.hpp"
#include "domain/models/text_spaces.hpp"
#include "domain/search/search.hpp"
#include "domain/searches/searches.hpp"
#include "domain/work/engine.hpp"
#include "drivers/os/storage.hpp"

namespace alcove::server {

/// The tables of all folders, in the order in which they were added to the product; never reordered.
std::vector<sqlite::Migration> catalog_migrations();
/// Those that are left out of the catalog's backups.
inline constexpr std::array kTablesNotBackedUp = {searches::kRecentTable};

/// Lets the engine, which starts first and ends last, ask the libraries for a content while they live.
class LateLibraries {
 public:
  void set(libraries::Libraries* libraries);
  /// Errors: kCancelled before `set` and after `set(nullptr)`, which waits for calls under way.
  Result<int> open_content(ContentNumber content);

 private:
  std::shared_mutex mutex_;
  libraries::Libraries* libraries_ = nullptr;
};

/// Lets the libraries, which start before it, wake the housekeeper while it lives; what it misses before, its first
/// round finds.
class LateHousekeeper {
 public:
  void set(Housekeeper* housekeeper);
  void wake();

 private:
  std::mutex mutex_;
  Housekeeper* housekeeper_ = nullptr;
};

/// Owner of the stores and of all background work. Members are destroyed in reverse.
class House {
 public:
  /// Errors: kLocked when another server uses the folder; kCorrupt, with instructions, for a damaged catalog.
  static Result<std::unique_ptr<House>> open(const ServeOptions& options);
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  catalog::Catalog& catalog() { return *catalog_; }
  artefacts::Store& store() { return *store_; }
  auth::Auth& auth() { return *auth_; }
  files::Files& files() { return *files_; }
  work::Engine& engine() { return *engine_; }
  libraries::Libraries& libraries() { return *libraries_; }
  search::Search& search() { return *search_; }
  searches::Searches& searches() { return *searches_; }
  Housekeeper& housekeeper() { return *housekeeper_; }

  /// Opens libraries named at the start that are not known yet; one that cannot be added is a notice.
  std::vector<Remark> add_libraries(const std::vector<std::filesystem::path>& roots);

 private:
  House() = default;
  Status start_work(const ServeOptions& options);

  std::unique_ptr<os::FolderLock> lock_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<artefacts::Store> store_;
  std::unique_ptr<models::TextSpaces> spaces_;
  std::unique_ptr<auth::Auth> auth_;
  std::unique_ptr<searches::Searches> searches_;
  std::unique_ptr<files::Files> files_;
  LateLibraries late_libraries_;
  LateHousekeeper late_housekeeper_;
  std::unique_ptr<work::Engine> engine_;
  std::unique_ptr<search::Search> search_;
  std::unique_ptr<libraries::Libraries> libraries_;
  std::unique_ptr<Housekeeper> housekeeper_;
};

}  // namespace alcove::server

#pragma once
/// @file
/// External libraries: scanning, watching, hashing. Reads the folders, writes the catalog, never touches a byte below a
/// root.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/files/files.hpp"

namespace alcove::libraries {

struct Progress {
  LibraryId library;
  bool scanning = false;
  std::int64_t entries_seen = 0;
  std::int64_t files_unhashed = 0;  ///< Listed, still to be read.
  Remark note;                      ///< Empty, or why the library or part of it cannot be followed.
};

struct Options {
  std::chrono::seconds verify_interval = std::chrono::hours(24);
  std::chrono::seconds unwatched_walk{300};  ///< Between two walks of a tree that cannot be watched everywhere.
  std::chrono::milliseconds settle{300};     ///< Quiet time after a write event without close before a file is read.
  std::function<bool()> is_paused;           ///< While it is true no file is read (they are listed). Empty: never.
  std::function<void()> on_expired;          ///< There are results to be erased without waiting. Empty: nobody is told.
};

/// Follows every library of the catalog.
///
/// Threads: one per library for walking and watching, two for hashing (small and large files). Stops when destroyed.
/// For each file whose content becomes known it calls `on_content`, after the catalog's commit and on a hashing
/// thread; a file that is renamed or moved is not reported again.
class Libraries {
 public:
  using OnContent = std::function<void(const artefacts::Content& content, const files::File& file)>;
  static Result<std::unique_ptr<Libraries>> start(catalog::Catalog& catalog, artefacts::Store& store,
                                                  files::Files& files, Options options, OnContent on_content);
  ~Libraries();

  /// Symbolic links on the way to the root are resolved once, now; below the root none is followed. A data folder
  /// below the root is left out of the library.
  /// Errors: kNotFound or kInvalidArgument (not a folder, a name that cannot be one), kAlreadyExists (same name, or the
  /// root overlaps another library or lies in the data folder).
  Result<files::Library> add(const std::filesystem::path& root, std::string name);
  /// Forgets the library; the files under its root stay untouched.
  Status remove(LibraryId library);
  /// Walks now; `verify` reads every file again.
  Status rescan(LibraryId library, bool verify);
  /// Forgets files that vanished before that moment. Returns how many.
  Result<std::int64_t> erase_missing(UnixMillis before);
  /// The clock was put forward by `by` (or back): vanished files have been away for as long as before.
  Status clock_moved(std::chrono::milliseconds by);
  /// Returns when everything on disk at the moment of the call has been seen, hashed and reported.
  Status wait_until_seen(const Context& context);
  std::vector<Progress> progress();

  /// Opens a present file for reading the way every reader must: O_PATH below the root without following links out of
  /// it, fstat, regular files only, reopened read-only. Errors: kNotFound, kPreconditionFailed when it is no longer the
  /// file the catalog describes (size, mtime or inode differ).
  struct Opened {
    int descriptor = -1;  ///< Owned by the caller.
    std::int64_t size_bytes = 0;
  };
  Result<Opened> open_file(const files::File& file);
  /// Any present file with that content, opened and unchanged. Errors: kNotFound when no present file has it,
  /// kUnavailable when those that have cannot be opened now (being renamed or edited, their disk away).
  Result<Opened> open_content(ContentNumber content);

 private:
  struct Impl;
  explicit Libraries(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::libraries

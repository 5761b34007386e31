#pragma once
/// @file
/// One comparison of a library's folders with the catalog: all of them, or those that something was heard of.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/libraries/ignore_file.hpp"
#include "domain/libraries/tree.hpp"
#include "domain/libraries/watch_map.hpp"
#include "domain/libraries/writer.hpp"

namespace alcove::libraries {

/// Entries listed before the catalog is asked and written: bounds memory and the time the catalog is held.
inline constexpr std::size_t kChunkEntriesMax = 4'000;
/// Changes in one transaction, so that others get their turn.
inline constexpr std::size_t kChangesPerTransactionMax = 2'000;
/// Vanished names remembered before they are written; at the end of a pass they are in any case.
inline constexpr std::size_t kVanishedMax = 100'000;

/// A folder to compare.
struct FolderTask {
  FolderId folder;
  std::string path;
  bool everything = true;       ///< false: only `names`.
  std::set<std::string> names;  ///< With everything = false.
  bool whole_tree = false;      ///< Everything below as well, whatever the depth of the pass.
  /// The rules of the folders above; nothing: to be read by the pass. Inside empty: there are none.
  std::optional<std::shared_ptr<const IgnoreScope>> rules_above;
};

/// Walks, compares, writes.
///
/// What is missing at its place is only marked as missing at the end of the pass, so that a file met later under
/// another name keeps its id whatever the order of folders. Opens every folder below one descriptor of the root, so a
/// root that is unmounted during the pass is never taken for an emptied one.
///
/// Thread safety: one thread. Failure: a folder that cannot be read is left as the catalog has it; an error of the
/// catalog ends the pass, and what was not written is found by the next one.
class Pass {
 public:
  enum class Depth : std::uint8_t {
    kWholeTree,    ///< Every folder below the tasks.
    kChangedOnly,  ///< Below the tasks only folders that are new or moved.
  };
  struct Setting {
    Writer& writer;
    WatchMap& watches;
    LibraryId library;
    int root_fd = -1;
    std::string skipped_path;  ///< Relative path of the data folder when it lies below the root; else empty.
    Depth depth = Depth::kWholeTree;
    /// Moved folders are walked whole: other rules may hold where they are now.
    bool walks_moved = false;
    std::stop_token stop;
    /// Told, after the transaction, of contents whose files are left out from now on by a rule of the person's.
    std::function<void(const std::vector<ContentNumber>&)> on_left_out;
    /// Called between chunks with the number of entries seen so far, for progress and to take in watch events.
    std::function<void(std::int64_t)> between;
  };
  explicit Pass(Setting setting) : setting_(std::move(setting)), started_at_(now_unix_millis()) {}

  /// Errors: kCancelled, and those of the catalog.
  Status run(std::vector<FolderTask> tasks);

  [[nodiscard]] std::int64_t entries_seen() const { return entries_seen_; }
  /// Folders that could not be read or lie too deep: empty, or a sentence for the person.
  [[nodiscard]] const Remark& note() const { return note_; }
  /// A folder that the catalog holds was not at its place: a folder above it moved, so only a walk finds everything.
  [[nodiscard]] bool needs_walk() const { return needs_walk_; }
  /// A file of ignore rules was met.
  [[nodiscard]] bool met_rules() const { return met_rules_; }

 private:
  /// A listed folder with what differs from the catalog; names point into `listing`.
  struct Difference {
    FolderTask task;
    Listing listing;
    std::shared_ptr<const IgnoreScope> rules;  ///< That hold in this folder.
    std::set<std::string> left_out;            ///< Names that are there and left out by them.
    std::vector<const FoundFile*> files;
    std::vector<const FoundFolder*> folders;
  };
  struct VanishedFile {
    FileId file;
    FolderId folder;
    std::string name;
    bool left_out = false;  ///< It is there, but a rule of the person's leaves it out.
  };
  struct VanishedFolder {
    FolderId folder;
    FolderId parent;
    std::string name;
    bool left_out = false;  ///< As above, with all in it.
  };

  Status run_chunk();
  /// Nothing when the folder is gone or cannot be read.
  std::optional<Difference> list(FolderTask task);
  /// The rules that hold in an open folder. Errors: they cannot be read, so nothing is known of what lies there.
  Result<std::shared_ptr<const IgnoreScope>> rules_in(int folder_fd, const std::string& path,
                                                      std::shared_ptr<const IgnoreScope> above);
  /// Reads the rules of the folders above; false when one of them, or the folder itself, is left out.
  Result<bool> find_rules_above(FolderTask& task);
  /// What cannot be read stays as the catalog has it.
  void note_unreadable(const FolderTask& task, const Error& error);
  void leave_out(Difference& difference);
  Status compare(files::Records& records, Difference& difference);
  Status compare_folders(files::Records& records, Difference& difference);
  Status compare_files(files::Records& records, Difference& difference);
  Status write(std::vector<Difference>& chunk);
  Status write_folder(files::Records& records, const Difference& difference, const FoundFolder& found);
  Status write_file(files::Records& records, const Difference& difference, const FoundFile& found);
  Status write_vanished();
  Status list_files_of_vanished_folders();
  Status mark_vanished(files::Records& records, const VanishedFile& vanished);
  Status mark_vanished(files::Records& records, const VanishedFolder& vanished);
  /// Where the walk goes on below a listed folder.
  void push_child(const Difference& parent, FolderId folder, const std::string& name, bool is_moved);

  Setting setting_;
  UnixMillis started_at_;
  std::vector<FolderTask> stack_;
  std::vector<VanishedFile> vanished_files_;
  std::vector<VanishedFolder> vanished_folders_;
  std::vector<FolderId> not_found_;
  std::vector<ContentNumber> left_out_;  ///< Contents of files that are left out from now on.
  bool needs_walk_ = false;
  bool met_rules_ = false;
  std::int64_t entries_seen_ = 0;
  Remark note_;
};

}  // namespace alcove::libraries

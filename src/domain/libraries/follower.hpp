#pragma once
/// @file
/// Follows one library: walks its root, watches it, and keeps the catalog's rows like the disk.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/sync.hpp"
#include "base/trouble.hpp"
#include "domain/libraries/libraries.hpp"
#include "domain/libraries/pass.hpp"
#include "domain/libraries/watch_map.hpp"
#include "domain/libraries/writer.hpp"

namespace alcove::libraries {

/// Names waited for together after the first event, so that a burst is one transaction.
inline constexpr std::chrono::milliseconds kGatherTime{30};
/// Folders and names with news, remembered between two passes; beyond, the whole tree is walked.
inline constexpr std::size_t kDirtyFoldersMax = 4'096;
inline constexpr std::size_t kDirtyNamesMax = 64;
/// How often a root that is missing is looked for.
inline constexpr std::chrono::seconds kMissingRetry{2};

/// Events are only hints where to look: what happened is always read from the disk.
///
/// A root that cannot be opened, or that is empty and is not the folder it was (another inode: its file system is not
/// mounted), makes the library missing; nothing counts as deleted then, and the root is looked for again. A root that
/// is the same folder as before and empty has been emptied.
///
/// Thread safety: all calls from any thread; owns one thread. Failure: catalog errors are logged and the walk is
/// repeated later.
class Follower {
 public:
  struct Setting {
    Writer& writer;
    LibraryId library;
    std::filesystem::path root;
    std::filesystem::path data_folder;
    Options options;
    std::function<void()> on_written;  ///< Rows have changed: there may be files to read.
    std::function<void()> on_back;     ///< The root can be opened again.
    std::function<void(const std::vector<ContentNumber>&)> on_left_out;  ///< As Pass::Setting.
  };
  static Result<std::unique_ptr<Follower>> start(Setting setting);
  ~Follower();

  /// Ends the thread and every wait; called by the destructor at the latest.
  void stop();
  /// Asks for a walk of the whole tree that begins after this call; the number is for `wait_for_walk`.
  std::uint64_t request_walk();
  /// The same, and then every file with known bytes is read again in the background.
  std::uint64_t request_verifying_walk();
  Status wait_for_walk(std::uint64_t ticket, const Context& context);
  /// Somebody found a file different from its row.
  void look_at(FolderId folder, const std::string& name);
  [[nodiscard]] Progress progress() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// Names of one folder with news, and when to look.
  struct Dirty {
    bool everything = false;
    bool rules = false;  ///< Its file of ignore rules has news: all below is looked at.
    std::set<std::string> names;
    Clock::time_point due;
  };
  struct Shared {
    std::uint64_t walks_requested = 1;  ///< The first walk is asked for by the start.
    std::uint64_t walks_done = 0;
    bool verify_requested = false;
    std::map<FolderId, std::set<std::string>> hints;
    Progress progress;
    bool stopped = false;
  };

  Follower(Setting setting, os::FolderWatch watch);
  void run(const std::stop_token& stop);
  [[nodiscard]] std::chrono::milliseconds time_to_wait() const;
  void take_in(std::chrono::milliseconds timeout);
  void take_in(const os::WatchEvent& event);
  void mark(FolderId folder, const std::string& name, std::chrono::milliseconds delay);
  void take_hints();
  Status walk(const std::stop_token& stop);
  Status look_at_dirty(const std::stop_token& stop);
  Pass::Setting pass_setting(int root_fd, Pass::Depth depth, const std::stop_token& stop);
  /// The root's row and descriptor; nothing when the root is missing (then the library's row says so).
  struct Root {
    os::UniqueFd descriptor;
    FolderId folder;
  };
  Result<std::optional<Root>> open_root();
  Status set_missing(const Remark& reason);
  Status set_state(files::LibraryState state, const std::string& reason, bool scanned);
  Status verify_when_due();
  void set_progress(const std::function<void(Progress&)>& change);

  Setting setting_;
  WatchMap watches_;
  std::map<FolderId, Dirty> dirty_;
  bool walk_needed_ = false;
  bool missing_ = false;
  bool has_rules_ = false;  ///< Somewhere in the library lies, or lay, a file of ignore rules.
  FolderId root_folder_;
  files::LibraryState state_written_ = files::LibraryState::kReady;
  std::string reason_written_;
  Clock::time_point next_walk_ = Clock::time_point::max();
  Trouble trouble_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Shared shared_;  ///< Under mutex_.
  std::jthread thread_;
};

}  // namespace alcove::libraries

#pragma once
/// @file
/// Being told of changes in folders (inotify).

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::os {

struct WatchEvent {
  enum class Kind : std::uint8_t {
    kChanged,   ///< Something by that name was made, moved here or away, deleted, or its metadata changed.
    kWriting,   ///< Bytes of that name are being written; kChanged follows when the writer closes it.
    kGone,      ///< The watched folder itself was deleted or unmounted; its watch has ended.
    kOverflow,  ///< Events were lost: only a walk can tell what changed. `watch` is -1.
  } kind = Kind::kChanged;
  int watch = -1;
  bool is_folder = false;  ///< The name is (or was) a folder's.
  std::string name;        ///< Any bytes; empty for the watched folder itself.
};

/// A set of watched folders. Watching writes nothing, needs no right but reading, and keeps no file system busy: an
/// unmount succeeds and ends the watches.
///
/// Thread safety: `wake` from any thread; everything else from one. Failure: `add` says when the system's limit is
/// reached, of folders or of watchers; the folder is then found by walking only.
class FolderWatch {
 public:
  /// Where the system gives no watcher (fs.inotify.max_user_instances), one that watches nothing.
  static Result<FolderWatch> open();

  /// Watches an open folder; the same folder gives the same number. Errors: kOverloaded when the user's watches are
  /// used up (fs.inotify.max_user_watches).
  Result<int> add(int folder_fd);
  void remove(int watch);
  /// Waits up to `timeout` for the first event or `wake`, then returns what is there (at most a buffer full).
  Result<std::vector<WatchEvent>> read(std::chrono::milliseconds timeout);
  /// Ends a waiting `read`, or the next one.
  void wake() const;

 private:
  FolderWatch(UniqueFd inotify, UniqueFd wake) : inotify_(std::move(inotify)), wake_(std::move(wake)) {}
  UniqueFd inotify_;  ///< Empty: the system gave none.
  UniqueFd wake_;
};

}  // namespace alcove::os

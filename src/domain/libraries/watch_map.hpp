#pragma once
/// @file
/// Which watch stands for which folder of the catalog.

#include <optional>
#include <string>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/remark.hpp"
#include "drivers/os/watch.hpp"

namespace alcove::libraries {

/// Thread safety: the library's thread only (and FolderWatch::wake through `watch`).
class WatchMap {
 public:
  explicit WatchMap(os::FolderWatch watch) : watch_(std::move(watch)) {}

  /// Watches the folder, before it is listed: what appears afterwards is either in the list or an event. The first
  /// failure is kept as the note; from then on no more are asked for until `forget_note`.
  void ensure(FolderId folder, int folder_fd);
  void remove(FolderId folder);
  /// The watch has ended by itself.
  void drop(int watch);
  [[nodiscard]] std::optional<FolderId> folder_of(int watch) const;
  /// Empty, or why parts of the tree are only found by walking.
  [[nodiscard]] const Remark& note() const { return note_; }
  void forget_note() { note_ = {}; }
  [[nodiscard]] os::FolderWatch& watch() { return watch_; }

 private:
  os::FolderWatch watch_;
  std::unordered_map<int, FolderId> folders_;
  std::unordered_map<FolderId, int> watches_;
  Remark note_;
};

}  // namespace alcove::libraries

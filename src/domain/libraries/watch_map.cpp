#include "domain/libraries/watch_map.hpp"

#include <utility>

#include "base/log.hpp"

namespace alcove::libraries {

void WatchMap::ensure(FolderId folder, int folder_fd) {
  if (!note_.empty()) {
    return;
  }
  const auto added = watch_.add(folder_fd);
  if (!added) {
    if (added.error().code == ErrorCode::kOverloaded) {
      note_ = {.code = "watch_limit",
               .message =
                   "The system's limit of watched folders is reached (fs.inotify.max_user_watches), so changes in some "
                   "folders are found by a walk every few minutes only"};
    } else {
      note_ = {
          .code = "watch_refused",
          .message = "Some folders cannot be watched, so changes there are found by a walk every few minutes only"};
    }
    log_warning("libraries", "{}", added.error().detail);
    return;
  }
  // The same folder keeps its number, also after a rename; a number that stood for another folder does not any more.
  if (const auto before = folders_.find(*added); before != folders_.end() && before->second != folder) {
    watches_.erase(before->second);
  }
  if (const auto before = watches_.find(folder); before != watches_.end() && before->second != *added) {
    folders_.erase(before->second);
    watch_.remove(before->second);
  }
  folders_[*added] = folder;
  watches_[folder] = *added;
}

void WatchMap::remove(FolderId folder) {
  if (const auto found = watches_.find(folder); found != watches_.end()) {
    watch_.remove(found->second);
    folders_.erase(found->second);
    watches_.erase(found);
  }
}

void WatchMap::drop(int watch) {
  if (const auto found = folders_.find(watch); found != folders_.end()) {
    watches_.erase(found->second);
    folders_.erase(found);
  }
}

std::optional<FolderId> WatchMap::folder_of(int watch) const {
  const auto found = folders_.find(watch);
  return found == folders_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace alcove::libraries

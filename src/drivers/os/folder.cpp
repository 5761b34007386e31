#include "drivers/os/folder.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace alcove::os {
namespace {

struct CloseFolder {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

FileKind kind_of(unsigned char type) {
  switch (type) {
    case DT_REG: return FileKind::kRegular;
    case DT_DIR: return FileKind::kFolder;
    case DT_LNK: return FileKind::kSymlink;
    default: return FileKind::kOther;
  }
}

}  // namespace

Status visit_folder(int folder_fd, const std::function<bool(FolderEntry&&)>& visit) {
  // A descriptor of its own, since fdopendir takes it and reading moves its position.
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  UniqueFd own(::openat(folder_fd, ".", kFlags | O_NOATIME));
  if (!own && errno == EPERM) {
    own = UniqueFd(::openat(folder_fd, ".", kFlags));
  }
  if (!own) {
    return fail_errno(errno, "open folder");
  }
  const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(own.value()));
  if (stream == nullptr) {
    return fail_errno(errno, "fdopendir");
  }
  static_cast<void>(own.release());  // The stream owns it now.
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) {
        return fail_errno(errno, "readdir");
      }
      return {};
    }
    const char* name = static_cast<const char*>(entry->d_name);
    if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) {
      continue;
    }
    if (!visit({.name = name, .kind = kind_of(entry->d_type), .kind_known = entry->d_type != DT_UNKNOWN})) {
      return {};
    }
  }
}

Result<std::vector<FolderEntry>> read_folder(int folder_fd) {
  std::vector<FolderEntry> entries;
  ALCOVE_TRY_VOID(visit_folder(folder_fd, [&](FolderEntry&& entry) {
    entries.push_back(std::move(entry));
    return true;
  }));
  std::ranges::sort(entries, {}, &FolderEntry::name);
  return entries;
}

}  // namespace alcove::os

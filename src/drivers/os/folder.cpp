#include "drivers/os/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
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

bool is_remote_file_system(int folder_fd) {
  // From linux/magic.h and the file systems' own headers: NFS, SMB 1, CIFS, SMB 2 and 3, FUSE, 9P, Ceph, AFS, Coda.
  constexpr std::array<std::uint32_t, 9> kRemote{0x6969,     0x517B,     0xFF534D42, 0xFE534D42, 0x65735546,
                                                 0x01021997, 0x00C36400, 0x5346414F, 0x73757245};
  struct statfs status{};
  return ::fstatfs(folder_fd, &status) == 0 &&
         std::ranges::find(kRemote, static_cast<std::uint32_t>(status.f_type)) != kRemote.end();
}

}  // namespace alcove::os

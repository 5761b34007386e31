#include "drivers/os/storage.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "drivers/os/file.hpp"

namespace alcove::os {
namespace {

constexpr const char* kLockName = "alcove.lock";

/// Writes, syncs and moves into place; the caller removes the temporary file on failure.
Status fill_and_publish(int fd, const std::string& temporary, const std::filesystem::path& path, ByteView bytes,
                        mode_t mode) {
  ALCOVE_TRY_VOID(write_all(fd, bytes));
  if (::fchmod(fd, mode) != 0) {
    return fail_errno(errno, "set mode");
  }
  ALCOVE_TRY_VOID(sync(fd));
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return fail_errno(errno, fmt::format("publish {}", path.string()));
  }
  return {};
}

}  // namespace

Status write_file_atomically(const std::filesystem::path& path, ByteView bytes, mode_t mode) {
  std::string temporary = path.string() + ".XXXXXX";
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) {
    return fail_errno(errno, fmt::format("make a file beside {}", path.string()));
  }
  if (Status filled = fill_and_publish(fd.value(), temporary, path, bytes, mode); !filled.has_value()) {
    ::unlink(temporary.c_str());
    return filled;
  }
  return sync_folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

namespace {

/// Takes all rights from others on a folder of ours.
Status make_private(const std::filesystem::path& path) {
  ALCOVE_TRY(const UniqueFd fd, open_path(path, O_RDONLY | O_DIRECTORY));
  ALCOVE_TRY(const FileStat stat, read_stat(fd.value()));
  if (stat.owner != ::geteuid()) {
    return fail(
        ErrorCode::kForbidden,
        fmt::format("The folder {} belongs to another user, who could read what Alcove keeps there", path.string()));
  }
  if (stat.mode != 0700 && ::fchmod(fd.value(), 0700) != 0) {
    return fail_errno(errno, fmt::format("make {} private", path.string()));
  }
  return {};
}

}  // namespace

Status ensure_private_folder(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return make_private(path);
  }
  if (path.has_parent_path()) {
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) {
      return fail_errno(error.value(), fmt::format("make folder {}", path.parent_path().string()));
    }
  }
  if (::mkdir(path.c_str(), 0700) != 0 && !(errno == EEXIST && std::filesystem::is_directory(path, error))) {
    return fail_errno(errno, fmt::format("make folder {}", path.string()));
  }
  return {};
}

Result<FolderLock> FolderLock::acquire(const std::filesystem::path& folder) {
  ALCOVE_TRY(UniqueFd fd, open_path(folder / kLockName, O_RDWR | O_CREAT, 0600));
  if (::flock(fd.value(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(ErrorCode::kLocked, "Another Alcove is already using this data folder",
                  fmt::format("lock {}: held by another process", folder.string()));
    }
    return fail_errno(errno, fmt::format("lock {}", folder.string()));
  }
  return FolderLock(std::move(fd));
}

Result<DiskSpace> read_disk_space(const std::filesystem::path& path) {
  struct statvfs raw{};
  if (::statvfs(path.c_str(), &raw) != 0) {
    return fail_errno(errno, fmt::format("statvfs {}", path.string()));
  }
  return DiskSpace{.free_bytes = raw.f_bavail * raw.f_frsize, .total_bytes = raw.f_blocks * raw.f_frsize};
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
    return "localhost";
  }
  return name.data();
}

}  // namespace alcove::os

#pragma once
/// @file
/// The data folder: one server at a time, files that appear whole, room on the disk; and the machine's name.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::os {

/// Replaces `path` by `bytes`: a reader, also after a power cut, finds the old file or the new one, nothing between.
/// The parent folder must exist.
Status write_file_atomically(const std::filesystem::path& path, ByteView bytes, mode_t mode);

/// Makes the folder (and its parents) unless it is there, and sees to it that only this user gets in (mode 0700).
/// Errors: kAlreadyExists for a file of that name, kForbidden for a folder of another user.
Status ensure_private_folder(const std::filesystem::path& path);

/// Held for as long as a server uses its data folder; the kernel drops it when the process ends, however it ends.
class FolderLock {
 public:
  /// Errors: kLocked when another process holds it.
  static Result<FolderLock> acquire(const std::filesystem::path& folder);

 private:
  explicit FolderLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

struct DiskSpace {
  std::uint64_t free_bytes = 0;  ///< For this user.
  std::uint64_t total_bytes = 0;
};
Result<DiskSpace> read_disk_space(const std::filesystem::path& path);

/// The machine's name; "localhost" when it has none.
std::string host_name();

}  // namespace alcove::os

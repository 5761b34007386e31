#pragma once
/// @file
/// Opening, describing and reading files without following links out of a folder, and without touching them.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::os {

enum class FileKind : std::uint8_t { kRegular, kFolder, kSymlink, kOther };

/// What the file system says of one file.
struct FileStat {
  FileKind kind = FileKind::kOther;
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;  ///< Never stored: it changes with a remount.
  std::uint32_t mode = 0;    ///< Permission bits (07777).
  std::uint32_t owner = 0;
  std::uint64_t link_count = 0;
  friend bool operator==(const FileStat&, const FileStat&) = default;
};

/// Of an open descriptor, O_PATH included.
Result<FileStat> read_stat(int fd);
/// Of `name` (any bytes, no slash needed) in a folder; a symlink is described, not followed.
Result<FileStat> read_stat_at(int folder_fd, const std::string& name);

/// Opens a path that the owner of this process named (symlinks allowed, as that person meant them).
/// `flags` as for open(2); O_CLOEXEC and O_NOCTTY are added.
Result<UniqueFd> open_path(const std::filesystem::path& path, int flags, mode_t mode = 0);

/// Opens a folder for openat and reading its entries, leaving its access time alone where allowed.
Result<UniqueFd> open_folder(const std::filesystem::path& path);

/// Opens `relative_path` (any bytes; "." for the folder itself) under `folder_fd`, refusing every symlink and every
/// way out, also one made while we look. With O_PATH | O_NOFOLLOW a symlink in the last place is opened as itself.
///
/// Errors: kInvalidArgument for an absolute path, a symlink (ELOOP) or "..", kForbidden, kNotFound.
Result<UniqueFd> open_beneath(int folder_fd, std::string_view relative_path, int flags, mode_t mode = 0);

/// Turns an O_PATH (or other) descriptor into one that reads, from a position of its own. Only regular files: a FIFO
/// would block and a device could act. Access times stay unchanged where the system allows it (owner or root).
///
/// Errors: kUnsupported for anything but a regular file; kForbidden.
Result<UniqueFd> reopen_readonly(int path_fd);

/// open_beneath with O_PATH, then reopen_readonly: how a file of a library is opened.
Result<UniqueFd> open_regular_beneath(int folder_fd, std::string_view relative_path);

/// Fills `buffer` from `offset`; returns how much there was (less only at the end of the file).
Result<std::size_t> pread_all(int fd, std::span<std::uint8_t> buffer, std::uint64_t offset);
/// Writes all of `bytes` at the descriptor's position.
Status write_all(int fd, ByteView bytes);
/// Reads to the end. Errors: kTooLarge past `size_max`.
Result<Bytes> read_file(int fd, std::size_t size_max);
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t size_max);

/// A file without a name in `folder`, open for reading and writing by this process only: it goes with its last
/// descriptor.
Result<UniqueFd> make_unnamed_file(const std::filesystem::path& folder);

/// A second descriptor for the same open file.
Result<UniqueFd> duplicate(int fd);
/// fsync of a file or folder.
Status sync(int fd);
Status sync_folder(const std::filesystem::path& path);

}  // namespace alcove::os

#include "drivers/os/file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>
#include <vector>

#include <fmt/format.h>

namespace alcove::os {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
/// openat2 answers EAGAIN when a rename raced with its check; a few tries are enough for an honest race.
constexpr int kRaceTriesMax = 8;

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) {
    return FileKind::kRegular;
  }
  if (S_ISDIR(mode)) {
    return FileKind::kFolder;
  }
  return S_ISLNK(mode) ? FileKind::kSymlink : FileKind::kOther;
}

FileStat make_stat(const struct stat& raw) {
  return FileStat{.kind = kind_of(raw.st_mode),
                  .size_bytes = static_cast<std::uint64_t>(raw.st_size),
                  .mtime_ns = raw.st_mtim.tv_sec * kNanosPerSecond + raw.st_mtim.tv_nsec,
                  .ctime_ns = raw.st_ctim.tv_sec * kNanosPerSecond + raw.st_ctim.tv_nsec,
                  .inode = raw.st_ino,
                  .device = raw.st_dev,
                  .mode = static_cast<std::uint32_t>(raw.st_mode & 07777U),
                  .owner = raw.st_uid,
                  .link_count = raw.st_nlink};
}

/// Parts of a path; "." is dropped. Nothing for "..", which would leave the folder.
Result<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t cut = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, cut);
    path.remove_prefix(std::min(cut + 1, path.size()));
    if (part == "..") {
      return fail_errno(EXDEV, "open beneath");
    }
    if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
  }
  return parts;
}

/// For kernels before 5.6 and containers that refuse openat2: each part by itself, no link followed.
Result<UniqueFd> walk_beneath(int folder_fd, std::string_view relative_path, int flags, mode_t mode) {
  ALCOVE_TRY(const std::vector<std::string> parts, split_path(relative_path));
  if (parts.empty()) {
    UniqueFd self(::openat(folder_fd, ".", flags | O_CLOEXEC | O_NOCTTY, mode));
    return self ? Result<UniqueFd>(std::move(self)) : fail_errno(errno, "open beneath");
  }
  UniqueFd current;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int at = current ? current.value() : folder_fd;
    const bool last = i + 1 == parts.size();
    const int part_flags = last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW;
    UniqueFd next(::openat(at, parts[i].c_str(), part_flags | O_CLOEXEC | O_NOCTTY, last ? mode : 0));
    if (!next) {
      return fail_errno(errno, "open beneath");
    }
    current = std::move(next);
  }
  if ((flags & O_PATH) != 0 && (flags & O_NOFOLLOW) == 0) {
    ALCOVE_TRY(const FileStat stat, read_stat(current.value()));
    if (stat.kind == FileKind::kSymlink) {
      return fail_errno(ELOOP, "open beneath");
    }
  }
  return current;
}

/// Opens with O_NOATIME, and without where the file belongs to someone else.
int open_leaving_atime(int folder_fd, const char* path, int flags) {
  const int fd = ::openat(folder_fd, path, flags | O_NOATIME);
  return fd < 0 && errno == EPERM ? ::openat(folder_fd, path, flags) : fd;
}

}  // namespace

Result<FileStat> read_stat(int fd) {
  struct stat raw{};
  if (::fstat(fd, &raw) != 0) {
    return fail_errno(errno, "fstat");
  }
  return make_stat(raw);
}

Result<FileStat> read_stat_at(int folder_fd, const std::string& name) {
  struct stat raw{};
  if (::fstatat(folder_fd, name.c_str(), &raw, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail_errno(errno, "fstatat");
  }
  return make_stat(raw);
}

Result<UniqueFd> open_path(const std::filesystem::path& path, int flags, mode_t mode) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode));
  if (!fd) {
    return fail_errno(errno, fmt::format("open {}", path.string()));
  }
  return fd;
}

Result<UniqueFd> open_folder(const std::filesystem::path& path) {
  UniqueFd fd(open_leaving_atime(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) {
    return fail_errno(errno, fmt::format("open folder {}", path.string()));
  }
  return fd;
}

Result<UniqueFd> open_beneath(int folder_fd, std::string_view relative_path, int flags, mode_t mode) {
  if (relative_path.starts_with('/') || relative_path.find('\0') != std::string_view::npos || relative_path.empty()) {
    return fail(ErrorCode::kInvalidArgument, "The path cannot be used", "open beneath: not a relative path");
  }
  static std::atomic<bool> openat2_missing = false;  // A fact about the running kernel, learned once.
  const std::string path(relative_path);
  for (int attempt = 0; attempt < kRaceTriesMax && !openat2_missing.load(std::memory_order_relaxed); ++attempt) {
    struct open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOCTTY);
    if ((flags & O_PATH) != 0) {
      how.flags &= ~static_cast<std::uint64_t>(O_NOCTTY);  // openat2 refuses it together with O_PATH.
    }
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const long fd = ::syscall(SYS_openat2, folder_fd, path.c_str(), &how, sizeof how);
    if (fd >= 0) {
      return UniqueFd(static_cast<int>(fd));
    }
    if (errno == ENOSYS || (errno == EPERM && (flags & O_NOATIME) == 0)) {
      openat2_missing = errno == ENOSYS;
      break;
    }
    if (errno != EAGAIN) {
      return fail_errno(errno, "open beneath");
    }
  }
  return walk_beneath(folder_fd, relative_path, flags, mode);
}

Result<UniqueFd> reopen_readonly(int path_fd) {
  ALCOVE_TRY(const FileStat stat, read_stat(path_fd));
  if (stat.kind != FileKind::kRegular) {
    return fail(ErrorCode::kUnsupported, "Only regular files are opened");
  }
  const std::string link = fmt::format("/proc/self/fd/{}", path_fd);
  UniqueFd fd(open_leaving_atime(AT_FDCWD, link.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd) {
    return fail_errno(errno, "reopen for reading");
  }
  return fd;
}

Result<UniqueFd> open_regular_beneath(int folder_fd, std::string_view relative_path) {
  ALCOVE_TRY(const UniqueFd path_fd, open_beneath(folder_fd, relative_path, O_PATH | O_NOFOLLOW));
  return reopen_readonly(path_fd.value());
}

Result<std::size_t> pread_all(int fd, std::span<std::uint8_t> buffer, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const std::uint64_t position = offset + done;
    if (position > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
      break;
    }
    const ssize_t got = ::pread(fd, buffer.data() + done, buffer.size() - done, static_cast<off_t>(position));
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return fail_errno(errno, "pread");
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Status write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return fail_errno(errno, "write");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Bytes> read_file(int fd, std::size_t size_max) {
  constexpr std::size_t kStep = 64 * 1024;
  Bytes bytes;
  while (true) {
    const std::size_t before = bytes.size();
    // One byte past the limit tells "exactly the limit" from "more than that".
    bytes.resize(std::min(before + kStep, size_max + 1));
    const ssize_t got = ::read(fd, bytes.data() + before, bytes.size() - before);
    if (got < 0 && errno != EINTR) {
      return fail_errno(errno, "read");
    }
    bytes.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (bytes.size() > size_max) {
      return fail(ErrorCode::kTooLarge, "The file is too large", fmt::format("file is over {} bytes", size_max));
    }
    if (got == 0) {
      return bytes;
    }
  }
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t size_max) {
  ALCOVE_TRY(const UniqueFd fd, open_path(path, O_RDONLY));
  return read_file(fd.value(), size_max);
}

Result<UniqueFd> make_unnamed_file(const std::filesystem::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (fd) {
    return fd;
  }
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) {
    return fail_errno(errno, "make an unnamed file");
  }
  // A file system without O_TMPFILE: the name lives for a moment.
  std::string name = (folder / ".unnamed-XXXXXX").native();
  fd = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) {
    return fail_errno(errno, "make an unnamed file");
  }
  ::unlink(name.c_str());
  return fd;
}

Result<UniqueFd> duplicate(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) {
    return fail_errno(errno, "duplicate descriptor");
  }
  return copy;
}

Status sync(int fd) {
  if (::fsync(fd) != 0) {
    return fail_errno(errno, "fsync");
  }
  return {};
}

Status sync_folder(const std::filesystem::path& path) {
  ALCOVE_TRY(const UniqueFd fd, open_path(path, O_RDONLY | O_DIRECTORY));
  return sync(fd.value());
}

}  // namespace alcove::os

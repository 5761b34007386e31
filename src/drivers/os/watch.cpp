#include "drivers/os/watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace alcove::os {

namespace {

constexpr std::uint32_t kMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_MODIFY |
                                IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
/// One read; a few hundred events with names of usual length.
constexpr std::size_t kBufferBytes = 64UL * 1024;

WatchEvent event_of(const inotify_event& raw, std::string name) {
  WatchEvent event{.watch = raw.wd, .is_folder = (raw.mask & IN_ISDIR) != 0, .name = std::move(name)};
  if ((raw.mask & IN_Q_OVERFLOW) != 0) {
    event.kind = WatchEvent::Kind::kOverflow;
  } else if ((raw.mask & (IN_DELETE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0) {
    event.kind = WatchEvent::Kind::kGone;
  } else if ((raw.mask & IN_MODIFY) != 0) {
    event.kind = WatchEvent::Kind::kWriting;
  }
  return event;
}

}  // namespace

Result<FolderWatch> FolderWatch::open() {
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) {
    return fail_errno(errno, "eventfd");
  }
  return FolderWatch(UniqueFd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)), std::move(wake));
}

Result<int> FolderWatch::add(int folder_fd) {
  if (!inotify_) {
    return fail(ErrorCode::kOverloaded, "The system's limit of watchers is reached", "inotify_init1 failed");
  }
  // By descriptor, not by path: between opening and watching the path may have become another folder's.
  const std::string path = fmt::format("/proc/self/fd/{}", folder_fd);
  const int watch = ::inotify_add_watch(inotify_.value(), path.c_str(), kMask);
  if (watch >= 0) {
    return watch;
  }
  if (errno == ENOSPC || errno == ENOMEM) {
    return fail(ErrorCode::kOverloaded, "The system's limit of watched folders is reached",
                "inotify_add_watch: ENOSPC");
  }
  return fail_errno(errno, "inotify_add_watch");
}

void FolderWatch::remove(int watch) {
  // Fails only for a watch that ended by itself.
  (void)::inotify_rm_watch(inotify_.value(), watch);
}

Result<std::vector<WatchEvent>> FolderWatch::read(std::chrono::milliseconds timeout) {
  std::array<pollfd, 2> descriptors{pollfd{.fd = inotify_.value(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = wake_.value(), .events = POLLIN, .revents = 0}};
  const auto wait_ms = static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 0, std::numeric_limits<int>::max()));
  std::vector<WatchEvent> events;
  if (::poll(descriptors.data(), descriptors.size(), wait_ms) < 0 && errno != EINTR) {
    return fail_errno(errno, "wait for changes");
  }
  std::uint64_t woken = 0;
  (void)!::read(wake_.value(), &woken, sizeof woken);
  if (!inotify_) {
    return events;
  }
  alignas(inotify_event) std::array<char, kBufferBytes> buffer{};
  const ssize_t size = ::read(inotify_.value(), buffer.data(), buffer.size());
  if (size < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return events;
    }
    return fail_errno(errno, "read changes");
  }
  for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(size);) {
    inotify_event raw{};
    std::memcpy(&raw, buffer.data() + at, sizeof raw);
    const char* name = buffer.data() + at + sizeof raw;
    at += sizeof raw + raw.len;
    // Names are padded with zeros.
    events.push_back(event_of(raw, std::string(name, ::strnlen(name, raw.len))));
  }
  return events;
}

void FolderWatch::wake() const {
  const std::uint64_t one = 1;
  (void)!::write(wake_.value(), &one, sizeof one);
}

}  // namespace alcove::os

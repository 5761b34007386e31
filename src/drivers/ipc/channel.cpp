#include "drivers/ipc/channel.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace alcove::ipc {

namespace {

/// A stop request is noticed within this time while waiting.
constexpr std::chrono::milliseconds kStopPoll{50};
/// The payload's memory file and the message's own descriptors.
constexpr std::size_t kFdsPerPacketMax = wire::kDescriptorsMax + 1;

std::unexpected<Error> gone() {
  return fail(ErrorCode::kUnavailable, "The worker is not there", "channel: the other end is closed");
}

}  // namespace

Result<std::pair<Channel, os::UniqueFd>> Channel::make_pair() {
  std::array<int, 2> fds{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return fail_errno(errno, "socketpair");
  }
  // Room for a few whole packets, so that a sender of small frames rarely waits.
  const int buffer_bytes = 1 << 20;
  for (const int fd : fds) {
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  }
  return std::pair(Channel(os::UniqueFd(fds[0])), os::UniqueFd(fds[1]));
}

Status Channel::wait_ready(short events, const Context& context) const {
  while (true) {
    ALCOVE_TRY_VOID(context.check());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(context.deadline - std::chrono::steady_clock::now());
    const bool unlimited = context.deadline == SteadyTime::max();
    auto wait_ms = unlimited ? std::chrono::milliseconds{60'000} : std::min(left, std::chrono::milliseconds{60'000});
    if (context.stop.stop_possible()) {
      wait_ms = std::min(wait_ms, kStopPoll);
    }
    pollfd entry{.fd = fd_.value(), .events = events, .revents = 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(wait_ms.count(), 0)));
    if (ready > 0) {
      return {};
    }
    if (ready < 0 && errno != EINTR) {
      return fail_errno(errno, "poll on a channel");
    }
  }
}

Status Channel::send(wire::MessageKind kind, ByteView payload, std::span<const int> descriptors,
                     const Context& context) {
  if (payload.size() > wire::kPayloadMax || descriptors.size() > wire::kDescriptorsMax) {
    return fail(ErrorCode::kTooLarge, "A message is too large");
  }
  os::UniqueFd memory;
  const bool in_memory_file = payload.size() > wire::kInlineMax;
  if (in_memory_file) {
    ALCOVE_TRY(memory, os::make_sealed_file(payload, "alcove-payload"));
  }
  Bytes header = make_frame_header({.kind = kind,
                                    .in_memory_file = in_memory_file,
                                    .descriptor_count = static_cast<std::uint8_t>(descriptors.size()),
                                    .payload_bytes = payload.size()});
  std::array<int, kFdsPerPacketMax> fds{};
  std::size_t fd_count = 0;
  if (in_memory_file) {
    fds[fd_count++] = memory.value();
  } else {
    header.insert(header.end(), payload.begin(), payload.end());
  }
  for (const int fd : descriptors) {
    fds[fd_count++] = fd;
  }
  iovec vector{.iov_base = header.data(), .iov_len = header.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kFdsPerPacketMax)> control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (fd_count > 0) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
    std::memcpy(CMSG_DATA(part), fds.data(), sizeof(int) * fd_count);
  }
  while (true) {
    if (::sendmsg(fd_.value(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
      return {};
    }
    if (errno == EAGAIN) {
      ALCOVE_TRY_VOID(wait_ready(POLLOUT, context));
    } else if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN) {
      return gone();
    } else if (errno != EINTR) {
      return fail_errno(errno, "sendmsg on a channel");
    }
  }
}

Result<Frame> Channel::receive(const Context& context) {
  if (broken_) {
    return fail(ErrorCode::kCorrupt, "A worker sent damaged data", "channel: broken by an earlier frame");
  }
  ALCOVE_TRY_VOID(wait_ready(POLLIN, context));
  auto frame = read_packet();
  broken_ = !frame && frame.error().code == ErrorCode::kCorrupt;
  return frame;
}

Result<Frame> Channel::read_packet() {
  Bytes buffer(kFrameHeaderBytes + wire::kInlineMax);
  iovec vector{.iov_base = buffer.data(), .iov_len = buffer.size()};
  // Twice the room, so that surplus descriptors arrive, are owned, and are closed, instead of being cut silently.
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kFdsPerPacketMax * 2)> control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t received = -1;
  do {
    received = ::recvmsg(fd_.value(), &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  std::vector<os::UniqueFd> fds;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); received >= 0 && part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
      const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
        fds.emplace_back(fd);
      }
    }
  }
  if (received < 0) {
    return errno == ECONNRESET || errno == ENOTCONN ? gone() : fail_errno(errno, "recvmsg on a channel");
  }
  if (received == 0) {
    return gone();
  }
  const auto corrupt = [](const char* why) {
    return fail(ErrorCode::kCorrupt, "A worker sent damaged data", std::string("channel: ") + why);
  };
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return corrupt("a packet beyond its limit");
  }
  buffer.resize(static_cast<std::size_t>(received));
  ALCOVE_TRY(const FrameHeader header, parse_frame_header(buffer));
  if (fds.size() != header.descriptor_count + (header.in_memory_file ? 1U : 0U)) {
    return corrupt("another number of descriptors than announced");
  }
  Frame frame;
  frame.kind = header.kind;
  if (header.in_memory_file) {
    if (buffer.size() != kFrameHeaderBytes) {
      return corrupt("bytes beside a memory file");
    }
    ALCOVE_TRY(frame.memory_, os::SealedMemory::open(std::move(fds.front()), wire::kPayloadMax));
    fds.erase(fds.begin());
    if (frame.memory_->view().size() != header.payload_bytes) {
      return corrupt("a memory file of another size than announced");
    }
  } else {
    if (buffer.size() != kFrameHeaderBytes + header.payload_bytes) {
      return corrupt("a payload of another size than announced");
    }
    frame.inline_.assign(buffer.begin() + kFrameHeaderBytes, buffer.end());
  }
  frame.descriptors = std::move(fds);
  return frame;
}

void Channel::shut_down() {
  ::shutdown(fd_.value(), SHUT_RDWR);
}

}  // namespace alcove::ipc

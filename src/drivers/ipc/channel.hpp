#pragma once
/// @file
/// Frames with descriptors between the server and a worker.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "base/error.hpp"
#include "drivers/os/sealed_memory.hpp"
#include "drivers/os/unique_fd.hpp"
#include "wire/codec.hpp"
#include "wire/messages.hpp"

namespace alcove::ipc {

/// What stands before every payload: 24 bytes, little-endian.
struct FrameHeader {
  wire::MessageKind kind = wire::MessageKind::kHello;
  bool in_memory_file = false;        ///< The payload is the first descriptor, a sealed memory file.
  std::uint8_t descriptor_count = 0;  ///< Without the payload's own.
  std::uint64_t payload_bytes = 0;
};
inline constexpr std::size_t kFrameHeaderBytes = 24;

/// Errors: kCorrupt for another magic, version, an unknown kind or flag, or a size beyond wire::kPayloadMax.
Result<FrameHeader> parse_frame_header(ByteView bytes);
/// Exactly kFrameHeaderBytes bytes.
Bytes make_frame_header(const FrameHeader& header);

/// One received message.
struct Frame {
  wire::MessageKind kind = wire::MessageKind::kHello;
  std::vector<os::UniqueFd> descriptors;

  [[nodiscard]] ByteView payload() const { return memory_ ? memory_->view() : ByteView(inline_); }
  /// The message inside. Errors: kCorrupt for another kind or malformed bytes.
  template <typename T>
  Result<T> as(wire::MessageKind wanted) const {
    if (kind != wanted) {
      return fail(ErrorCode::kCorrupt, "A worker sent an unexpected answer");
    }
    return wire::decode<T>(payload());
  }

 private:
  friend class Channel;
  Bytes inline_;
  std::optional<os::SealedMemory> memory_;
};

/// One end of a Unix socket pair (SOCK_SEQPACKET: a packet is a frame).
///
/// Thread safety: one thread may receive while others send; packets are atomic. Ownership: of the descriptor.
/// Failure: kUnavailable when the other end is gone; kCorrupt when it sent something malformed, after which every call
/// fails so; kTimedOut and kCancelled by the context leave the channel usable.
class Channel {
 public:
  /// Takes over one end.
  explicit Channel(os::UniqueFd fd) : fd_(std::move(fd)) {}
  /// Our end, and the descriptor to hand to the other process.
  static Result<std::pair<Channel, os::UniqueFd>> make_pair();

  /// Sends one frame; payloads over wire::kInlineMax go as a sealed memory file. `descriptors` stay the caller's.
  Status send(wire::MessageKind kind, ByteView payload, std::span<const int> descriptors, const Context& context);
  template <typename T>
  Status send(wire::MessageKind kind, const T& message, const Context& context, std::span<const int> descriptors = {}) {
    return send(kind, wire::encode(message), descriptors, context);
  }
  /// The next frame. Received descriptors close on exec.
  Result<Frame> receive(const Context& context);
  /// Wakes and fails every call, now and later, on both ends.
  void shut_down();
  [[nodiscard]] int fd() const { return fd_.value(); }

 private:
  Status wait_ready(short events, const Context& context) const;
  Result<Frame> read_packet();

  os::UniqueFd fd_;
  bool broken_ = false;  ///< Set by the receiving thread only.
};

}  // namespace alcove::ipc

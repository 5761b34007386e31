#include <array>

#include "drivers/ipc/channel.hpp"

namespace alcove::ipc {

namespace {

constexpr std::uint32_t kMagic = 0x56434C41;  // "ALCV"
constexpr std::uint8_t kFlagMemoryFile = 1;

void put(Bytes& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

std::uint64_t take(ByteView bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= static_cast<std::uint64_t>(bytes[offset + i]) << (8 * i);
  }
  return value;
}

}  // namespace

Bytes make_frame_header(const FrameHeader& header) {
  Bytes out;
  out.reserve(kFrameHeaderBytes);
  put(out, kMagic, 4);
  put(out, wire::kProtocolVersion, 4);
  put(out, static_cast<std::uint64_t>(header.kind), 1);
  put(out, header.in_memory_file ? kFlagMemoryFile : 0, 1);
  put(out, header.descriptor_count, 1);
  put(out, 0, 5);  // reserved, must be zero
  put(out, header.payload_bytes, 8);
  return out;
}

Result<FrameHeader> parse_frame_header(ByteView bytes) {
  const auto corrupt = [](const char* why) {
    return fail(ErrorCode::kCorrupt, "A worker sent damaged data", std::string("frame: ") + why);
  };
  if (bytes.size() < kFrameHeaderBytes) {
    return corrupt("shorter than its header");
  }
  if (take(bytes, 0, 4) != kMagic) {
    return corrupt("wrong magic");
  }
  if (take(bytes, 4, 4) != wire::kProtocolVersion) {
    return corrupt("another protocol version");
  }
  const std::uint64_t kind = take(bytes, 8, 1);
  const std::uint64_t flags = take(bytes, 9, 1);
  const std::uint64_t descriptors = take(bytes, 10, 1);
  if (kind >= static_cast<std::uint64_t>(wire::MessageKind::kCount_)) {
    return corrupt("unknown kind");
  }
  if ((flags & ~std::uint64_t{kFlagMemoryFile}) != 0 || take(bytes, 11, 5) != 0) {
    return corrupt("unknown flags");
  }
  FrameHeader header{.kind = static_cast<wire::MessageKind>(kind),
                     .in_memory_file = (flags & kFlagMemoryFile) != 0,
                     .descriptor_count = static_cast<std::uint8_t>(descriptors),
                     .payload_bytes = take(bytes, 16, 8)};
  if (descriptors > wire::kDescriptorsMax) {
    return corrupt("too many descriptors");
  }
  if (header.payload_bytes > (header.in_memory_file ? wire::kPayloadMax : wire::kInlineMax)) {
    return corrupt("payload beyond its limit");
  }
  return header;
}

}  // namespace alcove::ipc

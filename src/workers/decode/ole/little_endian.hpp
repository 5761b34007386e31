#pragma once
/// @file
/// Little-endian numbers at offsets that a file names. Past the end they read as 0, so that no offset can do harm.

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace alcove::ole {

inline std::uint8_t u8_at(ByteView bytes, std::size_t at) {
  return at < bytes.size() ? bytes[at] : std::uint8_t{0};
}
inline std::uint16_t u16_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(u8_at(bytes, at) | u8_at(bytes, at + 1) << 8);
}
inline std::uint32_t u32_at(ByteView bytes, std::size_t at) {
  return u16_at(bytes, at) | static_cast<std::uint32_t>(u16_at(bytes, at + 2)) << 16U;
}
inline std::uint64_t u64_at(ByteView bytes, std::size_t at) {
  return u32_at(bytes, at) | static_cast<std::uint64_t>(u32_at(bytes, at + 4)) << 32U;
}
/// `size` bytes from `at`, fewer where the bytes end.
inline ByteView slice(ByteView bytes, std::size_t at, std::size_t size) {
  if (at >= bytes.size()) {
    return {};
  }
  return bytes.subspan(at, size < bytes.size() - at ? size : bytes.size() - at);
}

}  // namespace alcove::ole

#pragma once
/// @file
/// Untrusted bytes behind a descriptor or in memory, read by offset.

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace alcove::input {

/// Bytes of one content.
///
/// Thread safety: reading is safe from any thread (pread). Ownership: borrows the descriptor or the memory, which must
/// live longer. Failure: a read error is an Error; reading past the end gives fewer bytes.
class ByteSource {
 public:
  /// Errors: kInternal when `fd` is not a regular file or memory file.
  static Result<ByteSource> from_descriptor(int fd);
  static ByteSource from_bytes(ByteView bytes) { return ByteSource(-1, bytes, bytes.size()); }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The descriptor, or -1 for memory.
  [[nodiscard]] int descriptor() const { return fd_; }
  /// The memory; empty for a descriptor.
  [[nodiscard]] ByteView memory() const { return memory_; }

  /// Fills `buffer` from `offset`; returns how many bytes there were.
  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> buffer) const;
  /// At most `size_max` bytes from `offset`.
  Result<Bytes> read_range(std::uint64_t offset, std::size_t size_max) const;

 private:
  ByteSource(int fd, ByteView memory, std::uint64_t size) : fd_(fd), memory_(memory), size_(size) {}

  int fd_ = -1;
  ByteView memory_;
  std::uint64_t size_ = 0;
};

}  // namespace alcove::input

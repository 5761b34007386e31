#pragma once
/// @file
/// A file mapped for reading that may go bad without ending the process.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/error.hpp"

namespace alcove::os {

/// Mappings alive at once in the process; one more is refused.
inline constexpr std::size_t kGuardedMappingsMax = 64;
/// What is given up around a place that cannot be read. In blocks, because each one given up is a mapping of its own to
/// the kernel, which allows some 65,000: so a whole lost disk costs a file of a terabyte less than that.
inline constexpr std::size_t kGivenUpBytes = std::size_t{16} * 1024 * 1024;

/// A file's bytes. Where the disk fails, or the file is shorter than it was, the kernel answers a read of mapped memory
/// with SIGBUS; here the block then reads as zeros from that moment on, and the mapping says that it is damaged.
/// Whoever reads must be able to tell such zeros from data.
///
/// May reach beyond the end of the file, so that the file can grow into it; bytes there must not be read before it did.
///
/// Thread safety: any thread. Ownership: of the mapping, not of the descriptor, which may be closed.
/// The process's SIGBUS handler is set with the first mapping; a signal that concerns no guarded mapping ends the
/// process as it did before.
class GuardedMapping {
 public:
  /// Errors: of mmap; kOverloaded when there are too many.
  static Result<std::unique_ptr<GuardedMapping>> map(int descriptor, std::size_t size_bytes);
  ~GuardedMapping();
  GuardedMapping(const GuardedMapping&) = delete;
  GuardedMapping& operator=(const GuardedMapping&) = delete;

  [[nodiscard]] const std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }
  /// A block could not be read since the file was mapped.
  [[nodiscard]] bool is_damaged() const;

 private:
  GuardedMapping(const std::uint8_t* data, std::size_t size_bytes, std::size_t slot)
      : data_(data), size_bytes_(size_bytes), slot_(slot) {}

  const std::uint8_t* data_;
  std::size_t size_bytes_;
  std::size_t slot_;
};

}  // namespace alcove::os

#pragma once
/// @file
/// Memory that is handed to another process and can never change again.

#include <cstdint>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::os {

/// A read-only mapping of a memory file that nobody can shrink, grow or write: it can neither change under the reader
/// nor end in a SIGBUS.
///
/// Thread safety: `view` may be read by any thread. Ownership: of descriptor and mapping.
class SealedMemory {
 public:
  SealedMemory() = default;
  ~SealedMemory();
  SealedMemory(SealedMemory&& other) noexcept;
  SealedMemory& operator=(SealedMemory&& other) noexcept;
  SealedMemory(const SealedMemory&) = delete;
  SealedMemory& operator=(const SealedMemory&) = delete;

  /// Copies `bytes` into a new sealed memory file. `name` shows in /proc only.
  static Result<SealedMemory> make(ByteView bytes, const char* name);
  /// Takes a descriptor of any origin. Errors: kCorrupt when it is no memory file sealed against shrinking, growing
  /// and writing; kTooLarge past `size_max`.
  static Result<SealedMemory> open(UniqueFd fd, std::uint64_t size_max);

  [[nodiscard]] ByteView view() const { return view_; }
  [[nodiscard]] int fd() const { return fd_.value(); }

 private:
  UniqueFd fd_;
  ByteView view_;
};

/// A memory file with the seals a receiver asks for, without mapping it here.
Result<UniqueFd> make_sealed_file(ByteView bytes, const char* name);

/// A memory file that is written piece by piece and then sealed.
///
/// Thread safety: one writer. Ownership: of the descriptor, until `seal` hands it on. Failure: an error of `append`
/// leaves a file of unknown length, which is of no further use.
class GrowingMemory {
 public:
  /// `name` shows in /proc only.
  static Result<GrowingMemory> create(const char* name);

  Status append(ByteView bytes);
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
  /// The file with the seals a receiver asks for.
  Result<UniqueFd> seal() &&;

 private:
  explicit GrowingMemory(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace alcove::os

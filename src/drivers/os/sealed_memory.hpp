#pragma once
/// @file
/// Memory that is handed to another process and can never change again.

#include <cstdint>

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

}  // namespace alcove::os

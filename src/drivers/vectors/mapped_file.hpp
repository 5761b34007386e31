#pragma once
/// @file
/// Internal to drivers/vectors: a file that one thread writes and grows while others read it as memory.

#include <cstdint>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "drivers/os/guarded_mapping.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::vectors {

/// Mapped far beyond its end, so that growing seldom means mapping it anew: each page of a new mapping costs its first
/// reader a fault, a third of a second for three million rows.
///
/// Thread safety: one thread calls; `mapping` is handed on to readers, who keep it while the file may already have a
/// larger one.
class MappedFile {
 public:
  explicit MappedFile(os::UniqueFd file) : file_(std::move(file)) {}

  /// Makes the file and what is mapped of it at least that long.
  Status grow_to(std::uint64_t size_bytes);
  Status write(const void* data, std::size_t size, std::uint64_t offset);
  Status sync();

  /// Nothing before the first `grow_to`.
  [[nodiscard]] const std::shared_ptr<const os::GuardedMapping>& mapping() const { return mapping_; }
  /// Something could not be read, of this mapping or one before.
  [[nodiscard]] bool was_damaged() const { return was_damaged_; }
  [[nodiscard]] int descriptor() const { return file_.value(); }

 private:
  os::UniqueFd file_;
  std::shared_ptr<const os::GuardedMapping> mapping_;  ///< Owned by this and by each running search.
  bool was_damaged_ = false;
};

}  // namespace alcove::vectors

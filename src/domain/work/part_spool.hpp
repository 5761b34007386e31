#pragma once
/// @file
/// Members of containers between being found and being read.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/sync.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::work {

/// Bytes kept at once; what is pushed out is taken from its container again.
inline constexpr std::uint64_t kSpoolBytesMax = 512ULL * 1024 * 1024;
inline constexpr std::size_t kSpoolFilesMax = 300;

/// Unnamed files in one folder: the file system frees them with the process, however it ends.
///
/// Thread safety: all calls from any thread.
class PartSpool {
 public:
  explicit PartSpool(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Copies the bytes; the oldest make room. Errors: of the disk.
  Status put(ContentNumber content, ByteView bytes);
  /// An own descriptor for reading; nothing when the content is not (any more) here.
  Result<std::optional<os::UniqueFd>> find(ContentNumber content);
  void erase(ContentNumber content);

 private:
  struct Entry {
    ContentNumber content;
    os::UniqueFd file;
    std::uint64_t size_bytes = 0;
  };
  struct State {
    std::deque<Entry> entries;  ///< Oldest first.
    std::uint64_t size_bytes = 0;
  };

  std::filesystem::path folder_;
  Guarded<State> state_;
};

}  // namespace alcove::work

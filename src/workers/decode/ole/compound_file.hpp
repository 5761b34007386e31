#pragma once
/// @file
/// Compound files (OLE2, MS-CFB): storages and streams by name, read within limits.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "workers/decode/input/byte_source.hpp"

namespace alcove::ole {

/// Most directory entries that are read: a message with thousands of recipients has some ten thousand.
inline constexpr std::size_t kEntriesMax = 200'000;
/// Storages inside one another; a message attached to a message adds two.
inline constexpr unsigned kStorageDepthMax = 64;
/// Largest stream that is read as a whole.
inline constexpr std::size_t kStreamBytesMax = 256UL * 1024 * 1024;

/// A storage or a stream. Its position in `CompoundFile::entries` names it.
struct Entry {
  std::string name;  ///< UTF-8; control characters such as the leading U+0005 of property streams are kept.
  bool is_storage = false;
  std::size_t parent = 0;             ///< The root is its own parent.
  std::vector<std::size_t> children;  ///< By name.
  std::uint32_t first_sector = 0;     ///< Unchecked.
  std::uint64_t size = 0;             ///< As declared, at most the file's.
  std::int64_t modified_unix_ms = 0;  ///< 0: not stated
};

/// A read-only view of a compound file.
///
/// Own code, because libgsf, the library for it, recurses along chains of directory entries and overflows its stack on
/// a crafted file, and refuses every file that was cut (docs/DEPENDENCIES.md). This reader walks without recursion, and
/// where the table of sectors is missing it takes streams for unbroken, as most programs write them.
/// Thread safety: none. Ownership: borrows the source. Failure: kCorrupt for what is no compound file.
class CompoundFile {
 public:
  static Result<CompoundFile> open(const input::ByteSource& source);
  /// The signature that every compound file begins with.
  static bool has_signature(ByteView head);

  static constexpr std::size_t kRoot = 0;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// A child of `storage` by name, regardless of ASCII case.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name, std::size_t storage = kRoot) const;

  struct Content {
    Bytes bytes;
    bool truncated = false;  ///< Damage or `size_max` cut it.
  };
  /// At most `size_max` bytes of a stream; empty for a storage. Errors: those of reading the source.
  Result<Content> read(std::size_t entry, std::size_t size_max = kStreamBytesMax) const;
  /// The same by name; an empty content when there is no such stream.
  Result<Content> read(std::string_view name, std::size_t storage = kRoot,
                       std::size_t size_max = kStreamBytesMax) const;

  /// True when parts of its tables were missing.
  [[nodiscard]] bool is_damaged() const { return damaged_; }

 private:
  explicit CompoundFile(const input::ByteSource& source) : source_(&source) {}
  Status load();
  Status load_sector_table(ByteView header);
  Status load_directory(std::uint32_t first_sector);
  void link_entries(ByteView directory);
  Status load_small_streams(ByteView header);

  [[nodiscard]] std::uint64_t sector_bytes() const { return 1ULL << sector_shift_; }
  [[nodiscard]] std::uint64_t sector_offset(std::uint32_t sector) const {
    return (static_cast<std::uint64_t>(sector) + 1) << sector_shift_;
  }
  [[nodiscard]] std::uint32_t next_sector(std::uint32_t sector) const;
  Result<Content> read_chain(std::uint32_t first, std::uint64_t size) const;
  Content read_small(std::uint32_t first, std::uint64_t size) const;

  const input::ByteSource* source_;
  unsigned sector_shift_ = 9;
  std::uint32_t small_size_max_ = 4096;    ///< Smaller streams lie in the small streams' container.
  std::vector<std::uint32_t> next_;        ///< The sector after each sector.
  std::vector<std::uint32_t> small_next_;  ///< The same for the small sectors of 64 bytes.
  Bytes small_bytes_;                      ///< The container of small streams.
  std::vector<Entry> entries_;
  bool damaged_ = false;
};

}  // namespace alcove::ole

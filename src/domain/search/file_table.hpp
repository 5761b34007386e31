#pragma once
/// @file
/// When each file was changed and how large it is, in memory: what filters, orders and lists read of every file.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sync.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// 16 bytes per file id. A filter reads the whole table: 16 MB and some milliseconds for a million files, less than
/// any lookup per file. Filled from the names index, which stores the same with each file.
///
/// Thread safety: any thread.
class FileTable {
 public:
  struct Row {
    std::int64_t modified_unix_ms = 0;
    std::int64_t size_bytes = kAbsent;
  };

  void set(std::uint32_t file, const Row& row);
  void remove(std::uint32_t file);
  void clear();
  /// The members of `among` whose row `matches`.
  [[nodiscard]] sets::Bitmap where(const sets::Bitmap& among, const std::function<bool(const Row&)>& matches) const;
  /// The first `limit` members of `among` in an order: by when they were changed, or by size.
  enum class Order : std::uint8_t { kNewest, kOldest, kLargest };
  [[nodiscard]] std::vector<std::uint32_t> ordered(const sets::Bitmap& among, Order order, std::size_t limit) const;

  /// As the index stores a row.
  static std::string encode(const Row& row);
  static Row decode(std::string_view value);

 private:
  static constexpr std::int64_t kAbsent = -1;
  Guarded<std::vector<Row>> rows_;  ///< By file id.
};

}  // namespace alcove::search

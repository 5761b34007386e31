#pragma once
/// @file
/// Which contents and files exist in which library, as sets that queries take a snapshot of.

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/sync.hpp"
#include "domain/files/files.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::files {

/// Counts, per library, the present files of each content; a content is in a library's set while its count is above
/// zero. Libraries are the zones of rights: a principal's set is the union of the libraries open to it.
///
/// Thread safety: all calls from any thread. The changes of one file must be applied in the order of their commits.
class VisibleSets {
 public:
  struct Snapshot {
    std::shared_ptr<const sets::Bitmap> contents;  ///< Shared by the readers that took it and by this cache.
    std::shared_ptr<const sets::Bitmap> files;
  };
  /// Contents that lost their last present file anywhere, and those that got a first one.
  struct Turnover {
    std::vector<ContentNumber> orphaned;
    std::vector<ContentNumber> used;
  };

  Turnover apply(const std::vector<Files::Applied>& changes);
  /// Of every library.
  [[nodiscard]] Snapshot everything() const;
  /// Of one library; empty sets for an unknown one.
  [[nodiscard]] Snapshot of(LibraryId library) const;
  /// Present files of the content in all libraries.
  [[nodiscard]] std::int64_t count_of(ContentNumber content) const;
  /// Of the present files of one library.
  struct Totals {
    std::int64_t file_count = 0;
    std::int64_t size_bytes = 0;
  };
  [[nodiscard]] Totals totals(LibraryId library) const;

 private:
  struct Zone {
    std::unordered_map<std::uint32_t, std::int32_t> content_counts;  ///< Never zero; negative only between two changes.
    sets::Bitmap contents;
    sets::Bitmap files;
    std::int64_t size_bytes = 0;
    mutable Snapshot snapshot;  ///< Made when asked for; dropped by a change.
  };
  struct State {
    std::unordered_map<LibraryId, Zone> zones;
    mutable Snapshot everything;
  };

  static void count(Zone& zone, ContentNumber content, std::int32_t difference);
  static const Snapshot& snapshot_of(const Zone& zone);

  Guarded<State> state_;
};

}  // namespace alcove::files

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

/// Counts, per library, the present files of each content and the visible containers it is a part of; a content is in a
/// library's set while its count is above zero. So a part is visible exactly where one of its containers is. Libraries
/// are the zones of rights: a principal's set is the union of the libraries open to it.
///
/// Thread safety: all calls from any thread. The changes of one file, and the parts of one container, must be applied
/// in the order of their commits.
class VisibleSets {
 public:
  struct Snapshot {
    std::shared_ptr<const sets::Bitmap> contents;  ///< Shared by the readers that took it and by this cache.
    std::shared_ptr<const sets::Bitmap> files;
  };
  /// Contents that lost their last present file or container anywhere, and those that got a first one.
  struct Turnover {
    std::vector<ContentNumber> orphaned;
    std::vector<ContentNumber> used;
  };

  Turnover apply(const std::vector<Files::Applied>& changes);
  /// The parts of a container are these and no others. There must be no cycle.
  Turnover set_parts(ContentNumber container, const std::vector<ContentNumber>& parts);
  /// Of every library.
  [[nodiscard]] Snapshot everything() const;
  /// Of one library; empty sets for an unknown one.
  [[nodiscard]] Snapshot of(LibraryId library) const;
  /// What some present files mean for contents, given how many of them have each content directly.
  [[nodiscard]] Files::Projection project(
      const std::unordered_map<std::uint32_t, std::int64_t>& files_of_content) const;
  /// As Files::bundled, among visible contents.
  [[nodiscard]] Files::Bundled bundled(const sets::Bitmap& contents, const sets::Bitmap& bundles) const;
  /// Visible contents that contain this one, directly or not, and have a present file of their own; the content itself
  /// among them if it has one. At most `limit`.
  [[nodiscard]] std::vector<ContentNumber> roots_of(ContentNumber content, std::size_t limit) const;
  /// What the content contains and what contains it, at every depth, and the content itself; visible or not.
  [[nodiscard]] sets::Bitmap kin_of(ContentNumber content) const;
  /// Contents that lie in a visible container, whether they also have a file of their own or not.
  [[nodiscard]] sets::Bitmap contained() const;
  [[nodiscard]] bool is_visible(ContentNumber content) const;
  /// Of the present files of one library.
  struct Totals {
    std::int64_t file_count = 0;
    std::int64_t size_bytes = 0;
  };
  [[nodiscard]] Totals totals(LibraryId library) const;

 private:
  struct Count {
    std::int32_t files = 0;
    std::int32_t containers = 0;  ///< That are visible in the zone.
    [[nodiscard]] std::int32_t all() const { return files + containers; }
  };
  struct Zone {
    std::unordered_map<std::uint32_t, Count> content_counts;  ///< Negative only between two changes.
    sets::Bitmap contents;
    sets::Bitmap files;
    std::int64_t size_bytes = 0;
    mutable Snapshot snapshot;  ///< Made when asked for; dropped by a change.
  };
  struct State {
    std::unordered_map<LibraryId, Zone> zones;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> parts;       ///< of a container
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> containers;  ///< of a part
    mutable Snapshot everything;
  };
  /// Whether a content was visible anywhere, noted before its first change.
  using Before = std::unordered_map<std::uint32_t, bool>;

  static bool is_visible(const State& state, std::uint32_t content);
  static void count(State& state, Zone& zone, std::uint32_t content, std::int32_t Count::* member,
                    std::int32_t difference, Before& before);
  static Turnover turnover_since(const State& state, const Before& before);
  static const Snapshot& snapshot_of(const Zone& zone);

  Guarded<State> state_;
};

}  // namespace alcove::files

#include "domain/files/visible_sets.hpp"

#include <unordered_set>

namespace alcove::files {

void VisibleSets::count(Zone& zone, ContentNumber content, std::int32_t difference) {
  if (!content) {
    return;
  }
  const auto entry = zone.content_counts.try_emplace(content.value, 0).first;
  entry->second += difference;
  if (entry->second > 0) {
    zone.contents.add(content.value);
  } else {
    zone.contents.remove(content.value);
  }
  if (entry->second == 0) {
    zone.content_counts.erase(entry);
  }
}

VisibleSets::Turnover VisibleSets::apply(const std::vector<Files::Applied>& changes) {
  return state_.with([&](State& state) {
    std::unordered_set<std::uint32_t> touched;
    std::unordered_set<std::uint32_t> visible_before;
    const auto visible = [&](std::uint32_t content) {
      for (const auto& [library, zone] : state.zones) {
        if (zone.contents.contains(content)) {
          return true;
        }
      }
      return false;
    };
    for (const Files::Applied& change : changes) {
      for (const ContentNumber content : {change.old_content, change.new_content}) {
        if (content && touched.insert(content.value).second && visible(content.value)) {
          visible_before.insert(content.value);
        }
      }
    }
    for (const Files::Applied& change : changes) {
      Zone& zone = state.zones[change.library];
      count(zone, change.old_content, -1);
      count(zone, change.new_content, 1);
      zone.size_bytes += change.bytes_change;
      const auto file = static_cast<std::uint32_t>(change.file.value);
      if (change.present) {
        zone.files.add(file);
      } else {
        zone.files.remove(file);
      }
      zone.snapshot = {};
      state.everything = {};
    }
    Turnover turnover;
    for (const std::uint32_t content : touched) {
      const bool before = visible_before.contains(content);
      const bool after = visible(content);
      if (before && !after) {
        turnover.orphaned.push_back(ContentNumber{content});
      } else if (!before && after) {
        turnover.used.push_back(ContentNumber{content});
      }
    }
    return turnover;
  });
}

const VisibleSets::Snapshot& VisibleSets::snapshot_of(const Zone& zone) {
  if (!zone.snapshot.contents) {
    zone.snapshot = {.contents = std::make_shared<const sets::Bitmap>(zone.contents),
                     .files = std::make_shared<const sets::Bitmap>(zone.files)};
  }
  return zone.snapshot;
}

VisibleSets::Snapshot VisibleSets::everything() const {
  return state_.with([&](const State& state) -> Snapshot {
    if (!state.everything.contents) {
      sets::Bitmap contents;
      sets::Bitmap files;
      for (const auto& [library, zone] : state.zones) {
        contents |= zone.contents;
        files |= zone.files;
      }
      state.everything = {.contents = std::make_shared<const sets::Bitmap>(std::move(contents)),
                          .files = std::make_shared<const sets::Bitmap>(std::move(files))};
    }
    return state.everything;
  });
}

VisibleSets::Snapshot VisibleSets::of(LibraryId library) const {
  return state_.with([&](const State& state) -> Snapshot {
    const auto found = state.zones.find(library);
    if (found == state.zones.end()) {
      static const Snapshot kNothing{.contents = std::make_shared<const sets::Bitmap>(),
                                     .files = std::make_shared<const sets::Bitmap>()};
      return kNothing;
    }
    return snapshot_of(found->second);
  });
}

std::int64_t VisibleSets::count_of(ContentNumber content) const {
  return state_.with([&](const State& state) {
    std::int64_t sum = 0;
    for (const auto& [library, zone] : state.zones) {
      const auto found = zone.content_counts.find(content.value);
      sum += found == zone.content_counts.end() ? 0 : found->second;
    }
    return sum;
  });
}

VisibleSets::Totals VisibleSets::totals(LibraryId library) const {
  return state_.with([&](const State& state) -> Totals {
    const auto found = state.zones.find(library);
    return found == state.zones.end() ? Totals{}
                                      : Totals{.file_count = static_cast<std::int64_t>(found->second.files.size()),
                                               .size_bytes = found->second.size_bytes};
  });
}

}  // namespace alcove::files

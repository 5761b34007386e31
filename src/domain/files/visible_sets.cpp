#include "domain/files/visible_sets.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace alcove::files {

bool VisibleSets::is_visible(const State& state, std::uint32_t content) {
  return std::ranges::any_of(state.zones, [&](const auto& zone) { return zone.second.contents.contains(content); });
}

void VisibleSets::count(State& state, Zone& zone, std::uint32_t content, std::int32_t Count::* member,
                        std::int32_t difference, Before& before) {
  // Parts of parts wait in a list: containers nest as deep as their makers liked.
  struct Step {
    std::uint32_t content;
    std::int32_t Count::* member;
    std::int32_t difference;
  };
  std::vector<Step> steps{{.content = content, .member = member, .difference = difference}};
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    if (step.content == 0) {
      continue;
    }
    before.try_emplace(step.content, is_visible(state, step.content));
    const auto entry = zone.content_counts.try_emplace(step.content).first;
    const bool was_here = entry->second.all() > 0;
    entry->second.*step.member += step.difference;
    const bool is_here = entry->second.all() > 0;
    if (entry->second.files == 0 && entry->second.containers == 0) {
      zone.content_counts.erase(entry);
    }
    if (was_here == is_here) {
      continue;
    }
    if (is_here) {
      zone.contents.add(step.content);
    } else {
      zone.contents.remove(step.content);
    }
    const auto parts = state.parts.find(step.content);
    for (const std::uint32_t part : parts == state.parts.end() ? std::vector<std::uint32_t>() : parts->second) {
      steps.push_back({.content = part, .member = &Count::containers, .difference = is_here ? 1 : -1});
    }
  }
}

VisibleSets::Turnover VisibleSets::turnover_since(const State& state, const Before& before) {
  Turnover turnover;
  for (const auto& [content, was_visible] : before) {
    const bool visible = is_visible(state, content);
    if (was_visible && !visible) {
      turnover.orphaned.push_back(ContentNumber{content});
    } else if (!was_visible && visible) {
      turnover.used.push_back(ContentNumber{content});
    }
  }
  return turnover;
}

VisibleSets::Turnover VisibleSets::apply(const std::vector<Files::Applied>& changes) {
  return state_.with([&](State& state) {
    Before before;
    for (const Files::Applied& change : changes) {
      Zone& zone = state.zones[change.library];
      count(state, zone, change.old_content.value, &Count::files, -1, before);
      count(state, zone, change.new_content.value, &Count::files, 1, before);
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
    return turnover_since(state, before);
  });
}

VisibleSets::Turnover VisibleSets::set_parts(ContentNumber container, const std::vector<ContentNumber>& parts) {
  return state_.with([&](State& state) {
    std::set<std::uint32_t> wanted;
    for (const ContentNumber part : parts) {
      wanted.insert(part.value);
    }
    const std::vector<std::uint32_t> old = state.parts[container.value];
    const auto change_one = [&](std::uint32_t part, std::int32_t difference, Before& before) {
      for (auto& [library, zone] : state.zones) {
        if (zone.contents.contains(container.value)) {
          count(state, zone, part, &Count::containers, difference, before);
          zone.snapshot = {};
        }
      }
    };
    Before before;
    for (const std::uint32_t part : wanted) {
      if (std::ranges::find(old, part) == old.end()) {
        change_one(part, 1, before);
        state.containers[part].push_back(container.value);
      }
    }
    for (const std::uint32_t part : old) {
      if (!wanted.contains(part)) {
        change_one(part, -1, before);
        std::erase(state.containers[part], container.value);
        if (state.containers[part].empty()) {
          state.containers.erase(part);
        }
      }
    }
    state.everything = {};
    if (wanted.empty()) {
      state.parts.erase(container.value);
    } else {
      state.parts[container.value].assign(wanted.begin(), wanted.end());
    }
    return turnover_since(state, before);
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

Files::Projection VisibleSets::project(const std::unordered_map<std::uint32_t, std::int64_t>& files_of_content) const {
  return state_.with([&](const State& state) {
    const auto uses_of = [&](std::uint32_t content) {
      std::int64_t sum = 0;
      for (const auto& [library, zone] : state.zones) {
        const auto found = zone.content_counts.find(content);
        sum += found == zone.content_counts.end() ? 0 : found->second.all();
      }
      return sum;
    };
    const auto zones_with = [&](std::uint32_t content) {
      return std::ranges::count_if(state.zones,
                                   [&](const auto& zone) { return zone.second.contents.contains(content); });
    };
    Files::Projection projection;
    // Uses of each content that lie within the files: direct ones, and those by containers that lie within them wholly.
    std::unordered_map<std::uint32_t, std::int64_t> within = files_of_content;
    std::vector<std::uint32_t> todo;
    for (const auto& [content, count] : files_of_content) {
      projection.any.add(content);
      todo.push_back(content);
    }
    while (!todo.empty()) {
      const std::uint32_t content = todo.back();
      todo.pop_back();
      const bool wholly = within[content] >= uses_of(content) && !projection.only.contains(content);
      if (wholly) {
        projection.only.add(content);
      }
      const auto parts = state.parts.find(content);
      for (const std::uint32_t part : parts == state.parts.end() ? std::vector<std::uint32_t>() : parts->second) {
        const bool is_new = !projection.any.contains(part);
        projection.any.add(part);
        within[part] += wholly ? zones_with(content) : 0;
        if (is_new || wholly) {
          todo.push_back(part);
        }
      }
    }
    return projection;
  });
}

Files::Bundled VisibleSets::bundled(const sets::Bitmap& contents, const sets::Bitmap& bundles) const {
  return state_.with([&](const State& state) {
    Files::Bundled found;
    std::vector<std::uint32_t> todo;
    const auto take = [&](std::uint32_t content) {
      if (bundles.contains(content) && !found.bundles.contains(content) && is_visible(state, content)) {
        found.bundles.add(content);
        todo.push_back(content);
      }
    };
    sets::Bitmap themselves = contents;
    themselves &= bundles;
    themselves.for_each([&](std::uint32_t content) {
      take(content);
      return true;
    });
    for (const auto& [part, containers] : state.containers) {
      if (contents.contains(part)) {
        std::ranges::for_each(containers, take);
      }
    }
    std::vector<std::uint32_t> down;
    while (!todo.empty()) {
      const std::uint32_t at = todo.back();
      todo.pop_back();
      down.push_back(at);
      if (const auto around = state.containers.find(at); around != state.containers.end()) {
        std::ranges::for_each(around->second, take);
      }
    }
    const auto lies_within = [&](std::uint32_t part) {
      const bool has_file = std::ranges::any_of(state.zones, [&](const auto& zone) {
        const auto counted = zone.second.content_counts.find(part);
        return counted != zone.second.content_counts.end() && counted->second.files > 0;
      });
      return !has_file && std::ranges::all_of(state.containers.at(part), [&](std::uint32_t container) {
        return found.bundles.contains(container) || found.parts.contains(container) || !is_visible(state, container);
      });
    };
    while (!down.empty()) {
      const auto parts = state.parts.find(down.back());
      down.pop_back();
      for (const std::uint32_t part : parts == state.parts.end() ? std::vector<std::uint32_t>() : parts->second) {
        if (!found.parts.contains(part) && lies_within(part)) {
          found.parts.add(part);
          down.push_back(part);
        }
      }
    }
    return found;
  });
}

std::vector<ContentNumber> VisibleSets::roots_of(ContentNumber content, std::size_t limit) const {
  return state_.with([&](const State& state) {
    std::vector<ContentNumber> roots;
    std::vector<std::uint32_t> todo{content.value};
    std::unordered_set<std::uint32_t> seen{content.value};
    for (std::size_t i = 0; i < todo.size() && roots.size() < limit; ++i) {
      const std::uint32_t at = todo[i];
      const bool has_file = std::ranges::any_of(state.zones, [&](const auto& zone) {
        const auto found = zone.second.content_counts.find(at);
        return found != zone.second.content_counts.end() && found->second.files > 0;
      });
      if (has_file) {
        roots.push_back(ContentNumber{at});
      }
      const auto around = state.containers.find(at);
      for (const std::uint32_t container :
           around == state.containers.end() ? std::vector<std::uint32_t>() : around->second) {
        if (seen.insert(container).second) {
          todo.push_back(container);
        }
      }
    }
    return roots;
  });
}

sets::Bitmap VisibleSets::kin_of(ContentNumber content) const {
  return state_.with([&](const State& state) {
    std::unordered_set<std::uint32_t> kin;
    // Up and down apart: what else lies in the same container is no kin.
    for (const auto* const nearest : {&state.parts, &state.containers}) {
      std::vector<std::uint32_t> todo{content.value};
      while (!todo.empty()) {
        const auto next = nearest->find(todo.back());
        todo.pop_back();
        for (const std::uint32_t each : next == nearest->end() ? std::vector<std::uint32_t>() : next->second) {
          if (kin.insert(each).second) {
            todo.push_back(each);
          }
        }
      }
    }
    kin.insert(content.value);
    std::vector<std::uint32_t> members(kin.begin(), kin.end());
    std::ranges::sort(members);
    sets::Bitmap found;
    found.add_many(members);
    return found;
  });
}

sets::Bitmap VisibleSets::contained() const {
  return state_.with([&](const State& state) {
    std::vector<std::uint32_t> found;
    for (const auto& [part, containers] : state.containers) {
      if (std::ranges::any_of(containers, [&](std::uint32_t container) { return is_visible(state, container); })) {
        found.push_back(part);
      }
    }
    std::ranges::sort(found);
    sets::Bitmap contents;
    contents.add_many(found);
    return contents;
  });
}

bool VisibleSets::is_visible(ContentNumber content) const {
  return state_.with([&](const State& state) { return is_visible(state, content.value); });
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

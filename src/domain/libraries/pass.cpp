#include "domain/libraries/pass.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/libraries/moves.hpp"

namespace alcove::libraries {

namespace {

using files::FileRow;
using files::FolderRow;
using files::Pending;
using files::Records;

std::string joined(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

}  // namespace

Status Pass::run(std::vector<FolderTask> tasks) {
  stack_ = std::move(tasks);
  while (!stack_.empty()) {
    if (setting_.stop.stop_requested()) {
      return fail(ErrorCode::kCancelled, "The walk was stopped");
    }
    ALCOVE_TRY_VOID(run_chunk());
    if (vanished_files_.size() > kVanishedMax) {
      ALCOVE_TRY_VOID(write_vanished());
    }
    setting_.between(entries_seen_);
  }
  ALCOVE_TRY_VOID(write_vanished());
  return setting_.writer.read([&](Records& records) -> Status {
    for (const FolderId folder : not_found_) {
      ALCOVE_TRY(const auto row, records.find_folder(folder));
      needs_walk_ = needs_walk_ || (row && row->present);
    }
    return {};
  });
}

Status Pass::run_chunk() {
  std::vector<Difference> chunk;
  std::size_t entries = 0;
  while (!stack_.empty() && entries < kChunkEntriesMax) {
    FolderTask task = std::move(stack_.back());
    stack_.pop_back();
    if (auto listed = list(std::move(task))) {
      const std::size_t found = listed->listing.files.size() + listed->listing.folders.size();
      entries += found + 1;
      entries_seen_ += static_cast<std::int64_t>(found);
      chunk.push_back(std::move(*listed));
    }
  }
  ALCOVE_TRY_VOID(setting_.writer.read([&](Records& records) -> Status {
    for (Difference& difference : chunk) {
      ALCOVE_TRY_VOID(compare(records, difference));
    }
    return {};
  }));
  return write(chunk);
}

void Pass::note_unreadable(const FolderTask& task, const Error& error) {
  note_ = {.code = "folders_unreadable", .message = "Some folders cannot be read"};
  log_warning("libraries", "{}: {}", task.path, error.detail);
}

Result<std::shared_ptr<const IgnoreScope>> Pass::rules_in(int folder_fd, const std::string& path,
                                                          std::shared_ptr<const IgnoreScope> above) {
  ALCOVE_TRY(const auto text, read_ignore_file(folder_fd));
  if (!text) {
    return above;
  }
  met_rules_ = true;
  IgnoreFile rules = IgnoreFile::parse(*text);
  if (rules.is_cut()) {
    note_ = {.code = "ignore_file_too_long",
             .message = fmt::format("The file {} is too long; its last lines are not followed", kIgnoreFileName),
             .values = {std::string(kIgnoreFileName)}};
    log_warning("libraries", "{}: {}", path, note_.message);
  }
  if (rules.empty()) {
    return above;
  }
  // Shared by the folders below, for as long as they are walked.
  return std::make_shared<const IgnoreScope>(
      IgnoreScope{.above = std::move(above), .folder = path, .rules = std::move(rules)});
}

Result<bool> Pass::find_rules_above(FolderTask& task) {
  std::shared_ptr<const IgnoreScope> rules;
  for (std::size_t end = 0; end < task.path.size();) {
    const std::string above = task.path.substr(0, end == 0 ? 0 : end - 1);
    ALCOVE_TRY(const auto folder, open_folder_beneath(setting_.root_fd, above));
    ALCOVE_TRY(rules, rules_in(folder.value(), above, std::move(rules)));
    const std::size_t slash = std::min(task.path.find('/', end), task.path.size());
    if (is_left_out(rules.get(), task.path.substr(0, slash), true)) {
      return false;
    }
    end = slash + 1;
  }
  task.rules_above = std::move(rules);
  return true;
}

std::optional<Pass::Difference> Pass::list(FolderTask task) {
  const auto folder = open_folder_beneath(setting_.root_fd, task.path);
  if (!folder) {
    // Not there (any more), or moved with a folder above it. Else: not allowed, or the disk is failing.
    if (folder.error().code == ErrorCode::kNotFound || folder.error().code == ErrorCode::kInvalidArgument) {
      not_found_.push_back(task.folder);
    } else {
      note_unreadable(task, folder.error());
    }
    return std::nullopt;
  }
  if (!task.rules_above) {
    const auto found = find_rules_above(task);
    if (!found) {
      note_unreadable(task, found.error());
    }
    if (!found || !*found) {
      return std::nullopt;  // Whoever changes the rules above has all below them looked at.
    }
  }
  setting_.watches.ensure(task.folder, folder->value());
  // After the watch: a change of the rules from now on is an event.
  auto rules = rules_in(folder->value(), task.path, *task.rules_above);
  auto listing = task.everything ? list_folder(folder->value()) : list_names(folder->value(), task.names);
  if (!rules || !listing) {
    note_unreadable(task, !rules ? rules.error() : listing.error());
    return std::nullopt;
  }
  Difference difference{.task = std::move(task),
                        .listing = std::move(*listing),
                        .rules = std::move(*rules),
                        .left_out = {},
                        .files = {},
                        .folders = {}};
  leave_out(difference);
  return difference;
}

void Pass::leave_out(Difference& difference) {
  const std::string& folder = difference.task.path;
  std::erase_if(difference.listing.folders, [&](const FoundFolder& child) {
    const std::string path = joined(folder, child.name);
    const bool too_deep =
        path.size() > kPathBytesMax || static_cast<std::size_t>(std::ranges::count(path, '/')) >= kDepthMax;
    if (too_deep) {
      note_ = {.code = "folders_too_deep",
               .message = fmt::format("Folders more than {} deep are not read", kDepthMax),
               .values = {std::to_string(kDepthMax)}};
    } else if (is_left_out(difference.rules.get(), path, true)) {
      difference.left_out.insert(child.name);
    }
    return too_deep || path == setting_.skipped_path || difference.left_out.contains(child.name);
  });
  std::erase_if(difference.listing.files, [&](const FoundFile& file) {
    const std::string path = joined(folder, file.name);
    if (path.size() <= kPathBytesMax && is_left_out(difference.rules.get(), path, false)) {
      difference.left_out.insert(file.name);
    }
    return path.size() > kPathBytesMax || difference.left_out.contains(file.name);
  });
}

Status Pass::compare(Records& records, Difference& difference) {
  ALCOVE_TRY_VOID(compare_folders(records, difference));
  return compare_files(records, difference);
}

Status Pass::compare_folders(Records& records, Difference& difference) {
  const FolderTask& task = difference.task;
  if (!task.everything && difference.listing.folders.empty() && task.names.empty()) {
    return {};
  }
  ALCOVE_TRY(auto rows, records.folders_in(task.folder));
  std::unordered_map<std::string_view, const FolderRow*> by_name;
  for (const FolderRow& row : rows) {
    by_name.emplace(row.name, &row);
  }
  std::unordered_set<std::string_view> found_names;
  for (const FoundFolder& found : difference.listing.folders) {
    found_names.insert(found.name);
    const auto row = by_name.find(found.name);
    if (row == by_name.end() || !row->second->present || row->second->inode != found.inode) {
      difference.folders.push_back(&found);
    } else if (setting_.depth == Depth::kWholeTree || task.whole_tree) {
      push_child(difference, row->second->id, found.name, false);
    }
  }
  // Renamed folders first: one of an old name may then be seen as the new folder that it is.
  std::ranges::partition(difference.folders, [&](const FoundFolder* found) {
    const auto row = by_name.find(found->name);
    return row == by_name.end() || !row->second->present;
  });
  for (const FolderRow& row : rows) {
    const bool looked_for = task.everything || task.names.contains(row.name);
    if (row.present && looked_for && !found_names.contains(row.name) &&
        !difference.listing.unknown.contains(row.name)) {
      vanished_folders_.push_back({.folder = row.id,
                                   .parent = row.parent,
                                   .name = row.name,
                                   .left_out = difference.left_out.contains(row.name)});
    }
  }
  return {};
}

Status Pass::compare_files(Records& records, Difference& difference) {
  const FolderTask& task = difference.task;
  std::vector<FileRow> rows;
  if (task.everything) {
    ALCOVE_TRY(rows, records.files_in(task.folder));
  } else {
    for (const std::string& name : task.names) {
      ALCOVE_TRY(auto row, records.find_file_at(task.folder, name));
      if (row) {
        rows.push_back(std::move(*row));
      }
    }
  }
  std::unordered_map<std::string_view, const FileRow*> by_name;
  for (const FileRow& row : rows) {
    by_name.emplace(row.name, &row);
  }
  std::unordered_set<std::string_view> found_names;
  for (const FoundFile& found : difference.listing.files) {
    found_names.insert(found.name);
    const auto row = by_name.find(found.name);
    // A file that could not be read is tried again by every walk of its folder.
    const bool same = row != by_name.end() && row->second->present && row->second->version == found.version &&
                      row->second->problem.empty();
    if (!same) {
      difference.files.push_back(&found);
    }
  }
  for (const FileRow& row : rows) {
    if (row.present && !found_names.contains(row.name) && !difference.listing.unknown.contains(row.name)) {
      vanished_files_.push_back(
          {.file = row.id, .folder = row.folder, .name = row.name, .left_out = difference.left_out.contains(row.name)});
    }
  }
  return {};
}

Status Pass::write(std::vector<Difference>& chunk) {
  // All folders before all files: a file in a renamed folder is then already at its new place.
  std::vector<std::function<Status(Records&)>> changes;
  for (Difference& difference : chunk) {
    for (const FoundFolder* found : difference.folders) {
      changes.emplace_back([&, found](Records& records) { return write_folder(records, difference, *found); });
    }
  }
  for (Difference& difference : chunk) {
    for (const FoundFile* found : difference.files) {
      changes.emplace_back([&, found](Records& records) { return write_file(records, difference, *found); });
    }
  }
  for (std::size_t at = 0; at < changes.size(); at += kChangesPerTransactionMax) {
    const std::size_t end = std::min(changes.size(), at + kChangesPerTransactionMax);
    ALCOVE_TRY_VOID(setting_.writer.write([&](Records& records) -> Status {
      for (std::size_t i = at; i < end; ++i) {
        ALCOVE_TRY_VOID(changes[i](records));
      }
      return {};
    }));
  }
  return {};
}

Status Pass::write_folder(Records& records, const Difference& difference, const FoundFolder& found) {
  const FolderTask& task = difference.task;
  ALCOVE_TRY(const auto here, records.find_folder_at(setting_.library, task.folder, found.name));
  FolderId folder = here ? here->id : FolderId{};
  bool is_moved = false;
  if (here && here->present) {
    ALCOVE_TRY_VOID(records.set_folder_present(here->id, found.inode));
  } else {
    const std::string path = joined(task.path, found.name);
    ALCOVE_TRY(const auto moved,
               find_moved_folder(records, setting_.root_fd, setting_.library, task.folder, path, found));
    if (moved && (!here || moved->id != here->id)) {
      if (here) {
        // What is moved here may lie below the vanished folder: out of it first, under a name that no disk has.
        ALCOVE_TRY_VOID(records.move_folder(*moved, task.folder, std::string("\0moving", 7)));
        ALCOVE_TRY_VOID(records.erase_folder(*here));
      }
      ALCOVE_TRY_VOID(records.move_folder(*moved, task.folder, found.name));
      folder = moved->id;
      is_moved = true;
    } else if (here) {
      ALCOVE_TRY_VOID(records.set_folder_present(here->id, found.inode));
    } else {
      ALCOVE_TRY(folder, records.insert_folder(setting_.library, task.folder, found.name, found.inode));
    }
  }
  push_child(difference, folder, found.name, is_moved);
  return {};
}

Status Pass::write_file(Records& records, const Difference& difference, const FoundFile& found) {
  const FolderId folder = difference.task.folder;
  ALCOVE_TRY(const auto here, records.find_file_at(folder, found.name));
  ALCOVE_TRY(const files::Decision decision,
             decide_file(records, setting_.root_fd, setting_.library, here, found.version));
  switch (decision.verdict) {
    case files::Verdict::kUnchanged:
      if (here->problem.empty()) {
        return {};
      }
      return records.set_pending(here->id, here->sha256 ? Pending::kCheck : Pending::kRead);
    case files::Verdict::kTouched: return records.update_version(*here, found.version, Pending::kCheck);
    case files::Verdict::kEdited: return records.update_version(*here, found.version, Pending::kRead);
    case files::Verdict::kCameBack: {
      const bool untouched = here->version == found.version;
      return records.move_file(*here, folder, found.name, found.version,
                               untouched ? Pending::kNothing : Pending::kCheck);
    }
    case files::Verdict::kMoved: {
      if (here) {  // A vanished file's row, whose place is taken now.
        ALCOVE_TRY_VOID(records.erase_file(*here));
      }
      ALCOVE_TRY(const auto moved, records.find_file(decision.file));
      // One that had vanished was out of sight: the same size and time are likely, not certain.
      return records.move_file(*moved, folder, found.name, found.version,
                               moved->present ? Pending::kNothing : Pending::kCheck);
    }
    case files::Verdict::kNew: {
      ALCOVE_TRY_VOID(records.insert_file(setting_.library, folder, found.name, found.version, started_at_));
      return {};
    }
  }
  return {};
}

Status Pass::list_files_of_vanished_folders() {
  return setting_.writer.read([&](Records& records) -> Status {
    for (const VanishedFolder& vanished : vanished_folders_) {
      ALCOVE_TRY(const auto row, records.find_folder(vanished.folder));
      if (!row || !row->present || row->parent != vanished.parent || row->name != vanished.name) {
        continue;  // Found under another name meanwhile.
      }
      ALCOVE_TRY(auto below, records.present_files_below(row->id));
      for (FileRow& file : below) {
        vanished_files_.push_back(
            {.file = file.id, .folder = file.folder, .name = std::move(file.name), .left_out = vanished.left_out});
      }
    }
    return {};
  });
}

Status Pass::write_vanished() {
  // File by file, so that a folder of a hundred thousand does not become one transaction; then the folders, which are
  // empty by then.
  ALCOVE_TRY_VOID(list_files_of_vanished_folders());
  std::vector<std::function<Status(Records&)>> changes;
  changes.reserve(vanished_files_.size() + vanished_folders_.size());
  for (const VanishedFile& vanished : vanished_files_) {
    changes.emplace_back([&](Records& records) { return mark_vanished(records, vanished); });
  }
  for (const VanishedFolder& vanished : vanished_folders_) {
    changes.emplace_back([&](Records& records) { return mark_vanished(records, vanished); });
  }
  for (std::size_t at = 0; at < changes.size(); at += kChangesPerTransactionMax) {
    const std::size_t end = std::min(changes.size(), at + kChangesPerTransactionMax);
    ALCOVE_TRY_VOID(setting_.writer.write([&](Records& records) -> Status {
      for (std::size_t i = at; i < end; ++i) {
        ALCOVE_TRY_VOID(changes[i](records));
      }
      return {};
    }));
  }
  vanished_files_.clear();
  vanished_folders_.clear();
  if (!left_out_.empty()) {
    setting_.on_left_out(std::exchange(left_out_, {}));
  }
  return {};
}

Status Pass::mark_vanished(Records& records, const VanishedFile& vanished) {
  ALCOVE_TRY(const auto row, records.find_file(vanished.file));
  // Found under another name meanwhile: it has only moved.
  if (!row || !row->present || row->folder != vanished.folder || row->name != vanished.name) {
    return {};
  }
  ALCOVE_TRY_VOID(records.mark_missing(*row, started_at_));
  if (vanished.left_out && row->content) {
    left_out_.push_back(row->content);
  }
  if (row->sha256) {
    ALCOVE_TRY_VOID(adopt_by_content(records, setting_.library, *row->sha256, row->version.size_bytes));
  }
  return {};
}

Status Pass::mark_vanished(Records& records, const VanishedFolder& vanished) {
  ALCOVE_TRY(const auto row, records.find_folder(vanished.folder));
  if (!row || !row->present || row->parent != vanished.parent || row->name != vanished.name) {
    return {};
  }
  ALCOVE_TRY(const auto files_below, records.present_files_below(row->id));
  ALCOVE_TRY(const auto folders_below, records.folders_below(row->id));
  for (const FolderId below : folders_below) {
    setting_.watches.remove(below);
  }
  ALCOVE_TRY_VOID(records.mark_folder_missing(*row, started_at_));
  for (const FileRow& file : files_below) {
    if (file.sha256) {
      ALCOVE_TRY_VOID(adopt_by_content(records, setting_.library, *file.sha256, file.version.size_bytes));
    }
  }
  return {};
}

void Pass::push_child(const Difference& parent, FolderId folder, const std::string& name, bool is_moved) {
  stack_.push_back({.folder = folder,
                    .path = joined(parent.task.path, name),
                    .everything = true,
                    .names = {},
                    .whole_tree = parent.task.whole_tree || (is_moved && setting_.walks_moved),
                    .rules_above = parent.rules});
}

}  // namespace alcove::libraries

#include "domain/libraries/moves.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace alcove::libraries {

namespace {

using files::FileRow;
using files::FolderRow;
using files::Records;

/// Rows with one inode that are looked at: hard links of one file, and numbers used again on other file systems.
constexpr std::size_t kSameInodeMax = 16;
/// Rows with the same bytes that are looked at; with more, nothing is unique.
constexpr std::size_t kSameHashMax = 64;
/// Ancestors of a folder that are checked before it moves.
constexpr std::size_t kAncestorsMax = 2'048;

/// Whether the inode still lies where the catalog has it. When the disk cannot be asked, nothing moves.
Result<bool> still_there(Records& records, int root_fd, FolderId folder, std::string_view name, std::uint64_t inode) {
  ALCOVE_TRY(std::string path, records.path_of(folder));
  path = path.empty() ? std::string(name) : fmt::format("{}/{}", path, name);
  const auto there = inode_at(root_fd, path);
  return !there.has_value() || *there == inode;
}

Result<bool> is_inside(Records& records, FolderId folder, FolderId ancestor) {
  for (std::size_t depth = 0; depth < kAncestorsMax && folder; ++depth) {
    if (folder == ancestor) {
      return true;
    }
    ALCOVE_TRY(const auto row, records.find_folder(folder));
    folder = row ? row->parent : FolderId{};
  }
  return static_cast<bool>(folder);
}

/// Whether the folder on disk holds something that the row's folder held. A file counts only if its bytes are likely
/// the same: file systems give the number of what was deleted to the next one made.
Result<bool> holds_something_of(Records& records, const FolderRow& row, const Listing& listing) {
  for (const FoundFile& file : listing.files) {
    ALCOVE_TRY(const auto known, records.find_file_at(row.id, file.name));
    if (known && known->version.inode == file.version.inode && files::same_bytes_likely(known->version, file.version)) {
      return true;
    }
  }
  for (const FoundFolder& folder : listing.folders) {
    ALCOVE_TRY(const auto known, records.find_folder_at(row.library, row.id, folder.name));
    if (known && known->inode == folder.inode) {
      return true;
    }
  }
  return false;
}

/// A large file is there, growing, long before its original goes: the copy's end counts, too (its ctime).
bool together(const FileRow& gone, const FileRow& come) {
  const std::int64_t began_ms = come.appeared_at.value;
  const std::int64_t ended_ms = std::max(began_ms, come.version.ctime_ns / 1'000'000);
  const std::int64_t gone_ms = gone.missing_since.value;
  return gone.id < come.id && gone_ms >= began_ms - kMoveWindowMs && gone_ms <= ended_ms + kMoveWindowMs;
}

}  // namespace

Result<files::Decision> decide_file(Records& records, int root_fd, LibraryId library,
                                    const std::optional<FileRow>& at_place, const files::Version& found) {
  std::optional<files::Candidate> here;
  if (at_place) {
    here = {.id = at_place->id, .version = at_place->version, .present = at_place->present};
  }
  std::vector<files::Candidate> elsewhere;
  if (!here || !here->present) {
    ALCOVE_TRY(const auto rows, records.files_with_inode(library, found.inode, kSameInodeMax));
    for (const FileRow& row : rows) {
      if (here && row.id == here->id) {
        continue;
      }
      bool there = false;
      if (row.present && row.version.size_bytes == found.size_bytes && row.version.mtime_ns == found.mtime_ns) {
        ALCOVE_TRY(there, still_there(records, root_fd, row.folder, row.name, found.inode));
      }
      elsewhere.push_back({.id = row.id, .version = row.version, .present = row.present, .still_at_its_place = there});
    }
  }
  return files::decide(found, here, elsewhere);
}

Result<std::optional<FolderRow>> find_moved_folder(Records& records, int root_fd, LibraryId library, FolderId parent,
                                                   std::string_view path, const FoundFolder& found) {
  ALCOVE_TRY(auto rows, records.folders_with_inode(library, found.inode, kSameInodeMax));
  std::vector<FolderRow> fitting;
  std::optional<Listing> listing;
  for (FolderRow& row : rows) {
    ALCOVE_TRY(const bool there, still_there(records, root_fd, row.parent, row.name, found.inode));
    ALCOVE_TRY(const bool around_us, is_inside(records, parent, row.id));
    if (!row.parent || there || around_us) {
      continue;
    }
    if (!listing) {
      const auto opened = open_folder_beneath(root_fd, path);
      auto listed = opened ? list_folder(opened->value()) : Result<Listing>(std::unexpected(opened.error()));
      if (!listed) {
        return std::nullopt;  // Gone again, or not readable: then it is no use to know what it was.
      }
      listing = std::move(*listed);
    }
    ALCOVE_TRY(const bool holds, holds_something_of(records, row, *listing));
    if (holds) {
      fitting.push_back(std::move(row));
    }
  }
  return fitting.size() == 1 ? std::optional(std::move(fitting.front())) : std::nullopt;
}

Result<std::optional<FileId>> adopt_by_content(Records& records, LibraryId library, const Sha256& sha256,
                                               std::int64_t size_bytes) {
  ALCOVE_TRY(const auto rows, records.files_with_hash(sha256, kSameHashMax));
  if (rows.size() == kSameHashMax) {
    return std::nullopt;
  }
  // Those that appeared and vanished together; what was there long before, or has long been gone, is not asked.
  files::HashCandidates candidates;
  for (const FileRow& gone : rows) {
    for (const FileRow& come : rows) {
      if (!gone.present && come.present && gone.library == library && come.library == library && together(gone, come)) {
        for (auto& [list, id] : {std::pair{&candidates.vanished, gone.id}, {&candidates.appeared, come.id}}) {
          if (std::ranges::find(*list, id) == list->end()) {
            list->push_back(id);
          }
        }
      }
    }
  }
  const auto adoption = files::decide_by_content(candidates, size_bytes);
  if (!adoption) {
    return std::nullopt;
  }
  const auto by_id = [&](FileId id) { return *std::ranges::find(rows, id, &FileRow::id); };
  const FileRow survivor = by_id(adoption->survivor);
  const FileRow absorbed = by_id(adoption->absorbed);
  ALCOVE_TRY_VOID(records.erase_file(absorbed));
  ALCOVE_TRY_VOID(
      records.move_file(survivor, absorbed.folder, absorbed.name, absorbed.version, files::Pending::kNothing));
  return survivor.id;
}

}  // namespace alcove::libraries

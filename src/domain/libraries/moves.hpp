#pragma once
/// @file
/// Which known file or folder a newly found one is, asked of catalog and disk together.

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/files/identity.hpp"
#include "domain/files/records.hpp"
#include "domain/libraries/tree.hpp"

namespace alcove::libraries {

/// A copy and the deletion of its original this close together are a move across file systems.
inline constexpr std::int64_t kMoveWindowMs = 10'000;

/// Gathers the candidates and asks the table of cases (files::decide).
Result<files::Decision> decide_file(files::Records& records, int root_fd, LibraryId library,
                                    const std::optional<files::FileRow>& at_place, const files::Version& found);

/// The folder row that `found`, just seen under `parent` at `path`, was before it was renamed or moved; nothing when it
/// is a new folder.
///
/// An inode alone proves nothing, since a deleted folder's is given to the next one: the old place must be gone and at
/// least one entry inside must be one that the row had, by name and inode.
Result<std::optional<files::FolderRow>> find_moved_folder(files::Records& records, int root_fd, LibraryId library,
                                                          FolderId parent, std::string_view path,
                                                          const FoundFolder& found);

/// After a file's bytes became known, or a file with known bytes vanished: if that was a move across file systems, the
/// old row takes the new place and the new row goes. Returns the survivor.
Result<std::optional<FileId>> adopt_by_content(files::Records& records, LibraryId library, const Sha256& sha256,
                                               std::int64_t size_bytes);

}  // namespace alcove::libraries

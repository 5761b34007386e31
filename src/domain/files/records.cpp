#include "domain/files/records.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "domain/files/readers.hpp"

namespace alcove::files {

namespace {

#define ALCOVE_FILE_COLUMNS                                                                                \
  "SELECT id, library_id, folder_id, name, present, appeared_unix_ms, missing_since_unix_ms, size_bytes, " \
  "mtime_ns, ctime_ns, inode, sha256, content_number, reader, problem, pending FROM files "
#define ALCOVE_FOLDER_COLUMNS "SELECT id, library_id, parent_id, name, inode, present FROM folders "
/// The folder ?1 and all below.
#define ALCOVE_SUBTREE                                                                          \
  "WITH RECURSIVE subtree(id) AS (SELECT ?1 UNION ALL SELECT folders.id FROM folders, subtree " \
  "WHERE folders.parent_id = subtree.id) "

/// Depth of folders that a path is built for; a tree in the file system cannot be deeper than PATH_MAX / 2.
constexpr int kDepthMax = 2'048;

std::string text_of(ByteView bytes) {
  return std::string(as_text(bytes));
}

/// Files of up to 1 MiB are all alike; above, each doubling comes later.
std::int64_t cost_of(std::int64_t size_bytes) {
  return static_cast<std::int64_t>(
      std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(size_bytes, 0)) >> 20U));
}

std::pair<std::int64_t, std::int64_t> costs_of(Records::Sizes sizes) {
  const std::int64_t first_large = cost_of(kSmallFileBytes);
  return sizes == Records::Sizes::kSmall ? std::pair(std::int64_t{0}, first_large - 1)
                                         : std::pair(first_large, std::int64_t{64});
}

/// What the file adds to its library's size now.
std::int64_t present_bytes(const FileRow& file) {
  return file.present ? file.version.size_bytes : 0;
}

std::int64_t signed_inode(std::uint64_t inode) {
  return std::bit_cast<std::int64_t>(inode);
}

FileRow file_row(const sqlite::Statement& row) {
  FileRow file{.id = FileId{row.column_int64(0)},
               .library = LibraryId{row.column_int64(1)},
               .folder = FolderId{row.column_int64(2)},
               .name = text_of(row.column_blob(3)),
               .present = row.column_int64(4) != 0,
               .appeared_at = UnixMillis{row.column_int64(5)},
               .missing_since = UnixMillis{row.column_int64(6)},
               .version = {.size_bytes = row.column_int64(7),
                           .mtime_ns = row.column_int64(8),
                           .ctime_ns = row.column_int64(9),
                           .inode = std::bit_cast<std::uint64_t>(row.column_int64(10))},
               .sha256 = std::nullopt,
               .content = ContentNumber{static_cast<std::uint32_t>(row.column_int64(12))},
               .reader = std::string(row.column_text(13)),
               .problem = std::string(row.column_text(14)),
               .pending = static_cast<Pending>(row.column_int64(15))};
  if (!row.column_is_null(11) && row.column_blob(11).size() == Sha256{}.size()) {
    std::ranges::copy(row.column_blob(11), file.sha256.emplace().begin());
  }
  return file;
}

}  // namespace

Result<sqlite::Statement*> Records::prepared(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    ALCOVE_TRY(auto statement, database_.prepare(sql));
    found = statements_.emplace(sql, std::move(statement)).first;
  }
  found->second.reset();
  return &found->second;
}

Result<std::vector<FileRow>> Records::read_files(sqlite::Statement& statement) {
  std::vector<FileRow> rows;
  for (;;) {
    ALCOVE_TRY(const bool more, statement.step());
    if (!more) {
      statement.reset();
      return rows;
    }
    rows.push_back(file_row(statement));
  }
}

Result<std::vector<FolderRow>> Records::read_folders(sqlite::Statement& statement) {
  std::vector<FolderRow> rows;
  for (;;) {
    ALCOVE_TRY(const bool more, statement.step());
    if (!more) {
      statement.reset();
      return rows;
    }
    rows.push_back({.id = FolderId{statement.column_int64(0)},
                    .library = LibraryId{statement.column_int64(1)},
                    .parent = FolderId{statement.column_int64(2)},
                    .name = text_of(statement.column_blob(3)),
                    .inode = std::bit_cast<std::uint64_t>(statement.column_int64(4)),
                    .present = statement.column_int64(5) != 0});
  }
}

namespace {

template <typename Row>
std::optional<Row> first_of(std::vector<Row> rows) {
  return rows.empty() ? std::nullopt : std::optional<Row>(std::move(rows.front()));
}

}  // namespace

Result<std::optional<FileRow>> Records::find_file(FileId id) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FILE_COLUMNS "WHERE id = ?"));
  statement->bind(1, id.value);
  ALCOVE_TRY(auto rows, read_files(*statement));
  return first_of(std::move(rows));
}

Result<std::optional<FileRow>> Records::find_file_at(FolderId folder, std::string_view name) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FILE_COLUMNS "WHERE folder_id = ? AND name = ?"));
  statement->bind(1, folder.value).bind(2, as_bytes(name));
  ALCOVE_TRY(auto rows, read_files(*statement));
  return first_of(std::move(rows));
}

Result<std::vector<FileRow>> Records::files_in(FolderId folder) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FILE_COLUMNS "WHERE folder_id = ?"));
  statement->bind(1, folder.value);
  return read_files(*statement);
}

Result<std::vector<FileRow>> Records::files_with_inode(LibraryId library, std::uint64_t inode, std::size_t limit) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FILE_COLUMNS "WHERE library_id = ? AND inode = ? LIMIT ?"));
  statement->bind(1, library.value).bind(2, signed_inode(inode)).bind(3, static_cast<std::int64_t>(limit));
  return read_files(*statement);
}

Result<std::vector<FileRow>> Records::files_with_hash(const Sha256& sha256, std::size_t limit) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FILE_COLUMNS "WHERE sha256 = ? LIMIT ?"));
  statement->bind(1, ByteView(sha256)).bind(2, static_cast<std::int64_t>(limit));
  return read_files(*statement);
}

Result<std::vector<FileRow>> Records::pending_files(Sizes sizes, std::size_t limit) {
  const auto [lowest, highest] = costs_of(sizes);
  std::vector<FileRow> found;
  // One seek in the index per kind of work: the large files must not step over all small ones.
  for (const Pending pending : {Pending::kRead, Pending::kCheck, Pending::kVerify}) {
    if (found.size() == limit) {
      break;
    }
    ALCOVE_TRY(auto* statement,
               prepared(ALCOVE_FILE_COLUMNS "WHERE pending <> 0 AND pending = ?1 AND present = 1 AND cost BETWEEN ?2 "
                                            "AND ?3 AND library_id IN (SELECT id FROM libraries WHERE state < 2) "
                                            "ORDER BY cost, mtime_ns DESC LIMIT ?4"));
    statement->bind(1, static_cast<std::int64_t>(pending)).bind(2, lowest).bind(3, highest);
    statement->bind(4, static_cast<std::int64_t>(limit - found.size()));
    ALCOVE_TRY(auto rows, read_files(*statement));
    std::ranges::move(rows, std::back_inserter(found));
  }
  return found;
}

Result<bool> Records::has_urgent_files(Sizes sizes) {
  const auto [lowest, highest] = costs_of(sizes);
  ALCOVE_TRY(auto* statement,
             prepared("SELECT 1 FROM files WHERE pending <> 0 AND pending IN (1, 2) AND present = 1 AND cost BETWEEN ? "
                      "AND ? AND library_id IN (SELECT id FROM libraries WHERE state < 2) LIMIT 1"));
  ALCOVE_TRY(const bool any, statement->bind(1, lowest).bind(2, highest).step());
  statement->reset();
  return any;
}

Result<bool> Records::is_verifying(LibraryId library) {
  ALCOVE_TRY(auto* statement, prepared("SELECT 1 FROM files WHERE pending <> 0 AND pending = 3 AND present = 1 AND "
                                       "library_id = ? LIMIT 1"));
  ALCOVE_TRY(const bool any, statement->bind(1, library.value).step());
  statement->reset();
  return any;
}

Result<Records::PendingCount> Records::count_pending(LibraryId library) {
  ALCOVE_TRY(auto* statement, prepared("SELECT coalesce(sum(pending = 1), 0), coalesce(sum(pending = 2), 0) FROM files "
                                       "WHERE pending <> 0 AND present = 1 AND (?1 = 0 OR library_id = ?1) AND "
                                       "library_id IN (SELECT id FROM libraries WHERE state < 2)"));
  statement->bind(1, library.value);
  ALCOVE_TRY_VOID(statement->step());
  const PendingCount count{.unread = statement->column_int64(0), .to_compare = statement->column_int64(1)};
  statement->reset();
  return count;
}

Result<std::vector<FileRow>> Records::missing_files(UnixMillis before, std::size_t limit) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FILE_COLUMNS "WHERE present = 0 AND missing_since_unix_ms < ? "
                                                           "ORDER BY missing_since_unix_ms LIMIT ?"));
  statement->bind(1, before.value).bind(2, static_cast<std::int64_t>(limit));
  return read_files(*statement);
}

Status Records::shift_missing(std::int64_t by_ms) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE files SET missing_since_unix_ms = max(missing_since_unix_ms + ?, 1) "
                                       "WHERE present = 0"));
  statement->bind(1, by_ms);
  return statement->run();
}

Result<std::optional<FolderRow>> Records::find_folder(FolderId id) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FOLDER_COLUMNS "WHERE id = ?"));
  statement->bind(1, id.value);
  ALCOVE_TRY(auto rows, read_folders(*statement));
  return first_of(std::move(rows));
}

Result<std::optional<FolderRow>> Records::find_folder_at(LibraryId library, FolderId parent, std::string_view name) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FOLDER_COLUMNS "WHERE library_id = ? AND parent_id = ? AND name = ?"));
  statement->bind(1, library.value).bind(2, parent.value).bind(3, as_bytes(name));
  ALCOVE_TRY(auto rows, read_folders(*statement));
  return first_of(std::move(rows));
}

Result<std::vector<FolderRow>> Records::folders_in(FolderId folder) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FOLDER_COLUMNS "WHERE parent_id = ?"));
  statement->bind(1, folder.value);
  return read_folders(*statement);
}

Result<std::vector<FolderRow>> Records::folders_with_inode(LibraryId library, std::uint64_t inode, std::size_t limit) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_FOLDER_COLUMNS "WHERE library_id = ? AND inode = ? LIMIT ?"));
  statement->bind(1, library.value).bind(2, signed_inode(inode)).bind(3, static_cast<std::int64_t>(limit));
  return read_folders(*statement);
}

Result<std::vector<FolderId>> Records::folders_below(FolderId folder) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_SUBTREE "SELECT id FROM subtree"));
  statement->bind(1, folder.value);
  std::vector<FolderId> ids;
  for (;;) {
    ALCOVE_TRY(const bool more, statement->step());
    if (!more) {
      statement->reset();
      return ids;
    }
    ids.push_back(FolderId{statement->column_int64(0)});
  }
}

Result<std::vector<FileRow>> Records::present_files_below(FolderId folder) {
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_SUBTREE ALCOVE_FILE_COLUMNS
                                       "WHERE present = 1 AND folder_id IN (SELECT id FROM subtree)"));
  statement->bind(1, folder.value);
  return read_files(*statement);
}

Result<std::string> Records::path_of(FolderId folder) {
  std::string path;
  for (int depth = 0; depth < kDepthMax; ++depth) {
    ALCOVE_TRY(const auto row, find_folder(folder));
    if (!row) {
      return fail(ErrorCode::kNotFound, "The folder is not known any more");
    }
    if (!row->parent) {
      return path;
    }
    path.insert(0, path.empty() ? row->name : fmt::format("{}/", row->name));
    folder = row->parent;
  }
  return fail(ErrorCode::kCorrupt, "The catalog's folders are damaged", "a folder is deeper than any file system's");
}

Result<std::string> Records::path_of(const FileRow& file) {
  ALCOVE_TRY(std::string path, path_of(file.folder));
  return path.empty() ? file.name : std::move(path) + "/" + file.name;
}

Status Records::note_change(FileId file, bool present) {
  ALCOVE_TRY(auto* statement, prepared("INSERT OR REPLACE INTO file_changes (file_id, present) VALUES (?, ?)"));
  statement->bind(1, file.value).bind(2, std::int64_t{present});
  return statement->run();
}

Result<bool> Records::has_present_files(LibraryId library) {
  ALCOVE_TRY(auto* statement, prepared("SELECT 1 FROM files WHERE library_id = ? AND present = 1 LIMIT 1"));
  statement->bind(1, library.value);
  ALCOVE_TRY(const bool any, statement->step());
  statement->reset();
  return any;
}

Status Records::set_library_state(LibraryId library, LibraryState state, std::string_view reason,
                                  std::optional<UnixMillis> scanned_at) {
  ALCOVE_TRY(auto* statement,
             prepared("UPDATE libraries SET state = ?, state_reason = ?, "
                      "last_scan_unix_ms = coalesce(?, last_scan_unix_ms) WHERE id = ? AND state < 3"));
  statement->bind(1, static_cast<std::int64_t>(state)).bind(2, reason);
  if (scanned_at) {
    statement->bind(3, scanned_at->value);
  } else {
    statement->bind_null(3);
  }
  statement->bind(4, library.value);
  return statement->run();
}

Result<FolderId> Records::insert_folder(LibraryId library, FolderId parent, std::string_view name,
                                        std::uint64_t inode) {
  ALCOVE_TRY(auto* statement, prepared("INSERT INTO folders (library_id, parent_id, name, inode, present) "
                                       "VALUES (?, ?, ?, ?, 1)"));
  statement->bind(1, library.value).bind(2, parent.value).bind(3, as_bytes(name)).bind(4, signed_inode(inode));
  ALCOVE_TRY_VOID(statement->run());
  return FolderId{database_.last_insert_rowid()};
}

Status Records::move_folder(const FolderRow& folder, FolderId parent, std::string_view name) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE folders SET parent_id = ?, name = ?, present = 1 WHERE id = ?"));
  statement->bind(1, parent.value).bind(2, as_bytes(name)).bind(3, folder.id.value);
  ALCOVE_TRY_VOID(statement->run());
  ALCOVE_TRY(auto* changes, prepared(ALCOVE_SUBTREE "INSERT OR REPLACE INTO file_changes (file_id, present) "
                                                    "SELECT id, 1 FROM files WHERE present = 1 AND folder_id IN "
                                                    "(SELECT id FROM subtree) ORDER BY id"));
  changes->bind(1, folder.id.value);
  return changes->run();
}

Status Records::set_folder_present(FolderId folder, std::uint64_t inode) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE folders SET present = 1, inode = ? WHERE id = ?"));
  statement->bind(1, signed_inode(inode)).bind(2, folder.value);
  return statement->run();
}

Status Records::mark_folder_missing(const FolderRow& folder, UnixMillis since) {
  ALCOVE_TRY(const auto below, present_files_below(folder.id));
  for (const FileRow& file : below) {
    ALCOVE_TRY_VOID(mark_missing(file, since));
  }
  ALCOVE_TRY(auto* statement,
             prepared(ALCOVE_SUBTREE "UPDATE folders SET present = 0 WHERE id IN (SELECT id FROM subtree)"));
  statement->bind(1, folder.id.value);
  return statement->run();
}

Status Records::erase_folder(const FolderRow& folder) {
  ALCOVE_TRY(auto* select, prepared(ALCOVE_SUBTREE ALCOVE_FILE_COLUMNS "WHERE folder_id IN (SELECT id FROM subtree)"));
  select->bind(1, folder.id.value);
  ALCOVE_TRY(const auto below, read_files(*select));
  for (const FileRow& file : below) {
    ALCOVE_TRY_VOID(erase_file(file));
  }
  ALCOVE_TRY(auto* statement, prepared(ALCOVE_SUBTREE "DELETE FROM folders WHERE id IN (SELECT id FROM subtree)"));
  statement->bind(1, folder.id.value);
  return statement->run();
}

Result<FileId> Records::insert_file(LibraryId library, FolderId folder, std::string_view name, const Version& version,
                                    UnixMillis pass) {
  ALCOVE_TRY(auto* statement, prepared("INSERT INTO files (library_id, folder_id, name, present, appeared_unix_ms, "
                                       "size_bytes, mtime_ns, ctime_ns, inode, reader, cost) "
                                       "VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)"));
  statement->bind(1, library.value).bind(2, folder.value).bind(3, as_bytes(name)).bind(4, pass.value);
  statement->bind(5, version.size_bytes).bind(6, version.mtime_ns).bind(7, version.ctime_ns);
  statement->bind(8, signed_inode(version.inode)).bind(9, std::string_view(reader_for_name(name)));
  statement->bind(10, cost_of(version.size_bytes));
  ALCOVE_TRY_VOID(statement->run());
  const FileId id{database_.last_insert_rowid()};
  if (id.value > kFileIdMax) {
    return fail(ErrorCode::kTooLarge, "The catalog has used up its numbers for files; start a new data folder",
                fmt::format("file id {} does not fit 32 bits", id.value));
  }
  ALCOVE_TRY_VOID(note_change(id, true));
  applied.push_back({.file = id,
                     .library = library,
                     .old_content = {},
                     .new_content = {},
                     .present = true,
                     .bytes_change = version.size_bytes});
  return id;
}

Status Records::update_version(const FileRow& file, const Version& version, Pending pending) {
  ALCOVE_TRY(auto* statement,
             prepared("UPDATE files SET present = 1, missing_since_unix_ms = 0, size_bytes = ?, mtime_ns = ?, "
                      "ctime_ns = ?, inode = ?, cost = ?, problem = '', pending = ?6, "
                      "sha256 = iif(?6 = 1, NULL, sha256) WHERE id = ?7"));
  statement->bind(1, version.size_bytes).bind(2, version.mtime_ns).bind(3, version.ctime_ns);
  statement->bind(4, signed_inode(version.inode)).bind(5, cost_of(version.size_bytes));
  // A file that was still to be read is still to be read, whatever else happened to it.
  const Pending todo = file.pending == Pending::kRead ? Pending::kRead : pending;
  statement->bind(6, static_cast<std::int64_t>(todo)).bind(7, file.id.value);
  ALCOVE_TRY_VOID(statement->run());
  ALCOVE_TRY_VOID(note_change(file.id, true));
  // Coming back with other bytes: the content it had is not what is there now.
  applied.push_back({.file = file.id,
                     .library = file.library,
                     .old_content = file.present ? file.content : ContentNumber{},
                     .new_content = file.present ? file.content : ContentNumber{},
                     .present = true,
                     .bytes_change = version.size_bytes - present_bytes(file)});
  if (!file.present && file.content) {
    ALCOVE_TRY(auto* forget, prepared("UPDATE files SET content_number = 0 WHERE id = ?"));
    forget->bind(1, file.id.value);
    return forget->run();
  }
  return {};
}

Status Records::move_file(const FileRow& file, FolderId folder, std::string_view name, const Version& version,
                          Pending pending) {
  const std::string reader = reader_for_name(name);
  // Another reader is another content of the same bytes: its number is looked up without reading them.
  const bool same_content = reader == file.reader;
  const ContentNumber content = same_content ? file.content : ContentNumber{};
  // A check that is still to be made is made at the new place.
  Pending todo = pending == Pending::kNothing ? file.pending : pending;
  if (file.pending == Pending::kRead || !same_content) {
    todo = Pending::kRead;
  }
  if (!content) {
    todo = Pending::kRead;
  }
  ALCOVE_TRY(auto* statement,
             prepared("UPDATE files SET present = 1, missing_since_unix_ms = 0, folder_id = ?, name = ?, "
                      "size_bytes = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, reader = ?, content_number = ?, "
                      "pending = ? WHERE id = ?"));
  statement->bind(1, folder.value).bind(2, as_bytes(name)).bind(3, version.size_bytes).bind(4, version.mtime_ns);
  statement->bind(5, version.ctime_ns).bind(6, signed_inode(version.inode)).bind(7, std::string_view(reader));
  statement->bind(8, std::int64_t{content.value}).bind(9, static_cast<std::int64_t>(todo)).bind(10, file.id.value);
  ALCOVE_TRY_VOID(statement->run());
  ALCOVE_TRY_VOID(note_change(file.id, true));
  applied.push_back({.file = file.id,
                     .library = file.library,
                     .old_content = file.present ? file.content : ContentNumber{},
                     .new_content = content,
                     .present = true,
                     .bytes_change = version.size_bytes - present_bytes(file)});
  return {};
}

Status Records::mark_missing(const FileRow& file, UnixMillis since) {
  ALCOVE_TRY(auto* statement,
             prepared("UPDATE files SET present = 0, missing_since_unix_ms = ? WHERE id = ? AND present = 1"));
  statement->bind(1, since.value).bind(2, file.id.value);
  ALCOVE_TRY_VOID(statement->run());
  ALCOVE_TRY_VOID(note_change(file.id, false));
  applied.push_back({.file = file.id,
                     .library = file.library,
                     .old_content = file.content,
                     .new_content = {},
                     .present = false,
                     .bytes_change = -present_bytes(file)});
  return {};
}

Status Records::erase_file(const FileRow& file) {
  ALCOVE_TRY(auto* statement, prepared("DELETE FROM files WHERE id = ?"));
  statement->bind(1, file.id.value);
  ALCOVE_TRY_VOID(statement->run());
  ALCOVE_TRY_VOID(note_change(file.id, false));
  applied.push_back({.file = file.id,
                     .library = file.library,
                     .old_content = file.present ? file.content : ContentNumber{},
                     .new_content = {},
                     .present = false,
                     .bytes_change = -present_bytes(file)});
  return {};
}

Status Records::set_pending(FileId file, Pending pending) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE files SET pending = ? WHERE id = ?"));
  statement->bind(1, static_cast<std::int64_t>(pending)).bind(2, file.value);
  return statement->run();
}

Result<UnixMillis> Records::verified_at(LibraryId library) {
  ALCOVE_TRY(auto* statement, prepared("SELECT verified_unix_ms FROM libraries WHERE id = ?"));
  statement->bind(1, library.value);
  ALCOVE_TRY(const bool found, statement->step());
  const UnixMillis moment{found ? statement->column_int64(0) : 0};
  statement->reset();
  return moment;
}

Status Records::set_all_to_verify(LibraryId library, UnixMillis now) {
  ALCOVE_TRY(auto* begun, prepared("UPDATE libraries SET verified_unix_ms = ? WHERE id = ?"));
  begun->bind(1, now.value).bind(2, library.value);
  ALCOVE_TRY_VOID(begun->run());
  ALCOVE_TRY(auto* statement,
             prepared("UPDATE files SET pending = 3 WHERE library_id = ? AND present = 1 AND pending = 0 AND "
                      "sha256 IS NOT NULL"));
  statement->bind(1, library.value);
  return statement->run();
}

Status Records::forget_content_numbers() {
  ALCOVE_TRY(auto* statement, prepared("UPDATE files SET content_number = 0, pending = iif(present = 1, 1, pending) "
                                       "WHERE content_number <> 0"));
  return statement->run();
}

Status Records::forget_content(ContentNumber content) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE files SET content_number = 0, sha256 = NULL, pending = 1 WHERE "
                                       "content_number = ? AND content_number <> 0 AND present = 0"));
  statement->bind(1, std::int64_t{content.value});
  return statement->run();
}

Result<std::int64_t> Records::erase_empty_folders() {
  ALCOVE_TRY(auto* statement,
             prepared("DELETE FROM folders WHERE present = 0 AND parent_id <> 0 "
                      "AND NOT EXISTS (SELECT 1 FROM files WHERE files.folder_id = folders.id) "
                      "AND NOT EXISTS (SELECT 1 FROM folders AS below WHERE below.parent_id = folders.id)"));
  ALCOVE_TRY_VOID(statement->run());
  return database_.changed_rows();
}

Status Records::set_content(const FileRow& file, const Sha256& sha256, ContentNumber content) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE files SET sha256 = ?, content_number = ?, problem = '', pending = 0 "
                                       "WHERE id = ?"));
  statement->bind(1, ByteView(sha256)).bind(2, std::int64_t{content.value}).bind(3, file.id.value);
  ALCOVE_TRY_VOID(statement->run());
  applied.push_back({.file = file.id,
                     .library = file.library,
                     .old_content = file.content,
                     .new_content = content,
                     .present = true,
                     .bytes_change = 0});
  return {};
}

Status Records::set_checked(FileId file) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE files SET problem = '', pending = 0 WHERE id = ?"));
  statement->bind(1, file.value);
  return statement->run();
}

Status Records::set_problem(const FileRow& file, std::string_view problem) {
  // Without a hash the content is that of an earlier version, which is not there any more.
  ALCOVE_TRY(auto* statement,
             prepared("UPDATE files SET problem = ?, content_number = iif(sha256 IS NULL, 0, content_number), "
                      "pending = 0 WHERE id = ?"));
  statement->bind(1, problem).bind(2, file.id.value);
  ALCOVE_TRY_VOID(statement->run());
  if (!file.sha256) {
    applied.push_back({.file = file.id,
                       .library = file.library,
                       .old_content = file.content,
                       .new_content = {},
                       .present = true,
                       .bytes_change = 0});
  }
  return {};
}

}  // namespace alcove::files

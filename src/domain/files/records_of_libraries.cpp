#include "domain/files/records.hpp"

#include <utility>

namespace alcove::files {

Result<std::vector<LibraryRow>> Records::libraries() {
  ALCOVE_TRY(auto* statement, prepared("SELECT id, name, root, state FROM libraries ORDER BY id"));
  std::vector<LibraryRow> rows;
  for (;;) {
    ALCOVE_TRY(const bool more, statement->step());
    if (!more) {
      statement->reset();
      return rows;
    }
    constexpr std::int64_t kStateRemoving = 3;
    rows.push_back({.id = LibraryId{statement->column_int64(0)},
                    .name = std::string(statement->column_text(1)),
                    .root = std::string(as_text(statement->column_blob(2))),
                    .is_being_removed = statement->column_int64(3) == kStateRemoving});
  }
}

Result<std::optional<LibraryRow>> Records::find_library(LibraryId id) {
  ALCOVE_TRY(auto rows, libraries());
  for (LibraryRow& row : rows) {
    if (row.id == id) {
      return std::move(row);
    }
  }
  return std::nullopt;
}

Result<LibraryId> Records::insert_library(std::string_view name, const std::filesystem::path& root, UnixMillis now) {
  ALCOVE_TRY(auto* statement, prepared("INSERT INTO libraries (name, root, added_unix_ms, verified_unix_ms) "
                                       "VALUES (?1, ?2, ?3, ?3)"));
  statement->bind(1, name).bind(2, as_bytes(root.native())).bind(3, now.value);
  ALCOVE_TRY_VOID(statement->run());
  const LibraryId library{database_.last_insert_rowid()};
  // The root's inode is noted by the first walk.
  ALCOVE_TRY_VOID(insert_folder(library, FolderId{}, "", 0));
  return library;
}

Status Records::set_library_removed(LibraryId library) {
  ALCOVE_TRY(auto* statement, prepared("UPDATE libraries SET state = 3 WHERE id = ?"));
  statement->bind(1, library.value);
  return statement->run();
}

Result<bool> Records::erase_library(LibraryId library, std::size_t limit) {
  ALCOVE_TRY(auto* select, prepared("SELECT id FROM files WHERE library_id = ? LIMIT ?"));
  select->bind(1, library.value).bind(2, static_cast<std::int64_t>(limit));
  std::vector<FileId> ids;
  for (;;) {
    ALCOVE_TRY(const bool more, select->step());
    if (!more) {
      break;
    }
    ids.push_back(FileId{select->column_int64(0)});
  }
  select->reset();
  for (const FileId id : ids) {
    ALCOVE_TRY(const auto row, find_file(id));
    if (row) {
      ALCOVE_TRY_VOID(erase_file(*row));
    }
  }
  if (!ids.empty()) {
    return false;
  }
  ALCOVE_TRY(auto* folders, prepared("DELETE FROM folders WHERE library_id = ?"));
  folders->bind(1, library.value);
  ALCOVE_TRY_VOID(folders->run());
  ALCOVE_TRY(auto* gone, prepared("DELETE FROM libraries WHERE id = ?"));
  gone->bind(1, library.value);
  ALCOVE_TRY_VOID(gone->run());
  return true;
}

Result<std::optional<std::string>> Records::find_setting(std::string_view name) {
  ALCOVE_TRY(auto* statement, prepared("SELECT value FROM files_settings WHERE name = ?"));
  statement->bind(1, name);
  ALCOVE_TRY(const bool found, statement->step());
  std::optional<std::string> value;
  if (found) {
    value.emplace(statement->column_text(0));
  }
  statement->reset();
  return value;
}

Status Records::set_setting(std::string_view name, std::string_view value) {
  ALCOVE_TRY(auto* statement, prepared("INSERT OR REPLACE INTO files_settings (name, value) VALUES (?, ?)"));
  statement->bind(1, name).bind(2, value);
  return statement->run();
}

}  // namespace alcove::files

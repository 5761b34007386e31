#pragma once
/// @file
/// The rows of folders and files, read and written inside the caller's transaction.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/files/files.hpp"
#include "domain/files/identity.hpp"
#include "drivers/sqlite/sqlite.hpp"

namespace alcove::files {

/// Files below this size are small: one is read in a moment.
inline constexpr std::int64_t kSmallFileBytes = 16LL << 20U;
/// Highest file id: they are members of 32-bit sets.
inline constexpr std::int64_t kFileIdMax = 0xFFFF'FFFF;

/// What the hashing thread still has to do for a file.
enum class Pending : std::uint8_t {
  kNothing,
  kRead,    ///< Its bytes, or its content's number, are not known.
  kCheck,   ///< Known, but something about the file changed: compared with the disk soon.
  kVerify,  ///< Known; compared with the disk in the verifying walk, after everything else.
};

struct FileRow {
  FileId id;
  LibraryId library;
  FolderId folder;
  std::string name;
  bool present = false;
  UnixMillis appeared_at;
  UnixMillis missing_since;
  Version version;
  std::optional<Sha256> sha256;
  ContentNumber content;
  std::string reader;
  std::string problem;
  Pending pending = Pending::kNothing;
};

struct FolderRow {
  FolderId id;
  LibraryId library;
  FolderId parent;  ///< 0: the library's root.
  std::string name;
  std::uint64_t inode = 0;
  bool present = false;
};

struct LibraryRow {
  LibraryId id;
  std::string name;
  std::filesystem::path root;
  bool is_being_removed = false;
};

/// SQL of the file tables over one connection. Every write notes what `Files::apply` must be told in `applied`, and
/// the row of file_changes that the names index follows.
///
/// Thread safety: none. Ownership: borrows the connection; must die before its transaction ends.
class Records {
 public:
  explicit Records(sqlite::Database& database) : database_(database) {}

  /// Those being removed, too.
  Result<std::vector<LibraryRow>> libraries();
  Result<std::optional<LibraryRow>> find_library(LibraryId id);
  /// Errors: kAlreadyExists for a name or root that is there.
  Result<LibraryId> insert_library(std::string_view name, const std::filesystem::path& root, UnixMillis now);
  /// From now on nobody sees it; `erase_library` finishes.
  Status set_library_removed(LibraryId library);
  /// Erases up to `limit` of its rows; true when nothing is left of it.
  Result<bool> erase_library(LibraryId library, std::size_t limit);
  Result<std::optional<std::string>> find_setting(std::string_view name);
  Status set_setting(std::string_view name, std::string_view value);

  Result<std::optional<FileRow>> find_file(FileId id);
  Result<std::optional<FileRow>> find_file_at(FolderId folder, std::string_view name);
  /// Present and vanished ones.
  Result<std::vector<FileRow>> files_in(FolderId folder);
  Result<std::vector<FileRow>> files_with_inode(LibraryId library, std::uint64_t inode, std::size_t limit);
  Result<std::vector<FileRow>> files_with_hash(const Sha256& sha256, std::size_t limit);
  Result<bool> has_present_files(LibraryId library);
  /// Present files with work to do, the cheapest and newest first. `sizes` leaves out the others.
  enum class Sizes : std::uint8_t { kSmall, kLarge };
  Result<std::vector<FileRow>> pending_files(Sizes sizes, std::size_t limit);
  /// Whether a file is to be read or checked before any is verified.
  Result<bool> has_urgent_files(Sizes sizes);
  /// Whether a verifying walk of the library has files left to compare.
  Result<bool> is_verifying(LibraryId library);
  struct PendingCount {
    std::int64_t unread = 0;      ///< kRead
    std::int64_t to_compare = 0;  ///< kCheck
  };
  /// `library` 0: of all.
  Result<PendingCount> count_pending(LibraryId library);
  /// The clock was put forward by `by_ms` (or back): vanished files have been away for as long as before.
  Status shift_missing(std::int64_t by_ms);
  /// Vanished files, those first that vanished first; `before` leaves out the younger ones.
  Result<std::vector<FileRow>> missing_files(UnixMillis before, std::size_t limit);

  Result<std::optional<FolderRow>> find_folder(FolderId id);
  Result<std::optional<FolderRow>> find_folder_at(LibraryId library, FolderId parent, std::string_view name);
  Result<std::vector<FolderRow>> folders_in(FolderId folder);
  Result<std::vector<FolderRow>> folders_with_inode(LibraryId library, std::uint64_t inode, std::size_t limit);
  /// The folder and all below.
  Result<std::vector<FolderId>> folders_below(FolderId folder);
  Result<std::vector<FileRow>> present_files_below(FolderId folder);
  /// Relative to the library, '/'-separated; "" for its root.
  Result<std::string> path_of(FolderId folder);
  /// Of a file.
  Result<std::string> path_of(const FileRow& file);

  /// `scanned_at`: also notes the end of a walk.
  Status set_library_state(LibraryId library, LibraryState state, std::string_view reason,
                           std::optional<UnixMillis> scanned_at);
  Result<FolderId> insert_folder(LibraryId library, FolderId parent, std::string_view name, std::uint64_t inode);
  /// One row; every file below gets a new number in file_changes, in the same transaction.
  Status move_folder(const FolderRow& folder, FolderId parent, std::string_view name);
  /// Marks a folder as there, with this inode.
  Status set_folder_present(FolderId folder, std::uint64_t inode);
  /// The folder and everything below vanished.
  Status mark_folder_missing(const FolderRow& folder, UnixMillis since);
  /// Erases a vanished folder's row with the rows below.
  Status erase_folder(const FolderRow& folder);

  /// Errors: kTooLarge when the ids are used up.
  Result<FileId> insert_file(LibraryId library, FolderId folder, std::string_view name, const Version& version,
                             UnixMillis pass);
  /// Another version at the same place. `pending` kRead forgets the hash; the old content serves until the new one is
  /// known. Other values keep both.
  Status update_version(const FileRow& file, const Version& version, Pending pending);
  /// The same bytes at a place (another, or its own again after it had vanished).
  Status move_file(const FileRow& file, FolderId folder, std::string_view name, const Version& version,
                   Pending pending);
  Status mark_missing(const FileRow& file, UnixMillis since);
  Status erase_file(const FileRow& file);
  Status set_pending(FileId file, Pending pending);
  /// Begins a verifying walk: every present file of the library whose bytes are known is to be compared with the disk.
  Status set_all_to_verify(LibraryId library, UnixMillis now);
  /// When the last verifying walk began.
  Result<UnixMillis> verified_at(LibraryId library);
  /// Forgets all content numbers (not the hashes): the artefact store is another one.
  Status forget_content_numbers();
  /// The content is to be erased: vanished files that had it are read anew when they come back.
  Status forget_content(ContentNumber content);
  /// Rows of vanished folders that hold nothing any more. Returns how many went.
  Result<std::int64_t> erase_empty_folders();
  /// The bytes are known.
  Status set_content(const FileRow& file, const Sha256& sha256, ContentNumber content);
  /// The bytes are what they were.
  Status set_checked(FileId file);
  /// The bytes cannot be read; `problem` says why. Tried again by the next scan. What is known of them stays: an error
  /// is no proof that they are others.
  Status set_problem(const FileRow& file, std::string_view problem);

  /// What was written so far, for Files::apply after the commit.
  std::vector<Files::Applied> applied;

 private:
  Result<sqlite::Statement*> prepared(std::string_view sql);
  Result<std::vector<FileRow>> read_files(sqlite::Statement& statement);
  Result<std::vector<FolderRow>> read_folders(sqlite::Statement& statement);
  Status note_change(FileId file, bool present);

  sqlite::Database& database_;
  std::unordered_map<std::string_view, sqlite::Statement> statements_;  ///< Keys are literals of records.cpp.
};

}  // namespace alcove::files

#pragma once
/// @file
/// The catalog's libraries, folders and files: what is where, and which contents a principal may see.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/auth/principal.hpp"
#include "domain/catalog/catalog.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::files {

/// Parts on the way to one as a path for people: "inner.eml/invoice.pdf". Empty without parts.
std::string part_path(const std::vector<artefacts::Part>& parts);

enum class LibraryState : std::uint8_t { kReady, kScanning, kMissing };

struct Library {
  LibraryId id;
  std::string name;            ///< Unique, valid UTF-8.
  std::filesystem::path root;  ///< Absolute, any bytes.
  LibraryState state = LibraryState::kReady;
  std::string state_reason;  ///< Why kMissing, or what the watcher cannot do, for the person.
  UnixMillis added_at;
  UnixMillis last_scan_at;
  std::int64_t file_count = 0;
  std::int64_t size_bytes = 0;
};

/// A file as the catalog knows it.
struct File {
  FileId id;
  LibraryId library;
  FolderId folder;
  std::string name;  ///< Last path component, any bytes.
  std::string path;  ///< Relative to the library, '/'-separated, any bytes.
  std::int64_t size_bytes = 0;
  std::int64_t modified_unix_ns = 0;
  std::int64_t changed_unix_ns = 0;  ///< ctime
  std::uint64_t inode = 0;
  std::optional<Sha256> sha256;  ///< Nothing: not hashed yet.
  ContentNumber content;         ///< 0: not hashed yet.
  std::string reader;            ///< Chosen from the name; part of the content's identity for plain text.
  std::string problem;           ///< Why it cannot be read, a NoticeCode's name; empty when all is well.
};

/// Reads of the catalog's file tables, and the in-memory sets that follow from them.
///
/// The visible set is recomputed incrementally: whoever changes files (libraries) reports each change through
/// `apply` after its transaction, so a deleted file's contents vanish from every query at once.
///
/// Thread safety: all calls from any thread.
class Files {
 public:
  static Result<std::unique_ptr<Files>> open(catalog::Catalog& catalog, artefacts::Store& store);
  ~Files();

  /// Cheap: the few rows of the table, and counts that are kept in memory.
  Result<std::vector<Library>> libraries();
  Result<std::optional<Library>> find_library(LibraryId id);
  Result<std::optional<Library>> find_library(std::string_view name);

  Result<std::optional<File>> find(FileId id);
  /// Files that are gone and whose rows are still kept.
  Result<std::int64_t> count_vanished();
  /// `path` is absolute, or "LIBRARY:relative".
  Result<std::optional<File>> find_by_path(std::string_view path);
  /// Present files that have this content themselves, as far as the principal may see them.
  Result<std::vector<File>> files_of(const auth::Principal& principal, ContentNumber content, std::size_t limit);
  /// A way to a content: a present file, and the parts on the way from the file's content down to this one, none when
  /// the file has it itself.
  struct Holding {
    File file;
    std::vector<artefacts::Part> parts;  ///< Outermost first.
  };
  /// Ways to a content, direct ones first, at most `limit`.
  Result<std::vector<Holding>> holdings_of(const auth::Principal& principal, ContentNumber content, std::size_t limit);
  /// Contents of visible files that are or contain this one: those to group hits by. At most `limit`.
  std::vector<ContentNumber> roots_of(const auth::Principal& principal, ContentNumber content, std::size_t limit) const;
  /// The content, what it contains and what contains it, at every depth; visible or not.
  [[nodiscard]] sets::Bitmap kin_of(ContentNumber content) const;
  /// The way from one of `roots_of` down to the content. Errors: kNotFound when there is none (any more).
  Result<std::vector<artefacts::Part>> way_to(ContentNumber root, ContentNumber content);
  /// The parts of a container changed in the store; `found` are contents that were named there but may be of no use.
  void parts_changed(ContentNumber container, const std::vector<ContentNumber>& found);

  /// One folder's subfolders and files, by name, for the file list. `path` "" is the root.
  struct Listing {
    std::vector<std::string> folders;
    std::vector<File> files;
    std::string next_after;  ///< Pass as `after` for the next page; empty at the end.
  };
  Result<Listing> list(const auth::Principal& principal, LibraryId library, std::string_view path,
                       std::string_view after, std::size_t limit);

  /// Contents with at least one present file that the principal may open, and those contained in them. A snapshot;
  /// cheap to copy (shared).
  [[nodiscard]] std::shared_ptr<const sets::Bitmap> visible_contents(const auth::Principal& principal) const;
  /// Files (ids) present in the libraries the principal may open.
  [[nodiscard]] std::shared_ptr<const sets::Bitmap> visible_files(const auth::Principal& principal) const;
  /// Present files under a folder, or of one library ("" is the whole library).
  Result<sets::Bitmap> files_under(const auth::Principal& principal, LibraryId library, std::string_view folder_path);
  /// What contents mean for the documents that consist of several: a mail and its attachments, say.
  struct Bundled {
    sets::Bitmap bundles;  ///< Those that are, or contain through other bundles, one of the contents.
    sets::Bitmap parts;    ///< What lies in these and nowhere else, at every depth.
  };
  /// `bundles`: contents that are one document with what they contain. Reads every part once: 0.2 s for a million.
  [[nodiscard]] Bundled bundled(const auth::Principal& principal, const sets::Bitmap& contents,
                                const sets::Bitmap& bundles) const;
  /// What a set of visible files means for contents.
  struct Projection {
    sets::Bitmap any;   ///< Contents that at least one of the files has or contains.
    sets::Bitmap only;  ///< Of those: contents that no other visible file has or contains.
  };
  Result<Projection> project(const auth::Principal& principal, const sets::Bitmap& files);
  /// Contents that at least two present files have. Reads the index of contents once: 0.1 s for a million files.
  Result<sets::Bitmap> contents_with_copies(const auth::Principal& principal);
  /// Contents that lie in another one, as attachments and members of archives do.
  [[nodiscard]] sets::Bitmap contained_contents(const auth::Principal& principal) const;
  /// A folder of a library by its path.
  struct FolderPlace {
    LibraryId library;
    std::string path;
  };
  /// Visible folders whose own name `matches`, at most `limit`, by path. Reads every folder.
  Result<std::vector<FolderPlace>> folders_where(const auth::Principal& principal,
                                                 const std::function<bool(std::string_view name)>& matches,
                                                 std::size_t limit);

  /// File changes after `sequence` for the names index: ids whose row was added, renamed, moved, or removed.
  struct FileChange {
    std::int64_t sequence = 0;
    FileId file;
    bool present = false;
  };
  Result<std::vector<FileChange>> changes_after(std::int64_t sequence, std::size_t limit);

  /// Erases a content that has been orphaned since before `before`, with all that was made of it. False when it is in
  /// use again.
  Result<bool> erase_orphaned(ContentNumber content, UnixMillis before);

  /// Told by the writer after its transaction. `old_content` and `new_content` may be 0.
  struct Applied {
    FileId file;
    LibraryId library;
    ContentNumber old_content;
    ContentNumber new_content;
    bool present = false;
    std::int64_t bytes_change = 0;  ///< Of the sizes of present files.
  };
  void apply(const std::vector<Applied>& changes);
  /// Called (from any thread) after every apply; for event streams and followers.
  void on_change(std::function<void()> listener);
  /// Called (from any thread) with contents that got their first present file, new or known before: their stages are to
  /// be asked for. Set once, before anything is applied.
  using OnUsed = std::function<void(const std::vector<ContentNumber>&)>;
  void on_used(OnUsed listener);

 private:
  struct Impl;
  explicit Files(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::files

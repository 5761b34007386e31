#include "domain/files/files.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/log.hpp"
#include "base/sync.hpp"
#include "domain/files/records.hpp"
#include "domain/files/visible_sets.hpp"

namespace alcove::files {

namespace {

using auth::Principal;

/// libraries.state of a library whose rows are being erased: nobody sees it any more.
constexpr std::int64_t kStateRemoving = 3;
/// Files of one content or one page that are looked at, whatever the caller asks for.
constexpr std::size_t kLimitMax = 10'000;
constexpr std::size_t kListenersMax = 16;
/// Places of one part that are looked at on the way to a file.
constexpr std::size_t kWaysLookedAtMax = 1'000;

/// May read every library. Rights of other users will come as a table of zones; until then they see nothing.
bool sees_everything(const Principal& principal) {
  return principal.kind == Principal::Kind::kOperator ||
         (principal.kind == Principal::Kind::kUser && principal.is_owner);
}

Result<File> file_of(Records& records, FileRow row) {
  ALCOVE_TRY(std::string path, records.path_of(row));
  return File{.id = row.id,
              .library = row.library,
              .folder = row.folder,
              .name = std::move(row.name),
              .path = std::move(path),
              .size_bytes = row.version.size_bytes,
              .modified_unix_ns = row.version.mtime_ns,
              .changed_unix_ns = row.version.ctime_ns,
              .inode = row.version.inode,
              .sha256 = row.sha256,
              .content = row.content,
              .reader = std::move(row.reader),
              .problem = std::move(row.problem)};
}

/// The folder at a '/'-separated path below a library's root; nothing when it is not there (any more).
Result<std::optional<FolderId>> find_folder_by_path(Records& records, LibraryId library, std::string_view path) {
  ALCOVE_TRY(auto folder, records.find_folder_at(library, FolderId{}, ""));
  while (folder && folder->present && !path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (name.empty()) {
      continue;
    }
    ALCOVE_TRY(folder, records.find_folder_at(library, folder->id, name));
  }
  return folder && folder->present ? std::optional(folder->id) : std::nullopt;
}

Result<std::optional<File>> find_file_by_path(Records& records, LibraryId library, std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view parent = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  ALCOVE_TRY(const auto folder, find_folder_by_path(records, library, parent));
  if (!folder) {
    return std::nullopt;
  }
  ALCOVE_TRY(auto row, records.find_file_at(*folder, name));
  if (!row || !row->present) {
    return std::nullopt;
  }
  ALCOVE_TRY(File file, file_of(records, std::move(*row)));
  return file;
}

/// A page's end: kind of the last entry and its name, in hexadecimal because names are any bytes.
std::string page_mark(char kind, std::string_view name) {
  return kind + to_hex(as_bytes(name));
}

Library library_of(const sqlite::Statement& row) {
  return {.id = LibraryId{row.column_int64(0)},
          .name = std::string(row.column_text(1)),
          .root = std::filesystem::path(std::string(as_text(row.column_blob(2)))),
          .state = static_cast<LibraryState>(row.column_int64(3)),
          .state_reason = std::string(row.column_text(4)),
          .added_at = UnixMillis{row.column_int64(5)},
          .last_scan_at = UnixMillis{row.column_int64(6)},
          .file_count = 0,
          .size_bytes = 0};
}

}  // namespace

struct Files::Impl {
  catalog::Catalog& catalog;
  artefacts::Store& store;
  VisibleSets visible;
  Guarded<std::vector<std::function<void()>>> listeners;
  Guarded<OnUsed> on_used;

  Status renumber_contents();
  Status load();
  Result<std::vector<Library>> libraries(const std::optional<LibraryId>& id, const std::optional<std::string>& name);
  Status mark_orphans(const VisibleSets::Turnover& turnover);
  /// Tells whoever has to know, after a change of the sets.
  void announce(const VisibleSets::Turnover& turnover);
};

/// The numbers in the catalog are a cache of one artefact store; another one has others.
Status Files::Impl::renumber_contents() {
  const std::string id = store.store_id();
  std::optional<std::string> known;
  ALCOVE_TRY_VOID(catalog.read([&](sqlite::Database& database) -> Status {
    Records records(database);
    ALCOVE_TRY(known, records.find_setting("store_id"));
    return {};
  }));
  if (known == id) {
    return {};
  }
  if (known) {
    log_warning("files", "the artefact store is a new one: all contents are numbered again");
  }
  return catalog.write([&](sqlite::Transaction& transaction) -> Status {
    Records records(transaction.database());
    ALCOVE_TRY_VOID(records.forget_content_numbers());
    return records.set_setting("store_id", id);
  });
}

/// Reads the sets from the catalog, and repairs what a crash between catalog and store left: contents in use are not
/// orphaned, all others are.
Status Files::Impl::load() {
  std::vector<Applied> present;
  ALCOVE_TRY_VOID(catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto statement, database.prepare("SELECT id, library_id, content_number, size_bytes FROM files WHERE "
                                                "present = 1 AND library_id NOT IN (SELECT id FROM libraries WHERE "
                                                "state = 3)"));
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more) {
        return {};
      }
      const ContentNumber content{static_cast<std::uint32_t>(statement.column_int64(2))};
      present.push_back({.file = FileId{statement.column_int64(0)},
                         .library = LibraryId{statement.column_int64(1)},
                         .old_content = {},
                         .new_content = content,
                         .present = true,
                         .bytes_change = statement.column_int64(3)});
    }
  }));
  visible.apply(present);
  ALCOVE_TRY(const auto parts, store.all_parts());
  std::map<ContentNumber, std::vector<ContentNumber>> parts_of;
  for (const artefacts::Part& part : parts) {
    parts_of[part.parent].push_back(part.content);
  }
  for (const auto& [container, members] : parts_of) {
    visible.set_parts(container, members);
  }
  const auto used = visible.everything().contents;
  ALCOVE_TRY(auto unmarked, store.contents_in_use());
  std::erase_if(unmarked, [&](ContentNumber content) { return used->contains(content.value); });
  ALCOVE_TRY(auto marked, store.orphaned_before(UnixMillis{std::numeric_limits<std::int64_t>::max()}, kFileIdMax));
  std::erase_if(marked, [&](ContentNumber content) { return !used->contains(content.value); });
  return mark_orphans({.orphaned = std::move(unmarked), .used = std::move(marked)});
}

Status Files::Impl::mark_orphans(const VisibleSets::Turnover& turnover) {
  if (!turnover.orphaned.empty()) {
    ALCOVE_TRY_VOID(store.set_orphaned(turnover.orphaned, true));
  }
  if (!turnover.used.empty()) {
    ALCOVE_TRY_VOID(store.set_orphaned(turnover.used, false));
  }
  return {};
}

Files::Files(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Files::~Files() = default;

Result<std::unique_ptr<Files>> Files::open(catalog::Catalog& catalog, artefacts::Store& store) {
  std::unique_ptr<Impl> impl(
      new Impl{.catalog = catalog, .store = store, .visible = {}, .listeners = {}, .on_used = {}});
  ALCOVE_TRY_VOID(impl->renumber_contents());
  ALCOVE_TRY_VOID(impl->load());
  return std::unique_ptr<Files>(new Files(std::move(impl)));
}

/// Every one, or that with the id or the name.
Result<std::vector<Library>> Files::Impl::libraries(const std::optional<LibraryId>& id,
                                                    const std::optional<std::string>& name) {
  std::vector<Library> found;
  ALCOVE_TRY_VOID(catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto statement,
               database.prepare("SELECT id, name, root, state, state_reason, added_unix_ms, last_scan_unix_ms "
                                "FROM libraries WHERE state <> ?1 AND (?2 = 0 OR id = ?2) AND (?3 = 0 OR name = ?4) "
                                "ORDER BY name"));
    statement.bind(1, kStateRemoving).bind(2, id ? id->value : 0).bind(3, std::int64_t{name.has_value()});
    statement.bind(4, std::string_view(name ? *name : ""));
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more) {
        return {};
      }
      found.push_back(library_of(statement));
    }
  }));
  for (Library& library : found) {
    const VisibleSets::Totals totals = visible.totals(library.id);
    library.file_count = totals.file_count;
    library.size_bytes = totals.size_bytes;
  }
  return found;
}

Result<std::vector<Library>> Files::libraries() {
  return impl_->libraries(std::nullopt, std::nullopt);
}

Result<std::optional<Library>> Files::find_library(LibraryId id) {
  ALCOVE_TRY(auto found, impl_->libraries(id, std::nullopt));
  return found.empty() || !id ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::optional<Library>> Files::find_library(std::string_view name) {
  ALCOVE_TRY(auto found, impl_->libraries(std::nullopt, std::string(name)));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::int64_t> Files::count_vanished() {
  std::int64_t count = 0;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(const auto counted, database.query_int64("SELECT COUNT(*) FROM files WHERE present = 0"));
    count = counted.value_or(0);
    return {};
  }));
  return count;
}

Result<std::optional<File>> Files::find(FileId id) {
  std::optional<File> found;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    Records records(database);
    ALCOVE_TRY(auto row, records.find_file(id));
    if (row && row->present) {
      ALCOVE_TRY(found, file_of(records, std::move(*row)));
    }
    return {};
  }));
  return found;
}

Result<std::optional<File>> Files::find_by_path(std::string_view path) {
  std::optional<File> found;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    // Either the library's name before the first colon, or its root in front: roots never overlap.
    ALCOVE_TRY(auto statement, database.prepare("SELECT id, name, root FROM libraries WHERE state <> ?"));
    statement.bind(1, kStateRemoving);
    LibraryId library;
    std::string relative;
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more) {
        break;
      }
      const std::string_view name = statement.column_text(1);
      const std::string_view root = as_text(statement.column_blob(2));
      const std::string root_slash = root == "/" ? "/" : fmt::format("{}/", root);
      if (path.starts_with('/') && path.starts_with(root_slash)) {
        library = LibraryId{statement.column_int64(0)};
        relative = path.substr(root_slash.size());
      } else if (!path.starts_with('/') && path.size() > name.size() && path.starts_with(name) &&
                 path[name.size()] == ':') {
        library = LibraryId{statement.column_int64(0)};
        relative = path.substr(name.size() + 1);
      }
    }
    if (!library) {
      return {};
    }
    Records records(database);
    ALCOVE_TRY(found, find_file_by_path(records, library, relative));
    return {};
  }));
  return found;
}

Result<std::vector<File>> Files::files_of(const Principal& principal, ContentNumber content, std::size_t limit) {
  std::vector<File> files;
  if (!sees_everything(principal) || !content) {
    return files;
  }
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto statement,
               database.prepare("SELECT id FROM files WHERE content_number = ? AND content_number <> 0 AND present = 1 "
                                "ORDER BY id LIMIT ?"));
    statement.bind(1, std::int64_t{content.value}).bind(2, static_cast<std::int64_t>(std::min(limit, kLimitMax)));
    Records records(database);
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more) {
        return {};
      }
      ALCOVE_TRY(auto row, records.find_file(FileId{statement.column_int64(0)}));
      if (row) {
        ALCOVE_TRY(File file, file_of(records, std::move(*row)));
        files.push_back(std::move(file));
      }
    }
  }));
  return files;
}

namespace {

/// Names after `after` of one folder, in byte order, at most `limit`.
Result<std::vector<std::string>> folder_page(sqlite::Database& database, LibraryId library, FolderId parent,
                                             std::string_view after, std::size_t limit) {
  ALCOVE_TRY(auto statement, database.prepare("SELECT name FROM folders WHERE library_id = ? AND parent_id = ? AND "
                                              "present = 1 AND name > ? ORDER BY name LIMIT ?"));
  statement.bind(1, library.value).bind(2, parent.value).bind(3, as_bytes(after));
  statement.bind(4, static_cast<std::int64_t>(limit));
  std::vector<std::string> names;
  for (;;) {
    ALCOVE_TRY(const bool more, statement.step());
    if (!more) {
      return names;
    }
    names.emplace_back(as_text(statement.column_blob(0)));
  }
}

Result<std::vector<File>> file_page(sqlite::Database& database, FolderId folder, std::string_view after,
                                    std::size_t limit) {
  ALCOVE_TRY(auto statement, database.prepare("SELECT name FROM files WHERE folder_id = ? AND present = 1 AND "
                                              "name > ? ORDER BY name LIMIT ?"));
  statement.bind(1, folder.value).bind(2, as_bytes(after)).bind(3, static_cast<std::int64_t>(limit));
  Records records(database);
  std::vector<File> files;
  for (;;) {
    ALCOVE_TRY(const bool more, statement.step());
    if (!more) {
      return files;
    }
    ALCOVE_TRY(auto row, records.find_file_at(folder, as_text(statement.column_blob(0))));
    if (row) {
      ALCOVE_TRY(File file, file_of(records, std::move(*row)));
      files.push_back(std::move(file));
    }
  }
}

}  // namespace

Result<Files::Listing> Files::list(const Principal& principal, LibraryId library, std::string_view path,
                                   std::string_view after, std::size_t limit) {
  const auto mark = after.empty() ? std::optional<Bytes>(Bytes{}) : from_hex(after.substr(1));
  if (!mark || (!after.empty() && after[0] != 'd' && after[0] != 'f')) {
    Error error = make_error(ErrorCode::kInvalidArgument, "The page mark is not one that this server gave out");
    error.field = "after";
    return std::unexpected(std::move(error));
  }
  limit = std::clamp<std::size_t>(limit, 1, kLimitMax);
  Listing listing;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    Records records(database);
    ALCOVE_TRY(const auto folder, find_folder_by_path(records, library, path));
    if (!folder || !sees_everything(principal)) {
      return fail(ErrorCode::kNotFound, "There is no such folder");
    }
    const bool among_files = after.starts_with('f');
    if (!among_files) {
      ALCOVE_TRY(listing.folders, folder_page(database, library, *folder, as_text(*mark), limit + 1));
      if (listing.folders.size() > limit) {
        listing.folders.pop_back();
        listing.next_after = page_mark('d', listing.folders.back());
        return {};
      }
    }
    const std::size_t room = limit - listing.folders.size();
    const std::string_view after_name = among_files ? as_text(*mark) : std::string_view();
    ALCOVE_TRY(listing.files, file_page(database, *folder, after_name, room + 1));
    if (listing.files.size() > room) {
      listing.files.pop_back();
      listing.next_after =
          listing.files.empty() ? page_mark('f', after_name) : page_mark('f', listing.files.back().name);
    }
    return {};
  }));
  return listing;
}

std::shared_ptr<const sets::Bitmap> Files::visible_contents(const Principal& principal) const {
  return sees_everything(principal) ? impl_->visible.everything().contents : impl_->visible.of(LibraryId{}).contents;
}

std::shared_ptr<const sets::Bitmap> Files::visible_files(const Principal& principal) const {
  return sees_everything(principal) ? impl_->visible.everything().files : impl_->visible.of(LibraryId{}).files;
}

Result<sets::Bitmap> Files::files_under(const Principal& principal, LibraryId library, std::string_view folder_path) {
  if (!sees_everything(principal)) {
    return sets::Bitmap();
  }
  if (folder_path.find_first_not_of('/') == std::string_view::npos) {
    return *impl_->visible.of(library).files;
  }
  sets::Bitmap files;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    Records records(database);
    ALCOVE_TRY(const auto folder, find_folder_by_path(records, library, folder_path));
    if (!folder) {
      return {};
    }
    ALCOVE_TRY(auto statement,
               database.prepare("WITH RECURSIVE subtree(id) AS (SELECT ?1 UNION ALL SELECT folders.id FROM folders, "
                                "subtree WHERE folders.parent_id = subtree.id) "
                                "SELECT id FROM files WHERE folder_id IN (SELECT id FROM subtree) AND present = 1"));
    statement.bind(1, folder->value);
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more) {
        return {};
      }
      files.add(static_cast<std::uint32_t>(statement.column_int64(0)));
    }
  }));
  return files;
}

Result<Files::Projection> Files::project(const Principal& principal, const sets::Bitmap& files) {
  if (!sees_everything(principal)) {
    return Projection{};
  }
  std::unordered_map<std::uint32_t, std::int64_t> counts;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(
        auto statement,
        database.prepare("SELECT content_number FROM files WHERE id = ? AND present = 1 AND content_number <> 0"));
    Status status;
    files.for_each([&](std::uint32_t file) {
      statement.bind(1, static_cast<std::int64_t>(file));
      auto more = statement.step();
      if (!more) {
        status = std::unexpected(std::move(more).error());
        return false;
      }
      if (*more) {
        ++counts[static_cast<std::uint32_t>(statement.column_int64(0))];
      }
      statement.reset();
      return true;
    });
    return status;
  }));
  return impl_->visible.project(counts);
}

Result<sets::Bitmap> Files::contents_with_copies(const Principal& principal) {
  sets::Bitmap contents;
  if (!sees_everything(principal)) {
    return contents;
  }
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    // The groups come from the index alone; only their files are looked at, whether they are still there.
    ALCOVE_TRY(auto statement,
               database.prepare("WITH repeated(number) AS (SELECT content_number FROM files WHERE content_number <> 0 "
                                "GROUP BY content_number HAVING count(*) > 1) "
                                "SELECT number FROM repeated WHERE (SELECT count(*) FROM (SELECT 1 FROM files WHERE "
                                "content_number = number AND content_number <> 0 AND present = 1 LIMIT 2)) > 1"));
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more) {
        return {};
      }
      contents.add(static_cast<std::uint32_t>(statement.column_int64(0)));
    }
  }));
  return contents;
}

sets::Bitmap Files::contained_contents(const Principal& principal) const {
  return sees_everything(principal) ? impl_->visible.contained() : sets::Bitmap();
}

Result<std::vector<Files::FolderPlace>> Files::folders_where(const Principal& principal,
                                                             const std::function<bool(std::string_view name)>& matches,
                                                             std::size_t limit) {
  std::vector<FolderPlace> places;
  if (!sees_everything(principal)) {
    return places;
  }
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    Records records(database);
    ALCOVE_TRY(auto statement,
               database.prepare("SELECT id, library_id, name FROM folders WHERE present = 1 AND parent_id <> 0 AND "
                                "library_id NOT IN (SELECT id FROM libraries WHERE state = ?)"));
    statement.bind(1, kStateRemoving);
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more || places.size() == limit) {
        return {};
      }
      if (matches(as_text(statement.column_blob(2)))) {
        ALCOVE_TRY(std::string path, records.path_of(FolderId{statement.column_int64(0)}));
        places.push_back({.library = LibraryId{statement.column_int64(1)}, .path = std::move(path)});
      }
    }
  }));
  std::ranges::sort(places, {}, &FolderPlace::path);
  return places;
}

Result<std::vector<Files::FileChange>> Files::changes_after(std::int64_t sequence, std::size_t limit) {
  std::vector<FileChange> changes;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto statement, database.prepare("SELECT sequence, file_id, present FROM file_changes "
                                                "WHERE sequence > ? ORDER BY sequence LIMIT ?"));
    statement.bind(1, sequence).bind(2, static_cast<std::int64_t>(limit));
    for (;;) {
      ALCOVE_TRY(const bool more, statement.step());
      if (!more) {
        return {};
      }
      changes.push_back({.sequence = statement.column_int64(0),
                         .file = FileId{statement.column_int64(1)},
                         .present = statement.column_int64(2) != 0});
    }
  }));
  return changes;
}

void Files::parts_changed(ContentNumber container, const std::vector<ContentNumber>& found) {
  const auto parts = impl_->store.parts_of(container);
  if (!parts) {
    // The next start reads them again.
    log_error("files", Error(parts.error()).with_context("note the parts of a file"));
    return;
  }
  std::vector<ContentNumber> contents;
  for (const artefacts::Part& part : *parts) {
    contents.push_back(part.content);
  }
  VisibleSets::Turnover turnover = impl_->visible.set_parts(container, contents);
  for (const ContentNumber content : found) {
    if (!impl_->visible.is_visible(content)) {
      turnover.orphaned.push_back(content);
    }
  }
  if (!turnover.orphaned.empty() || !turnover.used.empty()) {
    impl_->announce(turnover);
  }
}

std::string part_path(const std::vector<artefacts::Part>& parts) {
  std::string path;
  for (const artefacts::Part& part : parts) {
    path += (path.empty() ? "" : "/") + part.path;
  }
  return path;
}

std::vector<ContentNumber> Files::roots_of(const Principal& principal, ContentNumber content, std::size_t limit) const {
  return sees_everything(principal) ? impl_->visible.roots_of(content, limit) : std::vector<ContentNumber>();
}

Files::Bundled Files::bundled(const Principal& principal, const sets::Bitmap& contents,
                              const sets::Bitmap& bundles) const {
  return sees_everything(principal) ? impl_->visible.bundled(contents, bundles) : Bundled();
}

sets::Bitmap Files::kin_of(ContentNumber content) const {
  return impl_->visible.kin_of(content);
}

Result<std::vector<artefacts::Part>> Files::way_to(ContentNumber root, ContentNumber content) {
  // From the content up, breadth first: the shortest way, and each container once.
  std::vector<artefacts::Part> steps;
  std::vector<std::size_t> below;  // Index of the step inside, for each step.
  std::set<ContentNumber> seen{content};
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  if (root == content) {
    return steps;
  }
  std::vector<std::pair<ContentNumber, std::size_t>> todo{{content, kNone}};
  for (std::size_t i = 0; i < todo.size() && steps.size() < kWaysLookedAtMax; ++i) {
    const auto [at, inside] = todo[i];
    ALCOVE_TRY(const auto places, impl_->store.places_of_part(at, kWaysLookedAtMax));
    for (const artefacts::Part& place : places) {
      steps.push_back(place);
      below.push_back(inside);
      if (place.parent == root) {
        std::vector<artefacts::Part> way;
        for (std::size_t step = steps.size() - 1; step != kNone; step = below[step]) {
          way.push_back(steps[step]);
        }
        return way;
      }
      if (seen.insert(place.parent).second) {
        todo.emplace_back(place.parent, steps.size() - 1);
      }
    }
  }
  return fail(ErrorCode::kNotFound, "The file does not contain this any more");
}

Result<std::vector<Files::Holding>> Files::holdings_of(const Principal& principal, ContentNumber content,
                                                       std::size_t limit) {
  std::vector<Holding> holdings;
  ALCOVE_TRY(auto direct, files_of(principal, content, limit));
  holdings.reserve(direct.size());
  for (File& file : direct) {
    holdings.push_back({.file = std::move(file), .parts = {}});
  }
  for (const ContentNumber root : roots_of(principal, content, limit)) {
    if (root == content || holdings.size() >= limit) {
      continue;
    }
    const auto way = way_to(root, content);
    if (!way) {
      continue;  // Changed since.
    }
    ALCOVE_TRY(auto files, files_of(principal, root, limit - holdings.size()));
    for (File& file : files) {
      holdings.push_back({.file = std::move(file), .parts = *way});
    }
  }
  return holdings;
}

Result<bool> Files::erase_orphaned(ContentNumber content, UnixMillis before) {
  // The number first: a file that comes back between the two is read again, never taken for a content that is gone.
  ALCOVE_TRY_VOID(impl_->catalog.write([&](sqlite::Transaction& transaction) {
    Records records(transaction.database());
    return records.forget_content(content);
  }));
  return impl_->store.erase_orphaned(content, before);
}

void Files::apply(const std::vector<Applied>& changes) {
  impl_->announce(impl_->visible.apply(changes));
}

void Files::Impl::announce(const VisibleSets::Turnover& turnover) {
  // The sets are right in any case; what the store misses is repaired at the next start.
  if (Status marked = mark_orphans(turnover); !marked) {
    log_error("files", std::move(marked).error().with_context("note which contents are in use"));
  }
  if (!turnover.used.empty()) {
    // After the marks: a lane that finds a content orphaned gives its tasks up, and they are asked for again here.
    if (const OnUsed tell = on_used.with([](const OnUsed& listener) { return listener; })) {
      tell(turnover.used);
    }
  }
  const auto all_listeners = listeners.with([](const auto& all) { return all; });
  for (const auto& listener : all_listeners) {
    listener();
  }
}

void Files::on_used(OnUsed listener) {
  impl_->on_used.with([&](OnUsed& current) { current = std::move(listener); });
}

void Files::on_change(std::function<void()> listener) {
  impl_->listeners.with([&](auto& all) {
    ALCOVE_CHECK(all.size() < kListenersMax, "listeners are parts of the server, not visitors");
    all.push_back(std::move(listener));
  });
}

}  // namespace alcove::files

#include "domain/libraries/libraries.hpp"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/sync.hpp"
#include "base/text.hpp"
#include "domain/files/records.hpp"
#include "domain/libraries/follower.hpp"
#include "domain/libraries/hasher.hpp"
#include "domain/libraries/writer.hpp"
#include "drivers/os/file.hpp"

namespace alcove::libraries {

namespace {

namespace fs = std::filesystem;
using files::Records;

constexpr std::size_t kNameLengthMax = 100;
/// Rows of a removed library, or of vanished files, that are erased in one transaction.
constexpr std::size_t kErasedAtOnceMax = 2'000;
/// Files with one content that are tried until one opens.
constexpr std::size_t kFilesTriedMax = 64;

/// True if one is the other or lies inside it.
bool overlaps(const fs::path& a, const fs::path& b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return in_a == a.end() || in_b == b.end();
}

bool is_inside(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

std::unexpected<Error> invalid(std::string field, std::string message) {
  Error error = make_error(ErrorCode::kInvalidArgument, std::move(message));
  error.field = std::move(field);
  return std::unexpected(std::move(error));
}

/// The root with every link on the way resolved, without a slash at the end.
Result<fs::path> resolved_root(const fs::path& root) {
  std::error_code error;
  if (!root.is_absolute()) {
    return invalid("path", "The folder's path must be absolute");
  }
  fs::path resolved = fs::canonical(root, error);
  if (error) {
    return fail(ErrorCode::kNotFound, fmt::format("There is no folder {}", to_valid_utf8(root.native())),
                error.message());
  }
  if (!fs::is_directory(resolved, error)) {
    return invalid("path", fmt::format("{} is not a folder", to_valid_utf8(root.native())));
  }
  return resolved;
}

/// A library's name goes before a colon in paths and into file lists, so it is short and plain.
Status check_name(std::string_view name) {
  if (name.empty() || !is_valid_utf8(name) || utf8_length(name) > kNameLengthMax) {
    return invalid("name", fmt::format("A library's name has 1 to {} characters", kNameLengthMax));
  }
  if (std::ranges::any_of(
          name, [](char c) { return c == ':' || c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return invalid("name", "A library's name has no colon, no slash and no control characters");
  }
  return {};
}

files::Version version_of(const files::File& file) {
  return {.size_bytes = file.size_bytes,
          .mtime_ns = file.modified_unix_ns,
          .ctime_ns = file.changed_unix_ns,
          .inode = file.inode};
}

}  // namespace

struct Libraries::Impl {
  catalog::Catalog& catalog;
  artefacts::Store& store;
  files::Files& files;
  Options options;
  fs::path data_folder;
  Writer writer;
  /// Shared by this table and by calls under way in `wait_until_seen`, which must not hold the table's lock.
  Guarded<std::map<LibraryId, std::shared_ptr<Follower>>> followers;
  Mutex changes;  ///< Adding and removing libraries exclude one another.
  /// Followers wake them and they ask followers to look again: how both end is in ~Libraries.
  std::unique_ptr<Hasher> hasher;
  std::unique_ptr<Hasher> large_hasher;  ///< Of files of kSmallFileBytes and more.

  Impl(catalog::Catalog& the_catalog, artefacts::Store& the_store, files::Files& the_files, Options the_options)
      : catalog(the_catalog),
        store(the_store),
        files(the_files),
        options(std::move(the_options)),
        writer(the_catalog, the_files) {}

  Status follow(LibraryId library, const fs::path& root);
  std::shared_ptr<Follower> find_follower(LibraryId library);
  std::vector<std::shared_ptr<Follower>> all_followers();
  void wake_hashers();
  /// A library is back: contents that could not be opened may be there now.
  void retry_missed();
  /// What was made of files that are left out from now on is not kept for the day when they come back.
  void expire(const std::vector<ContentNumber>& contents);
  std::unique_ptr<Hasher> make_hasher(Records::Sizes sizes, const OnContent& on_content);
  Status erase(LibraryId library);
  Result<files::Library> add(const fs::path& root, const std::string& name);
};

std::shared_ptr<Follower> Libraries::Impl::find_follower(LibraryId library) {
  return followers.with([&](auto& all) -> std::shared_ptr<Follower> {
    const auto found = all.find(library);
    return found == all.end() ? nullptr : found->second;
  });
}

std::vector<std::shared_ptr<Follower>> Libraries::Impl::all_followers() {
  return followers.with([](auto& all) {
    std::vector<std::shared_ptr<Follower>> list;
    list.reserve(all.size());
    for (const auto& [library, follower] : all) {
      list.push_back(follower);
    }
    return list;
  });
}

Status Libraries::Impl::follow(LibraryId library, const fs::path& root) {
  ALCOVE_TRY(auto follower, Follower::start({.writer = writer,
                                             .library = library,
                                             .root = root,
                                             .data_folder = data_folder,
                                             .options = options,
                                             .on_written = [this] { wake_hashers(); },
                                             .on_back = [this] { retry_missed(); },
                                             .on_left_out = [this](const auto& contents) { expire(contents); }}));
  followers.with([&](auto& all) { all[library] = std::move(follower); });
  return {};
}

void Libraries::Impl::wake_hashers() {
  hasher->wake();
  large_hasher->wake();
}

void Libraries::Impl::retry_missed() {
  if (const Status hurried = store.hurry_missed(); !hurried) {
    log_error("libraries", Error(hurried.error()).with_context("go on with a library that is back"));
  }
}

void Libraries::Impl::expire(const std::vector<ContentNumber>& contents) {
  if (const Status expired = store.expire_orphans(contents); !expired) {
    log_error("libraries", Error(expired.error()).with_context("give up what was made of files that are left out"));
  } else if (options.on_expired) {
    options.on_expired();
  }
}

std::unique_ptr<Hasher> Libraries::Impl::make_hasher(Records::Sizes sizes, const OnContent& on_content) {
  return std::make_unique<Hasher>(Hasher::Setting{.sizes = sizes,
                                                  .writer = writer,
                                                  .store = store,
                                                  .files = files,
                                                  .settle = options.settle,
                                                  .on_content = on_content,
                                                  .is_paused = options.is_paused,
                                                  .on_stale = [this](const files::FileRow& file) {
                                                    if (const auto follower = find_follower(file.library)) {
                                                      follower->look_at(file.folder, file.name);
                                                    }
                                                  }});
}

Status Libraries::Impl::erase(LibraryId library) {
  bool done = false;
  while (!done) {
    ALCOVE_TRY_VOID(writer.write([&](Records& records) -> Status {
      ALCOVE_TRY(done, records.erase_library(library, kErasedAtOnceMax));
      return {};
    }));
  }
  return {};
}

Libraries::Libraries(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Libraries::~Libraries() {
  // Followers wake the hasher and the hasher asks followers: both must be at rest before either goes. The hasher's
  // calls find an empty table; the followers' last wake-ups still find the hasher.
  std::map<LibraryId, std::shared_ptr<Follower>> stopping;
  impl_->followers.with([&](auto& all) { stopping.swap(all); });
  for (const auto& [library, follower] : stopping) {
    follower->stop();
  }
  impl_->hasher.reset();
  impl_->large_hasher.reset();
}

Result<std::unique_ptr<Libraries>> Libraries::start(catalog::Catalog& catalog, artefacts::Store& store,
                                                    files::Files& files, Options options, OnContent on_content) {
  auto impl = std::make_unique<Impl>(catalog, store, files, std::move(options));
  std::error_code ignored;
  impl->data_folder = fs::weakly_canonical(catalog.data_folder(), ignored);
  std::vector<files::LibraryRow> libraries;
  ALCOVE_TRY_VOID(impl->writer.read([&](Records& records) -> Status {
    ALCOVE_TRY(libraries, records.libraries());
    return {};
  }));
  Impl* shared = impl.get();
  impl->hasher = impl->make_hasher(Records::Sizes::kSmall, on_content);
  impl->large_hasher = impl->make_hasher(Records::Sizes::kLarge, on_content);
  std::unique_ptr<Libraries> started(new Libraries(std::move(impl)));
  for (const files::LibraryRow& library : libraries) {
    if (library.is_being_removed) {
      ALCOVE_TRY_VOID(shared->erase(library.id));
    } else {
      ALCOVE_TRY_VOID(shared->follow(library.id, library.root));
    }
  }
  return started;
}

Result<files::Library> Libraries::add(const fs::path& root, std::string name) {
  ALCOVE_TRY(const fs::path resolved, resolved_root(root));
  // Without a name the folder's own serves, numbered where it is taken.
  const bool own_name = name.empty();
  if (own_name) {
    const std::string last = to_valid_utf8(resolved.filename().native());
    name = last.empty() ? std::string("Files") : std::string(utf8_prefix(last, kNameLengthMax - 4));
  }
  const std::string first_name = name;
  ALCOVE_TRY_VOID(check_name(name));
  if (is_inside(resolved, impl_->data_folder)) {
    return fail(ErrorCode::kAlreadyExists, "This folder belongs to Alcove's own data and cannot be a library");
  }
  const MutexLock lock(impl_->changes);
  LibraryId id;
  ALCOVE_TRY_VOID(impl_->writer.write([&](Records& records) -> Status {
    ALCOVE_TRY(const auto libraries, records.libraries());
    for (int number = 2; own_name && std::ranges::find(libraries, name, &files::LibraryRow::name) != libraries.end();
         ++number) {
      name = fmt::format("{} {}", first_name, number);
    }
    for (const files::LibraryRow& library : libraries) {
      if (library.name == name) {
        return fail(ErrorCode::kAlreadyExists, fmt::format("There is a library named {} already", name));
      }
      if (overlaps(resolved, library.root)) {
        return fail(ErrorCode::kAlreadyExists, fmt::format("The folder overlaps the library {} ({})", library.name,
                                                           to_valid_utf8(library.root.native())));
      }
    }
    ALCOVE_TRY(id, records.insert_library(name, resolved, now_unix_millis()));
    return {};
  }));
  ALCOVE_TRY_VOID(impl_->follow(id, resolved));
  ALCOVE_TRY(auto library, impl_->files.find_library(id));
  if (!library) {
    return fail(ErrorCode::kInternal, "The library was not kept");
  }
  return std::move(*library);
}

Status Libraries::remove(LibraryId library) {
  const MutexLock lock(impl_->changes);
  ALCOVE_TRY_VOID(impl_->writer.write([&](Records& records) -> Status {
    ALCOVE_TRY(const auto row, records.find_library(library));
    if (!row || row->is_being_removed) {
      return fail(ErrorCode::kNotFound, "There is no such library");
    }
    return records.set_library_removed(library);
  }));
  std::shared_ptr<Follower> follower;
  impl_->followers.with([&](auto& all) {
    if (const auto found = all.find(library); found != all.end()) {
      follower = std::move(found->second);
      all.erase(found);
    }
  });
  if (follower) {
    follower->stop();
  }
  return impl_->erase(library);
}

Result<std::int64_t> Libraries::erase_missing(UnixMillis before) {
  std::int64_t erased = 0;
  for (;;) {
    std::vector<files::FileRow> rows;
    ALCOVE_TRY_VOID(impl_->writer.read([&](Records& records) -> Status {
      ALCOVE_TRY(rows, records.missing_files(before, kErasedAtOnceMax));
      return {};
    }));
    if (rows.empty()) {
      return erased;
    }
    ALCOVE_TRY_VOID(impl_->writer.write([&](Records& records) -> Status {
      for (const files::FileRow& row : rows) {
        ALCOVE_TRY(const auto now, records.find_file(row.id));
        if (now && !now->present) {
          ALCOVE_TRY_VOID(records.erase_file(row));
          ++erased;
        }
      }
      ALCOVE_TRY_VOID(records.erase_empty_folders());
      return {};
    }));
  }
}

Status Libraries::clock_moved(std::chrono::milliseconds by) {
  return impl_->writer.write([&](Records& records) { return records.shift_missing(by.count()); });
}

Status Libraries::rescan(LibraryId library, bool verify) {
  const auto follower = impl_->find_follower(library);
  if (!follower) {
    return fail(ErrorCode::kNotFound, "There is no such library");
  }
  if (verify) {
    follower->request_verifying_walk();
  } else {
    follower->request_walk();
  }
  return {};
}

Status Libraries::wait_until_seen(const Context& context) {
  const auto followers = impl_->all_followers();
  std::vector<std::uint64_t> tickets;
  tickets.reserve(followers.size());
  for (const auto& follower : followers) {
    tickets.push_back(follower->request_walk());
  }
  for (std::size_t i = 0; i < followers.size(); ++i) {
    const Status seen = followers[i]->wait_for_walk(tickets[i], context);
    // A library removed meanwhile has nothing left to be seen.
    if (!seen && !(seen.error().code == ErrorCode::kCancelled && !context.stop.stop_requested())) {
      return seen;
    }
  }
  ALCOVE_TRY_VOID(impl_->hasher->wait_until_done(context));
  return impl_->large_hasher->wait_until_done(context);
}

std::vector<Progress> Libraries::progress() {
  std::vector<Progress> all;
  for (const auto& follower : impl_->all_followers()) {
    Progress progress = follower->progress();
    const Status counted = impl_->writer.read([&](Records& records) -> Status {
      ALCOVE_TRY(const auto pending, records.count_pending(progress.library));
      progress.files_unhashed = pending.unread;
      return {};
    });
    if (!counted) {
      log_error("libraries", counted.error());
    }
    all.push_back(std::move(progress));
  }
  return all;
}

Result<Libraries::Opened> Libraries::open_file(const files::File& file) {
  fs::path root;
  ALCOVE_TRY_VOID(impl_->writer.read([&](Records& records) -> Status {
    ALCOVE_TRY(const auto library, records.find_library(file.library));
    if (!library || library->is_being_removed) {
      return fail(ErrorCode::kNotFound, "The file's library is not there any more");
    }
    root = library->root;
    return {};
  }));
  auto opened = open_version(root, file.path, version_of(file));
  if (!opened) {
    // What the catalog says is not what is there: the sooner it knows, the better.
    if (const auto follower = impl_->find_follower(file.library)) {
      follower->look_at(file.folder, file.name);
    }
    return std::unexpected(std::move(opened).error());
  }
  return Opened{.descriptor = opened->release(), .size_bytes = file.size_bytes};
}

Result<Libraries::Opened> Libraries::open_content(ContentNumber content) {
  const auth::Principal everyone{.kind = auth::Principal::Kind::kOperator, .user = {}, .name = {}, .is_owner = false};
  ALCOVE_TRY(const auto candidates, impl_->files.files_of(everyone, content, kFilesTriedMax));
  if (candidates.empty()) {
    return fail(ErrorCode::kNotFound, "No file has this content any more");
  }
  Error last = make_error(ErrorCode::kUnavailable, "The file is being changed");
  for (const files::File& file : candidates) {
    // Without a hash the row's content is the old one, and the bytes on disk are others.
    if (!file.sha256) {
      continue;
    }
    auto opened = open_file(file);
    if (opened) {
      return opened;
    }
    last = std::move(opened).error();
  }
  // Not where it was is not gone: the catalog will say so when it is.
  last.code = ErrorCode::kUnavailable;
  return std::unexpected(std::move(last));
}

}  // namespace alcove::libraries

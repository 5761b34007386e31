#include "domain/libraries/tree.hpp"

#include <fcntl.h>

#include <utility>

#include "base/bytes.hpp"
#include "domain/libraries/ignore_file.hpp"
#include "domain/libraries/ignore_rules.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/folder.hpp"

namespace alcove::libraries {

namespace {

void look_at(int folder_fd, const std::string& name, Listing& listing) {
  const auto stat = os::read_stat_at(folder_fd, name);
  if (!stat) {
    if (stat.error().code != ErrorCode::kNotFound) {
      listing.unknown.insert(name);
    }
    return;
  }
  listing.is_empty = false;
  if (stat->kind == os::FileKind::kFolder && !is_ignored_folder(name)) {
    listing.folders.push_back({.name = name, .inode = stat->inode});
  } else if (stat->kind == os::FileKind::kRegular && !is_ignored_file(name)) {
    listing.files.push_back({.name = name,
                             .version = {.size_bytes = static_cast<std::int64_t>(stat->size_bytes),
                                         .mtime_ns = stat->mtime_ns,
                                         .ctime_ns = stat->ctime_ns,
                                         .inode = stat->inode}});
  }
}

Result<Listing> begin_listing(int folder_fd) {
  ALCOVE_TRY(const os::FileStat stat, os::read_stat(folder_fd));
  Listing listing;
  listing.inode = stat.inode;
  return listing;
}

}  // namespace

Result<os::UniqueFd> open_folder_beneath(int root_fd, std::string_view path) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK;
  return os::open_beneath(root_fd, path.empty() ? "." : path, kFlags);
}

Result<Listing> list_folder(int folder_fd) {
  ALCOVE_TRY(Listing listing, begin_listing(folder_fd));
  ALCOVE_TRY_VOID(os::visit_folder(folder_fd, [&](os::FolderEntry&& entry) {
    listing.is_empty = false;
    // What the folder itself says spares most of the calls that would only end in "not listed".
    const bool skip = entry.kind_known && (entry.kind == os::FileKind::kFolder    ? is_ignored_folder(entry.name)
                                           : entry.kind == os::FileKind::kRegular ? is_ignored_file(entry.name)
                                                                                  : true);
    if (!skip) {
      look_at(folder_fd, entry.name, listing);
    }
    return true;
  }));
  return listing;
}

Result<Listing> list_names(int folder_fd, const std::set<std::string>& names) {
  ALCOVE_TRY(Listing listing, begin_listing(folder_fd));
  for (const std::string& name : names) {
    look_at(folder_fd, name, listing);
  }
  return listing;
}

Result<std::optional<std::string>> read_ignore_file(int folder_fd) {
  const std::optional<std::string> none;
  const auto file = os::open_regular_beneath(folder_fd, kIgnoreFileName);
  if (!file) {
    const ErrorCode code = file.error().code;
    // A link (ELOOP) or something that is no regular file is not followed, as git does.
    const bool is_none =
        code == ErrorCode::kNotFound || code == ErrorCode::kInvalidArgument || code == ErrorCode::kUnsupported;
    return is_none ? none : Result<std::optional<std::string>>(std::unexpected(file.error()));
  }
  Bytes bytes(kIgnoreFileBytesMax + 1);
  ALCOVE_TRY(const std::size_t size, os::pread_all(file->value(), bytes, 0));
  return std::string(as_text(ByteView(bytes).first(size)));
}

Result<std::uint64_t> inode_at(int root_fd, std::string_view path) {
  const auto opened = os::open_beneath(root_fd, path.empty() ? "." : path, O_PATH | O_NOFOLLOW);
  if (!opened) {
    const ErrorCode code = opened.error().code;
    // A link in the place of a folder on the way (ELOOP): what was there is gone as well.
    if (code == ErrorCode::kNotFound || code == ErrorCode::kInvalidArgument) {
      return std::uint64_t{0};
    }
    return std::unexpected(opened.error());
  }
  ALCOVE_TRY(const os::FileStat stat, os::read_stat(opened->value()));
  return stat.inode;
}

}  // namespace alcove::libraries

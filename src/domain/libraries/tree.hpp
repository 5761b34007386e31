#pragma once
/// @file
/// What lies in a library's folders right now, read without following a link or touching a byte.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/files/identity.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::libraries {

/// Longest path below a root, in bytes: one system call cannot name more (PATH_MAX with its zero).
inline constexpr std::size_t kPathBytesMax = 4'095;
/// Folders inside folders. Deeper ones are not walked, and the library's note says so.
inline constexpr std::size_t kDepthMax = 200;

struct FoundFile {
  std::string name;
  files::Version version;
};
struct FoundFolder {
  std::string name;
  std::uint64_t inode = 0;
};

/// One folder, or some names of it.
struct Listing {
  std::uint64_t inode = 0;           ///< Of the folder itself.
  std::vector<FoundFile> files;      ///< Regular files that the rules do not ignore.
  std::vector<FoundFolder> folders;  ///< Same for folders.
  std::set<std::string> unknown;     ///< Names that are there but could not be looked at: nothing follows from it.
  bool is_empty = true;              ///< Not even ignored names were seen.
};

/// Opens a folder below the root: "" is the root itself. Errors as os::open_beneath.
Result<os::UniqueFd> open_folder_beneath(int root_fd, std::string_view path);

/// Everything in the folder. Names that vanish meanwhile are left out; links, FIFOs, sockets and devices are never
/// opened nor listed.
Result<Listing> list_folder(int folder_fd);
/// Only these names.
Result<Listing> list_names(int folder_fd, const std::set<std::string>& names);

/// The folder's file of ignore rules (ignore_file.hpp), as far as its limit and one byte more; nothing when there is
/// none, or no regular file of that name.
Result<std::optional<std::string>> read_ignore_file(int folder_fd);

/// The inode at a path below the root, 0 when nothing is there. Errors: everything but "not there".
Result<std::uint64_t> inode_at(int root_fd, std::string_view path);

}  // namespace alcove::libraries

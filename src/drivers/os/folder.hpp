#pragma once
/// @file
/// The names in a folder, as bytes.

#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "drivers/os/file.hpp"

namespace alcove::os {

struct FolderEntry {
  std::string name;                  ///< Any bytes but '/' and NUL.
  FileKind kind = FileKind::kOther;  ///< As the folder says; only a hint, the file may change.
  bool kind_known = false;           ///< Some file systems do not say.
};

/// Calls `visit` for each entry but "." and "..", in the file system's order, until it returns false.
/// The descriptor's position does not matter and is not changed; the folder's access time stays where allowed.
Status visit_folder(int folder_fd, const std::function<bool(FolderEntry&&)>& visit);

/// All entries, sorted by bytes.
Result<std::vector<FolderEntry>> read_folder(int folder_fd);

/// Whether an open folder lies on a network file system or one of FUSE: those do not report what others change.
bool is_remote_file_system(int folder_fd);

}  // namespace alcove::os

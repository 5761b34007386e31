#pragma once
/// @file
/// Which names are never listed: version control, caches, system and temporary files.

#include <string_view>

namespace alcove::libraries {

/// True for folders that are neither walked nor watched. `name` is one path component of any bytes.
///
/// Every folder that begins with a dot is one (version control, caches, settings of programs): what people file is not
/// hidden from them.
bool is_ignored_folder(std::string_view name);

/// True for files that are not listed. Every name that begins with a dot is one, as for folders.
bool is_ignored_file(std::string_view name);

}  // namespace alcove::libraries

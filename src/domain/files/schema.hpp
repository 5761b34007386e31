#pragma once
/// @file
/// The tables of this folder, as a step of the catalog's schema.

#include "drivers/sqlite/sqlite.hpp"

namespace alcove::files {

/// schema.sql: libraries, folders, files, file_changes, files_settings. The composition root puts it into the list.
sqlite::Migration schema();

}  // namespace alcove::files

#pragma once
/// @file
/// SQLite's result codes as ours. Private to this folder.

#include <string_view>

#include "base/error.hpp"

struct sqlite3;

namespace alcove::sqlite {

/// The error of the last failed call on `handle` (may be null). `sql` is the statement's text with its parameter
/// marks, never the bound values: those may be what a person wrote.
Error make_sqlite_error(sqlite3* handle, int extended_code, std::string_view sql);

}  // namespace alcove::sqlite

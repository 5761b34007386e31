#include "drivers/sqlite/sqlite_error.hpp"

#include <cerrno>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

namespace alcove::sqlite {
namespace {

/// Longest piece of a statement's text in a log line; schema scripts are longer than anybody wants to read there.
constexpr std::size_t kSqlShownMax = 200;

struct Meaning {
  ErrorCode code;
  const char* message;
};

Meaning meaning_of(int extended_code, int system_errno) {
  switch (extended_code) {
    case SQLITE_IOERR_CORRUPTFS: return {ErrorCode::kCorrupt, "A database file is damaged"};
    case SQLITE_IOERR_NOMEM: return {ErrorCode::kInternal, "There is not enough memory"};
    default: break;
  }
  switch (extended_code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::kLocked, "The database is busy at the moment"};
    case SQLITE_FULL: return {ErrorCode::kOutOfSpace, "The disk is full"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorCode::kCorrupt, "A database file is damaged"};
    case SQLITE_CONSTRAINT: return {ErrorCode::kAlreadyExists, "Such an entry exists already or contradicts another"};
    case SQLITE_TOOBIG: return {ErrorCode::kTooLarge, "The entry is too large to be stored"};
    case SQLITE_INTERRUPT: return {ErrorCode::kCancelled, "The request was cancelled"};
    case SQLITE_READONLY: return {ErrorCode::kUnavailable, "A database file cannot be written"};
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return {ErrorCode::kUnavailable, "A database file cannot be opened"};
    case SQLITE_IOERR:
      // A full disk often shows itself as a failing write, not as SQLITE_FULL.
      if (system_errno == ENOSPC || system_errno == EDQUOT) {
        return {ErrorCode::kOutOfSpace, "The disk is full"};
      }
      return {ErrorCode::kInternal, "The disk reported an error"};
    default: return {ErrorCode::kInternal, "The database could not do what was asked"};
  }
}

}  // namespace

Error make_sqlite_error(sqlite3* handle, int extended_code, std::string_view sql) {
  const int system_errno = handle != nullptr ? sqlite3_system_errno(handle) : 0;
  const Meaning meaning = meaning_of(extended_code, system_errno);
  const char* text = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(extended_code);
  std::string detail = fmt::format("sqlite {}: {}", extended_code, text);
  if ((extended_code & 0xFF) == SQLITE_IOERR && system_errno != 0) {
    detail += fmt::format(" (errno {})", system_errno);
  }
  if (!sql.empty()) {
    detail += fmt::format(" in \"{}\"{}", sql.substr(0, kSqlShownMax), sql.size() > kSqlShownMax ? " …" : "");
  }
  return make_error(meaning.code, meaning.message, std::move(detail));
}

}  // namespace alcove::sqlite

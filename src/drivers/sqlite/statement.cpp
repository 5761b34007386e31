#include <utility>

#include <sqlite3.h>

#include "base/check.hpp"
#include "drivers/sqlite/sqlite.hpp"
#include "drivers/sqlite/sqlite_error.hpp"

namespace alcove::sqlite {
namespace {

void check_bound(int code) {
  ALCOVE_CHECK(code == SQLITE_OK, "a parameter's index is wrong, or the statement was not reset before binding");
}

}  // namespace

Statement::Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
  check_bound(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

Statement& Statement::bind(int index, double value) {
  check_bound(sqlite3_bind_double(statement_, index, value));
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL, and an empty view often has one.
  const char* data = text.data() != nullptr ? text.data() : "";
  check_bound(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int index, ByteView blob) {
  if (blob.empty()) {
    check_bound(sqlite3_bind_zeroblob(statement_, index, 0));
  } else {
    check_bound(sqlite3_bind_blob64(statement_, index, blob.data(), blob.size(), SQLITE_TRANSIENT));
  }
  return *this;
}

Statement& Statement::bind_null(int index) {
  check_bound(sqlite3_bind_null(statement_, index));
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    // Ends the implicit read transaction now instead of when somebody thinks of it.
    sqlite3_reset(statement_);
    return false;
  }
  Error error = make_sqlite_error(sqlite3_db_handle(statement_), code, sqlite3_sql(statement_));
  sqlite3_reset(statement_);
  return std::unexpected(std::move(error));
}

Status Statement::run() {
  for (;;) {
    ALCOVE_TRY(const bool row, step());
    if (!row) {
      return {};
    }
  }
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

std::int64_t Statement::column_int64(int index) const {
  return sqlite3_column_int64(statement_, index);
}

double Statement::column_double(int index) const {
  return sqlite3_column_double(statement_, index);
}

std::string_view Statement::column_text(int index) const {
  // The text pointer must be asked for before the size: the call may convert the value.
  const unsigned char* text = sqlite3_column_text(statement_, index);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
  return text != nullptr ? std::string_view(reinterpret_cast<const char*>(text), size) : std::string_view();
}

ByteView Statement::column_blob(int index) const {
  const void* blob = sqlite3_column_blob(statement_, index);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
  return blob != nullptr ? ByteView(static_cast<const std::uint8_t*>(blob), size) : ByteView();
}

bool Statement::column_is_null(int index) const {
  return sqlite3_column_type(statement_, index) == SQLITE_NULL;
}

}  // namespace alcove::sqlite

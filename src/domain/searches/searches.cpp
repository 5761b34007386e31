#include "domain/searches/searches.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/search/option_words.hpp"
#include "embedded/searches_schema.hpp"

namespace alcove::searches {
namespace {

using Kind = auth::Principal::Kind;

std::unexpected<Error> refuse(ErrorCode code, std::string_view field, std::string message) {
  Error error = make_error(code, std::move(message));
  error.field = field;
  return std::unexpected(std::move(error));
}

/// The account whose searches these are.
Result<UserId> account_of(sqlite::Database& database, const auth::Principal& principal) {
  if (principal.kind == Kind::kNobody) {
    return fail(ErrorCode::kUnauthenticated, "Sign in first");
  }
  if (principal.kind == Kind::kUser) {
    return principal.user;
  }
  ALCOVE_TRY(const auto owner, database.query_int64("SELECT id FROM users WHERE is_owner = 1 ORDER BY id LIMIT 1"));
  if (!owner) {
    return fail(ErrorCode::kPreconditionFailed, "There is no account yet; `alcove setup-link` prints the way to it");
  }
  return UserId{*owner};
}

Result<std::string> checked_name(std::string_view name) {
  const std::string_view kept = trimmed(name);
  const bool has_control = std::ranges::any_of(
      name, [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; });
  if (kept.empty() || has_control || utf8_length(kept) > kNameLengthMax) {
    return refuse(ErrorCode::kInvalidArgument, "/name",
                  fmt::format("A name has 1 to {} characters and no control characters", kNameLengthMax));
  }
  return std::string(kept);
}

/// From three columns: query, mode, sort. A word that a newer version wrote becomes the usual one.
Question read_question(const sqlite::Statement& row, int first) {
  return {.query = std::string(row.column_text(first)),
          .mode = search::find_mode(row.column_text(first + 1)).value_or(search::Mode::kHybrid),
          .order = search::find_order(row.column_text(first + 2)).value_or(search::Order::kRelevance)};
}

void bind_question(sqlite::Statement& statement, int first, const Question& question) {
  statement.bind(first, trimmed(question.query));
  statement.bind(first + 1, search::mode_word(question.mode)).bind(first + 2, search::order_word(question.order));
}

/// A query of which `question` is the continuation was not finished when it was noted.
Status drop_unfinished(sqlite::Database& database, UserId user, const Question& question, std::int64_t now_ms) {
  ALCOVE_TRY(auto find,
             database.prepare("SELECT id, query FROM recent_searches WHERE user_id = ? AND asked_unix_ms > ? "
                              "ORDER BY asked_unix_ms DESC, id DESC LIMIT 1"));
  find.bind(1, user.value).bind(2, now_ms - std::chrono::milliseconds(kRefinedWithin).count());
  ALCOVE_TRY(const bool found, find.step());
  if (!found || !trimmed(question.query).starts_with(find.column_text(1))) {
    return {};
  }
  ALCOVE_TRY(auto remove, database.prepare("DELETE FROM recent_searches WHERE id = ?"));
  return remove.bind(1, find.column_int64(0)).run();
}

Status delete_recent(sqlite::Database& database, UserId user) {
  ALCOVE_TRY(auto remove, database.prepare("DELETE FROM recent_searches WHERE user_id = ?"));
  return remove.bind(1, user.value).run();
}

Result<bool> is_off(sqlite::Database& database, UserId user) {
  ALCOVE_TRY(auto find, database.prepare("SELECT 1 FROM searches_not_remembered WHERE user_id = ?"));
  return find.bind(1, user.value).step();
}

Status check_name_is_free(sqlite::Database& database, UserId user, std::string_view name, std::int64_t except_id) {
  ALCOVE_TRY(auto find, database.prepare("SELECT 1 FROM saved_searches WHERE user_id = ? AND name = ? AND id <> ?"));
  ALCOVE_TRY(const bool taken, find.bind(1, user.value).bind(2, name).bind(3, except_id).step());
  if (taken) {
    return refuse(ErrorCode::kAlreadyExists, "/name", "Another saved search has this name");
  }
  return {};
}

Result<std::vector<Saved>> read_saved(sqlite::Database& database, UserId user, std::optional<std::int64_t> id) {
  ALCOVE_TRY(auto find, database.prepare("SELECT id, name, saved_unix_ms, query, mode, sort FROM saved_searches WHERE "
                                         "user_id = ?1 AND (?2 = 0 OR id = ?2) ORDER BY name, id"));
  find.bind(1, user.value).bind(2, id.value_or(0));
  std::vector<Saved> saved;
  for (;;) {
    ALCOVE_TRY(const bool more, find.step());
    if (!more) {
      return saved;
    }
    saved.push_back({.id = find.column_int64(0),
                     .name = std::string(find.column_text(1)),
                     .question = read_question(find, 3),
                     .saved_at = {find.column_int64(2)}});
  }
}

/// Deletes one row of the account's.
Status delete_one(sqlite::Database& database, std::string_view table, UserId user, std::int64_t id) {
  ALCOVE_TRY(auto remove, database.prepare(fmt::format("DELETE FROM {} WHERE id = ? AND user_id = ?", table)));
  ALCOVE_TRY_VOID(remove.bind(1, id).bind(2, user.value).run());
  if (database.changed_rows() == 0) {
    return fail(ErrorCode::kNotFound, "No such search");
  }
  return {};
}

}  // namespace

sqlite::Migration schema() {
  return {.name = "searches", .sql = embedded::searches_schema};
}

Searches::Searches(catalog::Catalog& catalog, Clock clock) : catalog_(catalog), clock_(std::move(clock)) {}

Result<std::vector<Recent>> Searches::recent(const auth::Principal& principal, std::size_t limit) {
  std::vector<Recent> recent;
  ALCOVE_TRY_VOID(catalog_.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(const UserId user, account_of(database, principal));
    ALCOVE_TRY(auto find, database.prepare("SELECT id, asked_unix_ms, query, mode, sort FROM recent_searches WHERE "
                                           "user_id = ? ORDER BY asked_unix_ms DESC, id DESC LIMIT ?"));
    find.bind(1, user.value).bind(2, static_cast<std::int64_t>(std::min(limit, kRecentMax)));
    for (;;) {
      ALCOVE_TRY(const bool more, find.step());
      if (!more) {
        return {};
      }
      recent.push_back(
          {.id = find.column_int64(0), .question = read_question(find, 2), .asked_at = {find.column_int64(1)}});
    }
  }));
  return recent;
}

Status Searches::remember(const auth::Principal& principal, const Question& question) {
  if (trimmed(question.query).empty()) {
    return {};
  }
  const std::int64_t now_ms = clock_().value;
  return catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY(const UserId user, account_of(database, principal));
    ALCOVE_TRY(const bool off, is_off(database, user));
    if (off) {
      return {};
    }
    ALCOVE_TRY_VOID(drop_unfinished(database, user, question, now_ms));
    ALCOVE_TRY(auto put, database.prepare("INSERT INTO recent_searches (user_id, asked_unix_ms, query, mode, sort) "
                                          "VALUES (?, ?, ?, ?, ?) ON CONFLICT (user_id, query, mode, sort) DO UPDATE "
                                          "SET asked_unix_ms = excluded.asked_unix_ms"));
    put.bind(1, user.value).bind(2, now_ms);
    bind_question(put, 3, question);
    ALCOVE_TRY_VOID(put.run());
    ALCOVE_TRY(auto prune, database.prepare("DELETE FROM recent_searches WHERE user_id = ?1 AND id NOT IN (SELECT id "
                                            "FROM recent_searches WHERE user_id = ?1 ORDER BY asked_unix_ms DESC, id "
                                            "DESC LIMIT ?2)"));
    return prune.bind(1, user.value).bind(2, static_cast<std::int64_t>(kRecentMax)).run();
  });
}

Status Searches::forget(const auth::Principal& principal, std::int64_t recent_id) {
  ALCOVE_TRY_VOID(catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    ALCOVE_TRY(const UserId user, account_of(transaction.database(), principal));
    return delete_one(transaction.database(), kRecentTable, user, recent_id);
  }));
  return catalog_.empty_log();
}

Status Searches::forget_all(const auth::Principal& principal) {
  ALCOVE_TRY_VOID(catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    ALCOVE_TRY(const UserId user, account_of(transaction.database(), principal));
    return delete_recent(transaction.database(), user);
  }));
  return catalog_.empty_log();
}

Result<Remembering> Searches::remembering(const auth::Principal& principal) {
  bool off = false;
  ALCOVE_TRY_VOID(catalog_.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(const UserId user, account_of(database, principal));
    ALCOVE_TRY(off, is_off(database, user));
    return {};
  }));
  return off ? Remembering::kOff : Remembering::kOn;
}

Status Searches::set_remembering(const auth::Principal& principal, Remembering remembering) {
  const bool off = remembering == Remembering::kOff;
  ALCOVE_TRY_VOID(catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY(const UserId user, account_of(database, principal));
    ALCOVE_TRY(auto put, database.prepare(off ? "INSERT OR IGNORE INTO searches_not_remembered VALUES (?)"
                                              : "DELETE FROM searches_not_remembered WHERE user_id = ?"));
    ALCOVE_TRY_VOID(put.bind(1, user.value).run());
    return off ? delete_recent(database, user) : Status();
  }));
  return off ? catalog_.empty_log() : Status();
}

Result<std::vector<Saved>> Searches::saved(const auth::Principal& principal) {
  std::vector<Saved> saved;
  ALCOVE_TRY_VOID(catalog_.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(const UserId user, account_of(database, principal));
    ALCOVE_TRY(saved, read_saved(database, user, std::nullopt));
    return {};
  }));
  return saved;
}

Result<Saved> Searches::save(const auth::Principal& principal, std::string_view name, const Question& question) {
  ALCOVE_TRY(const std::string kept_name, checked_name(name));
  if (trimmed(question.query).empty()) {
    return refuse(ErrorCode::kInvalidArgument, "/query", "There is nothing to search for");
  }
  Saved made;
  ALCOVE_TRY_VOID(catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY(const UserId user, account_of(database, principal));
    ALCOVE_TRY_VOID(check_name_is_free(database, user, kept_name, 0));
    ALCOVE_TRY(auto count, database.prepare("SELECT count(*) FROM saved_searches WHERE user_id = ?"));
    ALCOVE_TRY_VOID(count.bind(1, user.value).step());
    if (count.column_int64(0) >= static_cast<std::int64_t>(kSavedMax)) {
      return fail(ErrorCode::kConflict, fmt::format("{} searches are saved, more do not fit: remove one", kSavedMax));
    }
    count.reset();
    ALCOVE_TRY(auto put,
               database.prepare("INSERT INTO saved_searches (user_id, name, saved_unix_ms, query, mode, sort) "
                                "VALUES (?, ?, ?, ?, ?, ?)"));
    put.bind(1, user.value).bind(2, std::string_view(kept_name)).bind(3, clock_().value);
    bind_question(put, 4, question);
    ALCOVE_TRY_VOID(put.run());
    ALCOVE_TRY(auto rows, read_saved(database, user, database.last_insert_rowid()));
    made = std::move(rows.at(0));
    return {};
  }));
  return made;
}

Result<Saved> Searches::rename(const auth::Principal& principal, std::int64_t saved_id, std::string_view name) {
  ALCOVE_TRY(const std::string kept_name, checked_name(name));
  Saved renamed;
  ALCOVE_TRY_VOID(catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY(const UserId user, account_of(database, principal));
    ALCOVE_TRY_VOID(check_name_is_free(database, user, kept_name, saved_id));
    ALCOVE_TRY(auto put, database.prepare("UPDATE saved_searches SET name = ? WHERE id = ? AND user_id = ?"));
    ALCOVE_TRY_VOID(put.bind(1, std::string_view(kept_name)).bind(2, saved_id).bind(3, user.value).run());
    ALCOVE_TRY(auto rows, read_saved(database, user, saved_id));
    if (rows.empty()) {
      return fail(ErrorCode::kNotFound, "No such search");
    }
    renamed = std::move(rows.front());
    return {};
  }));
  return renamed;
}

Status Searches::remove(const auth::Principal& principal, std::int64_t saved_id) {
  return catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    ALCOVE_TRY(const UserId user, account_of(transaction.database(), principal));
    return delete_one(transaction.database(), "saved_searches", user, saved_id);
  });
}

}  // namespace alcove::searches

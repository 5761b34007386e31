#include "domain/auth/auth.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <semaphore>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "drivers/crypto/hash.hpp"
#include "drivers/crypto/password.hpp"
#include "drivers/crypto/random.hpp"
#include "embedded/auth_devices.hpp"
#include "embedded/auth_schema.hpp"

namespace alcove::auth {
namespace {

constexpr std::string_view kSetupTokenSetting = "setup_token_sha256";
constexpr std::chrono::seconds kHashTurnMax{5};
/// `last_seen` is written at most this often: reading a page must not be a write each time.
constexpr std::int64_t kLastSeenStepMs = 60'000;
constexpr std::size_t kUserAgentBytesMax = 300;
static_assert(crypto::kPasswordBytesMax == 4 * kPasswordLengthMax, "every character of UTF-8 fits");

Status check_new_account(std::string_view name, std::string_view password) {
  const auto refuse = [](std::string_view field, std::string message) {
    Error error = make_error(ErrorCode::kInvalidArgument, std::move(message));
    error.field = field;
    return std::unexpected(std::move(error));
  };
  const bool has_control = std::ranges::any_of(
      name, [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; });
  if (trimmed(name).empty() || trimmed(name) != name || has_control || utf8_length(name) > kNameLengthMax) {
    return refuse("/name", "A name has 1 to 64 characters and no space at its ends");
  }
  if (const std::size_t length = utf8_length(password); length < kPasswordLengthMin || length > kPasswordLengthMax) {
    return refuse("/password",
                  fmt::format("A password has {} to {} characters", kPasswordLengthMin, kPasswordLengthMax));
  }
  return {};
}

/// One counter of wrong attempts that an attempt belongs to.
struct Counter {
  std::string scope;
  std::string key;
  std::chrono::seconds wait_max;
};

/// Counts the attempt as wrong before it is known, so that many at once cannot slip through; returns how long the
/// caller must still wait, in which case nothing was counted.
Result<std::chrono::milliseconds> count_attempt(sqlite::Database& database, const std::vector<Counter>& counters,
                                                std::int64_t now_ms) {
  const std::int64_t forgotten_ms = now_ms - std::chrono::milliseconds(kAttemptsKept).count();
  std::vector<std::int64_t> failures;
  for (const Counter& counter : counters) {
    ALCOVE_TRY(auto find, database.prepare("SELECT failures, blocked_until_ms FROM sign_in_attempts "
                                           "WHERE scope = ? AND key = ? AND last_unix_ms > ?"));
    find.bind(1, counter.scope).bind(2, counter.key).bind(3, forgotten_ms);
    ALCOVE_TRY(const bool found, find.step());
    // A longer wait than there is was set by a clock that was wrong since: nobody is shut out for years.
    const std::int64_t wait_ms = found ? find.column_int64(1) - now_ms : 0;
    if (wait_ms > 0 && wait_ms <= std::chrono::milliseconds(counter.wait_max).count()) {
      return std::chrono::milliseconds(wait_ms);
    }
    failures.push_back(found ? find.column_int64(0) + 1 : 1);
  }
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const auto wait = std::chrono::milliseconds(wait_after(failures[i], counters[i].wait_max));
    ALCOVE_TRY(auto put, database.prepare("INSERT OR REPLACE INTO sign_in_attempts VALUES (?, ?, ?, ?, ?)"));
    put.bind(1, counters[i].scope).bind(2, counters[i].key).bind(3, failures[i]).bind(4, now_ms + wait.count());
    ALCOVE_TRY_VOID(put.bind(5, now_ms).run());
  }
  ALCOVE_TRY(auto prune, database.prepare("DELETE FROM sign_in_attempts WHERE last_unix_ms <= ?1 OR last_unix_ms < "
                                          "(SELECT last_unix_ms FROM sign_in_attempts ORDER BY last_unix_ms DESC "
                                          "LIMIT 1 OFFSET ?2)"));
  ALCOVE_TRY_VOID(prune.bind(1, forgotten_ms).bind(2, kAttemptRowsMax).run());
  return std::chrono::milliseconds(0);
}

Status forget_attempts(sqlite::Database& database, const std::vector<Counter>& counters) {
  for (const Counter& counter : counters) {
    ALCOVE_TRY(auto remove, database.prepare("DELETE FROM sign_in_attempts WHERE scope = ? AND key = ?"));
    ALCOVE_TRY_VOID(remove.bind(1, counter.scope).bind(2, counter.key).run());
  }
  return {};
}

Sha256 hash_of(std::string_view secret) {
  return crypto::sha256(as_bytes(secret));
}

/// The oldest sign-in on a device that still counts.
std::int64_t device_since_ms(std::int64_t now_ms) {
  return now_ms - std::chrono::milliseconds(kDeviceIdleMax).count();
}

Result<bool> is_known_device(sqlite::Database& database, UserId user, std::string_view secret, std::int64_t now_ms) {
  if (secret.empty()) {
    return false;
  }
  const Sha256 hash = hash_of(secret);
  ALCOVE_TRY(auto find, database.prepare("SELECT 1 FROM known_devices WHERE secret_sha256 = ? AND user_id = ? AND "
                                         "last_unix_ms >= ?"));
  return find.bind(1, ByteView(hash)).bind(2, user.value).bind(3, device_since_ms(now_ms)).step();
}

/// Notes a sign-in and returns the device's secret: its own where it is the user's already, else a new one. A device
/// that two people use is known to whoever signed in last.
Result<std::string> remember_device(sqlite::Database& database, UserId user, const std::string& shown,
                                    std::int64_t now_ms) {
  ALCOVE_TRY(const bool known, is_known_device(database, user, shown, now_ms));
  std::string secret = known ? shown : crypto::random_secret();
  const Sha256 hash = hash_of(secret);
  ALCOVE_TRY(auto put, database.prepare("INSERT OR REPLACE INTO known_devices VALUES (?, ?, ?)"));
  ALCOVE_TRY_VOID(put.bind(1, ByteView(hash)).bind(2, user.value).bind(3, now_ms).run());
  ALCOVE_TRY(auto prune, database.prepare("DELETE FROM known_devices WHERE last_unix_ms < ?1 OR (user_id = ?2 AND "
                                          "secret_sha256 NOT IN (SELECT secret_sha256 FROM known_devices WHERE "
                                          "user_id = ?2 ORDER BY last_unix_ms DESC LIMIT ?3))"));
  prune.bind(1, device_since_ms(now_ms)).bind(2, user.value).bind(3, static_cast<std::int64_t>(kDevicesPerUserMax));
  ALCOVE_TRY_VOID(prune.run());
  return secret;
}

Session read_session(const sqlite::Statement& row) {
  return Session{.id = row.column_int64(0),
                 .user = UserId{row.column_int64(1)},
                 .user_name = std::string(row.column_text(2)),
                 .created = {row.column_int64(3)},
                 .last_seen = {row.column_int64(4)},
                 .address = std::string(row.column_text(5)),
                 .user_agent = std::string(row.column_text(6))};
}

}  // namespace

sqlite::Migration schema() {
  return {.name = "auth", .sql = embedded::auth_schema};
}

sqlite::Migration device_schema() {
  return {.name = "auth devices", .sql = embedded::auth_devices};
}

std::string address_group(std::string_view address) {
  std::string text(address.substr(0, address.find('%')));
  in6_addr six{};
  if (::inet_pton(AF_INET6, text.c_str(), &six) != 1) {
    return text;
  }
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    char four[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &six.s6_addr[12], four, sizeof four);
    return four;
  }
  return to_hex({six.s6_addr, 8});
}

std::chrono::seconds wait_after(std::int64_t failures, std::chrono::seconds wait_max) {
  if (failures < kFreeAttempts) {
    return std::chrono::seconds(0);
  }
  const std::int64_t doublings = std::min<std::int64_t>(failures - kFreeAttempts, 20);
  return std::min(std::chrono::seconds(std::int64_t{1} << doublings), wait_max);
}

struct Auth::Impl {
  Impl(catalog::Catalog& store, Clock now) : catalog(store), clock(std::move(now)) {}

  /// Runs one Argon2 hash when it is its turn.
  template <typename Use>
  auto with_hash_turn(Use&& use) -> Result<decltype(use())> {
    if (!hash_turns.try_acquire_for(kHashTurnMax)) {
      return fail(ErrorCode::kOverloaded, "Too many people sign in at once; try again in a moment");
    }
    auto result = use();
    hash_turns.release();
    return result;
  }
  /// Writes a session row and remembers the device. The caller's transaction.
  Result<NewSession> add_session(sqlite::Database& database, Principal principal, const Origin& origin,
                                 std::int64_t now_ms);

  catalog::Catalog& catalog;
  Clock clock;
  std::counting_semaphore<kHashesAtOnceMax> hash_turns{kHashesAtOnceMax};
  /// Compared with when the name is unknown, so that the answer takes as long.
  std::string hash_of_nobody;
};

Result<NewSession> Auth::Impl::add_session(sqlite::Database& database, Principal principal, const Origin& origin,
                                           std::int64_t now_ms) {
  NewSession session{
      .secret = crypto::random_secret(), .device_secret = {}, .id = 0, .principal = std::move(principal)};
  const Sha256 hash = hash_of(session.secret);
  ALCOVE_TRY(auto insert, database.prepare("INSERT INTO sessions (secret_sha256, user_id, created_unix_ms, "
                                           "last_seen_unix_ms, address, user_agent) VALUES (?, ?, ?, ?, ?, ?)"));
  insert.bind(1, ByteView(hash)).bind(2, session.principal.user.value).bind(3, now_ms).bind(4, now_ms);
  const std::string agent = to_valid_utf8(origin.user_agent);
  ALCOVE_TRY_VOID(insert.bind(5, origin.address).bind(6, utf8_prefix(agent, kUserAgentBytesMax)).run());
  session.id = database.last_insert_rowid();
  ALCOVE_TRY(auto prune,
             database.prepare("DELETE FROM sessions WHERE last_seen_unix_ms < ?1 OR (user_id = ?2 AND id NOT "
                              "IN (SELECT id FROM sessions WHERE user_id = ?2 ORDER BY last_seen_unix_ms "
                              "DESC, id DESC LIMIT ?3))"));
  prune.bind(1, now_ms - std::chrono::milliseconds(kSessionIdleMax).count()).bind(2, session.principal.user.value);
  ALCOVE_TRY_VOID(prune.bind(3, static_cast<std::int64_t>(kSessionsPerUserMax)).run());
  ALCOVE_TRY(session.device_secret, remember_device(database, session.principal.user, origin.device_secret, now_ms));
  return session;
}

Auth::Auth(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Auth::~Auth() = default;

Result<std::unique_ptr<Auth>> Auth::open(catalog::Catalog& catalog, Clock clock) {
  std::unique_ptr<Auth> auth(new Auth(std::make_unique<Impl>(catalog, std::move(clock))));
  ALCOVE_TRY(auth->impl_->hash_of_nobody, crypto::hash_password(crypto::random_secret()));
  return auth;
}

Result<bool> Auth::setup_needed() {
  bool needed = false;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(const auto any, database.query_int64("SELECT 1 FROM users LIMIT 1"));
    needed = !any.has_value();
    return {};
  }));
  return needed;
}

Result<std::string> Auth::make_setup_token() {
  std::string token = crypto::random_secret();
  const Sha256 hash = crypto::sha256(as_bytes(token));
  ALCOVE_TRY_VOID(impl_->catalog.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY(const auto any, database.query_int64("SELECT 1 FROM users LIMIT 1"));
    if (any) {
      return fail(ErrorCode::kConflict, "The owner's account exists already");
    }
    ALCOVE_TRY(auto put, database.prepare("INSERT OR REPLACE INTO auth_settings VALUES (?, ?)"));
    return put.bind(1, kSetupTokenSetting).bind(2, ByteView(hash)).run();
  }));
  return token;
}

Result<NewSession> Auth::set_up(std::string_view token, std::string_view name, std::string_view password,
                                const Origin& origin) {
  const Sha256 token_hash = crypto::sha256(as_bytes(token));
  const auto check_token = [&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(const auto any, database.query_int64("SELECT 1 FROM users LIMIT 1"));
    if (any) {
      return fail(ErrorCode::kConflict, "The owner's account exists already");
    }
    ALCOVE_TRY(auto find, database.prepare("SELECT value FROM auth_settings WHERE name = ?"));
    find.bind(1, kSetupTokenSetting);
    ALCOVE_TRY(const bool found, find.step());
    if (!found || !crypto::equal_in_constant_time(find.column_blob(0), token_hash)) {
      return fail(ErrorCode::kForbidden, "This set-up link is not valid; `alcove setup-link` prints a new one");
    }
    return {};
  };
  // Before the expensive hash, so that nobody without the link makes us compute one.
  ALCOVE_TRY_VOID(impl_->catalog.read(check_token));
  ALCOVE_TRY_VOID(check_new_account(name, password));
  ALCOVE_TRY(auto hashed, impl_->with_hash_turn([&] { return crypto::hash_password(password); }));
  if (!hashed) {
    return std::unexpected(std::move(hashed).error());
  }
  std::optional<NewSession> session;
  const std::int64_t now_ms = impl_->clock().value;
  ALCOVE_TRY_VOID(impl_->catalog.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY_VOID(check_token(database));
    ALCOVE_TRY(auto insert, database.prepare("INSERT INTO users (name, password_hash, is_owner, created_unix_ms) "
                                             "VALUES (?, ?, 1, ?)"));
    ALCOVE_TRY_VOID(insert.bind(1, name).bind(2, std::string_view(*hashed)).bind(3, now_ms).run());
    Principal owner{.kind = Principal::Kind::kUser,
                    .user = UserId{database.last_insert_rowid()},
                    .name = std::string(name),
                    .is_owner = true};
    ALCOVE_TRY_VOID(database.execute("DELETE FROM auth_settings WHERE name = 'setup_token_sha256'"));
    ALCOVE_TRY(session, impl_->add_session(database, std::move(owner), origin, now_ms));
    return {};
  }));
  return std::move(*session);
}

Result<SignIn> Auth::sign_in(std::string_view name, std::string_view password, const Origin& origin) {
  const std::int64_t now_ms = impl_->clock().value;
  const std::string group = address_group(origin.address);
  Principal principal{.kind = Principal::Kind::kUser, .user = {}, .name = {}, .is_owner = false};
  std::string stored_hash = impl_->hash_of_nobody;
  std::vector<Counter> counters;
  std::chrono::milliseconds wait{0};
  ALCOVE_TRY_VOID(impl_->catalog.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY(auto find, database.prepare("SELECT id, name, is_owner, password_hash FROM users WHERE name = ?"));
    ALCOVE_TRY(const bool found, find.bind(1, name).step());
    bool known = false;
    if (found) {
      principal.user = UserId{find.column_int64(0)};
      principal.name = find.column_text(1);
      principal.is_owner = find.column_int64(2) == 1;
      stored_hash = find.column_text(3);
      ALCOVE_TRY(known, is_known_device(database, principal.user, origin.device_secret, now_ms));
    }
    if (known) {
      counters = {{.scope = "known", .key = to_hex(hash_of(origin.device_secret)), .wait_max = kKnownWaitMax}};
    } else {
      counters = {{.scope = "account", .key = ascii_lower(name), .wait_max = kStrangerWaitMax},
                  {.scope = "address", .key = group, .wait_max = kStrangerWaitMax}};
    }
    ALCOVE_TRY(wait, count_attempt(database, counters, now_ms));
    return {};
  }));
  if (wait > std::chrono::milliseconds(0)) {
    return SignIn{.session = std::nullopt, .retry_after = std::chrono::ceil<std::chrono::seconds>(wait)};
  }
  ALCOVE_TRY(const bool right, impl_->with_hash_turn([&] { return crypto::verify_password(password, stored_hash); }));
  if (!right || !principal.user) {
    return fail(ErrorCode::kUnauthenticated, "The name or the password is wrong");
  }
  SignIn result;
  ALCOVE_TRY_VOID(impl_->catalog.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY_VOID(forget_attempts(database, counters));
    ALCOVE_TRY(result.session, impl_->add_session(database, principal, origin, now_ms));
    return {};
  }));
  return result;
}

Status Auth::clear_waits() {
  return impl_->catalog.write([](sqlite::Transaction& transaction) -> Status {
    return transaction.database().execute("DELETE FROM sign_in_attempts");
  });
}

Result<std::optional<SignedIn>> Auth::find_session(std::string_view secret, const Origin& origin) {
  std::optional<SignedIn> signed_in;
  if (secret.empty()) {
    return signed_in;
  }
  const Sha256 hash = hash_of(secret);
  const std::int64_t now_ms = impl_->clock().value;
  std::int64_t last_seen_ms = 0;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto find,
               database.prepare("SELECT sessions.id, users.id, users.name, users.is_owner, last_seen_unix_ms "
                                "FROM sessions JOIN users ON users.id = user_id WHERE secret_sha256 = ?"));
    ALCOVE_TRY(const bool found, find.bind(1, ByteView(hash)).step());
    if (found) {
      last_seen_ms = find.column_int64(4);
      signed_in = SignedIn{.principal = {.kind = Principal::Kind::kUser,
                                         .user = UserId{find.column_int64(1)},
                                         .name = std::string(find.column_text(2)),
                                         .is_owner = find.column_int64(3) == 1},
                           .session_id = find.column_int64(0),
                           .was_renewed = false};
    }
    return {};
  }));
  if (!signed_in || now_ms - last_seen_ms > std::chrono::milliseconds(kSessionIdleMax).count()) {
    return std::optional<SignedIn>();
  }
  if (std::abs(now_ms - last_seen_ms) >= kLastSeenStepMs) {
    const Status noted = impl_->catalog.write([&](sqlite::Transaction& transaction) -> Status {
      ALCOVE_TRY(auto touch, transaction.database().prepare("UPDATE sessions SET last_seen_unix_ms = ?, address = ? "
                                                            "WHERE id = ?"));
      return touch.bind(1, now_ms).bind(2, origin.address).bind(3, signed_in->session_id).run();
    });
    signed_in->was_renewed = noted.has_value();
    if (!noted) {
      log_warning("auth", "the use of session {} cannot be noted: {}", signed_in->session_id, noted.error().detail);
    }
  }
  return signed_in;
}

Result<std::vector<Session>> Auth::sessions(std::optional<UserId> user) {
  std::vector<Session> sessions;
  ALCOVE_TRY_VOID(impl_->catalog.read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto find,
               database.prepare("SELECT sessions.id, users.id, users.name, sessions.created_unix_ms, "
                                "last_seen_unix_ms, address, user_agent FROM sessions JOIN users ON "
                                "users.id = user_id WHERE (?1 = 0 OR user_id = ?1) AND last_seen_unix_ms >= ?2 "
                                "ORDER BY last_seen_unix_ms DESC, sessions.id DESC"));
    find.bind(1, user ? user->value : 0);
    find.bind(2, impl_->clock().value - std::chrono::milliseconds(kSessionIdleMax).count());
    for (;;) {
      ALCOVE_TRY(const bool more, find.step());
      if (!more) {
        return {};
      }
      sessions.push_back(read_session(find));
    }
  }));
  return sessions;
}

Status Auth::end_session(std::int64_t session_id, std::optional<UserId> user) {
  return impl_->catalog.write([&](sqlite::Transaction& transaction) -> Status {
    sqlite::Database& database = transaction.database();
    ALCOVE_TRY(auto remove, database.prepare("DELETE FROM sessions WHERE id = ?1 AND (?2 = 0 OR user_id = ?2)"));
    ALCOVE_TRY_VOID(remove.bind(1, session_id).bind(2, user ? user->value : 0).run());
    if (database.changed_rows() == 0) {
      return fail(ErrorCode::kNotFound, "No such session");
    }
    return {};
  });
}

}  // namespace alcove::auth

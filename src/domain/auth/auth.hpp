#pragma once
/// @file
/// Accounts, sign-in and sessions.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/auth/principal.hpp"
#include "domain/catalog/catalog.hpp"

namespace alcove::auth {

/// Password hashes computed at once: each takes 64 MiB, so this bounds what strangers can make us spend.
inline constexpr int kHashesAtOnceMax = 2;
/// A session that was not used for this long has ended.
inline constexpr std::chrono::hours kSessionIdleMax{24 * 30};
/// Sessions of one user; the longest unused one gives way.
inline constexpr std::size_t kSessionsPerUserMax = 50;
/// Wrong attempts before the waiting begins; from then on it doubles: 1 s, 2 s, 4 s …
inline constexpr std::int64_t kFreeAttempts = 4;
/// Longest wait for strangers, and for a device on which the account signed in before, which has a count of its own:
/// whoever guesses, from whatever address, cannot lock the owner out of it.
inline constexpr std::chrono::seconds kStrangerWaitMax{900};
inline constexpr std::chrono::seconds kKnownWaitMax{30};
/// A device that was not signed in on for this long is a stranger again; browsers keep a cookie no longer.
inline constexpr std::chrono::hours kDeviceIdleMax{24 * 400};
/// Known devices of one user; the longest unused one gives way.
inline constexpr std::size_t kDevicesPerUserMax = 50;
/// Wrong attempts are forgotten after this.
inline constexpr std::chrono::hours kAttemptsKept{24};
/// Rows of wrong attempts that are kept; the oldest give way.
inline constexpr std::int64_t kAttemptRowsMax = 10'000;
inline constexpr std::size_t kPasswordLengthMin = 10;
inline constexpr std::size_t kPasswordLengthMax = 512;
inline constexpr std::size_t kNameLengthMax = 64;

/// Where a request came from, for the list of sessions and the slowing of guesses.
struct Origin {
  std::string address;
  std::string user_agent;
  std::string device_secret = {};  ///< Of an earlier sign-in on this device; empty when there was none.
};

struct Session {
  std::int64_t id = 0;
  UserId user;
  std::string user_name;
  UnixMillis created;
  UnixMillis last_seen;
  std::string address;
  std::string user_agent;
};

/// A session just made. The secrets go into cookies and nowhere else.
struct NewSession {
  std::string secret;
  std::string device_secret;  ///< The one that the device showed, or a new one.
  std::int64_t id = 0;
  Principal principal;
};

/// Signed in, or told to wait.
struct SignIn {
  std::optional<NewSession> session;
  std::chrono::seconds retry_after{0};  ///< Set when there is no session: too many wrong attempts.
};

/// A signed-in request.
struct SignedIn {
  Principal principal;
  std::int64_t session_id = 0;
  bool was_renewed = false;  ///< The use was written down now: the cookie should live as much longer.
};

/// Thread safety: all calls from any thread; at most kHashesAtOnceMax hashes run at once, others wait five seconds.
/// Failure: kOverloaded when they do not get a turn.
class Auth {
 public:
  using Clock = std::function<UnixMillis()>;
  static Result<std::unique_ptr<Auth>> open(catalog::Catalog& catalog, Clock clock = now_unix_millis);
  ~Auth();

  /// True while no account exists.
  Result<bool> setup_needed();
  /// A new one-time token for the set-up link; older ones die. Errors: kConflict when an account exists.
  Result<std::string> make_setup_token();
  /// Makes the owner's account and signs in. Errors: kForbidden (wrong or used token), kConflict (an account exists),
  /// kInvalidArgument with `field`.
  Result<NewSession> set_up(std::string_view token, std::string_view name, std::string_view password,
                            const Origin& origin);

  /// A wrong attempt counts for the account and the address, or, on a device where the account signed in before, for
  /// that device only. Errors: kUnauthenticated for a wrong name or password, which take the same time.
  Result<SignIn> sign_in(std::string_view name, std::string_view password, const Origin& origin);
  /// Forgets all wrong attempts, so that nobody must wait.
  Status clear_waits();
  /// Who holds the secret; nothing when no live session has it. That it was used is noted where possible: a full disk
  /// signs nobody out.
  Result<std::optional<SignedIn>> find_session(std::string_view secret, const Origin& origin);
  /// Newest first; of one user, or of all.
  Result<std::vector<Session>> sessions(std::optional<UserId> user);
  /// Ends a session; with `user` only one of theirs. Errors: kNotFound.
  Status end_session(std::int64_t session_id, std::optional<UserId> user);

 private:
  struct Impl;
  explicit Auth(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// schema.sql: users, sessions, sign-in attempts. The composition root puts it into the catalog's list.
sqlite::Migration schema();
/// devices.sql, later than `schema` in that list: devices on which a user signed in, in place of addresses.
sqlite::Migration device_schema();

/// The part of an address that one household shares: an IPv4 address, or the first 64 bits of an IPv6 address.
std::string address_group(std::string_view address);
/// The wait after `failures` wrong attempts in a row.
std::chrono::seconds wait_after(std::int64_t failures, std::chrono::seconds wait_max);

}  // namespace alcove::auth

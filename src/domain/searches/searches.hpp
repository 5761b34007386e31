#pragma once
/// @file
/// Searches that an account keeps: those it asked last, and those it saved by a name.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "domain/auth/principal.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/search/search.hpp"

namespace alcove::searches {

/// Of one account; the oldest gives way.
inline constexpr std::size_t kRecentMax = 200;
/// Of one account; a further one is refused.
inline constexpr std::size_t kSavedMax = 500;
/// In code points.
inline constexpr std::size_t kNameLengthMax = 100;
/// What `/search` takes.
inline constexpr std::size_t kQueryLengthMax = 3'000;
/// A query that goes on where the one before ended, within this time, takes its place: it was not finished yet.
inline constexpr std::chrono::seconds kRefinedWithin{60};
/// Emptied in every backup of the catalog, so that what was erased does not live on there.
inline constexpr std::string_view kRecentTable = "recent_searches";

/// What was asked.
struct Question {
  std::string query;  ///< Valid UTF-8 without white space at its ends.
  search::Mode mode = search::Mode::kHybrid;
  search::Order order = search::Order::kRelevance;
};

struct Recent {
  std::int64_t id = 0;
  Question question;
  UnixMillis asked_at;
};

struct Saved {
  std::int64_t id = 0;
  std::string name;  ///< Unique in its account, without regard to ASCII case.
  Question question;
  UnixMillis saved_at;
};

enum class Remembering : std::uint8_t { kOn, kOff };

/// The tables of searches. Each call concerns the principal's own account and no other; the operator at the socket, who
/// has none, stands for the owner's. Nothing of a query is ever logged.
///
/// Thread safety: all calls from any thread. Failure: an error leaves everything as it was.
/// Errors of all calls: kUnauthenticated for nobody, kPreconditionFailed for the operator while there is no account.
class Searches {
 public:
  using Clock = std::function<UnixMillis()>;
  explicit Searches(catalog::Catalog& catalog, Clock clock = now_unix_millis);

  /// Last asked first, at most `limit`.
  Result<std::vector<Recent>> recent(const auth::Principal& principal, std::size_t limit);
  /// Notes that a person asked this; asked before, it moves to the front. Does nothing while remembering is off.
  Status remember(const auth::Principal& principal, const Question& question);
  /// Errors: kNotFound.
  Status forget(const auth::Principal& principal, std::int64_t recent_id);
  Status forget_all(const auth::Principal& principal);
  Result<Remembering> remembering(const auth::Principal& principal);
  /// Off also forgets all.
  Status set_remembering(const auth::Principal& principal, Remembering remembering);

  /// By name.
  Result<std::vector<Saved>> saved(const auth::Principal& principal);
  /// Errors: kInvalidArgument, kAlreadyExists (the name) with `field`; kConflict beyond kSavedMax.
  Result<Saved> save(const auth::Principal& principal, std::string_view name, const Question& question);
  /// Errors: kNotFound, and as `save`.
  Result<Saved> rename(const auth::Principal& principal, std::int64_t saved_id, std::string_view name);
  /// Errors: kNotFound.
  Status remove(const auth::Principal& principal, std::int64_t saved_id);

 private:
  catalog::Catalog& catalog_;
  Clock clock_;
};

/// searches.sql, after auth::schema in the catalog's list.
sqlite::Migration schema();

}  // namespace alcove::searches

#pragma once
/// @file
/// Lists of hits that are kept for their further pages, so that these neither repeat nor skip a hit while files change.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/sync.hpp"
#include "domain/auth/principal.hpp"
#include "domain/search/fusion.hpp"
#include "domain/search/hit_writer.hpp"
#include "domain/search/search.hpp"

namespace alcove::search {

/// A list is kept this long after its last page was asked for.
inline constexpr std::chrono::minutes kListKeptFor{15};
/// Lists of one principal: who types makes one per pause between two keys. The longest unused one gives way.
inline constexpr std::size_t kListsPerPrincipalMax = 16;
/// Of all lists; a usual one takes 40 KiB, the longest 400 KiB. The longest unused ones give way.
inline constexpr std::size_t kListBytesMax = std::size_t{16} * 1024 * 1024;

/// One line of the list. Whether it may (still) be shown is decided anew on every page.
struct KeptItem {
  Item item;                           ///< `candidate` is not set.
  std::optional<Candidate> candidate;  ///< What `item.candidate` was.
  /// Of the candidate's passage among those of its content: numbers change when passages are made anew.
  std::uint32_t passage_index = 0;
  bool in_title = false;
};

/// An answer's hits in their order, and what all its pages share.
struct HitList {
  Request request;         ///< With the query as it was searched.
  Response head;           ///< Without hits and facets.
  std::string model_name;  ///< Whose cosines the candidates have; empty: nobody's.
  std::vector<KeptItem> items;
  bool is_cut = false;  ///< More may match than was looked at.
};

/// Thread safety: all calls from any thread; pages of one list are made one after the other.
/// Ownership: a list lives in memory alone, for the principal it was made for, within the limits above.
class HitLists {
 public:
  using Clock = std::function<SteadyTime()>;
  explicit HitLists(Clock clock = std::chrono::steady_clock::now);
  ~HitLists();

  /// Returns the cursor for the items from `next` on. Not to be guessed.
  std::string keep(const auth::Principal& principal, HitList list, std::size_t next);
  /// Makes the page at a cursor. `make_page` may append to the list and sets `next` to where the following page begins;
  /// the answer then carries that cursor if it has more. Errors: kNotFound (field "cursor") when the list is not kept
  /// any more, never was, or is another principal's; kTimedOut; those of `make_page`.
  using MakePage = std::function<Result<Response>(HitList& list, std::size_t& next)>;
  Result<Response> continue_at(const auth::Principal& principal, std::string_view cursor, const MakePage& make_page);

 private:
  struct Kept;
  struct State {
    std::vector<std::shared_ptr<Kept>> lists;  ///< Longest unused first; shared with the calls that make pages.
  };

  void drop_old(State& state, const auth::Principal& principal, SteadyTime now) const;

  Clock clock_;
  Guarded<State> state_;
};

}  // namespace alcove::search

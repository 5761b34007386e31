#pragma once
/// @file
/// One page of an answer: near-identical files under the best of them, hits written out.

#include <cstddef>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/search/hit_writer.hpp"
#include "domain/search/items.hpp"
#include "domain/search/passage_index.hpp"
#include "domain/search/scope.hpp"
#include "domain/search/search.hpp"
#include "drivers/text/fingerprint.hpp"

namespace alcove::search {

/// Near-identical files listed with a hit; all are counted up to kNearCountedMax.
inline constexpr std::size_t kNearShownMax = 20;
/// Near-identical contents looked up for one hit.
inline constexpr std::size_t kNearCountedMax = 200;

/// Decides which items stand under an earlier one. An item is folded when its file's own text is like that of what an
/// earlier hit shows (text::is_near_identical) and the file contains nothing else: who looks for an attachment must not
/// lose a mail whose words are always the same. Never judges by what a fold hides, so that pages never overlap.
class Folder {
 public:
  Folder(const Generation& generation, const Scope& scope, artefacts::Store& store)
      : generation_(generation), scope_(scope), store_(store) {}

  /// Whether the item stands under one that was `taken` before. Costs a comparison with each of those that have the
  /// same numbers.
  Result<bool> is_folded(const Item& item);
  /// It is shown; later ones may stand under it.
  void take(const Item& item);
  [[nodiscard]] std::span<const text::Fingerprint> taken() const { return taken_; }
  /// Whether a file with this content has nothing but its own text.
  Result<bool> stands_alone(ContentNumber content);

 private:
  const Generation& generation_;
  const Scope& scope_;
  artefacts::Store& store_;
  std::vector<text::Fingerprint> taken_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_numbers_;  ///< Indices of `taken_`.
  std::unordered_map<std::uint32_t, bool> alone_;
};

/// How many of `items` would be hits, counted up to `enough`.
Result<std::size_t> count_unfolded(const Items& items, Folder folder, std::size_t enough);

struct Page {
  std::vector<Hit> hits;
  bool more = false;            ///< Further hits follow.
  bool finds_anything = false;  ///< Also on earlier pages.
  std::size_t next = 0;         ///< The item that the following page begins with.
};

struct PageRequest {
  std::size_t first = 0;   ///< Items before it are passed over; those that were shown keep what stands under them.
  std::size_t offset = 0;  ///< Hits that are passed over.
  std::size_t limit = 20;
  Request::Fold fold = Request::Fold::kNear;
};

/// The hits of `items`, in their order. Items that become hits learn as which file.
Result<Page> write_page(Items& items, const Scope& scope, const HitKnowledge& known, artefacts::Store& store,
                        const PageRequest& request);

}  // namespace alcove::search

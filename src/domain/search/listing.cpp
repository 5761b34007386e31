#include "domain/search/listing.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace alcove::search {
namespace {

/// Contents whose files are looked up one by one: 20 µs each.
constexpr std::uint64_t kOneByOneMax = 2'000;
/// Files looked through where there are more.
constexpr std::size_t kLookedThroughMax = 5'000;
/// Copies of one content that are asked for their dates.
constexpr std::size_t kCopiesMax = 100;

class Lister {
 public:
  Lister(const Scope& scope, const Corpus& corpus, NameIndex& names, files::Files& files,
         const auth::Principal& principal, Order order, std::size_t limit)
      : scope_(scope),
        corpus_(corpus),
        names_(names),
        files_(files),
        principal_(principal),
        order_(order),
        limit_(limit) {}

  Result<std::vector<Listed>> list() && {
    rest_ = scope_.contents();
    if (goes_by_date(order_)) {
      take_stated();
    }
    if (rest_.size() <= kOneByOneMax) {
      ALCOVE_TRY_VOID(look_up_rest());
    } else {
      ALCOVE_TRY_VOID(look_through(kLookedThroughMax));
    }
    ALCOVE_TRY_VOID(add_unread());
    std::ranges::sort(listed_, [](const Listed& a, const Listed& b) {
      return std::tie(a.key, a.content.value, a.file.value) < std::tie(b.key, b.content.value, b.file.value);
    });
    if (listed_.size() < limit_) {
      add_rest();
    }
    listed_.resize(std::min(listed_.size(), limit_));
    return std::move(listed_);
  }

 private:
  void take_stated() {
    corpus_.dates.for_each([&](const StatedDate& date) {
      if (scope_.contents().contains(date.content.value)) {
        listed_.push_back({.content = date.content, .file = {}, .key = order_key(order_, {}, date.unix_ms)});
      }
      return true;
    });
    rest_ -= corpus_.with_dates;
  }

  Status look_up_rest() {
    for (const std::uint32_t number : rest_.to_vector()) {
      const ContentNumber content{number};
      ALCOVE_TRY(const auto holdings, files_.holdings_of(principal_, content, kCopiesMax));
      std::optional<OrderKey> first;
      for (const files::Files::Holding& holding : holdings) {
        if (scope_.accepts(holding.file, content)) {
          OrderKey key = order_key(order_, holding.file, std::nullopt);
          if (!first || key < *first) {
            first = std::move(key);
          }
        }
      }
      // Without one it is left to `add_rest`: whoever shows it looks again.
      if (first) {
        listed_.push_back({.content = content, .file = {}, .key = std::move(*first)});
        rest_.remove(number);
      }
    }
    return {};
  }

  Status look_through(std::size_t most) {
    const sets::Bitmap& among = scope_.allowed_files() ? *scope_.allowed_files() : scope_.visible_files();
    std::size_t found = 0;
    ALCOVE_TRY(const std::vector<std::uint32_t> first, first_files(among, most));
    for (const std::uint32_t id : first) {
      if (found >= limit_) {
        break;
      }
      ALCOVE_TRY(const auto file, files_.find(FileId{id}));
      if (!file || !file->content || !rest_.contains(file->content.value) || !scope_.accepts(*file, file->content)) {
        continue;
      }
      rest_.remove(file->content.value);
      listed_.push_back({.content = file->content, .file = {}, .key = order_key(order_, *file, std::nullopt)});
      ++found;
    }
    return {};
  }

  Result<std::vector<std::uint32_t>> first_files(const sets::Bitmap& among, std::size_t most) {
    switch (order_) {
      case Order::kName: return names_.by_name(among, most);
      case Order::kSize: return names_.table().ordered(among, FileTable::Order::kLargest, most);
      case Order::kOldest: return names_.table().ordered(among, FileTable::Order::kOldest, most);
      case Order::kRelevance:
      case Order::kNewest: break;
    }
    return names_.table().ordered(among, FileTable::Order::kNewest, most);
  }

  /// Most files are read, so few are looked at for nothing.
  Status add_unread() {
    if (!scope_.allowed_files() || scope_.allowed_files()->size() > kOneByOneMax) {
      return {};
    }
    for (const std::uint32_t id : scope_.allowed_files()->to_vector()) {
      ALCOVE_TRY(const auto file, files_.find(FileId{id}));
      if (file && !file->content && scope_.accepts_by_name(*file)) {
        listed_.push_back({.content = {}, .file = file->id, .key = order_key(order_, *file, std::nullopt)});
      }
    }
    return {};
  }

  void add_rest() {
    std::vector<std::uint32_t> contents = rest_.to_vector();
    std::ranges::reverse(contents);
    for (const std::uint32_t content : contents) {
      if (listed_.size() == limit_) {
        return;
      }
      listed_.push_back({.content = ContentNumber{content}, .file = {}, .key = {}});
    }
  }

  const Scope& scope_;
  const Corpus& corpus_;
  NameIndex& names_;
  files::Files& files_;
  const auth::Principal& principal_;
  Order order_;
  std::size_t limit_;
  std::vector<Listed> listed_;
  sets::Bitmap rest_;  ///< Contents without a key so far.
};

}  // namespace

Result<std::vector<Listed>> list(const Scope& scope, const Corpus& corpus, NameIndex& names, files::Files& files,
                                 const auth::Principal& principal, Order order, std::size_t limit) {
  return Lister(scope, corpus, names, files, principal, order, limit).list();
}

}  // namespace alcove::search

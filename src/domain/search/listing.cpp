#include "domain/search/listing.hpp"

#include <algorithm>
#include <tuple>

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
  Lister(const Scope& scope, const Corpus& corpus, const NameIndex& names, files::Files& files,
         const auth::Principal& principal, std::size_t limit)
      : scope_(scope), corpus_(corpus), names_(names), files_(files), principal_(principal), limit_(limit) {}

  Result<std::vector<Listed>> list() && {
    for (const StatedDate& date : corpus_.dates) {
      if (scope_.contents().contains(date.content.value)) {
        listed_.push_back({.content = date.content, .file = {}, .date_unix_ms = date.unix_ms});
      }
    }
    rest_ = scope_.contents();
    rest_ -= corpus_.with_dates;
    if (rest_.size() <= kOneByOneMax) {
      ALCOVE_TRY_VOID(look_up_rest());
    } else {
      ALCOVE_TRY_VOID(look_through(kLookedThroughMax));
    }
    ALCOVE_TRY_VOID(add_unread());
    std::ranges::sort(listed_, [](const Listed& a, const Listed& b) {
      return std::tuple(-a.date_unix_ms, a.content.value, a.file.value) <
             std::tuple(-b.date_unix_ms, b.content.value, b.file.value);
    });
    if (listed_.size() < limit_) {
      add_undated();
    }
    listed_.resize(std::min(listed_.size(), limit_));
    return std::move(listed_);
  }

 private:
  Status look_up_rest() {
    for (const std::uint32_t number : rest_.to_vector()) {
      const ContentNumber content{number};
      ALCOVE_TRY(const auto holdings, files_.holdings_of(principal_, content, kCopiesMax));
      Listed listed{.content = content, .file = {}, .date_unix_ms = 0};
      for (const files::Files::Holding& holding : holdings) {
        if (scope_.accepts(holding.file, content)) {
          listed.date_unix_ms = std::max(listed.date_unix_ms, holding.file.modified_unix_ns / 1'000'000);
        }
      }
      listed_.push_back(listed);
      rest_.remove(number);
    }
    return {};
  }

  Status look_through(std::size_t most) {
    const sets::Bitmap& among = scope_.allowed_files() ? *scope_.allowed_files() : scope_.visible_files();
    std::size_t found = 0;
    for (const std::uint32_t id : names_.table().ordered(among, FileTable::Order::kNewest, most)) {
      if (found >= limit_) {
        break;
      }
      ALCOVE_TRY(const auto file, files_.find(FileId{id}));
      if (!file || !file->content || !rest_.contains(file->content.value) || !scope_.accepts(*file, file->content)) {
        continue;
      }
      rest_.remove(file->content.value);
      listed_.push_back({.content = file->content, .file = {}, .date_unix_ms = file->modified_unix_ns / 1'000'000});
      ++found;
    }
    return {};
  }

  /// Most files are read, so few are looked at for nothing.
  Status add_unread() {
    if (!scope_.allowed_files() || scope_.allowed_files()->size() > kOneByOneMax) {
      return {};
    }
    for (const std::uint32_t id : scope_.allowed_files()->to_vector()) {
      ALCOVE_TRY(const auto file, files_.find(FileId{id}));
      if (file && !file->content && scope_.accepts_by_name(*file)) {
        listed_.push_back({.content = {}, .file = file->id, .date_unix_ms = file->modified_unix_ns / 1'000'000});
      }
    }
    return {};
  }

  void add_undated() {
    std::vector<std::uint32_t> contents = rest_.to_vector();
    std::ranges::reverse(contents);
    for (const std::uint32_t content : contents) {
      if (listed_.size() == limit_) {
        return;
      }
      listed_.push_back({.content = ContentNumber{content}, .file = {}, .date_unix_ms = 0});
    }
  }

  const Scope& scope_;
  const Corpus& corpus_;
  const NameIndex& names_;
  files::Files& files_;
  const auth::Principal& principal_;
  std::size_t limit_;
  std::vector<Listed> listed_;
  sets::Bitmap rest_;  ///< Contents without a date so far.
};

}  // namespace

Result<std::vector<Listed>> list_by_date(const Scope& scope, const Corpus& corpus, const NameIndex& names,
                                         files::Files& files, const auth::Principal& principal, std::size_t limit) {
  return Lister(scope, corpus, names, files, principal, limit).list();
}

}  // namespace alcove::search

#include "domain/search/page.hpp"

#include <algorithm>
#include <utility>

#include "domain/search/near_table.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::search {

Result<bool> Folder::is_folded(const Item& item) {
  // A part, and what only its name brings into the scope, stands for itself: it would be listed nowhere.
  if (!item.content || item.content != item.root || !scope_.contents().contains(item.content.value)) {
    return false;
  }
  const text::Fingerprint fingerprint = generation_.near->find(item.content);
  const auto same_numbers = by_numbers_.find(fingerprint.numbers);
  if (fingerprint.empty() || same_numbers == by_numbers_.end() ||
      std::ranges::none_of(same_numbers->second,
                           [&](std::size_t i) { return text::is_near_identical(taken_[i], fingerprint); })) {
    return false;
  }
  return stands_alone(item.content);
}

void Folder::take(const Item& item) {
  // An empty one keeps the place: indices are those of the hits.
  const text::Fingerprint fingerprint = generation_.near->find(item.content);
  if (!fingerprint.empty()) {
    by_numbers_[fingerprint.numbers].push_back(taken_.size());
  }
  taken_.push_back(fingerprint);
}

Result<bool> Folder::stands_alone(ContentNumber content) {
  const auto known = alone_.find(content.value);
  if (known != alone_.end()) {
    return known->second;
  }
  bool alone = true;
  const auto& formats = generation_.corpus->formats;
  const bool may_contain = std::ranges::any_of(formats, [&](const auto& format) {
    return wire::is_container(format.first) && format.second.contains(content.value);
  });
  if (may_contain) {
    // What is inside but could not be read counts too: it is in the artefact, and no content of its own.
    ALCOVE_TRY(const auto artefact, store_.find(content, "parts"));
    const auto parts = artefact ? wire::decode<wire::PartsArtefact>(artefact->data)
                                : Result<wire::PartsArtefact>(fail(ErrorCode::kNotFound, "Its parts are not known"));
    alone = parts && parts->parts.empty();
  }
  alone_.emplace(content.value, alone);
  return alone;
}

Result<std::size_t> count_unfolded(const Items& items, Folder folder, std::size_t enough) {
  std::size_t count = 0;
  for (const Item& item : items.all()) {
    ALCOVE_TRY(const bool folded, folder.is_folded(item));
    if (!folded) {
      folder.take(item);
      if (++count == enough) {
        break;
      }
    }
  }
  return count;
}

namespace {

/// Lists under each hit the files that are folded into it. `first_taken`: of the first hit, among all that were taken.
Status list_near(std::vector<Hit>& hits, std::size_t first_taken, const sets::Bitmap& shown, Folder& folder,
                 Items& items, const Scope& scope, const NearTable& table) {
  std::vector<std::size_t> counted(hits.size(), 0);
  for (const NearTable::Near& near : table.near(folder.taken(), scope.contents())) {
    // What is like a hit of an earlier page is listed there.
    if (near.to < first_taken || shown.contains(near.content.value) ||
        counted[near.to - first_taken] == kNearCountedMax) {
      continue;
    }
    ALCOVE_TRY(const bool alone, folder.stands_alone(near.content));
    if (!alone) {
      continue;
    }
    Item item{.content = near.content, .root = near.content, .named = {}};
    ALCOVE_TRY(const std::vector<files::File> files, items.files_of(item));
    Hit& hit = hits[near.to - first_taken];
    counted[near.to - first_taken] += files.empty() ? 0 : 1;
    hit.near_identical_count += static_cast<std::int64_t>(files.size());
    const std::size_t room = kNearShownMax - hit.near_identical.size();
    hit.near_identical.insert(hit.near_identical.end(), files.begin(),
                              files.begin() + static_cast<std::ptrdiff_t>(std::min(room, files.size())));
  }
  return {};
}

}  // namespace

Result<Page> write_page(Items& items, const Scope& scope, const HitKnowledge& known, artefacts::Store& store,
                        const PageRequest& request) {
  Page page;
  Folder folder(known.generation, scope, store);
  const bool folds = request.fold == Request::Fold::kNear;
  sets::Bitmap shown;
  std::size_t passed = 0;
  const auto take = [&](const Item& item) {
    if (folds) {
      folder.take(item);
      shown.add(item.content.value);
    }
  };
  for (page.next = 0; page.next < items.all().size(); ++page.next) {
    Item& item = items.all()[page.next];
    if (page.next < request.first) {
      if (item.shown_as) {
        page.finds_anything = true;
        take(item);
      }
      continue;
    }
    if (folds) {
      ALCOVE_TRY(const bool folded, folder.is_folded(item));
      if (folded) {
        continue;
      }
    }
    ALCOVE_TRY(const std::vector<files::File> files, items.files_of(item));
    if (files.empty()) {
      continue;
    }
    page.finds_anything = true;
    if (passed >= request.offset && page.hits.size() == request.limit) {
      page.more = true;
      break;
    }
    take(item);
    item.shown_as = files.front().id;
    if (++passed > request.offset) {
      ALCOVE_TRY(Hit hit, write_hit(known, item, files));
      page.hits.push_back(std::move(hit));
    }
  }
  if (folds) {
    const std::size_t first_taken = folder.taken().size() - page.hits.size();
    ALCOVE_TRY_VOID(list_near(page.hits, first_taken, shown, folder, items, scope, *known.generation.near));
  }
  return page;
}

}  // namespace alcove::search

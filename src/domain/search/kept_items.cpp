#include "domain/search/kept_items.hpp"

#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace alcove::search {
namespace {

/// Stands for no file.
constexpr Item kNoItem{};

/// A file that had not been read may have been by now.
void read_since(Item& item, Items& items, files::Files& files) {
  const auto file = files.find(item.named);
  item.content = file && *file ? (*file)->content : ContentNumber{};
  item.root = item.content;
  if (items.find(item.root) != nullptr) {
    item = kNoItem;  // Its content has an item already.
  }
}

/// A container may have been changed to one without this part.
void find_container(Item& item, Items& items) {
  if (items.is_in(item.content, item.root)) {
    return;
  }
  item.root = items.root_of(item.content);
  if (!item.root || items.find(item.root) != nullptr) {
    item = kNoItem;
  }
}

/// The number that the passage has now; nothing where there is none.
std::optional<std::uint32_t> passage_of(const KeptItem& kept, ContentNumber content, const Corpus& corpus) {
  if (!kept.candidate || !content) {
    return std::nullopt;
  }
  const Run* run = corpus.find_run_with(kept.candidate->passage);
  if (run == nullptr || run->content != content) {
    run = corpus.find_run_of(content);
  }
  return run != nullptr && kept.passage_index < run->count ? std::optional(run->first + kept.passage_index)
                                                           : std::nullopt;
}

/// What a passage keeps when its number changes.
std::uint64_t passage_key(const KeptItem& kept) {
  return (std::uint64_t{kept.item.content.value} << 32U) | kept.passage_index;
}

}  // namespace

std::vector<KeptItem> kept_items(std::span<const Item> items, const sets::Bitmap& in_title, const Corpus& corpus) {
  std::vector<KeptItem> kept;
  kept.reserve(items.size());
  for (const Item& item : items) {
    KeptItem one{.item = item, .candidate = {}, .passage_index = 0, .in_title = false};
    if (item.candidate != nullptr) {
      one.candidate = *item.candidate;
      const Run* const run = corpus.find_run_with(item.candidate->passage);
      one.passage_index = run == nullptr ? 0 : item.candidate->passage - run->first;
      one.in_title = in_title.contains(item.candidate->passage);
      one.item.candidate = nullptr;
    }
    kept.push_back(one);
  }
  return kept;
}

void revive_items(Items& items, std::vector<Candidate>& candidates, sets::Bitmap& in_title,
                  std::span<const KeptItem> kept, const Revival& revival) {
  items.clear();
  candidates.clear();
  candidates.reserve(kept.size());  // Items point into it.
  for (std::size_t i = 0; i < kept.size(); ++i) {
    Item item = kept[i].item;
    if (i >= revival.next && !item.content) {
      read_since(item, items, revival.files);
    } else if (i >= revival.next && item.content != item.root) {
      find_container(item, items);
    }
    if (const auto passage = passage_of(kept[i], item.content, revival.corpus)) {
      candidates.push_back(*kept[i].candidate);
      candidates.back().passage = *passage;
      item.candidate = &candidates.back();
      if (kept[i].in_title) {
        in_title.add(*passage);
      }
    }
    items.add(item);
  }
}

void append_unknown(HitList& list, std::size_t next, HitList since) {
  std::unordered_set<std::uint32_t> roots;
  std::unordered_set<std::uint64_t> passages;
  std::unordered_map<std::int64_t, ContentNumber> files;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const KeptItem& kept = list.items[i];
    // What was passed over without being shown may be there again.
    if (i < next && !kept.item.shown_as) {
      continue;
    }
    const FileId file = kept.item.shown_as ? kept.item.shown_as : kept.item.content ? FileId{} : kept.item.named;
    roots.insert(kept.item.root.value);
    passages.insert(passage_key(kept));
    files.emplace(file.value, kept.item.root);
  }
  const bool by_passage = list.request.passages;
  for (KeptItem& found : since.items) {
    const Item& item = found.item;
    const auto file = files.find(item.shown_as.value);
    const bool was_another = file != files.end() && (!by_passage || file->second != item.root);
    const bool is_listed = by_passage && found.candidate ? passages.contains(passage_key(found))
                                                         : item.root && roots.contains(item.root.value);
    if (!item.shown_as || was_another || is_listed) {
      continue;
    }
    found.item.shown_as = {};
    list.items.push_back(found);
  }
  list.is_cut = since.is_cut;
}

}  // namespace alcove::search

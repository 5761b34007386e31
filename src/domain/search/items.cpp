#include "domain/search/items.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace alcove::search {
namespace {

/// Where filters leave few of very many copies, this many are looked through.
constexpr std::size_t kCopiesLookedAtMax = 10'000;
/// Files' contents looked through for one that passes the filters, when a part lies in very many of them.
constexpr std::size_t kRootsMax = 1'000;

}  // namespace

void Items::clear() {
  items_.clear();
  item_of_root_.clear();
}

Item& Items::add(const Item& item) {
  if (item.root) {
    item_of_root_.emplace(item.root.value, items_.size());
  }
  items_.push_back(item);
  return items_.back();
}

Item* Items::find(ContentNumber root) {
  const auto known = root ? item_of_root_.find(root.value) : item_of_root_.end();
  return known == item_of_root_.end() ? nullptr : &items_[known->second];
}

ContentNumber Items::root_of(ContentNumber content) {
  const auto cached = root_of_content_.find(content.value);
  if (cached != root_of_content_.end()) {
    return cached->second;
  }
  ContentNumber root;
  for (const ContentNumber each : files_.roots_of(principal_, content, kRootsMax)) {
    const auto& of_files = scope_.conditions().of_files();
    if (of_files && !of_files->contains(each.value)) {
      continue;
    }
    const bool is_hit = item_of_root_.contains(each.value);
    root = !root || is_hit ? each : root;
    if (is_hit) {
      break;
    }
  }
  root_of_content_.emplace(content.value, root);
  return root;
}

bool Items::is_in(ContentNumber content, ContentNumber root) const {
  const auto roots = files_.roots_of(principal_, content, kRootsMax);
  return std::ranges::find(roots, root) != roots.end();
}

Result<std::vector<files::File>> Items::accepted_files(ContentNumber root, ContentNumber content) {
  ALCOVE_TRY(auto found, files_.files_of(principal_, root, kCopiesMax));
  if (found.size() == kCopiesMax && scope_.is_filtered()) {
    ALCOVE_TRY(found, files_.files_of(principal_, root, kCopiesLookedAtMax));
  }
  std::erase_if(found, [&](const files::File& file) { return !scope_.accepts(file, content); });
  found.resize(std::min(found.size(), kCopiesMax));
  return found;
}

Result<std::vector<files::File>> Items::files_of(Item& item) {
  std::vector<files::File> found;
  if (!item.content) {
    ALCOVE_TRY(std::optional<files::File> file, files_.find(item.named));
    if (file && scope_.accepts_by_name(*file)) {
      found.push_back(std::move(*file));
    }
    return found;
  }
  ALCOVE_TRY(found, accepted_files(item.root, item.content));
  if (found.empty() && item.content != item.root) {
    // Another file that contains it may pass where this one does not.
    for (const ContentNumber root : files_.roots_of(principal_, item.content, kRootsMax)) {
      if (root != item.root && found.empty() && !item_of_root_.contains(root.value)) {
        ALCOVE_TRY(found, accepted_files(root, item.content));
        item.root = found.empty() ? item.root : root;
      }
    }
  }
  std::ranges::sort(found, [&](const files::File& a, const files::File& b) {
    const auto key = [&](const files::File& file) {
      return std::tuple(file.id != item.named, file.path.size(), file.id.value);
    };
    return key(a) < key(b);
  });
  return found;
}

}  // namespace alcove::search

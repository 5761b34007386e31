#pragma once
/// @file
/// What was found, one item per file, and the files that each stands for.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/hit_writer.hpp"
#include "domain/search/scope.hpp"

namespace alcove::search {

/// Files with the same bytes that one hit stands for.
inline constexpr std::size_t kCopiesMax = 100;

/// The items of one answer, in the order in which they are shown. Borrows what it is made with.
class Items {
 public:
  Items(files::Files& files, const auth::Principal& principal, const Scope& scope)
      : files_(files), principal_(principal), scope_(scope) {}

  [[nodiscard]] std::vector<Item>& all() { return items_; }
  [[nodiscard]] const std::vector<Item>& all() const { return items_; }
  void clear();
  /// Appends one; a later one of the same root is not found by `find`.
  Item& add(const Item& item);
  /// The item of the file's content, if there is one. Only while items are added: not after the order has changed.
  [[nodiscard]] Item* find(ContentNumber root);

  /// The content of the file that a content is shown in: one that has an item already, else the first that passes.
  /// 0: none (it vanished since the scope was made).
  ContentNumber root_of(ContentNumber content);
  /// Whether a content is a visible file's own, `root`, or lies in it.
  [[nodiscard]] bool is_in(ContentNumber content, ContentNumber root) const;
  /// The files that an item stands for, the one to show first; none when all were filtered out or are gone. May change
  /// the item's root to another one that passes.
  Result<std::vector<files::File>> files_of(Item& item);

 private:
  /// Files with the content `root` that pass by `content`.
  Result<std::vector<files::File>> accepted_files(ContentNumber root, ContentNumber content);

  files::Files& files_;
  const auth::Principal& principal_;
  const Scope& scope_;
  std::vector<Item> items_;
  std::unordered_map<std::uint32_t, std::size_t> item_of_root_;
  std::unordered_map<std::uint32_t, ContentNumber> root_of_content_;
};

}  // namespace alcove::search

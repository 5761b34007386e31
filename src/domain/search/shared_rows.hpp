#pragma once
/// @file
/// Rows by a growing number, in pieces that snapshots share.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace alcove::search {

/// A copy costs a pointer for each piece, a change afterwards the copy of one piece: so a snapshot after each commit
/// costs what was changed and not what there is. `Row` has a `key()`.
///
/// Thread safety: one thread changes, and calls `share` before it hands a copy on; copies are read from any thread.
template <typename Row>
class SharedRows {
 public:
  /// Numbers in a piece. Runs of five passages make a piece of 40 KB, and three million passages 180 pieces.
  static constexpr std::uint32_t kSpan = 16'384;

  /// From now on pieces belong to copies, too: changes copy theirs first.
  void share() { is_shared_.assign(pieces_.size(), true); }

  /// Replaces a row of the same key.
  void set(const Row& row) {
    std::vector<Row>& rows = own_piece(row.key() / kSpan);
    const auto at = std::ranges::lower_bound(rows, row.key(), {}, &Row::key);
    if (at != rows.end() && at->key() == row.key()) {
      *at = row;
    } else {
      rows.insert(at, row);
      ++size_;
    }
  }

  /// The row of that key must exist.
  void erase(std::uint32_t key) {
    std::vector<Row>& rows = own_piece(key / kSpan);
    rows.erase(std::ranges::lower_bound(rows, key, {}, &Row::key));
    --size_;
    if (rows.empty()) {
      pieces_[key / kSpan] = nullptr;
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  /// The row with the largest key that is not above `key`; nothing when there is none.
  [[nodiscard]] const Row* find_at_or_below(std::uint32_t key) const {
    for (std::size_t i = std::min<std::size_t>(key / kSpan + std::size_t{1}, pieces_.size()); i > 0; --i) {
      if (pieces_[i - 1] != nullptr) {
        const std::vector<Row>& rows = *pieces_[i - 1];
        const auto after = std::ranges::upper_bound(rows, key, {}, &Row::key);
        if (after != rows.begin()) {
          return &*std::prev(after);
        }
      }
    }
    return nullptr;
  }

  [[nodiscard]] const Row* find(std::uint32_t key) const {
    const Row* const row = find_at_or_below(key);
    return row != nullptr && row->key() == key ? row : nullptr;
  }

  /// Calls `visit` for each row in rising order until it returns false.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& piece : pieces_) {
      if (piece != nullptr && !std::ranges::all_of(*piece, visit)) {
        return;
      }
    }
  }

 private:
  std::vector<Row>& own_piece(std::size_t number) {
    if (number >= pieces_.size()) {
      pieces_.resize(number + 1);
      is_shared_.resize(number + 1);
    }
    if (pieces_[number] == nullptr) {
      pieces_[number] = std::make_shared<std::vector<Row>>();
    } else if (is_shared_[number]) {
      pieces_[number] = std::make_shared<std::vector<Row>>(*pieces_[number]);
    }
    is_shared_[number] = false;
    return *pieces_[number];
  }

  std::vector<std::shared_ptr<std::vector<Row>>> pieces_;  ///< By key / kSpan; owned with the copies that share them.
  std::vector<bool> is_shared_;                            ///< Of the one that changes.
  std::size_t size_ = 0;
};

}  // namespace alcove::search

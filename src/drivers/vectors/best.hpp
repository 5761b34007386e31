#pragma once
/// @file
/// Internal to drivers/vectors: the best rows of a scan.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "drivers/vectors/vectors.hpp"

namespace alcove::vectors {

inline bool is_nearer(const Nearest& a, const Nearest& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.row < b.row);
}

/// The best `limit` so far; the worst of them on top. Not shared between threads.
class Best {
 public:
  explicit Best(std::size_t limit) : limit_(limit) { heap_.reserve(limit); }

  void offer(Nearest candidate) {
    if (heap_.size() < limit_) {
      heap_.push_back(candidate);
      std::ranges::push_heap(heap_, is_nearer);
    } else if (limit_ > 0 && is_nearer(candidate, heap_.front())) {
      std::ranges::pop_heap(heap_, is_nearer);
      heap_.back() = candidate;
      std::ranges::push_heap(heap_, is_nearer);
    }
  }
  /// What is not above this need not be offered.
  [[nodiscard]] float bar() const {
    return heap_.size() < limit_ ? -std::numeric_limits<float>::infinity() : heap_.front().similarity;
  }
  std::vector<Nearest> take() && { return std::move(heap_); }

 private:
  std::size_t limit_;
  std::vector<Nearest> heap_;
};

}  // namespace alcove::vectors

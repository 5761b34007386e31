#pragma once
/// @file
/// A compressed set of 32-bit numbers (Roaring): visible contents, passages, files.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace alcove::sets {

/// Value semantics. Thread safety: const calls from any thread; changes need exclusion.
class Bitmap {
 public:
  Bitmap();
  Bitmap(const Bitmap& other);
  Bitmap(Bitmap&& other) noexcept;
  Bitmap& operator=(const Bitmap& other);
  Bitmap& operator=(Bitmap&& other) noexcept;
  ~Bitmap();

  void add(std::uint32_t number);
  void add_many(std::span<const std::uint32_t> numbers);
  /// Adds first, first + 1, … first + count − 1.
  void add_run(std::uint32_t first, std::uint32_t count);
  void remove(std::uint32_t number);
  [[nodiscard]] bool contains(std::uint32_t number) const;
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] bool empty() const;
  Bitmap& operator&=(const Bitmap& other);
  Bitmap& operator|=(const Bitmap& other);
  /// Removes every member of `other`.
  Bitmap& operator-=(const Bitmap& other);
  friend bool operator==(const Bitmap& a, const Bitmap& b);
  /// Smallest member ≥ `from`; false when there is none.
  bool next(std::uint32_t from, std::uint32_t& found) const;
  [[nodiscard]] std::vector<std::uint32_t> to_vector() const;
  /// Calls `visit` for each member in rising order until it returns false.
  void for_each(const std::function<bool(std::uint32_t)>& visit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::sets

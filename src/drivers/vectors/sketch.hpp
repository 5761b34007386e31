#pragma once
/// @file
/// Internal to drivers/vectors: one bit per dimension of every row, to tell quickly which rows are worth a comparison.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/sync.hpp"
#include "drivers/vectors/best.hpp"
#include "drivers/vectors/mapped_file.hpp"

namespace alcove::vectors {

/// A row x of length 1 is kept as the signs b ∈ {−1, 1} of v = x − m, m being the mean of the rows, and two numbers.
/// The estimate of its product with a query q is
///
///   ⟨q, x⟩ ≈ ⟨q, m⟩ + ⟨m, v⟩ + |v|² / |v|₁ · ⟨q − m, b⟩
///
/// (Gao and Long, RaBitQ, SIGMOD 2024, without its random rotation: it gains nothing here, docs/MEASUREMENTS.md). Of a
/// query every dimension has four bits, so that ⟨q − m, b⟩ is a sum of counted bits. Vectors of one model have much in
/// common, and without the mean most signs would be the same in all.
///
/// Lies in a file without a name beside the rows: nothing is kept over a restart, nothing can be out of date, and the
/// kernel may write it out where memory is scarce.
///
/// Thread safety: one thread writes; any number search at the same time.
/// Failure: a damaged one is to be thrown away.
class Sketch {
 public:
  /// Requires: mean.size() is the number of dimensions.
  static Result<std::unique_ptr<Sketch>> create(const std::filesystem::path& folder, std::vector<float> mean);

  /// Rows `first` and following; those with scale 0 do not exist. Requires: first <= covered().
  Status write(std::uint64_t first, std::span<const float> scales, std::span<const std::int8_t> values);
  /// Rows before this one are known.
  [[nodiscard]] std::uint64_t covered() const { return covered_; }
  [[nodiscard]] bool is_damaged() const;

  /// A query as the scan takes it.
  struct Query {
    std::shared_ptr<const os::GuardedMapping> mapping;  ///< Owned with the sketch while the scan runs.
    std::vector<std::uint64_t> planes;  ///< Bit j of every dimension: four words for each 64 dimensions.
    float lowest = 0;                   ///< A dimension is lowest + step × its four bits.
    float step = 0;
    float sum = 0;   ///< Of all dimensions, as quantised.
    float base = 0;  ///< What every estimate begins with.
  };
  [[nodiscard]] Query prepare(std::span<const float> query) const;
  /// Offers the estimates of rows that exist. Requires: the run lies below what covered() was before `prepare`.
  void scan(const Query& query, RowRun run, Best& best) const;

 private:
  Sketch(os::UniqueFd file, std::vector<float> mean);
  /// Requires: `row` is all zeros.
  void encode(float scale, std::span<const std::int8_t> values, std::uint8_t* row) const;

  const std::vector<float> mean_;
  const std::size_t words_;                                     ///< Of 64 bits, per row.
  const std::size_t stride_;                                    ///< Bytes per row: the words and two floats.
  MappedFile file_;                                             ///< The writer's.
  Guarded<std::shared_ptr<const os::GuardedMapping>> mapping_;  ///< The readers'.
  std::atomic<std::uint64_t> covered_{0};
};

}  // namespace alcove::vectors

#pragma once
/// @file
/// Rows of small integers in one file, and the exact search for those nearest to a vector.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"

namespace alcove::vectors {

/// Largest number of dimensions a file may state.
inline constexpr std::uint32_t kDimensionsMax = 4096;
/// From this many rows on a scan uses two threads: below, starting one costs more than it saves.
inline constexpr std::size_t kRowsPerThread = 25'000;
/// From this many rows to be compared on, a sketch of one bit per dimension first tells which ones are worth it: an
/// exact scan would take more than 0.1 s. What it misses is measured (docs/MEASUREMENTS.md).
inline constexpr std::uint64_t kSketchRowsMin = 3'000'000;

/// A vector as stored: value = scale × int8.
struct Quantised {
  std::vector<std::int8_t> values;
  float scale = 0;
};
/// The nearest such vector, scaled so that the stored one has length 1. All zeros for a vector without length.
Quantised quantise(std::span<const float> values);

/// Rows first … first + count − 1.
struct RowRun {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct Nearest {
  std::uint32_t row = 0;
  float similarity = 0;  ///< Inner product; the cosine for rows and queries of length 1.
};

/// How the nearest rows are looked for.
enum class Scan : std::uint8_t {
  kByCount,  ///< By the sketch when it is there and kSketchRowsMin rows or more are to be compared, else exactly.
  kExact,
  kSketch,  ///< By the sketch as far as there is one; for measuring.
};

/// The rows of one space, by number. A row that was never written, or was cleared, does not exist.
///
/// File (docs/formats/indexes.md): two headers with checksums, written in turn, then rows of `dimensions` int8, a
/// checksum and one float. `commit` makes rows and the applied number durable in that order, so the number never runs
/// ahead.
///
/// Thread safety: one thread writes; any number search at the same time and may or may not see what is being written.
/// Failure: kCorrupt from `open` when neither header is whole or the file is too short: the caller remakes it.
class VectorRows {
 public:
  /// Opens an existing file. Errors: kNotFound, kCorrupt.
  static Result<std::unique_ptr<VectorRows>> open(const std::filesystem::path& path);
  /// Makes a new, empty file, replacing one that is there (searches on the old one stay valid). `space` names what made
  /// the vectors: those of another model must never be compared with them.
  static Result<std::unique_ptr<VectorRows>> create(const std::filesystem::path& path, std::uint32_t dimensions,
                                                    std::uint64_t space = 0);
  ~VectorRows();

  [[nodiscard]] std::uint32_t dimensions() const;
  [[nodiscard]] std::uint64_t space() const;
  /// The number given to the last commit.
  [[nodiscard]] std::int64_t applied() const;
  /// Rows that exist, counted: takes a look at each.
  [[nodiscard]] std::uint64_t count_rows() const;

  /// Writes rows `first` and following. Requires: values.size() == scales.size() × dimensions.
  Status write(std::uint32_t first, std::span<const float> scales, std::span<const std::int8_t> values);
  /// Clears rows, those that do not exist too.
  Status clear(RowRun run);
  Status commit(std::int64_t applied);

  /// A row that decayed was met since the file was opened. Such a row is left out of every answer; the caller remakes
  /// the file.
  [[nodiscard]] bool is_damaged() const;
  /// Reads every row. Errors: kCorrupt.
  Status check() const;

  [[nodiscard]] bool has(std::uint32_t row) const;
  /// The vector of a row, of length 1. Nothing when the row does not exist.
  [[nodiscard]] std::optional<std::vector<float>> read(std::uint32_t row) const;
  /// Nothing when the row does not exist. Requires: query.size() == dimensions.
  [[nodiscard]] std::optional<float> similarity(std::uint32_t row, std::span<const float> query) const;
  /// The `limit` nearest of the rows in `runs` (rising, not overlapping), nearest first; ties: lower row first.
  /// Every row is compared with the quantised query, or those that the sketch (of the rows that it knows) finds worth
  /// it; the similarities returned are those of the query as given.
  [[nodiscard]] std::vector<Nearest> nearest(std::span<const float> query, std::span<const RowRun> runs,
                                             std::size_t limit, Scan scan = Scan::kByCount) const;

  /// Writer. Makes the sketch, or brings it on by at most `rows_max` rows: 0.2 s for 100,000. Searches use as much of
  /// it as there is; afterwards `write` and `clear` keep it right. Returns whether it knows every row. It lies in a
  /// file without a name and is made anew after a restart.
  Result<bool> extend_sketch(std::size_t rows_max);
  /// Rows that the sketch knows; 0: there is none.
  [[nodiscard]] std::uint64_t sketched() const;

 private:
  struct Impl;
  explicit VectorRows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::vectors

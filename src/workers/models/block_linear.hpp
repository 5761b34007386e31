#pragma once
/// @file
/// A linear layer over 4-bit weights, made for what small servers have: AVX2 and little more.
///
/// Weights stay exactly as published: blocks of 32 weights of 4 bits that share one scale. Activations are rounded to
/// 8 bits with a scale and an offset per row (token), so a row's result depends on that row alone: a text has the
/// same vector alone and among others. ONNX Runtime's own kernels were measured and lost in speed or in quality
/// (docs/MEASUREMENTS.md, "Embedding model forms").

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "workers/models/instructions.hpp"

namespace alcove::models {

/// Weights that share a scale.
inline constexpr std::size_t kBlockWeights = 32;
/// Output columns that the kernel computes together.
inline constexpr std::size_t kPanelColumns = 16;

/// What the kernel reads at once: four weights of each of a panel's columns, on a cache line of its own.
struct alignas(64) PanelGroup {
  std::int8_t weights[kPanelColumns * 4];
};

/// Rows of activations in the form the kernel reads.
struct QuantizedRows {
  std::uint8_t* values;  ///< rows × depth; activation = scale × value + offset
  float* scales;         ///< one per row
  float* offsets;        ///< one per row
};

/// y = x · Wᵀ + bias.
///
/// Thread safety: immutable after creation; any thread may call the const functions.
/// Ownership: copies the weights into a layout of its own (one byte a weight).
class BlockLinear {
 public:
  /// `packed` is columns × depth / 2 bytes, row by row; the low half of byte i is weight 2 i, the high half 2 i + 1,
  /// each plus 8. `scales` is columns × depth / 32. Requires: the processor has the `instructions`.
  /// Errors: kCorrupt when sizes disagree, depth is no multiple of 32 or columns no multiple of 16.
  static Result<BlockLinear> create(std::size_t columns, std::size_t depth, std::span<const std::uint8_t> packed,
                                    std::span<const float> scales, std::span<const float> bias,
                                    Instructions instructions = best_instructions());

  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] std::size_t panels() const { return columns_ / kPanelColumns; }

  /// Rounds `rows` rows of `depth()` floats to 8 bits each.
  void quantize(const float* input, std::size_t rows, QuantizedRows& out) const;
  /// Computes the columns of panels [first, last) for `rows` rows; `output` is rows × columns().
  void multiply(const QuantizedRows& input, std::size_t rows, std::size_t first_panel, std::size_t last_panel,
                float* output) const;

 private:
  std::size_t columns_ = 0;
  std::size_t depth_ = 0;
  Instructions instructions_ = Instructions::kPortable;
  /// Panel by panel, block by block: eight groups, 16 columns × 4 signed weights each.
  std::vector<PanelGroup> groups_;
  /// Panel by panel, block by block: 16 scales.
  std::vector<float> scales_;
  /// Per column: the sum of its weights, which an activation's offset multiplies.
  std::vector<float> column_sums_;
  std::vector<float> bias_;
};

}  // namespace alcove::models

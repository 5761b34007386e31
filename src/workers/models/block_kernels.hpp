#pragma once
/// @file
/// Internal to workers/models: the forms of the block-linear kernel, one for each set of instructions.

#include <cstddef>
#include <cstdint>

#include "workers/models/block_linear.hpp"
#include "workers/models/instructions.hpp"

namespace alcove::models {

/// A block is read in groups of four weights: what one 32-bit lane of a kernel holds.
inline constexpr std::size_t kGroupWeights = 4;
inline constexpr std::size_t kBlockGroups = kBlockWeights / kGroupWeights;
/// The highest value of a rounded activation.
inline constexpr float kLevels = 255.0F;

/// One panel of columns and the rows to multiply with it; the caller has moved the pointers to the panel.
struct Tile {
  const PanelGroup* groups;
  const float* scales;
  const float* column_sums;
  const float* bias;
  const std::uint8_t* values;
  const float* row_scales;
  const float* row_offsets;
  float* output;
  std::size_t depth;
  std::size_t output_stride;

  /// The same panel, `count` rows further down.
  void move_down(std::size_t count) {
    values += count * depth;
    row_scales += count;
    row_offsets += count;
    output += count * output_stride;
  }
};

/// What each form offers. All sum a block's products exactly, in whole numbers, and differ only in how the sums of
/// blocks, as floats, are rounded: by a few units of the last place.
struct BlockKernels {
  void (*quantize_row)(const float* input, std::size_t depth, std::uint8_t* out, float& scale, float& offset);
  void (*multiply_panel)(Tile tile, std::size_t rows);
};

/// Requires: the processor has the instructions (`usable_instructions`).
BlockKernels block_kernels(Instructions instructions);

/// The rounding and the product as they are meant. See BlockLinear.
void quantize_row_portable(const float* input, std::size_t depth, std::uint8_t* out, float& scale, float& offset);
void multiply_panel_portable(Tile tile, std::size_t rows);

#if defined(__x86_64__)
BlockKernels block_kernels_x86(Instructions instructions);
#elif defined(__aarch64__)
BlockKernels block_kernels_arm();
#endif

}  // namespace alcove::models

#include "workers/models/block_linear.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "workers/models/block_kernels.hpp"

namespace alcove::models {

void quantize_row_portable(const float* input, std::size_t depth, std::uint8_t* out, float& scale, float& offset) {
  const auto [low, high] = std::minmax_element(input, input + depth);
  offset = *low;
  scale = (*high - *low) / kLevels;
  const float inverse = scale > 0 ? 1.0F / scale : 0.0F;
  // 1.5 × 2²³: a float this large has no places behind the point, so adding it and taking it away rounds to the nearest
  // whole number, halves to even, without a call for every value.
  constexpr float kRounder = 12'582'912.0F;
  for (std::size_t i = 0; i < depth; ++i) {
    const float level = ((input[i] - offset) * inverse + kRounder) - kRounder;
    out[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(std::clamp(level, 0.0F, kLevels)));
  }
}

void multiply_panel_portable(Tile tile, std::size_t rows) {
  for (; rows > 0; --rows) {
    float sums[kPanelColumns] = {};
    const PanelGroup* group = tile.groups;
    const float* scale = tile.scales;
    for (std::size_t first = 0; first < tile.depth; first += kBlockWeights, scale += kPanelColumns) {
      std::int32_t products[kPanelColumns] = {};
      for (std::size_t i = first; i < first + kBlockWeights; i += kGroupWeights, ++group) {
        for (std::size_t column = 0; column < kPanelColumns; ++column) {
          for (std::size_t k = 0; k < kGroupWeights; ++k) {
            products[column] += tile.values[i + k] * group->weights[column * kGroupWeights + k];
          }
        }
      }
      for (std::size_t column = 0; column < kPanelColumns; ++column) {
        sums[column] += static_cast<float>(products[column]) * scale[column];
      }
    }
    for (std::size_t column = 0; column < kPanelColumns; ++column) {
      tile.output[column] =
          *tile.row_scales * sums[column] + *tile.row_offsets * tile.column_sums[column] + tile.bias[column];
    }
    tile.move_down(1);
  }
}

BlockKernels block_kernels([[maybe_unused]] Instructions instructions) {
#if defined(__x86_64__)
  if (instructions != Instructions::kPortable) {
    return block_kernels_x86(instructions);
  }
#elif defined(__aarch64__)
  if (instructions == Instructions::kNeonDot) {
    return block_kernels_arm();
  }
#endif
  return {.quantize_row = quantize_row_portable, .multiply_panel = multiply_panel_portable};
}

Result<BlockLinear> BlockLinear::create(std::size_t columns, std::size_t depth, std::span<const std::uint8_t> packed,
                                        std::span<const float> scales, std::span<const float> bias,
                                        Instructions instructions) {
  const std::size_t blocks = depth / kBlockWeights;
  if (columns == 0 || depth == 0 || columns % kPanelColumns != 0 || depth % kBlockWeights != 0 ||
      packed.size() != columns * depth / 2 || scales.size() != columns * blocks || bias.size() != columns) {
    return fail(ErrorCode::kCorrupt, "The model file is damaged", "block linear: sizes disagree");
  }
  BlockLinear layer;
  layer.columns_ = columns;
  layer.depth_ = depth;
  layer.groups_.resize(columns / kPanelColumns * blocks * kBlockGroups);
  layer.scales_.resize(columns * blocks);
  layer.column_sums_.resize(columns);
  layer.bias_.assign(bias.begin(), bias.end());
  layer.instructions_ = instructions;
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t panel = column / kPanelColumns;
    const std::size_t lane = column % kPanelColumns;
    double column_sum = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
      const float scale = scales[column * blocks + block];
      layer.scales_[(panel * blocks + block) * kPanelColumns + lane] = scale;
      int block_sum = 0;
      for (std::size_t i = 0; i < kBlockWeights; ++i) {
        const unsigned byte = packed[(column * depth + block * kBlockWeights + i) / 2];
        const int weight = static_cast<int>(i % 2 == 0 ? byte & 0x0FU : byte >> 4U) - 8;
        block_sum += weight;
        layer.groups_[(panel * blocks + block) * kBlockGroups + i / kGroupWeights]
            .weights[lane * kGroupWeights + i % kGroupWeights] = static_cast<std::int8_t>(weight);
      }
      column_sum += static_cast<double>(scale) * block_sum;
    }
    layer.column_sums_[column] = static_cast<float>(column_sum);
  }
  return layer;
}

void BlockLinear::quantize(const float* input, std::size_t rows, QuantizedRows& out) const {
  const BlockKernels kernels = block_kernels(instructions_);
  for (std::size_t row = 0; row < rows; ++row) {
    kernels.quantize_row(input + row * depth_, depth_, out.values + row * depth_, out.scales[row], out.offsets[row]);
  }
}

void BlockLinear::multiply(const QuantizedRows& input, std::size_t rows, std::size_t first_panel,
                           std::size_t last_panel, float* output) const {
  const BlockKernels kernels = block_kernels(instructions_);
  const std::size_t blocks = depth_ / kBlockWeights;
  for (std::size_t panel = first_panel; panel < last_panel; ++panel) {
    const std::size_t column = panel * kPanelColumns;
    kernels.multiply_panel({.groups = groups_.data() + panel * blocks * kBlockGroups,
                            .scales = scales_.data() + panel * blocks * kPanelColumns,
                            .column_sums = column_sums_.data() + column,
                            .bias = bias_.data() + column,
                            .values = input.values,
                            .row_scales = input.scales,
                            .row_offsets = input.offsets,
                            .output = output + column,
                            .depth = depth_,
                            .output_stride = columns_},
                           rows);
  }
}

}  // namespace alcove::models

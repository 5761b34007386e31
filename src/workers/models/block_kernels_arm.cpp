#include "workers/models/block_kernels.hpp"

#if defined(__aarch64__)

#include <arm_neon.h>

#define ALCOVE_NEON_DOT __attribute__((target("+dotprod")))

namespace alcove::models {
namespace {

constexpr std::size_t kTileRows = 4;
/// A register holds the sums of this many columns.
constexpr std::size_t kLanes = 4;
constexpr std::size_t kVectors = kPanelColumns / kLanes;
/// The dot product multiplies signed bytes, so activations are read as value − 128; 128 × the column's sum makes up for
/// it.
constexpr std::uint8_t kSignBit = 0x80;
constexpr float kShift = 128.0F;

/// Four groups of weights, each with its four of a row's 16 activations.
template <int kGroup>
ALCOVE_NEON_DOT inline void add_group(int32x4_t (&partial)[kVectors], const PanelGroup* groups, int8x16_t values) {
  for (std::size_t i = 0; i < kVectors; ++i) {
    partial[i] = vdotq_laneq_s32(partial[i], vld1q_s8(groups[kGroup].weights + i * 16), values, kGroup);
  }
}

template <std::size_t kRows>
ALCOVE_NEON_DOT void multiply_tile(const Tile& tile) {
  constexpr std::size_t kRead = 16;
  float32x4_t sums[kRows][kVectors];
  for (auto& row : sums) {
    for (float32x4_t& sum : row) {
      sum = vdupq_n_f32(0);
    }
  }
  const PanelGroup* groups = tile.groups;
  const float* scales = tile.scales;
  for (std::size_t first = 0; first < tile.depth; first += kBlockWeights, scales += kPanelColumns) {
    int32x4_t partial[kRows][kVectors];
    for (auto& row : partial) {
      for (int32x4_t& part : row) {
        part = vdupq_n_s32(0);
      }
    }
    for (std::size_t i = 0; i < kBlockWeights; i += kRead, groups += kRead / kGroupWeights) {
      for (std::size_t row = 0; row < kRows; ++row) {
        const uint8x16_t unsigned_values = vld1q_u8(tile.values + row * tile.depth + first + i);
        const int8x16_t values = vreinterpretq_s8_u8(veorq_u8(unsigned_values, vdupq_n_u8(kSignBit)));
        add_group<0>(partial[row], groups, values);
        add_group<1>(partial[row], groups, values);
        add_group<2>(partial[row], groups, values);
        add_group<3>(partial[row], groups, values);
      }
    }
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t i = 0; i < kVectors; ++i) {
        sums[row][i] = vfmaq_f32(sums[row][i], vcvtq_f32_s32(partial[row][i]), vld1q_f32(scales + i * kLanes));
      }
    }
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    const float offset = tile.row_offsets[row] + kShift * tile.row_scales[row];
    for (std::size_t i = 0; i < kVectors; ++i) {
      const float32x4_t base =
          vfmaq_n_f32(vld1q_f32(tile.bias + i * kLanes), vld1q_f32(tile.column_sums + i * kLanes), offset);
      vst1q_f32(tile.output + row * tile.output_stride + i * kLanes,
                vfmaq_n_f32(base, sums[row][i], tile.row_scales[row]));
    }
  }
}

void multiply_panel(Tile tile, std::size_t rows) {
  for (; rows >= kTileRows; rows -= kTileRows) {
    multiply_tile<kTileRows>(tile);
    tile.move_down(kTileRows);
  }
  for (; rows > 0; --rows) {
    multiply_tile<1>(tile);
    tile.move_down(1);
  }
}

}  // namespace

BlockKernels block_kernels_arm() {
  return {.quantize_row = quantize_row_portable, .multiply_panel = multiply_panel};
}

}  // namespace alcove::models

#endif

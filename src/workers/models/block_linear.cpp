#include "workers/models/block_linear.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "workers/models/encoder_math.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define ALCOVE_AVX2 __attribute__((target("avx2,fma")))
#endif

namespace alcove::models {
namespace {

/// A block is read in groups of four weights: what one 32-bit lane of the kernel holds.
constexpr std::size_t kGroupWeights = 4;
constexpr std::size_t kBlockGroups = kBlockWeights / kGroupWeights;
constexpr float kLevels = 255.0F;

/// What one tile of the kernel works on; the caller has moved the pointers to the panel and the row.
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
};

#if defined(__x86_64__)

/// `kRows` rows × 16 columns.
///
/// Within a block the products are summed in 16 bits: 255 × 8 × 2 (a pair) × 8 (groups) = 32,640 fits, which is why
/// 4-bit weights are fast here; 8-bit weights would have to widen after every multiplication.
template <int kRows>
ALCOVE_AVX2 void multiply_tile(const Tile& tile) {
  const std::size_t blocks = tile.depth / kBlockWeights;
  const __m256i ones = _mm256_set1_epi16(1);
  __m256 sums[kRows][2];
  for (int row = 0; row < kRows; ++row) {
    sums[row][0] = _mm256_setzero_ps();
    sums[row][1] = _mm256_setzero_ps();
  }
  const PanelGroup* weights = tile.groups;
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::uint8_t* values = tile.values + block * kBlockWeights;
    __m256i partial[kRows][2];
    for (int row = 0; row < kRows; ++row) {
      partial[row][0] = _mm256_setzero_si256();
      partial[row][1] = _mm256_setzero_si256();
    }
    for (std::size_t group = 0; group < kBlockGroups; ++group) {
      const auto* lanes = reinterpret_cast<const __m256i*>(weights->weights);
      const __m256i left = _mm256_load_si256(lanes);
      const __m256i right = _mm256_load_si256(lanes + 1);
      ++weights;
      for (int row = 0; row < kRows; ++row) {
        std::int32_t four = 0;
        __builtin_memcpy(&four, values + static_cast<std::size_t>(row) * tile.depth + group * kGroupWeights, 4);
        const __m256i activation = _mm256_set1_epi32(four);
        partial[row][0] = _mm256_add_epi16(partial[row][0], _mm256_maddubs_epi16(activation, left));
        partial[row][1] = _mm256_add_epi16(partial[row][1], _mm256_maddubs_epi16(activation, right));
      }
    }
    const __m256 left_scale = _mm256_loadu_ps(tile.scales + block * kPanelColumns);
    const __m256 right_scale = _mm256_loadu_ps(tile.scales + block * kPanelColumns + 8);
    for (int row = 0; row < kRows; ++row) {
      const __m256 left = _mm256_cvtepi32_ps(_mm256_madd_epi16(partial[row][0], ones));
      const __m256 right = _mm256_cvtepi32_ps(_mm256_madd_epi16(partial[row][1], ones));
      sums[row][0] = _mm256_fmadd_ps(left, left_scale, sums[row][0]);
      sums[row][1] = _mm256_fmadd_ps(right, right_scale, sums[row][1]);
    }
  }
  for (int half = 0; half < 2; ++half) {
    const __m256 column_sum = _mm256_loadu_ps(tile.column_sums + half * 8);
    const __m256 bias = _mm256_loadu_ps(tile.bias + half * 8);
    for (int row = 0; row < kRows; ++row) {
      const __m256 offset = _mm256_fmadd_ps(_mm256_set1_ps(tile.row_offsets[row]), column_sum, bias);
      _mm256_storeu_ps(tile.output + static_cast<std::size_t>(row) * tile.output_stride + half * 8,
                       _mm256_fmadd_ps(_mm256_set1_ps(tile.row_scales[row]), sums[row][half], offset));
    }
  }
}

ALCOVE_AVX2 float largest(__m256 values) {
  __m128 half = _mm_max_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
  half = _mm_max_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

ALCOVE_AVX2 void quantize_row_avx2(const float* input, std::size_t depth, std::uint8_t* out, float& scale,
                                   float& offset) {
  __m256 high = _mm256_loadu_ps(input);
  __m256 low = high;
  for (std::size_t i = 8; i < depth; i += 8) {
    const __m256 value = _mm256_loadu_ps(input + i);
    high = _mm256_max_ps(high, value);
    low = _mm256_min_ps(low, value);
  }
  const float top = largest(high);
  offset = -largest(_mm256_sub_ps(_mm256_setzero_ps(), low));
  scale = (top - offset) / kLevels;
  const __m256 inverse = _mm256_set1_ps(scale > 0 ? 1.0F / scale : 0.0F);
  const __m256 base = _mm256_set1_ps(offset);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (std::size_t i = 0; i < depth; i += 32) {
    __m256i part[4];
    for (std::size_t j = 0; j < 4; ++j) {
      part[j] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_sub_ps(_mm256_loadu_ps(input + i + j * 8), base), inverse));
    }
    const __m256i bytes =
        _mm256_packus_epi16(_mm256_packus_epi32(part[0], part[1]), _mm256_packus_epi32(part[2], part[3]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_permutevar8x32_epi32(bytes, order));
  }
}

#endif

void quantize_row_portable(const float* input, std::size_t depth, std::uint8_t* out, float& scale, float& offset) {
  const auto [low, high] = std::minmax_element(input, input + depth);
  offset = *low;
  scale = (*high - *low) / kLevels;
  const float inverse = scale > 0 ? 1.0F / scale : 0.0F;
  for (std::size_t i = 0; i < depth; ++i) {
    out[i] = static_cast<std::uint8_t>(std::clamp(std::nearbyint((input[i] - offset) * inverse), 0.0F, kLevels));
  }
}

}  // namespace

Result<BlockLinear> BlockLinear::create(std::size_t columns, std::size_t depth, std::span<const std::uint8_t> packed,
                                        std::span<const float> scales, std::span<const float> bias) {
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
  layer.has_avx2_ = has_vector_math();
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
  for (std::size_t row = 0; row < rows; ++row) {
#if defined(__x86_64__)
    if (has_avx2_) {
      quantize_row_avx2(input + row * depth_, depth_, out.values + row * depth_, out.scales[row], out.offsets[row]);
      continue;
    }
#endif
    quantize_row_portable(input + row * depth_, depth_, out.values + row * depth_, out.scales[row], out.offsets[row]);
  }
}

void BlockLinear::multiply(const QuantizedRows& input, std::size_t rows, std::size_t first_panel,
                           std::size_t last_panel, float* output) const {
#if defined(__x86_64__)
  if (has_avx2_) {
    constexpr std::size_t kTileRows = 4;
    const std::size_t blocks = depth_ / kBlockWeights;
    for (std::size_t panel = first_panel; panel < last_panel; ++panel) {
      const std::size_t column = panel * kPanelColumns;
      Tile tile{.groups = groups_.data() + panel * blocks * kBlockGroups,
                .scales = scales_.data() + panel * blocks * kPanelColumns,
                .column_sums = column_sums_.data() + column,
                .bias = bias_.data() + column,
                .values = nullptr,
                .row_scales = nullptr,
                .row_offsets = nullptr,
                .output = nullptr,
                .depth = depth_,
                .output_stride = columns_};
      for (std::size_t row = 0; row < rows; row += kTileRows) {
        tile.values = input.values + row * depth_;
        tile.row_scales = input.scales + row;
        tile.row_offsets = input.offsets + row;
        tile.output = output + row * columns_ + column;
        switch (std::min(kTileRows, rows - row)) {
          case 1: multiply_tile<1>(tile); break;
          case 2: multiply_tile<2>(tile); break;
          case 3: multiply_tile<3>(tile); break;
          default: multiply_tile<4>(tile); break;
        }
      }
    }
    return;
  }
#endif
  multiply_portable(input, rows, first_panel, last_panel, output);
}

void BlockLinear::multiply_portable(const QuantizedRows& input, std::size_t rows, std::size_t first_panel,
                                    std::size_t last_panel, float* output) const {
  const std::size_t blocks = depth_ / kBlockWeights;
  for (std::size_t column = first_panel * kPanelColumns; column < last_panel * kPanelColumns; ++column) {
    const std::size_t panel = column / kPanelColumns;
    const std::size_t lane = column % kPanelColumns;
    for (std::size_t row = 0; row < rows; ++row) {
      float sum = 0;
      for (std::size_t block = 0; block < blocks; ++block) {
        const PanelGroup* groups = groups_.data() + (panel * blocks + block) * kBlockGroups;
        const std::uint8_t* values = input.values + row * depth_ + block * kBlockWeights;
        int products = 0;
        for (std::size_t i = 0; i < kBlockWeights; ++i) {
          products += values[i] * groups[i / kGroupWeights].weights[lane * kGroupWeights + i % kGroupWeights];
        }
        sum += static_cast<float>(products) * scales_[(panel * blocks + block) * kPanelColumns + lane];
      }
      output[row * columns_ + column] =
          input.scales[row] * sum + input.offsets[row] * column_sums_[column] + bias_[column];
    }
  }
}

}  // namespace alcove::models

#include "workers/models/block_kernels.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <utility>

#define ALCOVE_SSSE3 __attribute__((target("ssse3")))
#define ALCOVE_AVX2 __attribute__((target("avx2,fma")))
#define ALCOVE_AVX_VNNI __attribute__((target("avx2,fma,avxvnni")))
#define ALCOVE_AVX512_VNNI __attribute__((target("avx512f,avx512vnni")))

namespace alcove::models {
namespace {

/// Four activations of one row: what is multiplied with a group of weights.
inline std::int32_t four_values(const Tile& tile, int row, std::size_t first) {
  std::int32_t four = 0;
  __builtin_memcpy(&four, tile.values + static_cast<std::size_t>(row) * tile.depth + first, sizeof four);
  return four;
}

/// Scales the sums of a row and adds what the activation's offset and the bias contribute.
ALCOVE_AVX2 inline void store_row(const Tile& tile, int row, int half, __m256 sum) {
  const __m256 offset =
      _mm256_fmadd_ps(_mm256_set1_ps(tile.row_offsets[row]), _mm256_loadu_ps(tile.column_sums + half * 8),
                      _mm256_loadu_ps(tile.bias + half * 8));
  _mm256_storeu_ps(tile.output + static_cast<std::size_t>(row) * tile.output_stride + half * 8,
                   _mm256_fmadd_ps(_mm256_set1_ps(tile.row_scales[row]), sum, offset));
}

/// `kRows` rows × 16 columns, four of them in a register.
template <int kRows>
ALCOVE_SSSE3 void multiply_ssse3(const Tile& tile) {
  constexpr int kVectors = 4;
  const __m128i ones = _mm_set1_epi16(1);
  __m128 sums[kRows][kVectors];
  for (auto& row : sums) {
    for (__m128& sum : row) {
      sum = _mm_setzero_ps();
    }
  }
  const PanelGroup* weights = tile.groups;
  const float* scales = tile.scales;
  for (std::size_t first = 0; first < tile.depth; first += kBlockWeights, scales += kPanelColumns) {
    __m128i partial[kRows][kVectors];
    for (auto& row : partial) {
      for (__m128i& part : row) {
        part = _mm_setzero_si128();
      }
    }
    for (std::size_t group = 0; group < kBlockGroups; ++group, ++weights) {
      const auto* lanes = reinterpret_cast<const __m128i*>(weights->weights);
      for (int row = 0; row < kRows; ++row) {
        const __m128i activation = _mm_set1_epi32(four_values(tile, row, first + group * kGroupWeights));
        for (int i = 0; i < kVectors; ++i) {
          partial[row][i] = _mm_add_epi16(partial[row][i], _mm_maddubs_epi16(activation, _mm_load_si128(lanes + i)));
        }
      }
    }
    for (int row = 0; row < kRows; ++row) {
      for (int i = 0; i < kVectors; ++i) {
        const __m128 sum = _mm_cvtepi32_ps(_mm_madd_epi16(partial[row][i], ones));
        sums[row][i] = _mm_add_ps(sums[row][i], _mm_mul_ps(sum, _mm_loadu_ps(scales + i * 4)));
      }
    }
  }
  for (int row = 0; row < kRows; ++row) {
    for (int i = 0; i < kVectors; ++i) {
      const __m128 offset =
          _mm_add_ps(_mm_mul_ps(_mm_set1_ps(tile.row_offsets[row]), _mm_loadu_ps(tile.column_sums + i * 4)),
                     _mm_loadu_ps(tile.bias + i * 4));
      _mm_storeu_ps(tile.output + static_cast<std::size_t>(row) * tile.output_stride + i * 4,
                    _mm_add_ps(_mm_mul_ps(_mm_set1_ps(tile.row_scales[row]), sums[row][i]), offset));
    }
  }
}

/// The same, eight columns in a register.
///
/// Within a block the products are summed in 16 bits: 255 × 8 × 2 (a pair) × 8 (groups) = 32,640 fits, which is why
/// 4-bit weights are fast here; 8-bit weights would have to widen after every multiplication.
template <int kRows>
ALCOVE_AVX2 void multiply_avx2(const Tile& tile) {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256 sums[kRows][2];
  for (auto& sum : sums) {
    sum[0] = sum[1] = _mm256_setzero_ps();
  }
  const PanelGroup* weights = tile.groups;
  const float* scales = tile.scales;
  for (std::size_t first = 0; first < tile.depth; first += kBlockWeights, scales += kPanelColumns) {
    __m256i partial[kRows][2];
    for (auto& part : partial) {
      part[0] = part[1] = _mm256_setzero_si256();
    }
    for (std::size_t group = 0; group < kBlockGroups; ++group, ++weights) {
      const auto* lanes = reinterpret_cast<const __m256i*>(weights->weights);
      const __m256i left = _mm256_load_si256(lanes);
      const __m256i right = _mm256_load_si256(lanes + 1);
      for (int row = 0; row < kRows; ++row) {
        const __m256i activation = _mm256_set1_epi32(four_values(tile, row, first + group * kGroupWeights));
        partial[row][0] = _mm256_add_epi16(partial[row][0], _mm256_maddubs_epi16(activation, left));
        partial[row][1] = _mm256_add_epi16(partial[row][1], _mm256_maddubs_epi16(activation, right));
      }
    }
    for (int row = 0; row < kRows; ++row) {
      for (int half = 0; half < 2; ++half) {
        const __m256 sum = _mm256_cvtepi32_ps(_mm256_madd_epi16(partial[row][half], ones));
        sums[row][half] = _mm256_fmadd_ps(sum, _mm256_loadu_ps(scales + half * 8), sums[row][half]);
      }
    }
  }
  for (int row = 0; row < kRows; ++row) {
    store_row(tile, row, 0, sums[row][0]);
    store_row(tile, row, 1, sums[row][1]);
  }
}

/// As multiply_avx2, with one instruction for four products and their sum in 32 bits.
template <int kRows>
ALCOVE_AVX_VNNI void multiply_avx_vnni(const Tile& tile) {
  __m256 sums[kRows][2];
  for (auto& sum : sums) {
    sum[0] = sum[1] = _mm256_setzero_ps();
  }
  const PanelGroup* weights = tile.groups;
  const float* scales = tile.scales;
  for (std::size_t first = 0; first < tile.depth; first += kBlockWeights, scales += kPanelColumns) {
    __m256i partial[kRows][2];
    for (auto& part : partial) {
      part[0] = part[1] = _mm256_setzero_si256();
    }
    for (std::size_t group = 0; group < kBlockGroups; ++group, ++weights) {
      const auto* lanes = reinterpret_cast<const __m256i*>(weights->weights);
      const __m256i left = _mm256_load_si256(lanes);
      const __m256i right = _mm256_load_si256(lanes + 1);
      for (int row = 0; row < kRows; ++row) {
        const __m256i activation = _mm256_set1_epi32(four_values(tile, row, first + group * kGroupWeights));
        partial[row][0] = _mm256_dpbusd_avx_epi32(partial[row][0], activation, left);
        partial[row][1] = _mm256_dpbusd_avx_epi32(partial[row][1], activation, right);
      }
    }
    for (int row = 0; row < kRows; ++row) {
      for (int half = 0; half < 2; ++half) {
        sums[row][half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(partial[row][half]), _mm256_loadu_ps(scales + half * 8),
                                          sums[row][half]);
      }
    }
  }
  for (int row = 0; row < kRows; ++row) {
    store_row(tile, row, 0, sums[row][0]);
    store_row(tile, row, 1, sums[row][1]);
  }
}

/// The same in 512 bits: a group of weights of all 16 columns is one register.
template <int kRows>
ALCOVE_AVX512_VNNI void multiply_avx512_vnni(const Tile& tile) {
  __m512 sums[kRows];
  for (__m512& sum : sums) {
    sum = _mm512_setzero_ps();
  }
  const PanelGroup* weights = tile.groups;
  const float* scales = tile.scales;
  for (std::size_t first = 0; first < tile.depth; first += kBlockWeights, scales += kPanelColumns) {
    __m512i partial[kRows];
    for (__m512i& part : partial) {
      part = _mm512_setzero_si512();
    }
    for (std::size_t group = 0; group < kBlockGroups; ++group, ++weights) {
      const __m512i lanes = _mm512_load_si512(weights->weights);
      for (int row = 0; row < kRows; ++row) {
        const __m512i activation = _mm512_set1_epi32(four_values(tile, row, first + group * kGroupWeights));
        partial[row] = _mm512_dpbusd_epi32(partial[row], activation, lanes);
      }
    }
    const __m512 scale = _mm512_loadu_ps(scales);
    for (int row = 0; row < kRows; ++row) {
      sums[row] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(partial[row]), scale, sums[row]);
    }
  }
  const __m512 column_sums = _mm512_loadu_ps(tile.column_sums);
  const __m512 bias = _mm512_loadu_ps(tile.bias);
  for (int row = 0; row < kRows; ++row) {
    const __m512 offset = _mm512_fmadd_ps(_mm512_set1_ps(tile.row_offsets[row]), column_sums, bias);
    _mm512_storeu_ps(tile.output + static_cast<std::size_t>(row) * tile.output_stride,
                     _mm512_fmadd_ps(_mm512_set1_ps(tile.row_scales[row]), sums[row], offset));
  }
}

/// Rows that share one pass over the weights: as many as the registers hold sums for.
constexpr std::size_t kTileRows128 = 2;
constexpr std::size_t kTileRows256 = 4;
constexpr std::size_t kTileRows512 = 12;

using MultiplyTile = void (*)(const Tile&);

template <int... kRows>
constexpr std::array<MultiplyTile, sizeof...(kRows)> tiles_ssse3(std::integer_sequence<int, kRows...> /*rows*/) {
  return {multiply_ssse3<kRows + 1>...};
}
template <int... kRows>
constexpr std::array<MultiplyTile, sizeof...(kRows)> tiles_avx2(std::integer_sequence<int, kRows...> /*rows*/) {
  return {multiply_avx2<kRows + 1>...};
}
template <int... kRows>
constexpr std::array<MultiplyTile, sizeof...(kRows)> tiles_avx_vnni(std::integer_sequence<int, kRows...> /*rows*/) {
  return {multiply_avx_vnni<kRows + 1>...};
}
template <int... kRows>
constexpr std::array<MultiplyTile, sizeof...(kRows)> tiles_avx512_vnni(std::integer_sequence<int, kRows...> /*rows*/) {
  return {multiply_avx512_vnni<kRows + 1>...};
}
constexpr auto kTilesSsse3 = tiles_ssse3(std::make_integer_sequence<int, kTileRows128>());
constexpr auto kTilesAvx2 = tiles_avx2(std::make_integer_sequence<int, kTileRows256>());
constexpr auto kTilesAvxVnni = tiles_avx_vnni(std::make_integer_sequence<int, kTileRows256>());
constexpr auto kTilesAvx512Vnni = tiles_avx512_vnni(std::make_integer_sequence<int, kTileRows512>());

/// `kTiles` holds the kernel for 1, 2, 3 … rows.
template <const auto& kTiles>
void multiply_panel(Tile tile, std::size_t rows) {
  while (rows > 0) {
    const std::size_t count = std::min(rows, kTiles.size());
    kTiles[count - 1](tile);
    tile.move_down(count);
    rows -= count;
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

}  // namespace

BlockKernels block_kernels_x86(Instructions instructions) {
  switch (instructions) {
    case Instructions::kAvx512Vnni:
      return {.quantize_row = quantize_row_avx2, .multiply_panel = multiply_panel<kTilesAvx512Vnni>};
    case Instructions::kAvxVnni:
      return {.quantize_row = quantize_row_avx2, .multiply_panel = multiply_panel<kTilesAvxVnni>};
    case Instructions::kSsse3:
      return {.quantize_row = quantize_row_portable, .multiply_panel = multiply_panel<kTilesSsse3>};
    default: return {.quantize_row = quantize_row_avx2, .multiply_panel = multiply_panel<kTilesAvx2>};
  }
}

}  // namespace alcove::models

#endif

#include "workers/models/encoder_math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "workers/models/instructions.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define ALCOVE_AVX2 __attribute__((target("avx2,fma")))
#endif

namespace alcove::models {
namespace {

/// Keys are scored in runs of this many; the last run is filled up with keys that get no weight.
constexpr std::size_t kKeyRun = 16;
/// Queries that share one pass over the keys: twelve sums of a run, and two keys and a query, fill the registers.
constexpr std::size_t kQueryTile = 6;

std::size_t padded_keys(std::size_t tokens) {
  return (tokens + kKeyRun - 1) / kKeyRun * kKeyRun;
}

/// One head's share of the scratch memory.
struct HeadScratch {
  float* keys;    ///< runs of kKeyRun keys, each head_size × kKeyRun: transposed and divided by √head_size
  float* values;  ///< tokens × head_size
  float* scores;  ///< kQueryTile × padded keys
};

void pack_head(const AttentionShape& shape, const float* mixed, const HeadScratch& scratch) {
  const std::size_t keys = padded_keys(shape.tokens);
  const float scale = 1.0F / std::sqrt(static_cast<float>(shape.head_size));
  std::fill(scratch.keys, scratch.keys + shape.head_size * keys, 0.0F);
  for (std::size_t token = 0; token < shape.tokens; ++token) {
    const float* const key = mixed + token * 3 * shape.hidden() + shape.hidden();
    float* const run = scratch.keys + token / kKeyRun * kKeyRun * shape.head_size + token % kKeyRun;
    for (std::size_t i = 0; i < shape.head_size; ++i) {
      run[i * kKeyRun] = key[i] * scale;
    }
    std::copy_n(key + shape.hidden(), shape.head_size, scratch.values + token * shape.head_size);
  }
}

/// One query of one head, where there is no AVX2: plain loops over packed keys, which compilers make vectors of.
void attend_query(const AttentionShape& shape, const float* query, const HeadScratch& scratch, float* output) {
  const std::size_t keys = padded_keys(shape.tokens);
  for (std::size_t key = 0; key < keys; key += kKeyRun) {
    const float* const run = scratch.keys + key * shape.head_size;
    float sums[kKeyRun] = {};
    for (std::size_t i = 0; i < shape.head_size; ++i) {
      for (std::size_t lane = 0; lane < kKeyRun; ++lane) {
        sums[lane] += query[i] * run[i * kKeyRun + lane];
      }
    }
    std::copy_n(sums, kKeyRun, scratch.scores + key);
  }
  const float top = *std::max_element(scratch.scores, scratch.scores + shape.tokens);
  float sum = 0;
  for (std::size_t token = 0; token < shape.tokens; ++token) {
    scratch.scores[token] = std::exp(scratch.scores[token] - top);
    sum += scratch.scores[token];
  }
  std::fill(output, output + shape.head_size, 0.0F);
  for (std::size_t token = 0; token < shape.tokens; ++token) {
    const float weight = scratch.scores[token] / sum;
    const float* const value = scratch.values + token * shape.head_size;
    for (std::size_t i = 0; i < shape.head_size; ++i) {
      output[i] += weight * value[i];
    }
  }
}

#if defined(__x86_64__)

/// eˣ for x ≤ 0, relative error below 2e-7: 2ⁿ · e^r with |r| ≤ ln 2 / 2, e^r by the polynomial of Cephes' expf.
ALCOVE_AVX2 inline __m256 exp_of(__m256 x) {
  x = _mm256_max_ps(x, _mm256_set1_ps(-87.0F));
  const __m256 n =
      _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504F)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  // ln 2 in two parts, so that n · ln 2 is exact enough.
  __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375F), x);
  r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4F), r);
  __m256 p = _mm256_set1_ps(1.9875691500e-4F);
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.3981999507e-3F));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(8.3334519073e-3F));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(4.1665795894e-2F));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.6666665459e-1F));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(5.0000001201e-1F));
  p = _mm256_fmadd_ps(p, _mm256_mul_ps(r, r), _mm256_add_ps(r, _mm256_set1_ps(1.0F)));
  const __m256i power = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
  return _mm256_mul_ps(p, _mm256_castsi256_ps(power));
}

ALCOVE_AVX2 inline float sum_of(__m256 values) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

ALCOVE_AVX2 inline float maximum_of(__m256 values) {
  __m128 half = _mm_max_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
  half = _mm_max_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

/// Scores of `kQueries` queries against all keys, then their softmax without the division; returns 1 / sum of each.
template <std::size_t kQueries>
ALCOVE_AVX2 void weigh_keys(const AttentionShape& shape, const float* queries, std::size_t stride,
                            const HeadScratch& scratch, float* inverse_sums) {
  const std::size_t keys = padded_keys(shape.tokens);
  for (std::size_t key = 0; key < keys; key += kKeyRun) {
    __m256 sums[kQueries][2];
    for (auto& sum : sums) {
      sum[0] = _mm256_setzero_ps();
      sum[1] = _mm256_setzero_ps();
    }
    const float* const run = scratch.keys + key * shape.head_size;
    for (std::size_t i = 0; i < shape.head_size; ++i) {
      const __m256 left = _mm256_loadu_ps(run + i * kKeyRun);
      const __m256 right = _mm256_loadu_ps(run + i * kKeyRun + 8);
      for (std::size_t query = 0; query < kQueries; ++query) {
        const __m256 value = _mm256_broadcast_ss(queries + query * stride + i);
        sums[query][0] = _mm256_fmadd_ps(value, left, sums[query][0]);
        sums[query][1] = _mm256_fmadd_ps(value, right, sums[query][1]);
      }
    }
    for (std::size_t query = 0; query < kQueries; ++query) {
      _mm256_storeu_ps(scratch.scores + query * keys + key, sums[query][0]);
      _mm256_storeu_ps(scratch.scores + query * keys + key + 8, sums[query][1]);
    }
  }
  for (std::size_t query = 0; query < kQueries; ++query) {
    float* const scores = scratch.scores + query * keys;
    std::fill(scores + shape.tokens, scores + keys, -std::numeric_limits<float>::infinity());
    __m256 highest = _mm256_loadu_ps(scores);
    for (std::size_t key = 8; key < keys; key += 8) {
      highest = _mm256_max_ps(highest, _mm256_loadu_ps(scores + key));
    }
    const __m256 top = _mm256_set1_ps(maximum_of(highest));
    __m256 sum = _mm256_setzero_ps();
    for (std::size_t key = 0; key < keys; key += 8) {
      const __m256 weight = exp_of(_mm256_sub_ps(_mm256_loadu_ps(scores + key), top));
      _mm256_storeu_ps(scores + key, weight);
      sum = _mm256_add_ps(sum, weight);
    }
    inverse_sums[query] = 1.0F / sum_of(sum);
  }
}

/// Values summed by the weights of `kQueries` queries, `kVectors` × 8 columns of them.
template <std::size_t kQueries, std::size_t kVectors>
ALCOVE_AVX2 void sum_columns(const AttentionShape& shape, const float* weights, const float* values,
                             const float* inverse_sums, float* output) {
  const std::size_t keys = padded_keys(shape.tokens);
  __m256 sums[kQueries][kVectors];
  for (auto& row : sums) {
    for (__m256& sum : row) {
      sum = _mm256_setzero_ps();
    }
  }
  for (std::size_t token = 0; token < shape.tokens; ++token) {
    for (std::size_t i = 0; i < kVectors; ++i) {
      const __m256 value = _mm256_loadu_ps(values + token * shape.head_size + i * 8);
      for (std::size_t query = 0; query < kQueries; ++query) {
        sums[query][i] = _mm256_fmadd_ps(_mm256_broadcast_ss(weights + query * keys + token), value, sums[query][i]);
      }
    }
  }
  for (std::size_t query = 0; query < kQueries; ++query) {
    for (std::size_t i = 0; i < kVectors; ++i) {
      _mm256_storeu_ps(output + query * shape.hidden() + i * 8,
                       _mm256_mul_ps(sums[query][i], _mm256_set1_ps(inverse_sums[query])));
    }
  }
}

/// All columns of one head for `kQueries` queries.
template <std::size_t kQueries>
ALCOVE_AVX2 void attend_queries(const AttentionShape& shape, const float* queries, const HeadScratch& scratch,
                                float* output) {
  constexpr std::size_t kVectors = 4;
  constexpr std::size_t kTogether = std::min<std::size_t>(kQueries, 3);
  float inverse_sums[kQueries];
  weigh_keys<kQueries>(shape, queries, 3 * shape.hidden(), scratch, inverse_sums);
  const std::size_t keys = padded_keys(shape.tokens);
  for (std::size_t query = 0; query < kQueries; query += kTogether) {
    const float* const weights = scratch.scores + query * keys;
    float* const row = output + query * shape.hidden();
    std::size_t column = 0;
    for (; column + 8 * kVectors <= shape.head_size; column += 8 * kVectors) {
      sum_columns<kTogether, kVectors>(shape, weights, scratch.values + column, inverse_sums + query, row + column);
    }
    for (; column < shape.head_size; column += 8) {
      sum_columns<kTogether, 1>(shape, weights, scratch.values + column, inverse_sums + query, row + column);
    }
  }
}

ALCOVE_AVX2 void add_norm_row(const NormWeights& weights, std::size_t width, const float* left, const float* right,
                              float* output) {
  __m256 sum = _mm256_setzero_ps();
  for (std::size_t i = 0; i < width; i += 8) {
    const __m256 value = _mm256_add_ps(_mm256_loadu_ps(left + i), _mm256_loadu_ps(right + i));
    _mm256_storeu_ps(output + i, value);
    sum = _mm256_add_ps(sum, value);
  }
  const __m256 mean = _mm256_set1_ps(sum_of(sum) / static_cast<float>(width));
  __m256 squares = _mm256_setzero_ps();
  for (std::size_t i = 0; i < width; i += 8) {
    const __m256 distance = _mm256_sub_ps(_mm256_loadu_ps(output + i), mean);
    squares = _mm256_fmadd_ps(distance, distance, squares);
  }
  const float variance = sum_of(squares) / static_cast<float>(width);
  const __m256 inverse = _mm256_set1_ps(1.0F / std::sqrt(variance + weights.epsilon));
  for (std::size_t i = 0; i < width; i += 8) {
    const __m256 value = _mm256_mul_ps(_mm256_sub_ps(_mm256_loadu_ps(output + i), mean), inverse);
    _mm256_storeu_ps(output + i,
                     _mm256_fmadd_ps(value, _mm256_loadu_ps(weights.scale + i), _mm256_loadu_ps(weights.bias + i)));
  }
}

#endif

}  // namespace

std::size_t attention_scratch(const AttentionShape& shape) {
  const std::size_t keys = padded_keys(shape.tokens);
  return keys * shape.head_size + shape.tokens * shape.head_size + kQueryTile * keys;
}

void attend(const AttentionShape& shape, const float* mixed, std::span<float> scratch, float* output) {
  const std::size_t keys = padded_keys(shape.tokens);
  HeadScratch head{.keys = scratch.data(), .values = nullptr, .scores = nullptr};
  head.values = head.keys + keys * shape.head_size;
  head.scores = head.values + shape.tokens * shape.head_size;
  for (std::size_t number = 0; number < shape.heads; ++number) {
    const std::size_t column = number * shape.head_size;
    pack_head(shape, mixed + column, head);
    std::size_t query = 0;
#if defined(__x86_64__)
    if (has_avx2()) {
      for (; query + kQueryTile <= shape.tokens; query += kQueryTile) {
        attend_queries<kQueryTile>(shape, mixed + query * 3 * shape.hidden() + column, head,
                                   output + query * shape.hidden() + column);
      }
      for (; query < shape.tokens; ++query) {
        attend_queries<1>(shape, mixed + query * 3 * shape.hidden() + column, head,
                          output + query * shape.hidden() + column);
      }
    }
#endif
    for (; query < shape.tokens; ++query) {
      attend_query(shape, mixed + query * 3 * shape.hidden() + column, head, output + query * shape.hidden() + column);
    }
  }
}

void attend_portable(const AttentionShape& shape, const float* mixed, float* output) {
  const std::size_t hidden = shape.hidden();
  const float scale = 1.0F / std::sqrt(static_cast<float>(shape.head_size));
  std::vector<float> weights(shape.tokens);
  for (std::size_t column = 0; column < hidden; column += shape.head_size) {
    for (std::size_t query = 0; query < shape.tokens; ++query) {
      const float* const wanted = mixed + query * 3 * hidden + column;
      for (std::size_t token = 0; token < shape.tokens; ++token) {
        const float* const key = mixed + token * 3 * hidden + hidden + column;
        weights[token] = 0;
        for (std::size_t i = 0; i < shape.head_size; ++i) {
          weights[token] += wanted[i] * key[i] * scale;
        }
      }
      const float top = *std::max_element(weights.begin(), weights.end());
      float sum = 0;
      for (float& weight : weights) {
        weight = std::exp(weight - top);
        sum += weight;
      }
      float* const row = output + query * hidden + column;
      std::fill(row, row + shape.head_size, 0.0F);
      for (std::size_t token = 0; token < shape.tokens; ++token) {
        const float* const value = mixed + token * 3 * hidden + 2 * hidden + column;
        for (std::size_t i = 0; i < shape.head_size; ++i) {
          row[i] += weights[token] / sum * value[i];
        }
      }
    }
  }
}

void add_norm(const NormWeights& weights, std::size_t rows, std::size_t width, const float* left, const float* right,
              float* output) {
#if defined(__x86_64__)
  if (has_avx2()) {
    for (std::size_t row = 0; row < rows; ++row) {
      add_norm_row(weights, width, left + row * width, right + row * width, output + row * width);
    }
    return;
  }
#endif
  add_norm_portable(weights, rows, width, left, right, output);
}

void add_norm_portable(const NormWeights& weights, std::size_t rows, std::size_t width, const float* left,
                       const float* right, float* output) {
  for (std::size_t row = 0; row < rows; ++row, left += width, right += width, output += width) {
    float sum = 0;
    for (std::size_t i = 0; i < width; ++i) {
      output[i] = left[i] + right[i];
      sum += output[i];
    }
    const float mean = sum / static_cast<float>(width);
    float squares = 0;
    for (std::size_t i = 0; i < width; ++i) {
      squares += (output[i] - mean) * (output[i] - mean);
    }
    const float inverse = 1.0F / std::sqrt(squares / static_cast<float>(width) + weights.epsilon);
    for (std::size_t i = 0; i < width; ++i) {
      output[i] = (output[i] - mean) * inverse * weights.scale[i] + weights.bias[i];
    }
  }
}

}  // namespace alcove::models

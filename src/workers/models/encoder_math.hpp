#pragma once
/// @file
/// What an encoder layer does besides its linear layers: attention within one text, and sum with normalisation.
///
/// ONNX Runtime's own operators for these took a third of a passage's time on a CPU with AVX2; these take a tenth.
/// Each has a vector form (AVX2 and FMA), used where the processor has that, and a portable one that says what it
/// computes.

#include <cstddef>
#include <span>

namespace alcove::models {

/// Widths of self-attention. Requires: head_size a multiple of 8.
struct AttentionShape {
  std::size_t tokens = 0;
  std::size_t heads = 0;
  std::size_t head_size = 0;
  [[nodiscard]] std::size_t hidden() const { return heads * head_size; }
};

/// Floats of scratch memory that `attend` needs.
std::size_t attention_scratch(const AttentionShape& shape);

/// softmax(q · kᵀ / √head_size) · v, head by head. `mixed` is tokens × 3 hidden: query, key and value of each token
/// side by side; `output` is tokens × hidden.
void attend(const AttentionShape& shape, const float* mixed, std::span<float> scratch, float* output);
void attend_portable(const AttentionShape& shape, const float* mixed, float* output);

/// Weights of one layer normalisation.
struct NormWeights {
  const float* scale;
  const float* bias;
  float epsilon;
};

/// output = norm(left + right), row by row of `width` floats. Requires: width a multiple of 8.
void add_norm(const NormWeights& weights, std::size_t rows, std::size_t width, const float* left, const float* right,
              float* output);
void add_norm_portable(const NormWeights& weights, std::size_t rows, std::size_t width, const float* left,
                       const float* right, float* output);

}  // namespace alcove::models

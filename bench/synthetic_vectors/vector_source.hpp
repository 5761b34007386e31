#pragma once
/// @file
/// Vectors that lie as the model's do: a common direction (cosines between unrelated texts are about 0.75) plus normal
/// noise.

#include <cstdint>
#include <random>
#include <vector>

#include "wire/artefacts.hpp"
#include "workers/models/embedder.hpp"

namespace alcove::bench {

/// Chosen so that two vectors have a cosine of about 0.75, as e5 gives unrelated texts.
inline constexpr double kCommonShare = 1.73;

class VectorSource {
 public:
  explicit VectorSource(std::size_t dimensions, std::uint64_t seed = 8420) : dimensions_(dimensions), random_(seed) {}

  wire::VectorsArtefact make(std::uint32_t count) {
    wire::VectorsArtefact vectors;
    vectors.dimensions = static_cast<std::uint32_t>(dimensions_);
    std::vector<float> row(dimensions_);
    for (std::uint32_t i = 0; i < count; ++i) {
      for (float& value : row) {
        value = static_cast<float>(kCommonShare + noise_(random_));
      }
      const models::QuantizedVector quantized = models::quantize_unit(row);
      vectors.scales.push_back(quantized.scale);
      vectors.values.insert(vectors.values.end(), quantized.values.begin(), quantized.values.end());
    }
    return vectors;
  }

 private:
  std::size_t dimensions_;
  std::mt19937_64 random_;
  std::normal_distribution<double> noise_{0, 1};
};

}  // namespace alcove::bench

#include "workers/models/encoder_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace alcove::models {
namespace {

constexpr std::uint32_t kSeed = 11;

std::vector<float> random_values(std::size_t count, float size) {
  std::mt19937 random(kSeed);
  std::normal_distribution<float> normal(0, size);
  std::vector<float> values(count);
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

TEST(Attention, VectorAndPortableCodeAgreeAtEveryLength) {
  for (const std::size_t tokens : {1UL, 2UL, 3UL, 4UL, 5UL, 15UL, 16UL, 17UL, 63UL, 130UL}) {
    for (const std::size_t head_size : {8UL, 32UL, 40UL, 64UL}) {
      const AttentionShape shape{.tokens = tokens, .heads = 3, .head_size = head_size};
      const auto mixed = random_values(tokens * 3 * shape.hidden(), 2);
      std::vector<float> scratch(attention_scratch(shape));
      std::vector<float> fast(tokens * shape.hidden());
      std::vector<float> plain(fast.size());
      attend(shape, mixed.data(), scratch, fast.data());
      attend_portable(shape, mixed.data(), plain.data());
      for (std::size_t i = 0; i < fast.size(); ++i) {
        ASSERT_NEAR(fast[i], plain[i], 1e-4) << tokens << " tokens, head of " << head_size;
      }
    }
  }
}

TEST(Attention, SurvivesScoresThatAreFarApart) {
  const AttentionShape shape{.tokens = 20, .heads = 1, .head_size = 8};
  const auto mixed = random_values(shape.tokens * 24, 60);
  std::vector<float> scratch(attention_scratch(shape));
  std::vector<float> fast(shape.tokens * 8);
  std::vector<float> plain(fast.size());
  attend(shape, mixed.data(), scratch, fast.data());
  attend_portable(shape, mixed.data(), plain.data());
  for (std::size_t i = 0; i < fast.size(); ++i) {
    ASSERT_NEAR(fast[i], plain[i], 0.01);
  }
}

TEST(AddNorm, VectorAndPortableCodeAgree) {
  constexpr std::size_t kRows = 5;
  constexpr std::size_t kWidth = 48;
  const auto left = random_values(kRows * kWidth, 3);
  const auto right = random_values(kRows * kWidth + 1, 1);
  const auto scale = random_values(kWidth, 1);
  const auto bias = random_values(kWidth, 1);
  const NormWeights weights{.scale = scale.data(), .bias = bias.data(), .epsilon = 1e-12F};
  std::vector<float> fast(kRows * kWidth);
  std::vector<float> plain(fast.size());
  add_norm(weights, kRows, kWidth, left.data(), right.data() + 1, fast.data());
  add_norm_portable(weights, kRows, kWidth, left.data(), right.data() + 1, plain.data());
  for (std::size_t i = 0; i < fast.size(); ++i) {
    ASSERT_NEAR(fast[i], plain[i], 1e-4);
  }
}

TEST(AddNorm, RowsHaveMeanZeroAndVarianceOneBeforeTheirWeights) {
  const std::vector<float> ones(16, 1.0F);
  const std::vector<float> zeros(16, 0.0F);
  const auto left = random_values(16, 5);
  std::vector<float> output(16);
  add_norm({.scale = ones.data(), .bias = zeros.data(), .epsilon = 0}, 1, 16, left.data(), zeros.data(), output.data());
  float sum = 0;
  float squares = 0;
  for (const float value : output) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum, 0, 1e-4);
  EXPECT_NEAR(squares / 16, 1, 1e-4);
}

}  // namespace
}  // namespace alcove::models

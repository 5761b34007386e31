#include "workers/models/block_linear.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace alcove::models {
namespace {

constexpr std::uint32_t kSeed = 7;

/// A random layer, random rows, and the exact product in double precision.
struct Case {
  std::size_t columns, depth, rows;
  std::vector<std::uint8_t> packed;
  std::vector<float> scales, bias, input;
  std::vector<double> exact;

  Case(std::size_t columns_, std::size_t depth_, std::size_t rows_)
      : columns(columns_),
        depth(depth_),
        rows(rows_),
        packed(columns * depth / 2),
        scales(columns * depth / 32),
        bias(columns),
        input(rows * depth),
        exact(rows * columns) {
    std::mt19937 random(kSeed);
    std::normal_distribution<float> normal;
    std::ranges::generate(packed, [&] { return static_cast<std::uint8_t>(random()); });
    std::ranges::generate(scales, [&] { return 0.01F + std::abs(normal(random)) / 50; });
    std::ranges::generate(bias, [&] { return normal(random); });
    std::ranges::generate(input, [&] { return normal(random); });
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        double sum = static_cast<double>(bias[column]);
        for (std::size_t i = 0; i < depth; ++i) {
          const unsigned byte = packed[(column * depth + i) / 2];
          const int weight = static_cast<int>(i % 2 == 0 ? byte & 0x0FU : byte >> 4U) - 8;
          sum += static_cast<double>(scales[(column * depth + i) / 32]) * weight *
                 static_cast<double>(input[row * depth + i]);
        }
        exact[row * columns + column] = sum;
      }
    }
  }
};

struct Rounded {
  std::vector<std::uint8_t> values;
  std::vector<float> scales, offsets;
  QuantizedRows rows;
  Rounded(const BlockLinear& layer, const float* input, std::size_t count)
      : values(count * layer.depth()),
        scales(count),
        offsets(count),
        rows{.values = values.data(), .scales = scales.data(), .offsets = offsets.data()} {
    layer.quantize(input, count, rows);
  }
};

TEST(BlockLinear, IsTheProductUpToTheRoundingOfActivations) {
  for (const std::size_t rows : {1UL, 2UL, 3UL, 4UL, 5UL, 13UL}) {
    const Case example(48, 96, rows);
    const auto layer = BlockLinear::create(48, 96, example.packed, example.scales, example.bias);
    ASSERT_TRUE(layer.has_value());
    const Rounded rounded(*layer, example.input.data(), rows);
    std::vector<float> output(rows * 48);
    layer->multiply(rounded.rows, rows, 0, layer->panels(), output.data());
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      error += std::pow(static_cast<double>(output[i]) - example.exact[i], 2);
      size += std::pow(example.exact[i], 2);
    }
    EXPECT_LT(std::sqrt(error / size), 0.01);
  }
}

TEST(BlockLinear, EverySetOfInstructionsComputesWhatPortableCodeDoes) {
  constexpr std::size_t kColumns = 64;
  constexpr std::size_t kDepth = 384;
  // Every remainder of the kernels' tiles of rows.
  for (const std::size_t rows : {1UL, 2UL, 3UL, 4UL, 5UL, 7UL, 11UL, 12UL, 13UL, 30UL}) {
    const Case example(kColumns, kDepth, rows);
    std::vector<float> plain(rows * kColumns);
    for (const Instructions instructions : usable_instructions()) {
      const auto layer =
          BlockLinear::create(kColumns, kDepth, example.packed, example.scales, example.bias, instructions);
      ASSERT_TRUE(layer.has_value());
      const Rounded rounded(*layer, example.input.data(), rows);
      std::vector<float> output(rows * kColumns);
      layer->multiply(rounded.rows, rows, 0, layer->panels(), output.data());
      if (instructions == Instructions::kPortable) {
        plain = output;
      }
      for (std::size_t i = 0; i < output.size(); ++i) {
        // Values reach 20; the forms differ in how the sum of twelve blocks is rounded.
        ASSERT_NEAR(output[i], plain[i], 5e-5) << name_of(instructions) << ", " << rows << " rows";
      }
    }
  }
}

TEST(BlockLinear, EverySetOfInstructionsRoundsActivationsAlike) {
  constexpr std::size_t kDepth = 384;
  const Case example(16, kDepth, 9);
  const auto plain =
      BlockLinear::create(16, kDepth, example.packed, example.scales, example.bias, Instructions::kPortable);
  ASSERT_TRUE(plain.has_value());
  const Rounded expected(*plain, example.input.data(), 9);
  for (const Instructions instructions : usable_instructions()) {
    const auto layer = BlockLinear::create(16, kDepth, example.packed, example.scales, example.bias, instructions);
    ASSERT_TRUE(layer.has_value());
    const Rounded rounded(*layer, example.input.data(), 9);
    EXPECT_EQ(rounded.values, expected.values) << name_of(instructions);
    EXPECT_EQ(rounded.scales, expected.scales) << name_of(instructions);
    EXPECT_EQ(rounded.offsets, expected.offsets) << name_of(instructions);
  }
}

TEST(BlockLinear, DoesNotOverflowAtTheExtremes) {
  // Every weight −8 and every activation at the top of its range: the largest 16-bit sums there are.
  const std::vector<std::uint8_t> packed(16UL * 64 / 2, 0x00);
  const std::vector<float> scales(16UL * 2, 1.0F);
  const std::vector<float> bias(16, 0.0F);
  std::vector<float> input(64, 1.0F);
  input[0] = 0.0F;
  for (const Instructions instructions : usable_instructions()) {
    const auto layer = BlockLinear::create(16, 64, packed, scales, bias, instructions);
    ASSERT_TRUE(layer.has_value());
    const Rounded rounded(*layer, input.data(), 1);
    std::vector<float> output(16);
    layer->multiply(rounded.rows, 1, 0, 1, output.data());
    for (const float value : output) {
      EXPECT_NEAR(value, -8.0F * 63, 0.1) << name_of(instructions);
    }
  }
}

TEST(BlockLinear, ARowDoesNotDependOnItsNeighbours) {
  constexpr std::size_t kRows = 17;
  const Case example(32, 64, kRows);
  for (const Instructions instructions : usable_instructions()) {
    const auto layer = BlockLinear::create(32, 64, example.packed, example.scales, example.bias, instructions);
    ASSERT_TRUE(layer.has_value());
    const Rounded together(*layer, example.input.data(), kRows);
    std::vector<float> all(kRows * 32);
    layer->multiply(together.rows, kRows, 0, layer->panels(), all.data());
    for (std::size_t row = 0; row < kRows; ++row) {
      const Rounded alone(*layer, example.input.data() + row * 64, 1);
      std::vector<float> one(32);
      layer->multiply(alone.rows, 1, 0, layer->panels(), one.data());
      EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + static_cast<std::ptrdiff_t>(row * 32)))
          << name_of(instructions) << ", row " << row;
    }
  }
}

TEST(BlockLinear, RefusesSizesThatDisagree) {
  const Case example(16, 32, 1);
  const auto create = [&](std::size_t columns, std::size_t depth) {
    return BlockLinear::create(columns, depth, example.packed, example.scales, example.bias).has_value();
  };
  EXPECT_TRUE(create(16, 32));
  EXPECT_FALSE(create(0, 32));
  EXPECT_FALSE(create(16, 0));
  EXPECT_FALSE(create(8, 64));
  EXPECT_FALSE(create(16, 64));
}

}  // namespace
}  // namespace alcove::models

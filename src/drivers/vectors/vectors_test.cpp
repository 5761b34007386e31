#include "drivers/vectors/vectors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>

#include "drivers/vectors/dot.hpp"

namespace alcove::vectors {
namespace {

constexpr std::uint32_t kDimensions = 384;

std::vector<float> random_unit(std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(kDimensions);
  float squares = 0;
  for (float& value : values) {
    value = normal(random);
    squares += value * value;
  }
  for (float& value : values) {
    value /= std::sqrt(squares);
  }
  return values;
}

class VectorFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("alcove-vectors-" + std::to_string(getpid()) + "-" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    path_ = folder_ / "rows";
  }
  void TearDown() override {
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
    }
  }
  std::unique_ptr<VectorRows> make(std::uint32_t dimensions = kDimensions) {
    auto made = VectorRows::create(path_, dimensions);
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  static void put(VectorRows& rows, std::uint32_t row, const Quantised& vector) {
    ASSERT_TRUE(rows.write(row, {&vector.scale, 1}, vector.values));
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST(Quantise, KeepsDirectionAndUnitLength) {
  std::mt19937 random(1);
  for (int i = 0; i < 50; ++i) {
    const std::vector<float> values = random_unit(random);
    const Quantised quantised = quantise(values);
    float dot = 0;
    float length = 0;
    for (std::size_t d = 0; d < values.size(); ++d) {
      const float value = static_cast<float>(quantised.values[d]) * quantised.scale;
      dot += value * values[d];
      length += value * value;
    }
    EXPECT_NEAR(length, 1, 1e-4);
    EXPECT_GT(dot, 0.999F);
  }
  EXPECT_EQ(quantise(std::vector<float>(8, 0.0F)).scale, 0);
}

TEST(Dot, TheChosenInstructionsAgreeWithPlainCode) {
  std::mt19937 random(2);
  std::uniform_int_distribution<int> byte(-127, 127);
  for (const std::size_t size : {1U, 15U, 31U, 32U, 63U, 64U, 100U, 384U, 1024U}) {
    std::vector<std::int8_t> a(size);
    std::vector<std::int8_t> b(size);
    for (std::size_t i = 0; i < size; ++i) {
      a[i] = static_cast<std::int8_t>(byte(random));
      b[i] = static_cast<std::int8_t>(byte(random));
    }
    EXPECT_EQ(dot_int8()(a.data(), b.data(), size), dot_int8_plain(a.data(), b.data(), size))
        << dot_int8_name() << " " << size;
    std::ranges::fill(a, std::int8_t{-127});
    EXPECT_EQ(dot_int8()(a.data(), a.data(), size), dot_int8_plain(a.data(), a.data(), size));
  }
}

TEST(Dot, UsesTheInstructionsThatTheProcessorHas) {
#if defined(__x86_64__)
  const bool has_some = __builtin_cpu_supports("avx2") != 0;
#elif defined(__aarch64__)
  const bool has_some = (::getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#endif
  EXPECT_EQ(dot_int8_name() != "portable", has_some);
}

TEST_F(VectorFile, FindsExactlyWhatComparingEveryRowFindsInsideAnyFilter) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  constexpr std::uint32_t kRows = 3'000;
  const std::unique_ptr<VectorRows> rows = make();
  std::vector<Quantised> stored(kRows);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    if (random() % 10 != 0) {
      stored[row] = quantise(random_unit(random));
      put(*rows, row, stored[row]);
    }
  }
  for (int round = 0; round < 30; ++round) {
    std::vector<RowRun> runs;
    for (std::uint32_t first = static_cast<std::uint32_t>(random() % 50); first < kRows;) {
      const auto count = 1 + static_cast<std::uint32_t>(random() % 60);
      runs.push_back({.first = first, .count = count});
      first += count + 1 + static_cast<std::uint32_t>(random() % 90);
    }
    const std::vector<float> query = random_unit(random);
    std::vector<Nearest> expected;
    for (const RowRun& run : runs) {
      for (std::uint32_t row = run.first; row < std::min(run.first + run.count, kRows); ++row) {
        if (stored[row].scale != 0) {
          expected.push_back({.row = row, .similarity = *rows->similarity(row, query)});
        }
      }
    }
    std::ranges::sort(expected, [](const Nearest& a, const Nearest& b) {
      return a.similarity > b.similarity || (a.similarity == b.similarity && a.row < b.row);
    });
    expected.resize(std::min<std::size_t>(expected.size(), 50));
    const std::vector<Nearest> found = rows->nearest(query, runs, 50);
    std::set<std::uint32_t> expected_rows;
    std::set<std::uint32_t> found_rows;
    for (const Nearest& hit : expected) {
      expected_rows.insert(hit.row);
    }
    for (const Nearest& hit : found) {
      found_rows.insert(hit.row);
      EXPECT_NEAR(hit.similarity, *rows->similarity(hit.row, query), 1e-5);
    }
    EXPECT_EQ(found_rows, expected_rows);
  }
}

TEST_F(VectorFile, TwoThreadsFindWhatOneFinds) {
  const std::unique_ptr<VectorRows> rows = make(8);
  std::mt19937 random(5);
  const std::uint32_t count = static_cast<std::uint32_t>(kRowsPerThread) + 5'000;
  std::vector<float> scales(count, 0.01F);
  std::vector<std::int8_t> values(std::size_t{count} * 8);
  for (std::int8_t& value : values) {
    value = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
  }
  ASSERT_TRUE(rows->write(0, scales, values));
  const std::vector<float> query{0.5F, -0.5F, 0.5F, 0, 0, 0.5F, 0, 0};
  const std::vector<RowRun> all{{.first = 0, .count = count}};
  std::vector<Nearest> parts;
  for (std::uint32_t first = 0; first < count; first += 50'000) {
    const std::vector<RowRun> part{{.first = first, .count = std::min(50'000U, count - first)}};
    const std::vector<Nearest> found = rows->nearest(query, part, 20);
    parts.insert(parts.end(), found.begin(), found.end());
  }
  std::ranges::sort(parts, std::greater{}, &Nearest::similarity);
  const std::vector<Nearest> found = rows->nearest(query, all, 20);
  ASSERT_EQ(found.size(), 20U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_FLOAT_EQ(found[i].similarity, parts[i].similarity);
  }
}

TEST_F(VectorFile, RowsAndAppliedNumberSurviveReopening) {
  std::mt19937 random(3);
  const Quantised vector = quantise(random_unit(random));
  {
    const std::unique_ptr<VectorRows> rows = make();
    put(*rows, 40'000, vector);  // Beyond the first growth step.
    ASSERT_TRUE(rows->commit(7));
    ASSERT_TRUE(rows->commit(8));
  }
  auto rows = VectorRows::open(path_);
  ASSERT_TRUE(rows) << rows.error().detail;
  EXPECT_EQ((*rows)->applied(), 8);
  EXPECT_EQ((*rows)->dimensions(), kDimensions);
  EXPECT_EQ((*rows)->count_rows(), 1U);
  EXPECT_TRUE((*rows)->has(40'000));
  EXPECT_FALSE((*rows)->has(39'999));
  EXPECT_FALSE((*rows)->has(UINT32_MAX));
}

TEST_F(VectorFile, ARowIsReadAsItPoints) {
  const std::unique_ptr<VectorRows> rows = make(4);
  const std::vector<float> wanted{0.5F, -0.5F, 0.5F, 0.5F};
  const Quantised quantised = quantise(wanted);
  ASSERT_TRUE(rows->write(7, std::vector{quantised.scale}, quantised.values));
  const auto found = rows->read(7);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_NEAR((*found)[i], wanted[i], 0.01);
  }
  EXPECT_FALSE(rows->read(6));
  EXPECT_FALSE(rows->read(4'000'000'000));
}

TEST_F(VectorFile, ClearedRowsAreGone) {
  std::mt19937 random(4);
  const std::unique_ptr<VectorRows> rows = make();
  for (std::uint32_t row = 1; row <= 10; ++row) {
    put(*rows, row, quantise(random_unit(random)));
  }
  ASSERT_TRUE(rows->clear({.first = 3, .count = 4}));
  ASSERT_TRUE(rows->clear({.first = 3, .count = 4}));
  ASSERT_TRUE(rows->clear({.first = 4'000'000, .count = 4}));
  EXPECT_EQ(rows->count_rows(), 6U);
  const std::vector<RowRun> all{{.first = 0, .count = 100}};
  EXPECT_EQ(rows->nearest(random_unit(random), all, 100).size(), 6U);
}

TEST_F(VectorFile, OneTornHeaderCostsOnlyTheLastCommit) {
  {
    const std::unique_ptr<VectorRows> rows = make();
    ASSERT_TRUE(rows->commit(5));
    ASSERT_TRUE(rows->commit(6));
  }
  // Generations: 1 at creation, then 2 and 3; the newest lies in the second slot.
  std::FILE* file = std::fopen(path_.c_str(), "r+b");
  std::fseek(file, 2048 + 20, SEEK_SET);
  std::fputc(0x55, file);
  std::fclose(file);
  auto rows = VectorRows::open(path_);
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)->applied(), 5);
}

/// Rows around a common direction, as those of a model lie.
std::vector<float> common_unit(std::mt19937& random) {
  std::vector<float> values = random_unit(random);
  const float common = 1.5F / std::sqrt(static_cast<float>(values.size()));
  float squares = 0;
  for (float& value : values) {
    value += common;
    squares += value * value;
  }
  for (float& value : values) {
    value /= std::sqrt(squares);
  }
  return values;
}

TEST_F(VectorFile, TheSketchFindsTheNearestOfWrittenClearedAndLaterRows) {
  std::mt19937 random(11);
  constexpr std::uint32_t kRows = 20'000;
  constexpr std::size_t kWanted = 10;
  const std::unique_ptr<VectorRows> rows = make();
  for (std::uint32_t row = 1; row <= kRows; ++row) {
    put(*rows, row, quantise(common_unit(random)));
  }
  bool complete = false;
  for (int step = 0; !complete; ++step) {
    ASSERT_LT(step, 10);
    auto extended = rows->extend_sketch(9'000);
    ASSERT_TRUE(extended);
    complete = *extended;
  }
  EXPECT_GE(rows->sketched(), kRows);
  ASSERT_TRUE(rows->clear({.first = 100, .count = 5'000}));
  for (std::uint32_t row = 40'000; row < 41'000; ++row) {
    put(*rows, row, quantise(common_unit(random)));  // The sketch does not know these.
  }
  const std::vector<RowRun> runs{{.first = 1, .count = 2'000}, {.first = 4'000, .count = 38'000}};
  std::size_t right = 0;
  for (int round = 0; round < 20; ++round) {
    const std::vector<float> query = common_unit(random);
    const std::vector<Nearest> exact = rows->nearest(query, runs, kWanted, Scan::kExact);
    const std::vector<Nearest> found = rows->nearest(query, runs, kWanted, Scan::kSketch);
    ASSERT_EQ(found.size(), kWanted);
    for (const Nearest& hit : found) {
      EXPECT_TRUE(rows->has(hit.row));
      right += std::ranges::any_of(exact, [&](const Nearest& near) { return near.row == hit.row; }) ? 1U : 0U;
    }
    const std::vector<Nearest> by_count = rows->nearest(query, runs, kWanted);
    EXPECT_EQ(by_count.front().row, exact.front().row);
  }
  EXPECT_GE(right, 20 * kWanted * 9 / 10);
}

TEST_F(VectorFile, AFileThatIsCutShortWhileItIsSearchedIsDamagedAndEndsNobody) {
  std::mt19937 random(12);
  const std::unique_ptr<VectorRows> rows = make();
  constexpr std::uint32_t kRows = 2'000;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    put(*rows, row, quantise(random_unit(random)));
  }
  ASSERT_TRUE(rows->commit(1));
  std::filesystem::resize_file(path_, 8'192);
  const std::vector<RowRun> all{{.first = 0, .count = kRows}};
  const std::vector<Nearest> found = rows->nearest(random_unit(random), all, 50);
  EXPECT_LT(found.size(), 50U);
  EXPECT_TRUE(rows->is_damaged());
}

TEST_F(VectorFile, TruncationAndForeignBytesAreCorrupt) {
  {
    make();
  }
  std::filesystem::resize_file(path_, 10'000);
  EXPECT_EQ(VectorRows::open(path_).error().code, ErrorCode::kCorrupt);
  std::filesystem::resize_file(path_, 10);
  EXPECT_EQ(VectorRows::open(path_).error().code, ErrorCode::kCorrupt);
  std::filesystem::remove(path_);
  EXPECT_EQ(VectorRows::open(path_).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace alcove::vectors

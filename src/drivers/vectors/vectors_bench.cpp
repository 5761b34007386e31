/// @file
/// Exact scans over rows of 384 dimensions: all rows, and one in ten.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>

#include "drivers/vectors/vectors.hpp"

namespace {

using alcove::vectors::RowRun;
using alcove::vectors::VectorRows;

constexpr std::uint32_t kDimensions = 384;

void scan(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  const auto every = static_cast<std::uint32_t>(state.range(1));
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("alcove-scan-" + std::to_string(getpid()));
  auto rows = VectorRows::create(path, kDimensions);
  if (!rows) {
    state.SkipWithError("no file");
    return;
  }
  std::mt19937 random(7);
  const std::vector<float> scales(count, 0.001F);
  std::vector<std::int8_t> values(std::size_t{count} * kDimensions);
  for (std::int8_t& value : values) {
    value = static_cast<std::int8_t>(random() >> 24U);
  }
  if (!(*rows)->write(0, scales, values)) {
    state.SkipWithError("no space");
    return;
  }
  std::vector<RowRun> runs;
  for (std::uint32_t first = 0; first < count; first += 8 * every) {
    runs.push_back({.first = first, .count = std::min(8U, count - first)});
  }
  if (every == 1) {
    runs = {{.first = 0, .count = count}};
  }
  std::vector<float> query(kDimensions);
  for (float& value : query) {
    value = static_cast<float>(random() % 1000) / 1000.0F - 0.5F;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize((*rows)->nearest(query, runs, 200));
  }
  std::filesystem::remove(path);
}
BENCHMARK(scan)
    ->Args({50'000, 1})
    ->Args({50'000, 10})
    ->Args({200'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace

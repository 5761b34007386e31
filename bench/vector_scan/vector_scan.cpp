/// @file
/// Time and recall of the search for the nearest rows, exact and by sketch, under filters that pass 100, 10, 1 and 0.1
/// % of the rows. Recall is measured against every row's true cosine. JSON lines.
///
/// Rows have the mean and the covariance of the real vectors in SOURCE (the `text_vectors` of a library that the model
/// embedded): each is m + cos t · (a − m) + sin t · (b − m) for two of them and a random t.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numbers>
#include <random>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "drivers/vectors/vectors.hpp"

namespace alcove::bench {
namespace {

using vectors::Nearest;
using vectors::RowRun;
using vectors::Scan;
using vectors::VectorRows;

constexpr std::uint32_t kStepRows = 10'000;
constexpr std::uint32_t kRowsPerDocument = 5;
/// What a search takes of each of its two lists.
constexpr std::size_t kPool = 200;

class RowSource {
 public:
  RowSource(const VectorRows& source, std::uint64_t seed) : random_(seed), mean_(source.dimensions()) {
    constexpr std::uint32_t kRowsMax = 100'000;
    for (std::uint32_t row = 0; row < kRowsMax; ++row) {
      if (auto vector = source.read(row)) {
        real_.push_back(std::move(*vector));
      }
    }
    for (const std::vector<float>& vector : real_) {
      for (std::size_t i = 0; i < mean_.size(); ++i) {
        mean_[i] += vector[i] / static_cast<float>(real_.size());
      }
    }
  }
  [[nodiscard]] std::size_t size() const { return real_.size(); }

  std::vector<float> make() {
    const std::vector<float>& a = real_[random_() % real_.size()];
    const std::vector<float>& b = real_[random_() % real_.size()];
    const float angle = std::uniform_real_distribution<float>(0, 2 * std::numbers::pi_v<float>)(random_);
    std::vector<float> made(mean_.size());
    float squares = 0;
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] = mean_[i] + std::cos(angle) * (a[i] - mean_[i]) + std::sin(angle) * (b[i] - mean_[i]);
      squares += made[i] * made[i];
    }
    for (float& value : made) {
      value /= std::sqrt(squares);
    }
    return made;
  }

 private:
  std::mt19937_64 random_;
  std::vector<std::vector<float>> real_;
  std::vector<float> mean_;
};

Status fill(VectorRows& rows, RowSource& source, std::uint32_t count) {
  for (std::uint32_t first = 1; first <= count; first += kStepRows) {
    std::vector<float> scales;
    std::vector<std::int8_t> values;
    for (std::uint32_t row = first; row < std::min(first + kStepRows, count + 1); ++row) {
      const vectors::Quantised quantised = vectors::quantise(source.make());
      scales.push_back(quantised.scale);
      values.insert(values.end(), quantised.values.begin(), quantised.values.end());
    }
    ALCOVE_TRY_VOID(rows.write(first, scales, values));
  }
  return rows.commit(1);
}

/// Whole documents, each with that probability.
std::vector<RowRun> filter(std::uint32_t count, double share, std::mt19937_64& random) {
  if (share >= 1) {
    return {{.first = 1, .count = count}};
  }
  std::vector<RowRun> runs;
  for (std::uint32_t first = 1; first + kRowsPerDocument <= count; first += kRowsPerDocument) {
    if (std::uniform_real_distribution<double>(0, 1)(random) < share) {
      runs.push_back({.first = first, .count = kRowsPerDocument});
    }
  }
  return runs;
}

/// The true best, by every row's own similarity.
std::vector<Nearest> brute_force(const VectorRows& rows, std::span<const float> query, std::span<const RowRun> runs) {
  std::vector<Nearest> all;
  for (const RowRun& run : runs) {
    for (std::uint32_t row = run.first; row < run.first + run.count; ++row) {
      if (const auto similarity = rows.similarity(row, query)) {
        all.push_back({.row = row, .similarity = *similarity});
      }
    }
  }
  const std::size_t kept = std::min(all.size(), kPool);
  std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(kept), std::greater{}, &Nearest::similarity);
  all.resize(kept);
  return all;
}

double recall(const std::vector<Nearest>& found, const std::vector<Nearest>& truth, std::size_t depth) {
  std::unordered_set<std::uint32_t> rows;
  for (const Nearest& hit : found) {
    rows.insert(hit.row);
  }
  depth = std::min(depth, truth.size());
  const auto right =
      std::ranges::count_if(std::span(truth).first(depth), [&](const Nearest& hit) { return rows.contains(hit.row); });
  return static_cast<double>(right) / static_cast<double>(depth);
}

void measure(const VectorRows& rows, RowSource& source, std::uint32_t count, int queries) {
  std::mt19937_64 random(8420);
  for (const double share : {1.0, 0.1, 0.01, 0.001}) {
    const std::vector<RowRun> runs = filter(count, share, random);
    std::vector<std::vector<float>> asked;
    std::vector<std::vector<Nearest>> truths;
    for (int i = 0; i < queries; ++i) {
      asked.push_back(source.make());
      truths.push_back(brute_force(rows, asked.back(), runs));
    }
    for (const auto& [scan, name] : {std::pair(Scan::kExact, "exact"), std::pair(Scan::kSketch, "sketch")}) {
      std::vector<double> times;
      double first = 0;
      double ten = 0;
      double all = 0;
      for (int i = 0; i < queries; ++i) {
        const auto began = std::chrono::steady_clock::now();
        const std::vector<Nearest> found = rows.nearest(asked[static_cast<std::size_t>(i)], runs, kPool, scan);
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
        const std::vector<Nearest>& truth = truths[static_cast<std::size_t>(i)];
        first += recall(found, truth, 1) / queries;
        ten += recall(found, truth, 10) / queries;
        all += recall(found, truth, kPool) / queries;
      }
      std::ranges::sort(times);
      fmt::print(
          "{{\"benchmark\":\"vector_scan\",\"rows\":{},\"passes\":{},\"scan\":\"{}\",\"queries\":{},\"p50_ms\":{:.2f},"
          "\"max_ms\":{:.2f},\"recall_1\":{:.4f},\"recall_10\":{:.4f},\"recall_{}\":{:.4f}}}\n",
          count, share, name, queries, times[times.size() / 2], times.back(), first, ten, kPool, all);
      std::fflush(stdout);
    }
  }
}

Status run(const std::filesystem::path& source_file, const std::filesystem::path& file, std::uint32_t count,
           int queries) {
  using Clock = std::chrono::steady_clock;
  ALCOVE_TRY(const auto real, VectorRows::open(source_file));
  RowSource source(*real, 1);
  ALCOVE_TRY(const auto rows, VectorRows::create(file, real->dimensions()));
  ALCOVE_TRY_VOID(fill(*rows, source, count));
  const auto began = Clock::now();
  for (bool complete = false; !complete;) {
    ALCOVE_TRY(complete, rows->extend_sketch(kStepRows));
  }
  fmt::print("{{\"benchmark\":\"vector_scan\",\"rows\":{},\"real_vectors\":{},\"sketch_seconds\":{:.1f}}}\n", count,
             source.size(), std::chrono::duration<double>(Clock::now() - began).count());
  measure(*rows, source, count, queries);
  std::filesystem::remove(file);
  return {};
}

}  // namespace
}  // namespace alcove::bench

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 5) {
    fmt::print(stderr, "usage: alcove_bench_vector_scan SOURCE NEW_FILE ROWS QUERIES\n");
    return 2;
  }
  const auto count = static_cast<std::uint32_t>(std::strtoul(arguments[3], nullptr, 10));
  const int queries = std::max(1, std::atoi(arguments[4]));
  if (const auto done = alcove::bench::run(arguments[1], arguments[2], count, queries); !done) {
    fmt::print(stderr, "{} ({})\n", done.error().message, done.error().detail);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

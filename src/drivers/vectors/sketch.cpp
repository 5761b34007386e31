#include "drivers/vectors/sketch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/check.hpp"

namespace alcove::vectors {
namespace {

constexpr std::size_t kPlanes = 4;
constexpr std::size_t kWordBits = 64;
/// Rows whose estimates are made before the best are looked for among them.
constexpr std::size_t kBlockRows = 64;

/// What follows the bits of a row.
struct RowEnd {
  float factor = 0;    ///< |v|² / |v|₁; 0: the row does not exist.
  float constant = 0;  ///< ⟨m, v⟩
};

/// The estimates without what all have in common. A row that does not exist has the lowest of all.
[[gnu::always_inline]] inline void estimate_rows(const Sketch::Query& query, std::size_t words,
                                                 const std::uint8_t* rows, std::size_t stride, std::size_t count,
                                                 float* estimates) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const row = rows + i * stride;
    std::uint64_t ones = 0;
    std::uint64_t weighted = 0;
    for (std::size_t w = 0; w < words; ++w) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, row + w * sizeof bits, sizeof bits);
      const std::uint64_t* const planes = query.planes.data() + w * kPlanes;
      const auto count_of = [](std::uint64_t word) { return static_cast<std::uint64_t>(__builtin_popcountll(word)); };
      ones += count_of(bits);
      weighted += count_of(bits & planes[0]) + 2 * count_of(bits & planes[1]) + 4 * count_of(bits & planes[2]) +
                  8 * count_of(bits & planes[3]);
    }
    RowEnd end;
    std::memcpy(&end, row + words * sizeof(std::uint64_t), sizeof end);
    const float of_ones = query.lowest * static_cast<float>(ones) + query.step * static_cast<float>(weighted);
    estimates[i] = end.factor == 0 ? -std::numeric_limits<float>::infinity()
                                   : end.constant + end.factor * (2 * of_ones - query.sum);
  }
}

using EstimateRows = void (*)(const Sketch::Query&, std::size_t, const std::uint8_t*, std::size_t, std::size_t, float*);

void estimate_rows_plain(const Sketch::Query& query, std::size_t words, const std::uint8_t* rows, std::size_t stride,
                         std::size_t count, float* estimates) {
  estimate_rows(query, words, rows, stride, count, estimates);
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] void estimate_rows_popcnt(const Sketch::Query& query, std::size_t words,
                                                    const std::uint8_t* rows, std::size_t stride, std::size_t count,
                                                    float* estimates) {
  // 384 dimensions are what most models have; a known length lets the compiler unroll.
  if (words == 6) {
    estimate_rows(query, 6, rows, stride, count, estimates);
  } else {
    estimate_rows(query, words, rows, stride, count, estimates);
  }
}
#endif

EstimateRows chosen() {
#if defined(__x86_64__)
  static const bool kHasPopcnt = __builtin_cpu_supports("popcnt") != 0;
  return kHasPopcnt ? estimate_rows_popcnt : estimate_rows_plain;
#else
  return estimate_rows_plain;
#endif
}

Result<os::UniqueFd> open_nameless(const std::filesystem::path& folder) {
  os::UniqueFd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.value() < 0) {
    // A file system that has no nameless files.
    std::string path = (folder / "sketch.XXXXXX").string();
    file = os::UniqueFd(::mkostemp(path.data(), O_CLOEXEC));
    if (file.value() < 0) {
      return fail_errno(errno, "create a sketch of vector rows");
    }
    ::unlink(path.c_str());
  }
  return file;
}

}  // namespace

Sketch::Sketch(os::UniqueFd file, std::vector<float> mean)
    : mean_(std::move(mean)),
      words_((mean_.size() + kWordBits - 1) / kWordBits),
      stride_(words_ * sizeof(std::uint64_t) + sizeof(RowEnd)),
      file_(std::move(file)) {}

Result<std::unique_ptr<Sketch>> Sketch::create(const std::filesystem::path& folder, std::vector<float> mean) {
  ALCOVE_TRY(os::UniqueFd file, open_nameless(folder));
  return std::unique_ptr<Sketch>(new Sketch(std::move(file), std::move(mean)));
}

bool Sketch::is_damaged() const {
  return mapping_.with([](const auto& mapping) { return mapping && mapping->is_damaged(); });
}

void Sketch::encode(float scale, std::span<const std::int8_t> values, std::uint8_t* row) const {
  if (scale == 0) {
    return;  // Zeros.
  }
  std::array<std::uint64_t, kDimensionsMax / kWordBits> words{};
  float squares = 0;
  float absolutes = 0;
  float with_mean = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = static_cast<float>(values[i]) * scale - mean_[i];
    squares += value * value;
    absolutes += std::abs(value);
    with_mean += value * mean_[i];
    words[i / kWordBits] |= std::uint64_t{value >= 0} << (i % kWordBits);
  }
  const RowEnd end{.factor = std::max(absolutes > 0 ? squares / absolutes : 0, std::numeric_limits<float>::min()),
                   .constant = with_mean};
  std::memcpy(row, words.data(), words_ * sizeof(std::uint64_t));
  std::memcpy(row + words_ * sizeof(std::uint64_t), &end, sizeof end);
}

Status Sketch::write(std::uint64_t first, std::span<const float> scales, std::span<const std::int8_t> values) {
  ALCOVE_CHECK(first <= covered_ && values.size() == scales.size() * mean_.size(), "rows follow those that are known");
  std::vector<std::uint8_t> bytes(scales.size() * stride_);
  for (std::size_t i = 0; i < scales.size(); ++i) {
    encode(scales[i], values.subspan(i * mean_.size(), mean_.size()), bytes.data() + i * stride_);
  }
  const std::uint64_t end = first + scales.size();
  ALCOVE_TRY_VOID(file_.grow_to(end * stride_));
  ALCOVE_TRY_VOID(file_.write(bytes.data(), bytes.size(), first * stride_));
  mapping_.with([&](auto& mapping) { mapping = file_.mapping(); });
  covered_ = std::max<std::uint64_t>(covered_, end);
  return {};
}

Sketch::Query Sketch::prepare(std::span<const float> query) const {
  Query made;
  made.mapping = mapping_.with([](const auto& current) { return current; });
  std::vector<float> moved(query.size());
  float lowest = std::numeric_limits<float>::infinity();
  float highest = -lowest;
  for (std::size_t i = 0; i < query.size(); ++i) {
    made.base += query[i] * mean_[i];
    moved[i] = query[i] - mean_[i];
    lowest = std::min(lowest, moved[i]);
    highest = std::max(highest, moved[i]);
  }
  constexpr float kLevels = (1U << kPlanes) - 1;
  made.lowest = lowest;
  made.step = std::max((highest - lowest) / kLevels, std::numeric_limits<float>::min());
  made.planes.resize(words_ * kPlanes);
  for (std::size_t i = 0; i < query.size(); ++i) {
    const auto level = static_cast<unsigned>(std::clamp(std::round((moved[i] - lowest) / made.step), 0.0F, kLevels));
    made.sum += lowest + made.step * static_cast<float>(level);
    for (std::size_t plane = 0; plane < kPlanes; ++plane) {
      made.planes[i / kWordBits * kPlanes + plane] |= std::uint64_t{(level >> plane) & 1U} << (i % kWordBits);
    }
  }
  return made;
}

void Sketch::scan(const Query& query, RowRun run, Best& best) const {
  const EstimateRows estimate = chosen();
  std::array<float, kBlockRows> estimates{};
  for (std::uint64_t row = run.first, end = std::uint64_t{run.first} + run.count; row < end;) {
    const std::size_t count = std::min<std::size_t>(kBlockRows, end - row);
    estimate(query, words_, query.mapping->data() + row * stride_, stride_, count, estimates.data());
    for (std::size_t i = 0; i < count; ++i) {
      const float similarity = query.base + estimates[i];
      if (similarity > best.bar()) {
        best.offer({.row = static_cast<std::uint32_t>(row + i), .similarity = similarity});
      }
    }
    row += count;
  }
}

}  // namespace alcove::vectors

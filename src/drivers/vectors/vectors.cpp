#include "drivers/vectors/vectors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <numeric>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/sync.hpp"
#include "drivers/vectors/best.hpp"
#include "drivers/vectors/dot.hpp"
#include "drivers/vectors/mapped_file.hpp"
#include "drivers/vectors/sketch.hpp"

namespace alcove::vectors {
namespace {

constexpr std::uint64_t kMagic = 0x31'63'65'56'6F'6C'41'0AULL;
constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kSlotBytes = 2048;
constexpr std::size_t kRowsOffset = 2 * kSlotBytes;
/// The file grows by this many rows at a time, because each time its size is written to the disk.
constexpr std::uint64_t kGrowthRows = 16'384;
/// Candidates by the sketch for each row that is wanted, and at least; all are compared. Chosen by measurement.
constexpr std::size_t kCandidatesPerResult = 20;
constexpr std::size_t kCandidatesMin = 4'000;
/// Rows whose mean the sketch is made around.
constexpr std::uint64_t kMeanRowsMax = 20'000;

/// One of the two headers. The whole one with the higher generation holds.
struct Header {
  std::uint64_t magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t dimensions = 0;
  std::uint64_t generation = 0;
  std::int64_t applied = 0;
  std::uint64_t space = 0;
  std::uint64_t capacity_rows = 0;
  std::uint64_t checksum = 0;
};

/// FNV-1a.
std::uint64_t checksum_of(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const std::uint8_t byte : bytes) {
    hash = (hash ^ byte) * 0x100000001B3ULL;
  }
  return hash;
}

/// Over all fields before the checksum.
std::uint64_t checksum_of(const Header& header) {
  std::array<std::uint8_t, offsetof(Header, checksum)> bytes{};
  std::memcpy(bytes.data(), &header, bytes.size());
  return checksum_of(bytes);
}

/// Of a row that does not exist it is 0, as everything else.
std::uint32_t checksum_of_row(std::span<const std::uint8_t> values, float scale) {
  std::array<std::uint8_t, sizeof scale> bytes{};
  std::memcpy(bytes.data(), &scale, sizeof scale);
  return scale == 0 ? 0 : static_cast<std::uint32_t>(checksum_of(values) * 31 + checksum_of(bytes));
}

bool is_whole(const Header& header) {
  return header.magic == kMagic && header.version == kVersion && header.dimensions > 0 &&
         header.dimensions <= kDimensionsMax && header.checksum == checksum_of(header);
}

/// What follows the values of a row.
struct RowEnd {
  std::uint32_t checksum = 0;
  float scale = 0;
};

std::size_t stride_of(std::uint32_t dimensions) {
  return (dimensions + 3U) / 4U * 4U + sizeof(RowEnd);
}

}  // namespace

Quantised quantise(std::span<const float> values) {
  Quantised made{.values = std::vector<std::int8_t>(values.size()), .scale = 0};
  float largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::abs(value));
  }
  if (!(largest > 0) || !std::isfinite(largest)) {
    return made;
  }
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float rounded = std::round(values[i] / largest * 127.0F);
    made.values[i] = static_cast<std::int8_t>(rounded);
    squares += static_cast<double>(rounded) * static_cast<double>(rounded);
  }
  made.scale = static_cast<float>(1.0 / std::sqrt(squares));
  return made;
}

struct VectorRows::Impl {
  Impl(os::UniqueFd file, std::filesystem::path its_folder) : file(std::move(file)), folder(std::move(its_folder)) {}

  MappedFile file;
  std::filesystem::path folder;
  Header header;
  std::size_t stride = 0;
  std::atomic<std::int64_t> applied{0};
  /// What searches see: rows below `capacity_rows` of the mapping.
  struct View {
    std::shared_ptr<const os::GuardedMapping> mapping;  ///< Owned by this view and by each running search.
    std::shared_ptr<Sketch> sketch;                     ///< As the mapping; nothing until it is made.
    std::uint64_t capacity_rows = 0;
    std::size_t stride = 0;
    std::uint32_t dimensions = 0;

    [[nodiscard]] const std::int8_t* values(std::uint64_t row) const {
      return reinterpret_cast<const std::int8_t*>(mapping->data() + kRowsOffset + row * stride);
    }
    [[nodiscard]] RowEnd end_of(std::uint64_t row) const {
      RowEnd found;
      std::memcpy(&found, mapping->data() + kRowsOffset + (row + 1) * stride - sizeof found, sizeof found);
      return found;
    }
    [[nodiscard]] float scale(std::uint64_t row) const { return end_of(row).scale; }
    [[nodiscard]] bool is_whole(std::uint64_t row) const {
      // A row that is being written at this moment is whole a moment later.
      constexpr int kLooksMax = 1'000;
      for (int look = 0; look < kLooksMax; ++look) {
        const RowEnd end = end_of(row);
        const std::span bytes(mapping->data() + kRowsOffset + row * stride, dimensions);
        if (end.checksum == checksum_of_row(bytes, end.scale)) {
          return true;
        }
        std::this_thread::yield();
      }
      return false;
    }
    /// The nearest, in no order.
    [[nodiscard]] std::vector<Nearest> near_exactly(std::span<const float> query, std::span<const RowRun> runs,
                                                    std::size_t limit) const;
    /// The same of rows that the sketch knows, as far as it finds them.
    [[nodiscard]] std::vector<Nearest> near_by_sketch(std::span<const float> query, std::span<const RowRun> runs,
                                                      std::size_t limit) const;
    /// Sets similarities to what they are, of rows that still exist.
    void compare(std::vector<Nearest>& found, std::span<const float> query) const;
    /// Of a sample.
    [[nodiscard]] std::vector<float> mean_of_rows() const;
  };
  Guarded<View> view;
  mutable std::atomic<bool> is_damaged{false};

  [[nodiscard]] View snapshot() const {
    return view.with([](const View& current) { return current; });
  }

  Status map(std::uint64_t capacity_rows) {
    ALCOVE_TRY_VOID(file.grow_to(kRowsOffset + capacity_rows * stride));
    view.with([&](View& current) {
      current.mapping = file.mapping();
      current.capacity_rows = capacity_rows;
      current.stride = stride;
      current.dimensions = header.dimensions;
    });
    is_damaged = is_damaged || file.was_damaged();
    return {};
  }

  Status grow_to(std::uint64_t rows) {
    if (rows <= header.capacity_rows) {
      return {};
    }
    const std::uint64_t capacity = (rows + kGrowthRows - 1) / kGrowthRows * kGrowthRows;
    ALCOVE_TRY_VOID(map(capacity));
    header.capacity_rows = capacity;
    return {};
  }

  /// Until it is synced the header before holds: a failed one is written again over itself, never over that.
  Status write_header(std::int64_t applied_now) {
    Header next = header;
    ++next.generation;
    next.applied = applied_now;
    next.checksum = checksum_of(next);
    const std::uint64_t slot = next.generation % 2;
    ALCOVE_TRY_VOID(file.write(&next, sizeof next, slot * kSlotBytes));
    ALCOVE_TRY_VOID(file.sync());
    header = next;
    applied = applied_now;
    return {};
  }
};

VectorRows::VectorRows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VectorRows::~VectorRows() = default;

Result<std::unique_ptr<VectorRows>> VectorRows::open(const std::filesystem::path& path) {
  os::UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (file.value() < 0) {
    return fail_errno(errno, "open vector rows");
  }
  auto impl = std::make_unique<Impl>(std::move(file), path.parent_path());
  struct stat state{};
  if (fstat(impl->file.descriptor(), &state) != 0) {
    return fail_errno(errno, "read the size of vector rows");
  }
  std::optional<Header> best;
  for (std::size_t slot = 0; slot < 2; ++slot) {
    Header header;
    const ssize_t size = pread(impl->file.descriptor(), &header, sizeof header, static_cast<off_t>(slot * kSlotBytes));
    if (size == static_cast<ssize_t>(sizeof header) && is_whole(header) &&
        (!best || header.generation > best->generation)) {
      best = header;
    }
  }
  if (!best) {
    return fail(ErrorCode::kCorrupt, "The vector index is damaged", "vector rows: no whole header");
  }
  impl->header = *best;
  impl->stride = stride_of(best->dimensions);
  const std::uint64_t needed = kRowsOffset + best->capacity_rows * impl->stride;
  if (best->capacity_rows > UINT32_MAX + 1ULL + kGrowthRows || static_cast<std::uint64_t>(state.st_size) < needed) {
    return fail(ErrorCode::kCorrupt, "The vector index is damaged", "vector rows: the file is too short");
  }
  impl->applied = best->applied;
  ALCOVE_TRY_VOID(impl->map(best->capacity_rows));
  return std::unique_ptr<VectorRows>(new VectorRows(std::move(impl)));
}

Result<std::unique_ptr<VectorRows>> VectorRows::create(const std::filesystem::path& path, std::uint32_t dimensions,
                                                       std::uint64_t space) {
  if (dimensions == 0 || dimensions > kDimensionsMax) {
    return fail(ErrorCode::kInvalidArgument, "Vectors of that size are not supported");
  }
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail_errno(errno, "replace vector rows");
  }
  os::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.value() < 0) {
    return fail_errno(errno, "create vector rows");
  }
  auto impl = std::make_unique<Impl>(std::move(file), path.parent_path());
  impl->header.dimensions = dimensions;
  impl->header.space = space;
  impl->stride = stride_of(dimensions);
  ALCOVE_TRY_VOID(impl->grow_to(kGrowthRows));
  ALCOVE_TRY_VOID(impl->write_header(0));
  return std::unique_ptr<VectorRows>(new VectorRows(std::move(impl)));
}

std::uint32_t VectorRows::dimensions() const {
  return impl_->header.dimensions;
}
std::int64_t VectorRows::applied() const {
  return impl_->applied.load();
}
std::uint64_t VectorRows::space() const {
  return impl_->header.space;
}
std::uint64_t VectorRows::count_rows() const {
  const Impl::View view = impl_->snapshot();
  std::uint64_t count = 0;
  for (std::uint64_t row = 0; row < view.capacity_rows; ++row) {
    count += view.scale(row) != 0 ? 1U : 0U;
  }
  return count;
}

Status VectorRows::write(std::uint32_t first, std::span<const float> scales, std::span<const std::int8_t> values) {
  const std::size_t dimensions = impl_->header.dimensions;
  if (values.size() != scales.size() * dimensions) {
    return fail(ErrorCode::kInvalidArgument, "Rows and scales do not fit together");
  }
  if (scales.empty()) {
    return {};
  }
  ALCOVE_TRY_VOID(impl_->grow_to(first + scales.size()));
  std::vector<std::uint8_t> bytes(scales.size() * impl_->stride);
  for (std::size_t i = 0; i < scales.size(); ++i) {
    std::uint8_t* const row = bytes.data() + i * impl_->stride;
    std::memcpy(row, values.data() + i * dimensions, dimensions);
    const RowEnd end{.checksum = checksum_of_row(std::span(row, dimensions), scales[i]), .scale = scales[i]};
    std::memcpy(row + impl_->stride - sizeof end, &end, sizeof end);
  }
  ALCOVE_TRY_VOID(impl_->file.write(bytes.data(), bytes.size(), kRowsOffset + first * impl_->stride));
  const auto sketch = impl_->snapshot().sketch;
  // Rows behind those that it knows come with `extend_sketch`.
  const std::size_t known =
      sketch == nullptr || first >= sketch->covered()
          ? 0
          : static_cast<std::size_t>(std::min<std::uint64_t>(scales.size(), sketch->covered() - first));
  return known == 0 ? Status{} : sketch->write(first, scales.first(known), values.first(known * dimensions));
}

Status VectorRows::clear(RowRun run) {
  const std::uint64_t capacity = impl_->header.capacity_rows;
  if (run.first >= capacity) {
    return {};
  }
  const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(run.count, capacity - run.first));
  const std::vector<float> scales(count, 0.0F);
  const std::vector<std::int8_t> values(count * impl_->header.dimensions, 0);
  return write(run.first, scales, values);
}

Status VectorRows::commit(std::int64_t applied) {
  ALCOVE_TRY_VOID(impl_->file.sync());
  return impl_->write_header(applied);
}

bool VectorRows::is_damaged() const {
  return impl_->is_damaged || impl_->snapshot().mapping->is_damaged();
}

Status VectorRows::check() const {
  const Impl::View view = impl_->snapshot();
  for (std::uint64_t row = 0; row < view.capacity_rows; ++row) {
    if (view.scale(row) != 0 && !view.is_whole(row)) {
      impl_->is_damaged = true;
      return fail(ErrorCode::kCorrupt, "The vector index is damaged", "vector rows: a row has a wrong checksum");
    }
  }
  return {};
}

bool VectorRows::has(std::uint32_t row) const {
  const Impl::View view = impl_->snapshot();
  return row < view.capacity_rows && view.scale(row) != 0;
}

namespace {

float exact_similarity(const std::int8_t* values, float scale, std::span<const float> query) {
  float sum = 0;
  for (std::size_t i = 0; i < query.size(); ++i) {
    sum += static_cast<float>(values[i]) * query[i];
  }
  return sum * scale;
}

}  // namespace

std::optional<std::vector<float>> VectorRows::read(std::uint32_t row) const {
  const Impl::View view = impl_->snapshot();
  if (row >= view.capacity_rows || view.scale(row) == 0) {
    return std::nullopt;
  }
  if (!view.is_whole(row)) {
    impl_->is_damaged = true;
    return std::nullopt;
  }
  std::vector<float> made(view.dimensions);
  const std::int8_t* const values = view.values(row);
  const float scale = view.scale(row);
  std::transform(values, values + view.dimensions, made.begin(),
                 [&](std::int8_t value) { return static_cast<float>(value) * scale; });
  return made;
}

std::optional<float> VectorRows::similarity(std::uint32_t row, std::span<const float> query) const {
  ALCOVE_CHECK(query.size() == impl_->header.dimensions, "a query of another space");
  const Impl::View view = impl_->snapshot();
  if (row >= view.capacity_rows || view.scale(row) == 0) {
    return std::nullopt;
  }
  if (!view.is_whole(row)) {
    impl_->is_damaged = true;
    return std::nullopt;
  }
  return exact_similarity(view.values(row), view.scale(row), query);
}

namespace {

/// Runs cut in two halves with as many rows in each, and the number of rows.
struct Halves {
  std::vector<RowRun> first;
  std::vector<RowRun> second;
};

std::uint64_t rows_in(std::span<const RowRun> runs) {
  std::uint64_t total = 0;
  for (const RowRun& run : runs) {
    total += run.count;
  }
  return total;
}

Halves cut_after(std::span<const RowRun> runs, std::uint64_t rows) {
  Halves halves;
  std::uint64_t taken = 0;
  for (const RowRun& run : runs) {
    const std::uint64_t room = taken < rows ? rows - taken : 0;
    const auto left = static_cast<std::uint32_t>(std::min<std::uint64_t>(run.count, room));
    if (left > 0) {
      halves.first.push_back({.first = run.first, .count = left});
    }
    if (left < run.count) {
      halves.second.push_back({.first = run.first + left, .count = run.count - left});
    }
    taken += run.count;
  }
  return halves;
}

/// The rows below `row`, and the others.
Halves cut_at(std::span<const RowRun> runs, std::uint64_t row) {
  std::uint64_t below = 0;
  for (const RowRun& run : runs) {
    below += run.first >= row ? 0 : std::min<std::uint64_t>(run.count, row - run.first);
  }
  return cut_after(runs, below);
}

/// The best of all runs, by one or two threads that call `scan(runs, best)`; in no order.
template <typename ScanRuns>
std::vector<Nearest> best_of(std::span<const RowRun> runs, std::size_t limit, const ScanRuns& scan) {
  const auto part = [&](std::span<const RowRun> some) {
    Best best(limit);
    scan(some, best);
    return std::move(best).take();
  };
  const std::uint64_t total = rows_in(runs);
  if (total < kRowsPerThread) {
    return part(runs);
  }
  const Halves halves = cut_after(runs, total / 2);
  std::vector<Nearest> second;
  std::vector<Nearest> found;
  {
    const std::jthread other([&] { second = part(halves.second); });
    found = part(halves.first);
  }
  found.insert(found.end(), second.begin(), second.end());
  return found;
}

void keep_best(std::vector<Nearest>& found, std::size_t limit) {
  std::ranges::sort(found, is_nearer);
  found.resize(std::min(found.size(), limit));
}

}  // namespace

std::vector<Nearest> VectorRows::nearest(std::span<const float> query, std::span<const RowRun> runs, std::size_t limit,
                                         Scan scan) const {
  ALCOVE_CHECK(query.size() == impl_->header.dimensions, "a query of another space");
  const Impl::View view = impl_->snapshot();
  // The sketch may know rows by now that are behind this view.
  const bool may_sketch = view.sketch != nullptr && scan != Scan::kExact;
  const Halves parts = cut_at(runs, may_sketch ? std::min(view.sketch->covered(), view.capacity_rows) : 0);
  const bool by_sketch = !parts.first.empty() && !view.sketch->is_damaged() &&
                         (scan == Scan::kSketch || rows_in(parts.first) >= kSketchRowsMin);
  std::vector<Nearest> found;
  if (by_sketch) {
    found = view.near_by_sketch(query, parts.first, limit);
  }
  const std::vector<Nearest> exactly = view.near_exactly(query, by_sketch ? parts.second : runs, limit);
  found.insert(found.end(), exactly.begin(), exactly.end());
  keep_best(found, limit);
  const std::size_t expected = found.size();
  std::erase_if(found, [&](const Nearest& hit) { return !view.is_whole(hit.row); });
  if (found.size() < expected) {
    impl_->is_damaged = true;
  }
  return found;
}

std::vector<Nearest> VectorRows::Impl::View::near_exactly(std::span<const float> query, std::span<const RowRun> runs,
                                                          std::size_t limit) const {
  const Quantised quantised = quantise(query);
  const DotInt8 dot = dot_int8();
  // Some more than wanted, because the quantised query may change the order of neighbours.
  const std::size_t taken = limit + limit / 2 + 16;
  std::vector<Nearest> found = best_of(runs, taken, [&](std::span<const RowRun> part, Best& best) {
    for (const RowRun& run : part) {
      const std::uint64_t end = std::min<std::uint64_t>(std::uint64_t{run.first} + run.count, capacity_rows);
      for (std::uint64_t row = run.first; row < end; ++row) {
        const float factor = scale(row);
        if (factor != 0) {
          const auto product = static_cast<float>(dot(values(row), quantised.values.data(), dimensions));
          best.offer({.row = static_cast<std::uint32_t>(row), .similarity = product * factor});
        }
      }
    }
  });
  keep_best(found, taken);
  compare(found, query);
  return found;
}

std::vector<Nearest> VectorRows::Impl::View::near_by_sketch(std::span<const float> query, std::span<const RowRun> runs,
                                                            std::size_t limit) const {
  const Sketch::Query prepared = sketch->prepare(query);
  const std::size_t candidates = std::max(limit * kCandidatesPerResult, kCandidatesMin);
  std::vector<Nearest> found = best_of(runs, candidates, [&](std::span<const RowRun> part, Best& best) {
    for (const RowRun& run : part) {
      sketch->scan(prepared, run, best);
    }
  });
  keep_best(found, candidates);
  std::ranges::sort(found, {}, &Nearest::row);  // As they lie in the file.
  compare(found, query);
  return found;
}

void VectorRows::Impl::View::compare(std::vector<Nearest>& found, std::span<const float> query) const {
  std::erase_if(found, [&](const Nearest& hit) { return scale(hit.row) == 0; });  // Cleared a moment ago.
  for (Nearest& hit : found) {
    hit.similarity = exact_similarity(values(hit.row), scale(hit.row), query);
  }
}

std::uint64_t VectorRows::sketched() const {
  const auto sketch = impl_->snapshot().sketch;
  return sketch == nullptr ? 0 : sketch->covered();
}

Result<bool> VectorRows::extend_sketch(std::size_t rows_max) {
  const Impl::View view = impl_->snapshot();
  std::shared_ptr<Sketch> sketch = view.sketch;
  if (sketch == nullptr || sketch->is_damaged()) {
    ALCOVE_TRY(sketch, Sketch::create(impl_->folder, view.mean_of_rows()));
    impl_->view.with([&](Impl::View& current) { current.sketch = sketch; });
  }
  // Written in steps that need little memory.
  constexpr std::uint64_t kStepRows = 1'000;
  const std::uint64_t end = std::min<std::uint64_t>(view.capacity_rows, sketch->covered() + rows_max);
  std::vector<float> scales;
  std::vector<std::int8_t> values;
  for (std::uint64_t first = sketch->covered(); first < end; first += kStepRows) {
    scales.clear();
    values.clear();
    for (std::uint64_t row = first; row < std::min(end, first + kStepRows); ++row) {
      scales.push_back(view.scale(row));
      values.insert(values.end(), view.values(row), view.values(row) + view.dimensions);
    }
    ALCOVE_TRY_VOID(sketch->write(first, scales, values));
  }
  return sketch->covered() >= view.capacity_rows;
}

std::vector<float> VectorRows::Impl::View::mean_of_rows() const {
  std::vector<float> mean(dimensions);
  std::uint64_t count = 0;
  const std::uint64_t step = std::max<std::uint64_t>(1, capacity_rows / kMeanRowsMax);
  for (std::uint64_t row = 0; row < capacity_rows; row += step) {
    if (const float factor = scale(row); factor != 0) {
      ++count;
      const std::int8_t* const bytes = values(row);
      for (std::size_t i = 0; i < mean.size(); ++i) {
        mean[i] += static_cast<float>(bytes[i]) * factor;
      }
    }
  }
  for (float& value : mean) {
    value /= static_cast<float>(std::max<std::uint64_t>(1, count));
  }
  return mean;
}

}  // namespace alcove::vectors

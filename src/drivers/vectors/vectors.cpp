#include "drivers/vectors/vectors.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/sync.hpp"
#include "drivers/vectors/dot.hpp"

namespace alcove::vectors {
namespace {

constexpr std::uint64_t kMagic = 0x31'63'65'56'6F'6C'41'0AULL;
constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kSlotBytes = 2048;
constexpr std::size_t kRowsOffset = 2 * kSlotBytes;
/// The file grows by this many rows at a time, so that mappings are made anew rarely.
constexpr std::uint64_t kGrowthRows = 16'384;

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

/// A file mapped for reading; searches hold it while a writer may already have mapped a longer one.
class Mapping {
 public:
  Mapping(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data_ != nullptr) {
      munmap(const_cast<std::uint8_t*>(data_), size_);
    }
  }
  [[nodiscard]] const std::uint8_t* data() const { return data_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

Status write_all(int descriptor, const void* data, std::size_t size, std::uint64_t offset) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = pwrite(descriptor, bytes, size, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return fail_errno(errno, "write vector rows");
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

bool is_nearer(const Nearest& a, const Nearest& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.row < b.row);
}

/// The best `limit` so far; the worst of them on top.
class Best {
 public:
  explicit Best(std::size_t limit) : limit_(limit) { heap_.reserve(limit); }
  void offer(Nearest candidate) {
    if (heap_.size() < limit_) {
      heap_.push_back(candidate);
      std::ranges::push_heap(heap_, is_nearer);
    } else if (limit_ > 0 && is_nearer(candidate, heap_.front())) {
      std::ranges::pop_heap(heap_, is_nearer);
      heap_.back() = candidate;
      std::ranges::push_heap(heap_, is_nearer);
    }
  }
  std::vector<Nearest> take() && { return std::move(heap_); }

 private:
  std::size_t limit_;
  std::vector<Nearest> heap_;
};

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
  int descriptor = -1;
  Header header;
  std::size_t stride = 0;
  std::atomic<std::int64_t> applied{0};
  /// What searches see: rows below `capacity_rows` of the mapping.
  struct View {
    std::shared_ptr<const Mapping> mapping;  ///< Owned by this view and by each running search.
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
  };
  Guarded<View> view;
  mutable std::atomic<bool> is_damaged{false};

  ~Impl() {
    if (descriptor >= 0) {
      close(descriptor);
    }
  }

  [[nodiscard]] View snapshot() const {
    return view.with([](const View& current) { return current; });
  }

  Status map(std::uint64_t capacity_rows) {
    const std::size_t size = kRowsOffset + static_cast<std::size_t>(capacity_rows) * stride;
    void* const data = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (data == MAP_FAILED) {
      return fail_errno(errno, "map vector rows");
    }
    auto mapping = std::make_shared<const Mapping>(static_cast<const std::uint8_t*>(data), size);
    view.with([&](View& current) {
      current = {.mapping = std::move(mapping),
                 .capacity_rows = capacity_rows,
                 .stride = stride,
                 .dimensions = header.dimensions};
    });
    return {};
  }

  Status grow_to(std::uint64_t rows) {
    if (rows <= header.capacity_rows) {
      return {};
    }
    const std::uint64_t capacity = (rows + kGrowthRows - 1) / kGrowthRows * kGrowthRows;
    if (ftruncate(descriptor, static_cast<off_t>(kRowsOffset + capacity * stride)) != 0) {
      return fail_errno(errno, "grow vector rows");
    }
    header.capacity_rows = capacity;
    return map(capacity);
  }

  /// Until it is synced the header before holds: a failed one is written again over itself, never over that.
  Status write_header(std::int64_t applied_now) {
    Header next = header;
    ++next.generation;
    next.applied = applied_now;
    next.checksum = checksum_of(next);
    const std::uint64_t slot = next.generation % 2;
    ALCOVE_TRY_VOID(write_all(descriptor, &next, sizeof next, slot * kSlotBytes));
    if (fdatasync(descriptor) != 0) {
      return fail_errno(errno, "sync vector rows");
    }
    header = next;
    applied = applied_now;
    return {};
  }
};

VectorRows::VectorRows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VectorRows::~VectorRows() = default;

Result<std::unique_ptr<VectorRows>> VectorRows::open(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>();
  impl->descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (impl->descriptor < 0) {
    return fail_errno(errno, "open vector rows");
  }
  struct stat state{};
  if (fstat(impl->descriptor, &state) != 0) {
    return fail_errno(errno, "read the size of vector rows");
  }
  std::optional<Header> best;
  for (std::size_t slot = 0; slot < 2; ++slot) {
    Header header;
    const ssize_t size = pread(impl->descriptor, &header, sizeof header, static_cast<off_t>(slot * kSlotBytes));
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
  auto impl = std::make_unique<Impl>();
  impl->descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (impl->descriptor < 0) {
    return fail_errno(errno, "create vector rows");
  }
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
  return write_all(impl_->descriptor, bytes.data(), bytes.size(), kRowsOffset + first * impl_->stride);
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
  if (fdatasync(impl_->descriptor) != 0) {
    return fail_errno(errno, "sync vector rows");
  }
  return impl_->write_header(applied);
}

bool VectorRows::is_damaged() const {
  return impl_->is_damaged;
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

std::vector<Nearest> VectorRows::nearest(std::span<const float> query, std::span<const RowRun> runs,
                                         std::size_t limit) const {
  ALCOVE_CHECK(query.size() == impl_->header.dimensions, "a query of another space");
  const Impl::View view = impl_->snapshot();
  const Quantised quantised = quantise(query);
  const DotInt8 dot = dot_int8();
  const auto scan = [&](std::span<const RowRun> part) {
    Best best(limit);
    for (const RowRun& run : part) {
      const std::uint64_t end = std::min<std::uint64_t>(std::uint64_t{run.first} + run.count, view.capacity_rows);
      for (std::uint64_t row = run.first; row < end; ++row) {
        const float scale = view.scale(row);
        if (scale != 0) {
          const auto product = static_cast<float>(dot(view.values(row), quantised.values.data(), view.dimensions));
          best.offer({.row = static_cast<std::uint32_t>(row), .similarity = product * scale});
        }
      }
    }
    return std::move(best).take();
  };
  std::uint64_t total = 0;
  for (const RowRun& run : runs) {
    total += run.count;
  }
  std::vector<Nearest> found;
  if (total < kRowsPerThread) {
    found = scan(runs);
  } else {
    // Halves by rows: the run in the middle is cut.
    std::vector<RowRun> halves[2];
    std::uint64_t taken = 0;
    for (const RowRun& run : runs) {
      const std::uint64_t room = taken < total / 2 ? total / 2 - taken : 0;
      const auto left = static_cast<std::uint32_t>(std::min<std::uint64_t>(run.count, room));
      if (left > 0) {
        halves[0].push_back({.first = run.first, .count = left});
      }
      if (left < run.count) {
        halves[1].push_back({.first = run.first + left, .count = run.count - left});
      }
      taken += run.count;
    }
    std::vector<Nearest> second;
    {
      const std::jthread other([&] { second = scan(halves[1]); });
      found = scan(halves[0]);
    }
    found.insert(found.end(), second.begin(), second.end());
  }
  std::ranges::sort(found, is_nearer);
  found.resize(std::min(found.size(), limit));
  const std::size_t expected = found.size();
  std::erase_if(found, [&](const Nearest& hit) { return !view.is_whole(hit.row); });
  if (found.size() < expected) {
    impl_->is_damaged = true;
  }
  for (Nearest& hit : found) {
    hit.similarity = exact_similarity(view.values(hit.row), view.scale(hit.row), query);
  }
  std::ranges::sort(found, is_nearer);
  return found;
}

}  // namespace alcove::vectors

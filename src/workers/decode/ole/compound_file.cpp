#include "workers/decode/ole/compound_file.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/file_time.hpp"
#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole {
namespace {

constexpr std::size_t kHeaderBytes = 512;
constexpr std::size_t kEntryBytes = 128;
constexpr unsigned kSmallShift = 6;
constexpr std::size_t kHeaderTableSectors = 109;

/// Values from here on are no sectors: table sectors, the end of a chain, free.
constexpr std::uint32_t kSectorsEnd = 0xFFFFFFFA;
constexpr std::uint32_t kNoEntry = 0xFFFFFFFF;

constexpr std::uint8_t kStorageType = 1;
constexpr std::uint8_t kStreamType = 2;
constexpr std::uint8_t kRootType = 5;

void append_numbers(std::vector<std::uint32_t>& out, ByteView bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(u32_at(bytes, i * 4));
  }
}

std::string entry_name(ByteView entry) {
  const std::size_t bytes = std::min<std::size_t>(u16_at(entry, 64), 64);
  std::string name = decode_utf16(entry.first(bytes));
  while (!name.empty() && name.back() == '\0') {
    name.pop_back();
  }
  return name;
}

}  // namespace

bool CompoundFile::has_signature(ByteView head) {
  constexpr std::array<std::uint8_t, 8> kSignature = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
  return head.size() >= kHeaderBytes && std::equal(kSignature.begin(), kSignature.end(), head.begin());
}

Result<CompoundFile> CompoundFile::open(const input::ByteSource& source) {
  CompoundFile file(source);
  ALCOVE_TRY_VOID(file.load());
  return file;
}

Status CompoundFile::load() {
  ALCOVE_TRY(const Bytes header, source_->read_range(0, kHeaderBytes));
  if (!has_signature(header)) {
    return fail(ErrorCode::kCorrupt, "This is no compound file");
  }
  sector_shift_ = u16_at(header, 30) == 12 ? 12 : 9;
  // Every program writes 4,096; another value would only move streams out of reach.
  small_size_max_ = u32_at(header, 56) == 0 ? small_size_max_ : u32_at(header, 56);
  ALCOVE_TRY_VOID(load_sector_table(header));
  ALCOVE_TRY_VOID(load_directory(u32_at(header, 48)));
  return load_small_streams(header);
}

Status CompoundFile::load_sector_table(ByteView header) {
  const std::uint64_t sectors = source_->size() >> sector_shift_;
  const std::size_t per_sector = sector_bytes() / 4;
  const std::uint64_t table_sectors = std::min<std::uint64_t>(u32_at(header, 44), sectors / per_sector + 1);
  std::vector<std::uint32_t> places;
  append_numbers(places, header.subspan(76), std::min<std::size_t>(kHeaderTableSectors, table_sectors));
  // Further places are in a chain of sectors, each of which ends with the number of the next.
  std::uint32_t more = u32_at(header, 68);
  while (places.size() < table_sectors && more < kSectorsEnd) {
    ALCOVE_TRY(const Bytes sector, source_->read_range(sector_offset(more), sector_bytes()));
    if (sector.size() < sector_bytes()) {
      break;
    }
    append_numbers(places, sector, std::min<std::size_t>(per_sector - 1, table_sectors - places.size()));
    more = u32_at(sector, (per_sector - 1) * 4);
  }
  for (const std::uint32_t place : places) {
    const std::size_t begin = next_.size();
    Bytes sector;
    if (place < kSectorsEnd) {
      ALCOVE_TRY(sector, source_->read_range(sector_offset(place), sector_bytes()));
    }
    append_numbers(next_, sector, sector.size() / 4);
    damaged_ = damaged_ || sector.size() < sector_bytes();
    while (next_.size() < begin + per_sector) {
      next_.push_back(static_cast<std::uint32_t>(next_.size() + 1));
    }
  }
  return {};
}

std::uint32_t CompoundFile::next_sector(std::uint32_t sector) const {
  return sector < next_.size() ? next_[sector] : sector + 1;
}

Result<CompoundFile::Content> CompoundFile::read_chain(std::uint32_t first, std::uint64_t size) const {
  Content out;
  std::uint32_t sector = first;
  // Each step takes at least a sector's bytes, so a chain that runs in circles ends with the size.
  while (out.bytes.size() < size && sector < kSectorsEnd) {
    const std::uint64_t wanted = size - out.bytes.size();
    std::uint64_t run = sector_bytes();
    std::uint32_t last = sector;
    while (run < wanted && next_sector(last) == last + 1) {
      ++last;
      run += sector_bytes();
    }
    const std::size_t begin = out.bytes.size();
    out.bytes.resize(begin + std::min(run, wanted));
    ALCOVE_TRY(const std::size_t got, source_->read(sector_offset(sector), std::span(out.bytes).subspan(begin)));
    if (begin + got < out.bytes.size()) {
      out.bytes.resize(begin + got);
      break;
    }
    sector = next_sector(last);
  }
  out.truncated = out.bytes.size() < size;
  return out;
}

CompoundFile::Content CompoundFile::read_small(std::uint32_t first, std::uint64_t size) const {
  constexpr std::size_t kSmallBytes = 1UL << kSmallShift;
  Content out;
  std::uint32_t sector = first;
  while (out.bytes.size() < size && sector < kSectorsEnd) {
    const std::uint64_t wanted = std::min<std::uint64_t>(kSmallBytes, size - out.bytes.size());
    const ByteView piece = slice(small_bytes_, static_cast<std::size_t>(sector) << kSmallShift, wanted);
    out.bytes.insert(out.bytes.end(), piece.begin(), piece.end());
    if (piece.size() < wanted) {
      break;
    }
    sector = sector < small_next_.size() ? small_next_[sector] : sector + 1;
  }
  out.truncated = out.bytes.size() < size;
  return out;
}

Status CompoundFile::load_directory(std::uint32_t first_sector) {
  const std::uint64_t size_max = std::min<std::uint64_t>(source_->size(), kEntriesMax * kEntryBytes);
  // The directory's size is nowhere stated in small files: its chain ends it.
  std::uint64_t size = 0;
  for (std::uint32_t at = first_sector; at < kSectorsEnd && size < size_max; at = next_sector(at)) {
    size += sector_bytes();
  }
  ALCOVE_TRY(const Content directory, read_chain(first_sector, size));
  if (directory.bytes.size() < kEntryBytes) {
    return fail(ErrorCode::kCorrupt, "The compound file has no directory");
  }
  link_entries(directory.bytes);
  return {};
}

void CompoundFile::link_entries(ByteView directory) {
  struct Raw {
    std::uint32_t left, right, child;
    std::uint8_t type;
  };
  std::vector<Raw> raw;
  const std::size_t count = directory.size() / kEntryBytes;
  for (std::size_t i = 0; i < count; ++i) {
    const ByteView bytes = directory.subspan(i * kEntryBytes, kEntryBytes);
    raw.push_back({u32_at(bytes, 68), u32_at(bytes, 72), u32_at(bytes, 76), u8_at(bytes, 66)});
    Entry& entry = entries_.emplace_back();
    entry.name = entry_name(bytes);
    entry.is_storage = i == kRoot || raw.back().type == kStorageType || raw.back().type == kRootType;
    entry.first_sector = u32_at(bytes, 116);
    // The upper half of the size means nothing where sectors have 512 bytes, and old programs leave rubbish there.
    const std::uint64_t size = sector_shift_ == 9 ? u32_at(bytes, 120) : u64_at(bytes, 120);
    entry.size = std::min(size, source_->size());
    entry.modified_unix_ms = unix_ms_of_file_time(u64_at(bytes, 108));
  }
  std::vector<bool> seen(count, false);
  seen[kRoot] = true;
  struct Step {
    std::size_t parent;
    std::uint32_t entry;
    unsigned depth;
  };
  std::vector<Step> steps = {{kRoot, raw[kRoot].child, 0}};
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    if (step.entry >= count || seen[step.entry]) {
      damaged_ = damaged_ || step.entry != kNoEntry;
      continue;
    }
    seen[step.entry] = true;
    const Raw& links = raw[step.entry];
    if (links.type == kStorageType || links.type == kStreamType) {
      entries_[step.entry].parent = step.parent;
      entries_[step.parent].children.push_back(step.entry);
    }
    steps.push_back({step.parent, links.left, step.depth});
    steps.push_back({step.parent, links.right, step.depth});
    if (links.type == kStorageType && step.depth < kStorageDepthMax) {
      steps.push_back({step.entry, links.child, step.depth + 1});
    }
  }
  // Without a root's tree every stream that is left is taken for the root's.
  if (entries_[kRoot].children.empty()) {
    damaged_ = true;
    for (std::size_t i = 1; i < count; ++i) {
      if (raw[i].type == kStreamType && !seen[i]) {
        entries_[kRoot].children.push_back(i);
      }
    }
  }
  for (Entry& entry : entries_) {
    std::ranges::sort(entry.children, {}, [&](std::size_t child) { return std::string_view(entries_[child].name); });
  }
}

Status CompoundFile::load_small_streams(ByteView header) {
  const Entry& root = entries_[kRoot];
  ALCOVE_TRY(Content container, read_chain(root.first_sector, std::min<std::uint64_t>(root.size, kStreamBytesMax)));
  damaged_ = damaged_ || container.truncated;
  small_bytes_ = std::move(container.bytes);
  const std::uint64_t table_size = (small_bytes_.size() >> kSmallShift) * 4;
  ALCOVE_TRY(const Content table, read_chain(u32_at(header, 60), table_size));
  append_numbers(small_next_, table.bytes, table.bytes.size() / 4);
  return {};
}

std::optional<std::size_t> CompoundFile::find(std::string_view name, std::size_t storage) const {
  for (const std::size_t child : entries_[storage].children) {
    if (entries_[child].name.size() == name.size() && ascii_lower(entries_[child].name) == ascii_lower(name)) {
      return child;
    }
  }
  return std::nullopt;
}

Result<CompoundFile::Content> CompoundFile::read(std::size_t entry, std::size_t size_max) const {
  const Entry& stream = entries_[entry];
  if (stream.is_storage) {
    return Content{};
  }
  const std::uint64_t size = std::min<std::uint64_t>(stream.size, size_max);
  if (stream.size < small_size_max_) {
    return read_small(stream.first_sector, size);
  }
  ALCOVE_TRY(Content out, read_chain(stream.first_sector, size));
  out.truncated = out.truncated || size < stream.size;
  return out;
}

Result<CompoundFile::Content> CompoundFile::read(std::string_view name, std::size_t storage,
                                                 std::size_t size_max) const {
  const auto entry = find(name, storage);
  return entry ? read(*entry, size_max) : Content{};
}

}  // namespace alcove::ole

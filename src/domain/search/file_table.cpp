#include "domain/search/file_table.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace alcove::search {
namespace {

constexpr std::size_t kNumberBytes = 8;

void append_number(std::string& value, std::int64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    value += static_cast<char>((static_cast<std::uint64_t>(number) >> static_cast<unsigned>(shift)) & 0xFFU);
  }
}

std::int64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) {
    number = (number << 8U) | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace

void FileTable::set(std::uint32_t file, const Row& row) {
  rows_.with([&](std::vector<Row>& rows) {
    if (file >= rows.size()) {
      rows.resize(file + std::size_t{1});
    }
    rows[file] = row;
  });
}

void FileTable::remove(std::uint32_t file) {
  rows_.with([&](std::vector<Row>& rows) {
    if (file < rows.size()) {
      rows[file] = {};
    }
  });
}

void FileTable::clear() {
  rows_.with([](std::vector<Row>& rows) { rows.clear(); });
}

sets::Bitmap FileTable::where(const sets::Bitmap& among, const std::function<bool(const Row&)>& matches) const {
  std::vector<std::uint32_t> found;
  rows_.with([&](const std::vector<Row>& rows) {
    among.for_each([&](std::uint32_t file) {
      if (file < rows.size() && rows[file].size_bytes != kAbsent && matches(rows[file])) {
        found.push_back(file);
      }
      return true;
    });
  });
  sets::Bitmap members;
  members.add_many(found);
  return members;
}

std::vector<std::uint32_t> FileTable::ordered(const sets::Bitmap& among, Order order, std::size_t limit) const {
  std::vector<std::pair<std::int64_t, std::uint32_t>> found;
  rows_.with([&](const std::vector<Row>& rows) {
    among.for_each([&](std::uint32_t file) {
      if (file < rows.size() && rows[file].size_bytes != kAbsent) {
        const Row& row = rows[file];
        found.emplace_back(order == Order::kNewest   ? -row.modified_unix_ms
                           : order == Order::kOldest ? row.modified_unix_ms
                                                     : -row.size_bytes,
                           file);
      }
      return true;
    });
  });
  const std::size_t kept = std::min(limit, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(kept));
  std::vector<std::uint32_t> files;
  files.reserve(kept);
  for (const auto& [key, file] : std::span(found).first(kept)) {
    files.push_back(file);
  }
  return files;
}

std::string FileTable::encode(const Row& row) {
  std::string value;
  append_number(value, row.modified_unix_ms);
  append_number(value, row.size_bytes);
  return value;
}

FileTable::Row FileTable::decode(std::string_view value) {
  if (value.size() != 2 * kNumberBytes) {
    return {};
  }
  return {.modified_unix_ms = read_number(value.substr(0, kNumberBytes)),
          .size_bytes = read_number(value.substr(kNumberBytes))};
}

}  // namespace alcove::search

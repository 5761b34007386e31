#include "workers/decode/office/container.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace alcove::office {
namespace {

constexpr std::size_t kEndRecordBytes = 22;
constexpr std::size_t kCommentBytesMax = 65'535;
constexpr std::size_t kDirectoryBytesMax = 32UL * 1024 * 1024;
constexpr std::size_t kWindowBytes = 64UL * 1024;

std::uint64_t little_endian(ByteView bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(bytes[at + i]) << (8 * i);
  }
  return value;
}

/// What libarchive reads from: the source from some offset on.
struct Window {
  const input::ByteSource* source = nullptr;
  std::uint64_t offset = 0;
  std::array<std::uint8_t, kWindowBytes> buffer{};
};

la_ssize_t read_window(archive* reader, void* data, const void** buffer) {
  auto* window = static_cast<Window*>(data);
  const auto count = window->source->read(window->offset, window->buffer);
  if (!count) {
    archive_set_error(reader, EIO, "read failed");
    return ARCHIVE_FATAL;
  }
  window->offset += *count;
  *buffer = window->buffer.data();
  return static_cast<la_ssize_t>(*count);
}

la_int64_t skip_window(archive*, void* data, la_int64_t request) {
  auto* window = static_cast<Window*>(data);
  const std::uint64_t left = window->source->size() - std::min(window->offset, window->source->size());
  const std::uint64_t skipped =
      std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::max<la_int64_t>(request, 0)));
  window->offset += skipped;
  return static_cast<la_int64_t>(skipped);
}

struct CloseReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, CloseReader>;

/// A streaming ZIP reader that starts at the window's offset; null when libarchive refuses.
Reader open_reader(Window& window) {
  Reader reader(archive_read_new());
  if (reader == nullptr || archive_read_support_format_zip_streamable(reader.get()) != ARCHIVE_OK) {
    return nullptr;
  }
  archive_read_set_callback_data(reader.get(), &window);
  archive_read_set_read_callback(reader.get(), &read_window);
  archive_read_set_skip_callback(reader.get(), &skip_window);
  return archive_read_open1(reader.get()) == ARCHIVE_OK ? std::move(reader) : nullptr;
}

std::string_view without_slash(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of('/'), name.size()));
  return name;
}

}  // namespace

Result<Container> Container::open(const input::ByteSource& source, const wire::DecodeLimits& limits) {
  Container container(source, limits);
  if (!container.read_directory()) {
    container.members_.clear();
    container.by_name_.clear();
    container.by_lower_name_.clear();
    container.damaged_ = true;
    ALCOVE_TRY_VOID(container.walk_local_headers());
  }
  return container;
}

bool Container::add_member(Member member) {
  if (members_.size() >= limits_.members_max) {
    cut_ = true;
    return false;
  }
  const std::size_t index = members_.size();
  std::string key(without_slash(member.name));
  by_lower_name_.emplace(ascii_lower(key), index);
  by_name_.emplace(std::move(key), index);
  members_.push_back(std::move(member));
  return true;
}

Status Container::read_directory() {
  const std::uint64_t size = source_->size();
  const std::uint64_t tail_at = size - std::min<std::uint64_t>(size, kCommentBytesMax + kEndRecordBytes);
  ALCOVE_TRY(const Bytes tail, source_->read_range(tail_at, kCommentBytesMax + kEndRecordBytes));
  const std::size_t at = as_text(tail).rfind("PK\x05\x06");
  if (at == std::string_view::npos || tail.size() - at < kEndRecordBytes) {
    return fail(ErrorCode::kCorrupt, "The container has no directory");
  }
  std::uint64_t directory_size = little_endian(tail, at + 12, 4);
  std::uint64_t directory_at = little_endian(tail, at + 16, 4);
  std::uint64_t end_at = tail_at + at;
  constexpr std::size_t kLocatorBytes = 20;
  if (directory_at == 0xFFFFFFFFU && at >= kLocatorBytes &&
      as_text(tail).substr(at - kLocatorBytes, 4) == "PK\x06\x07") {
    const std::uint64_t record_at = little_endian(tail, at - kLocatorBytes + 8, 8);
    ALCOVE_TRY(const Bytes record, source_->read_range(record_at, 56));
    if (record.size() < 56 || as_text(record).substr(0, 4) != "PK\x06\x06") {
      return fail(ErrorCode::kCorrupt, "The container's directory is damaged");
    }
    directory_size = little_endian(record, 40, 8);
    directory_at = little_endian(record, 48, 8);
    end_at = record_at;
  }
  // Bytes before the archive (a self-extracting stub) shift every offset by the same amount.
  if (directory_size > kDirectoryBytesMax || directory_size > end_at || directory_at > end_at - directory_size) {
    return fail(ErrorCode::kCorrupt, "The container's directory is damaged");
  }
  return parse_directory(end_at - directory_size, directory_size, end_at - directory_size - directory_at);
}

Status Container::parse_directory(std::uint64_t offset, std::uint64_t size, std::uint64_t prefix) {
  ALCOVE_TRY(const Bytes bytes, source_->read_range(offset, static_cast<std::size_t>(size)));
  constexpr std::size_t kHeaderBytes = 46;
  for (std::size_t at = 0; at + kHeaderBytes <= bytes.size();) {
    if (as_text(bytes).substr(at, 4) != "PK\x01\x02") {
      return fail(ErrorCode::kCorrupt, "The container's directory is damaged");
    }
    const auto name_bytes = static_cast<std::size_t>(little_endian(bytes, at + 28, 2));
    const auto extra_bytes = static_cast<std::size_t>(little_endian(bytes, at + 30, 2));
    const auto comment_bytes = static_cast<std::size_t>(little_endian(bytes, at + 32, 2));
    if (at + kHeaderBytes + name_bytes + extra_bytes > bytes.size()) {
      return fail(ErrorCode::kCorrupt, "The container's directory is damaged");
    }
    Member member;
    member.name = to_valid_utf8(as_text(bytes).substr(at + kHeaderBytes, name_bytes));
    member.encrypted = (little_endian(bytes, at + 8, 2) & 1U) != 0;
    member.offset = little_endian(bytes, at + 42, 4);
    // ZIP64: the real offset stands last among the 8-byte values of extra field 1.
    for (std::size_t field = at + kHeaderBytes + name_bytes;
         member.offset == 0xFFFFFFFFU && field + 4 < at + kHeaderBytes + name_bytes + extra_bytes;) {
      const auto length = static_cast<std::size_t>(little_endian(bytes, field + 2, 2));
      if (little_endian(bytes, field, 2) == 1 && length >= 8) {
        const std::size_t before = (little_endian(bytes, at + 24, 4) == 0xFFFFFFFFU ? 8U : 0U) +
                                   (little_endian(bytes, at + 20, 4) == 0xFFFFFFFFU ? 8U : 0U);
        member.offset = before + 8 <= length ? little_endian(bytes, field + 4 + before, 8) : member.offset;
        break;
      }
      field += 4 + length;
    }
    member.offset += prefix;
    if (!add_member(std::move(member))) {
      break;
    }
    at += kHeaderBytes + name_bytes + extra_bytes + comment_bytes;
  }
  return members_.empty() ? Status(fail(ErrorCode::kCorrupt, "The container is empty")) : Status();
}

Status Container::walk_local_headers() {
  Window window{.source = source_};
  const Reader reader = open_reader(window);
  if (reader == nullptr) {
    return fail(ErrorCode::kCorrupt, "The file is not a readable container");
  }
  archive_entry* entry = nullptr;
  std::uint64_t inflated = 0;
  for (int status = archive_read_next_header(reader.get(), &entry); status == ARCHIVE_OK || status == ARCHIVE_WARN;
       status = archive_read_next_header(reader.get(), &entry)) {
    const char* const name = archive_entry_pathname(entry);
    Member member;
    member.name = to_valid_utf8(name == nullptr ? "" : name);
    member.offset = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_read_header_position(reader.get()), 0));
    member.encrypted = archive_entry_is_data_encrypted(entry) == 1;
    if (!add_member(std::move(member))) {
      break;
    }
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t at = 0;
    while (archive_read_data_block(reader.get(), &data, &size, &at) == ARCHIVE_OK) {
      inflated += size;
      if (inflated >= limits_.expanded_bytes_max) {
        return {};
      }
    }
  }
  return members_.empty() ? Status(fail(ErrorCode::kCorrupt, "The file is not a readable container")) : Status();
}

const Member* Container::find(std::string_view name) const {
  name = without_slash(name);
  if (const auto exact = by_name_.find(name); exact != by_name_.end()) {
    return &members_[exact->second];
  }
  const auto lower = by_lower_name_.find(ascii_lower(name));
  return lower == by_lower_name_.end() ? nullptr : &members_[lower->second];
}

Status Container::stream(std::string_view name, const std::function<bool(std::string_view)>& take) {
  const Member* const member = find(name);
  if (member == nullptr) {
    return fail(ErrorCode::kNotFound, "A part of the document is missing", "no member " + std::string(name));
  }
  if (member->encrypted) {
    return fail(ErrorCode::kUnsupported, "The document is protected by a password");
  }
  Window window{.source = source_, .offset = member->offset};
  const Reader reader = open_reader(window);
  const std::uint64_t before = consumed_bytes_;
  archive_entry* entry = nullptr;
  const int status = reader == nullptr ? ARCHIVE_FATAL : archive_read_next_header(reader.get(), &entry);
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    return fail(ErrorCode::kCorrupt, "A part of the document is damaged", "no local header of " + member->name);
  }
  while (true) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t at = 0;
    const int block = archive_read_data_block(reader.get(), &data, &size, &at);
    if (block == ARCHIVE_EOF) {
      return {};
    }
    if (block != ARCHIVE_OK && block != ARCHIVE_WARN) {
      return fail(ErrorCode::kCorrupt, "A part of the document is damaged", "cannot inflate " + member->name);
    }
    expanded_bytes_ += size;
    constexpr int kOutermost = -1;
    consumed_bytes_ =
        before + static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(reader.get(), kOutermost), 0));
    if (is_exhausted()) {
      return fail(ErrorCode::kTooLarge, "The document grows too large when it is unpacked");
    }
    if (size > 0 && !take({static_cast<const char*>(data), size})) {
      return {};
    }
  }
}

Result<Container::Content> Container::read(std::string_view name, std::size_t size_max) {
  Content content;
  const Status status = stream(name, [&](std::string_view piece) {
    const std::string_view kept = piece.substr(0, size_max - content.bytes.size());
    content.bytes += kept;
    content.truncated = kept.size() < piece.size();
    content.too_large = content.truncated;
    return !content.truncated;
  });
  if (!status) {
    if (content.bytes.empty() || status.error().code == ErrorCode::kNotFound) {
      return std::unexpected(status.error());
    }
    content.truncated = true;
    content.too_large = status.error().code == ErrorCode::kTooLarge;
  }
  return content;
}

}  // namespace alcove::office

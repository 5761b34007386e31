#include "workers/decode/parts/archive_stream.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"

namespace alcove::parts {
namespace {

using wire::Format;

constexpr std::size_t kZipEndBytes = 22;
constexpr std::size_t kZipCommentBytesMax = 65'535;

std::uint64_t little_endian(ByteView bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(bytes[at + i]) << (8 * i);
  }
  return value;
}

/// Whether the directory at a ZIP's end is there and of a size that may be held in memory: libarchive reads all of it
/// before the first member. Otherwise the members are walked from the front.
bool has_bounded_directory(const input::ByteSource& source) {
  constexpr std::uint64_t kDirectoryBytesMax = 32UL * 1024 * 1024;
  constexpr std::uint64_t kTailBytes = kZipEndBytes + kZipCommentBytesMax;
  const std::uint64_t at = source.size() - std::min(source.size(), kTailBytes);
  const auto tail = source.read_range(at, kTailBytes);
  const std::size_t found = tail ? as_text(*tail).rfind("PK\x05\x06") : std::string_view::npos;
  if (found == std::string_view::npos || tail->size() - found < kZipEndBytes) {
    return false;
  }
  std::uint64_t directory_bytes = little_endian(*tail, found + 12, 4);
  constexpr std::size_t kLocatorBytes = 20;
  if (found >= kLocatorBytes && as_text(*tail).substr(found - kLocatorBytes, 4) == "PK\x06\x07") {
    constexpr std::size_t kRecordBytes = 56;
    const auto record = source.read_range(little_endian(*tail, found - kLocatorBytes + 8, 8), kRecordBytes);
    directory_bytes = record && record->size() == kRecordBytes ? little_endian(*record, 40, 8) : UINT64_MAX;
  }
  return directory_bytes <= kDirectoryBytesMax;
}

/// LZMA without a container has no mark: the properties that every program writes, a size of the dictionary that is a
/// power of two (or one and a half times one), and a size of the whole that is unknown or sensible.
bool is_lzma(ByteView head) {
  constexpr std::size_t kHeaderBytes = 13;
  constexpr std::uint8_t kUsualProperties = 0x5D;
  constexpr std::uint64_t kDictionaryMin = 4096;
  constexpr std::uint64_t kUnknownSize = UINT64_MAX;
  constexpr std::uint64_t kSizeEnd = 1ULL << 40U;
  if (head.size() <= kHeaderBytes || head[0] != kUsualProperties || head[kHeaderBytes] != 0) {
    return false;
  }
  const std::uint64_t dictionary = little_endian(head, 1, 4);
  const std::uint64_t size = little_endian(head, 5, 8);
  const bool usual = std::has_single_bit(dictionary) || (dictionary % 3 == 0 && std::has_single_bit(dictionary / 3));
  return dictionary >= kDictionaryMin && usual && (size == kUnknownSize || size < kSizeEnd);
}

}  // namespace

Compression compression_of(ByteView head) {
  const std::string_view text = as_text(head);
  using namespace std::string_view_literals;
  if (text.starts_with("\x1F\x8B\x08"sv)) {
    return Compression::kGzip;
  }
  if (text.starts_with("BZh"sv) && text.size() > 9 && text[3] >= '1' && text[3] <= '9' &&
      (text.substr(4, 6) == "1AY&SY"sv || text.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv)) {
    return Compression::kBzip2;
  }
  if (text.starts_with("\xFD"
                       "7zXZ\0"sv)) {
    return Compression::kXz;
  }
  if (text.starts_with("\x28\xB5\x2F\xFD"sv)) {
    return Compression::kZstd;
  }
  return is_lzma(head) ? Compression::kLzma : Compression::kNone;
}

ArchiveStream::~ArchiveStream() {
  if (archive_ != nullptr) {
    archive_read_free(archive_);
  }
}

std::unique_ptr<ArchiveStream> ArchiveStream::open(Format format, const input::ByteSource& source, GoOn go_on) {
  std::unique_ptr<ArchiveStream> stream(new ArchiveStream(source, std::move(go_on)));
  stream->archive_ = archive_read_new();
  if (stream->archive_ == nullptr || !stream->enable(format)) {
    return nullptr;
  }
  archive_read_set_callback_data(stream->archive_, stream.get());
  archive_read_set_read_callback(stream->archive_, &on_read);
  archive_read_set_skip_callback(stream->archive_, &on_skip);
  archive_read_set_seek_callback(stream->archive_, &on_seek);
  return archive_read_open1(stream->archive_) == ARCHIVE_OK ? std::move(stream) : nullptr;
}

bool ArchiveStream::enable(Format format) {
  switch (format) {
    case Format::kZip:
      has_directory_ = has_bounded_directory(source_);
      return (has_directory_ ? archive_read_support_format_zip_seekable(archive_)
                             : archive_read_support_format_zip_streamable(archive_)) == ARCHIVE_OK;
    case Format::kSevenZip: return archive_read_support_format_7zip(archive_) == ARCHIVE_OK;
    case Format::kRar:
      return archive_read_support_format_rar(archive_) == ARCHIVE_OK &&
             archive_read_support_format_rar5(archive_) == ARCHIVE_OK;
    case Format::kTar: return archive_read_support_format_tar(archive_) == ARCHIVE_OK && enable_filter();
    case Format::kCompressed:
      return archive_read_support_format_raw(archive_) == ARCHIVE_OK &&
             archive_read_support_format_empty(archive_) == ARCHIVE_OK && enable_filter();
    default: return false;
  }
}

bool ArchiveStream::enable_filter() {
  constexpr std::size_t kSignatureBytes = 16;
  const auto head = source_.read_range(0, kSignatureBytes);
  const auto append = [this](int support(archive*), int code) {
    // ARCHIVE_WARN would mean an external program.
    return support(archive_) == ARCHIVE_OK && archive_read_append_filter(archive_, code) == ARCHIVE_OK;
  };
  switch (head ? compression_of(*head) : Compression::kNone) {
    case Compression::kGzip: return append(&archive_read_support_filter_gzip, ARCHIVE_FILTER_GZIP);
    case Compression::kBzip2: return append(&archive_read_support_filter_bzip2, ARCHIVE_FILTER_BZIP2);
    case Compression::kXz: return append(&archive_read_support_filter_xz, ARCHIVE_FILTER_XZ);
    case Compression::kZstd: return append(&archive_read_support_filter_zstd, ARCHIVE_FILTER_ZSTD);
    case Compression::kLzma: return append(&archive_read_support_filter_lzma, ARCHIVE_FILTER_LZMA);
    case Compression::kNone: return true;
  }
  return false;
}

std::uint64_t ArchiveStream::position() const {
  constexpr int kOutermost = -1;
  return static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, kOutermost), 0));
}

la_ssize_t ArchiveStream::on_read(archive* reader, void* self, const void** buffer) {
  auto* const stream = static_cast<ArchiveStream*>(self);
  const auto count = stream->source_.read(stream->offset_, stream->window_);
  if (!count || !stream->go_on_()) {
    archive_set_error(reader, EIO, count ? "stopped" : "read failed");
    return ARCHIVE_FATAL;
  }
  stream->offset_ += *count;
  *buffer = stream->window_.data();
  return static_cast<la_ssize_t>(*count);
}

la_int64_t ArchiveStream::on_skip(archive*, void* self, la_int64_t request) {
  auto* const stream = static_cast<ArchiveStream*>(self);
  const std::uint64_t left = stream->source_.size() - std::min(stream->offset_, stream->source_.size());
  const std::uint64_t skipped =
      std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::max<la_int64_t>(request, 0)));
  stream->offset_ += skipped;
  return static_cast<la_int64_t>(skipped);
}

la_int64_t ArchiveStream::on_seek(archive*, void* self, la_int64_t offset, int whence) {
  auto* const stream = static_cast<ArchiveStream*>(self);
  const auto size = static_cast<la_int64_t>(stream->source_.size());
  const la_int64_t base = whence == SEEK_CUR ? static_cast<la_int64_t>(stream->offset_) : whence == SEEK_END ? size : 0;
  const bool inside = offset >= -base && offset <= size - base;
  if (!inside) {
    return ARCHIVE_FATAL;
  }
  stream->offset_ = static_cast<std::uint64_t>(base + offset);
  return base + offset;
}

Utf8Names::Utf8Names() {
  // Loaded once and kept: the worker cannot be sure to read it again.
  static const locale_t kUtf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  before_ = kUtf8 == nullptr ? nullptr : ::uselocale(kUtf8);
}

Utf8Names::~Utf8Names() {
  if (before_ != nullptr) {
    ::uselocale(before_);
  }
}

}  // namespace alcove::parts

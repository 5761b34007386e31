#pragma once
/// @file
/// Internal to decode/parts: libarchive over a ByteSource, with nothing enabled but what is named.

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>  // NOLINT(modernize-deprecated-headers): locale_t is POSIX.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "wire/artefacts.hpp"
#include "workers/decode/input/byte_source.hpp"

namespace alcove::parts {

/// How a stream is compressed as a whole. The old "compress" (.Z) is left out: libarchive 3.6 crashes on a cut one.
enum class Compression : std::uint8_t { kNone, kGzip, kBzip2, kXz, kZstd, kLzma };
Compression compression_of(ByteView head);

/// An opened archive.
///
/// libarchive runs external programs for filters that it was built without and guesses layer after layer of filters.
/// Here one filter at most is appended by name, and only if it is built in.
/// Thread safety: none. Ownership: borrows the source. Failure: `open` gives null.
class ArchiveStream {
 public:
  /// Asked before each read of the source; false ends reading with an error.
  using GoOn = std::function<bool()>;

  /// kTar and kCompressed take off one layer of compression, which `compression_of` found.
  static std::unique_ptr<ArchiveStream> open(wire::Format format, const input::ByteSource& source, GoOn go_on);
  ~ArchiveStream();
  ArchiveStream(const ArchiveStream&) = delete;
  ArchiveStream& operator=(const ArchiveStream&) = delete;

  [[nodiscard]] archive* handle() const { return archive_; }
  /// Where in the source libarchive stands; what it has only looked ahead at is not counted.
  [[nodiscard]] std::uint64_t position() const;
  /// Whether members are found by a directory, so that passing one by costs nothing.
  [[nodiscard]] bool has_directory() const { return has_directory_; }

 private:
  ArchiveStream(const input::ByteSource& source, GoOn go_on) : source_(source), go_on_(std::move(go_on)) {}
  bool enable(wire::Format format);
  bool enable_filter();
  static la_ssize_t on_read(archive* reader, void* self, const void** buffer);
  static la_int64_t on_skip(archive* reader, void* self, la_int64_t request);
  static la_int64_t on_seek(archive* reader, void* self, la_int64_t offset, int whence);

  static constexpr std::size_t kWindowBytes = 64UL * 1024;

  const input::ByteSource& source_;
  GoOn go_on_;
  archive* archive_ = nullptr;
  std::uint64_t offset_ = 0;
  bool has_directory_ = false;
  std::array<std::uint8_t, kWindowBytes> window_{};
};

/// While it lives, names in UTF-8 pass through libarchive unchanged: it converts to the thread's character set, which
/// is ASCII in a worker.
class Utf8Names {
 public:
  Utf8Names();
  ~Utf8Names();
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t before_ = nullptr;
};

}  // namespace alcove::parts

#include "workers/decode/parts/archive.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workers/decode/parts/archive_stream.hpp"
#include "workers/decode/parts/part_path.hpp"

namespace alcove::parts {
namespace {

using wire::Format;

constexpr std::size_t kTarHeaderBytes = 512;

/// Whether the block is a tar header: its checksum, taken with the checksum's own field as blanks, is right.
bool is_tar_header(ByteView block) {
  constexpr std::size_t kSumAt = 148;
  constexpr std::size_t kSumBytes = 8;
  if (block.size() < kTarHeaderBytes || block[0] == 0) {
    return false;
  }
  std::uint32_t sum = 0;
  std::uint32_t stated = 0;
  unsigned digits = 0;
  for (std::size_t i = 0; i < kTarHeaderBytes; ++i) {
    const bool in_sum = i >= kSumAt && i < kSumAt + kSumBytes;
    sum += in_sum ? ' ' : block[i];
    if (in_sum && block[i] >= '0' && block[i] <= '7') {
      stated = stated * 8 + (block[i] - '0');
      ++digits;
    } else if (in_sum && digits > 0) {
      // Octal digits end at the first blank or zero byte; nothing else may stand there.
      if (block[i] != ' ' && block[i] != 0) {
        return false;
      }
    }
  }
  return digits > 0 && sum == stated;
}

std::string member_name(archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) {
    name = archive_entry_pathname_utf8(entry);
  }
  return name == nullptr ? std::string() : std::string(name);
}

/// The compressed file's name without the suffix of its compression.
std::string inner_name(std::string_view name_hint) {
  std::string name(name_hint.substr(name_hint.find_last_of('/') + 1));
  constexpr std::array<std::string_view, 9> kSuffixes = {".gz",  ".gzip", ".bz2", ".bzip2", ".xz",
                                                         ".zst", ".zstd", ".z",   ".lzma"};
  const std::string lower = ascii_lower(name);
  for (const std::string_view suffix : kSuffixes) {
    if (lower.size() > suffix.size() && lower.ends_with(suffix)) {
      name.resize(name.size() - suffix.size());
      return name;
    }
  }
  return name.empty() ? "content" : name + ".content";
}

class ArchiveWalk {
 public:
  ArchiveWalk(Format format, ArchiveStream& stream, NameDecoder& names, std::string_view name_hint, PartSink& sink)
      : format_(format), stream_(stream), names_(names), name_hint_(name_hint), sink_(sink) {}

  input::Verdict walk() {
    sink_.watch_ratio([this] { return stream_.position(); });
    archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    bool more = true;
    while (more && sink_.may_go_on()) {
      status = archive_read_next_header(stream_.handle(), &entry);
      // ARCHIVE_FAILED and ARCHIVE_FATAL: nothing behind can be found. ARCHIVE_RETRY is not met by these formats.
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        break;
      }
      more = take_entry(entry);
    }
    sink_.watch_ratio(nullptr);
    if (format_ == Format::kCompressed && status == ARCHIVE_EOF && sink_.count() == 0 &&
        sink_.begin(inner_name(name_hint_), 0, 0)) {
      sink_.end();  // An empty file, of which libarchive makes no member.
    }
    return verdict(status);
  }

 private:
  input::Verdict verdict(int status) {
    if (format_ == Format::kZip && !stream_.has_directory() && sink_.may_go_on()) {
      status = ARCHIVE_FATAL;  // The walk may end well where the file was cut.
    }
    if (status == ARCHIVE_EOF || status == ARCHIVE_OK || status == ARCHIVE_WARN || !sink_.may_go_on()) {
      return {};
    }
    if (archive_read_has_encrypted_entries(stream_.handle()) == 1 && sink_.count() == 0) {
      return input::skipped("encrypted", "The archive is protected by a password, also the names inside");
    }
    if (sink_.count() == 0 && !any_folder_) {
      return input::failed("damaged", "The archive is damaged and cannot be read");
    }
    sink_.note("damaged", "The archive is damaged; what stands before the damage was read");
    return {};
  }

  bool take_entry(archive_entry* entry) {
    const auto type = archive_entry_filetype(entry);
    const bool link = archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr;
    if (type == AE_IFDIR && !link) {
      any_folder_ = true;
      return true;
    }
    std::string path = format_ == Format::kCompressed ? inner_name(name_hint_) : names_.decode(member_name(entry));
    const bool size_known = archive_entry_size_is_set(entry) != 0;
    const auto size = static_cast<std::uint64_t>(size_known ? std::max<la_int64_t>(archive_entry_size(entry), 0) : 0);
    // ZIP files written by old programs state no type at all.
    if (link || (type != AE_IFREG && type != 0)) {
      return sink_.refuse(std::move(path), 0, "not_a_file", "It is a link or a device, not a file");
    }
    if (archive_entry_is_encrypted(entry) == 1) {
      return sink_.refuse(std::move(path), size, "encrypted", "It is protected by a password") && pass_by();
    }
    const la_int64_t seconds = archive_entry_mtime_is_set(entry) != 0 ? archive_entry_mtime(entry) : 0;
    // Beyond the year 9999 a date is a mistake.
    constexpr la_int64_t kSecondsMax = 253'402'300'799;
    const std::int64_t modified_ms = seconds > 0 && seconds <= kSecondsMax ? seconds * 1000 : 0;
    return sink_.begin(std::move(path), modified_ms, size) && read_member();
  }

  bool read_member() {
    if (!sink_.wanted()) {
      return sink_.end() && pass_by();
    }
    std::uint64_t written = 0;
    while (true) {
      const void* data = nullptr;
      std::size_t size = 0;
      la_int64_t at = 0;
      const int status = archive_read_data_block(stream_.handle(), &data, &size, &at);
      if (status == ARCHIVE_EOF) {
        return sink_.end();
      }
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        return sink_.may_go_on() ? sink_.end_damaged("damaged", "It is damaged and cannot be unpacked") : sink_.end();
      }
      const bool more = fill_gap(written, static_cast<std::uint64_t>(std::max<la_int64_t>(at, 0))) &&
                        (size == 0 || sink_.write({static_cast<const std::uint8_t*>(data), size}));
      written += size;
      if (!more) {
        return sink_.end() && pass_by();
      }
    }
  }

  /// Holes of sparse files are zeros.
  bool fill_gap(std::uint64_t& written, std::uint64_t until) {
    static constexpr std::array<std::uint8_t, 16UL * 1024> kZeros{};
    while (written < until) {
      const std::size_t piece = static_cast<std::size_t>(std::min<std::uint64_t>(until - written, kZeros.size()));
      if (!sink_.write(ByteView(kZeros).first(piece))) {
        return false;
      }
      written += piece;
    }
    return true;
  }

  /// Goes over the rest of a member that is not wanted. A ZIP's next member is found by its directory; elsewhere the
  /// bytes must be inflated, which libarchive would do without ever asking whether to go on.
  bool pass_by() {
    if (stream_.has_directory()) {
      return true;
    }
    while (true) {
      const void* data = nullptr;
      std::size_t size = 0;
      la_int64_t at = 0;
      const int status = archive_read_data_block(stream_.handle(), &data, &size, &at);
      if (status == ARCHIVE_EOF) {
        return true;
      }
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        return status != ARCHIVE_FATAL;  // The next header tells what is wrong.
      }
      if (!sink_.pass_by(size)) {
        return false;
      }
    }
  }

  Format format_;
  ArchiveStream& stream_;
  NameDecoder& names_;
  std::string_view name_hint_;
  PartSink& sink_;
  bool any_folder_ = false;
};

/// Names of a ZIP in any encoding, read from its directory alone.
void learn_names(const input::ByteSource& source, PartSink& sink, NameDecoder& names) {
  const auto stream = ArchiveStream::open(Format::kZip, source, [&sink] { return sink.may_go_on(); });
  archive_entry* entry = nullptr;
  // Headers alone are cheap, yet a file may have very many; these are enough for any statistics.
  constexpr unsigned kNamesLearntMax = 2'000;
  for (unsigned i = 0; stream != nullptr && stream->has_directory() && i < kNamesLearntMax; ++i) {
    const int status = archive_read_next_header(stream->handle(), &entry);
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      break;
    }
    names.learn(member_name(entry));
  }
}

}  // namespace

void prepare_archives() {
  const Utf8Names names;
}

Format identify_stream(const input::ByteSource& source) {
  const auto head = source.read_range(0, kTarHeaderBytes);
  if (!head) {
    return Format::kUnknown;
  }
  if (compression_of(*head) == Compression::kNone) {
    return is_tar_header(*head) ? Format::kTar : Format::kUnknown;
  }
  const auto stream = ArchiveStream::open(Format::kCompressed, source, [] { return true; });
  archive_entry* entry = nullptr;
  std::array<std::uint8_t, kTarHeaderBytes> block{};
  if (stream == nullptr || archive_read_next_header(stream->handle(), &entry) != ARCHIVE_OK ||
      archive_read_data(stream->handle(), block.data(), block.size()) != static_cast<la_ssize_t>(block.size())) {
    return Format::kCompressed;
  }
  return is_tar_header(block) ? Format::kTar : Format::kCompressed;
}

input::Verdict read_archive(Format format, const input::ByteSource& source, std::string_view name_hint,
                            PartSink& sink) {
  const Utf8Names utf8;
  NameDecoder names;
  if (format == Format::kZip) {
    learn_names(source, sink, names);
  }
  const auto stream = ArchiveStream::open(format, source, [&sink] { return sink.may_go_on(); });
  if (stream == nullptr) {
    return input::failed("damaged", "The archive is damaged and cannot be opened");
  }
  return ArchiveWalk(format, *stream, names, name_hint, sink).walk();
}

}  // namespace alcove::parts

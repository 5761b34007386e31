#pragma once
/// @file
/// For tests: small archives in memory.

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <vector>

#include "workers/decode/parts/archive_stream.hpp"

namespace alcove::parts {

struct TestEntry {
  std::string path;
  std::string data = {};
  std::string link = {};  ///< Not empty: a symbolic link to it.
};

enum class TestArchive : unsigned char { kZip, kEncryptedZip, kSevenZip, kTar, kRaw };
enum class TestFilter : unsigned char { kNone, kGzip, kBzip2, kXz, kZstd, kLzma };

/// An archive of these members, in this order; kRaw has one.
inline std::string make_archive(TestArchive kind, const std::vector<TestEntry>& entries,
                                TestFilter filter = TestFilter::kNone) {
  const Utf8Names names;  // The writer converts from the thread's character set.
  std::string out(1024UL * 1024, '\0');
  std::size_t used = 0;
  archive* const writer = archive_write_new();
  switch (kind) {
    case TestArchive::kZip: archive_write_set_format_zip(writer); break;
    case TestArchive::kEncryptedZip:
      archive_write_set_format_zip(writer);
      archive_write_set_options(writer, "zip:encryption=zipcrypt");
      archive_write_set_passphrase(writer, "secret");
      break;
    case TestArchive::kSevenZip: archive_write_set_format_7zip(writer); break;
    case TestArchive::kTar: archive_write_set_format_ustar(writer); break;
    case TestArchive::kRaw: archive_write_set_format_raw(writer); break;
  }
  switch (filter) {
    case TestFilter::kNone: break;
    case TestFilter::kGzip: archive_write_add_filter_gzip(writer); break;
    case TestFilter::kBzip2: archive_write_add_filter_bzip2(writer); break;
    case TestFilter::kXz: archive_write_add_filter_xz(writer); break;
    case TestFilter::kZstd: archive_write_add_filter_zstd(writer); break;
    case TestFilter::kLzma: archive_write_add_filter_lzma(writer); break;
  }
  archive_write_set_bytes_in_last_block(writer, 1);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const TestEntry& one : entries) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, one.path.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(one.data.size()));
    archive_entry_set_filetype(entry, one.link.empty() ? AE_IFREG : AE_IFLNK);
    if (!one.link.empty()) {
      archive_entry_set_symlink(entry, one.link.c_str());
    }
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1'700'000'000, 0);
    archive_write_header(writer, entry);
    archive_write_data(writer, one.data.data(), one.data.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

}  // namespace alcove::parts

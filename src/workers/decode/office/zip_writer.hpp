#pragma once
/// @file
/// For tests: small ZIP files in memory.

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alcove::office {

enum class ZipCompression : unsigned char { kDeflate, kStore };

/// A ZIP file of these members, in this order.
inline std::string make_zip(const std::vector<std::pair<std::string, std::string>>& members,
                            ZipCompression compression = ZipCompression::kDeflate) {
  std::string out(64 * 1024, '\0');
  for (const auto& [name, data] : members) {
    out.resize(out.size() + name.size() * 2 + data.size() + 1024);
  }
  std::size_t used = 0;
  archive* const writer = archive_write_new();
  archive_write_set_format_zip(writer);
  archive_write_set_options(
      writer, compression == ZipCompression::kStore ? "zip:compression=store" : "zip:compression=deflate");
  archive_write_set_bytes_in_last_block(writer, 1);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& [name, data] : members) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(data.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, data.data(), data.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

}  // namespace alcove::office

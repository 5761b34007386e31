#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "workers/decode/office/xml.hpp"
#include "workers/decode/parts/archive_stream.hpp"
#include "workers/decode/parts/embedded.hpp"

namespace alcove::parts {
namespace {

/// Of a document inside a document; larger ones are left out of it.
constexpr std::size_t kInnerMemberBytesMax = 64UL * 1024 * 1024;

/// Documents that have a reader. Charts are read with the text around them; formulas and drawings have no reader.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kDocumentTypes = {{
    {"application/vnd.oasis.opendocument.text", ".odt"},
    {"application/vnd.oasis.opendocument.text-master", ".odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods"},
    {"application/vnd.oasis.opendocument.presentation", ".odp"},
}};

/// Paths that the manifest lists, with their types.
using Manifest = std::map<std::string, std::string>;

Manifest load_manifest(office::Container& container, const wire::DecodeLimits& limits) {
  Manifest out;
  input::TextCollector notes(limits);
  const office::Tree tree = office::load_xml(container, "META-INF/manifest.xml", notes, office::DocumentType::kSkipped);
  if (tree == nullptr) {
    return out;
  }
  for (const office::Node& entry : office::child(*tree, "manifest").children()) {
    if (office::local_name(entry) == "file-entry" && out.size() < limits.members_max) {
      out.emplace(office::attribute(entry, "full-path"), office::attribute(entry, "media-type"));
    }
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c; break;
    }
  }
  return out;
}

/// Writes a ZIP file into the sink as it grows. What a folder holds is always written the same way, so that the same
/// document inside another is the same content.
class InnerDocument {
 public:
  explicit InnerDocument(PartSink& sink) : writer_(archive_write_new()) {
    archive_write_set_format_zip(writer_.get());
    // Members are stored: what is made here lives in memory, and is inflated again at once.
    archive_write_zip_set_compression_store(writer_.get());
    archive_write_set_bytes_per_block(writer_.get(), 0);
    open_ = archive_write_open(writer_.get(), &sink, nullptr, &write_piece, nullptr) == ARCHIVE_OK;
  }

  bool add(const std::string& name, std::string_view bytes) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname_utf8(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    constexpr int kReadable = 0644;
    archive_entry_set_perm(entry.get(), kReadable);
    return open_ && archive_write_header(writer_.get(), entry.get()) == ARCHIVE_OK &&
           archive_write_data(writer_.get(), bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size());
  }
  bool finish() { return open_ && archive_write_close(writer_.get()) == ARCHIVE_OK; }

 private:
  struct FreeWriter {
    void operator()(archive* writer) const { archive_write_free(writer); }
  };
  struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
  };
  static la_ssize_t write_piece(archive* writer, void* sink, const void* bytes, std::size_t size) {
    if (static_cast<PartSink*>(sink)->write({static_cast<const std::uint8_t*>(bytes), size})) {
      return static_cast<la_ssize_t>(size);
    }
    archive_set_error(writer, ECANCELED, "not wanted");
    return -1;
  }

  Utf8Names names_;
  std::unique_ptr<archive, FreeWriter> writer_;
  bool open_ = false;
};

/// The document in `folder` ("Object 1/") as a file: its members with its own type in front and a manifest of its own.
bool write_document(office::Container& container, const std::string& folder, const std::string& type,
                    const Manifest& manifest, PartSink& sink) {
  InnerDocument document(sink);
  if (!document.add("mimetype", type)) {
    return false;
  }
  std::string list =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\n"
      "<manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"" +
      type + "\"/>\n";
  for (const office::Member& member : container.members()) {
    const std::string inner = member.name.starts_with(folder) ? member.name.substr(folder.size()) : std::string();
    if (inner.empty() || inner.ends_with('/') || inner == "mimetype" || inner == "META-INF/manifest.xml") {
      continue;
    }
    const auto content = container.read(member.name, kInnerMemberBytesMax);
    if (!content || content->too_large || !document.add(inner, content->bytes)) {
      return false;
    }
  }
  for (const auto& [path, its_type] : manifest) {
    if (path.size() > folder.size() && path.starts_with(folder)) {
      list += "<manifest:file-entry manifest:full-path=\"" + escaped(path.substr(folder.size())) +
              "\" manifest:media-type=\"" + escaped(its_type) + "\"/>\n";
    }
  }
  return document.add("META-INF/manifest.xml", list + "</manifest:manifest>\n") && document.finish();
}

bool take_document(office::Container& container, const std::string& folder, const std::string& type,
                   std::string_view suffix, const Manifest& manifest, PartSink& sink) {
  const std::string name = folder.substr(0, folder.size() - 1) + std::string(suffix);
  if (!sink.begin(name, 0, 0)) {
    return false;
  }
  if (!sink.wanted()) {
    return sink.end();
  }
  // Half a document would have no directory and be taken for a damaged one; what could be written is worth keeping.
  return write_document(container, folder, type, manifest, sink)
             ? sink.end()
             : sink.end_damaged("damaged", "It is damaged or too large to be taken out of the document");
}

}  // namespace

void read_odf_parts(office::Container& container, const wire::DecodeLimits& limits, PartSink& sink) {
  const Manifest manifest = load_manifest(container, limits);
  for (const auto& [path, type] : manifest) {
    const std::size_t slash = path.find('/');
    bool more = true;
    if (slash != std::string::npos && slash > 0 && slash + 1 == path.size()) {
      const auto found = std::ranges::find(kDocumentTypes, type, [](const auto& row) { return row.first; });
      if (found != kDocumentTypes.end() && container.has(path + "content.xml")) {
        more = take_document(container, path, type, found->second, manifest, sink);
      }
    } else if (slash == std::string::npos && path.find('.') == std::string::npos && path != "mimetype" &&
               path != "layout-cache" && container.has(path)) {
      // OLE objects and documents of other programs lie beside the document's own members, under names with no suffix.
      more = take_object_member(container, path, limits, sink);
    }
    if (!more || !sink.may_go_on()) {
      return;
    }
  }
}

}  // namespace alcove::parts

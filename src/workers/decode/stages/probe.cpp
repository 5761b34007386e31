#include "workers/decode/stages/probe.hpp"

#include <magic.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/mail/mbox.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/office/office.hpp"
#include "workers/decode/office/xml.hpp"
#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/ole/ole.hpp"
#include "workers/decode/parts/archive.hpp"
#include "workers/decode/structured/structured.hpp"
#include "workers/decode/subtitles/subtitles.hpp"

namespace alcove::stages {
namespace {

using wire::Format;

/// Enough for encodings' statistics and for every signature that matters.
constexpr std::size_t kHeadBytes = 256UL * 1024;

bool contains_any(std::string_view text, std::initializer_list<std::string_view> pieces) {
  return std::ranges::any_of(pieces, [&](std::string_view p) { return text.find(p) != std::string_view::npos; });
}

/// A header within the first 1,024 bytes counts, as readers have it; after other text it must look like a document's.
bool is_pdf(std::string_view head) {
  constexpr std::size_t kHeaderWithin = 1024;
  const std::size_t at = head.substr(0, kHeaderWithin).find("%PDF-");
  return at == 0 || (at != std::string_view::npos && contains_any(head.substr(at), {" obj", "\nendobj", "\rendobj"}));
}

/// What a compound file holds; also sets the type that its streams tell better than its first bytes.
bool decide_compound(wire::ProbeArtefact& out, const input::ByteSource& source, ByteView head) {
  if (!ole::CompoundFile::has_signature(head)) {
    return false;
  }
  out.format = ole::identify(source);
  switch (out.format) {
    case Format::kMsg: out.mime = "application/vnd.ms-outlook"; break;
    case Format::kDoc: out.mime = "application/msword"; break;
    case Format::kXls: out.mime = "application/vnd.ms-excel"; break;
    case Format::kPpt: out.mime = "application/vnd.ms-powerpoint"; break;
    default: break;
  }
  return out.format != Format::kUnknown;
}

/// What is no text and no ZIP, and yet holds files. An empty ZIP has nothing but its end record.
Format identify_archive(const input::ByteSource& source, ByteView head) {
  using namespace std::string_view_literals;
  const std::string_view text = as_text(head);
  if (text.starts_with("7z\xBC\xAF\x27\x1C"sv)) {
    return Format::kSevenZip;
  }
  if (text.starts_with("Rar!\x1A\x07\0"sv) || text.starts_with("Rar!\x1A\x07\x01\0"sv)) {
    return Format::kRar;
  }
  if (text.starts_with("PK\x05\x06"sv) || text.starts_with("PK\x07\x08PK\x03\x04"sv)) {
    return Format::kZip;
  }
  return parts::identify_stream(source);
}

/// Types that are no text even if their head happens to decode as text.
bool is_surely_binary(std::string_view mime) {
  constexpr std::array<std::string_view, 24> kPrefixes = {"image/",
                                                          "audio/",
                                                          "video/",
                                                          "font/",
                                                          "application/zip",
                                                          "application/gzip",
                                                          "application/x-bzip2",
                                                          "application/x-xz",
                                                          "application/x-7z",
                                                          "application/x-rar",
                                                          "application/vnd.rar",
                                                          "application/zstd",
                                                          "application/x-lzma",
                                                          "application/x-tar",
                                                          "application/vnd.ms-",
                                                          "application/msword",
                                                          "application/x-ole",
                                                          "application/CDFV2",
                                                          "application/x-executable",
                                                          "application/x-pie-executable",
                                                          "application/x-sharedlib",
                                                          "application/x-object",
                                                          "application/epub",
                                                          "application/vnd.sqlite3"};
  return !mime.starts_with("image/svg") &&
         std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return mime.starts_with(prefix); });
}

bool looks_like_html(std::string_view head, std::string_view mime) {
  const std::string start = ascii_lower(trimmed(head.substr(0, std::min<std::size_t>(head.size(), 1024))));
  return mime == "text/html" || start.starts_with("<!doctype html") || start.starts_with("<html") ||
         (start.starts_with("<!--") && start.find("<html") != std::string::npos);
}

void set_format(wire::ProbeArtefact& out, Format format, std::string mime) {
  out.format = format;
  out.mime = std::move(mime);
}

/// True for text that is XML by its first element; the reader may know better only for source code.
bool looks_like_xml(std::string_view head, std::string_view reader) {
  const bool declared = trimmed(head).starts_with("<?xml") || reader == "xml";
  return declared && (reader.empty() || reader == "xml") && !structured::root_element(head).empty();
}

/// Formats of text that the name or the first bytes tell; false for all others.
bool decide_markup(wire::ProbeArtefact& out, std::string_view head, std::string_view reader) {
  if (looks_like_xml(head, reader)) {
    const std::string_view root = structured::root_element(head);
    if (root == "html") {
      return false;
    }
    const bool book = root == "FictionBook";
    set_format(out, book ? Format::kFictionBook : Format::kXml, book ? "application/x-fictionbook+xml" : "text/xml");
  } else if (reader == "json" || (reader.empty() && out.mime == "application/json")) {
    set_format(out, Format::kJson, "application/json");
  } else if (reader == "latex" || (reader.empty() && out.mime == "text/x-tex")) {
    set_format(out, Format::kLatex, "text/x-tex");
  } else if (reader == "subtitles" || (reader.empty() && subtitles::looks_like_subtitles(head))) {
    set_format(out, Format::kSubtitles, head.starts_with("WEBVTT") ? "text/vtt" : "application/x-subrip");
  } else if (reader == "rst") {
    set_format(out, Format::kPlainText, "text/x-rst");
  } else {
    return false;
  }
  return true;
}

/// An XML declaration's encoding is believed where the bytes alone leave a choice.
void believe_declared_encoding(wire::ProbeArtefact& out, ByteView raw) {
  const std::string declared = office::declared_encoding(as_text(raw).substr(0, 256));
  const bool certain = ascii_lower(out.encoding).starts_with("utf");
  if (!certain && !declared.empty() && !declared.starts_with("utf")) {
    out.encoding = declared;
  }
}

/// Decides between the kinds of text. `head` is UTF-8.
void decide_text(wire::ProbeArtefact& out, std::string_view head, std::string_view reader, ByteView raw) {
  const bool message = mail::looks_like_message(head);
  if (decide_markup(out, head, reader)) {
    if (out.format == Format::kXml || out.format == Format::kFictionBook) {
      believe_declared_encoding(out, raw);
    }
  } else if (reader == "markdown") {
    set_format(out, Format::kMarkdown, "text/markdown");
  } else if (reader == "csv") {
    set_format(out, Format::kCsv, "text/csv");
  } else if (reader.starts_with("code:")) {
    out.code_language = reader.substr(5);
    set_format(out, Format::kSourceCode, "text/x-" + out.code_language);
  } else if (reader == "html" || (reader.empty() && looks_like_html(head, out.mime))) {
    set_format(out, Format::kHtml, "text/html");
    const std::string declared = markup::html_declared_encoding(raw);
    const bool certain = ascii_lower(out.encoding).starts_with("utf");
    if (!certain && !declared.empty() && !declared.starts_with("utf")) {
      out.encoding = declared;
    }
  } else if (message && (reader == "eml" || reader.empty())) {
    set_format(out, Format::kEml, "message/rfc822");
    const std::string lower = ascii_lower(out.encoding);
    // Parts of a message have encodings of their own; only wide characters concern the whole.
    out.encoding = lower.starts_with("utf-16") || lower.starts_with("utf-32") ? out.encoding : "";
  } else {
    set_format(out, Format::kPlainText, out.mime.starts_with("text/") ? out.mime : "text/plain");
  }
}

}  // namespace

struct TypeTable::Cookie {
  magic_t magic = nullptr;
  Cookie() = default;
  Cookie(const Cookie&) = delete;
  Cookie& operator=(const Cookie&) = delete;
  ~Cookie() {
    if (magic != nullptr) {
      magic_close(magic);
    }
  }
};

TypeTable::TypeTable(std::unique_ptr<Cookie> cookie) : cookie_(std::move(cookie)) {}
TypeTable::TypeTable(TypeTable&&) noexcept = default;
TypeTable& TypeTable::operator=(TypeTable&&) noexcept = default;
TypeTable::~TypeTable() = default;

Result<TypeTable> TypeTable::load() {
  auto cookie = std::make_unique<Cookie>();
  // Looking inside compressed or tar data and ELF files is not wanted; their type is enough.
  cookie->magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF);
  if (cookie->magic == nullptr || magic_load(cookie->magic, nullptr) != 0) {
    const char* const why = cookie->magic == nullptr ? nullptr : magic_error(cookie->magic);
    return fail(ErrorCode::kUnavailable, "The table of file types cannot be loaded", why == nullptr ? "libmagic" : why);
  }
  return TypeTable(std::move(cookie));
}

std::string TypeTable::mime_of(ByteView head) {
  const char* const mime = magic_buffer(cookie_->magic, head.data(), head.size());
  return mime == nullptr ? "application/octet-stream" : mime;
}

Result<wire::ProbeArtefact> probe(TypeTable& types, const input::ByteSource& source, std::string_view reader,
                                  const wire::DecodeLimits& limits) {
  wire::ProbeArtefact out;
  if (source.size() == 0) {
    set_format(out, Format::kEmpty, "application/x-empty");
    return out;
  }
  ALCOVE_TRY(const Bytes head, source.read_range(0, kHeadBytes));
  if (is_pdf(as_text(head))) {
    set_format(out, Format::kPdf, "application/pdf");
    return out;
  }
  if (mail::looks_like_mailbox(as_text(head))) {
    // A single message is sometimes kept with the line that parts messages in a mailbox.
    const bool single = reader == "eml";
    set_format(out, single ? Format::kEml : Format::kMbox, single ? "message/rfc822" : "application/mbox");
    return out;
  }
  out.mime = types.mime_of(head);
  if (as_text(head).starts_with("PK\x03\x04")) {
    out.format = office::identify(source, limits);
    switch (out.format) {
      case Format::kDocx: out.mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"; break;
      case Format::kXlsx: out.mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"; break;
      case Format::kPptx: out.mime = "application/vnd.openxmlformats-officedocument.presentationml.presentation"; break;
      case Format::kOdt: out.mime = "application/vnd.oasis.opendocument.text"; break;
      case Format::kOds: out.mime = "application/vnd.oasis.opendocument.spreadsheet"; break;
      case Format::kOdp: out.mime = "application/vnd.oasis.opendocument.presentation"; break;
      case Format::kEpub: out.mime = "application/epub+zip"; break;
      case Format::kUnknown: out.format = Format::kZip; break;
      default: break;
    }
    return out;
  }
  if (const Format archive = identify_archive(source, head); archive != Format::kUnknown) {
    out.format = archive;
    return out;
  }
  if (decide_compound(out, source, head)) {
    return out;
  }
  if (trimmed(as_text(head).substr(0, 64)).starts_with("{\\rtf")) {
    set_format(out, Format::kRtf, "application/rtf");
    return out;
  }
  if (is_surely_binary(out.mime)) {
    return out;
  }
  const auto expectation = reader.empty() ? charset::Expectation::kUnknown : charset::Expectation::kText;
  const auto encoding = charset::detect_encoding(head, expectation);
  if (!encoding) {
    return out;
  }
  out.encoding = *encoding;
  constexpr std::size_t kTextHeadBytes = 16UL * 1024;
  const ByteView start = ByteView(head).first(std::min(head.size(), kTextHeadBytes));
  decide_text(out, charset::decode(start, *encoding), reader, head);
  return out;
}

}  // namespace alcove::stages

#pragma once
/// @file
/// What each stage makes of one content, as it is stored and sent. Formats: docs/formats/artefacts.md.

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "wire/place.hpp"

namespace alcove::wire {

/// What a content is, decided from its bytes (and, for plain text only, the reader that its name chose).
enum class Format : std::uint8_t {
  kUnknown,
  kPdf,
  kDocx,
  kXlsx,
  kPptx,
  kOdt,
  kHtml,
  kMarkdown,
  kPlainText,
  kCsv,
  kSourceCode,
  kEml,
  kEmpty,
  kEncryptedOffice,  ///< An OLE container around an encrypted office file.
  kOds,
  kOdp,
  kRtf,
  kEpub,
  kFictionBook,
  kXml,
  kJson,
  kLatex,
  kSubtitles,
  kMsg,
  kDoc,
  kXls,
  kPpt,
  kMbox,
  kZip,
  kSevenZip,
  kTar,         ///< Also compressed as a whole (.tar.gz).
  kCompressed,  ///< One file in gzip, bzip2, xz, zstd, compress or lzma.
  kRar,
  kCount_,
};

constexpr const char* format_name(Format format) {
  switch (format) {
    case Format::kPdf: return "pdf";
    case Format::kDocx: return "docx";
    case Format::kXlsx: return "xlsx";
    case Format::kPptx: return "pptx";
    case Format::kOdt: return "odt";
    case Format::kHtml: return "html";
    case Format::kMarkdown: return "markdown";
    case Format::kPlainText: return "text";
    case Format::kCsv: return "csv";
    case Format::kSourceCode: return "code";
    case Format::kEml: return "eml";
    case Format::kEmpty: return "empty";
    case Format::kEncryptedOffice: return "encrypted-office";
    case Format::kOds: return "ods";
    case Format::kOdp: return "odp";
    case Format::kRtf: return "rtf";
    case Format::kEpub: return "epub";
    case Format::kFictionBook: return "fb2";
    case Format::kXml: return "xml";
    case Format::kJson: return "json";
    case Format::kLatex: return "latex";
    case Format::kSubtitles: return "subtitles";
    case Format::kMsg: return "msg";
    case Format::kDoc: return "doc";
    case Format::kXls: return "xls";
    case Format::kPpt: return "ppt";
    case Format::kMbox: return "mbox";
    case Format::kZip: return "zip";
    case Format::kSevenZip: return "7z";
    case Format::kTar: return "tar";
    case Format::kCompressed: return "compressed";
    case Format::kRar: return "rar";
    case Format::kUnknown:
    case Format::kCount_: break;
  }
  return "unknown";
}

/// Stage `probe`.
struct ProbeArtefact {
  Format format = Format::kUnknown;
  std::string mime;           ///< "application/pdf"
  std::string encoding;       ///< Text kinds: IANA name of the encoding found ("windows-1252"); else empty.
  std::string code_language;  ///< kSourceCode: "python", "cpp", …; else empty.
  void fields(auto& visit) { visit(format, mime, encoding, code_language); }
};

enum class BlockKind : std::uint8_t {
  kParagraph,
  kHeading,
  kListItem,
  kTableRow,
  kLine,
  kCode,
  kHeaderFooter,
  kNote,
  kComment,
  kMetadata,
  kFormField,  ///< A form's field: "name: value".
  kOutline,    ///< An entry of a document's outline, at the place it leads to.
  kCount_,
};

/// The smallest piece of text with a place of its own: a PDF line, a paragraph, a table row, a mail header.
struct Block {
  static constexpr std::uint64_t kItemsMax = 400'000;  ///< The decoder keeps no more.
  BlockKind kind = BlockKind::kParagraph;
  std::uint8_t level = 0;  ///< kHeading: 1 to 6. kListItem: nesting depth from 0.
  std::string text;        ///< Valid UTF-8, NFC, no control characters but tab and line feed; not empty.
  Place place;
  bool starts_paragraph = true;  ///< PDF lines: false where the line goes on with the paragraph above.
  void fields(auto& visit) { visit(kind, level, text, place, starts_paragraph); }
};

/// A limit that was met or a thing left out, as a sentence for the person ("Only the first 2,000 of 9,131 pages were
/// read").
struct Note {
  std::string code;  ///< Stable: "pages_limit", "text_limit", "no_text", "time_limit", "damaged", "external_skipped" …
  std::string message;
  std::vector<std::string> values = {};  ///< What the message names, in its order; base/remark.hpp says which.
  void fields(auto& visit) { visit(code, message, values); }
};

/// Stage `text`.
struct TextArtefact {
  std::vector<Block> blocks;
  std::vector<Note> notes;
  std::uint32_t page_count = 0;  ///< Pages, sheets or slides in the file, also those not read; 0 where there are none.
  std::vector<float> page_ratios;  ///< PDF: width ÷ height of each read page.
  void fields(auto& visit) { visit(blocks, notes, page_count, page_ratios); }
};

/// Whether a container is like a folder: its members are documents of their own, and it has no text beside their names.
constexpr bool is_collection(Format format) {
  switch (format) {
    case Format::kMbox:
    case Format::kZip:
    case Format::kSevenZip:
    case Format::kTar:
    case Format::kCompressed:
    case Format::kRar: return true;
    default: return false;
  }
}

/// Office documents, into which other documents may be put.
constexpr bool is_office_document(Format format) {
  switch (format) {
    case Format::kDocx:
    case Format::kXlsx:
    case Format::kPptx:
    case Format::kOdt:
    case Format::kOds:
    case Format::kOdp:
    case Format::kDoc:
    case Format::kXls:
    case Format::kPpt: return true;
    default: return false;
  }
}

/// Whether a format's members are contents of their own (parts).
constexpr bool is_container(Format format) {
  const bool has_attachments = format == Format::kPdf || format == Format::kEml || format == Format::kMsg;
  return has_attachments || is_office_document(format) || is_collection(format);
}

/// One member of a container, in the container's order; its position is its index.
struct PartEntry {
  std::string path;  ///< Inside its container, '/'-separated, valid UTF-8; a name to show, never a path to open.
  std::uint64_t size_bytes = 0;       ///< Of its bytes; when they were not read: as declared.
  std::int64_t modified_unix_ms = 0;  ///< 0: not stated
  std::string reason_code;            ///< Not empty: its bytes were not read ("encrypted", "too_large", "not_a_file" …)
  std::string reason;                 ///< Sentence for the person.
  std::vector<std::string> reason_values = {};  ///< What it names, in its order.
  void fields(auto& visit) { visit(path, size_bytes, modified_unix_ms, reason_code, reason, reason_values); }
};

/// Stage `parts`. Which content each entry is stands beside the artefact, not in it.
struct PartsArtefact {
  static constexpr std::uint64_t kItemsMax = 20'000;  ///< As DecodeLimits::members_max.
  std::vector<PartEntry> parts;
  std::vector<Note> notes;
  void fields(auto& visit) { visit(parts, notes); }
};

/// A piece of text that is found as one.
struct Passage {
  static constexpr std::uint64_t kItemsMax = 50'000;  ///< As DecodeLimits::passages_max.
  std::string text;  ///< Blocks joined by line feeds (rows, headings) or spaces (lines of one paragraph).
  Place place;
  std::string language;  ///< ISO 639-1, or empty when not certain.
  std::string title;     ///< The document's title, repeated for matching and for the embedding's context; may be empty.
  void fields(auto& visit) { visit(text, place, language, title); }
};

/// Stage `passages`. The run's first number is kept beside the artefact, not in it.
struct PassagesArtefact {
  std::vector<Passage> passages;
  std::vector<Note> notes = {};  ///< "passages_limit"
  void fields(auto& visit) { visit(passages, notes); }
};

struct LanguageShare {
  std::string language;  ///< ISO 639-1 where there is one, else ISO 639-3.
  float share = 0;       ///< Of the text's letters, 0 to 1.
  void fields(auto& visit) { visit(language, share); }
};

/// Stage `language`: largest share first; empty when the text is too short to tell.
struct LanguageArtefact {
  std::vector<LanguageShare> languages;
  void fields(auto& visit) { visit(languages); }
};

/// Stage `facts`: what the document says of itself.
struct FactsArtefact {
  std::string title;
  std::string author;
  std::string subject;
  std::int64_t created_unix_ms = 0;   ///< 0: not stated
  std::int64_t modified_unix_ms = 0;  ///< 0: not stated
  std::uint32_t page_count = 0;
  std::uint64_t word_count = 0;
  std::uint64_t character_count = 0;
  void fields(auto& visit) {
    visit(title, author, subject, created_unix_ms, modified_unix_ms, page_count, word_count, character_count);
  }
};

/// Stage `thumbnail`: the first page, at most 512 pixels on its longer side.
struct ThumbnailArtefact {
  std::uint32_t width_px = 0;
  std::uint32_t height_px = 0;
  std::vector<std::uint8_t> webp;
  void fields(auto& visit) { visit(width_px, height_px, webp); }
};

/// Stage `text_vectors`: one row per passage, in their order. value = scale × int8; rows have length 1.
struct VectorsArtefact {
  std::uint32_t dimensions = 0;
  std::vector<float> scales;        ///< one per row
  std::vector<std::int8_t> values;  ///< rows × dimensions, row-major
  void fields(auto& visit) { visit(dimensions, scales, values); }
};

}  // namespace alcove::wire

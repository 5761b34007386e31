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
  void fields(auto& visit) { visit(code, message); }
};

/// Stage `text`.
struct TextArtefact {
  std::vector<Block> blocks;
  std::vector<Note> notes;
  std::uint32_t page_count = 0;  ///< Pages, sheets or slides in the file, also those not read; 0 where there are none.
  std::vector<float> page_ratios;  ///< PDF: width ÷ height of each read page.
  void fields(auto& visit) { visit(blocks, notes, page_count, page_ratios); }
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

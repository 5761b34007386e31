#pragma once
/// @file
/// Where in a document a piece of text stands: what a hit opens.

#include <cstdint>
#include <string>
#include <vector>

namespace alcove::wire {

enum class PlaceKind : std::uint8_t {
  kDocument,   ///< The document as a whole (title, subject).
  kPage,       ///< PDF: page and boxes.
  kLine,       ///< Text, source code, Markdown, CSV, HTML: first and last line of the extracted text.
  kCell,       ///< Spreadsheet: sheet and range such as "B3:D9".
  kSlide,      ///< Presentation: slide number.
  kPart,       ///< Mail: a header or a body part, by path; containers: a member's name.
  kParagraph,  ///< Word processing: paragraph number.
  kTime,       ///< Recordings and subtitles: start and end.
  kChapter,    ///< E-books: chapter number, its title in `heading`.
  kCount_,
};

/// A rectangle in fractions of the page's width and height; the origin is the upper left corner.
struct Box {
  float x0 = 0;
  float y0 = 0;
  float x1 = 0;
  float y1 = 0;
  void fields(auto& visit) { visit(x0, y0, x1, y1); }
  friend bool operator==(const Box&, const Box&) = default;
};

/// A place. Only the members of its kind are set; numbers that people see count from 1, 0 means "not set".
struct Place {
  PlaceKind kind = PlaceKind::kDocument;
  std::uint32_t page = 0;             ///< kPage
  std::vector<Box> boxes;             ///< kPage: one per line of text
  std::uint32_t line_first = 0;       ///< kLine
  std::uint32_t line_last = 0;        ///< kLine
  std::string sheet;                  ///< kCell: the sheet's name
  std::string cells;                  ///< kCell: "A1" or "A1:C3"
  std::uint32_t slide = 0;            ///< kSlide
  std::string part;                   ///< kPart: "subject", "body", or the path of a member
  std::uint32_t paragraph_first = 0;  ///< kParagraph
  std::uint32_t paragraph_last = 0;   ///< kParagraph
  std::int64_t start_ms = 0;          ///< kTime
  std::int64_t end_ms = 0;            ///< kTime
  std::string heading;                ///< Nearest heading above, where the format has headings.
  std::uint32_t chapter = 0;          ///< kChapter
  bool hidden = false;                ///< Stands where readers do not see it: a hidden sheet, row or slide.
  void fields(auto& visit) {
    visit(kind, page, boxes, line_first, line_last, sheet, cells, slide, part, paragraph_first, paragraph_last,
          start_ms, end_ms, heading, chapter, hidden);
  }
  friend bool operator==(const Place&, const Place&) = default;
};

/// Stable name used in JSON ("page", "line", …).
constexpr const char* place_kind_name(PlaceKind kind) {
  switch (kind) {
    case PlaceKind::kDocument: return "document";
    case PlaceKind::kPage: return "page";
    case PlaceKind::kLine: return "line";
    case PlaceKind::kCell: return "cell";
    case PlaceKind::kSlide: return "slide";
    case PlaceKind::kPart: return "part";
    case PlaceKind::kParagraph: return "paragraph";
    case PlaceKind::kTime: return "time";
    case PlaceKind::kChapter: return "chapter";
    case PlaceKind::kCount_: break;
  }
  return "document";
}

}  // namespace alcove::wire

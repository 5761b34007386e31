#pragma once
/// @file
/// Internal to decode/pdf: a page's text as lines with boxes.

#include <string>
#include <string_view>
#include <vector>

#include "wire/place.hpp"
#include "workers/decode/pdf/document.hpp"

namespace alcove::pdf {

struct Line {
  std::string text;
  wire::Box box;  ///< In fractions of the page.
};

/// Size of a page as it is shown, in points.
struct PageSize {
  double width = 0;
  double height = 0;
};

/// `value` as a fraction of `whole`, from 0 to 1.
float fraction(double value, double whole);

/// The page's text in reading order, cut into lines, each with the hull of its characters.
std::vector<Line> page_lines(PopplerPage* page, PageSize size);

/// Whether `line` goes on with the paragraph of `above`: just below it, of like height, not indented, and the line
/// above reached the right edge of what stands around it.
bool continues_paragraph(const Line& above, const Line& line);

/// True if the text is not what the page shows: mostly characters that no font explains (private use, unassigned,
/// replacement), or strewn with control characters. It comes from fonts without a Unicode map, whose glyph numbers pass
/// for letters; finding anything in it would be chance.
bool is_unreadable(std::string_view text);

/// True for a line of an unreadable page that is beyond doubt words: ASCII alone, most of it in words of four letters
/// and more with vowels among them.
bool is_plainly_readable(std::string_view line);

}  // namespace alcove::pdf

#include "workers/decode/pdf/lines.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"

namespace alcove::pdf {
namespace {

using wire::Box;

/// A page's characters and where they stand, in points from the upper left corner of the page as it is shown.
struct PageText {
  std::string text;
  std::vector<PopplerRectangle> glyphs;  ///< One per character, line ends included, direction marks not.
};

/// Poppler puts these around words that run from right to left; they take no rectangle.
bool is_direction_mark(char32_t c) {
  return c >= 0x202A && c <= 0x202E;
}

/// Poppler selects text as a person would with the mouse, from one corner to the other. Where lines run from right to
/// left the selection must begin at the right, or lines are left out.
PageText select_text(PopplerPage* page, PopplerRectangle from_to) {
  PageText out;
  const Text text(poppler_page_get_selected_text(page, POPPLER_SELECTION_GLYPH, &from_to));
  if (text == nullptr) {
    return out;
  }
  out.text = to_valid_utf8(text.get());
  PopplerRectangle* rectangles = nullptr;
  guint count = 0;
  if (poppler_page_get_text_layout_for_area(page, &from_to, &rectangles, &count) != FALSE) {
    out.glyphs.assign(rectangles, rectangles + count);
  }
  g_free(rectangles);
  return out;
}

PageText page_text(PopplerPage* page, PageSize size) {
  PageText out = select_text(page, {.x1 = 0, .y1 = 0, .x2 = size.width, .y2 = size.height});
  constexpr std::string_view kRightToLeftMark = "\u202B";
  if (out.text.find(kRightToLeftMark) != std::string::npos) {
    PageText reversed = select_text(page, {.x1 = size.width, .y1 = 0, .x2 = 0, .y2 = size.height});
    if (reversed.text.size() > out.text.size()) {
      out = std::move(reversed);
    }
  }
  return out;
}

/// Whether two characters of one line stand so far apart that a space is between them, although poppler names none: it
/// forgets those between cells of a table and behind the first word of a line that runs from right to left.
bool is_apart(const PopplerRectangle& a, const PopplerRectangle& b) {
  const auto [ax0, ax1] = std::minmax(a.x1, a.x2);
  const auto [bx0, bx1] = std::minmax(b.x1, b.x2);
  const auto [ay0, ay1] = std::minmax(a.y1, a.y2);
  const auto [by0, by1] = std::minmax(b.y1, b.y2);
  constexpr double kSpaceOfHeight = 0.2;
  const double across = std::max(bx0 - ax1, ax0 - bx1);
  const bool same_height = by0 < ay1 && ay0 < by1;
  // Characters of text that runs downwards stand below one another: they overlap across.
  return same_height ? across > kSpaceOfHeight * std::min(ay1 - ay0, by1 - by0) : across > 0;
}

class LineCutter {
 public:
  LineCutter(const PageText& page, PageSize size) : page_(page), size_(size) {}

  std::vector<Line> cut() {
    std::size_t index = 0;
    for (std::size_t at = 0; at < page_.text.size();) {
      const std::size_t begin = at;
      const char32_t c = text::next_code_point(page_.text, at);
      if (is_direction_mark(c)) {
        continue;
      }
      const PopplerRectangle* const glyph = index < page_.glyphs.size() ? &page_.glyphs[index] : nullptr;
      ++index;
      if (c == '\n') {
        finish();
      } else if (c == ' ' || glyph == nullptr) {
        line_.text.append(page_.text, begin, at - begin);
        last_ = nullptr;
      } else {
        if (last_ != nullptr && is_apart(*last_, *glyph)) {
          line_.text += ' ';
        }
        line_.text.append(page_.text, begin, at - begin);
        widen(*glyph);
        last_ = glyph;
      }
    }
    finish();
    return std::move(lines_);
  }

 private:
  void widen(const PopplerRectangle& r) {
    const Box box{fraction(std::min(r.x1, r.x2), size_.width), fraction(std::min(r.y1, r.y2), size_.height),
                  fraction(std::max(r.x1, r.x2), size_.width), fraction(std::max(r.y1, r.y2), size_.height)};
    line_.box = !boxed_ ? box
                        : Box{std::min(line_.box.x0, box.x0), std::min(line_.box.y0, box.y0),
                              std::max(line_.box.x1, box.x1), std::max(line_.box.y1, box.y1)};
    boxed_ = true;
  }

  void finish() {
    // A soft hyphen that ends a line is a hyphen one sees; as one it tells later that the word goes on.
    constexpr std::string_view kSoftHyphen = "\u00AD";
    if (trimmed(line_.text).ends_with(kSoftHyphen)) {
      line_.text.resize(line_.text.rfind(kSoftHyphen));
      line_.text += '-';
    }
    if (!trimmed(line_.text).empty()) {
      lines_.push_back(std::move(line_));
    }
    line_ = {};
    boxed_ = false;
    last_ = nullptr;
  }

  const PageText& page_;
  PageSize size_;
  std::vector<Line> lines_;
  Line line_;
  bool boxed_ = false;
  const PopplerRectangle* last_ = nullptr;  ///< The character before, unless it is a space.
};

}  // namespace

float fraction(double value, double whole) {
  return whole > 0 && std::isfinite(value) ? static_cast<float>(std::clamp(value / whole, 0.0, 1.0)) : 0.0F;
}

std::vector<Line> page_lines(PopplerPage* page, PageSize size) {
  return LineCutter(page_text(page, size), size).cut();
}

bool continues_paragraph(const Line& above, const Line& line) {
  const float height = std::max(above.box.y1 - above.box.y0, 0.001F);
  const float own_height = std::max(line.box.y1 - line.box.y0, 0.001F);
  const float gap = line.box.y0 - above.box.y1;
  if (gap > height * 0.7F || gap < -height * 0.9F || own_height > height * 1.35F || height > own_height * 1.35F) {
    return false;
  }
  const float em = height;
  const bool indented = line.box.x0 > above.box.x0 + em * 0.8F;
  const bool ends_short = above.box.x1 < line.box.x1 - em * 6.0F;
  const bool ends_sentence =
      !above.text.empty() && std::string_view(".!?:").find(trimmed(above.text).back()) != std::string_view::npos;
  return !(ends_sentence && (indented || ends_short)) && line.box.x0 < above.box.x1;
}

bool is_unreadable(std::string_view text) {
  std::size_t strange = 0;
  std::size_t control = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = text::next_code_point(text, at);
    if (c != ' ' && c != '\n' && c != '\t' && !is_direction_mark(c)) {
      ++count;
      const auto kind = text::character_class(c);
      const bool is_control = (c < 0x20 && c != '\r' && c != '\f') || (c >= 0x7F && c < 0xA0);
      control += is_control ? 1 : 0;
      strange += is_control || kind == text::CharacterClass::kUnassigned || c == 0xFFFD ? 1 : 0;
    }
  }
  // Glyph numbers that pass for letters have the space among the control characters, so about every sixth is one.
  constexpr std::size_t kControlInverseShare = 12;
  return strange * 2 > count || control * kControlInverseShare > count;
}

bool is_plainly_readable(std::string_view line) {
  constexpr std::size_t kWordLettersMin = 4;
  std::size_t letters = 0;
  std::size_t in_words = 0;
  for (std::size_t at = 0; at < line.size();) {
    const auto is_letter = [&](std::size_t i) {
      return (line[i] >= 'a' && line[i] <= 'z') || (line[i] >= 'A' && line[i] <= 'Z');
    };
    std::size_t end = at;
    bool vowel = false;
    for (; end < line.size() && is_letter(end); ++end) {
      vowel = vowel || std::string_view("aeiouAEIOU").find(line[end]) != std::string_view::npos;
    }
    letters += end - at;
    in_words += vowel && end - at >= kWordLettersMin ? end - at : 0;
    at = std::max(end, at + 1);
  }
  const bool ascii = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
  return ascii && in_words > 0 && in_words * 3 >= letters * 2;
}

}  // namespace alcove::pdf

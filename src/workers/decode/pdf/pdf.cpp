#include "workers/decode/pdf/pdf.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/pdf/document.hpp"

namespace alcove::pdf {
namespace {

using input::TextCollector;
using wire::Block;
using wire::BlockKind;
using wire::Box;

struct Line {
  std::string text;
  Box box;  ///< In fractions of the page.
};

float fraction(double value, double whole) {
  return whole > 0 && std::isfinite(value) ? static_cast<float>(std::clamp(value / whole, 0.0, 1.0)) : 0.0F;
}

/// True if the text is mostly characters that no font explains: private use, unassigned, replacement. Such a layer
/// comes from fonts without a Unicode map, and finding anything in it would be chance.
bool is_unreadable(std::string_view text) {
  std::size_t strange = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = text::next_code_point(text, at);
    if (c != ' ' && c != '\n') {
      ++count;
      const auto kind = text::character_class(c);
      strange += kind == text::CharacterClass::kUnassigned || kind == text::CharacterClass::kControl || c == 0xFFFD;
    }
  }
  return strange * 2 > count;
}

/// The page's text cut into lines, each with the hull of its characters. Poppler gives one rectangle per character,
/// line ends included, in points from the upper left corner of the page as it is shown.
std::vector<Line> page_lines(PopplerPage* page, double width, double height) {
  std::vector<Line> lines;
  const Text text(poppler_page_get_text(page));
  if (text == nullptr) {
    return lines;
  }
  PopplerRectangle* rectangles = nullptr;
  guint count = 0;
  if (poppler_page_get_text_layout(page, &rectangles, &count) == FALSE) {
    count = 0;
  }
  const std::unique_ptr<PopplerRectangle, FreeMemory> owner(rectangles);
  const std::string valid = to_valid_utf8(text.get());
  Line line;
  bool boxed = false;
  guint index = 0;
  const auto finish = [&] {
    // A soft hyphen that ends a line is a hyphen one sees; as one it tells later that the word goes on.
    constexpr std::string_view kSoftHyphen = "\u00AD";
    if (trimmed(line.text).ends_with(kSoftHyphen)) {
      line.text.resize(line.text.rfind(kSoftHyphen));
      line.text += '-';
    }
    if (!trimmed(line.text).empty()) {
      lines.push_back(std::move(line));
    }
    line = {};
    boxed = false;
  };
  for (std::size_t at = 0; at < valid.size(); ++index) {
    const std::size_t begin = at;
    const char32_t c = text::next_code_point(valid, at);
    if (c == '\n') {
      finish();
      continue;
    }
    line.text.append(valid, begin, at - begin);
    if (index >= count || c == ' ') {
      continue;
    }
    const PopplerRectangle& r = rectangles[index];
    const Box box{fraction(std::min(r.x1, r.x2), width), fraction(std::min(r.y1, r.y2), height),
                  fraction(std::max(r.x1, r.x2), width), fraction(std::max(r.y1, r.y2), height)};
    line.box = !boxed ? box
                      : Box{std::min(line.box.x0, box.x0), std::min(line.box.y0, box.y0), std::max(line.box.x1, box.x1),
                            std::max(line.box.y1, box.y1)};
    boxed = true;
  }
  finish();
  return lines;
}

/// Whether `line` goes on with the paragraph of `above`: just below it, of like height, not indented, and the line
/// above reached the right edge of what stands around it.
bool continues(const Line& above, const Line& line) {
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

class PdfReader {
 public:
  PdfReader(PopplerDocument* document, TextCollector& collector) : document_(document), collector_(collector) {}

  input::Verdict read() {
    const int pages = std::max(poppler_document_get_n_pages(document_), 0);
    const int wanted =
        static_cast<int>(std::min<std::int64_t>(pages, static_cast<std::int64_t>(collector_.limits().pages_max)));
    collector_.artefact().page_count = static_cast<std::uint32_t>(pages);
    if (wanted < pages) {
      collector_.note("pages_limit", fmt::format("Only the first {} of {} pages were read", wanted, pages));
    }
    for (int index = 0; index < wanted && collector_.may_go_on(); ++index) {
      read_page(index);
    }
    const bool any = std::ranges::any_of(collector_.artefact().blocks,
                                         [](const Block& block) { return block.kind != BlockKind::kMetadata; });
    if (!any && unreadable_pages_ > 0) {
      return input::skipped("no_text",
                            "The text of this PDF cannot be read: its fonts do not say which letters they show");
    }
    if (!any && pages == 0) {
      return input::failed("damaged", "The PDF is damaged and has no readable page");
    }
    if (!any) {
      return input::skipped(
          "no_text",
          "There is no text in this PDF: its pages are pictures or empty; text in pictures is not recognised yet");
    }
    if (unreadable_pages_ > 0) {
      collector_.note("unreadable_pages",
                      fmt::format("The text of {} pages could not be read: their fonts do not say which letters they "
                                  "show",
                                  unreadable_pages_));
    }
    return {};
  }

 private:
  wire::Place place(const Box& box) const {
    wire::Place out;
    out.kind = wire::PlaceKind::kPage;
    out.page = page_number_;
    out.boxes = {box};
    return out;
  }

  void read_page(int index) {
    const Page page(poppler_document_get_page(document_, index));
    page_number_ = static_cast<std::uint32_t>(index) + 1;
    if (page == nullptr) {
      collector_.artefact().page_ratios.push_back(1.0F);
      collector_.note("damaged", "Some pages of the PDF are damaged and were left out");
      return;
    }
    double width = 0;
    double height = 0;
    poppler_page_get_size(page.get(), &width, &height);
    const bool sane = width > 0 && height > 0 && std::isfinite(width) && std::isfinite(height);
    collector_.artefact().page_ratios.push_back(sane ? static_cast<float>(std::clamp(width / height, 0.001, 1000.0))
                                                     : 1.0F);
    std::vector<Line> lines = page_lines(page.get(), width, height);
    std::string all;
    for (const Line& line : lines) {
      all += line.text;
    }
    if (!all.empty() && is_unreadable(all)) {
      ++unreadable_pages_;
      lines.clear();
    }
    const Line* above = nullptr;
    for (const Line& line : lines) {
      const bool starts = above == nullptr || !continues(*above, line);
      if (!collector_.add(BlockKind::kLine, line.text, place(line.box), {.starts_paragraph = starts})) {
        return;
      }
      above = &line;
    }
    read_annotations(page.get(), width, height);
    read_fields(page.get(), width, height);
  }

  /// Boxes of annotations and fields come in points from the lower left corner.
  static Box upright(const PopplerRectangle& area, double width, double height) {
    return {fraction(std::min(area.x1, area.x2), width), fraction(height - std::max(area.y1, area.y2), height),
            fraction(std::max(area.x1, area.x2), width), fraction(height - std::min(area.y1, area.y2), height)};
  }

  void read_annotations(PopplerPage* page, double width, double height) {
    GList* const list = poppler_page_get_annot_mapping(page);
    for (GList* item = list; item != nullptr; item = item->next) {
      const auto* mapping = static_cast<PopplerAnnotMapping*>(item->data);
      const PopplerAnnotType type = poppler_annot_get_annot_type(mapping->annot);
      if (type == POPPLER_ANNOT_LINK || type == POPPLER_ANNOT_WIDGET || type == POPPLER_ANNOT_POPUP) {
        continue;
      }
      const Text contents(poppler_annot_get_contents(mapping->annot));
      if (contents != nullptr &&
          !collector_.add(BlockKind::kComment, contents.get(), place(upright(mapping->area, width, height)))) {
        break;
      }
    }
    poppler_page_free_annot_mapping(list);
  }

  void read_fields(PopplerPage* page, double width, double height) {
    GList* const list = poppler_page_get_form_field_mapping(page);
    for (GList* item = list; item != nullptr; item = item->next) {
      const auto* mapping = static_cast<PopplerFormFieldMapping*>(item->data);
      std::string value;
      if (poppler_form_field_get_field_type(mapping->field) == POPPLER_FORM_FIELD_TEXT &&
          poppler_form_field_text_is_password(mapping->field) == FALSE) {
        const Text text(poppler_form_field_text_get_text(mapping->field));
        value = text == nullptr ? "" : text.get();
      } else if (poppler_form_field_get_field_type(mapping->field) == POPPLER_FORM_FIELD_CHOICE) {
        value = chosen_items(mapping->field);
      }
      if (!value.empty() && !already_shown(value) &&
          !collector_.add(BlockKind::kNote, value, place(upright(mapping->area, width, height)))) {
        break;
      }
    }
    poppler_page_free_form_field_mapping(list);
  }

  /// A field's appearance is usually among the page's lines already.
  bool already_shown(const std::string& value) {
    const std::string wanted = charset::collapse_spaces(charset::clean(value));
    const auto& blocks = collector_.artefact().blocks;
    for (auto block = blocks.rbegin(); block != blocks.rend() && block->place.page == page_number_; ++block) {
      if (block->text.find(wanted) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  static std::string chosen_items(PopplerFormField* field) {
    std::string out;
    for (gint i = 0; i < poppler_form_field_choice_get_n_items(field); ++i) {
      if (poppler_form_field_choice_is_item_selected(field, i) != FALSE) {
        const Text text(poppler_form_field_choice_get_item(field, i));
        out += (out.empty() ? "" : "\n") + std::string(text == nullptr ? "" : text.get());
      }
    }
    return out;
  }

  PopplerDocument* document_;
  TextCollector& collector_;
  std::uint32_t page_number_ = 0;
  std::uint32_t unreadable_pages_ = 0;
};

std::string owned_text(char* text) {
  const Text owner(text);
  return text == nullptr ? std::string() : charset::collapse_spaces(charset::clean(text));
}

std::int64_t unix_ms(time_t seconds) {
  return seconds > 0 ? static_cast<std::int64_t>(seconds) * 1000 : 0;
}

}  // namespace

input::Verdict read_pdf(const input::ByteSource& source, TextCollector& collector) {
  OpenProblem problem = OpenProblem::kNone;
  const Document document = open_document(source, problem);
  if (problem == OpenProblem::kEncrypted) {
    return input::skipped("encrypted", "The PDF is protected by a password");
  }
  if (document == nullptr) {
    return input::failed("damaged", "The PDF is damaged and cannot be opened");
  }
  return PdfReader(document.get(), collector).read();
}

wire::FactsArtefact pdf_facts(const input::ByteSource& source) {
  wire::FactsArtefact facts;
  OpenProblem problem = OpenProblem::kNone;
  const Document document = open_document(source, problem);
  if (document != nullptr) {
    facts.title = owned_text(poppler_document_get_title(document.get()));
    facts.author = owned_text(poppler_document_get_author(document.get()));
    facts.subject = owned_text(poppler_document_get_subject(document.get()));
    facts.created_unix_ms = unix_ms(poppler_document_get_creation_date(document.get()));
    facts.modified_unix_ms = unix_ms(poppler_document_get_modification_date(document.get()));
    facts.page_count = static_cast<std::uint32_t>(std::max(poppler_document_get_n_pages(document.get()), 0));
  }
  return facts;
}

}  // namespace alcove::pdf

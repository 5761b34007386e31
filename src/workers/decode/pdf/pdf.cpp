#include "workers/decode/pdf/pdf.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/pdf/document.hpp"
#include "workers/decode/pdf/lines.hpp"
#include "workers/decode/pdf/marks.hpp"
#include "workers/decode/pdf/outline.hpp"

namespace alcove::pdf {
namespace {

using input::TextCollector;
using wire::Block;
using wire::BlockKind;
using wire::Box;

class PdfReader {
 public:
  PdfReader(PopplerDocument* document, TextCollector& collector) : document_(document), collector_(collector) {}

  input::Verdict read() {
    const int pages = std::max(poppler_document_get_n_pages(document_), 0);
    const int wanted =
        static_cast<int>(std::min<std::int64_t>(pages, static_cast<std::int64_t>(collector_.limits().pages_max)));
    collector_.artefact().page_count = static_cast<std::uint32_t>(pages);
    if (wanted < pages) {
      collector_.note("pages_limit", fmt::format("Only the first {} of {} pages were read", wanted, pages),
                      {std::to_string(wanted), std::to_string(pages)});
    }
    read_information();
    outline_ = read_outline(document_);
    add_outline(0);
    for (int index = 0; index < wanted && collector_.may_go_on(); ++index) {
      read_page(index);
    }
    const bool any = std::ranges::any_of(collector_.artefact().blocks,
                                         [](const Block& block) { return block.kind != BlockKind::kMetadata; });
    if (unreadable_pages_ > 0) {
      collector_.note("broken_encoding",
                      unreadable_pages_ == collector_.artefact().page_ratios.size()
                          ? "The text of this PDF cannot be read: its fonts do not say which letters they show"
                          : fmt::format("The text of {} pages could not be read: their fonts do not say which letters "
                                        "they show",
                                        unreadable_pages_));
    }
    if (!any && unreadable_pages_ > 0) {
      return input::skipped("broken_encoding",
                            "The text of this PDF cannot be read: its fonts do not say which letters they show");
    }
    if (!any && pages == 0) {
      return input::failed("damaged", "The PDF is damaged and has no readable page");
    }
    constexpr const char* kNoText =
        "There is no text in this PDF: its pages are pictures or empty; text in pictures is not recognised yet";
    if (!any) {
      return input::skipped("no_text", kNoText);
    }
    if (!any_line_ && unreadable_pages_ == 0) {
      collector_.note("no_text", kNoText);
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
    add_outline(page_number_);
    if (page == nullptr) {
      collector_.artefact().page_ratios.push_back(1.0F);
      collector_.note("damaged", "Some pages of the PDF are damaged and were left out");
      return;
    }
    PageSize size;
    poppler_page_get_size(page.get(), &size.width, &size.height);
    const bool sane = size.width > 0 && size.height > 0 && std::isfinite(size.width) && std::isfinite(size.height);
    collector_.artefact().page_ratios.push_back(
        sane ? static_cast<float>(std::clamp(size.width / size.height, 0.001, 1000.0)) : 1.0F);
    read_lines(page_lines(page.get(), size));
    for (const Mark& mark : page_marks(page.get(), size)) {
      if (!collector_.add(mark.kind, mark.text, place(mark.box))) {
        return;
      }
    }
  }

  void read_lines(std::vector<Line> lines) {
    std::string all;
    for (const Line& line : lines) {
      all += line.text;
    }
    if (!all.empty() && is_unreadable(all)) {
      ++unreadable_pages_;
      // Labels and footers are often set in another font, which says its letters.
      std::erase_if(lines, [](const Line& line) { return !is_plainly_readable(line.text); });
    }
    const Line* above = nullptr;
    for (const Line& line : lines) {
      const bool starts = above == nullptr || !continues_paragraph(*above, line);
      if (!collector_.add(BlockKind::kLine, line.text, place(line.box), {.starts_paragraph = starts})) {
        return;
      }
      above = &line;
    }
    any_line_ = any_line_ || above != nullptr;
  }

  /// Entries that lead to `page`, before its text; page 0 stands for those that lead nowhere.
  void add_outline(std::uint32_t page) {
    const auto [first, last] = outline_.equal_range(page);
    for (auto entry = first; entry != last; ++entry) {
      wire::Place where;
      if (page > 0) {
        where.kind = wire::PlaceKind::kPage;
        where.page = page;
      }
      collector_.add(BlockKind::kOutline, entry->second.title, std::move(where), {.level = entry->second.level});
    }
  }

  /// What the document's information says besides what the facts have.
  void read_information() {
    const Text keywords(poppler_document_get_keywords(document_));
    if (keywords != nullptr) {
      collector_.add(BlockKind::kMetadata, keywords.get(), wire::Place{});
    }
  }

  PopplerDocument* document_;
  TextCollector& collector_;
  std::uint32_t page_number_ = 0;
  std::uint32_t unreadable_pages_ = 0;
  Outline outline_;
  bool any_line_ = false;
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

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/ole/doc_format.hpp"
#include "workers/decode/ole/doc_lists.hpp"
#include "workers/decode/ole/doc_text.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/readers.hpp"

namespace alcove::ole {
namespace {

using input::TextCollector;
using wire::BlockKind;
using namespace doc;

/// Characters with a meaning of their own (2.4.1).
enum Mark : char16_t {
  kCellMark = 0x07,
  kLineBreak = 0x0B,
  kPageBreak = 0x0C,
  kParagraphMark = 0x0D,
  kColumnBreak = 0x0E,
  kFieldBegin = 0x13,
  kFieldSeparator = 0x14,
  kFieldEnd = 0x15,
  kHyphen = 0x1E,
};

/// Fields inside one another that are told apart; deeper ones count as part of them.
constexpr std::size_t kFieldDepthMax = 64;
constexpr std::size_t kNotesMax = 100'000;

/// A note or comment, and the character that refers to it.
struct Aside {
  std::uint32_t reference = 0;
  Range text;
  BlockKind kind = BlockKind::kNote;
};

class DocReader {
 public:
  DocReader(const Text& text, const Formatting& formatting, Lists lists, TextCollector& collector)
      : text_(text), formatting_(formatting), lists_(std::move(lists)), collector_(collector) {}

  /// Texts of a part by their references; `item_bytes` stand behind each reference.
  void add_asides(Part part, ByteView references, ByteView texts, std::size_t item_bytes, BlockKind kind) {
    const std::size_t count = references.size() < 4 ? 0 : (references.size() - 4) / (4 + item_bytes);
    const Range all = text_.range(part);
    for (std::size_t i = 0; i < std::min(count, kNotesMax); ++i) {
      const std::uint64_t begin = std::uint64_t{all.begin} + u32_at(texts, i * 4);
      const std::uint64_t end = std::uint64_t{all.begin} + u32_at(texts, (i + 1) * 4);
      if (begin < end && end <= all.end) {
        asides_.push_back(
            {u32_at(references, i * 4), {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, kind});
      }
    }
  }

  void read() {
    std::ranges::sort(asides_, {}, [](const Aside& aside) { return std::pair(aside.reference, aside.text.begin); });
    read_main(text_.range(Part::kMain));
    read_asides(text_.size());
    read_lines(text_.range(Part::kTextBoxes), BlockKind::kNote);
    read_lines(text_.range(Part::kHeaders), BlockKind::kHeaderFooter);
    read_lines(text_.range(Part::kHeaderTextBoxes), BlockKind::kHeaderFooter);
  }

 private:
  /// Whether text is shown: not a field's instructions.
  [[nodiscard]] bool is_shown() const {
    return std::ranges::none_of(fields_, [](bool instructions) { return instructions; });
  }

  /// Adds a character that is no mark of structure.
  void add_character(char16_t c, std::uint32_t position, std::string& out) {
    switch (c) {
      case kFieldBegin:
        if (fields_.size() < kFieldDepthMax) {
          fields_.push_back(true);
        }
        return;
      case kFieldSeparator:
        if (!fields_.empty()) {
          fields_.back() = false;
        }
        return;
      case kFieldEnd:
        if (!fields_.empty()) {
          fields_.pop_back();
        }
        return;
      default: break;
    }
    if (!is_shown() || (formatting_.has_deletions() && formatting_.is_deleted(text_.offset_of(position)))) {
      return;
    }
    if (c == kLineBreak || c == kColumnBreak) {
      out += '\n';
    } else if (c == kHyphen) {
      out += '-';
    } else if (c == '\t' || c >= ' ') {
      append(c, position, out);
    }
  }

  void append(char16_t c, std::uint32_t position, std::string& out) const {
    const char16_t next = text_.at(position + 1);
    if (c >= 0xD800 && c < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
      text::append_code_point(out, 0x10000 + ((char32_t{c} - 0xD800) << 10U) + (char32_t{next} - 0xDC00));
    } else if (c < 0xDC00 || c >= 0xE000) {
      text::append_code_point(out, c);
    }
  }

  static wire::Place place(unsigned first, unsigned last) {
    wire::Place out;
    out.kind = wire::PlaceKind::kParagraph;
    out.paragraph_first = first;
    out.paragraph_last = last;
    return out;
  }

  void read_main(Range range) {
    std::string text;
    for (std::uint32_t at = range.begin; at < std::min(range.end, text_.size()); ++at) {
      const char16_t c = text_.at(at);
      if (c != kParagraphMark && c != kPageBreak && c != kCellMark) {
        add_character(c, at, text);
        continue;
      }
      const ParagraphFormat format = formatting_.paragraph(text_.offset_of(at));
      if (c == kCellMark) {
        end_cell(format, std::move(text));
      } else if (c == kParagraphMark && format.in_table) {
        count_cell_paragraph();
        cell_text_ += (cell_text_.empty() ? "" : " ") + with_label(format, text);
      } else {
        end_paragraph(format, text);
      }
      text.clear();
      if (row_is_open_ ? !collector_.may_go_on() : !read_asides(at + 1)) {
        return;
      }
    }
    end_row();
    end_paragraph({}, text);
  }

  void end_paragraph(const ParagraphFormat& format, const std::string& text) {
    end_row();
    // A field's instructions end with their paragraph: one that is never closed must not hide the rest.
    std::erase(fields_, true);
    ++paragraph_;
    BlockKind kind = BlockKind::kParagraph;
    std::uint8_t level = 0;
    if (format.heading_level > 0) {
      kind = BlockKind::kHeading;
      level = format.heading_level;
    } else if (format.list > 0) {
      kind = BlockKind::kListItem;
      level = format.list_level;
    }
    collector_.add(kind, with_label(format, text), place(paragraph_, paragraph_), {.level = level});
  }

  /// Counts a paragraph of a list, also one without words.
  std::string with_label(const ParagraphFormat& format, const std::string& text) {
    const std::string label = lists_.next(format.list, format.list_level);
    return label.empty() || trimmed(text).empty() ? text : label + " " + text;
  }

  void end_cell(const ParagraphFormat& format, std::string text) {
    // Without formatting a mark right after another one ends the row.
    const bool ends_row = format.known ? format.ends_row : row_is_open_ && text.empty() && cell_text_.empty();
    if (ends_row) {
      end_row();
      return;
    }
    row_text_ += row_is_open_ ? "\t" : "";
    row_is_open_ = true;
    count_cell_paragraph();
    row_text_ += charset::collapse_spaces(cell_text_ + (cell_text_.empty() ? "" : " ") + with_label(format, text));
    cell_text_.clear();
  }

  void end_row() {
    if (!cell_text_.empty()) {
      row_text_ += (row_text_.empty() ? "" : "\t") + charset::collapse_spaces(cell_text_);
    }
    if (!row_text_.empty()) {
      collector_.add(BlockKind::kTableRow, row_text_, place(row_first_, std::max(row_first_, paragraph_)));
    }
    row_text_.clear();
    cell_text_.clear();
    row_is_open_ = false;
    row_first_ = 0;
  }

  void count_cell_paragraph() {
    ++paragraph_;
    row_first_ = row_first_ == 0 ? paragraph_ : row_first_;
  }

  /// Adds the notes and comments that were referred to before `position`. False once a limit is met.
  bool read_asides(std::uint32_t position) {
    for (; aside_ < asides_.size() && asides_[aside_].reference < position; ++aside_) {
      const Aside& aside = asides_[aside_];
      const std::string text = plain_text(aside.text);
      if (!collector_.add(aside.kind, text, place(std::max(paragraph_, 1U), std::max(paragraph_, 1U)))) {
        return false;
      }
    }
    return collector_.may_go_on();
  }

  std::string plain_text(Range range) {
    const auto outer = std::exchange(fields_, {});
    std::string out;
    for (std::uint32_t at = range.begin; at < std::min(range.end, text_.size()); ++at) {
      const char16_t c = text_.at(at);
      if (c == kParagraphMark || c == kPageBreak || c == kCellMark) {
        out += c == kCellMark ? '\t' : '\n';
      } else {
        add_character(c, at, out);
      }
    }
    fields_ = outer;
    return out;
  }

  /// Paragraphs without a place of their own, each text once.
  void read_lines(Range range, BlockKind kind) {
    std::set<std::string> seen;
    std::string text;
    fields_.clear();
    for (std::uint32_t at = range.begin; at < std::min(range.end, text_.size()); ++at) {
      const char16_t c = text_.at(at);
      if (c != kParagraphMark && c != kPageBreak && c != kCellMark) {
        add_character(c, at, text);
        continue;
      }
      if (seen.insert(text).second && !collector_.add(kind, text, wire::Place{})) {
        return;
      }
      text.clear();
    }
    collector_.add(kind, text, wire::Place{});
  }

  const Text& text_;
  const Formatting& formatting_;
  Lists lists_;
  TextCollector& collector_;
  std::vector<Aside> asides_;
  std::size_t aside_ = 0;
  std::vector<bool> fields_;  ///< For each open field whether its instructions are being read.
  unsigned paragraph_ = 0;
  std::string cell_text_;
  std::string row_text_;
  unsigned row_first_ = 0;  ///< 0: in no row
  bool row_is_open_ = false;
};

}  // namespace

input::Verdict read_doc(const CompoundFile& file, TextCollector& collector) {
  const auto document = file.read("WordDocument");
  if (!document) {
    return {wire::StageOutcome::kFailedRetryable, "unreadable", document.error().message};
  }
  const ByteView bytes = document->bytes;
  const FileInformation information = read_information(bytes);
  if (!information.is_word) {
    return damaged_document();
  }
  if (information.encrypted) {
    return encrypted_document();
  }
  const auto tables = file.read(information.second_table ? "1Table" : "0Table");
  if (!tables) {
    return {wire::StageOutcome::kFailedRetryable, "unreadable", tables.error().message};
  }
  // A character becomes up to three bytes of text; what does not fit need not be kept.
  const Text text = Text::load(bytes, tables->bytes, information, collector.limits().text_bytes_max);
  if (document->truncated || tables->truncated || text.is_cut()) {
    collector.note("damaged", "The document is damaged; what could be read is shown");
  }
  const Formatting formatting = information.is_word95 ? Formatting() : Formatting::load(bytes, tables->bytes);
  DocReader reader(text, formatting, information.is_word95 ? Lists() : Lists(bytes, tables->bytes), collector);
  if (!information.is_word95) {
    const auto table = [&](Table which) { return table_bytes(bytes, tables->bytes, which); };
    constexpr std::size_t kNoteBytes = 2;
    constexpr std::size_t kCommentBytes = 30;
    reader.add_asides(Part::kFootnotes, table(kFootnoteReferences), table(kFootnoteTexts), kNoteBytes,
                      BlockKind::kNote);
    reader.add_asides(Part::kEndnotes, table(kEndnoteReferences), table(kEndnoteTexts), kNoteBytes, BlockKind::kNote);
    reader.add_asides(Part::kComments, table(kCommentReferences), table(kCommentTexts), kCommentBytes,
                      BlockKind::kComment);
  }
  reader.read();
  return {};
}

}  // namespace alcove::ole

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/input/list_numbers.hpp"
#include "workers/decode/rtf/reader.hpp"

namespace alcove::rtf {
namespace {

using wire::BlockKind;

/// A paragraph or row longer than this is given in pieces, so that a file without any break stays bounded.
constexpr std::size_t kParagraphBytesMax = 1024UL * 1024;
constexpr std::size_t kAsidesMax = 10'000;
constexpr std::size_t kNameBytesMax = 4096;
constexpr std::size_t kListMarkBytesMax = 64;

}  // namespace

std::string Reader::current_encoding() const {
  const auto font = fonts_.find(state_.font);
  return font == fonts_.end() ? document_encoding_ : font->second;
}

void Reader::put_byte(char byte) {
  if (state_.destination == Destination::kSkipped || state_.destination == Destination::kTwoForms) {
    return;
  }
  bytes_.push_back(byte);
  if (bytes_.size() >= kParagraphBytesMax) {
    flush_bytes();
  }
}

void Reader::put_character(char32_t c) {
  flush_bytes();
  std::string utf8;
  text::append_code_point(utf8, c);
  put(utf8);
}

void Reader::flush_bytes() {
  if (bytes_.empty()) {
    return;
  }
  const std::string bytes = std::exchange(bytes_, {});
  const bool ascii = std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  put(ascii ? bytes : charset::decode(as_bytes(bytes), current_encoding()));
}

/// Text of the current destination, already UTF-8.
void Reader::put(std::string_view utf8) {
  switch (state_.destination) {
    case Destination::kFontTable:
    case Destination::kStyleSheet:
    case Destination::kInfoField:
    case Destination::kCommentAuthor:
      // The style sheet's entries end with a semicolon; each stands in a group of its own.
      table_text_ += utf8_prefix(utf8, kNameBytesMax - std::min(table_text_.size(), kNameBytesMax));
      return;
    case Destination::kListMark:
      list_mark_ += utf8_prefix(utf8, kListMarkBytesMax - std::min(list_mark_.size(), kListMarkBytesMax));
      return;
    case Destination::kBody:
    case Destination::kNote:
    case Destination::kComment:
    case Destination::kHeaderFooter: break;
    default: return;
  }
  if (state_.deleted) {
    return;
  }
  Output& output = outputs_.back();
  output.has_visible = output.has_visible || (!state_.hidden && !trimmed(utf8).empty());
  std::string& text = in_table_ && outputs_.size() == 1 ? output.cell : output.text;
  if (!list_mark_.empty() && outputs_.size() == 1 && !trimmed(utf8).empty()) {
    const std::string mark = std::exchange(list_mark_, {});
    text += input::is_list_number(mark) ? std::string(trimmed(mark)) + " " : std::string();
  }
  text += utf8;
  if (text.size() > kParagraphBytesMax && outputs_.size() == 1) {
    in_table_ ? end_cell() : end_paragraph();
  }
}

void Reader::end_cell() {
  Output& output = outputs_.back();
  if (outputs_.size() > 1) {
    output.text += '\t';
    return;
  }
  ++paragraph_;
  list_mark_.clear();
  if (row_first_ == 0) {
    row_first_ = paragraph_;
    // Programs may leave \intbl out; what stands before the first cell's end is its text.
    output.cell = std::exchange(output.text, {}) + output.cell;
  }
  output.text += charset::collapse_spaces(output.cell);
  output.text += '\t';
  output.cell.clear();
  if (output.text.size() > kParagraphBytesMax) {
    end_row();
  }
}

void Reader::end_row() {
  if (outputs_.size() > 1) {
    outputs_.back().text += '\n';
    return;
  }
  if (row_first_ == 0 && outputs_.back().cell.empty()) {
    return;
  }
  Output& output = outputs_.back();
  output.text += output.cell;
  output.cell.clear();
  const unsigned first = std::exchange(row_first_, 0U);
  emit(BlockKind::kTableRow, output.text, first == 0 ? paragraph_ : first, 0, !output.has_visible);
  output = {};
  emit_asides();
}

void Reader::end_paragraph() {
  Output& output = outputs_.back();
  ++paragraph_;
  list_mark_.clear();
  BlockKind kind = BlockKind::kParagraph;
  std::uint8_t level = 0;
  if (heading_level_ > 0) {
    kind = BlockKind::kHeading;
    level = heading_level_;
  } else if (is_list_item_) {
    kind = BlockKind::kListItem;
    level = list_level_;
  }
  output.text += std::exchange(output.cell, {});
  emit(kind, output.text, paragraph_, level, !output.has_visible);
  output = {};
  emit_asides();
}

/// A note, comment or header has ended; it follows the paragraph it stands in.
void Reader::end_output() {
  flush_bytes();
  Output output = std::move(outputs_.back());
  outputs_.pop_back();
  std::string text(trimmed(output.text));
  if (output.kind == BlockKind::kHeaderFooter) {
    // The first page's and the others' often say the same.
    if (!text.empty() && headers_seen_.size() < kAsidesMax && headers_seen_.insert(text).second &&
        purpose_ == Purpose::kText) {
      open_ = collector_.add(BlockKind::kHeaderFooter, text, wire::Place{}) && open_;
    }
    return;
  }
  if (output.kind == BlockKind::kComment) {
    const std::string author = std::exchange(comment_author_, {});
    text = author.empty() || text.empty() ? text : author + ": " + text;
  }
  if (!text.empty()) {
    asides_.push_back({output.kind, std::move(text)});
  }
  if (asides_.size() >= kAsidesMax) {
    emit_asides();
  }
}

void Reader::emit(BlockKind kind, std::string_view text, unsigned first, std::uint8_t level, bool hidden) {
  if (purpose_ == Purpose::kFacts) {
    return;
  }
  wire::Place place;
  place.kind = wire::PlaceKind::kParagraph;
  place.paragraph_first = std::max(first, 1U);
  place.paragraph_last = std::max(place.paragraph_first, paragraph_);
  place.hidden = hidden;
  open_ = collector_.add(kind, text, std::move(place), {.level = level}) && open_;
}

void Reader::emit_asides() {
  for (const Aside& aside : std::exchange(asides_, {})) {
    emit(aside.kind, aside.text, paragraph_, 0, false);
  }
}

}  // namespace alcove::rtf

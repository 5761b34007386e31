#include "workers/decode/rtf/reader.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/code_page.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/input/moment.hpp"
#include "workers/decode/rtf/rtf.hpp"

namespace alcove::rtf {
namespace {

using wire::BlockKind;

/// Entries kept of font table and style sheet.
constexpr std::size_t kFontsMax = 10'000;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_aside(Destination destination) {
  return destination == Destination::kNote || destination == Destination::kComment ||
         destination == Destination::kHeaderFooter;
}

/// Destinations whose text is a name to learn, not words of the document.
bool is_table(Destination destination) {
  return destination == Destination::kFontTable || destination == Destination::kStyleSheet ||
         destination == Destination::kInfoField || destination == Destination::kCommentAuthor;
}

/// Of a number as the document writes it; empty when it names no encoding.
std::string encoding_of(int code_page) {
  return code_page > 0 ? charset::encoding_of_code_page(static_cast<std::uint32_t>(code_page)) : std::string();
}

}  // namespace

void Reader::read() {
  unsigned steps = 0;
  while (at_ < rtf_.size() && open_) {
    if (++steps % 4096 == 0 && !collector_.may_go_on()) {
      break;
    }
    const char c = rtf_[at_];
    if (c == '{') {
      open_group();
    } else if (c == '}') {
      close_group();
      if (groups_.empty()) {
        break;  // What follows the document's own group is no part of it.
      }
    } else if (c == '\\') {
      control();
    } else {
      ++at_;
      if (c != '\r' && c != '\n' && c != '\0') {
        group_is_fresh_ = false;
        if (!is_fallback()) {
          put_byte(c);
        }
      }
    }
  }
  flush_bytes();
  while (outputs_.size() > 1) {
    end_output();
  }
  end_row();
  end_paragraph();
}

void Reader::open_group() {
  ++at_;
  flush_bytes();
  fallback_left_ = 0;
  if (groups_.size() >= kGroupDepthMax) {
    ++groups_beyond_;
    return;
  }
  groups_.push_back(state_);
  state_.opens_output = false;
  group_is_fresh_ = true;
  is_starred_ = false;
}

void Reader::close_group() {
  ++at_;
  flush_bytes();
  fallback_left_ = 0;
  group_is_fresh_ = false;
  if (groups_beyond_ > 0) {
    --groups_beyond_;
    return;
  }
  if (groups_.empty()) {
    return;
  }
  // Entries of the style sheet are groups of their own; elsewhere inner groups only change the font.
  if (is_table(state_.destination) &&
      (state_.destination == Destination::kStyleSheet || groups_.back().destination != state_.destination)) {
    end_table_text();
  }
  if (state_.opens_output && outputs_.size() > 1) {
    end_output();
  }
  const Destination ended = state_.destination;
  state_ = groups_.back();
  groups_.pop_back();
  // Behind \info nothing more is stated.
  open_ = open_ && !(purpose_ == Purpose::kFacts && ended == Destination::kInfo && groups_.size() == 1);
}

void Reader::control() {
  if (at_ + 1 >= rtf_.size()) {
    ++at_;
    return;
  }
  const char c = rtf_[at_ + 1];
  if (!is_letter(c)) {
    at_ += 2;
    symbol(c);
    return;
  }
  const Word word = take_word();
  if (word.name == "bin") {
    const auto length = static_cast<std::size_t>(std::max(word.value, 0));
    at_ += std::min(length, rtf_.size() - at_);
    (void)is_fallback();
    return;
  }
  // Words between \u and its stand-in count as characters only by letter of the specification, not in files.
  apply(word);
}

Reader::Word Reader::take_word() {
  const std::size_t begin = ++at_;
  constexpr std::size_t kWordBytesMax = 32;
  while (at_ < rtf_.size() && is_letter(rtf_[at_]) && at_ - begin < kWordBytesMax) {
    ++at_;
  }
  Word word;
  word.name = rtf_.substr(begin, at_ - begin);
  std::size_t end = at_ + (at_ < rtf_.size() && rtf_[at_] == '-' ? 1 : 0);
  while (end < rtf_.size() && std::isdigit(static_cast<unsigned char>(rtf_[end])) != 0) {
    ++end;
  }
  const auto [stop, error] = std::from_chars(rtf_.data() + at_, rtf_.data() + end, word.value);
  if (stop != rtf_.data() + at_) {
    word.has_value = error == std::errc();
    at_ = end;
  }
  at_ += at_ < rtf_.size() && rtf_[at_] == ' ' ? 1 : 0;
  return word;
}

void Reader::symbol(char c) {
  if (c == '\'') {
    hex_byte();
  } else if (c == '*') {
    is_starred_ = true;
    return;
  } else if (c == '\\' || c == '{' || c == '}') {
    if (!is_fallback()) {
      put_byte(c);
    }
  } else if (c == '~') {
    put_character(' ');
  } else if (c == '_') {
    put_character('-');
  } else if (c == '\n' || c == '\r') {
    apply({.name = "par"});
  }
  group_is_fresh_ = false;
}

void Reader::hex_byte() {
  unsigned value = 0;
  const std::string_view digits = rtf_.substr(at_, 2);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + 2) {
    return;
  }
  at_ += 2;
  if (!is_fallback()) {
    put_byte(static_cast<char>(value));
  }
}

void Reader::apply(const Word& word) {
  const bool fresh = std::exchange(group_is_fresh_, false);
  const bool starred = std::exchange(is_starred_, false);
  if (word.name == "ud" && state_.destination == Destination::kTwoForms) {
    state_.destination = state_.around;
    return;
  }
  if (state_.destination == Destination::kSkipped || state_.destination == Destination::kTwoForms) {
    return;
  }
  if ((fresh || starred) && open_destination(word.name)) {
    return;
  }
  const bool is_style =
      state_.destination == Destination::kStyleSheet && (word.name == "cs" || word.name == "ds" || word.name == "ts");
  if (starred && !is_transparent(word.name) && !is_style) {
    state_.destination = Destination::kSkipped;
    return;
  }
  if (state_.destination == Destination::kInfo) {
    apply_info(word);
  } else if (is_table(state_.destination)) {
    apply_table_entry(word);
  } else if (state_.destination == Destination::kListMark) {
    return;  // The mark's own paragraph settings are not the item's.
  } else if (!apply_text_break(word) && !apply_paragraph(word)) {
    apply_character(word);
  }
}

bool Reader::open_destination(std::string_view word) {
  if (state_.destination == Destination::kInfo) {
    if (word == "title" || word == "author" || word == "subject" || word == "keywords" || word == "doccomm") {
      state_.destination = Destination::kInfoField;
      info_field_ = word;
      table_text_.clear();
      return true;
    }
    return false;
  }
  const auto destination = destination_of(word);
  if (!destination) {
    return false;
  }
  flush_bytes();
  state_.around = state_.destination;
  state_.destination = *destination;
  if (*destination == Destination::kListMark) {
    is_list_item_ = true;
    list_mark_.clear();
  }
  if (is_aside(*destination)) {
    state_.opens_output = true;
    state_.hidden = false;
    Output& output = outputs_.emplace_back();
    output.kind = *destination == Destination::kNote      ? BlockKind::kNote
                  : *destination == Destination::kComment ? BlockKind::kComment
                                                          : BlockKind::kHeaderFooter;
  }
  if (is_table(*destination)) {
    table_text_.clear();
  }
  return true;
}

bool Reader::apply_text_break(const Word& word) {
  if (word.name == "par" || word.name == "sect") {
    flush_bytes();
    if (outputs_.size() > 1) {
      put("\n");
    } else if (in_table_) {
      ++paragraph_;
      row_first_ = row_first_ == 0 ? paragraph_ : row_first_;
      put("\n");
    } else {
      end_row();
      end_paragraph();
    }
  } else if (word.name == "cell" || word.name == "nestcell") {
    flush_bytes();
    end_cell();
  } else if (word.name == "row" || word.name == "nestrow") {
    flush_bytes();
    end_row();
  } else if (word.name == "u") {
    unicode(word.value);
  } else if (const char32_t c = character_of(word.name); c != 0) {
    if (!is_fallback()) {
      put_character(c);
    }
  } else {
    return false;
  }
  return true;
}

bool Reader::apply_paragraph(const Word& word) {
  const bool on = !word.has_value || word.value != 0;
  if (word.name == "pard") {
    in_table_ = false;
    is_list_item_ = false;
    list_level_ = 0;
    heading_level_ = 0;
  } else if (word.name == "intbl") {
    in_table_ = on;
  } else if (word.name == "itap") {
    in_table_ = word.value > 0;
  } else if (word.name == "ls") {
    is_list_item_ = word.value > 0;
  } else if (word.name == "ilvl") {
    list_level_ = static_cast<std::uint8_t>(std::clamp(word.value, 0, 8));
  } else if (word.name == "outlinelevel") {
    heading_level_ = static_cast<std::uint8_t>(word.value >= 0 && word.value < 9 ? std::min(word.value + 1, 6) : 0);
  } else if (word.name == "s") {
    const auto style = heading_styles_.find(word.value);
    heading_level_ = style == heading_styles_.end() ? std::uint8_t{0} : style->second;
  } else {
    return false;
  }
  return true;
}

void Reader::apply_character(const Word& word) {
  const bool on = !word.has_value || word.value != 0;
  if (word.name == "f") {
    flush_bytes();
    state_.font = word.value;
  } else if (word.name == "plain") {
    flush_bytes();
    state_.font = default_font_;
    state_.hidden = false;
    state_.deleted = false;
  } else if (word.name == "v") {
    flush_bytes();
    state_.hidden = on;
  } else if (word.name == "deleted") {
    flush_bytes();
    state_.deleted = on;
  } else if (word.name == "uc") {
    state_.fallback_count = static_cast<unsigned>(std::clamp(word.value, 0, 16));
  } else if (word.name == "deff") {
    default_font_ = word.value;
    state_.font = word.value;
  } else if (word.name == "ansicpg") {
    const std::string encoding = encoding_of(word.value);
    document_encoding_ = encoding.empty() ? document_encoding_ : encoding;
    is_double_byte_document_ = word.value == 932 || word.value == 936 || word.value == 949 || word.value == 950;
  } else if (word.name == "mac") {
    document_encoding_ = "macintosh";
  } else if (word.name == "pc" || word.name == "pca") {
    document_encoding_ = word.name == "pc" ? "IBM437" : "IBM850";
  }
}

void Reader::apply_table_entry(const Word& word) {
  if (word.name == "u") {
    unicode(word.value);
  } else if (word.name == "uc") {
    state_.fallback_count = static_cast<unsigned>(std::clamp(word.value, 0, 16));
  } else if (state_.destination == Destination::kFontTable) {
    if (word.name == "f") {
      table_font_ = word.value;
    } else if ((word.name == "fcharset" || word.name == "cpg") && fonts_.size() < kFontsMax) {
      std::string encoding = encoding_of(
          word.name == "cpg" ? word.value : static_cast<int>(charset::code_page_of_font_charset(word.value)));
      if (word.name == "fcharset" && word.value == 0 && is_double_byte_document_) {
        encoding = "windows-1252";  // Elsewhere charset 0 means the document's code page to the programs that write it.
      }
      if (!encoding.empty()) {
        fonts_[table_font_] = std::move(encoding);
      }
    }
  } else if (state_.destination == Destination::kStyleSheet) {
    if (word.name == "s") {
      table_style_ = word.value;
    } else if (word.name == "outlinelevel" && word.value >= 0 && word.value < 9 && heading_styles_.size() < kFontsMax) {
      heading_styles_[table_style_] = static_cast<std::uint8_t>(std::min(word.value + 1, 6));
    }
  }
}

void Reader::end_table_text() {
  flush_bytes();
  std::string text = charset::collapse_spaces(charset::clean(std::exchange(table_text_, {})));
  if (state_.destination == Destination::kStyleSheet) {
    const std::string name = ascii_lower(text.substr(0, text.find(';')));
    if (name.starts_with("heading ") && name.size() == 9 && name[8] >= '1' && name[8] <= '9') {
      heading_styles_[table_style_] = static_cast<std::uint8_t>(std::min(name[8] - '0', 6));
    } else if (name == "title" || name == "subtitle") {
      heading_styles_[table_style_] = name == "title" ? 1 : 2;
    }
    table_style_ = 0;
  } else if (state_.destination == Destination::kCommentAuthor) {
    comment_author_ = std::move(text);
  } else if (state_.destination == Destination::kInfoField) {
    if (info_field_ == "title") {
      facts_.title = std::move(text);
    } else if (info_field_ == "author") {
      facts_.author = std::move(text);
    } else if (info_field_ == "subject") {
      facts_.subject = std::move(text);
    } else if (facts_.subject.empty()) {
      facts_.subject = std::move(text);
    }
  }
}

/// Dates come as {\creatim\yr2004\mo10\dy28\hr10\min19}.
void Reader::apply_info(const Word& word) {
  constexpr std::string_view kFields[] = {"yr", "mo", "dy", "hr", "min"};
  if (word.name == "creatim" || word.name == "revtim") {
    info_field_ = word.name;
    moment_[0] = 0;
    return;
  }
  const auto* const field = std::ranges::find(kFields, word.name);
  if (field == std::end(kFields)) {
    info_field_ = word.name == "printim" || word.name == "buptim" ? std::string() : info_field_;
    return;
  }
  const auto index = static_cast<std::size_t>(field - std::begin(kFields));
  moment_[index] = std::clamp(word.value, 0, 9999);
  if (index < 2 || moment_[0] == 0) {
    return;
  }
  const std::int64_t when =
      input::parse_moment(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:00", moment_[0], moment_[1], moment_[2],
                                      index >= 3 ? moment_[3] : 0, index >= 4 ? moment_[4] : 0));
  if (info_field_ == "creatim") {
    facts_.created_unix_ms = when;
  } else if (info_field_ == "revtim") {
    facts_.modified_unix_ms = when;
  }
}

void Reader::unicode(int value) {
  flush_bytes();
  const auto unit = static_cast<char32_t>(value < 0 ? value + 0x10000 : value);
  fallback_left_ = state_.fallback_count;
  if (unit >= 0xD800 && unit < 0xDC00) {
    high_surrogate_ = unit;
    return;
  }
  const char32_t high = std::exchange(high_surrogate_, 0);
  const bool private_use = unit >= 0xE000 && unit < 0xF900;  // Symbols of one font.
  if (unit >= 0xDC00 && unit < 0xE000) {
    if (high != 0) {
      put_character(0x10000 + ((high - 0xD800) << 10U) + (unit - 0xDC00));
    }
  } else if (!private_use && unit > 0 && unit <= 0x10FFFF) {
    put_character(unit);
  }
}

bool Reader::is_fallback() {
  if (fallback_left_ == 0) {
    return false;
  }
  --fallback_left_;
  return true;
}

}  // namespace alcove::rtf

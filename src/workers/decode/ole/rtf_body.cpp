#include "workers/decode/ole/rtf_body.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/code_page.hpp"
#include "workers/decode/ole/code_page.hpp"

namespace alcove::ole {
namespace {

/// Groups inside groups that keep a state of their own; deeper ones share their parent's.
constexpr std::size_t kDepthMax = 1'000;
constexpr std::size_t kFontsMax = 10'000;

class Unwrapper {
 public:
  explicit Unwrapper(std::string_view rtf) : rtf_(rtf) {
    // The word that tells stands among the first ones.
    constexpr std::size_t kHeadBytes = 512;
    html_ = rtf.substr(0, kHeadBytes).find("\\fromhtml1") != std::string_view::npos;
  }

  RtfBody run() {
    while (at_ < rtf_.size()) {
      const char c = rtf_[at_++];
      if (c == '{') {
        open();
      } else if (c == '}') {
        close();
      } else if (c == '\\') {
        read_control();
      } else if (c != '\r' && c != '\n') {
        add_byte(c);
      }
    }
    flush();
    return {std::move(out_), html_};
  }

 private:
  enum class Target : std::uint8_t { kText, kTag, kFonts, kNothing };
  struct Group {
    Target target = Target::kText;
    bool rtf_only = false;  ///< Between \htmlrtf and \htmlrtf0.
    unsigned skip_after_unicode = 1;
    std::uint32_t code_page = 0;  ///< 0: the document's.
  };
  Group& group() { return groups_.back(); }

  void open() {
    flush();
    skip_ = 0;
    if (groups_.size() < kDepthMax) {
      groups_.push_back(group());
    } else {
      ++too_deep_;
    }
  }
  void close() {
    flush();
    skip_ = 0;
    if (too_deep_ > 0) {
      --too_deep_;
    } else if (groups_.size() > 1) {
      groups_.pop_back();
    }
  }

  [[nodiscard]] bool is_shown() {
    return group().target == Target::kTag || (group().target == Target::kText && !(html_ && group().rtf_only));
  }

  void add_byte(char c) {
    if (skip_ > 0) {
      --skip_;
    } else if (is_shown()) {
      bytes_ += c;
    }
  }
  /// Bytes are decoded together: a character may take two.
  void flush() {
    if (!bytes_.empty()) {
      const std::uint32_t code_page = group().code_page == 0 ? code_page_ : group().code_page;
      out_ += decoder_.decode(as_bytes(bytes_), code_page);
      bytes_.clear();
    }
  }
  void add_text(std::string_view text) {
    if (is_shown()) {
      flush();
      out_ += text;
    }
  }

  void read_control() {
    if (at_ >= rtf_.size()) {
      return;
    }
    const char c = rtf_[at_];
    const auto is_letter = [](char letter) {
      return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    };
    if (!is_letter(c)) {
      ++at_;
      read_symbol(c);
      return;
    }
    const std::size_t begin = at_;
    while (at_ < rtf_.size() && is_letter(rtf_[at_])) {
      ++at_;
    }
    const std::string_view word = rtf_.substr(begin, at_ - begin);
    std::optional<int> number;
    const bool negative = at_ < rtf_.size() && rtf_[at_] == '-';
    std::size_t digit = at_ + (negative ? 1 : 0);
    constexpr int kNumberMax = 100'000'000;
    for (; digit < rtf_.size() && rtf_[digit] >= '0' && rtf_[digit] <= '9'; ++digit) {
      number = std::min(number.value_or(0) * 10 + (rtf_[digit] - '0'), kNumberMax);
    }
    if (number) {
      at_ = digit;
      number = negative ? -*number : *number;
    }
    if (at_ < rtf_.size() && rtf_[at_] == ' ') {
      ++at_;
    }
    read_word(word, number);
  }

  void read_symbol(char c) {
    switch (c) {
      case '\'': {
        const auto byte = from_hex(rtf_.substr(at_, 2));
        at_ = std::min(at_ + 2, rtf_.size());
        if (byte && byte->size() == 1) {
          add_byte(static_cast<char>(byte->front()));
        }
        break;
      }
      case '\\':
      case '{':
      case '}': add_byte(c); break;
      case '~': add_text(html_ ? "&nbsp;" : " "); break;
      case '_': add_text("-"); break;
      case '\r':
      case '\n': add_text("\n"); break;
      case '*':
        // What is not known by name is for programs.
        if (rtf_.substr(at_).starts_with("\\htmltag") && html_) {
          break;
        }
        group().target = Target::kNothing;
        break;
      default: break;
    }
  }

  void read_word(std::string_view word, std::optional<int> number) {
    const int value = number.value_or(0);
    if (word == "u") {
      add_unicode(value);
      return;
    }
    flush();
    if (word == "uc") {
      group().skip_after_unicode = static_cast<unsigned>(std::clamp(value, 0, 16));
    } else if (word == "bin") {
      at_ = std::min(at_ + static_cast<std::size_t>(std::max(value, 0)), rtf_.size());
    } else if (word == "htmlrtf") {
      group().rtf_only = number.value_or(1) != 0;
    } else if (word == "htmltag" && html_) {
      group().target = group().target == Target::kNothing ? Target::kNothing : Target::kTag;
    } else if (word == "ansicpg") {
      code_page_ = static_cast<std::uint32_t>(std::max(value, 0));
    } else if (word == "f") {
      font_ = value;
      const auto found = fonts_.find(value);
      group().code_page = found == fonts_.end() ? 0 : found->second;
    } else if (word == "fcharset" && group().target == Target::kFonts) {
      if (fonts_.size() < kFontsMax) {
        fonts_[font_] = charset::code_page_of_font_charset(value);
      }
    } else if (word == "fonttbl") {
      group().target = Target::kFonts;
    } else if (is_destination(word)) {
      group().target = Target::kNothing;
    } else {
      add_word_text(word);
    }
  }

  static bool is_destination(std::string_view word) {
    constexpr std::array<std::string_view, 12> kWords = {"colortbl",  "stylesheet", "info",      "pict",
                                                         "header",    "footer",     "object",    "fldinst",
                                                         "listtable", "themedata",  "datastore", "xmlnstbl"};
    return std::ranges::find(kWords, word) != kWords.end();
  }

  void add_word_text(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kTexts = {{
        {"par", "\n"},
        {"line", "\n"},
        {"page", "\n"},
        {"sect", "\n"},
        {"row", "\n"},
        {"tab", "\t"},
        {"cell", "\t"},
        {"lquote", "\u2018"},
        {"rquote", "\u2019"},
        {"ldblquote", "\u201C"},
        {"rdblquote", "\u201D"},
        {"bullet", "\u2022"},
        {"endash", "\u2013"},
        {"emdash", "\u2014"},
        {"emspace", " "},
    }};
    const auto found = std::ranges::find(kTexts, word, &std::pair<std::string_view, std::string_view>::first);
    if (found != kTexts.end()) {
      add_text(found->second);
    }
  }

  /// UTF-16 units, written as signed numbers.
  void add_unicode(int value) {
    const auto unit = static_cast<char32_t>(static_cast<std::uint16_t>(value));
    skip_ = group().skip_after_unicode;
    if (!is_shown()) {
      return;
    }
    flush();
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
      return;
    }
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (low && high_ != 0) {
      text::append_code_point(out_, 0x10000 + ((high_ - 0xD800) << 10U) + (unit - 0xDC00));
    } else if (!low) {
      text::append_code_point(out_, unit);
    }
    high_ = 0;
  }

  std::string_view rtf_;
  std::size_t at_ = 0;
  bool html_ = false;
  std::vector<Group> groups_ = {Group{}};
  std::size_t too_deep_ = 0;
  std::uint32_t code_page_ = 1252;
  std::map<int, std::uint32_t> fonts_;
  int font_ = 0;
  unsigned skip_ = 0;  ///< Bytes that stand for the character before for readers without Unicode.
  char32_t high_ = 0;  ///< First half of a pair.
  PieceDecoder decoder_;
  std::string bytes_;
  std::string out_;
};

}  // namespace

RtfBody unwrap_rtf(std::string_view rtf) {
  return Unwrapper(rtf).run();
}

}  // namespace alcove::ole

#include "workers/decode/office/number_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace alcove::office {
namespace {

using Kind = FormatToken::Kind;
using System = FormatSection::System;

/// The specification's own limits are four sections and 255 characters.
constexpr std::size_t kSectionsMax = 4;
constexpr std::size_t kCodeBytesMax = 1024;

bool is_date_part(Kind kind) {
  return kind >= Kind::kYear && kind <= Kind::kNoon;
}

class FormatParser {
 public:
  explicit FormatParser(std::string_view code) : code_(code.substr(0, kCodeBytesMax)) {}

  NumberFormat parse() {
    NumberFormat format;
    while (at_ < code_.size() && format.sections.size() < kSectionsMax) {
      section_ = {};
      while (at_ < code_.size() && code_[at_] != ';') {
        take();
      }
      ++at_;
      finish();
      format.sections.push_back(std::move(section_));
    }
    // The last section may be that of text, which is shown as it is.
    const auto is_text = [](const FormatToken& token) { return token.kind == Kind::kGeneral && token.code == '@'; };
    if (format.sections.size() > 1 && std::ranges::any_of(format.sections.back().tokens, is_text)) {
      format.sections.pop_back();
    }
    return format;
  }

 private:
  void add(Kind kind, char code = 0, unsigned count = 1) {
    section_.tokens.push_back({.kind = kind, .code = code, .elapsed = false, .count = count, .text = {}});
  }
  void literal(std::string_view text) {
    // A comma is a token of its own until its neighbours are known.
    const bool joins =
        !section_.tokens.empty() && section_.tokens.back().kind == Kind::kLiteral && section_.tokens.back().code == 0;
    if (!joins) {
      add(Kind::kLiteral);
    }
    section_.tokens.back().text += text;
  }
  bool take_word(std::string_view word) {
    if (ascii_lower(code_.substr(at_, word.size())) != word) {
      return false;
    }
    at_ += word.size();
    return true;
  }
  /// One character of any length in bytes.
  std::string_view take_character() {
    const std::size_t begin = at_++;
    while (at_ < code_.size() && (static_cast<unsigned char>(code_[at_]) & 0xC0U) == 0x80U) {
      ++at_;
    }
    return code_.substr(std::min(begin, code_.size()), at_ - begin);
  }

  void take() {
    const char c = code_[at_];
    if (c == '"') {
      const std::size_t end = std::min(code_.find('"', at_ + 1), code_.size());
      literal(code_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
    } else if (c == '\\') {
      ++at_;
      literal(take_character());
    } else if (c == '_' || c == '*') {  // As wide as a character; filled up with it.
      ++at_;
      (void)take_character();
      literal(c == '_' ? " " : "");
    } else if (c == '[') {
      const std::size_t end = std::min(code_.find(']', at_), code_.size());
      bracket(code_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
    } else if (take_word("general")) {
      add(Kind::kGeneral);
    } else if (take_word("am/pm") || take_word("a/p")) {
      add(Kind::kNoon);
    } else if (!take_digits(c) && !take_date_part(c)) {
      literal(take_character());
    }
  }

  bool take_digits(char c) {
    const auto next = [&](std::size_t ahead) { return at_ + ahead < code_.size() ? code_[at_ + ahead] : '\0'; };
    if (c == '0' || c == '#' || c == '?') {
      add(Kind::kDigit, c);
    } else if (c == '.') {
      add(Kind::kPoint);
    } else if (c == ',') {
      add(Kind::kLiteral, ',');
    } else if (c == '%') {
      ++section_.percents;
      literal("%");
    } else if (c == '/') {
      add(Kind::kSlash);
    } else if (c == '@') {
      add(Kind::kGeneral, c);
    } else if ((c == 'E' || c == 'e') && (next(1) == '+' || next(1) == '-')) {
      add(Kind::kExponent, next(1));
      ++at_;
    } else {
      return false;
    }
    ++at_;
    return true;
  }

  bool take_date_part(char c) {
    const std::string letter = ascii_lower(std::string_view(&c, 1));
    const std::size_t which = std::string_view("ymdhse").find(letter[0]);
    constexpr std::array kParts = {Kind::kYear, Kind::kMonth, Kind::kDay, Kind::kHour, Kind::kSecond, Kind::kYear};
    if (which == std::string_view::npos) {
      return false;
    }
    unsigned count = 0;
    while (at_ < code_.size() && ascii_lower(code_.substr(at_, 1)) == letter) {
      ++count;
      ++at_;
    }
    add(kParts.at(which), 0, which == 5 ? 4 : count);
    return true;
  }

  /// Elapsed time, a currency or language, a condition; colours say nothing.
  void bracket(std::string_view inside) {
    const std::string lower = ascii_lower(inside);
    if (!lower.empty() && std::string_view("hms").find(lower[0]) != std::string_view::npos &&
        lower.find_first_not_of(lower[0]) == std::string::npos) {
      const Kind kind = lower[0] == 'h' ? Kind::kHour : lower[0] == 'm' ? Kind::kMinute : Kind::kSecond;
      add(kind, 0, static_cast<unsigned>(lower.size()));
      section_.tokens.back().elapsed = true;
    } else if (lower.starts_with('$')) {
      const std::size_t dash = std::min(inside.rfind('-'), inside.size());
      literal(inside.substr(1, dash - 1));
      section_.system = lower.ends_with("-f800") ? System::kDate : section_.system;
    } else if (lower.starts_with('<') || lower.starts_with('>') || lower.starts_with('=')) {
      condition(inside);
    }
  }

  void condition(std::string_view text) {
    using Condition = FormatSection::Condition;
    constexpr std::array kSigns = {std::pair{std::string_view("<="), Condition::kLessEqual},
                                   std::pair{std::string_view("<>"), Condition::kNotEqual},
                                   std::pair{std::string_view(">="), Condition::kGreaterEqual},
                                   std::pair{std::string_view("<"), Condition::kLess},
                                   std::pair{std::string_view(">"), Condition::kGreater},
                                   std::pair{std::string_view("="), Condition::kEqual}};
    for (const auto& [sign, kind] : kSigns) {
      if (text.starts_with(sign)) {
        text.remove_prefix(sign.size());
        section_.condition = kind;
        std::from_chars(text.data(), text.data() + text.size(), section_.limit);
        return;
      }
    }
  }

  /// Decides what depends on neighbours: minutes or months, commas, the fraction of a second.
  void finish() {
    auto& tokens = section_.tokens;
    section_.is_date = section_.system != System::kNone ||
                       std::ranges::any_of(tokens, [](const FormatToken& token) { return is_date_part(token.kind); });
    section_.is_date ? finish_date(tokens) : finish_number(tokens);
  }

  static void finish_date(std::vector<FormatToken>& tokens) {
    Kind before = Kind::kLiteral;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      FormatToken& token = tokens[i];
      if (token.kind == Kind::kMonth && token.count <= 2) {
        const auto after = std::find_if(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1, tokens.end(),
                                        [](const FormatToken& next) { return is_date_part(next.kind); });
        const bool minutes = before == Kind::kHour || (after != tokens.end() && after->kind == Kind::kSecond);
        token.kind = minutes ? Kind::kMinute : Kind::kMonth;
      } else if (token.kind == Kind::kPoint || token.kind == Kind::kSlash || token.code == ',') {
        const bool point = token.kind == Kind::kPoint;
        std::size_t digits = 0;
        while (point && i + digits + 1 < tokens.size() && tokens[i + digits + 1].kind == Kind::kDigit) {
          ++digits;
        }
        const char sign = point ? '.' : token.code == ',' ? ',' : '/';
        token = {.kind = Kind::kLiteral, .code = 0, .elapsed = false, .count = 1, .text = std::string(1, sign)};
        if (digits > 0) {
          tokens[i + 1].kind = Kind::kFraction;
          tokens[i + 1].count = static_cast<unsigned>(std::min<std::size_t>(digits, 3));
          tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 2,
                       tokens.begin() + static_cast<std::ptrdiff_t>(i + 1 + digits));
        }
      }
      before = is_date_part(token.kind) ? token.kind : before;
    }
  }

  /// A comma between digits groups by thousands; behind the last one it divides by them.
  void finish_number(std::vector<FormatToken>& tokens) {
    const auto is_digit = [](const FormatToken& token) { return token.kind == Kind::kDigit; };
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].code != ',' || tokens[i].kind != Kind::kLiteral) {
        continue;
      }
      const auto here = tokens.begin() + static_cast<std::ptrdiff_t>(i);
      const auto end = std::find_if(here, tokens.end(), [](const FormatToken& t) { return t.kind == Kind::kPoint; });
      const bool before = std::any_of(tokens.begin(), here, is_digit);
      const bool after = std::any_of(here, end, is_digit);
      tokens[i].code = 0;
      if (before && after) {
        section_.has_thousands = true;
      } else if (before) {
        ++section_.scalings;
      } else {
        tokens[i].text = ",";
      }
    }
  }

  std::string_view code_;
  std::size_t at_ = 0;
  FormatSection section_;
};

NumberFormat system_format(System system) {
  NumberFormat format;
  FormatSection& section = format.sections.emplace_back();
  section.system = system;
  section.is_date = true;
  return format;
}

}  // namespace

NumberFormat parse_format(std::string_view code) {
  NumberFormat format = FormatParser(code).parse();
  const bool plain = format.sections.size() == 1 && format.sections[0].tokens.size() == 1 &&
                     format.sections[0].tokens[0].kind == Kind::kGeneral;
  return plain ? NumberFormat{} : format;
}

NumberFormat builtin_format(unsigned id) {
  // Currencies are the machine's; the number is shown without.
  constexpr std::array kCodes = {
      std::pair{1U, "0"},
      std::pair{2U, "0.00"},
      std::pair{3U, "#,##0"},
      std::pair{4U, "#,##0.00"},
      std::pair{5U, "#,##0"},
      std::pair{6U, "#,##0"},
      std::pair{7U, "#,##0.00"},
      std::pair{8U, "#,##0.00"},
      std::pair{9U, "0%"},
      std::pair{10U, "0.00%"},
      std::pair{11U, "0.00E+00"},
      std::pair{12U, "# ?/?"},
      std::pair{13U, "# ?\?/?\?"},
      std::pair{15U, "d-mmm-yy"},
      std::pair{16U, "d-mmm"},
      std::pair{17U, "mmm-yy"},
      std::pair{18U, "h:mm AM/PM"},
      std::pair{19U, "h:mm:ss AM/PM"},
      std::pair{20U, "h:mm"},
      std::pair{21U, "h:mm:ss"},
      std::pair{37U, "#,##0;(#,##0)"},
      std::pair{38U, "#,##0;(#,##0)"},
      std::pair{39U, "#,##0.00;(#,##0.00)"},
      std::pair{40U, "#,##0.00;(#,##0.00)"},
      std::pair{41U, "#,##0;(#,##0);\"-\""},
      std::pair{42U, "#,##0;(#,##0);\"-\""},
      std::pair{43U, "#,##0.00;(#,##0.00);\"-\""},
      std::pair{44U, "#,##0.00;(#,##0.00);\"-\""},
      std::pair{45U, "mm:ss"},
      std::pair{46U, "[h]:mm:ss"},
      std::pair{47U, "mmss.0"},
      std::pair{48U, "##0.0E+0"},
  };
  if (const auto* const found = std::ranges::find(kCodes, id, &std::pair<unsigned, const char*>::first);
      found != kCodes.end()) {
    return parse_format(found->second);
  }
  if (id == 22) {
    return system_format(System::kMoment);
  }
  const bool is_day = id == 14 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
  return is_day ? system_format(System::kDate) : NumberFormat{};
}

std::string column_name(unsigned column) {
  std::string name;
  for (; column > 0; column = (column - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (column - 1) % 26));
  }
  return name;
}

unsigned column_of(std::string_view reference) {
  unsigned column = 0;
  for (const char c : reference.substr(0, 4)) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = c >= 'a' && c <= 'z';
    if (!upper && !lower) {
      break;
    }
    column = column * 26 + static_cast<unsigned>(c - (upper ? 'A' : 'a')) + 1;
  }
  return column;
}

}  // namespace alcove::office

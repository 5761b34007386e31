#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "workers/decode/office/number_format.hpp"

namespace alcove::office {
namespace {

using Kind = FormatToken::Kind;
using System = FormatSection::System;
using Condition = FormatSection::Condition;

constexpr long long kSecondsADay = 86'400;
/// Beyond these digits a double has none.
constexpr unsigned kDecimalsMax = 15;
/// 31 December 9999.
constexpr double kSerialEnd = 2'958'466;

std::string plain_number(double value) {
  return value == 0 ? "0" : fmt::format("{:.15g}", value);
}

/// Rounded as people do, away from zero, on the fifteen digits that count.
std::string fixed(double value, unsigned decimals) {
  const double scale = std::pow(10.0, decimals);
  const double scaled = std::strtod(fmt::format("{:.15g}", value * scale).c_str(), nullptr);
  return std::abs(scaled) < 1e15 ? fmt::format("{:.{}f}", std::round(scaled) / scale, decimals)
                                 : fmt::format("{:.{}f}", value, decimals);
}

bool meets(double value, const FormatSection& section) {
  switch (section.condition) {
    case Condition::kLess: return value < section.limit;
    case Condition::kLessEqual: return value <= section.limit;
    case Condition::kEqual: return value == section.limit;
    case Condition::kNotEqual: return value != section.limit;
    case Condition::kGreaterEqual: return value >= section.limit;
    case Condition::kGreater: return value > section.limit;
    case Condition::kNone: break;
  }
  return true;
}

struct Choice {
  const FormatSection* section = nullptr;
  bool says_sign = false;  ///< The section itself tells that the number is negative.
};

Choice choose(double value, const std::vector<FormatSection>& sections) {
  const std::size_t count = std::min<std::size_t>(sections.size(), 3);
  if (std::ranges::any_of(sections, [](const auto& section) { return section.condition != Condition::kNone; })) {
    for (std::size_t i = 0; i < count; ++i) {
      if (meets(value, sections[i])) {
        return {&sections[i], i > 0 && sections[i].condition == Condition::kNone && value < 0 && i + 1 < count};
      }
    }
    return {&sections[count - 1], false};
  }
  if (value < 0 && count > 1) {
    return {&sections[1], true};
  }
  return {value == 0 && count > 2 ? &sections[2] : &sections[0], false};
}

/// Day, time of day and fraction of a serial number.
class Moment {
 public:
  Moment(double serial, bool days_1904, unsigned fraction_digits) : digits_(fraction_digits) {
    const double ticks_a_second = std::pow(10.0, digits_);
    serial_ = days_1904 ? serial + 1462 : serial;
    ticks_ = std::llround(serial_ * kSecondsADay * ticks_a_second);
    const auto whole = static_cast<long long>(ticks_a_second);
    fraction_ = ticks_ % whole;
    seconds_ = ticks_ / whole;
    // Excel counts a 29 February 1900 that never was; serials before it are one day off.
    const long long day = seconds_ / kSecondsADay;
    const std::chrono::sys_days epoch = std::chrono::year{1899} / 12 / 30;
    date_ = std::chrono::year_month_day(epoch + std::chrono::days(day < 60 ? day + 1 : day));
    weekday_ = static_cast<unsigned>((day + 6) % 7);  // Day 1 is a Sunday to Excel.
  }

  [[nodiscard]] std::string unambiguous(System system) const {
    std::string out = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date_.year()),
                                  static_cast<unsigned>(date_.month()), static_cast<unsigned>(date_.day()));
    if (system == System::kMoment) {
      out += fmt::format(" {:02}:{:02}", seconds_ / 3600 % 24, seconds_ / 60 % 60);
    }
    return out;
  }

  [[nodiscard]] std::string part(const FormatToken& token, bool twelve_hours) const {
    constexpr std::array kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                    "July",    "August",   "September", "October", "November", "December"};
    constexpr std::array kDays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    const auto number = [&](long long value) { return fmt::format("{:0{}}", value, std::min(token.count, 2U)); };
    const auto name = [&](std::string_view text) {
      return std::string(token.count == 3 ? text.substr(0, 3) : token.count == 5 ? text.substr(0, 1) : text);
    };
    const long long hour = seconds_ / 3600 % 24;
    switch (token.kind) {
      case Kind::kYear:
        return token.count <= 2 ? fmt::format("{:02}", static_cast<int>(date_.year()) % 100)
                                : fmt::format("{:04}", static_cast<int>(date_.year()));
      case Kind::kMonth: {
        const unsigned month = static_cast<unsigned>(date_.month());
        return token.count <= 2 ? number(month) : name(kMonths.at(month - 1));
      }
      case Kind::kDay: return token.count <= 2 ? number(static_cast<unsigned>(date_.day())) : name(kDays.at(weekday_));
      case Kind::kHour: return number(token.elapsed ? seconds_ / 3600 : twelve_hours ? (hour + 11) % 12 + 1 : hour);
      case Kind::kMinute: return number(token.elapsed ? seconds_ / 60 : seconds_ / 60 % 60);
      case Kind::kSecond: return number(token.elapsed ? seconds_ : seconds_ % 60);
      case Kind::kFraction: return fmt::format("{:0{}}", fraction_, digits_);
      case Kind::kNoon: return hour < 12 ? "AM" : "PM";
      default: return {};
    }
  }

 private:
  unsigned digits_;
  double serial_ = 0;
  long long ticks_ = 0;
  long long seconds_ = 0;
  long long fraction_ = 0;
  unsigned weekday_ = 0;
  std::chrono::year_month_day date_;
};

std::string show_moment(double value, const FormatSection& section, bool days_1904) {
  unsigned digits = 0;
  bool twelve_hours = false;
  for (const FormatToken& token : section.tokens) {
    digits = token.kind == Kind::kFraction ? token.count : digits;
    twelve_hours = twelve_hours || token.kind == Kind::kNoon;
  }
  const Moment moment(value, days_1904, digits);
  if (section.system != System::kNone) {
    return moment.unambiguous(section.system);
  }
  std::string out;
  for (const FormatToken& token : section.tokens) {
    out += token.kind == Kind::kLiteral ? token.text : moment.part(token, twelve_hours);
  }
  return out;
}

/// The digits of a number laid out over the placeholders of a section.
class Layout {
 public:
  explicit Layout(const FormatSection& section) : section_(section) {
    bool behind_point = false;
    for (const FormatToken& token : section.tokens) {
      behind_point = behind_point || token.kind == Kind::kPoint;
      if (token.kind == Kind::kExponent) {
        break;
      }
      if (token.kind == Kind::kDigit) {
        (behind_point ? decimals_ : whole_) += token.code;
      }
    }
  }
  [[nodiscard]] unsigned whole_count() const { return static_cast<unsigned>(whole_.size()); }
  [[nodiscard]] unsigned decimals() const {
    return static_cast<unsigned>(std::min<std::size_t>(decimals_.size(), kDecimalsMax));
  }

  /// `number` is not negative and has as many decimals as the section; `exponent` stands where the section has one.
  [[nodiscard]] std::string show(std::string_view number, int exponent) const {
    const std::size_t point = std::min(number.find('.'), number.size());
    std::string_view whole = number.substr(0, point);
    const std::string_view decimals = number.substr(std::min(point + 1, number.size()));
    whole = whole == "0" ? whole.substr(1) : whole;
    std::string out;
    std::size_t place = 0;
    std::size_t decimal = 0;
    bool behind_point = false;
    for (const FormatToken& token : section_.tokens) {
      if (token.kind == Kind::kPoint) {
        behind_point = true;
        out += '.';
      } else if (token.kind == Kind::kExponent) {
        out += fmt::format("E{}{:0{}}",
                           exponent < 0        ? "-"
                           : token.code == '+' ? "+"
                                               : "",
                           std::abs(exponent), digits_behind(token));
        break;
      } else if (token.kind == Kind::kDigit && behind_point) {
        add_decimal(decimals, decimal++, out);
      } else if (token.kind == Kind::kDigit) {
        add_whole(whole, place++, out);
      } else {
        out += token.text;
      }
    }
    return out;
  }

 private:
  static bool is_optional(char code) { return code != '0'; }

  void add_whole(std::string_view digits, std::size_t place, std::string& out) const {
    const std::size_t places = whole_.size();
    // The first placeholder takes all digits that are too many.
    const std::size_t from_right = places - place;
    const std::size_t first = place == 0 ? std::max(digits.size(), from_right) : from_right;
    for (std::size_t at = first; at >= from_right && at > 0; --at) {
      if (at <= digits.size()) {
        out += digits[digits.size() - at];
      } else if (!is_optional(whole_[place])) {
        out += '0';
      } else {
        continue;
      }
      if (section_.has_thousands && at > 1 && at % 3 == 1) {
        out += ',';
      }
    }
  }

  void add_decimal(std::string_view digits, std::size_t place, std::string& out) const {
    const std::string_view rest = digits.substr(std::min(place, digits.size()));
    const bool only_zeros = rest.find_first_not_of('0') == std::string_view::npos;
    const bool needed = decimals_.find('0', place) != std::string::npos;
    if (!rest.empty() && (needed || !only_zeros)) {
      out += rest[0];
    }
  }

  [[nodiscard]] int digits_behind(const FormatToken& exponent) const {
    const auto* const begin = &exponent + 1;
    const auto* const end = section_.tokens.data() + section_.tokens.size();
    return static_cast<int>(std::count_if(begin, end, [](const FormatToken& t) { return t.code == '0'; }));
  }

  const FormatSection& section_;
  std::string whole_;
  std::string decimals_;
};

std::string show_exponent(double value, const Layout& layout) {
  const auto step = static_cast<int>(std::max(layout.whole_count(), 1U));
  int exponent = value == 0 ? 0 : static_cast<int>(std::floor(std::log10(value)));
  exponent = static_cast<int>(std::floor(static_cast<double>(exponent) / step)) * step;
  std::string number = fixed(value / std::pow(10.0, exponent), layout.decimals());
  if (std::strtod(number.c_str(), nullptr) >= std::pow(10.0, step)) {
    exponent += step;
    number = fixed(value / std::pow(10.0, exponent), layout.decimals());
  }
  return layout.show(number, exponent);
}

/// "12 2/3": the last convergent of the continued fraction whose denominator has as many digits as the code, which is
/// what Excel shows, or the denominator that the code names.
std::string show_fraction(double value, const FormatSection& section) {
  const auto& tokens = section.tokens;
  const auto slash = std::ranges::find(tokens, Kind::kSlash, &FormatToken::kind);
  unsigned digits = 0;
  std::string named;
  for (auto token = slash + 1; token != tokens.end(); ++token) {
    digits += token->kind == Kind::kDigit ? 1U : 0U;
    named += token->kind == Kind::kLiteral ? token->text : token->code == '0' ? "0" : "";
  }
  const auto before =
      std::find_if(tokens.begin(), slash, [](const FormatToken& t) { return t.kind == Kind::kLiteral; });
  const bool mixed = before != slash &&
                     std::any_of(tokens.begin(), before, [](const FormatToken& t) { return t.kind == Kind::kDigit; });
  const double whole = mixed ? std::floor(value) : 0;
  double rest = value - whole;
  long long numerator = std::llround(rest);
  long long denominator = 1;
  if (const long long wanted = std::strtoll(named.c_str(), nullptr, 10); wanted > 0 && wanted < 100'000) {
    denominator = wanted;
    numerator = std::llround(rest * static_cast<double>(wanted));
  } else {
    const auto denominator_end = static_cast<long long>(std::pow(10.0, std::clamp(digits, 1U, 5U)));
    long long before_numerator = 1;
    long long before_denominator = 0;
    numerator = static_cast<long long>(std::floor(rest));
    rest -= std::floor(rest);
    for (int step = 0; step < 20 && rest > 1e-9; ++step) {
      const double inverse = 1 / rest;
      const auto term = static_cast<long long>(std::floor(inverse));
      if (term > denominator_end || term * denominator + before_denominator >= denominator_end) {
        break;
      }
      numerator = std::exchange(before_numerator, numerator) + term * numerator;
      denominator = std::exchange(before_denominator, denominator) + term * denominator;
      rest = inverse - static_cast<double>(term);
    }
  }
  const long long carried = mixed ? numerator / denominator : 0;
  numerator -= carried * denominator;
  std::string ones = mixed ? fmt::format("{:.0f}", whole + static_cast<double>(carried)) : std::string();
  if (mixed && numerator == 0) {
    return ones;
  }
  return (ones.empty() || ones == "0" ? std::string() : ones + " ") + fmt::format("{}/{}", numerator, denominator);
}

std::string show_number(double value, const FormatSection& section) {
  const auto has = [&](Kind kind) {
    return std::ranges::find(section.tokens, kind, &FormatToken::kind) != section.tokens.end();
  };
  value *= std::pow(100.0, section.percents);
  value /= std::pow(1000.0, section.scalings);
  if (has(Kind::kGeneral)) {
    std::string out;
    for (const FormatToken& token : section.tokens) {
      out += token.kind == Kind::kGeneral ? plain_number(value) : token.text;
    }
    return out;
  }
  if (has(Kind::kSlash) && has(Kind::kDigit)) {
    return show_fraction(value, section);
  }
  const Layout layout(section);
  return has(Kind::kExponent) ? show_exponent(value, layout) : layout.show(fixed(value, layout.decimals()), 0);
}

}  // namespace

std::string format_number(double value, const NumberFormat& format, bool days_1904) {
  if (!std::isfinite(value)) {
    return {};
  }
  if (format.sections.empty() || std::abs(value) >= 1e15) {
    return plain_number(value);
  }
  const Choice choice = choose(value, format.sections);
  if (choice.section->is_date) {
    return value >= 0 && value < kSerialEnd ? show_moment(value, *choice.section, days_1904) : plain_number(value);
  }
  std::string shown = show_number(std::abs(value), *choice.section);
  const bool zero = shown.find_first_of("123456789") == std::string::npos;
  return (value < 0 && !choice.says_sign && !zero ? "-" : "") + shown;
}

}  // namespace alcove::office

#include "workers/decode/office/number_format.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::office {
namespace {

/// The first section without literals, colours and conditions; "[h]" and its kin stay as plain letters.
std::string bare_code(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == ';') {
      break;
    }
    if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const std::size_t end = std::min(code.find(']', i), code.size());
      const std::string inside = ascii_lower(code.substr(i + 1, end - i - 1));
      if (!inside.empty() && inside.find_first_not_of("hms") == std::string::npos) {
        out += inside;
      }
      i = end;
    } else {
      out += c;
    }
  }
  return ascii_lower(out);
}

std::string format_moment(double value, const NumberFormat& format, bool days_1904) {
  // Excel counts a 29 February 1900 that never was; serials before it are one day off.
  const double shifted = days_1904 ? value + 1462 : (value < 60 ? value + 1 : value);
  const auto seconds_total = std::llround(shifted * 86'400);
  const long long days = seconds_total >= 0 ? seconds_total / 86'400 : -1;
  const long long seconds = seconds_total - days * 86'400;
  std::string clock = seconds % 60 == 0
                          ? fmt::format("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
                          : fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (!format.date) {
    return clock;
  }
  const std::chrono::sys_days epoch = std::chrono::year{1899} / 12 / 30;
  const std::chrono::year_month_day day(epoch + std::chrono::days(days));
  std::string out = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                                static_cast<unsigned>(day.day()));
  return format.time ? out + " " + clock : out;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') != std::string::npos && text.find('e') == std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
      text.pop_back();
    }
  }
  return text;
}

}  // namespace

NumberFormat builtin_format(unsigned id) {
  const auto fixed = [](int decimals) { return NumberFormat{.general = false, .decimals = decimals}; };
  const NumberFormat day{.general = false, .date = true};
  const NumberFormat clock{.general = false, .time = true};
  switch (id) {
    case 1:
    case 3:
    case 37:
    case 38:
    case 41:
    case 42: return fixed(0);
    case 2:
    case 4:
    case 39:
    case 40:
    case 43:
    case 44: return fixed(2);
    case 9: return {.general = false, .percent = true};
    case 10: return {.general = false, .percent = true, .decimals = 2};
    case 18:
    case 19:
    case 20:
    case 21:
    case 45:
    case 46:
    case 47: return clock;
    case 22: return {.general = false, .date = true, .time = true};
    default: break;
  }
  const bool is_day = (id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
  return is_day ? day : NumberFormat{};
}

NumberFormat parse_format(std::string_view code) {
  const std::string bare = bare_code(code);
  NumberFormat format;
  if (bare.empty() || bare.find("general") != std::string::npos || bare == "@") {
    return format;
  }
  format.general = false;
  const bool digits = bare.find_first_of("0#?") != std::string::npos;
  const bool clock = bare.find_first_of("hs") != std::string::npos;
  format.date =
      bare.find_first_of("yd") != std::string::npos || (!clock && !digits && bare.find('m') != std::string::npos);
  format.time = clock;
  if (format.date || format.time) {
    return format;
  }
  if (!digits || bare.find('e') != std::string::npos || bare.find('/') != std::string::npos) {
    format.general = true;
    return format;
  }
  format.percent = bare.find('%') != std::string::npos;
  if (const std::size_t point = bare.find('.'); point != std::string::npos) {
    const std::size_t end = std::min(bare.find_first_not_of("0#?", point + 1), bare.size());
    format.decimals = static_cast<int>(std::min<std::size_t>(end - point - 1, 15));
  }
  return format;
}

std::string format_number(double value, const NumberFormat& format, bool days_1904) {
  // The largest serial is 31 December 9999.
  if ((format.date || format.time) && value >= 0 && value < 2'958'466) {
    return format_moment(value, format, days_1904);
  }
  if (!std::isfinite(value)) {
    return {};
  }
  const bool beyond = std::abs(value) >= 1e15;
  if (format.general || format.date || format.time || beyond) {
    return value == 0 ? "0" : fmt::format("{:.15g}", value);
  }
  if (format.percent) {
    return without_trailing_zeros(fmt::format("{:.{}f}", value * 100, format.decimals)) + "%";
  }
  std::string shown = fmt::format("{:.{}f}", value, format.decimals);
  return shown == "-0" ? "0" : shown;
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

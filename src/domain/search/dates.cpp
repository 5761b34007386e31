#include "domain/search/dates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/terms.hpp"

namespace alcove::search {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year;
using std::chrono::year_month;
using std::chrono::year_month_day;
using std::chrono::years;

/// Years outside are numbers, not dates.
constexpr int kYearMin = 1000;
constexpr int kYearMax = 2999;
/// "999 years ago" is the farthest.
constexpr int kCountMax = 999;

enum class Unit : std::uint8_t { kDay, kWeek, kMonth, kQuarter, kYear };

struct Named {
  std::string_view name;
  int value;
};

template <std::size_t N>
std::optional<int> look_up(const std::array<Named, N>& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named::name);
  return found == table.end() ? std::nullopt : std::optional(found->value);
}

// Folded: without accents, in small letters.
constexpr auto kMonths = std::to_array<Named>({
    {"january", 1},   {"jan", 1},       {"januar", 1}, {"janner", 1},    {"february", 2}, {"feb", 2},
    {"februar", 2},   {"march", 3},     {"mar", 3},    {"marz", 3},      {"maerz", 3},    {"mrz", 3},
    {"april", 4},     {"apr", 4},       {"may", 5},    {"mai", 5},       {"june", 6},     {"jun", 6},
    {"juni", 6},      {"july", 7},      {"jul", 7},    {"juli", 7},      {"august", 8},   {"aug", 8},
    {"september", 9}, {"sep", 9},       {"sept", 9},   {"october", 10},  {"oct", 10},     {"oktober", 10},
    {"okt", 10},      {"november", 11}, {"nov", 11},   {"december", 12}, {"dec", 12},     {"dezember", 12},
    {"dez", 12},
});
constexpr auto kWeekdays = std::to_array<Named>({
    {"sunday", 0},
    {"sonntag", 0},
    {"monday", 1},
    {"montag", 1},
    {"tuesday", 2},
    {"dienstag", 2},
    {"wednesday", 3},
    {"mittwoch", 3},
    {"thursday", 4},
    {"donnerstag", 4},
    {"friday", 5},
    {"freitag", 5},
    {"saturday", 6},
    {"samstag", 6},
    {"sonnabend", 6},
});
/// First month of the season.
constexpr auto kSeasons = std::to_array<Named>({
    {"spring", 3},
    {"fruhling", 3},
    {"fruehling", 3},
    {"fruhjahr", 3},
    {"summer", 6},
    {"sommer", 6},
    {"autumn", 9},
    {"fall", 9},
    {"herbst", 9},
    {"winter", 12},
});
constexpr auto kUnits = std::to_array<Named>({
    {"day", 0},     {"days", 0},     {"tag", 0},     {"tage", 0},     {"tagen", 0},     {"d", 0},
    {"week", 1},    {"weeks", 1},    {"woche", 1},   {"wochen", 1},   {"w", 1},         {"month", 2},
    {"months", 2},  {"monat", 2},    {"monate", 2},  {"monaten", 2},  {"monats", 2},    {"m", 2},
    {"quarter", 3}, {"quarters", 3}, {"quartal", 3}, {"quartale", 3}, {"quartalen", 3}, {"year", 4},
    {"years", 4},   {"jahr", 4},     {"jahre", 4},   {"jahren", 4},   {"jahres", 4},    {"y", 4},
});
constexpr auto kCounts = std::to_array<Named>({
    {"a", 1},     {"an", 1},   {"one", 1},  {"ein", 1},   {"eine", 1},  {"einem", 1},  {"einen", 1},
    {"einer", 1}, {"two", 2},  {"zwei", 2}, {"three", 3}, {"drei", 3},  {"four", 4},   {"vier", 4},
    {"five", 5},  {"funf", 5}, {"six", 6},  {"sechs", 6}, {"seven", 7}, {"sieben", 7}, {"eight", 8},
    {"acht", 8},  {"nine", 9}, {"neun", 9}, {"ten", 10},  {"zehn", 10},
});
/// Before, in, or after the present one.
constexpr auto kWhich = std::to_array<Named>({
    {"last", -1},       {"past", -1},        {"previous", -1},    {"letzte", -1},      {"letzten", -1}, {"letzter", -1},
    {"letztes", -1},    {"letztem", -1},     {"vorige", -1},      {"vorigen", -1},     {"voriger", -1}, {"voriges", -1},
    {"vergangene", -1}, {"vergangenen", -1}, {"vergangener", -1}, {"vergangenes", -1}, {"this", 0},     {"current", 0},
    {"diese", 0},       {"diesen", 0},       {"dieser", 0},       {"dieses", 0},       {"diesem", 0},   {"next", 1},
    {"nachste", 1},     {"nachsten", 1},     {"nachster", 1},     {"nachstes", 1},
});

DaySpan span(sys_days first, sys_days end) {
  return {.first = first, .end = end, .anchor = first};
}

DaySpan span_of_months(year_month first, int count) {
  return span(sys_days(first / 1), sys_days((first + months(count)) / 1));
}

/// The day that lies `back` months before, cut to the month's end.
sys_days months_back(sys_days from, int back) {
  const year_month_day date(from);
  const year_month moved = year_month(date.year(), date.month()) - months(back);
  const auto last = year_month_day(moved / std::chrono::last);
  return sys_days(moved / std::min(date.day(), last.day()));
}

sys_days monday_of(sys_days date) {
  return date - (weekday(date) - std::chrono::Monday);
}

std::optional<int> number_of(std::string_view digits, std::size_t length_max) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole && !digits.empty() && digits.size() <= length_max && digits[0] != '-' ? std::optional(number)
                                                                                     : std::nullopt;
}

std::optional<int> year_of(std::string_view digits) {
  const auto number = digits.size() == 4 ? number_of(digits, 4) : std::nullopt;
  return number && *number >= kYearMin && *number <= kYearMax ? number : std::nullopt;
}

std::optional<DaySpan> span_of_day(int y, int m, int d) {
  const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
  return date.ok() ? std::optional(span(sys_days(date), sys_days(date) + days(1))) : std::nullopt;
}

std::optional<DaySpan> span_of_month(int y, int m) {
  return m >= 1 && m <= 12 ? std::optional(span_of_months(year(y) / m, 1)) : std::nullopt;
}

DaySpan span_of_year(int y) {
  return span_of_months(year(y) / 1, 12);
}

class Reader {
 public:
  Reader(std::vector<std::string> words, sys_days today)
      : words_(std::move(words)), today_(today), date_(today), year_(static_cast<int>(date_.year())) {}

  std::optional<DaySpan> read() const {
    for (const auto way : {&Reader::numeric, &Reader::named_day, &Reader::with_month, &Reader::season, &Reader::quarter,
                           &Reader::week_day, &Reader::unit, &Reader::last_many, &Reader::ago}) {
      if (auto found = (this->*way)()) {
        return found;
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::size_t count() const { return words_.size(); }
  [[nodiscard]] std::string_view word(std::size_t i) const { return i < count() ? words_[i] : std::string_view(); }

  /// 2024 · 2024-05 · 2024-05-17 · 17.05.2024 · 17.5.24 · 05.2024
  [[nodiscard]] std::optional<DaySpan> numeric() const {
    if (count() != 1) {
      return std::nullopt;
    }
    if (const auto y = year_of(word(0))) {
      return span_of_year(*y);
    }
    for (const char separator : {'-', '.', '/'}) {
      std::vector<std::string_view> parts;
      std::string_view rest = word(0);
      for (std::size_t at = rest.find(separator); at != std::string_view::npos; at = rest.find(separator)) {
        parts.push_back(rest.substr(0, at));
        rest = rest.substr(at + 1);
      }
      parts.push_back(rest);
      if (auto found = from_parts(parts, separator)) {
        return found;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<DaySpan> from_parts(const std::vector<std::string_view>& parts, char separator) const {
    if (parts.size() == 2) {
      const bool year_first = year_of(parts[0]).has_value();
      const auto y = year_of(parts[year_first ? 0 : 1]);
      const auto m = number_of(parts[year_first ? 1 : 0], 2);
      return y && m && (year_first || separator != '-') ? span_of_month(*y, *m) : std::nullopt;
    }
    if (parts.size() != 3) {
      return std::nullopt;
    }
    const auto middle = number_of(parts[1], 2);
    if (const auto y = year_of(parts[0])) {
      const auto d = number_of(parts[2], 2);
      return middle && d ? span_of_day(*y, *middle, *d) : std::nullopt;
    }
    const auto d = number_of(parts[0], 2);
    auto y = year_of(parts[2]);
    if (!y && separator == '.' && parts[2].size() == 2) {
      if (const auto two = number_of(parts[2], 2)) {
        // Two digits mean the century that keeps them near: at most ten years ahead.
        y = year_ - year_ % 100 + *two;
        y = *y > year_ + 10 ? *y - 100 : *y;
      }
    }
    if (!d || !middle || !y) {
      return std::nullopt;
    }
    // "05/17/2024" has only one reading; "05/06/2024" has two, and neither is taken.
    if (separator == '/' && *middle > 12) {
      return span_of_day(*y, *d, *middle);
    }
    const bool two_readings = separator == '/' && *d <= 12 && *d != *middle;
    return two_readings ? std::nullopt : span_of_day(*y, *middle, *d);
  }

  [[nodiscard]] std::optional<DaySpan> named_day() const {
    static constexpr auto kDays = std::to_array<Named>({
        {"today", 0},
        {"heute", 0},
        {"yesterday", -1},
        {"gestern", -1},
        {"vorgestern", -2},
        {"tomorrow", 1},
        {"morgen", 1},
    });
    const auto offset = look_up(kDays, word(0));
    if (!offset || count() != 1) {
      return std::nullopt;
    }
    const sys_days date = today_ + days(*offset);
    return span(date, date + days(1));
  }

  /// May · May 2024 · 2024 May · 5 May 2024 · 5. Mai · May 5, 2024
  [[nodiscard]] std::optional<DaySpan> with_month() const {
    std::optional<int> m;
    std::optional<int> y;
    std::optional<int> d;
    for (const std::string& one : words_) {
      std::string_view plain = one;
      while (!plain.empty() && (plain.ends_with('.') || plain.ends_with(','))) {
        plain.remove_suffix(1);
      }
      if (const auto as_month = look_up(kMonths, plain); as_month && !m) {
        m = as_month;
      } else if (const auto as_year = year_of(plain); as_year && !y) {
        y = as_year;
      } else if (const auto as_day = number_of(plain, 2); as_day && !d) {
        d = as_day;
      } else {
        return std::nullopt;
      }
    }
    if (!m) {
      return std::nullopt;
    }
    // Without a year the latest one that has begun.
    const bool ahead = *m > static_cast<int>(static_cast<unsigned>(date_.month()));
    const int chosen = y.value_or(ahead ? year_ - 1 : year_);
    return d ? span_of_day(chosen, *m, *d) : span_of_month(chosen, *m);
  }

  /// summer 2023 · last summer · letzten Sommer · this winter
  [[nodiscard]] std::optional<DaySpan> season() const {
    const std::string_view name = count() == 2 && !look_up(kSeasons, word(0)) ? word(1) : word(0);
    const auto begins = look_up(kSeasons, name);
    if (!begins || count() > 2) {
      return std::nullopt;
    }
    const auto in_year = [&](int y) { return span_of_months(year(y) / *begins, 3); };
    if (count() == 2) {
      const std::string_view other = name == word(0) ? word(1) : word(0);
      if (const auto y = year_of(other)) {
        return in_year(*y);
      }
      const auto which = look_up(kWhich, other);
      if (!which) {
        return std::nullopt;
      }
      if (*which == 0) {
        return in_year(today_ < sys_days(year(year_) / 3 / 1) && *begins == 12 ? year_ - 1 : year_);
      }
      if (*which > 0) {
        return in_year(in_year(year_).first > today_ ? year_ : year_ + 1);
      }
    }
    // The latest one that is over; named alone, also the present one.
    const bool alone = count() == 1;
    for (int y = year_;; --y) {
      const DaySpan found = in_year(y);
      if (alone ? found.first <= today_ : found.end <= today_) {
        return found;
      }
    }
  }

  /// Q1 2024 · 2024-Q1
  [[nodiscard]] std::optional<DaySpan> quarter() const {
    std::string joined;
    for (const std::string& one : words_) {
      joined += one;
    }
    std::erase(joined, '-');
    if (joined.size() != 6) {
      return std::nullopt;
    }
    const std::string_view text = joined;
    const bool year_first = text[4] == 'q';
    const std::string_view q = year_first ? text.substr(4) : text.substr(0, 2);
    const auto y = year_of(year_first ? text.substr(0, 4) : text.substr(2));
    if (!y || q[0] != 'q' || q[1] < '1' || q[1] > '4') {
      return std::nullopt;
    }
    return span_of_months(year(*y) / ((q[1] - '1') * 3 + 1), 3);
  }

  /// monday · last friday · letzten Freitag
  [[nodiscard]] std::optional<DaySpan> week_day() const {
    const auto named = look_up(kWeekdays, word(count() - 1));
    const auto which = count() == 2 ? look_up(kWhich, word(0)) : std::optional(0);
    if (!named || !which || count() > 2) {
      return std::nullopt;
    }
    const weekday wanted(static_cast<unsigned>(*named));
    sys_days date = today_ - (weekday(today_) - wanted);
    if (*which > 0) {
      date += days(7);
    } else if (*which < 0 && date == today_) {
      date -= days(7);
    }
    return span(date, date + days(1));
  }

  [[nodiscard]] DaySpan span_of_unit(Unit unit, int offset) const {
    const year_month this_month(date_.year(), date_.month());
    switch (unit) {
      case Unit::kDay: return span(today_ + days(offset), today_ + days(offset + 1));
      case Unit::kWeek: {
        const sys_days monday = monday_of(today_) + days(7 * offset);
        return span(monday, monday + days(7));
      }
      case Unit::kMonth: return span_of_months(this_month + months(offset), 1);
      case Unit::kQuarter: {
        const int first = static_cast<int>((static_cast<unsigned>(date_.month()) - 1) / 3 * 3 + 1);
        return span_of_months(date_.year() / first + months(3 * offset), 3);
      }
      case Unit::kYear: break;
    }
    return span_of_year(year_ + offset);
  }

  [[nodiscard]] sys_days moved_back(Unit unit, int by) const {
    switch (unit) {
      case Unit::kDay: return today_ - days(by);
      case Unit::kWeek: return today_ - days(7 * by);
      case Unit::kMonth: return months_back(today_, by);
      case Unit::kQuarter: return months_back(today_, 3 * by);
      case Unit::kYear: break;
    }
    return months_back(today_, 12 * by);
  }

  static std::optional<Unit> unit_of(std::string_view name) {
    const auto found = look_up(kUnits, name);
    return found ? std::optional(static_cast<Unit>(*found)) : std::nullopt;
  }

  static std::optional<int> count_of(std::string_view text) {
    const auto number = number_of(text, 3);
    const auto found = number ? number : look_up(kCounts, text);
    return found && *found >= 1 && *found <= kCountMax ? found : std::nullopt;
  }

  /// last week · this year · nächsten Monat
  [[nodiscard]] std::optional<DaySpan> unit() const {
    const auto which = look_up(kWhich, word(0));
    const auto named = unit_of(word(1));
    return count() == 2 && which && named && word(1).size() > 1 ? std::optional(span_of_unit(*named, *which))
                                                                : std::nullopt;
  }

  /// last 30 days · letzten 2 Wochen · 30d
  [[nodiscard]] std::optional<DaySpan> last_many() const {
    std::optional<int> many;
    std::optional<Unit> named;
    if (count() == 3 && look_up(kWhich, word(0)) == -1) {
      many = count_of(word(1));
      named = unit_of(word(2));
    } else if (count() == 1 && word(0).size() >= 2) {
      many = count_of(word(0).substr(0, word(0).size() - 1));
      named = unit_of(word(0).substr(word(0).size() - 1));
    }
    if (!many || !named) {
      return std::nullopt;
    }
    return span(moved_back(*named, *many), today_ + days(1));
  }

  /// 2 weeks ago · vor 2 Wochen · a year ago
  [[nodiscard]] std::optional<DaySpan> ago() const {
    if (count() != 3) {
      return std::nullopt;
    }
    const bool german = word(0) == "vor";
    if (!german && word(2) != "ago") {
      return std::nullopt;
    }
    const auto many = count_of(word(german ? 1 : 0));
    const auto named = unit_of(word(german ? 2 : 1));
    if (!many || !named) {
      return std::nullopt;
    }
    DaySpan found = span_of_unit(*named, -*many);
    found.anchor = moved_back(*named, *many);
    return found;
  }

  std::vector<std::string> words_;
  sys_days today_;
  year_month_day date_;
  int year_;
};

}  // namespace

std::optional<DaySpan> parse_date(std::string_view text, sys_days today) {
  if (text.size() > kDateBytesMax) {
    return std::nullopt;
  }
  const std::string valid = to_valid_utf8(text);
  std::vector<std::string> words;
  std::string_view rest = trimmed(valid);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string folded = text::fold_word(rest.substr(0, end));
    // "the last week", "im Mai 2024", "in den letzten 30 Tagen": small words say nothing.
    if (!folded.empty() && folded != "the" && folded != "im" && folded != "in" && folded != "der" && folded != "den") {
      words.push_back(folded);
    }
    rest = trimmed(rest.substr(end));
  }
  if (words.empty() || words.size() > kDateWordsMax) {
    return std::nullopt;
  }
  return Reader(std::move(words), today).read();
}

sys_days local_today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return sys_days(year(parts.tm_year + 1900) / (parts.tm_mon + 1) / parts.tm_mday);
}

std::int64_t local_midnight_unix_ms(sys_days date) {
  const year_month_day civil(date);
  std::tm parts{};
  parts.tm_year = static_cast<int>(civil.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(civil.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(civil.day()));
  parts.tm_isdst = -1;
  return std::int64_t{std::mktime(&parts)} * 1'000;
}

}  // namespace alcove::search

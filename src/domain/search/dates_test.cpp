#include "domain/search/dates.hpp"

#include <gtest/gtest.h>

#include <string>

#include <fmt/format.h>

namespace alcove::search {
namespace {

using namespace std::chrono_literals;

/// A Friday.
constexpr std::chrono::sys_days kToday = 2024y / 5 / 17;

std::string shown(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

/// First and last day.
std::string read(std::string_view text) {
  const auto span = parse_date(text, kToday);
  if (!span) {
    return "no date";
  }
  EXPECT_LT(span->first, span->end);
  return shown(span->first) + " " + shown(span->end - std::chrono::days(1));
}

TEST(ParseDate, ReadsWhatPeopleWrite) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"2024", "2024-01-01 2024-12-31"},
      {"2024-05", "2024-05-01 2024-05-31"},
      {"2024-05-17", "2024-05-17 2024-05-17"},
      {"2024/02", "2024-02-01 2024-02-29"},
      {"17.05.2024", "2024-05-17 2024-05-17"},
      {"7.5.24", "2024-05-07 2024-05-07"},
      {"7.5.98", "1998-05-07 1998-05-07"},
      {"05.2024", "2024-05-01 2024-05-31"},
      {"05/17/2024", "2024-05-17 2024-05-17"},
      {"17/05/2024", "2024-05-17 2024-05-17"},
      {"05/06/2024", "no date"},
      {"05/05/2024", "2024-05-05 2024-05-05"},
      {"May 2024", "2024-05-01 2024-05-31"},
      {"2023 march", "2023-03-01 2023-03-31"},
      {"März 2023", "2023-03-01 2023-03-31"},
      {"im Dezember 2023", "2023-12-01 2023-12-31"},
      {"December", "2023-12-01 2023-12-31"},
      {"Mai", "2024-05-01 2024-05-31"},
      {"5. Mai 2023", "2023-05-05 2023-05-05"},
      {"May 5, 2023", "2023-05-05 2023-05-05"},
      {"31 April 2023", "no date"},
      {"Q2 2023", "2023-04-01 2023-06-30"},
      {"2023-Q4", "2023-10-01 2023-12-31"},
      {"summer 2022", "2022-06-01 2022-08-31"},
      {"Winter 2022", "2022-12-01 2023-02-28"},
      {"last summer", "2023-06-01 2023-08-31"},
      {"letzten Sommer", "2023-06-01 2023-08-31"},
      {"last winter", "2023-12-01 2024-02-29"},
      {"this summer", "2024-06-01 2024-08-31"},
      {"spring", "2024-03-01 2024-05-31"},
      {"last spring", "2023-03-01 2023-05-31"},
      {"today", "2024-05-17 2024-05-17"},
      {"heute", "2024-05-17 2024-05-17"},
      {"Yesterday", "2024-05-16 2024-05-16"},
      {"vorgestern", "2024-05-15 2024-05-15"},
      {"last week", "2024-05-06 2024-05-12"},
      {"letzte Woche", "2024-05-06 2024-05-12"},
      {"this week", "2024-05-13 2024-05-19"},
      {"last month", "2024-04-01 2024-04-30"},
      {"this year", "2024-01-01 2024-12-31"},
      {"letztes Jahr", "2023-01-01 2023-12-31"},
      {"last quarter", "2024-01-01 2024-03-31"},
      {"nächsten Monat", "2024-06-01 2024-06-30"},
      {"last 30 days", "2024-04-17 2024-05-17"},
      {"in den letzten 2 Wochen", "2024-05-03 2024-05-17"},
      {"past two weeks", "2024-05-03 2024-05-17"},
      {"30d", "2024-04-17 2024-05-17"},
      {"1y", "2023-05-17 2024-05-17"},
      {"2 weeks ago", "2024-04-29 2024-05-05"},
      {"vor 3 Tagen", "2024-05-14 2024-05-14"},
      {"vor einem Jahr", "2023-01-01 2023-12-31"},
      {"friday", "2024-05-17 2024-05-17"},
      {"last friday", "2024-05-10 2024-05-10"},
      {"Montag", "2024-05-13 2024-05-13"},
      {"", "no date"},
      {"soon", "no date"},
      {"99999", "no date"},
      {"2024-13", "no date"},
      {"2024-02-30", "no date"},
      {"-5", "no date"},
      {"0 days ago", "no date"},
      {"last 9999 years", "no date"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(ParseDate, BeforeAndAfterCountFromTheVeryDay) {
  EXPECT_EQ(shown(parse_date("2 weeks ago", kToday)->anchor), "2024-05-03");
  EXPECT_EQ(shown(parse_date("vor 3 Monaten", kToday)->anchor), "2024-02-17");
  EXPECT_EQ(shown(parse_date("1 month ago", 2024y / 3 / 31)->anchor), "2024-02-29");
  EXPECT_EQ(shown(parse_date("May 2023", kToday)->anchor), "2023-05-01");
}

TEST(ParseDate, DaysBeginAtMidnightOfTheServer) {
  const std::int64_t midnight = local_midnight_unix_ms(local_today());
  const std::int64_t now = std::int64_t{std::time(nullptr)} * 1'000;
  EXPECT_LE(midnight, now);
  EXPECT_GT(midnight + 25 * 3'600'000, now);
}

}  // namespace
}  // namespace alcove::search

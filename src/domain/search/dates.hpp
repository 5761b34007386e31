#pragma once
/// @file
/// Dates as people write them, in English and German, absolute or seen from today.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace alcove::search {

/// Days from `first` up to, not including, `end`.
struct DaySpan {
  std::chrono::sys_days first;
  std::chrono::sys_days end;
  /// What "before" and "after" count from: `first`, but for "2 weeks ago" the very day.
  std::chrono::sys_days anchor;
};

/// Longest text that is looked at; no date is longer.
inline constexpr std::size_t kDateBytesMax = 64;
/// Most words of one date ("the day before yesterday").
inline constexpr std::size_t kDateWordsMax = 4;

/// "2024", "2024-05", "17.05.2024", "May 2024", "Sommer 2023", "last week", "letzten 30 Tage", "vor 2 Wochen" … seen
/// from `today`. Nothing for anything else. Takes any bytes.
std::optional<DaySpan> parse_date(std::string_view text, std::chrono::sys_days today);

/// Today by the server's clock and time zone.
std::chrono::sys_days local_today();
/// The moment at which a day begins in the server's time zone.
std::int64_t local_midnight_unix_ms(std::chrono::sys_days day);

}  // namespace alcove::search

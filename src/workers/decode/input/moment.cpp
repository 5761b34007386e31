#include "workers/decode/input/moment.hpp"

#include <charconv>
#include <chrono>
#include <optional>

namespace alcove::input {
namespace {

/// Takes exactly `width` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  int value = 0;
  if (text.size() < width) {
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + width, value);
  if (error != std::errc() || end != text.data() + width || value < 0) {
    return std::nullopt;
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char wanted) {
  const bool there = text.starts_with(wanted);
  text.remove_prefix(there ? 1 : 0);
  return there;
}

/// Minutes east of UTC in "+02:00", "-0730" or "Z"; 0 for none.
int take_zone(std::string_view text) {
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) {
    return 0;
  }
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  take(text, ':');
  const auto minutes = take_digits(text, 2);
  const int total = hours.value_or(0) * 60 + minutes.value_or(0);
  return west ? -total : total;
}

}  // namespace

std::int64_t parse_moment(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) {
    return 0;
  }
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) {
    return 0;
  }
  const auto day = take_digits(text, 2);
  if (!day) {
    return 0;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) {
    return 0;
  }
  std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400};
  if (take(text, 'T') || take(text, ' ')) {
    const auto hour = take_digits(text, 2);
    take(text, ':');
    const auto minute = take_digits(text, 2);
    take(text, ':');
    const auto second = take_digits(text, 2);
    seconds += hour.value_or(0) * 3600 + minute.value_or(0) * 60 + second.value_or(0);
    if (take(text, '.')) {
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        text.remove_prefix(1);
      }
    }
    seconds -= take_zone(text) * 60;
  }
  return seconds * 1000;
}

}  // namespace alcove::input

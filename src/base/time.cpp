#include "base/time.hpp"

#include <ctime>

#include <fmt/format.h>

namespace alcove {

UnixMillis now_unix_millis() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return UnixMillis{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

std::string format_rfc3339(UnixMillis moment) {
  std::int64_t seconds = moment.value / 1000;
  std::int64_t millis = moment.value % 1000;
  if (millis < 0) {
    millis += 1000;
    --seconds;
  }
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, millis);
}

}  // namespace alcove

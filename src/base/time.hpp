#pragma once
/// @file
/// Wall-clock moments as integers, and their text form.

#include <chrono>
#include <cstdint>
#include <string>

namespace alcove {

/// Milliseconds since 1970-01-01T00:00:00Z. What every table stores.
struct UnixMillis {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(UnixMillis, UnixMillis) = default;
};

/// The wall clock now. It may jump; durations are measured with the steady clock.
UnixMillis now_unix_millis();
/// RFC 3339 in UTC with milliseconds: "2026-01-02T03:04:05.678Z".
std::string format_rfc3339(UnixMillis moment);

}  // namespace alcove

#pragma once
/// @file
/// Windows' times: 100 nanoseconds since 1601.

#include <cstdint>

namespace alcove::ole {

/// Milliseconds since 1970; 0 for what lies before that or beyond the year 9999.
inline std::int64_t unix_ms_of_file_time(std::uint64_t ticks) {
  constexpr std::uint64_t kTicksPerMs = 10'000;
  constexpr std::uint64_t kEpochMs = 11'644'473'600'000;
  constexpr std::uint64_t kYear10000Ms = 253'402'300'800'000;
  const std::uint64_t ms = ticks / kTicksPerMs;
  return ms <= kEpochMs || ms - kEpochMs >= kYear10000Ms ? 0 : static_cast<std::int64_t>(ms - kEpochMs);
}

}  // namespace alcove::ole

#pragma once
/// @file
/// ALCOVE_CHECK: stops the process on a bug of ours, in every build. Never reachable from user input.

#include <string_view>

namespace alcove {

/// Writes the place and reason to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, std::string_view condition, std::string_view why) noexcept;

}  // namespace alcove

#define ALCOVE_CHECK(condition, why)                                 \
  do {                                                               \
    if (!(condition)) [[unlikely]] {                                 \
      ::alcove::check_failed(__FILE__, __LINE__, #condition, (why)); \
    }                                                                \
  } while (false)

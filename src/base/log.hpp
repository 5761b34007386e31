#pragma once
/// @file
/// One line per event on standard error: time, level, area, message. No secrets, no file contents.

#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"

namespace alcove {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : std::uint8_t { kText, kJson };

/// Sets what is written; call once, before threads start. Default: kInfo, kText.
void configure_log(LogLevel level_min, LogFormat format);
/// Writes one line; control characters in `message` are escaped so that a file name cannot forge a line.
void write_log(LogLevel level, std::string_view area, std::string_view message);

template <typename... Args>
void log_debug(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::kDebug, area, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_info(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::kInfo, area, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_warning(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::kWarning, area, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_error(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::kError, area, fmt::format(format, std::forward<Args>(args)...));
}
inline void log_error(std::string_view area, const Error& error) {
  write_log(LogLevel::kError, area, fmt::format("{}: {}", error_code_name(error.code), error.detail));
}

}  // namespace alcove

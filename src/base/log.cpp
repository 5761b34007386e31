#include "base/log.hpp"

#include <atomic>
#include <string>

#include <unistd.h>

#include "base/time.hpp"

namespace alcove {

namespace {

std::atomic<LogLevel> g_level_min{LogLevel::kInfo};
std::atomic<LogFormat> g_format{LogFormat::kText};

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "info";
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += character;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace

void configure_log(LogLevel level_min, LogFormat format) {
  g_level_min = level_min;
  g_format = format;
}

void write_log(LogLevel level, std::string_view area, std::string_view message) {
  if (level < g_level_min.load(std::memory_order_relaxed)) {
    return;
  }
  const std::string time = format_rfc3339(now_unix_millis());
  std::string line;
  if (g_format.load(std::memory_order_relaxed) == LogFormat::kJson) {
    line = fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",\"area\":\"{}\",\"message\":\"{}\"}}\n", time,
                       level_name(level), area, escaped(message));
  } else {
    line = fmt::format("{} {:<7} {}: {}\n", time, level_name(level), area, escaped(message));
  }
  // One write per line, so that lines of different threads and processes do not mix.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace alcove

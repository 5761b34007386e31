#pragma once
/// @file
/// The failure of something that is tried again until it succeeds, for the status page.

#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/sync.hpp"

namespace alcove {

/// Holds the last failure until the next success. One that repeats itself is told to the log once only: a disk that
/// is full over night must not fill it.
///
/// Thread safety: all calls from any thread.
class Trouble {
 public:
  /// True when this is news: there was no failure, or another one.
  bool note(const Error& error) {
    return message_.with([&](std::string& held) { return std::exchange(held, error.message) != error.message; });
  }
  /// True when there was a failure.
  bool clear() {
    return message_.with([](std::string& held) { return !std::exchange(held, {}).empty(); });
  }
  /// The failure's sentence for the person; empty when all is well.
  [[nodiscard]] std::string message() const {
    return message_.with([](const std::string& held) { return held; });
  }

 private:
  Guarded<std::string> message_;
};

/// True for errors of the machine (the disk is full or fails, a file is damaged), as opposed to what a caller asked.
constexpr bool is_machine_error(ErrorCode code) {
  return code == ErrorCode::kOutOfSpace || code == ErrorCode::kInternal || code == ErrorCode::kCorrupt ||
         code == ErrorCode::kUnavailable;
}

}  // namespace alcove

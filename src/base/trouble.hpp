#pragma once
/// @file
/// The failure of something that is tried again until it succeeds, for the status page.

#include <optional>
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
    return error_.with([&](std::optional<Error>& held) {
      const auto before = std::exchange(held, error);
      return !before || before->message != error.message;
    });
  }
  /// True when there was a failure.
  bool clear() {
    return error_.with([](std::optional<Error>& held) { return std::exchange(held, std::nullopt).has_value(); });
  }
  /// The failure; nothing when all is well.
  [[nodiscard]] std::optional<Error> error() const {
    return error_.with([](const std::optional<Error>& held) { return held; });
  }

 private:
  Guarded<std::optional<Error>> error_;
};

/// True for errors of the machine (the disk is full or fails, a file is damaged), as opposed to what a caller asked.
constexpr bool is_machine_error(ErrorCode code) {
  return code == ErrorCode::kOutOfSpace || code == ErrorCode::kInternal || code == ErrorCode::kCorrupt ||
         code == ErrorCode::kUnavailable;
}

}  // namespace alcove

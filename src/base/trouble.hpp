#pragma once
/// @file
/// The failure of something that is tried again until it succeeds, for the status page.

#include <mutex>
#include <string>

#include "base/error.hpp"

namespace alcove {

/// Holds the last failure until the next success. One that repeats itself is told to the log once only: a disk that
/// is full over night must not fill it.
///
/// Thread safety: all calls from any thread.
class Trouble {
 public:
  /// True when this is news: there was no failure, or another one.
  bool note(const Error& error) {
    const std::scoped_lock lock(mutex_);
    const bool is_news = message_ != error.message;
    message_ = error.message;
    return is_news;
  }
  /// True when there was a failure.
  bool clear() {
    const std::scoped_lock lock(mutex_);
    const bool had_one = !message_.empty();
    message_.clear();
    return had_one;
  }
  /// The failure's sentence for the person; empty when all is well.
  [[nodiscard]] std::string message() const {
    const std::scoped_lock lock(mutex_);
    return message_;
  }

 private:
  mutable std::mutex mutex_;
  std::string message_;
};

/// True for errors of the machine (the disk is full or fails, a file is damaged), as opposed to what a caller asked.
constexpr bool is_machine_error(ErrorCode code) {
  return code == ErrorCode::kOutOfSpace || code == ErrorCode::kInternal || code == ErrorCode::kCorrupt ||
         code == ErrorCode::kUnavailable;
}

}  // namespace alcove

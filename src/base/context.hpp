#pragma once
/// @file
/// Deadline, stop token and request id, given first to every call that may take over 50 ms.

#include <chrono>
#include <stop_token>
#include <string>

#include "base/error.hpp"

namespace alcove {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Context {
  SteadyTime deadline = SteadyTime::max();
  std::stop_token stop;
  std::string request_id;  ///< Appears in log lines; empty for background work.

  static Context with_timeout(std::chrono::milliseconds timeout) {
    return Context{.deadline = std::chrono::steady_clock::now() + timeout, .stop = {}, .request_id = {}};
  }
  /// kCancelled after a stop request, kTimedOut after the deadline.
  [[nodiscard]] Status check() const {
    if (stop.stop_requested()) {
      return fail(ErrorCode::kCancelled, "The request was cancelled");
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(ErrorCode::kTimedOut, "It took too long");
    }
    return {};
  }
};

}  // namespace alcove

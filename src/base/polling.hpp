#pragma once
/// @file
/// Waiting in tests for what no condition variable announces: news from the kernel or from another process.

#include <chrono>
#include <thread>

namespace alcove {

/// Asks every few milliseconds until `condition()` holds; its last answer once `timeout` is over. For tests only.
template <typename Condition>
bool poll_until(Condition&& condition, std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
  constexpr std::chrono::milliseconds kStep{5};
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return condition();
    }
    std::this_thread::sleep_for(kStep);
  }
  return true;
}

}  // namespace alcove

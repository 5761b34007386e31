#pragma once
/// @file
/// A mutex that Clang checks, a value reachable only under its lock, and a queue with a limit.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stop_token>
#include <utility>

#if defined(__clang__)
#define ALCOVE_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define ALCOVE_THREAD_ATTRIBUTE(x)
#endif
#define ALCOVE_GUARDED_BY(x) ALCOVE_THREAD_ATTRIBUTE(guarded_by(x))
#define ALCOVE_REQUIRES(x) ALCOVE_THREAD_ATTRIBUTE(requires_capability(x))

namespace alcove {

/// std::mutex with the attributes that `-Wthread-safety` needs.
class ALCOVE_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() ALCOVE_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() ALCOVE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  bool try_lock() ALCOVE_THREAD_ATTRIBUTE(try_acquire_capability(true)) { return mutex_.try_lock(); }
  /// The plain mutex, for waiting on a condition.
  std::mutex& native() { return mutex_; }

 private:
  std::mutex mutex_;
};

/// Scoped lock of a Mutex.
class ALCOVE_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ALCOVE_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() ALCOVE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// A value that is reachable only under its lock.
///
/// Thread safety: any thread may call `with`; calls exclude one another. Not recursive.
template <typename T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Calls `use(T&)` under the lock and returns what it returns. `use` must not keep the reference.
  template <typename Use>
  decltype(auto) with(Use&& use) {
    const MutexLock lock(mutex_);
    return std::forward<Use>(use)(value_);
  }
  template <typename Use>
  decltype(auto) with(Use&& use) const {
    const MutexLock lock(mutex_);
    return std::forward<Use>(use)(static_cast<const T&>(value_));
  }

 private:
  mutable Mutex mutex_;
  T value_ ALCOVE_GUARDED_BY(mutex_){};
};

/// First in, first out, between threads, never longer than its capacity.
///
/// Policy at the limit: `try_push` refuses; `push_until` waits up to a deadline.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// False when full or closed; `item` is then untouched.
  bool try_push(T&& item) {
    {
      const std::scoped_lock lock(mutex_);
      if (closed_ || items_.size() >= capacity_) {
        return false;
      }
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
    return true;
  }

  /// Waits for room; false when the deadline passes or the queue closes.
  bool push_until(T&& item, std::chrono::steady_clock::time_point deadline) {
    {
      std::unique_lock lock(mutex_);
      if (!drained_.wait_until(lock, deadline, [&] { return closed_ || items_.size() < capacity_; }) || closed_) {
        return false;
      }
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
    return true;
  }

  /// The oldest item; nothing when the deadline passes, or when the queue is closed and empty.
  std::optional<T> pop_until(std::chrono::steady_clock::time_point deadline) {
    std::optional<T> item;
    {
      std::unique_lock lock(mutex_);
      if (!filled_.wait_until(lock, deadline, [&] { return closed_ || !items_.empty(); }) || items_.empty()) {
        return std::nullopt;
      }
      item.emplace(std::move(items_.front()));
      items_.pop_front();
    }
    drained_.notify_one();
    return item;
  }

  /// Refuses new items and wakes everyone; what is inside may still be taken.
  void close() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
    drained_.notify_all();
  }

  [[nodiscard]] bool is_closed() const {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }
  [[nodiscard]] std::size_t depth() const {
    const std::scoped_lock lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable drained_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace alcove

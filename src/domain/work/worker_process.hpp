#pragma once
/// @file
/// The server's side of one worker process: start, messages with deadlines, memory watch, and why it ended.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/remark.hpp"
#include "drivers/ipc/channel.hpp"
#include "drivers/os/process.hpp"
#include "wire/messages.hpp"

namespace alcove::work {

/// A worker says Hello within this time; the model worker loads its model before.
inline constexpr std::chrono::seconds kHelloTimeout{60};
/// A worker that is told to end by the closed channel gets this long before it is killed.
inline constexpr std::chrono::milliseconds kFarewell{500};

struct WorkerOptions {
  std::filesystem::path program;        ///< alcove-worker
  std::string role;                     ///< "decode", "model" or "test"
  std::filesystem::path models_folder;  ///< model only
  std::string model = {};               ///< model only: its folder there
  int threads = 1;                      ///< model only
  /// Anonymous and shared memory past which the process is ended; its own limits lie a little higher.
  std::uint64_t memory_bytes_max = 2ULL * 1024 * 1024 * 1024;
  /// Processor time of its whole life, after which the kernel ends it; not for the model worker, which computes for as
  /// long as there is work. One document never needs as much as half of it, after which the owner replaces the worker
  /// (`is_worn`).
  std::chrono::seconds processor_time_max{3'600};
};

/// One worker process.
///
/// Lifetime: the process is ended with this object and with the thread that started it.
/// Thread safety: `send` and `receive` as ipc::Channel; `kill` and `memory_exceeded` from any thread; the rest from the
/// owner's thread.
class WorkerProcess {
 public:
  /// Spawns and waits for Hello. Errors: kNotFound (no such program), kUnavailable (it ended at once, with the reason),
  /// kTimedOut, kUnsupported (another protocol version).
  static Result<std::unique_ptr<WorkerProcess>> start(const WorkerOptions& options);
  ~WorkerProcess();

  [[nodiscard]] const wire::Hello& hello() const { return hello_; }
  [[nodiscard]] int pid() const { return child_.pid(); }
  ipc::Channel& channel() { return channel_; }

  template <typename T>
  Status send(wire::MessageKind kind, const T& message, const Context& context, std::span<const int> fds = {}) {
    return channel_.send(kind, message, context, fds);
  }
  /// Like Channel::receive, but looks at the process's memory now and then, also while frames come, and ends it when it
  /// takes too much.
  Result<ipc::Frame> receive(const Context& context);
  /// For the times between requests: ends a process that takes too much memory and says so.
  std::optional<Remark> end_when_over_limit();
  /// Of all its threads; 0 when it is gone.
  [[nodiscard]] std::chrono::milliseconds processor_time() const;
  /// True when half of its processor time is used.
  [[nodiscard]] bool is_worn() const;

  void kill();
  /// Why the process ended, as a sentence for the person ("The worker was ended by signal 11 (segmentation fault)").
  /// Waits a moment for the end, kills when it does not come.
  Remark end_reason();

 private:
  WorkerProcess(WorkerOptions options, os::ChildProcess child, ipc::Channel channel);
  bool takes_too_much_memory();

  WorkerOptions options_;
  os::ChildProcess child_;
  ipc::Channel channel_;
  wire::Hello hello_;
  SteadyTime memory_seen_ = SteadyTime::min();
  std::atomic<bool> memory_exceeded_{false};
  std::atomic<bool> killed_{false};
};

}  // namespace alcove::work

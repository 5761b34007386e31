#pragma once
/// @file
/// Child processes that inherit nothing but what is listed, and what the system says of running ones.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::os {

struct SpawnOptions {
  std::filesystem::path program = {};         ///< No search in PATH.
  std::vector<std::string> arguments = {};    ///< Without the program's own name.
  std::vector<std::string> environment = {};  ///< "NAME=value"; nothing else is inherited.
  /// Become 3, 4, 5 … in the child, in this order. Standard input and output are /dev/null; standard error is ours.
  std::vector<int> descriptors = {};
};

/// The first number that `SpawnOptions::descriptors` get in the child.
inline constexpr int kFirstPassedFd = 3;

/// How a process ended.
struct ExitStatus {
  int exit_code = 0;  ///< Valid when `signal` is 0.
  int signal = 0;
};

/// "ended with code 3", "was ended by signal 11 (segmentation fault)": follows the name of the process.
std::string describe(const ExitStatus& status);

/// A child process, ended and reaped at the latest with this object.
///
/// Lifetime: the child gets SIGKILL when the *thread* that spawned it ends, so that it cannot outlive the server; spawn
/// it from the thread that owns it. Thread safety: `kill` and `pid` from any thread, the rest from one thread at a
/// time.
class ChildProcess {
 public:
  /// Errors: kNotFound and others of execve.
  static Result<ChildProcess> spawn(const SpawnOptions& options);
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Readable once the process has ended; for poll. -1 on kernels without pidfd_open.
  [[nodiscard]] int pidfd() const { return pidfd_.value(); }
  /// SIGKILL to the process and its group. Does nothing after the end was seen.
  void kill();
  /// Waits for the end. Nothing when the deadline comes first.
  Result<std::optional<ExitStatus>> wait_until(SteadyTime deadline);

 private:
  ChildProcess(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  Result<std::optional<ExitStatus>> try_reap();

  pid_t pid_ = -1;
  UniqueFd pidfd_;
  std::optional<ExitStatus> ended_;
};

/// Memory of one process, in bytes. Proportional and private parts are exact where the system lets us read them;
/// for a protected process of another privilege they are estimated from its anonymous and shared memory.
struct MemoryUse {
  std::uint64_t resident_bytes = 0;
  std::uint64_t proportional_bytes = 0;
  std::uint64_t private_bytes = 0;
  std::uint64_t anonymous_bytes = 0;  ///< Anonymous and shared-memory pages: what cannot be dropped for the disk.
  bool exact = false;
};

/// Processor time of all threads of a process, ended ones included. Errors: kNotFound when there is no such process.
Result<std::chrono::milliseconds> read_processor_time(pid_t pid);

/// The cheap part: everything but the exact proportional and private bytes (which walk all mappings).
Result<MemoryUse> read_memory_use_quickly(pid_t pid);
/// Errors: kNotFound when there is no such process.
Result<MemoryUse> read_memory_use(pid_t pid);

}  // namespace alcove::os

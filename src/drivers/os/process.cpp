#include "drivers/os/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "drivers/os/file.hpp"

namespace alcove::os {
namespace {

constexpr std::size_t kProcFileMax = 256UL * 1024;
constexpr std::uint64_t kKibi = 1024;
/// Without pidfd_open (before Linux 5.3) the end of a child is polled this often.
constexpr int kPollStepMs = 5;

/// Everything the child needs, made before the fork: it must not allocate.
struct ChildPlan {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const int* descriptors;
  int descriptor_count;
  int null_fd;
  int report_fd;
  pid_t parent;
};

[[noreturn]] void report_and_exit(int report_fd) {
  const int error_number = errno;
  static_cast<void>(!::write(report_fd, &error_number, sizeof error_number));
  ::_exit(127);
}

/// Moves every descriptor above the range where they shall end, so that no move destroys another's source, then down.
void place_descriptors(const ChildPlan& plan, int report_fd) {
  const int above = kFirstPassedFd + plan.descriptor_count + 1;
  std::array<int, 16> moved{};
  for (int i = 0; i < plan.descriptor_count; ++i) {
    moved[static_cast<std::size_t>(i)] = ::fcntl(plan.descriptors[i], F_DUPFD, above);
    if (moved[static_cast<std::size_t>(i)] < 0) {
      report_and_exit(report_fd);
    }
  }
  for (int i = 0; i < plan.descriptor_count; ++i) {
    if (::dup2(moved[static_cast<std::size_t>(i)], kFirstPassedFd + i) < 0) {
      report_and_exit(report_fd);
    }
  }
}

/// Runs between fork and exec: system calls only.
[[noreturn]] void become_program(const ChildPlan& plan) {
  const int last = kFirstPassedFd + plan.descriptor_count;
  int report_fd = ::fcntl(plan.report_fd, F_DUPFD_CLOEXEC, last + 1);
  const int null_fd = ::fcntl(plan.null_fd, F_DUPFD_CLOEXEC, last + 1);
  if (report_fd < 0 || null_fd < 0) {
    report_and_exit(plan.report_fd);
  }
  if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    report_and_exit(report_fd);
  }
  if (::getppid() != plan.parent) {
    ::_exit(127);  // The server ended before the line above took hold.
  }
  place_descriptors(plan, report_fd);
  if (::dup2(null_fd, STDIN_FILENO) < 0 || ::dup2(null_fd, STDOUT_FILENO) < 0 || ::dup2(report_fd, last) < 0 ||
      ::fcntl(last, F_SETFD, FD_CLOEXEC) != 0) {
    report_and_exit(report_fd);
  }
  report_fd = last;
  if (::syscall(SYS_close_range, static_cast<unsigned>(last + 1), UINT_MAX, 0U) != 0) {
    const long open_max = ::sysconf(_SC_OPEN_MAX);  // Before Linux 5.9.
    for (int fd = last + 1; fd < open_max; ++fd) {
      ::close(fd);
    }
  }
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    ::sigaction(number, &standard, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan.program, plan.arguments, plan.environment);
  report_and_exit(report_fd);
}

std::vector<char*> make_pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// vfork: the server's memory may be large, and no handler of ours can run in the child (all signals are blocked).
pid_t start_child(const ChildPlan& plan) {
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#endif
  const pid_t pid = ::vfork();
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
  if (pid == 0) {
    become_program(plan);
  }
  return pid;
}

int poll_timeout(SteadyTime deadline) {
  if (deadline == SteadyTime::max()) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

std::optional<std::uint64_t> find_kib_line(std::string_view text, std::string_view name) {
  std::size_t at = text.starts_with(name) ? 0 : text.find(fmt::format("\n{}", name));
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  at = text.find_first_of("0123456789", text.find(':', at));
  std::uint64_t number = 0;
  if (at == std::string_view::npos ||
      std::from_chars(text.data() + at, text.data() + text.size(), number).ec != std::errc{}) {
    return std::nullopt;
  }
  return number * kKibi;
}

}  // namespace

std::string describe(const ExitStatus& status) {
  if (status.signal == 0) {
    return fmt::format("ended with code {}", status.exit_code);
  }
  const char* name = ::sigdescr_np(status.signal);
  std::string text = name != nullptr ? name : "unknown";
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return fmt::format("was ended by signal {} ({})", status.signal, text);
}

Result<ChildProcess> ChildProcess::spawn(const SpawnOptions& options) {
  if (options.descriptors.size() > 16) {
    return fail(ErrorCode::kInvalidArgument, "Too many descriptors for a process");
  }
  std::vector<std::string> argument_texts = options.arguments;
  argument_texts.insert(argument_texts.begin(), options.program.filename().string());
  std::vector<std::string> environment_texts = options.environment;
  std::vector<char*> arguments = make_pointers(argument_texts);
  std::vector<char*> environment = make_pointers(environment_texts);
  ALCOVE_TRY(const UniqueFd null_fd, open_path("/dev/null", O_RDWR));
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) {
    return fail_errno(errno, "pipe");
  }
  const UniqueFd report_read(report[0]);
  UniqueFd report_write(report[1]);

  const std::string program = options.program.string();
  const ChildPlan plan{.program = program.c_str(),
                       .arguments = arguments.data(),
                       .environment = environment.data(),
                       .descriptors = options.descriptors.data(),
                       .descriptor_count = static_cast<int>(options.descriptors.size()),
                       .null_fd = null_fd.value(),
                       .report_fd = report_write.value(),
                       .parent = ::getpid()};
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = start_child(plan);
  const int fork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    return fail_errno(fork_error, "start a process");
  }
  report_write.reset();
  ChildProcess child(pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))));
  int exec_error = 0;
  ssize_t got = 0;
  do {
    got = ::read(report_read.value(), &exec_error, sizeof exec_error);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof exec_error)) {
    return fail_errno(exec_error, fmt::format("start {}", program));
  }
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), ended_(std::exchange(other.ended_, {})) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(ended_, other.ended_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !ended_) {
    kill();
    // SIGKILL cannot be refused; what can delay it is a disk that does not answer, and a zombie is better than a hang.
    static_cast<void>(wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(5)));
  }
}

void ChildProcess::kill() {
  if (pid_ <= 0 || ended_) {
    return;
  }
  // Until it is reaped the number cannot be given to another process, so signalling by number is safe.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
}

Result<std::optional<ExitStatus>> ChildProcess::try_reap() {
  int raw = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(pid_, &raw, WNOHANG);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return fail_errno(errno, "waitpid");
  }
  if (got == pid_) {
    ended_ = WIFSIGNALED(raw) ? ExitStatus{.exit_code = 0, .signal = WTERMSIG(raw)}
                              : ExitStatus{.exit_code = WEXITSTATUS(raw), .signal = 0};
  }
  return ended_;
}

Result<std::optional<ExitStatus>> ChildProcess::wait_until(SteadyTime deadline) {
  while (!ended_) {
    ALCOVE_TRY(const std::optional<ExitStatus> status, try_reap());
    if (status || std::chrono::steady_clock::now() >= deadline) {
      return status;
    }
    // Without a descriptor of the process this is a pause before the next look.
    pollfd item{.fd = pidfd_.value(), .events = POLLIN, .revents = 0};
    const int wait_ms = poll_timeout(deadline);
    ::poll(&item, pidfd_ ? 1 : 0, pidfd_ || (wait_ms >= 0 && wait_ms < kPollStepMs) ? wait_ms : kPollStepMs);
  }
  return ended_;
}

Result<std::chrono::milliseconds> read_processor_time(pid_t pid) {
  ALCOVE_TRY(const Bytes stat, read_file(fmt::format("/proc/{}/stat", pid), kProcFileMax));
  // The second field is the name in brackets and may hold anything; utime and stime are the 12th and 13th after it.
  std::string_view rest = as_text(stat);
  rest.remove_prefix(std::min(rest.rfind(')'), rest.size()));
  std::uint64_t ticks = 0;
  for (int field = 0; field <= 13 && !rest.empty(); ++field) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    std::uint64_t number = 0;
    if (field >= 12 && std::from_chars(word.data(), word.data() + word.size(), number).ec == std::errc()) {
      ticks += number;
    }
  }
  const auto per_second = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  return std::chrono::milliseconds(ticks * 1'000 / per_second);
}

Result<MemoryUse> read_memory_use_quickly(pid_t pid) {
  ALCOVE_TRY(const Bytes status, read_file(fmt::format("/proc/{}/status", pid), kProcFileMax));
  const std::string_view text = as_text(status);
  MemoryUse use;
  use.resident_bytes = find_kib_line(text, "VmRSS").value_or(0);
  use.anonymous_bytes = find_kib_line(text, "RssAnon").value_or(0) + find_kib_line(text, "RssShmem").value_or(0);
  use.private_bytes = use.anonymous_bytes;
  use.proportional_bytes = use.resident_bytes;
  return use;
}

Result<MemoryUse> read_memory_use(pid_t pid) {
  ALCOVE_TRY(MemoryUse use, read_memory_use_quickly(pid));
  // Refused for a process that forbids being read (ours do) unless we are root: the estimate stands then.
  if (const Result<Bytes> rollup = read_file(fmt::format("/proc/{}/smaps_rollup", pid), kProcFileMax); rollup) {
    const std::string_view text = as_text(*rollup);
    use.proportional_bytes = find_kib_line(text, "Pss").value_or(use.proportional_bytes);
    use.private_bytes = find_kib_line(text, "Private_Clean").value_or(0) +
                        find_kib_line(text, "Private_Dirty").value_or(0) +
                        find_kib_line(text, "Private_Hugetlb").value_or(0);
    use.exact = true;
  }
  return use;
}

}  // namespace alcove::os

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "base/remark.hpp"
#include "drivers/os/file.hpp"
#include "workers/sandbox/landlock.hpp"
#include "workers/sandbox/sandbox.hpp"

namespace alcove::sandbox {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitizerBuild = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitizerBuild = true;
#else
constexpr bool kSanitizerBuild = false;
#endif
#else
constexpr bool kSanitizerBuild = false;
#endif

constexpr int kExitOrphaned = 125;
/// The kernel ends workers before anything else when memory runs out (range -1000 to 1000).
constexpr const char* kOutOfMemoryScore = "700";
/// ioprio_set(2), which the C library does not wrap: best effort, lowest level.
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioBestEffortLowest = (2 << 13) | 7;

wire::ConfinementState inactive(const char* means, NoticeCode code, std::string reason, RemarkValues values = {}) {
  return {.means = means,
          .active = false,
          .reason = std::move(reason),
          .reason_code = code.text(),
          .reason_values = std::move(values)};
}

wire::ConfinementState state_of(const char* means, int error_number) {
  if (error_number == 0) {
    return {.means = means, .active = true};
  }
  const char* text = ::strerrordesc_np(error_number);
  const std::string why = text != nullptr ? text : "unknown error";
  return inactive(means, "confinement_refused", fmt::format("The system refuses it ({})", why), {why});
}

void close_others(std::vector<int> kept) {
  kept.insert(kept.end(), {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
  std::ranges::sort(kept);
  const auto close_range = [](unsigned first, unsigned last) {
    if (first <= last && ::syscall(SYS_close_range, first, last, 0U) != 0) {
      const unsigned end = std::min<unsigned>(last, static_cast<unsigned>(::sysconf(_SC_OPEN_MAX)));
      for (unsigned fd = first; fd <= end; ++fd) {  // Before Linux 5.9.
        ::close(static_cast<int>(fd));
      }
    }
  };
  unsigned next = 0;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > next) {
      close_range(next, number - 1);
    }
    next = std::max(next, number + 1);
  }
  close_range(next, UINT_MAX);
}

/// A user namespace of our own lets an ordinary user make the others; where it is refused, root can do without.
wire::ConfinementState leave_namespaces(bool& has_user_namespace) {
  constexpr std::array<int, 4> kAttempts{CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
                                         CLONE_NEWUSER | CLONE_NEWNET, CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
                                         CLONE_NEWNET};
  int first_error = 0;
  for (const int flags : kAttempts) {
    if (::unshare(flags) == 0) {
      has_user_namespace = (flags & CLONE_NEWUSER) != 0;
      return state_of("network namespace", 0);
    }
    first_error = first_error == 0 ? errno : first_error;
  }
  const char* means = "network namespace";
  switch (first_error) {
    case EPERM: return inactive(means, "namespaces_forbidden", "This system lets no ordinary program make namespaces");
    case ENOSPC:  // The count of namespaces, not a disk.
    case EUSERS: return inactive(means, "namespaces_used_up", "This system allows no more namespaces");
    default: return state_of(means, first_error);
  }
}

wire::ConfinementState drop_capabilities() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    ::prctl(PR_CAPBSET_DROP, capability);  // Allowed only to root; without new privileges it is a second lock.
  }
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const std::array<__user_cap_data_struct, 2> none{};
  return state_of("no capabilities", ::syscall(SYS_capset, &header, none.data()) == 0 ? 0 : errno);
}

int set_limit(__rlimit_resource resource, std::uint64_t value) {
  const rlimit limit{.rlim_cur = value, .rlim_max = value};
  return ::setrlimit(resource, &limit) == 0 ? 0 : errno;
}

/// Since Linux 5.14 processes and threads are counted by user namespace; before, all of a user's are, also outside.
bool counts_by_namespace() {
  utsname system{};
  int major = 0;
  int minor = 0;
  return ::uname(&system) == 0 && std::sscanf(system.release, "%d.%d", &major, &minor) == 2 &&
         (major > 5 || (major == 5 && minor >= 14));
}

wire::ConfinementState limit_resources(const Policy& policy, bool has_user_namespace) {
  if (has_user_namespace && counts_by_namespace()) {
    set_limit(RLIMIT_NPROC, policy.threads_max);  // A second lock: the filter lets no process be made at all.
  }
  for (const int error : {set_limit(RLIMIT_CORE, 0), set_limit(RLIMIT_NOFILE, kDescriptorsMax),
                          set_limit(RLIMIT_FSIZE, kMemoryFileBytesMax), set_limit(RLIMIT_MSGQUEUE, 0)}) {
    if (error != 0) {
      return state_of("resource limits", error);
    }
  }
  return state_of("resource limits", 0);
}

wire::ConfinementState limit_memory(std::uint64_t bytes_max) {
  if (kSanitizerBuild) {
    return inactive("memory limit", "sanitizer_build", "Sanitizer builds reserve more than any limit");
  }
  if (bytes_max == 0) {
    return inactive("memory limit", "limit_not_asked", "No limit was asked for");
  }
  return state_of("memory limit", set_limit(RLIMIT_DATA, bytes_max));
}

wire::ConfinementState limit_processor_time(std::uint64_t seconds_max) {
  // The soft limit ends the process with a signal that says why; the hard one comes to a process that does not listen.
  const rlimit limit{.rlim_cur = seconds_max, .rlim_max = seconds_max + 1};
  return state_of("processor time limit", ::setrlimit(RLIMIT_CPU, &limit) == 0 ? 0 : errno);
}

/// Best effort: a worker that cannot be made humble still works.
void lower_priority(int nice) {
  ::setpriority(PRIO_PROCESS, 0, nice);
  ::syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, kIoprioBestEffortLowest);
  if (const Result<os::UniqueFd> fd = os::open_path("/proc/self/oom_score_adj", O_WRONLY); fd) {
    static_cast<void>(os::write_all(fd->value(), as_bytes(kOutOfMemoryScore)));
  }
}

}  // namespace

std::vector<wire::ConfinementState> isolate(const Policy& policy) {
  const pid_t parent = ::getppid();
  std::vector<wire::ConfinementState> states;
  close_others(policy.kept_descriptors);
  lower_priority(policy.nice);
  bool has_user_namespace = false;
  states.push_back(leave_namespaces(has_user_namespace));
  states.push_back(drop_capabilities());
  states.push_back(state_of("no new privileges", ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno));
  states.push_back(limit_resources(policy, has_user_namespace));
  states.push_back(limit_memory(policy.memory_bytes_max));
  if (policy.processor_seconds_max > 0) {
    states.push_back(limit_processor_time(policy.processor_seconds_max));
  }
  states.push_back(restrict_files(policy.readable_paths));
  states.push_back(state_of("hidden from other processes", ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : errno));
  // A change of credentials forgets whose death ends us, so it is said again, and checked.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) {
    ::_exit(kExitOrphaned);
  }
  return states;
}

}  // namespace alcove::sandbox

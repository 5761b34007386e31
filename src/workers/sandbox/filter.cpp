#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>

#include <fmt/format.h>

#include "base/remark.hpp"
#include "workers/sandbox/sandbox.hpp"

namespace alcove::sandbox {
namespace {

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

/// Adds rules until one is refused; numbers of system calls that this architecture lacks are left out.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  void allow(std::initializer_list<int> calls) {
    for (const int call : calls) {
      add(SCMP_ACT_ALLOW, call, {});
    }
  }
  void allow_if(int call, std::initializer_list<scmp_arg_cmp> conditions) { add(SCMP_ACT_ALLOW, call, conditions); }
  void answer(int error_number, std::initializer_list<int> calls) {
    for (const int call : calls) {
      add(SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error_number)), call, {});
    }
  }
  void kill(std::initializer_list<int> calls) {
    for (const int call : calls) {
      add(SCMP_ACT_KILL_PROCESS, call, {});
    }
  }
  [[nodiscard]] int error() const { return error_; }

 private:
  void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions) {
    if (error_ != 0 || call == __NR_SCMP_ERROR) {
      return;
    }
    const int result = seccomp_rule_add_array(filter_, action, call, static_cast<unsigned>(conditions.size()),
                                              conditions.size() == 0 ? nullptr : conditions.begin());
    // Pseudo numbers (calls of other architectures) are refused with these two; that is no loss.
    if (result != 0 && result != -EDOM && result != -EINVAL) {
      error_ = -result;
    }
  }

  scmp_filter_ctx filter_;
  int error_ = 0;
};

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}
scmp_arg_cmp equal(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
/// For arguments of type int, whose upper half the kernel ignores and compilers leave undefined.
scmp_arg_cmp equal_int(unsigned argument, std::uint64_t value) {
  return masked(argument, 0xFFFFFFFFU, value & 0xFFFFFFFFU);
}

void allow_input_and_output(Rules& rules) {
  rules.allow({SCMP_SYS(read),        SCMP_SYS(readv),     SCMP_SYS(pread64),     SCMP_SYS(preadv), SCMP_SYS(preadv2),
               SCMP_SYS(write),       SCMP_SYS(writev),    SCMP_SYS(pwrite64),    SCMP_SYS(lseek),  SCMP_SYS(close),
               SCMP_SYS(close_range), SCMP_SYS(dup),       SCMP_SYS(dup2),        SCMP_SYS(dup3),   SCMP_SYS(pipe2),
               SCMP_SYS(eventfd2),    SCMP_SYS(poll),      SCMP_SYS(ppoll),       SCMP_SYS(select), SCMP_SYS(pselect6),
               SCMP_SYS(ftruncate),   SCMP_SYS(fadvise64), SCMP_SYS(memfd_create)});
  // The one socket there is: already connected, so that an address in the message would not count.
  rules.allow({SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(shutdown)});
  // Not F_SETOWN and F_SETSIG: they make the kernel send signals to others.
  for (const int command : {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC, F_ADD_SEALS, F_GET_SEALS,
                            F_GETLK, F_SETLK, F_SETLKW}) {
    rules.allow_if(SCMP_SYS(fcntl), {equal_int(1, static_cast<std::uint64_t>(command))});
  }
  rules.allow_if(SCMP_SYS(ioctl), {equal_int(1, TCGETS)});  // isatty, before standard error is used
  rules.allow_if(SCMP_SYS(ioctl), {equal_int(1, FIONREAD)});
}

void allow_describing_files(Rules& rules) {
  rules.allow({SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx),
               SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
               SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(statfs), SCMP_SYS(fstatfs)});
}

void allow_opening(Rules& rules, FileOpening opening) {
  rules.answer(ENOSYS, {SCMP_SYS(openat2)});
  if (opening == FileOpening::kNone) {
    return;
  }
  // __O_TMPFILE is O_TMPFILE without the bit of O_DIRECTORY.
  constexpr int kWriting = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
  rules.allow_if(SCMP_SYS(openat), {masked(2, kWriting, O_RDONLY)});
  rules.allow_if(SCMP_SYS(open), {masked(1, kWriting, O_RDONLY)});
}

/// Private mappings count against the memory limit and shared ones do not, so what can be written is private. Shared
/// ones are of files only, to read: without a file they could be made writable later. (That of a memory file can, too;
/// its size and number are limited.)
///
/// Code: never writable and executable at once, and nothing is made executable later. A worker that may open files
/// loads character sets (the C library's modules) while it works and so maps code; one that may not maps none any more.
void allow_memory(Rules& rules, FileOpening opening) {
  rules.allow({SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mincore), SCMP_SYS(msync),
               SCMP_SYS(membarrier)});
  constexpr std::uint64_t kBoth = PROT_WRITE | PROT_EXEC;
  rules.allow_if(SCMP_SYS(mmap), {masked(2, PROT_EXEC, 0), masked(3, MAP_TYPE, MAP_PRIVATE)});
  rules.allow_if(SCMP_SYS(mmap), {masked(2, kBoth, 0), masked(3, MAP_TYPE | MAP_ANONYMOUS, MAP_SHARED)});
  if (opening == FileOpening::kReadOnly) {
    rules.allow_if(SCMP_SYS(mmap), {masked(2, kBoth, PROT_EXEC), masked(3, MAP_TYPE | MAP_ANONYMOUS, MAP_PRIVATE)});
  }
  rules.allow_if(SCMP_SYS(mprotect), {masked(2, PROT_EXEC, 0)});
}

void allow_threads_and_time(Rules& rules) {
  constexpr std::uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                        CLONE_NEWPID | CLONE_NEWNET | CLONE_PTRACE;
  rules.allow_if(SCMP_SYS(clone), {masked(0, kNamespaces | CLONE_THREAD, CLONE_THREAD)});
  // Threads may stand back behind everything else, and nothing more.
  rules.allow_if(SCMP_SYS(sched_setscheduler), {equal_int(0, 0), equal_int(1, SCHED_IDLE)});
  // Its flags lie in memory, where a filter cannot look; the C library falls back to clone.
  rules.answer(ENOSYS, {SCMP_SYS(clone3)});
  rules.allow({SCMP_SYS(futex),
               SCMP_SYS(set_robust_list),
               SCMP_SYS(set_tid_address),
               SCMP_SYS(rseq),
               SCMP_SYS(sched_yield),
               SCMP_SYS(sched_getaffinity),
               SCMP_SYS(sched_getparam),
               SCMP_SYS(sched_getscheduler),
               SCMP_SYS(sched_get_priority_max),
               SCMP_SYS(sched_get_priority_min),
               SCMP_SYS(getcpu),
               SCMP_SYS(clock_gettime),
               SCMP_SYS(clock_getres),
               SCMP_SYS(clock_nanosleep),
               SCMP_SYS(nanosleep),
               SCMP_SYS(gettimeofday),
               SCMP_SYS(time),
               SCMP_SYS(times),
               SCMP_SYS(restart_syscall),
               SCMP_SYS(exit),
               SCMP_SYS(exit_group)});
  rules.allow({SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack)});
  rules.allow_if(SCMP_SYS(tgkill), {equal_int(0, static_cast<std::uint64_t>(::getpid()))});  // abort
}

void allow_asking(Rules& rules) {
  rules.allow({SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
               SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getresuid), SCMP_SYS(getresgid), SCMP_SYS(uname),
               SCMP_SYS(sysinfo), SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(getrlimit)});
  rules.allow_if(SCMP_SYS(prlimit64), {equal_int(0, 0), equal(2, 0)});  // of this process, and only to ask
  rules.allow_if(SCMP_SYS(prctl), {equal_int(0, PR_SET_NAME)});
  rules.allow_if(SCMP_SYS(prctl), {equal_int(0, PR_GET_NAME)});
}

/// What no library of ours calls by mistake. Sockets, fork and kill are not here: the C library tries a socket to look
/// up a user's name, and "refused" serves it as well.
void kill_on_attacks(Rules& rules) {
  rules.kill({SCMP_SYS(execve),
              SCMP_SYS(execveat),
              SCMP_SYS(ptrace),
              SCMP_SYS(process_vm_readv),
              SCMP_SYS(process_vm_writev),
              SCMP_SYS(bpf),
              SCMP_SYS(io_uring_setup),
              SCMP_SYS(io_uring_enter),
              SCMP_SYS(io_uring_register),
              SCMP_SYS(mount),
              SCMP_SYS(umount2),
              SCMP_SYS(pivot_root),
              SCMP_SYS(chroot),
              SCMP_SYS(setns),
              SCMP_SYS(unshare),
              SCMP_SYS(userfaultfd),
              SCMP_SYS(perf_event_open),
              SCMP_SYS(pidfd_getfd),
              SCMP_SYS(open_by_handle_at),
              SCMP_SYS(add_key),
              SCMP_SYS(request_key),
              SCMP_SYS(keyctl),
              SCMP_SYS(kexec_load),
              SCMP_SYS(kexec_file_load),
              SCMP_SYS(init_module),
              SCMP_SYS(finit_module),
              SCMP_SYS(delete_module)});
}

wire::ConfinementState refused(int error_number) {
  const char* text = ::strerrordesc_np(error_number);
  const std::string why = text != nullptr ? text : "unknown error";
  return {.means = "seccomp",
          .active = false,
          .reason = fmt::format("The system refuses a filter of system calls ({})", why),
          .reason_code = NoticeCode("confinement_refused").text(),
          .reason_values = {why}};
}

}  // namespace

wire::ConfinementState filter_system_calls(const Policy& policy) {
  const std::unique_ptr<void, ReleaseFilter> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (filter == nullptr) {
    return refused(ENOMEM);
  }
  // All threads at once, since a model's are there already; another architecture's calls end the process.
  int error = -seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  error = error != 0 ? error : -seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  error = error != 0 ? error : -seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (error != 0) {
    return refused(error);
  }
  Rules rules(filter.get());
  allow_input_and_output(rules);
  allow_describing_files(rules);
  allow_opening(rules, policy.file_opening);
  allow_memory(rules, policy.file_opening);
  allow_threads_and_time(rules);
  allow_asking(rules);
  kill_on_attacks(rules);
  if (rules.error() != 0) {
    return refused(rules.error());
  }
  if (const int loaded = seccomp_load(filter.get()); loaded != 0) {
    return refused(-loaded);
  }
  return {.means = "seccomp", .active = true};
}

}  // namespace alcove::sandbox

#include "drivers/os/thread.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace alcove::os {

namespace {

constexpr int kNice = 10;
// From linux/ioprio.h, which Debian 12 does not install for programs.
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioClassBestEffort = 2;
constexpr int kIoprioClassShift = 13;
constexpr int kIoprioLevelLowest = 7;

}  // namespace

void make_background_thread() {
  const auto thread = static_cast<id_t>(::gettid());
  (void)::setpriority(PRIO_PROCESS, thread, kNice);
  (void)::syscall(SYS_ioprio_set, kIoprioWhoProcess, static_cast<int>(thread),
                  (kIoprioClassBestEffort << kIoprioClassShift) | kIoprioLevelLowest);
}

void make_idle_thread() {
  const sched_param unused{};
  (void)::sched_setscheduler(0, SCHED_IDLE, &unused);
}

void forget_cached_bytes(int fd) {
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

}  // namespace alcove::os

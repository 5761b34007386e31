#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "app/worker/role.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::worker {
namespace {

/// What trying something forbidden came to.
struct Attempt {
  bool refused = false;
  std::string detail;
};

/// For calls that answer -1 with errno when they are refused.
Attempt judge(long result) {
  if (result >= 0) {
    return {.refused = false, .detail = "the call succeeded"};
  }
  return {.refused = true, .detail = ::strerrordesc_np(errno)};
}

/// A refused opening; success closes again.
Attempt judge_open(int fd) {
  const Attempt attempt = judge(fd);
  const os::UniqueFd closes(fd);
  return attempt;
}

Attempt try_fork() {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::_exit(0);
  }
  return judge(pid);
}

Attempt try_exec() {
  std::array<char, 10> program{"/bin/true"};
  const std::array<char*, 2> arguments{program.data(), nullptr};
  return judge(::execv(program.data(), arguments.data()));
}

Attempt try_reading_the_parent() {
  std::array<char, 8> local{};
  iovec into{.iov_base = local.data(), .iov_len = local.size()};
  iovec from{.iov_base = local.data(), .iov_len = local.size()};
  return judge(::process_vm_readv(::getppid(), &into, 1, &from, 1, 0));
}

Attempt try_writable_code() {
  void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return judge(memory == MAP_FAILED ? -1 : 0);
}

/// Shared memory counts against no limit of the process.
Attempt try_shared_memory() {
  void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    memory = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);  // To be made writable later.
  }
  return judge(memory == MAP_FAILED ? -1 : 0);
}

/// Refused when a memory file can neither be mapped for writing nor made larger than an answer.
Attempt try_large_memory_file() {
  const os::UniqueFd file(::memfd_create("large", MFD_CLOEXEC));
  void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.value(), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const bool grew = ::ftruncate(file.value(), static_cast<off_t>(sandbox::kMemoryFileBytesMax) + 1) == 0;
  return {.refused = memory == MAP_FAILED && !grew && ::ftruncate(file.value(), 4096) == 0, .detail = "mapped or grew"};
}

/// Refused when the number of memory files that exist at a time is limited.
Attempt try_many_memory_files() {
  std::vector<os::UniqueFd> files;
  while (files.size() <= sandbox::kDescriptorsMax) {
    files.emplace_back(::memfd_create("one of many", MFD_CLOEXEC));
    if (!files.back()) {
      return judge(-1);
    }
  }
  return {.refused = false, .detail = "too many"};
}

/// Refused when nothing but the standard three, the channel and what came with the request is open.
Attempt look_for_descriptors(const ipc::Frame& frame, int channel_fd) {
  std::string found;
  for (int fd = STDERR_FILENO + 1; fd < 4096; ++fd) {
    bool expected = fd == channel_fd;
    for (const os::UniqueFd& passed : frame.descriptors) {
      expected = expected || fd == passed.value();
    }
    if (!expected && ::fcntl(fd, F_GETFD) >= 0) {
      found += fmt::format(" {}", fd);
    }
  }
  return found.empty() ? Attempt{.refused = true, .detail = "nothing else is open"}
                       : Attempt{.refused = false, .detail = "open:" + found};
}

/// The descriptor reads, but its file cannot be opened anew.
Attempt try_reopening(const ipc::Frame& frame) {
  char byte = 0;
  if (frame.descriptors.empty() || ::pread(frame.descriptors.front().value(), &byte, 1, 0) != 1) {
    return {.refused = false, .detail = "the passed descriptor does not read"};
  }
  return judge_open(
      ::open(fmt::format("/proc/self/fd/{}", frame.descriptors.front().value()).c_str(), O_RDONLY | O_CLOEXEC));
}

[[noreturn]] void hang() {
  while (true) {
    std::this_thread::sleep_for(std::chrono::hours(1));
  }
}

[[noreturn]] void eat_memory() {
  constexpr std::size_t kStep = 16UL * 1024 * 1024;
  std::vector<std::vector<char>> eaten;
  while (true) {
    eaten.emplace_back(kStep, 'x');
  }
}

[[noreturn]] void burn() {
  for (volatile std::uint64_t count = 0;; count = count + 1) {
  }
}

/// Pages of memory files, made writable by the back door, while answers keep the server busy.
Status eat_memory_files(ipc::Channel& channel) {
  constexpr std::size_t kStep = 64UL * 1024 * 1024;
  while (true) {
    const int file = ::memfd_create("eaten", MFD_CLOEXEC);
    void* memory =
        file < 0 || ::ftruncate(file, kStep) != 0 ? MAP_FAILED : ::mmap(nullptr, kStep, PROT_READ, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED && ::mprotect(memory, kStep, PROT_READ | PROT_WRITE) == 0) {
      std::memset(memory, 'x', kStep);
    }
    ALCOVE_TRY_VOID(channel.send(
        wire::MessageKind::kTestReply,
        wire::TestReply{.action = "eat_memory_files", .refused = memory == MAP_FAILED, .detail = "still here"}, {}));
  }
}

void crash() {
  int* volatile nowhere = nullptr;
  *nowhere = 1;  // NOLINT(clang-analyzer-core.NullDereference): the point of it
}

Attempt perform(const std::string& action, const ipc::Frame& frame, int channel_fd) {
  constexpr int kMode = 0600;
  if (action == "socket") {
    return judge_open(::socket(AF_INET, SOCK_STREAM, 0));
  }
  if (action == "unix_socket") {
    return judge_open(::socket(AF_UNIX, SOCK_STREAM, 0));
  }
  if (action == "open_outside") {
    return judge_open(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
  }
  if (action == "list_outside") {
    return judge_open(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  if (action == "write_file") {
    return judge_open(::open("/tmp/alcove-sandbox-test", O_WRONLY | O_CREAT | O_CLOEXEC, kMode));
  }
  if (action == "write_readable") {
    return judge_open(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  }
  if (action == "fork") {
    return try_fork();
  }
  if (action == "kill_parent") {
    return judge(::kill(::getppid(), 0));
  }
  if (action == "writable_code") {
    return try_writable_code();
  }
  if (action == "shared_memory") {
    return try_shared_memory();
  }
  if (action == "large_memory_file") {
    return try_large_memory_file();
  }
  if (action == "many_memory_files") {
    return try_many_memory_files();
  }
  if (action == "inherited_fds") {
    return look_for_descriptors(frame, channel_fd);
  }
  if (action == "reopen_fd") {
    return try_reopening(frame);
  }
  if (action == "thread") {
    std::jthread([] {}).join();
    return {.refused = false, .detail = "a thread ran"};
  }
  if (action == "exec") {
    return try_exec();
  }
  if (action == "ptrace") {
    return judge(::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr));
  }
  if (action == "read_parent_memory") {
    return try_reading_the_parent();
  }
  if (action == "crash") {
    crash();
  } else if (action == "hang") {
    hang();
  } else if (action == "eat_memory") {
    eat_memory();
  } else if (action == "burn") {
    burn();
  }
  return {.refused = false, .detail = "no such action"};
}

/// Tries what TestRequest names, under the same policy as the decode worker.
class TestRole final : public Role {
 public:
  [[nodiscard]] sandbox::Policy policy() const override {
    sandbox::Policy policy;
    policy.readable_paths = sandbox::decode_read_paths();
    return policy;
  }
  Status prepare() override { return {}; }
  void describe(wire::Hello& /*hello*/) const override {}
  Status run(ipc::Channel& channel) override {
    while (true) {
      const Result<ipc::Frame> frame = channel.receive({});
      if (!frame) {
        return frame.error().code == ErrorCode::kUnavailable ? Status{} : std::unexpected(frame.error());
      }
      ALCOVE_TRY(const wire::TestRequest request, frame->as<wire::TestRequest>(wire::MessageKind::kTestRequest));
      if (request.action == "eat_memory_files") {
        return eat_memory_files(channel);
      }
      Attempt attempt = perform(request.action, *frame, channel.fd());
      ALCOVE_TRY_VOID(channel.send(
          wire::MessageKind::kTestReply,
          wire::TestReply{.action = request.action, .refused = attempt.refused, .detail = std::move(attempt.detail)},
          {}));
    }
  }
};

}  // namespace

std::unique_ptr<Role> make_test_role() {
  return std::make_unique<TestRole>();
}

}  // namespace alcove::worker

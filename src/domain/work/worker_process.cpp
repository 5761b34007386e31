#include "domain/work/worker_process.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::work {

namespace {

/// How often memory is looked at while waiting for an answer.
constexpr std::chrono::milliseconds kMemoryWatchInterval{200};
/// What a worker says of itself is shown to people.
constexpr std::size_t kHelloTextBytesMax = 500;
constexpr std::size_t kConfinementsMax = 32;
/// The worker's own limit counts reserved memory too, so it lies this fraction above ours.
constexpr std::uint64_t kOwnLimitHeadroom = 4;

std::vector<std::string> worker_arguments(const WorkerOptions& options) {
  std::vector<std::string> arguments{
      options.role, "--channel-fd", std::to_string(os::kFirstPassedFd), "--memory-mib",
      std::to_string((options.memory_bytes_max + options.memory_bytes_max / kOwnLimitHeadroom) / (1024 * 1024))};
  if (options.role != "model") {
    arguments.insert(arguments.end(), {"--cpu-seconds", std::to_string(options.processor_time_max.count())});
  }
  if (options.role == "model") {
    arguments.insert(arguments.end(), {"--models", options.models_folder.string(), "--model", options.model,
                                       "--threads", std::to_string(options.threads)});
  }
  return arguments;
}

void shorten(wire::Hello& hello) {
  const auto cut = [](std::string& text) { text = to_valid_utf8(utf8_prefix(text, kHelloTextBytesMax)); };
  hello.confinement.resize(std::min(hello.confinement.size(), kConfinementsMax));
  for (wire::ConfinementState& state : hello.confinement) {
    cut(state.means);
    cut(state.reason);
  }
  cut(hello.model_name);
  cut(hello.model_fingerprint);
  cut(hello.model_error);
  cut(hello.instructions);
}

}  // namespace

WorkerProcess::WorkerProcess(WorkerOptions options, os::ChildProcess child, ipc::Channel channel)
    : options_(std::move(options)), child_(std::move(child)), channel_(std::move(channel)) {}

WorkerProcess::~WorkerProcess() {
  // The closed channel is the worker's order to end; ChildProcess kills what is left.
  channel_.shut_down();
  (void)child_.wait_until(std::chrono::steady_clock::now() + kFarewell);
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const WorkerOptions& options) {
  ALCOVE_TRY(auto ends, ipc::Channel::make_pair());
  auto child = os::ChildProcess::spawn({.program = options.program,
                                        .arguments = worker_arguments(options),
                                        .environment = {"LANG=C.UTF-8", "LC_ALL=C.UTF-8", "HOME=/nonexistent"},
                                        .descriptors = {ends.second.value()}});
  if (!child) {
    return std::unexpected(std::move(child.error()).with_context(fmt::format("start {}", options.program.string())));
  }
  ends.second.reset();
  std::unique_ptr<WorkerProcess> worker(new WorkerProcess(options, std::move(child).value(), std::move(ends.first)));
  auto frame = worker->receive(Context::with_timeout(kHelloTimeout));
  if (!frame) {
    const std::string reason = worker->end_reason().message;
    return fail(frame.error().code == ErrorCode::kTimedOut ? ErrorCode::kTimedOut : ErrorCode::kUnavailable, reason,
                fmt::format("{} worker said no hello: {}; {}", options.role, frame.error().detail, reason));
  }
  ALCOVE_TRY(worker->hello_, frame->as<wire::Hello>(wire::MessageKind::kHello));
  if (worker->hello_.protocol_version != wire::kProtocolVersion || worker->hello_.role != options.role) {
    return fail(ErrorCode::kUnsupported, "The worker program is of another version than the server");
  }
  shorten(worker->hello_);
  return worker;
}

Result<ipc::Frame> WorkerProcess::receive(const Context& context) {
  while (true) {
    if (const auto ended = end_when_over_limit(); ended) {
      return fail(ErrorCode::kUnavailable, ended->message);
    }
    Context slice = context;
    slice.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kMemoryWatchInterval);
    auto frame = channel_.receive(slice);
    if (frame || frame.error().code != ErrorCode::kTimedOut) {
      return frame;
    }
    ALCOVE_TRY_VOID(context.check());
  }
}

std::optional<Remark> WorkerProcess::end_when_over_limit() {
  if (!takes_too_much_memory()) {
    return std::nullopt;
  }
  memory_exceeded_ = true;
  kill();
  return end_reason();
}

std::chrono::milliseconds WorkerProcess::processor_time() const {
  const auto used = os::read_processor_time(child_.pid());
  return used ? std::chrono::duration_cast<std::chrono::milliseconds>(*used) : std::chrono::milliseconds(0);
}

bool WorkerProcess::is_worn() const {
  const auto used = os::read_processor_time(child_.pid());
  return options_.role != "model" && used && 2 * *used > options_.processor_time_max;
}

bool WorkerProcess::takes_too_much_memory() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now - kMemoryWatchInterval < memory_seen_) {
    return false;
  }
  memory_seen_ = now;
  const auto use = os::read_memory_use_quickly(child_.pid());
  return use && use->anonymous_bytes > options_.memory_bytes_max;
}

void WorkerProcess::kill() {
  killed_ = true;
  child_.kill();
}

Remark WorkerProcess::end_reason() {
  const std::uint64_t memory_mib = options_.memory_bytes_max / (1024 * 1024);
  const Remark too_much_memory{.code = "worker_memory",
                               .message = fmt::format("It used more than {} MiB of memory", memory_mib),
                               .values = {std::to_string(memory_mib)}};
  const Remark silent{.code = "worker_silent", .message = "It did not answer in time"};
  if (memory_exceeded_) {
    return too_much_memory;
  }
  auto ended = child_.wait_until(std::chrono::steady_clock::now() + kFarewell);
  if (!ended || !*ended) {
    kill();
    return silent;
  }
  if (killed_) {
    return silent;
  }
  if ((*ended)->exit_code == wire::kExitOutOfMemory) {
    return too_much_memory;
  }
  // At the limit the kernel says SIGXCPU and, to who does not listen, SIGKILL.
  if ((*ended)->signal == SIGXCPU) {
    return {.code = "worker_time",
            .message = fmt::format("It used more than {} s of processor time", options_.processor_time_max.count()),
            .values = {std::to_string(options_.processor_time_max.count())}};
  }
  if ((*ended)->signal == SIGSYS) {
    return {.code = "worker_forbidden_call", .message = "The sandbox ended it for a forbidden system call"};
  }
  return {.code = "worker_crashed", .message = fmt::format("The worker {}", os::describe(**ended))};
}

}  // namespace alcove::work

/// @file
/// alcove-worker: confine, say hello, answer until the server closes the channel.

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "app/worker/options.hpp"
#include "app/worker/role.hpp"
#include "base/log.hpp"

namespace alcove::worker {
namespace {

constexpr std::uint64_t kMebi = 1024ULL * 1024;
constexpr int kExitUsage = 2;

/// Uncaught exceptions come from libraries: lack of memory gets an exit code of its own, so that the server can say so.
[[noreturn]] void end_on_exception() noexcept {
  if (const std::exception_ptr current = std::current_exception(); current != nullptr) {
    try {
      std::rethrow_exception(current);
    } catch (const std::bad_alloc&) {
      ::_exit(wire::kExitOutOfMemory);
    } catch (...) {
      std::abort();
    }
  }
  std::abort();
}

std::unique_ptr<Role> make_role(const Options& options) {
  if (options.role == "decode") {
    return make_decode_role();
  }
  if (options.role == "model") {
    return make_model_role(options);
  }
  if (options.role == "test") {
    return make_test_role();
  }
  return nullptr;
}

Status serve(const Options& options, Role& role) {
  sandbox::Policy policy = role.policy();
  policy.kept_descriptors = {options.channel_fd};
  policy.memory_bytes_max = options.memory_mib * kMebi;
  policy.processor_seconds_max = options.cpu_seconds;
  policy.threads_max += static_cast<std::uint64_t>(options.threads);
  wire::Hello hello;
  hello.role = options.role;
  hello.confinement = sandbox::isolate(policy);
  ipc::Channel channel{os::UniqueFd(options.channel_fd)};
  ALCOVE_TRY_VOID(role.prepare());
  if (!options.keeps_stderr) {
    ::dup2(STDOUT_FILENO, STDERR_FILENO);  // /dev/null: what libraries print may quote documents.
  }
  hello.confinement.push_back(sandbox::filter_system_calls(policy));
  role.describe(hello);
  ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kHello, hello, {}));
  return role.run(channel);
}

int run(std::span<char* const> arguments) {
  const Result<Options> options = parse_options(arguments);
  const std::unique_ptr<Role> role = options ? make_role(*options) : nullptr;
  if (role == nullptr) {
    log_error("worker", options ? make_error(ErrorCode::kInvalidArgument, "No such role") : options.error());
    static_cast<void>(!::write(STDERR_FILENO, kUsage, std::char_traits<char>::length(kUsage)));
    return kExitUsage;
  }
  const Status served = serve(*options, *role);
  if (!served) {
    log_error("worker", served.error());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace alcove::worker

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// Looking for leaks at the end would trace the process, for which the sandbox ends it.
extern "C" const char* __asan_default_options();   // NOLINT(readability-identifier-naming): the runtime's name
extern "C" const char* __asan_default_options() {  // NOLINT(readability-identifier-naming)
  return "detect_leaks=0";
}
#endif
#endif

int main(int argc, char** argv) {
  std::set_terminate(alcove::worker::end_on_exception);
  try {
    return alcove::worker::run(std::span<char* const>(argv, static_cast<std::size_t>(argc)));
  } catch (...) {
    alcove::worker::end_on_exception();
  }
}

#pragma once
/// @file
/// What a worker does between being confined and the end of its channel.

#include <memory>

#include "app/worker/options.hpp"
#include "base/error.hpp"
#include "drivers/ipc/channel.hpp"
#include "wire/messages.hpp"
#include "workers/sandbox/sandbox.hpp"

namespace alcove::worker {

/// One role. Calls come in this order, from the main thread: policy, prepare, describe, run.
class Role {
 public:
  Role() = default;
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  virtual ~Role() = default;

  /// What stays allowed; descriptors and memory are filled in by the caller.
  [[nodiscard]] virtual sandbox::Policy policy() const = 0;
  /// Loads what must be loaded before system calls are filtered; the file system is restricted already.
  virtual Status prepare() = 0;
  /// Adds what the role says of itself to Hello.
  virtual void describe(wire::Hello& hello) const = 0;
  /// Answers requests until the server closes the channel (then success).
  virtual Status run(ipc::Channel& channel) = 0;
};

std::unique_ptr<Role> make_decode_role();
std::unique_ptr<Role> make_model_role(const Options& options);
std::unique_ptr<Role> make_test_role();

}  // namespace alcove::worker

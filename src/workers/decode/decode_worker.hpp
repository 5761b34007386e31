#pragma once
/// @file
/// The decode worker: untrusted bytes in, text, passages, facts and pictures out.

#include <memory>

#include "base/error.hpp"
#include "drivers/ipc/channel.hpp"
#include "workers/decode/stages/probe.hpp"

namespace alcove::decode {

/// Answers decode requests, one at a time.
///
/// Thread safety: none; the worker's main thread. Failure: what goes wrong with a content is in its stages' outcomes; a
/// crash or lack of memory ends the process, and the server blames the stage it was told of last.
class DecodeWorker {
 public:
  /// Loads tables of types, fonts and character maps. Call before system calls are filtered.
  /// Errors: kUnavailable when a table is missing.
  static Result<DecodeWorker> prepare();

  /// Serves until the server closes the channel, which is success.
  Status run(ipc::Channel& channel);

 private:
  explicit DecodeWorker(stages::TypeTable types) : types_(std::move(types)) {}
  Status answer(const ipc::Frame& frame, ipc::Channel& channel);

  stages::TypeTable types_;
};

}  // namespace alcove::decode

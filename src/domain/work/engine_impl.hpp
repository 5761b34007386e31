#pragma once
/// @file
/// What the engine's sources share. Only for this folder.

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/sync.hpp"
#include "domain/work/engine.hpp"
#include "domain/work/stages.hpp"
#include "domain/work/worker_process.hpp"

namespace alcove::work {

/// A stage that crashed or hung its worker is tried once more, alone.
inline constexpr int kCrashAttemptsMax = 2;
/// Waits before a retryable failure is tried again; after the last one it is failed.
inline constexpr std::array<std::chrono::seconds, 3> kBackoff{std::chrono::seconds{5}, std::chrono::seconds{30},
                                                              std::chrono::seconds{300}};
/// A decode request may take this long, and a little more for every MiB of the file; then the worker is killed.
inline constexpr std::chrono::seconds kDecodeTimeout{60};
inline constexpr std::chrono::milliseconds kDecodeTimeoutPerMib{250};
inline constexpr std::chrono::seconds kDecodeTimeoutMax{600};
/// How long a lane sleeps when nothing signals work; tasks in backoff are seen then.
inline constexpr std::chrono::seconds kIdleLook{2};
/// A worker that cannot be started is tried again after this.
inline constexpr std::chrono::seconds kRestartPause{10};
inline constexpr std::chrono::seconds kModelRestartPause{60};
/// Passages of one embedding request, requests in flight, and contents leased ahead of them.
inline constexpr std::size_t kPassagesPerRequest = 32;
inline constexpr std::size_t kRequestsInFlight = 2;
inline constexpr std::size_t kContentsLeasedAhead = 32;
/// An embedding request that is not answered within this means a hanging worker.
inline constexpr std::chrono::seconds kEmbedTimeout{120};

/// A query that waits for its vector.
struct PendingQuery {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Result<wire::EmbedReply>> reply;
};

struct Engine::Impl {
  Impl(artefacts::Store& the_store, Options the_options, OpenContent open, NameOf name)
      : store(the_store), options(std::move(the_options)), open_content(std::move(open)), name_of(std::move(name)) {}

  artefacts::Store& store;
  Options options;
  OpenContent open_content;
  NameOf name_of;
  std::string machine;

  std::atomic<bool> paused{false};
  std::mutex signal_mutex;
  std::condition_variable signal;
  std::uint64_t signal_version = 0;  ///< Grows whenever there may be new work; under signal_mutex.

  struct ModelState {
    std::shared_ptr<WorkerProcess> worker;  ///< Shared by the model lane and callers of embed_query.
    std::string name;
    std::string fingerprint;
    std::string note;
  };
  Guarded<ModelState> model;
  Guarded<std::map<std::uint64_t, std::shared_ptr<PendingQuery>>> queries;
  std::atomic<std::uint64_t> next_request{1};

  Guarded<std::map<std::string, WorkerStatus>> workers;  ///< By lane.
  Guarded<std::deque<SteadyTime>> finished;              ///< Moments of the last minute's completions.

  /// Last, so that the lanes end before what they use.
  std::vector<std::jthread> lanes;

  void wake();
  /// Waits until something was signalled after `seen`, the time is up, or the engine stops. Returns the version now.
  std::uint64_t wait_for_work(std::uint64_t seen, std::chrono::milliseconds timeout, const std::stop_token& stop);
  void set_worker_status(const std::string& lane, WorkerStatus status);
  Status complete(const std::vector<artefacts::Completion>& completions);
  /// Completion without a result: failed, skipped, or waiting again.
  artefacts::Completion make_outcome(ContentNumber content, const std::string& stage, artefacts::TaskState state,
                                     std::string code, std::string reason) const;
  std::string model_fingerprint() const;
  /// Opens tasks for results of an older fingerprint, in bounded steps.
  void requeue_stale(const std::vector<std::string>& names, const std::stop_token& stop);

  void run_decode_lane(const std::stop_token& stop, int index);
  void run_model_lane(const std::stop_token& stop);
};

}  // namespace alcove::work

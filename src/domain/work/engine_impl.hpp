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
#include "base/trouble.hpp"
#include "domain/work/engine.hpp"
#include "domain/work/part_spool.hpp"
#include "domain/work/stages.hpp"
#include "domain/work/worker_process.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::work {

/// A stage that crashed or hung its worker is tried once more, alone.
inline constexpr int kCrashAttemptsMax = 2;
/// Waits before a retryable failure is tried again; after the last one it is failed.
inline constexpr std::array<std::chrono::seconds, 3> kBackoff{std::chrono::seconds{5}, std::chrono::seconds{30},
                                                              std::chrono::seconds{300}};
/// Waits while a content cannot be opened (its file is being changed or moved, its disk is away). The first one is
/// short: a rename is over in a moment.
inline constexpr std::array<std::chrono::seconds, 5> kMissBackoff{std::chrono::seconds{1}, std::chrono::seconds{5},
                                                                  std::chrono::seconds{30}, std::chrono::seconds{120},
                                                                  std::chrono::seconds{300}};
/// A decode request may take Options::decode_timeout and this for every MiB of the file; then the worker is killed.
inline constexpr std::chrono::milliseconds kDecodeTimeoutPerMib{250};
inline constexpr std::chrono::seconds kDecodeTimeoutMax{600};
/// When results cannot be written (a full disk), the next try is after this; meanwhile nothing new is begun.
inline constexpr std::chrono::seconds kWritePause{3};
/// Tasks whose backoff ends within this count as work that goes on.
inline constexpr std::chrono::seconds kIdleHorizon{2};
/// How long a lane sleeps when nothing signals work; tasks in backoff are seen then.
inline constexpr std::chrono::seconds kIdleLook{2};
/// Those who wait for a content that lies in a container wait no longer than this, and are no more than these.
inline constexpr std::chrono::seconds kOpenTimeout{60};
inline constexpr std::size_t kOpensMax = 32;
/// While contents cannot be opened because the server starts or stops.
inline constexpr std::chrono::milliseconds kOpenerPause{200};
/// Old and missing results are looked for at start and this often, in case asking for them failed (a full disk).
inline constexpr std::chrono::minutes kReconcileInterval{60};
/// A worker that cannot be started is tried again after this.
inline constexpr std::chrono::seconds kRestartPause{10};
inline constexpr std::chrono::seconds kModelRestartPause{60};
/// The model of a space stays this long after another one took over: searches that began before still ask it, and the
/// index may not have followed yet.
inline constexpr std::chrono::seconds kOldModelGrace{60};
/// A space does not take over by itself when this many texts more failed than with the model that serves, or this
/// share of all: something is wrong with the model.
inline constexpr std::int64_t kFailuresMore = 10;
inline constexpr std::int64_t kFailuresShare = 100;
/// No query waits longer for its vector, whatever its own deadline.
inline constexpr std::chrono::seconds kQueryTimeout{10};

/// A query that waits for its vector.
struct PendingQuery {
  std::size_t text_space = 0;
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Result<wire::EmbedReply>> reply;
};

/// Which model a worker runs, and for which space.
struct ModelUse {
  std::size_t text_space = 0;
  std::string model;
};

/// Somebody who waits for a content that has to be taken out of a container.
struct PendingOpen {
  ContentNumber content;
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Result<os::UniqueFd>> opened;
  bool given_up = false;  ///< Nobody waits any more.
};

/// What one request about a content of this size may take.
std::chrono::milliseconds decode_timeout(const Options& options, std::int64_t size_bytes);

struct Engine::Impl {
  Impl(artefacts::Store& the_store, models::TextSpaces& the_spaces, Options the_options, Doors the_doors)
      : store(the_store),
        spaces(the_spaces),
        options(std::move(the_options)),
        doors(std::move(the_doors)),
        spool(options.spool_folder) {}

  artefacts::Store& store;
  models::TextSpaces& spaces;
  Options options;
  Doors doors;
  PartSpool spool;
  std::string machine;

  std::atomic<bool> paused{false};
  std::mutex signal_mutex;
  std::condition_variable signal;
  std::uint64_t signal_version = 0;  ///< Grows whenever there may be new work; under signal_mutex.

  struct ModelState {
    std::shared_ptr<WorkerProcess> worker;  ///< Shared by the model lane and callers of embed_query.
    std::string name;
    std::string fingerprint;
    std::uint32_t dimensions = 0;
    std::string note;
    bool is_starting = true;  ///< Its tasks count as work that goes on.
  };
  /// When something was finished, and by which family.
  struct Finished {
    SteadyTime at;
    Stage::Family family;
  };
  std::array<Guarded<ModelState>, models::kTextSpaces> models;  ///< By text space.
  std::array<Guarded<std::string>, models::kTextSpaces> held;  ///< Why a space does not take over although it is built.
  Guarded<std::optional<SteadyTime>> took_over_at;             ///< Of the space that serves.
  Guarded<std::map<std::uint64_t, std::shared_ptr<PendingQuery>>> queries;
  std::atomic<std::uint64_t> next_request{1};

  Guarded<std::map<std::string, WorkerStatus>> workers;  ///< By lane.
  Guarded<std::deque<Finished>> finished;                ///< Of the last minute.
  Guarded<std::deque<std::shared_ptr<PendingOpen>>> opens;
  std::atomic<int> settling{0};            ///< Containers whose members have no tasks yet.
  std::atomic<bool> is_reconciled{false};  ///< Old and missing results were looked for since the start.

  Trouble trouble;  ///< Of leasing tasks and writing results; told to the log once, and to people by the store.

  /// Last, so that the lanes end before what they use.
  std::vector<std::jthread> lanes;

  void wake();
  std::uint64_t version();
  /// Waits until something was signalled after `seen`, the time is up, or the engine stops. Returns the version now.
  std::uint64_t wait_for_work(std::uint64_t seen, std::chrono::milliseconds timeout, const std::stop_token& stop);
  void set_worker_status(const std::string& lane, WorkerStatus status);
  Status complete(const std::vector<artefacts::Completion>& completions);
  /// The same, but waits for room on the disk until the engine stops.
  void complete_patiently(const std::vector<artefacts::Completion>& completions, const std::stop_token& stop);
  /// Completion without a result: failed, skipped, or waiting again; of the version and model in use.
  artefacts::Completion make_outcome(ContentNumber content, const std::string& stage, artefacts::TaskState state,
                                     std::string code, std::string reason, RemarkValues values = {}) const;
  std::string model_fingerprint(std::size_t text_space) const;
  /// Version of the stage and, for vectors of texts, the model of their space.
  std::string current_fingerprint(const Stage& stage) const;
  /// The vectors that texts should have now.
  std::vector<artefacts::WantedStage> wanted_vectors() const;
  /// Opens tasks for results of an older fingerprint, and for those that were never asked for (a new stage; an end of
  /// the process between naming a content and asking for its stages), in bounded steps.
  void reconcile(const std::vector<std::string>& names, const std::stop_token& stop);
  Status reconcile_stage(const Stage& stage, const std::stop_token& stop);
  void describe_spaces(Progress& progress) const;
  /// Adds the stages of vectors that are made at the moment. True while a space's model starts, or a space is about to
  /// change.
  bool add_fed_stages(std::vector<std::string>& names) const;
  /// Both families' rates and how long they need for what is left.
  void estimate(Progress& progress);

  void run_decode_lane(const std::stop_token& stop, int index);
  /// Runs one lease. Returns why the worker ended, when it did.
  std::optional<Remark> decode_one(WorkerProcess& worker, std::vector<artefacts::Task> tasks,
                                   const std::stop_token& stop);
  /// Answers those who wait for a content. Returns why the worker ended, when it did.
  std::optional<Remark> serve_opens(WorkerProcess& worker, const std::stop_token& stop);
  void run_model_lane(const std::stop_token& stop, std::size_t text_space);
  /// Feeds one model worker until it ends (true) or is not needed any more, or the engine stops (false).
  bool serve_model(const std::shared_ptr<WorkerProcess>& worker, const ModelUse& use, const std::stop_token& stop);
  /// Whether the space's model is needed: for its vectors, or for searches that began before another one took over.
  bool is_model_needed(const ModelUse& use) const;
  /// The space that is built and lacks nothing any more serves from now on.
  void take_over_when_complete(std::size_t text_space, const std::stop_token& stop);
  /// Takes the tasks of a space that is not fed any more away, and the results of one that is erased.
  void tidy_space(std::size_t text_space, const std::stop_token& stop);
};

}  // namespace alcove::work

/// @file
/// The model worker and the thread that feeds it. Several requests are in flight, so that the model never waits; each
/// holds passages of as many files as fit. Queries of other threads share the channel and are answered here.

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/work/engine_impl.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::work {

namespace {

using artefacts::Completion;
using artefacts::Task;
using artefacts::TaskState;

/// What the model reads of a passage: the title gives context where the text does not begin with it.
std::string text_of(const wire::Passage& passage) {
  return passage.title.empty() || passage.text.starts_with(passage.title) ? passage.text
                                                                          : passage.title + "\n" + passage.text;
}

/// A content whose vectors are being made.
struct Embedding {
  Task task;
  std::vector<std::string> texts;
  wire::VectorsArtefact vectors;
  std::size_t sent = 0;
  std::size_t received = 0;
  std::uint32_t cpu_ms = 0;
};

/// Part of a request: `count` texts of a content from `first`.
struct Slice {
  std::uint32_t content = 0;
  std::size_t first = 0;
  std::size_t count = 0;
};

class ModelFeeder {
 public:
  ModelFeeder(Engine::Impl& engine, WorkerProcess& worker, std::string fingerprint)
      : engine_(engine), worker_(worker), fingerprint_(std::move(fingerprint)) {}

  /// Leases ahead and keeps requests in flight. Errors: the worker is gone.
  Status feed() {
    if (!engine_.paused && open_.size() < kContentsLeasedAhead / 2) {
      ALCOVE_TRY(const auto tasks, engine_.store.lease({"text_vectors"}, kContentsLeasedAhead));
      for (const Task& task : tasks) {
        ALCOVE_TRY_VOID(begin(task));
      }
    }
    while (in_flight_.size() < kRequestsInFlight) {
      wire::EmbedRequest request{
          .request_id = engine_.next_request++, .purpose = wire::EmbedPurpose::kPassage, .texts = {}};
      std::vector<Slice> slices;
      for (auto& [number, embedding] : open_) {
        const std::size_t room = kPassagesPerRequest - request.texts.size();
        const std::size_t count = std::min(room, embedding.texts.size() - embedding.sent);
        if (count > 0) {
          slices.push_back({.content = number, .first = embedding.sent, .count = count});
          for (std::size_t i = 0; i < count; ++i) {
            request.texts.push_back(std::move(embedding.texts[embedding.sent + i]));
          }
          embedding.sent += count;
        }
      }
      if (slices.empty()) {
        break;
      }
      ALCOVE_TRY_VOID(worker_.send(wire::MessageKind::kEmbedRequest, request, Context::with_timeout(kEmbedTimeout)));
      in_flight_[request.request_id] = {std::move(slices), std::chrono::steady_clock::now()};
    }
    return {};
  }

  [[nodiscard]] bool is_idle() const { return in_flight_.empty(); }
  [[nodiscard]] bool hangs() const {
    return std::ranges::any_of(in_flight_, [](const auto& entry) {
      return std::chrono::steady_clock::now() - entry.second.sent_at > kEmbedTimeout;
    });
  }

  /// Takes a passage reply. False when it is not ours (a query's).
  Result<bool> take(const wire::EmbedReply& reply) {
    const auto found = in_flight_.find(reply.request_id);
    if (found == in_flight_.end()) {
      return false;
    }
    const std::vector<Slice> slices = std::move(found->second.slices);
    in_flight_.erase(found);
    std::size_t rows = 0;
    for (const Slice& slice : slices) {
      rows += slice.count;
    }
    if (!reply.error.empty()) {
      ALCOVE_TRY_VOID(give_up(slices, reply.error));
      return true;
    }
    if (reply.scales.size() != rows || reply.values.size() != rows * reply.dimensions || reply.dimensions == 0) {
      return fail(ErrorCode::kCorrupt, "The model worker's answer has a wrong shape");
    }
    std::size_t row = 0;
    std::vector<Completion> done;
    for (const Slice& slice : slices) {
      store_rows(slice, reply, row, rows, done);
      row += slice.count;
    }
    if (!done.empty()) {
      ALCOVE_TRY_VOID(engine_.complete(done));
    }
    return true;
  }

  /// Everything unfinished waits again; `blamed` counts an attempt against what was in flight.
  void abandon(const std::string& reason, bool blamed) {
    std::vector<Task> back;
    std::vector<Completion> outcomes;
    for (const auto& [number, embedding] : open_) {
      const bool was_sent = embedding.sent > embedding.received;
      if (blamed && was_sent) {
        const bool again = embedding.task.attempts + 1 < kCrashAttemptsMax;
        Completion outcome =
            engine_.make_outcome(embedding.task.content, embedding.task.stage,
                                 again ? TaskState::kWaiting : TaskState::kFailed, "worker_ended", reason);
        outcome.count_attempt = true;
        outcomes.push_back(std::move(outcome));
      } else {
        back.push_back(embedding.task);
      }
    }
    if (const Status written = engine_.store.complete(outcomes); !written) {
      log_error("work", written.error());
    }
    if (const Status released = engine_.store.release(back); !released) {
      log_error("work", released.error());
    }
    open_.clear();
    in_flight_.clear();
  }

 private:
  Status begin(const Task& task) {
    ALCOVE_TRY(const auto artefact, engine_.store.find(task.content, "passages"));
    Result<wire::PassagesArtefact> passages = fail(ErrorCode::kNotFound, "No passages");
    if (artefact) {
      passages = wire::decode<wire::PassagesArtefact>(artefact->data);
    }
    if (!passages || passages->passages.empty()) {
      Completion nothing = engine_.make_outcome(task.content, task.stage, TaskState::kWaiting, {}, {});
      nothing.state.reset();
      nothing.counts_as_run = false;
      return engine_.complete({nothing});
    }
    Embedding& embedding = open_[task.content.value];
    embedding.task = task;
    embedding.texts.reserve(passages->passages.size());
    for (const wire::Passage& passage : passages->passages) {
      embedding.texts.push_back(text_of(passage));
    }
    return {};
  }

  void store_rows(const Slice& slice, const wire::EmbedReply& reply, std::size_t row, std::size_t rows,
                  std::vector<Completion>& done) {
    const auto found = open_.find(slice.content);
    if (found == open_.end()) {
      return;
    }
    Embedding& embedding = found->second;
    const std::size_t dimensions = reply.dimensions;
    embedding.vectors.dimensions = reply.dimensions;
    embedding.vectors.scales.resize(embedding.texts.size());
    embedding.vectors.values.resize(embedding.texts.size() * dimensions);
    std::copy_n(reply.scales.begin() + static_cast<std::ptrdiff_t>(row), slice.count,
                embedding.vectors.scales.begin() + static_cast<std::ptrdiff_t>(slice.first));
    std::copy_n(reply.values.begin() + static_cast<std::ptrdiff_t>(row * dimensions), slice.count * dimensions,
                embedding.vectors.values.begin() + static_cast<std::ptrdiff_t>(slice.first * dimensions));
    embedding.received += slice.count;
    // A request is shared by several files; each bears its part of the time.
    embedding.cpu_ms += static_cast<std::uint32_t>(reply.compute_ms * slice.count / std::max<std::size_t>(rows, 1));
    if (embedding.received == embedding.texts.size()) {
      Completion completion =
          engine_.make_outcome(embedding.task.content, embedding.task.stage, TaskState::kWaiting, {}, {});
      completion.state.reset();
      completion.fingerprint = fingerprint_;
      completion.cpu_ms = embedding.cpu_ms;
      completion.data = wire::encode(embedding.vectors);
      done.push_back(std::move(completion));
      open_.erase(found);
    }
  }

  Status give_up(const std::vector<Slice>& slices, const std::string& reason) {
    std::vector<Completion> outcomes;
    for (const Slice& slice : slices) {
      if (const auto found = open_.find(slice.content); found != open_.end()) {
        outcomes.push_back(engine_.make_outcome(found->second.task.content, found->second.task.stage,
                                                TaskState::kFailed, "model_error", reason));
        open_.erase(found);
      }
    }
    return engine_.complete(outcomes);
  }

  struct InFlight {
    std::vector<Slice> slices;
    SteadyTime sent_at;
  };

  Engine::Impl& engine_;
  WorkerProcess& worker_;
  std::string fingerprint_;
  std::map<std::uint32_t, Embedding> open_;
  std::map<std::uint64_t, InFlight> in_flight_;
};

/// While requests run, an answer wakes the lane; without any, new work is looked for this often.
constexpr std::chrono::milliseconds kAnswerWait{100};

void answer_query(Engine::Impl& engine, wire::EmbedReply reply) {
  const auto pending = engine.queries.with([&](auto& all) -> std::shared_ptr<PendingQuery> {
    const auto found = all.find(reply.request_id);
    return found == all.end() ? nullptr : found->second;
  });
  if (pending) {
    {
      const std::scoped_lock lock(pending->mutex);
      pending->reply = std::move(reply);
    }
    pending->done.notify_all();
  }
}

void fail_queries(Engine::Impl& engine, const std::string& reason) {
  for (auto& [id, pending] : engine.queries.with([](auto& all) { return std::exchange(all, {}); })) {
    {
      const std::scoped_lock lock(pending->mutex);
      pending->reply = fail(ErrorCode::kUnavailable, reason);
    }
    pending->done.notify_all();
  }
}

/// Feeds one worker until it is gone or the engine stops.
Status serve_worker(Engine::Impl& engine, WorkerProcess& worker, ModelFeeder& feeder, const std::stop_token& stop) {
  std::uint64_t seen = ~std::uint64_t{0};
  SteadyTime looked;
  while (!stop.stop_requested()) {
    std::uint64_t version = 0;
    {
      const std::scoped_lock lock(engine.signal_mutex);
      version = engine.signal_version;
    }
    if (version != seen || !feeder.is_idle() || std::chrono::steady_clock::now() - looked > kIdleLook) {
      seen = version;
      looked = std::chrono::steady_clock::now();
      ALCOVE_TRY_VOID(feeder.feed());
    }
    auto frame = worker.receive(Context::with_timeout(kAnswerWait));
    if (!frame) {
      if (frame.error().code != ErrorCode::kTimedOut) {
        return std::unexpected(std::move(frame.error()));
      }
      if (feeder.hangs()) {
        return fail(ErrorCode::kTimedOut, "The model worker does not answer");
      }
      continue;
    }
    ALCOVE_TRY(auto reply, frame->as<wire::EmbedReply>(wire::MessageKind::kEmbedReply));
    ALCOVE_TRY(const bool ours, feeder.take(reply));
    if (!ours) {
      answer_query(engine, std::move(reply));
    }
  }
  return fail(ErrorCode::kCancelled, "The server stops");
}

}  // namespace

void Engine::Impl::run_model_lane(const std::stop_token& stop) {
  const std::string lane = "model";
  const auto down = [&](const std::string& reason, std::int64_t restarts) {
    model.with([&](ModelState& state) { state = {.worker = nullptr, .name = {}, .fingerprint = {}, .note = reason}; });
    set_worker_status(
        lane, {.role = "model", .pid = 0, .state = "down", .reason = reason, .restarts = restarts, .confinement = {}});
    fail_queries(*this, reason);
  };
  while (!stop.stop_requested()) {
    auto started = WorkerProcess::start({.program = options.worker_path,
                                         .role = "model",
                                         .models_folder = options.models_folder,
                                         .threads = options.model_threads});
    const std::string problem = !started ? started.error().message : (*started)->hello().model_error;
    if (!problem.empty()) {
      log_warning("work", "model: {}", problem);
      down(problem, 0);
      started = fail(ErrorCode::kUnavailable, problem);  // ends the process: without a model it is of no use
      const SteadyTime again = std::chrono::steady_clock::now() + kModelRestartPause;
      std::uint64_t seen = 0;
      while (!stop.stop_requested() && std::chrono::steady_clock::now() < again) {
        seen = wait_for_work(seen, kIdleLook, stop);
      }
      continue;
    }
    const std::shared_ptr<WorkerProcess> worker = std::move(*started);
    const wire::Hello& hello = worker->hello();
    const std::string fingerprint = hello.model_fingerprint;
    model.with([&](ModelState& state) {
      state = {.worker = worker, .name = hello.model_name, .fingerprint = fingerprint, .note = {}};
    });
    set_worker_status(lane, {.role = "model",
                             .pid = worker->pid(),
                             .state = "ready",
                             .reason = {},
                             .restarts = 0,
                             .confinement = hello.confinement});
    requeue_stale({"text_vectors"}, stop);
    wake();
    ModelFeeder feeder(*this, *worker, fingerprint_of(*find_stage("text_vectors"), fingerprint));
    const Status ended = serve_worker(*this, *worker, feeder, stop);
    if (ended.error().code == ErrorCode::kCancelled) {
      feeder.abandon({}, false);
      down("The server stops", 0);
      return;
    }
    if (ended.error().code != ErrorCode::kUnavailable) {
      worker->kill();
    }
    const std::string reason = worker->end_reason();
    log_warning("work", "model: {}: {}", ended.error().detail, reason);
    feeder.abandon(reason, true);
    down(reason, 1);
    wait_for_work(~std::uint64_t{0}, std::chrono::seconds(1), stop);
  }
}

}  // namespace alcove::work

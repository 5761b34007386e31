/// @file
/// The model worker and the thread that feeds it. Queries of other threads share the channel and are answered here.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/work/engine_impl.hpp"
#include "domain/work/model_feeder.hpp"

namespace alcove::work {

namespace {

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
    const std::uint64_t version = engine.version();
    if (version != seen || !feeder.is_idle() || std::chrono::steady_clock::now() - looked > kIdleLook) {
      seen = version;
      looked = std::chrono::steady_clock::now();
      ALCOVE_TRY_VOID(feeder.feed());
    } else {
      feeder.write_results();
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
    if (feeder.owns(reply.request_id)) {
      ALCOVE_TRY_VOID(feeder.take(reply));
    } else {
      answer_query(engine, std::move(reply));
    }
  }
  return fail(ErrorCode::kCancelled, "The server stops");
}

}  // namespace

void Engine::Impl::run_model_lane(const std::stop_token& stop) {
  const std::string lane = "model";
  const auto down = [&](const std::string& reason, std::int64_t restarts, bool is_starting) {
    model.with([&](ModelState& state) {
      state = {.worker = nullptr, .name = {}, .fingerprint = {}, .note = reason, .is_starting = is_starting};
    });
    set_worker_status(lane, {.role = "model",
                             .pid = 0,
                             .state = is_starting ? "starting" : "down",
                             .reason = reason,
                             .restarts = restarts,
                             .confinement = {}});
    fail_queries(*this, reason);
    wake();
  };
  while (!stop.stop_requested()) {
    auto started = WorkerProcess::start({.program = options.worker_path,
                                         .role = "model",
                                         .models_folder = options.models_folder,
                                         .threads = options.model_threads});
    const std::string problem = !started ? started.error().message : (*started)->hello().model_error;
    if (!problem.empty()) {
      log_warning("work", "model: {}", problem);
      started = fail(ErrorCode::kUnavailable, problem);  // ends the process: without a model it is of no use
      down(problem, 0, false);
      const SteadyTime again = std::chrono::steady_clock::now() + kModelRestartPause;
      std::uint64_t seen = 0;
      while (!stop.stop_requested() && std::chrono::steady_clock::now() < again) {
        seen = wait_for_work(seen, kIdleLook, stop);
      }
      continue;
    }
    // Owners: this lane, and for one call each the threads in embed_query.
    const std::shared_ptr<WorkerProcess> worker = std::move(*started);
    if (!serve_model(worker, stop)) {
      down("The server stops", 0, false);
      return;
    }
    const std::string reason = worker->end_reason();
    log_warning("work", "model: {}", reason);
    down(reason, 1, true);
  }
}

bool Engine::Impl::serve_model(const std::shared_ptr<WorkerProcess>& worker, const std::stop_token& stop) {
  const wire::Hello& hello = worker->hello();
  model.with([&](ModelState& state) {
    state = {.worker = worker,
             .name = hello.model_name,
             .fingerprint = hello.model_fingerprint,
             .note = {},
             .is_starting = true};
  });
  set_worker_status("model", {.role = "model",
                              .pid = worker->pid(),
                              .state = "ready",
                              .reason = {},
                              .restarts = 0,
                              .confinement = hello.confinement});
  reconcile({"text_vectors"}, stop);
  model.with([](ModelState& state) { state.is_starting = false; });
  wake();
  ModelFeeder feeder(*this, *worker, fingerprint_of(*find_stage("text_vectors"), hello.model_fingerprint));
  const Status ended = serve_worker(*this, *worker, feeder, stop);
  if (ended.error().code == ErrorCode::kCancelled) {
    feeder.abandon({});
    return false;
  }
  log_warning("work", "model: {}", ended.error().detail);
  if (ended.error().code != ErrorCode::kUnavailable) {
    worker->kill();
  }
  feeder.abandon(worker->end_reason());
  return true;
}

}  // namespace alcove::work

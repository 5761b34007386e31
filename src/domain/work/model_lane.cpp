/// @file
/// The model worker, the thread that receives its answers and the one that feeds it. Queries of other threads share
/// the channel.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/work/engine_impl.hpp"
#include "domain/work/model_feeder.hpp"
#include "drivers/os/thread.hpp"

namespace alcove::work {

namespace {

/// While requests run, an answer wakes the lane; without any, new work is looked for this often.
constexpr std::chrono::milliseconds kAnswerWait{100};

/// False when the reply is for no query that waits.
bool answer_query(Engine::Impl& engine, wire::EmbedReply& reply) {
  const auto pending = engine.queries.with([&](auto& all) -> std::shared_ptr<PendingQuery> {
    const auto found = all.find(reply.request_id);
    return found == all.end() ? nullptr : found->second;
  });
  if (!pending) {
    return false;
  }
  {
    const std::scoped_lock lock(pending->mutex);
    pending->reply = std::move(reply);
  }
  pending->done.notify_all();
  return true;
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

/// Replies for the feeder, from the thread that receives; never more than there are requests in flight.
class Inbox {
 public:
  void push(wire::EmbedReply reply) {
    {
      const std::scoped_lock lock(mutex_);
      replies_.push_back(std::move(reply));
    }
    filled_.notify_all();
  }
  /// Nothing comes any more.
  void end(Error error) {
    {
      const std::scoped_lock lock(mutex_);
      error_ = std::move(error);
    }
    filled_.notify_all();
  }
  /// Nothing after the timeout. Errors: what ended it, once it is empty.
  Result<std::optional<wire::EmbedReply>> take(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, timeout, [&] { return !replies_.empty() || error_.has_value(); });
    if (!replies_.empty()) {
      std::optional<wire::EmbedReply> first = std::move(replies_.front());
      replies_.pop_front();
      return first;
    }
    if (error_) {
      return std::unexpected(*error_);
    }
    return std::nullopt;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<wire::EmbedReply> replies_;
  std::optional<Error> error_;
};

/// Feeds one worker until it is gone or the engine stops.
Status feed_worker(Engine::Impl& engine, Inbox& inbox, ModelFeeder& feeder, const std::stop_token& stop) {
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
    ALCOVE_TRY(const auto reply, inbox.take(kAnswerWait));
    if (!reply) {
      if (feeder.hangs()) {
        return fail(ErrorCode::kTimedOut, "The model worker does not answer");
      }
    } else if (feeder.owns(reply->request_id)) {
      ALCOVE_TRY_VOID(feeder.take(*reply));
    }
  }
  return fail(ErrorCode::kCancelled, "The server stops");
}

/// Hands queries their answers and the rest to the inbox, until the worker is gone, the feeder has ended or the engine
/// stops.
void receive_replies(Engine::Impl& engine, WorkerProcess& worker, Inbox& inbox, const std::atomic<bool>& is_fed,
                     const std::stop_token& stop) {
  while (!stop.stop_requested() && is_fed) {
    auto frame = worker.receive(Context::with_timeout(kAnswerWait));
    if (!frame && frame.error().code == ErrorCode::kTimedOut) {
      continue;
    }
    auto reply = frame ? frame->as<wire::EmbedReply>(wire::MessageKind::kEmbedReply)
                       : Result<wire::EmbedReply>(std::unexpected(std::move(frame.error())));
    if (!reply) {
      inbox.end(std::move(reply.error()));
      return;
    }
    if (!answer_query(engine, *reply)) {
      inbox.push(std::move(*reply));
    }
  }
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
  ModelFeeder feeder(*this, *worker, fingerprint_of(*find_stage("text_vectors"), hello.model_fingerprint));
  Inbox inbox;
  std::atomic<bool> is_fed{true};
  Status ended;
  {
    // A thread of its own: queries get their answers whatever background work is at. This one must not stand back,
    // since the worker is started by it and would inherit that.
    const std::jthread feeding([&](const std::stop_token& stop_feeding) {
      os::make_background_thread();
      reconcile({"text_vectors"}, stop_feeding);
      model.with([](ModelState& state) { state.is_starting = false; });
      wake();
      ended = feed_worker(*this, inbox, feeder, stop_feeding);
      is_fed = false;
    });
    receive_replies(*this, *worker, inbox, is_fed, stop);
    // The worker may be gone: the feeder hears of it from the inbox, after the last replies.
    while (is_fed && !stop.stop_requested()) {
      wait_for_work(version(), kAnswerWait, stop);
    }
  }
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

/// @file
/// The model worker of each text space, the thread that receives its answers and the one that feeds it. Queries of
/// other threads share the channel.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

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

void fail_queries(Engine::Impl& engine, std::size_t text_space, const std::string& reason) {
  const auto waiting = engine.queries.with([&](auto& all) {
    std::vector<std::shared_ptr<PendingQuery>> taken;
    std::erase_if(all, [&](const auto& entry) {
      const bool is_of_space = entry.second->text_space == text_space;
      if (is_of_space) {
        taken.push_back(entry.second);
      }
      return is_of_space;
    });
    return taken;
  });
  for (const std::shared_ptr<PendingQuery>& pending : waiting) {
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

/// Feeds one worker until it is gone or not needed, or the engine stops.
Status feed_worker(Engine::Impl& engine, const ModelUse& use, Inbox& inbox, ModelFeeder& feeder,
                   const std::stop_token& stop) {
  std::uint64_t seen = ~std::uint64_t{0};
  SteadyTime looked;
  while (!stop.stop_requested() && engine.is_model_needed(use)) {
    const std::uint64_t version = engine.version();
    if (version != seen || !feeder.is_idle() || std::chrono::steady_clock::now() - looked > kIdleLook) {
      seen = version;
      looked = std::chrono::steady_clock::now();
      ALCOVE_TRY_VOID(feeder.feed());
      if (feeder.is_idle()) {
        engine.take_over_when_complete(use.text_space, stop);
      } else {
        engine.held.at(use.text_space).with([](std::string& reason) { reason.clear(); });
      }
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
  return fail(ErrorCode::kCancelled, "The model is not needed any more");
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

std::string lane_name(std::size_t text_space) {
  return text_space == 0 ? "model" : fmt::format("model {}", text_space + 1);
}

/// No worker runs for the space, and none is missing.
void rest(Engine::Impl& engine, std::size_t text_space) {
  engine.models.at(text_space).with([](Engine::Impl::ModelState& state) {
    state = {.worker = nullptr, .name = {}, .fingerprint = {}, .dimensions = 0, .note = {}, .is_starting = false};
  });
  engine.workers.with([&](auto& all) { all.erase(lane_name(text_space)); });
  fail_queries(engine, text_space, "The model is not in use any more");
}

}  // namespace

bool Engine::Impl::is_model_needed(const ModelUse& use) const {
  const models::TextSpacesState state = spaces.current();
  const models::TextSpace& space = state.spaces.at(use.text_space);
  if (space.model != use.model) {
    return false;
  }
  const auto since = took_over_at.with([](const auto& moment) { return moment; });
  const bool may_be_asked = space.phase == models::SpacePhase::kKept && since &&
                            std::chrono::steady_clock::now() - *since < kOldModelGrace &&
                            models.at(use.text_space).with([](const auto& model) { return model.worker != nullptr; });
  return space.is_fed() || may_be_asked;
}

void Engine::Impl::take_over_when_complete(std::size_t text_space, const std::stop_token& stop) {
  if (paused || spaces.current().spaces.at(text_space).phase != models::SpacePhase::kBuilding) {
    return;
  }
  const Stage& stage = *find_stage(models::kTextSpaceStages.at(text_space));
  // Those in a backoff, however long, are not done.
  const auto is_open = store.has_open_tasks({stage.name}, UnixMillis{std::numeric_limits<std::int64_t>::max()});
  // A space that is held stays so until more of its texts were embedded: the looks below read whole tables.
  const bool is_held = held.at(text_space).with([](const std::string& reason) { return !reason.empty(); });
  if (!is_open || *is_open || is_held) {
    return;
  }
  // Texts that appeared while the building began may have no task.
  const auto missing = store.missing(stage.name, artefacts::Store::Among::kWithPassages, {}, 1);
  const auto stale = store.stale(stage.name, current_fingerprint(stage), {}, 1);
  if (!missing || !stale) {
    return;
  }
  if (!missing->empty() || !stale->empty()) {
    reconcile({stage.name}, stop);
    return;
  }
  const auto counts = store.stage_counts();
  if (!counts) {
    return;
  }
  const auto count_of = [&](std::size_t space) {
    const auto found =
        std::ranges::find(*counts, models::kTextSpaceStages.at(space), &artefacts::Store::StageCount::stage);
    return found == counts->end() ? artefacts::Store::StageCount{} : *found;
  };
  const artefacts::Store::StageCount built = count_of(text_space);
  const std::int64_t excess = built.failed - count_of(1 - text_space).failed;
  if (excess > kFailuresMore || excess * kFailuresShare > built.done + built.failed) {
    held.at(text_space).with([&](std::string& reason) {
      reason = fmt::format("The model failed on {} texts more than the one in use, which therefore stays", excess);
    });
    return;
  }
  ++settling;  // Nobody takes the moment between the two writes for the end of the work.
  const Status taken = spaces.take_over(text_space);
  // What the old model had not read yet, nobody needs any more; it may still answer searches for a while.
  const Status forgotten = taken ? store.forget_tasks(models::kTextSpaceStages.at(1 - text_space)) : Status{};
  --settling;
  if (!forgotten) {
    log_error("work", Error(forgotten.error()).with_context("forget the tasks of the model that served"));
  }
  if (!taken) {
    log_error("work", Error(taken.error()).with_context("let another model take over"));
    return;
  }
  held.at(text_space).with([](std::string& reason) { reason.clear(); });
  took_over_at.with([](auto& moment) { moment = std::chrono::steady_clock::now(); });
  log_info("work", "searches use the model {} from now on", spaces.current().serving_space().model);
  wake();
}

void Engine::Impl::tidy_space(std::size_t text_space, const std::stop_token& stop) {
  held.at(text_space).with([](std::string& reason) { reason.clear(); });
  Status done;
  while (!stop.stop_requested() && spaces.current().spaces.at(text_space).phase == models::SpacePhase::kErasing) {
    const auto more = spaces.erase_some(text_space);
    if (!more) {
      done = std::unexpected(more.error());
      break;
    }
  }
  // Whoever finished a text meanwhile may still have asked for its vectors.
  if (done) {
    done = store.forget_tasks(models::kTextSpaceStages.at(text_space));
  }
  if (!done) {
    log_error("work", Error(done.error()).with_context("tidy the vectors of a model that is not in use"));
  }
}

void Engine::Impl::run_model_lane(const std::stop_token& stop, std::size_t text_space) {
  const std::string lane = lane_name(text_space);
  const auto down = [&](const Remark& reason, std::int64_t restarts, bool is_starting) {
    models.at(text_space).with([&](ModelState& state) {
      state = {.worker = nullptr,
               .name = {},
               .fingerprint = {},
               .dimensions = 0,
               .note = reason.message,
               .is_starting = is_starting};
    });
    set_worker_status(lane, {.role = "model",
                             .pid = 0,
                             .state = is_starting ? "starting" : "down",
                             .reason = reason,
                             .restarts = restarts,
                             .confinement = {}});
    fail_queries(*this, text_space, reason.message);
    wake();
  };
  std::uint64_t seen_at_rest = 0;
  while (!stop.stop_requested()) {
    const ModelUse use{.text_space = text_space, .model = spaces.current().spaces.at(text_space).model};
    if (!is_model_needed(use)) {
      rest(*this, text_space);
      tidy_space(text_space, stop);
      if (!spaces.current().spaces.at(text_space).is_fed()) {
        seen_at_rest = wait_for_work(seen_at_rest, kIdleLook, stop);
      }
      continue;
    }
    auto started = WorkerProcess::start({.program = options.worker_path,
                                         .role = "model",
                                         .models_folder = options.models_folder,
                                         .model = use.model,
                                         .threads = options.model_threads});
    const std::string problem = !started ? started.error().message : (*started)->hello().model_error;
    if (!problem.empty()) {
      log_warning("work", "model: {}", problem);
      started = fail(ErrorCode::kUnavailable, problem);  // ends the process: without a model it is of no use
      down({.code = "model_unavailable", .message = problem}, 0, false);
      const SteadyTime again = std::chrono::steady_clock::now() + kModelRestartPause;
      std::uint64_t seen = 0;
      while (!stop.stop_requested() && std::chrono::steady_clock::now() < again && is_model_needed(use)) {
        seen = wait_for_work(seen, kIdleLook, stop);
      }
      continue;
    }
    // Owners: this lane, and for one call each the threads in embed_query.
    const std::shared_ptr<WorkerProcess> worker = std::move(*started);
    if (!serve_model(worker, use, stop)) {
      if (stop.stop_requested()) {
        down({.code = "worker_stopped", .message = "The server stops"}, 0, false);
      }
      continue;
    }
    const Remark reason = worker->end_reason();
    log_warning("work", "model: {}", reason.message);
    down(reason, 1, true);
  }
}

bool Engine::Impl::serve_model(const std::shared_ptr<WorkerProcess>& worker, const ModelUse& use,
                               const std::stop_token& stop) {
  const std::size_t text_space = use.text_space;
  const wire::Hello& hello = worker->hello();
  const Stage& stage = *find_stage(models::kTextSpaceStages.at(text_space));
  models.at(text_space).with([&](ModelState& state) {
    state = {.worker = worker,
             .name = hello.model_name,
             .fingerprint = hello.model_fingerprint,
             .dimensions = hello.dimensions,
             .note = {},
             .is_starting = true};
  });
  set_worker_status(lane_name(text_space), {.role = "model",
                                            .pid = worker->pid(),
                                            .state = "ready",
                                            .reason = {},
                                            .restarts = 0,
                                            .confinement = hello.confinement,
                                            .instructions = hello.instructions});
  ModelFeeder feeder(*this, *worker, text_space, fingerprint_of(stage, hello.model_fingerprint));
  Inbox inbox;
  std::atomic<bool> is_fed{true};
  Status ended;
  {
    // A thread of its own: queries get their answers whatever background work is at. This one must not stand back,
    // since the worker is started by it and would inherit that.
    const std::jthread feeding([&](const std::stop_token& stop_feeding) {
      os::make_background_thread();
      reconcile({stage.name}, stop_feeding);
      models.at(text_space).with([](ModelState& state) { state.is_starting = false; });
      wake();
      ended = feed_worker(*this, use, inbox, feeder, stop_feeding);
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

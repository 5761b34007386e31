/// @file
/// One decode worker and the thread that feeds it: one content with all its missing stages at a time.

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/work/engine_impl.hpp"
#include "drivers/os/sealed_memory.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::work {

namespace {

using artefacts::Completion;
using artefacts::Task;
using artefacts::TaskState;

/// What a stage that does not apply leaves behind, so that it is not tried again: a valid, empty result.
Bytes empty_artefact(const std::string& stage) {
  if (stage == "passages") {
    return wire::encode(wire::PassagesArtefact{});
  }
  if (stage == "language") {
    return wire::encode(wire::LanguageArtefact{});
  }
  if (stage == "facts") {
    return wire::encode(wire::FactsArtefact{});
  }
  if (stage == "thumbnail") {
    return wire::encode(wire::ThumbnailArtefact{});
  }
  return stage == "probe" ? wire::encode(wire::ProbeArtefact{}) : wire::encode(wire::TextArtefact{});
}

/// Splits a lease: a stage that brought a worker down before runs alone. Returns what is given back.
std::vector<Task> keep_what_runs_together(std::vector<Task>& tasks) {
  const auto tried = [](const Task& task) { return task.attempts > 0; };
  std::vector<Task> back;
  if (tasks.size() > 1 && std::ranges::any_of(tasks, tried)) {
    std::vector<Task> keep;
    const bool fresh_ones = !std::ranges::all_of(tasks, tried);
    for (Task& task : tasks) {
      const bool now = fresh_ones ? !tried(task) : keep.empty();
      (now ? keep : back).push_back(std::move(task));
    }
    tasks = std::move(keep);
  }
  return back;
}

/// One lease on its way through the worker.
class Lease {
 public:
  Lease(Engine::Impl& engine, std::vector<Task> tasks) : engine_(engine), tasks_(std::move(tasks)) {
    for (const std::string& name : stage_names(Stage::Family::kDecode)) {
      if (std::ranges::any_of(tasks_, [&](const Task& task) { return task.stage == name; })) {
        open_.push_back(name);
      }
    }
  }

  /// Opens the content and describes the work. Errors: the content cannot be had now.
  Status prepare() {
    const ContentNumber number = tasks_.front().content;
    ALCOVE_TRY(const auto content, engine_.store.find_content(number));
    if (!content) {
      return fail(ErrorCode::kNotFound, "The content was erased");
    }
    ALCOVE_TRY(const int fd, engine_.open_content(number));
    file_ = os::UniqueFd(fd);
    size_bytes_ = content->size_bytes;
    request_.request_id = engine_.next_request++;
    request_.reader = content->reader;
    request_.name_hint = engine_.name_of(number);
    if (!is_open("probe")) {
      ALCOVE_TRY(auto probe, engine_.store.find(number, "probe"));
      if (probe) {
        request_.probe = std::move(probe->data);
      } else {
        open_.insert(open_.begin(), "probe");
      }
    }
    if (!is_open("text") && (is_open("passages") || is_open("language") || is_open("facts"))) {
      ALCOVE_TRY(const auto text, engine_.store.find(number, "text"));
      if (text) {
        ALCOVE_TRY(text_, os::make_sealed_file(text->data, "alcove-text"));
        request_.has_text = true;
      }
    }
    request_.stages = open_;
    return {};
  }

  /// Runs it. On an error the worker is no longer usable, and `running` names the stage to blame.
  Status run(WorkerProcess& worker, const std::stop_token& stop) {
    const auto by_size = kDecodeTimeoutPerMib * (size_bytes_ / (1024 * 1024));
    Context context =
        Context::with_timeout(std::min<std::chrono::milliseconds>(kDecodeTimeout + by_size, kDecodeTimeoutMax));
    context.stop = stop;
    std::vector<int> fds{file_.value()};
    if (request_.has_text) {
      fds.push_back(text_.value());
    }
    ALCOVE_TRY_VOID(worker.send(wire::MessageKind::kDecodeRequest, request_, context, fds));
    while (true) {
      ALCOVE_TRY(const ipc::Frame frame, worker.receive(context));
      if (frame.kind == wire::MessageKind::kDecodeFinished) {
        return flush();
      }
      if (frame.kind == wire::MessageKind::kStageStarted) {
        ALCOVE_TRY(const auto started, frame.as<wire::StageStarted>(frame.kind));
        running_ = started.stage;
        continue;
      }
      ALCOVE_TRY(auto finished, frame.as<wire::StageFinished>(wire::MessageKind::kStageFinished));
      if (finished.request_id != request_.request_id || !is_open(finished.stage)) {
        return fail(ErrorCode::kCorrupt, "A worker answered something that was not asked");
      }
      take(std::move(finished));
    }
  }

  /// Writes what is finished; kept apart from `run` so that a crash in a later stage keeps the earlier ones.
  Status flush() {
    if (done_.empty()) {
      return {};
    }
    return engine_.complete(std::exchange(done_, {}));
  }

  /// The worker is gone: blames the running stage, and gives the others back.
  void blame(const std::string& reason) {
    const std::string culprit = running_.empty() && !open_.empty() ? open_.front() : running_;
    std::vector<Task> back;
    for (const Task& task : tasks_) {
      if (task.stage == culprit && is_open(task.stage)) {
        const bool again = task.attempts + 1 < kCrashAttemptsMax;
        Completion outcome = engine_.make_outcome(
            task.content, task.stage, again ? TaskState::kWaiting : TaskState::kFailed, "worker_ended", reason);
        outcome.count_attempt = true;
        done_.push_back(std::move(outcome));
      } else if (is_open(task.stage)) {
        back.push_back(task);
      }
    }
    finish_by(back);
  }

  /// The content cannot be had now: the tasks wait, or go when it was erased.
  void postpone(const Error& error) {
    std::vector<Task> back;
    for (const Task& task : tasks_) {
      if (error.code == ErrorCode::kNotFound) {
        // No present file has this content any more. Whoever brings it back asks for the work again.
        Completion gone = engine_.make_outcome(task.content, task.stage, TaskState::kWaiting, {}, {});
        gone.state.reset();
        gone.counts_as_run = false;
        done_.push_back(std::move(gone));
      } else {
        const auto step = std::min<std::size_t>(static_cast<std::size_t>(task.attempts), kBackoff.size() - 1);
        Completion later =
            engine_.make_outcome(task.content, task.stage, TaskState::kWaiting, "unavailable", error.message);
        later.not_before = UnixMillis{now_unix_millis().value + std::chrono::milliseconds(kBackoff.at(step)).count()};
        later.counts_as_run = false;
        done_.push_back(std::move(later));
      }
    }
    finish_by(back);
  }

  void give_back() { finish_by(tasks_); }

 private:
  [[nodiscard]] bool is_open(const std::string& stage) const { return std::ranges::find(open_, stage) != open_.end(); }

  void finish_by(const std::vector<Task>& back) {
    if (const Status written = flush(); !written) {
      log_error("work", written.error());
    }
    if (const Status released = engine_.store.release(back); !released) {
      log_error("work", released.error());
    }
  }

  void take(wire::StageFinished finished) {
    running_.clear();
    std::erase(open_, finished.stage);
    const auto task = std::ranges::find_if(tasks_, [&](const Task& each) { return each.stage == finished.stage; });
    const int attempts = task == tasks_.end() ? 0 : task->attempts;
    Completion completion = engine_.make_outcome(tasks_.front().content, finished.stage, TaskState::kFailed,
                                                 std::move(finished.reason_code), std::move(finished.reason));
    completion.fingerprint = fingerprint_of(*find_stage(finished.stage), {});
    completion.cpu_ms = finished.cpu_ms;
    switch (finished.outcome) {
      case wire::StageOutcome::kDone: completion.data = std::move(finished.artefact); break;
      case wire::StageOutcome::kNotApplicable: completion.data = empty_artefact(finished.stage); break;
      case wire::StageOutcome::kSkipped: completion.state = TaskState::kSkipped; break;
      case wire::StageOutcome::kFailedRetryable:
        if (static_cast<std::size_t>(attempts) < kBackoff.size()) {
          completion.state = TaskState::kWaiting;
          completion.count_attempt = true;
          completion.not_before =
              UnixMillis{now_unix_millis().value +
                         std::chrono::milliseconds(kBackoff.at(static_cast<std::size_t>(attempts))).count()};
        }
        break;
      case wire::StageOutcome::kFailed:
      case wire::StageOutcome::kCount_: break;
    }
    if (completion.data && finished.stage == "passages") {
      count_passages(completion);
    }
    done_.push_back(std::move(completion));
    // Written at once: what is finished survives whatever the next stage does.
    if (const Status written = flush(); !written) {
      log_error("work", written.error());
    }
  }

  void count_passages(Completion& completion) const {
    const auto passages = wire::decode<wire::PassagesArtefact>(*completion.data);
    if (!passages) {
      completion.data.reset();
      completion.state = TaskState::kFailed;
      completion.reason_code = "damaged";
      completion.reason = "The worker's answer was damaged";
      return;
    }
    completion.passage_count = static_cast<std::uint32_t>(passages->passages.size());
    if (completion.passage_count > 0) {
      completion.priority = tasks_.front().priority;
      completion.then_want = {
          {"text_vectors", fingerprint_of(*find_stage("text_vectors"), engine_.model_fingerprint())}};
    }
  }

  Engine::Impl& engine_;
  std::vector<Task> tasks_;
  std::vector<std::string> open_;  ///< Stages asked for and not answered yet.
  std::string running_;
  wire::DecodeRequest request_;
  os::UniqueFd file_;
  os::UniqueFd text_;
  std::int64_t size_bytes_ = 0;
  std::vector<Completion> done_;
};

}  // namespace

void Engine::Impl::run_decode_lane(const std::stop_token& stop, int index) {
  const std::string lane = fmt::format("decode {}", index + 1);
  const std::vector<std::string> names = stage_names(Stage::Family::kDecode);
  std::unique_ptr<WorkerProcess> worker;
  std::uint64_t seen = 0;
  if (index == 0) {
    requeue_stale(names, stop);
  }
  while (!stop.stop_requested()) {
    if (!worker) {
      auto started = WorkerProcess::start({.program = options.worker_path, .role = "decode", .models_folder = {}});
      if (!started) {
        log_error("work", started.error());
        set_worker_status(lane, {.role = "decode",
                                 .pid = 0,
                                 .state = "down",
                                 .reason = started.error().message,
                                 .restarts = 0,
                                 .confinement = {}});
        wait_for_work(seen, kRestartPause, stop);
        continue;
      }
      worker = std::move(*started);
      set_worker_status(lane, {.role = "decode",
                               .pid = worker->pid(),
                               .state = "ready",
                               .reason = {},
                               .restarts = 0,
                               .confinement = worker->hello().confinement});
    }
    auto leased = paused ? Result<std::vector<Task>>(std::vector<Task>{}) : store.lease(names, 1);
    if (!leased || leased->empty()) {
      if (!leased) {
        log_error("work", leased.error());
      }
      seen = wait_for_work(seen, kIdleLook, stop);
      continue;
    }
    std::vector<Task> tasks = std::move(*leased);
    if (const auto back = keep_what_runs_together(tasks); !back.empty()) {
      (void)store.release(back);
    }
    Lease lease(*this, std::move(tasks));
    if (const Status prepared = lease.prepare(); !prepared) {
      lease.postpone(prepared.error());
      continue;
    }
    const Status done = lease.run(*worker, stop);
    if (done) {
      continue;
    }
    if (done.error().code == ErrorCode::kCancelled) {
      lease.give_back();
      break;
    }
    if (done.error().code == ErrorCode::kTimedOut) {
      worker->kill();
    }
    const std::string reason = worker->end_reason();
    log_warning("work", "{}: {}", lane, reason);
    lease.blame(reason);
    worker.reset();
    set_worker_status(
        lane, {.role = "decode", .pid = 0, .state = "starting", .reason = reason, .restarts = 1, .confinement = {}});
  }
}

}  // namespace alcove::work

/// @file
/// One decode worker and the thread that feeds it: one content with all its missing stages at a time.

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "domain/work/engine_impl.hpp"
#include "domain/work/parts.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/sealed_memory.hpp"
#include "drivers/os/thread.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::work {

namespace {

using artefacts::Completion;
using artefacts::Task;
using artefacts::TaskState;

/// A worker's words are shown to people and kept: a compromised one must not fill the store with them.
constexpr std::size_t kReasonBytesMax = 500;
constexpr std::size_t kReasonCodeBytesMax = 64;
constexpr std::size_t kReasonValuesMax = 8;
constexpr std::size_t kReasonValueBytesMax = 100;

std::string shortened(const std::string& text, std::size_t bytes_max) {
  return to_valid_utf8(utf8_prefix(text, bytes_max));
}

RemarkValues shortened(RemarkValues values) {
  values.resize(std::min(values.size(), kReasonValuesMax));
  for (std::string& value : values) {
    value = shortened(value, kReasonValueBytesMax);
  }
  return values;
}

/// For the worker's status.
Remark why_unstartable(const Error& error) {
  if (error.code == ErrorCode::kUnsupported) {
    return {.code = "worker_other_version", .message = error.message};
  }
  return {.code = "worker_unstartable", .message = error.message, .values = {std::string(error_code_name(error.code))}};
}

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
  if (stage == "parts") {
    return wire::encode(wire::PartsArtefact{});
  }
  if (stage == "thumbnail") {
    return wire::encode(wire::ThumbnailArtefact{});
  }
  return stage == "probe" ? wire::encode(wire::ProbeArtefact{}) : wire::encode(wire::TextArtefact{});
}

/// Whether `stage` reads, directly or not, what `below` makes.
bool rests_on(const std::string& stage, const std::string& below) {
  const Stage* declared = find_stage(stage);
  return declared != nullptr &&
         std::ranges::any_of(declared->needs, [&](const char* need) { return need == below || rests_on(need, below); });
}

/// Splits a lease: a stage that brought a worker down before runs alone, before those that rest on it and after all
/// others. Returns what is given back.
std::vector<Task> keep_what_runs_together(std::vector<Task>& tasks) {
  const auto tried = [](const Task& task) { return task.crashes > 0; };
  if (tasks.size() < 2 || std::ranges::none_of(tasks, tried)) {
    return {};
  }
  std::vector<Task> keep;
  std::vector<Task> back;
  for (const Task& task : tasks) {
    const bool waits_for_tried = std::ranges::any_of(
        tasks, [&](const Task& other) { return tried(other) && rests_on(task.stage, other.stage); });
    (tried(task) || waits_for_tried ? back : keep).push_back(task);
  }
  if (keep.empty()) {
    // The first in the order of stages, so that nothing it rests on is missing.
    const auto place = [](const Task& task) { return find_stage(task.stage); };
    const auto first =
        std::ranges::min_element(back, {}, [&](const Task& task) { return std::pair(!tried(task), place(task)); });
    keep.push_back(*first);
    back.erase(first);
  }
  tasks = std::move(keep);
  return back;
}

/// One lease on its way through the worker.
class Lease {
 public:
  Lease(Engine::Impl& engine, std::vector<Task> tasks)
      : engine_(engine), tasks_(std::move(tasks)), intake_(engine, tasks_.front().content) {}
  /// What was named on the way is told, whatever became of the lease.
  ~Lease() {
    if (!intake_.parts().empty()) {
      tell_parts();
    }
    if (is_settling_) {
      --engine_.settling;
      engine_.wake();
    }
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Opens the content and describes the work. Errors: the content cannot be had now.
  Status prepare(ContentOpener& opener) {
    const ContentNumber number = tasks_.front().content;
    ALCOVE_TRY(const auto content, engine_.store.find_content(number));
    if (!content) {
      return fail(ErrorCode::kNotFound, "The content was erased");
    }
    ALCOVE_TRY(file_, opener.open(number));
    ALCOVE_TRY(opened_, os::read_stat(file_.value()));
    size_bytes_ = content->size_bytes;
    request_.request_id = engine_.next_request++;
    request_.reader = content->reader;
    request_.name_hint = engine_.doors.name_of(number);
    if (has_task("passages") || has_task("language") || has_task("facts")) {
      ALCOVE_TRY(const auto text, load_needed("text"));
      if (text) {
        ALCOVE_TRY(text_, os::make_sealed_file(text->data, "alcove-text"));
        request_.has_text = true;
      }
    }
    if (!tasks_.empty()) {
      ALCOVE_TRY(auto probe, load_needed("probe"));
      if (probe) {
        request_.probe = std::move(probe->data);
      }
    }
    for (const std::string& name : stage_names(Stage::Family::kDecode)) {
      if (has_task(name)) {
        open_.push_back(name);
      }
    }
    request_.stages = open_;
    return {};
  }
  /// After `prepare`: nothing is left to run when all rested on a stage that failed before.
  [[nodiscard]] bool has_work() const { return !open_.empty(); }

  /// Runs it. On an error the worker is no longer usable, and `running` names the stage to blame.
  Status run(WorkerProcess& worker, const std::stop_token& stop) {
    Context context = Context::with_timeout(decode_timeout(engine_.options, size_bytes_));
    context.stop = stop;
    std::vector<int> fds{file_.value()};
    if (request_.has_text) {
      fds.push_back(text_.value());
    }
    ALCOVE_TRY_VOID(worker.send(wire::MessageKind::kDecodeRequest, request_, context, fds));
    was_sent_ = true;
    while (true) {
      ALCOVE_TRY(ipc::Frame frame, worker.receive(context));
      if (frame.kind == wire::MessageKind::kPartFound && running_ == "parts") {
        ALCOVE_TRY_VOID(take_part(worker, frame, context));
        continue;
      }
      if (frame.kind == wire::MessageKind::kDecodeFinished) {
        if (has_work()) {
          return fail(ErrorCode::kCorrupt, "A worker left a stage without an answer");
        }
        return {};
      }
      if (frame.kind == wire::MessageKind::kStageStarted) {
        ALCOVE_TRY(const auto started, frame.as<wire::StageStarted>(frame.kind));
        running_ = is_open(started.stage) ? started.stage : running_;
        continue;
      }
      ALCOVE_TRY(auto finished, frame.as<wire::StageFinished>(wire::MessageKind::kStageFinished));
      if (finished.request_id != request_.request_id || !is_open(finished.stage)) {
        return fail(ErrorCode::kCorrupt, "A worker answered something that was not asked");
      }
      if (!is_unchanged()) {
        return fail(ErrorCode::kPreconditionFailed, "The file was changed while it was read");
      }
      take(std::move(finished), stop);
    }
  }
  /// Takes in what is left of the worker's answers to a request whose results are of no use any more.
  Status drain(WorkerProcess& worker, const std::stop_token& stop) const {
    Context context = Context::with_timeout(engine_.options.decode_timeout);
    context.stop = stop;
    while (true) {
      ALCOVE_TRY(const ipc::Frame frame, worker.receive(context));
      if (frame.kind == wire::MessageKind::kPartFound) {
        const wire::PartTaken enough{.request_id = request_.request_id, .go_on = false};
        ALCOVE_TRY_VOID(worker.send(wire::MessageKind::kPartTaken, enough, context));
      }
      if (frame.kind == wire::MessageKind::kDecodeFinished) {
        return {};
      }
    }
  }

  /// The worker is gone: blames the running stage, and gives the others back. A worker that had died before it got the
  /// request blames nobody.
  void blame(const Remark& reason, const std::stop_token& stop) {
    std::string culprit = running_;
    if (was_sent_ && culprit.empty() && !open_.empty()) {
      culprit = open_.front();
    }
    std::vector<Task> back;
    for (const Task& task : tasks_) {
      if (task.stage == culprit && is_open(task.stage)) {
        const bool again = task.crashes + 1 < kCrashAttemptsMax;
        Completion outcome =
            engine_.make_outcome(task.content, task.stage, again ? TaskState::kWaiting : TaskState::kFailed,
                                 ReasonCode("worker_ended").text(), reason.message, values_of(reason));
        outcome.count_crash = true;
        done_.push_back(std::move(outcome));
      } else if (is_open(task.stage)) {
        back.push_back(task);
      }
    }
    finish_by(back, stop);
  }

  /// The worker ended while it took the content out of its container: that is as good as ending over it.
  void blame_all(const Remark& reason, const std::stop_token& stop) {
    for (const Task& task : tasks_) {
      const bool again = task.crashes + 1 < kCrashAttemptsMax;
      Completion outcome =
          engine_.make_outcome(task.content, task.stage, again ? TaskState::kWaiting : TaskState::kFailed,
                               ReasonCode("worker_ended").text(), reason.message, values_of(reason));
      outcome.count_crash = true;
      done_.push_back(std::move(outcome));
    }
    finish_by({}, stop);
  }

  /// The content cannot be had now: the tasks that have no answer yet wait, each time longer. They go when no present
  /// file has the content any more; whoever brings it back asks for the work again.
  void postpone(const Error& error, const std::stop_token& stop) {
    for (const Task& task : tasks_) {
      if (was_sent_ && !is_open(task.stage)) {
        continue;
      }
      const auto step = std::min<std::size_t>(static_cast<std::size_t>(task.misses), kMissBackoff.size() - 1);
      Completion later =
          engine_.make_outcome(task.content, task.stage, TaskState::kWaiting, ReasonCode("unavailable").text(),
                               error.message, {std::string(error_code_name(error.code))});
      later.not_before = UnixMillis{now_unix_millis().value + std::chrono::milliseconds(kMissBackoff.at(step)).count()};
      later.count_miss = true;
      later.counts_as_run = false;
      if (error.code == ErrorCode::kNotFound) {
        later.state.reset();
        later.only_if_orphaned = true;
      }
      done_.push_back(std::move(later));
    }
    finish_by({}, stop);
  }

  /// What has no answer waits again.
  void give_back(const std::stop_token& stop) {
    std::erase_if(tasks_, [&](const Task& task) { return was_sent_ && !is_open(task.stage); });
    finish_by(tasks_, stop);
  }
  /// Writes outcomes that needed no worker.
  void flush(const std::stop_token& stop) { finish_by({}, stop); }

 private:
  [[nodiscard]] bool is_open(const std::string& stage) const { return std::ranges::find(open_, stage) != open_.end(); }
  [[nodiscard]] bool has_task(const std::string& stage) const {
    return std::ranges::any_of(tasks_, [&](const Task& task) { return task.stage == stage; });
  }

  Status take_part(WorkerProcess& worker, ipc::Frame& frame, const Context& context) {
    if (!is_unchanged()) {
      return fail(ErrorCode::kPreconditionFailed, "The file was changed while it was read");
    }
    if (intake_.parts().empty() && !too_nested_) {
      // Only now it is known to contain anything; most contents do not, and need not be looked up.
      auto nested = too_nested(engine_.store, number_);
      if (!nested) {
        return fail(ErrorCode::kPreconditionFailed, nested.error().message, nested.error().detail);
      }
      too_nested_ = std::move(*nested);
    }
    if (!too_nested_) {
      settle_later();
      const Status taken = intake_.take(frame, request_.request_id);
      if (!taken && taken.error().code != ErrorCode::kCorrupt) {
        // The worker is not to blame when there is no room for what it found.
        return fail(ErrorCode::kPreconditionFailed, taken.error().message, taken.error().detail);
      }
      ALCOVE_TRY_VOID(Status(taken));
    }
    return worker.send(wire::MessageKind::kPartTaken,
                       wire::PartTaken{.request_id = request_.request_id, .go_on = !too_nested_}, context);
  }

  /// Until the members have their tasks there is work to come, though none is waiting.
  void settle_later() {
    if (!is_settling_) {
      is_settling_ = true;
      ++engine_.settling;
    }
  }

  void tell_parts() const {
    std::vector<ContentNumber> found;
    for (const artefacts::Part& part : intake_.parts()) {
      found.push_back(part.content);
    }
    engine_.doors.parts_changed(number_, found);
  }

  /// Whether the file's bytes are still those that were opened. What was made of others must not be stored as theirs.
  [[nodiscard]] bool is_unchanged() const {
    const auto now = os::read_stat(file_.value());
    return now && now->size_bytes == opened_.size_bytes && now->mtime_ns == opened_.mtime_ns &&
           now->inode == opened_.inode;
  }

  /// The artefact of a stage that ours rest on. When there is none (or a damaged or old one) the stage runs with this
  /// lease; when it failed or was skipped, so are those that rest on it.
  Result<std::optional<artefacts::Artefact>> load_needed(const std::string& stage) {
    std::optional<artefacts::Artefact> none;
    const ContentNumber number = tasks_.front().content;
    if (has_task(stage)) {
      return none;
    }
    auto artefact = engine_.store.find(number, stage);
    if (!artefact && artefact.error().code != ErrorCode::kCorrupt) {
      return artefact;
    }
    if (artefact && *artefact && (*artefact)->fingerprint == fingerprint_of(*find_stage(stage), {})) {
      return artefact;
    }
    if (!artefact) {
      log_warning("work", "content {}: the stored result of {} is damaged and is made again", number.value, stage);
      repaired_.push_back(stage);
    }
    ALCOVE_TRY(const std::vector<Task> rows, engine_.store.tasks_of(number));
    const auto row = std::ranges::find(rows, stage, &Task::stage);
    if (row != rows.end() && row->state == TaskState::kRunning) {
      return fail(ErrorCode::kLocked, "Another worker is at the same file");
    }
    if (row == rows.end() || row->state == TaskState::kWaiting) {
      Task task = row == rows.end() ? Task{} : *row;
      task.content = number;
      task.stage = stage;
      task.priority = tasks_.front().priority;
      tasks_.push_back(std::move(task));
      return none;
    }
    std::erase_if(tasks_, [&](const Task& task) {
      if (!rests_on(task.stage, stage)) {
        return false;
      }
      Completion outcome =
          engine_.make_outcome(number, task.stage, row->state, row->reason_code, row->reason, row->values);
      outcome.counts_as_run = false;
      done_.push_back(std::move(outcome));
      return true;
    });
    return none;
  }

  void finish_by(const std::vector<Task>& back, const std::stop_token& stop) {
    if (!done_.empty()) {
      engine_.complete_patiently(std::exchange(done_, {}), stop);
    }
    if (back.empty()) {
      return;
    }
    if (const Status released = engine_.store.release(back); !released) {
      log_error("work", released.error());
    }
  }

  void take(wire::StageFinished finished, const std::stop_token& stop) {
    running_.clear();
    std::erase(open_, finished.stage);
    const auto task = std::ranges::find_if(tasks_, [&](const Task& each) { return each.stage == finished.stage; });
    const int attempts = task == tasks_.end() ? 0 : task->attempts - task->crashes;
    Completion completion =
        engine_.make_outcome(tasks_.front().content, finished.stage, TaskState::kFailed,
                             shortened(finished.reason_code, kReasonCodeBytesMax),
                             shortened(finished.reason, kReasonBytesMax), shortened(std::move(finished.reason_values)));
    completion.cpu_ms = finished.cpu_ms;
    switch (finished.outcome) {
      case wire::StageOutcome::kDone:
        completion.data = std::move(finished.artefact);
        if (finished.stage == "parts" && too_nested_) {
          completion.data.reset();
          completion.state = TaskState::kSkipped;
          completion.reason_code = ReasonCode("nesting_limit").text();
          completion.values.clear();
          completion.reason = *too_nested_;
        }
        break;
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
    if (completion.data && completion.data->size() > wire::kArtefactBytesMax) {
      completion.data.reset();
      completion.state = TaskState::kFailed;
      completion.reason_code = ReasonCode("too_large").text();
      completion.values.clear();
      completion.reason = "What was read of it is too large to keep";
    }
    if (completion.data) {
      want_what_rests_on(completion);
    }
    if (completion.data && finished.stage == "passages") {
      count_passages(completion);
    }
    const bool is_parts = completion.data && finished.stage == "parts";
    if (is_parts) {
      settle_later();
      completion.parts = intake_.parts();
    }
    done_.push_back(std::move(completion));
    // Written at once: what is finished survives whatever the next stage does.
    finish_by({}, stop);
    if (is_parts && intake_.parts().empty()) {
      tell_parts();  // Those known before are gone.
    }
  }

  /// What was made of an older result, or could not be made without one, is made again.
  void want_what_rests_on(Completion& completion) const {
    completion.priority = tasks_.front().priority;
    if (std::ranges::find(repaired_, completion.stage) != repaired_.end()) {
      return;
    }
    for (const Stage& stage : stages()) {
      if (stage.family == Stage::Family::kDecode && rests_on(stage.name, completion.stage) && !is_open(stage.name)) {
        completion.then_want.push_back({stage.name, fingerprint_of(stage, {})});
      }
    }
  }

  void count_passages(Completion& completion) const {
    const auto passages = wire::decode<wire::PassagesArtefact>(*completion.data);
    if (!passages) {
      completion.data.reset();
      completion.then_want.clear();
      completion.state = TaskState::kFailed;
      completion.reason_code = ReasonCode("damaged").text();
      completion.values.clear();
      completion.reason = "The worker's answer was damaged";
      return;
    }
    completion.passage_count = static_cast<std::uint32_t>(passages->passages.size());
    if (completion.passage_count > 0) {
      const std::vector<artefacts::WantedStage> vectors = engine_.wanted_vectors();
      completion.then_want.insert(completion.then_want.end(), vectors.begin(), vectors.end());
    }
  }

  Engine::Impl& engine_;
  std::vector<Task> tasks_;
  std::vector<std::string> open_;      ///< Stages asked for and not answered yet.
  std::vector<std::string> repaired_;  ///< Stages whose damaged result is made again: what rests on it is sound.
  std::string running_;                ///< The stage that the worker is at.
  bool was_sent_ = false;
  wire::DecodeRequest request_;
  os::UniqueFd file_;
  os::FileStat opened_;  ///< Of the file, as it was opened.
  os::UniqueFd text_;
  std::int64_t size_bytes_ = 0;
  std::vector<Completion> done_;
  ContentNumber number_ = tasks_.front().content;
  PartIntake intake_;
  std::optional<std::string> too_nested_;  ///< Why its members are left alone.
  bool is_settling_ = false;
};

}  // namespace

std::chrono::milliseconds decode_timeout(const Options& options, std::int64_t size_bytes) {
  const auto by_size = kDecodeTimeoutPerMib * (size_bytes / (1024 * 1024));
  return std::min<std::chrono::milliseconds>(options.decode_timeout + by_size, kDecodeTimeoutMax);
}

std::optional<Remark> Engine::Impl::serve_opens(WorkerProcess& worker, const std::stop_token& stop) {
  while (true) {
    const auto pending = opens.with([](auto& all) {
      std::shared_ptr<PendingOpen> first;
      if (!all.empty()) {
        first = std::move(all.front());
        all.pop_front();
      }
      return first;
    });
    if (!pending) {
      return std::nullopt;
    }
    {
      const std::scoped_lock lock(pending->mutex);
      if (pending->given_up) {
        continue;
      }
    }
    ContentOpener opener(*this, worker, stop);
    auto opened = opener.open(pending->content);
    {
      const std::scoped_lock lock(pending->mutex);
      pending->opened = std::move(opened);
    }
    pending->done.notify_all();
    if (opener.lost_worker()) {
      return opener.lost_worker();
    }
  }
}

void Engine::Impl::run_decode_lane(const std::stop_token& stop, int index) {
  const std::string lane = fmt::format("decode {}", index + 1);
  const std::vector<std::string> names = stage_names(Stage::Family::kDecode);
  if (index == 0) {
    reconcile(names, stop);
    is_reconciled = true;
    wake();
  }
  // Its workers, too, stand behind whatever else the machine does.
  os::make_background_thread();
  SteadyTime reconciled = std::chrono::steady_clock::now();
  std::unique_ptr<WorkerProcess> worker;
  std::uint64_t seen = 0;
  const auto report = [&](const char* state, const Remark& reason, std::int64_t restarts) {
    set_worker_status(lane,
                      {.role = "decode",
                       .pid = worker ? worker->pid() : 0,
                       .state = state,
                       .reason = reason,
                       .restarts = restarts,
                       .confinement = worker ? worker->hello().confinement : std::vector<wire::ConfinementState>()});
  };
  while (!stop.stop_requested()) {
    if (index == 0 && std::chrono::steady_clock::now() - reconciled > kReconcileInterval) {
      reconcile(names, stop);
      reconciled = std::chrono::steady_clock::now();
    }
    if (!worker) {
      auto started = WorkerProcess::start({.program = options.worker_path, .role = "decode", .models_folder = {}});
      if (!started) {
        log_error("work", started.error());
        report("down", why_unstartable(started.error()), 0);
        const SteadyTime again = std::chrono::steady_clock::now() + kRestartPause;
        while (!stop.stop_requested() && std::chrono::steady_clock::now() < again) {
          seen = wait_for_work(seen, kIdleLook, stop);
        }
        continue;
      }
      worker = std::move(*started);
      report("ready", {}, 0);
    }
    if (const auto ended = serve_opens(*worker, stop); ended) {
      log_warning("work", "{}: {}", lane, ended->message);
      worker.reset();
      report("starting", *ended, 1);
      continue;
    }
    auto leased = paused ? Result<std::vector<Task>>(std::vector<Task>{}) : store.lease(names, 1);
    if (!leased || leased->empty()) {
      if (!leased && trouble.note(leased.error())) {
        log_error("work", leased.error());
      }
      seen = wait_for_work(seen, kIdleLook, stop);
      if (const auto ended = worker->end_when_over_limit(); ended) {
        log_warning("work", "{}: {}", lane, ended->message);
        worker.reset();
        report("starting", *ended, 1);
      }
      continue;
    }
    report("busy", {}, 0);
    if (const auto ended = decode_one(*worker, std::move(*leased), stop); ended) {
      log_warning("work", "{}: {}", lane, ended->message);
      worker.reset();
      report("starting", *ended, 1);
    } else if (worker->is_worn()) {
      worker.reset();  // Before its limit of processor time meets a document that is not to blame.
      report("starting", {}, 0);
    } else {
      report("ready", {}, 0);
    }
  }
}

std::optional<Remark> Engine::Impl::decode_one(WorkerProcess& worker, std::vector<Task> tasks,
                                               const std::stop_token& stop) {
  if (const auto back = keep_what_runs_together(tasks); !back.empty()) {
    if (const Status released = store.release(back); !released) {
      log_error("work", released.error());
    }
  }
  const ContentNumber number = tasks.front().content;
  ContentOpener opener(*this, worker, stop);
  Lease lease(*this, std::move(tasks));
  if (const Status prepared = lease.prepare(opener); !prepared) {
    if (opener.lost_worker() && !stop.stop_requested()) {
      lease.blame_all(*opener.lost_worker(), stop);
      return opener.lost_worker();
    }
    if (prepared.error().code == ErrorCode::kCancelled) {
      // Whoever opens contents is not there yet, or no more.
      lease.give_back(stop);
      wait_for_work(version(), kOpenerPause, stop);
    } else {
      lease.postpone(prepared.error(), stop);
    }
    return opener.lost_worker();
  }
  if (!lease.has_work()) {
    lease.flush(stop);
    return std::nullopt;
  }
  const Status done = lease.run(worker, stop);
  if (done) {
    spool.erase(number);
    return std::nullopt;
  }
  if (done.error().code == ErrorCode::kCancelled) {
    lease.give_back(stop);
    return std::nullopt;
  }
  if (done.error().code == ErrorCode::kPreconditionFailed) {
    // Before the worker is asked for the next content: the channel must be empty.
    const Status drained = lease.drain(worker, stop);
    lease.postpone(done.error(), stop);
    if (drained || drained.error().code == ErrorCode::kCancelled) {
      return std::nullopt;
    }
    worker.kill();
    return worker.end_reason();
  }
  Remark reason{.code = "worker_garbled", .message = "The worker's answer could not be understood"};
  if (done.error().code == ErrorCode::kCorrupt) {
    worker.kill();
  } else {
    if (done.error().code == ErrorCode::kTimedOut) {
      worker.kill();
    }
    reason = worker.end_reason();
  }
  lease.blame(reason, stop);
  return reason;
}

}  // namespace alcove::work

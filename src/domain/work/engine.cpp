#include "domain/work/engine.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/work/engine_impl.hpp"
#include "drivers/os/storage.hpp"

namespace alcove::work {

namespace {

constexpr std::chrono::seconds kRateWindow{60};
constexpr std::size_t kReconcileStep = 500;
/// A content of a file that was changed within this time goes before others that are up to 4^kRecentClasses smaller.
constexpr std::chrono::minutes kRecent{10};
constexpr int kRecentClasses = 4;
constexpr std::string_view kPausedSetting = "paused";

/// What is left, in seconds at the rate of the last minute; nothing when that is not known.
std::optional<double> seconds_for(std::int64_t left, double per_second) {
  if (left == 0) {
    return 0.0;
  }
  return per_second > 0 ? std::optional(static_cast<double>(left) / per_second) : std::nullopt;
}

}  // namespace

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Engine::~Engine() {
  for (std::jthread& lane : impl_->lanes) {
    lane.request_stop();
  }
  impl_->wake();
  impl_->lanes.clear();
}

Result<std::unique_ptr<Engine>> Engine::start(artefacts::Store& store, models::TextSpaces& spaces, Options options,
                                              Doors doors) {
  ALCOVE_TRY_VOID(store.release_all());
  auto impl = std::make_unique<Impl>(store, spaces, std::move(options), std::move(doors));
  impl->machine = os::host_name();
  ALCOVE_TRY(const auto paused, store.load_setting(kPausedSetting));
  impl->paused = paused == "1";
  Impl& shared = *impl;
  for (int i = 0; i < shared.options.decode_workers; ++i) {
    shared.lanes.emplace_back([&shared, i](const std::stop_token& stop) { shared.run_decode_lane(stop, i); });
  }
  for (std::size_t space = 0; space < models::kTextSpaces; ++space) {
    shared.lanes.emplace_back([&shared, space](const std::stop_token& stop) { shared.run_model_lane(stop, space); });
  }
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

void Engine::Impl::wake() {
  {
    const std::scoped_lock lock(signal_mutex);
    ++signal_version;
  }
  signal.notify_all();
}

std::uint64_t Engine::Impl::version() {
  const std::scoped_lock lock(signal_mutex);
  return signal_version;
}

std::uint64_t Engine::Impl::wait_for_work(std::uint64_t seen, std::chrono::milliseconds timeout,
                                          const std::stop_token& stop) {
  std::unique_lock lock(signal_mutex);
  signal.wait_for(lock, timeout, [&] { return signal_version != seen || stop.stop_requested(); });
  return signal_version;
}

void Engine::Impl::set_worker_status(const std::string& lane, WorkerStatus status) {
  workers.with([&](auto& all) {
    const auto found = all.find(lane);
    if (found != all.end()) {
      status.restarts += found->second.restarts;
      if (status.confinement.empty()) {
        status.confinement = found->second.confinement;
      }
    }
    all[lane] = std::move(status);
  });
}

Status Engine::Impl::complete(const std::vector<artefacts::Completion>& completions) {
  ALCOVE_TRY_VOID(store.complete(completions));
  const SteadyTime now = std::chrono::steady_clock::now();
  finished.with([&](auto& moments) {
    for (const artefacts::Completion& completion : completions) {
      const Stage* stage = find_stage(completion.stage);
      if (stage != nullptr && completion.counts_as_run) {
        moments.push_back({.at = now, .family = stage->family});
      }
    }
    while (!moments.empty() && moments.front().at < now - kRateWindow) {
      moments.pop_front();
    }
  });
  wake();
  return {};
}

void Engine::Impl::complete_patiently(const std::vector<artefacts::Completion>& completions,
                                      const std::stop_token& stop) {
  while (true) {
    const Status written = complete(completions);
    if (written) {
      trouble.clear();
      return;
    }
    // Results cost much and their tasks count as running: both are kept until there is room.
    if (trouble.note(written.error())) {
      log_error("work", Error(written.error()).with_context("write results"));
    }
    const SteadyTime again = std::chrono::steady_clock::now() + kWritePause;
    std::uint64_t seen = 0;
    while (std::chrono::steady_clock::now() < again) {
      if (stop.stop_requested()) {
        return;
      }
      seen = wait_for_work(seen, kIdleLook, stop);
    }
  }
}

artefacts::Completion Engine::Impl::make_outcome(ContentNumber content, const std::string& stage,
                                                 artefacts::TaskState state, std::string code, std::string reason,
                                                 RemarkValues values) const {
  artefacts::Completion completion;
  completion.content = content;
  completion.stage = stage;
  completion.fingerprint = current_fingerprint(*find_stage(stage));
  completion.machine = machine;
  completion.state = state;
  completion.reason_code = std::move(code);
  completion.reason = std::move(reason);
  completion.values = std::move(values);
  return completion;
}

std::string Engine::Impl::model_fingerprint(std::size_t text_space) const {
  return models.at(text_space).with([](const ModelState& state) { return state.fingerprint; });
}

std::string Engine::Impl::current_fingerprint(const Stage& stage) const {
  const auto text_space = models::text_space_of(stage.name);
  return fingerprint_of(stage, text_space ? model_fingerprint(*text_space) : std::string());
}

std::vector<artefacts::WantedStage> Engine::Impl::wanted_vectors() const {
  std::vector<artefacts::WantedStage> wanted;
  const models::TextSpacesState state = spaces.current();
  for (std::size_t space = 0; space < models::kTextSpaces; ++space) {
    if (state.spaces.at(space).is_fed()) {
      const Stage& stage = *find_stage(models::kTextSpaceStages.at(space));
      wanted.push_back({stage.name, current_fingerprint(stage)});
    }
  }
  return wanted;
}

Status Engine::Impl::reconcile_stage(const Stage& stage, const std::stop_token& stop) {
  const std::string fingerprint = current_fingerprint(stage);
  const auto among =
      stage.family == Stage::Family::kModel ? artefacts::Store::Among::kWithPassages : artefacts::Store::Among::kAll;
  ALCOVE_TRY_VOID(store.reset_outdated(stage.name, fingerprint));
  for (ContentNumber after; !stop.stop_requested();) {
    ALCOVE_TRY(const auto found, store.missing(stage.name, among, after, kReconcileStep));
    if (found.empty()) {
      break;
    }
    std::vector<artefacts::WantedContent> wanted;
    wanted.reserve(found.size());
    for (const ContentNumber number : found) {
      ALCOVE_TRY(const auto content, store.find_content(number));
      wanted.push_back({.content = number,
                        .stages = {{stage.name, fingerprint}},
                        .priority = priority_of(content ? content->size_bytes : 0)});
    }
    ALCOVE_TRY_VOID(store.want_all(wanted));
    after = found.back();
  }
  // What is new goes first: old results serve until theirs are remade.
  for (ContentNumber after; !stop.stop_requested();) {
    ALCOVE_TRY(const auto found, store.stale(stage.name, fingerprint, after, kReconcileStep));
    if (found.empty()) {
      break;
    }
    std::vector<artefacts::WantedContent> wanted;
    wanted.reserve(found.size());
    for (const ContentNumber number : found) {
      wanted.push_back({.content = number, .stages = {{stage.name, fingerprint}}, .priority = 0});
    }
    ALCOVE_TRY_VOID(store.want_all(wanted));
    after = found.back();
  }
  return {};
}

void Engine::Impl::reconcile(const std::vector<std::string>& names, const std::stop_token& stop) {
  for (const std::string& name : names) {
    if (const Status done = reconcile_stage(*find_stage(name), stop); !done) {
      log_error("work", Error(done.error()).with_context("look for old and missing results"));
    }
  }
  wake();
}

namespace {

std::vector<artefacts::WantedStage> decode_stages() {
  std::vector<artefacts::WantedStage> wanted;
  for (const Stage& stage : stages()) {
    if (stage.family == Stage::Family::kDecode) {
      wanted.push_back({stage.name, fingerprint_of(stage, {})});
    }
  }
  return wanted;
}

}  // namespace

Status Engine::content_appeared(const artefacts::Content& content, UnixMillis changed_at) {
  const std::int64_t age_ms = now_unix_millis().value - changed_at.value;
  const bool is_recent = age_ms < std::chrono::milliseconds(kRecent).count();
  const int priority = priority_of(content.size_bytes) + (is_recent ? kRecentClasses : 0);
  ALCOVE_TRY_VOID(impl_->store.want(content.number, decode_stages(), priority));
  impl_->wake();
  return {};
}

Status Engine::contents_used(const std::vector<ContentNumber>& contents) {
  std::vector<artefacts::WantedContent> wanted;
  for (const ContentNumber number : contents) {
    ALCOVE_TRY(const auto content, impl_->store.find_content(number));
    if (content) {
      wanted.push_back({.content = number, .stages = decode_stages(), .priority = priority_of(content->size_bytes)});
    }
  }
  ALCOVE_TRY_VOID(impl_->store.want_all(wanted));
  impl_->wake();
  return {};
}

bool Engine::is_paused() const {
  return impl_->paused;
}

Status Engine::set_paused(bool paused) {
  ALCOVE_TRY_VOID(impl_->store.set_setting(kPausedSetting, paused ? "1" : "0"));
  impl_->paused = paused;
  impl_->wake();
  return {};
}

Status Engine::retry_failed(std::optional<ContentNumber> content) {
  ALCOVE_TRY_VOID(impl_->store.retry(content));
  impl_->wake();
  return {};
}

Progress Engine::progress() {
  Progress progress;
  if (auto counts = impl_->store.task_counts(); counts) {
    progress.tasks = *counts;
  }
  if (auto counts = impl_->store.stage_counts(); counts) {
    progress.stages = std::move(*counts);
  }
  progress.paused = impl_->paused;
  impl_->describe_spaces(progress);
  impl_->workers.with([&](const auto& all) {
    for (const auto& [lane, status] : all) {
      progress.workers.push_back(status);
    }
  });
  impl_->estimate(progress);
  return progress;
}

void Engine::Impl::describe_spaces(Progress& progress) const {
  const models::TextSpacesState state = spaces.current();
  for (std::size_t i = 0; i < models::kTextSpaces; ++i) {
    TextSpaceProgress& told = progress.text_spaces.at(i);
    told.space = state.spaces.at(i);
    models.at(i).with([&](const ModelState& model) {
      told.fingerprint = model.fingerprint;
      told.note = model.note;
      told.dimensions = model.dimensions;
      if (i == state.serving) {
        progress.model_name = model.name;
        progress.model_fingerprint = model.fingerprint;
        progress.model_note = model.note;
      }
    });
    if (told.note.empty()) {
      told.note = held.at(i).with([](const std::string& reason) { return reason; });
    }
    const auto counts =
        std::ranges::find(progress.stages, models::kTextSpaceStages.at(i), &artefacts::Store::StageCount::stage);
    if (counts != progress.stages.end()) {
      told.contents = counts->done;
      told.left = counts->waiting + counts->running;
      told.failed = counts->failed;
    }
  }
}

void Engine::Impl::estimate(Progress& progress) {
  const SteadyTime now = std::chrono::steady_clock::now();
  double decoded = 0;
  double embedded = 0;
  double seconds = 1;
  finished.with([&](auto& moments) {
    while (!moments.empty() && moments.front().at < now - kRateWindow) {
      moments.pop_front();
    }
    for (const Finished& moment : moments) {
      (moment.family == Stage::Family::kModel ? embedded : decoded) += 1;
    }
    if (!moments.empty()) {
      seconds = std::max(seconds, std::chrono::duration<double>(now - moments.front().at).count());
    }
  });
  progress.tasks_per_second = (decoded + embedded) / seconds;
  std::int64_t to_decode = 0;
  std::int64_t to_embed = 0;
  for (const auto& count : progress.stages) {
    const Stage* stage = find_stage(count.stage);
    if (stage == nullptr) {
      continue;
    }
    const std::int64_t open = count.waiting + count.running;
    const auto text_space = models::text_space_of(count.stage);
    if (!text_space) {
      to_decode += open;
    } else if (!progress.text_spaces.at(*text_space).fingerprint.empty()) {
      to_embed += open;  // Without a model it waits for somebody to install one; that is no matter of time.
    }
    if (count.stage == "passages") {
      // Each content without passages yet will most likely want vectors, too.
      to_embed += open * std::ranges::count_if(progress.text_spaces, [](const TextSpaceProgress& each) {
                    return each.space.is_fed() && !each.fingerprint.empty();
                  });
    }
  }
  if (progress.paused || to_decode + to_embed == 0) {
    return;
  }
  // The two families work side by side; the slower one says when all is done.
  const auto decoding = seconds_for(to_decode, decoded / seconds);
  const auto embedding = seconds_for(to_embed, embedded / seconds);
  if (decoding && embedding) {
    progress.seconds_left = static_cast<std::int64_t>(std::max(*decoding, *embedding)) + 1;
  }
}

bool Engine::Impl::add_fed_stages(std::vector<std::string>& names) const {
  bool is_changing = false;
  const models::TextSpacesState state = spaces.current();
  for (std::size_t i = 0; i < models::kTextSpaces; ++i) {
    const models::TextSpace& space = state.spaces.at(i);
    is_changing = is_changing || space.phase == models::SpacePhase::kErasing;
    if (!space.is_fed()) {
      continue;
    }
    const auto [is_starting, has_model] = models.at(i).with([](const ModelState& model) {
      const bool has_fingerprint = !model.fingerprint.empty();
      // Neither a model nor a reason why not: its lane has not seen yet that it is needed.
      return std::pair(model.is_starting || (!has_fingerprint && model.note.empty()), has_fingerprint);
    });
    const bool is_held = held.at(i).with([](const std::string& reason) { return !reason.empty(); });
    is_changing = is_changing || is_starting || (space.phase == models::SpacePhase::kBuilding && has_model && !is_held);
    // Without a model its tasks wait for somebody to install one; that is no work that goes on.
    if (has_model) {
      names.emplace_back(models::kTextSpaceStages.at(i));
    }
  }
  return is_changing;
}

Status Engine::wait_until_idle(const Context& context) {
  // What could not be opened a while ago may be there now: it counts as open work until it has been tried.
  ALCOVE_TRY_VOID(impl_->store.hurry_missed());
  impl_->wake();
  std::uint64_t seen = 0;
  while (true) {
    ALCOVE_TRY_VOID(context.check());
    std::vector<std::string> names = stage_names(Stage::Family::kDecode);
    const bool is_changing = impl_->add_fed_stages(names);
    // Before the look: what was found by then has its tasks.
    const int settles_before = impl_->settling;
    const bool was_reconciled = impl_->is_reconciled;
    const UnixMillis horizon{now_unix_millis().value + std::chrono::milliseconds(kIdleHorizon).count()};
    ALCOVE_TRY(const bool open, impl_->store.has_open_tasks(names, horizon));
    if (!open && !is_changing && was_reconciled && settles_before == 0 && impl_->settling == 0) {
      return {};
    }
    if (open && impl_->paused) {
      ALCOVE_TRY(const auto counts, impl_->store.task_counts());
      if (counts.running == 0) {
        return fail(ErrorCode::kPreconditionFailed, "Background work is paused");
      }
    }
    seen = impl_->wait_for_work(seen, std::chrono::milliseconds(200), context.stop);
  }
}

Result<int> Engine::open_content(ContentNumber content, const Context& context) {
  auto of_file = impl_->doors.open_content(content);
  if (of_file || of_file.error().code != ErrorCode::kNotFound) {
    return of_file;
  }
  ALCOVE_TRY(auto spooled, impl_->spool.find(content));
  if (spooled) {
    return spooled->release();
  }
  // Shared by this caller and the lane that answers.
  const auto pending = std::make_shared<PendingOpen>();
  pending->content = content;
  const bool queued = impl_->opens.with([&](auto& all) {
    if (all.size() >= kOpensMax) {
      return false;
    }
    all.push_back(pending);
    return true;
  });
  if (!queued) {
    return fail(ErrorCode::kOverloaded, "Too many files are being taken out of archives at once");
  }
  impl_->wake();
  const SteadyTime deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kOpenTimeout);
  std::unique_lock lock(pending->mutex);
  if (!pending->done.wait_until(lock, deadline, [&] { return pending->opened.has_value(); })) {
    pending->given_up = true;
    return fail(ErrorCode::kTimedOut, "The file could not be taken out of its archive in time; please try again");
  }
  ALCOVE_TRY(os::UniqueFd file, std::move(*pending->opened));
  return file.release();
}

Status Engine::use_model(const std::string& name) {
  ALCOVE_TRY_VOID(impl_->spaces.use(name));
  impl_->wake();
  return {};
}

Status Engine::stop_building() {
  ALCOVE_TRY_VOID(impl_->spaces.stop());
  impl_->wake();
  return {};
}

Status Engine::discard_vectors() {
  ALCOVE_TRY_VOID(impl_->spaces.discard());
  impl_->wake();
  return {};
}

Result<Engine::QueryVector> Engine::embed_query(const std::string& text, std::size_t text_space,
                                                const Context& context) {
  const Impl::ModelState state =
      impl_->models.at(text_space).with([](const Impl::ModelState& current) { return current; });
  const auto& worker = state.worker;
  if (!worker) {
    return fail(ErrorCode::kUnavailable, state.note.empty() ? "The model is being started" : state.note);
  }
  const SteadyTime deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kQueryTimeout);
  // Shared by this caller and the model lane, which answers.
  const auto pending = std::make_shared<PendingQuery>();
  pending->text_space = text_space;
  const std::uint64_t id = impl_->next_request++;
  impl_->queries.with([&](auto& all) { all[id] = pending; });
  const Status sent = worker->send(
      wire::MessageKind::kEmbedRequest,
      wire::EmbedRequest{.request_id = id, .purpose = wire::EmbedPurpose::kQuery, .texts = {text}}, context);
  Result<wire::EmbedReply> reply = fail(ErrorCode::kTimedOut, "The model did not answer in time");
  if (!sent) {
    reply = std::unexpected(sent.error());
  } else {
    std::unique_lock lock(pending->mutex);
    if (pending->done.wait_until(lock, deadline, [&] { return pending->reply.has_value(); })) {
      reply = std::move(*pending->reply);
    }
  }
  impl_->queries.with([&](auto& all) { all.erase(id); });
  ALCOVE_TRY(const wire::EmbedReply answer, std::move(reply));
  if (!answer.error.empty() || answer.scales.size() != 1 || answer.values.size() != answer.dimensions) {
    return fail(ErrorCode::kUnavailable, "The model could not read the question", answer.error);
  }
  QueryVector vector{.values = {}, .model_name = state.name, .model_fingerprint = state.fingerprint};
  vector.values.reserve(answer.values.size());
  for (const std::int8_t value : answer.values) {
    vector.values.push_back(answer.scales.front() * static_cast<float>(value));
  }
  return vector;
}

}  // namespace alcove::work

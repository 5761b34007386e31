#include "domain/work/engine.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/work/engine_impl.hpp"
#include "drivers/os/storage.hpp"

namespace alcove::work {

namespace {

constexpr std::chrono::seconds kRateWindow{60};
constexpr std::size_t kStaleStep = 500;
constexpr std::string_view kPausedSetting = "paused";

/// Small ones first: a class per factor of four in size, from 0 (1 GiB and more) to 15 (below 4 bytes).
int priority_of(std::int64_t size_bytes) {
  int level = 15;
  for (std::int64_t bound = 4; bound < size_bytes && level > 0; bound *= 4) {
    --level;
  }
  return level;
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

Result<std::unique_ptr<Engine>> Engine::start(artefacts::Store& store, Options options, OpenContent open_content,
                                              NameOf name_of) {
  ALCOVE_TRY_VOID(store.release_all());
  auto impl = std::make_unique<Impl>(store, std::move(options), std::move(open_content), std::move(name_of));
  impl->machine = os::host_name();
  ALCOVE_TRY(const auto paused, store.load_setting(kPausedSetting));
  impl->paused = paused == "1";
  Impl& shared = *impl;
  for (int i = 0; i < shared.options.decode_workers; ++i) {
    shared.lanes.emplace_back([&shared, i](const std::stop_token& stop) { shared.run_decode_lane(stop, i); });
  }
  shared.lanes.emplace_back([&shared](const std::stop_token& stop) { shared.run_model_lane(stop); });
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

void Engine::Impl::wake() {
  {
    const std::scoped_lock lock(signal_mutex);
    ++signal_version;
  }
  signal.notify_all();
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
    moments.insert(moments.end(), completions.size(), now);
    while (!moments.empty() && moments.front() < now - kRateWindow) {
      moments.pop_front();
    }
  });
  wake();
  return {};
}

artefacts::Completion Engine::Impl::make_outcome(ContentNumber content, const std::string& stage,
                                                 artefacts::TaskState state, std::string code,
                                                 std::string reason) const {
  artefacts::Completion completion;
  completion.content = content;
  completion.stage = stage;
  completion.machine = machine;
  completion.state = state;
  completion.reason_code = std::move(code);
  completion.reason = std::move(reason);
  return completion;
}

std::string Engine::Impl::model_fingerprint() const {
  return model.with([](const ModelState& state) { return state.fingerprint; });
}

void Engine::Impl::requeue_stale(const std::vector<std::string>& names, const std::stop_token& stop) {
  for (const std::string& name : names) {
    const std::string fingerprint = fingerprint_of(*find_stage(name), model_fingerprint());
    ContentNumber after;
    while (!stop.stop_requested()) {
      const auto found = store.stale(name, fingerprint, after, kStaleStep);
      if (!found || found->empty()) {
        break;
      }
      for (const ContentNumber content : *found) {
        if (const Status wanted = store.want(content, {{name, fingerprint}}, 0); !wanted) {
          log_error("work", wanted.error());
          return;
        }
      }
      after = found->back();
    }
  }
}

Status Engine::content_appeared(const artefacts::Content& content) {
  std::vector<artefacts::WantedStage> wanted;
  for (const Stage& stage : stages()) {
    if (stage.family == Stage::Family::kDecode) {
      wanted.push_back({stage.name, fingerprint_of(stage, {})});
    }
  }
  ALCOVE_TRY_VOID(impl_->store.want(content.number, wanted, priority_of(content.size_bytes)));
  impl_->wake();
  return {};
}

Status Engine::set_paused(bool paused) {
  ALCOVE_TRY_VOID(impl_->store.set_setting(kPausedSetting, paused ? "1" : "0"));
  impl_->paused = paused;
  impl_->wake();
  return {};
}

Status Engine::retry_failed() {
  ALCOVE_TRY_VOID(impl_->store.retry(std::nullopt));
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
  impl_->model.with([&](const Impl::ModelState& state) {
    progress.model_name = state.name;
    progress.model_fingerprint = state.fingerprint;
    progress.model_note = state.note;
  });
  impl_->workers.with([&](const auto& all) {
    for (const auto& [lane, status] : all) {
      progress.workers.push_back(status);
    }
  });
  const SteadyTime now = std::chrono::steady_clock::now();
  impl_->finished.with([&](auto& moments) {
    while (!moments.empty() && moments.front() < now - kRateWindow) {
      moments.pop_front();
    }
    if (moments.size() > 1) {
      const double seconds = std::chrono::duration<double>(now - moments.front()).count();
      progress.tasks_per_second = static_cast<double>(moments.size()) / std::max(seconds, 1.0);
    }
  });
  const std::int64_t left = progress.tasks.waiting + progress.tasks.running;
  if (left > 0 && progress.tasks_per_second > 0 && !progress.paused) {
    progress.seconds_left = static_cast<std::int64_t>(static_cast<double>(left) / progress.tasks_per_second) + 1;
  }
  return progress;
}

Status Engine::wait_until_idle(const Context& context) {
  std::uint64_t seen = 0;
  while (true) {
    ALCOVE_TRY_VOID(context.check());
    ALCOVE_TRY(const auto counts, impl_->store.stage_counts());
    const bool has_model = !impl_->model_fingerprint().empty();
    std::int64_t open = 0;
    std::int64_t running = 0;
    for (const auto& count : counts) {
      const Stage* stage = find_stage(count.stage);
      // Without a model its tasks wait for somebody to install one; that is no work that goes on.
      if (stage != nullptr && (stage->family == Stage::Family::kDecode || has_model)) {
        open += count.waiting;
        running += count.running;
      }
    }
    if (open + running == 0) {
      return {};
    }
    if (impl_->paused && running == 0) {
      return fail(ErrorCode::kPreconditionFailed, "Background work is paused");
    }
    seen = impl_->wait_for_work(seen, std::chrono::milliseconds(200), context.stop);
  }
}

Result<Engine::QueryVector> Engine::embed_query(const std::string& text, const Context& context) {
  auto [worker, name, fingerprint, note] = impl_->model.with([](const Impl::ModelState& state) { return state; });
  if (!worker) {
    return fail(ErrorCode::kUnavailable, note.empty() ? "The model is being started" : note);
  }
  const auto pending = std::make_shared<PendingQuery>();
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
    if (pending->done.wait_until(lock, context.deadline, [&] { return pending->reply.has_value(); })) {
      reply = std::move(*pending->reply);
    }
  }
  impl_->queries.with([&](auto& all) { all.erase(id); });
  ALCOVE_TRY(const wire::EmbedReply answer, std::move(reply));
  if (!answer.error.empty() || answer.scales.size() != 1 || answer.values.size() != answer.dimensions) {
    return fail(ErrorCode::kUnavailable, "The model could not read the question", answer.error);
  }
  QueryVector vector{.values = {}, .model_name = name, .model_fingerprint = fingerprint};
  vector.values.reserve(answer.values.size());
  for (const std::int8_t value : answer.values) {
    vector.values.push_back(answer.scales.front() * static_cast<float>(value));
  }
  return vector;
}

}  // namespace alcove::work

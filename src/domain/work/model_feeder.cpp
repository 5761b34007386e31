#include "domain/work/model_feeder.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "wire/codec.hpp"

namespace alcove::work {

namespace {

using artefacts::Completion;
using artefacts::Task;
using artefacts::TaskState;

/// Whose requests are filled; suspects go alone.
bool is_suspect(const Task& task) {
  return task.crashes > 0;
}

}  // namespace

std::string embedded_text(const wire::Passage& passage) {
  return passage.title.empty() || passage.text.starts_with(passage.title) ? passage.text
                                                                          : passage.title + "\n" + passage.text;
}

ModelFeeder::ModelFeeder(Engine::Impl& engine, WorkerProcess& worker, std::size_t text_space, std::string fingerprint)
    : engine_(engine),
      worker_(worker),
      text_space_(text_space),
      stage_(models::kTextSpaceStages.at(text_space)),
      fingerprint_(std::move(fingerprint)) {}

bool ModelFeeder::is_its_turn() const {
  const models::TextSpacesState state = engine_.spaces.current();
  if (!state.spaces.at(text_space_).is_fed()) {
    return false;
  }
  if (state.serving == text_space_ || engine_.model_fingerprint(state.serving).empty()) {
    return true;
  }
  const UnixMillis now = now_unix_millis();
  return !engine_.store.has_open_tasks({std::string(models::kTextSpaceStages.at(state.serving))}, now).value_or(false);
}

Status ModelFeeder::feed() {
  write_results();
  if (!results_.empty()) {
    return {};
  }
  if (engine_.paused) {
    if (in_flight_.empty() && !open_.empty()) {
      abandon({});
    }
    return {};
  }
  lease_ahead();
  while (in_flight_.size() < kRequestsInFlight && !is_alone_) {
    wire::EmbedRequest request{
        .request_id = engine_.next_request++, .purpose = wire::EmbedPurpose::kPassage, .texts = {}};
    std::vector<Slice> slices = fill(request.texts);
    if (slices.empty()) {
      break;
    }
    // In flight before it is sent: when sending fails the worker is gone and the slices are found here.
    in_flight_[request.request_id] = {.slices = std::move(slices),
                                      .sent_at = std::chrono::steady_clock::now(),
                                      .processor_time = worker_.processor_time()};
    ALCOVE_TRY_VOID(worker_.send(wire::MessageKind::kEmbedRequest, request, Context::with_timeout(kEmbedTimeout)));
  }
  return {};
}

void ModelFeeder::lease_ahead() {
  if (unsent() >= kRequestsInFlight * kPassagesPerRequest || !is_its_turn()) {
    return;
  }
  while (unsent() < kRequestsInFlight * kPassagesPerRequest && open_.size() + kContentsPerLease <= kContentsOpenMax) {
    const auto tasks = engine_.store.lease({stage_}, kContentsPerLease);
    if (!tasks) {
      log_error("work", tasks.error());
      return;
    }
    for (const Task& task : *tasks) {
      begin(task);
    }
    if (tasks->empty()) {
      return;
    }
  }
}

std::size_t ModelFeeder::unsent() const {
  std::size_t sum = 0;
  for (const auto& [number, embedding] : open_) {
    sum += embedding.total - embedding.sent;
  }
  return sum;
}

void ModelFeeder::begin(const Task& task) {
  Embedding embedding;
  embedding.task = task;
  embedding.serial = next_serial_++;
  if (load_window(embedding)) {
    open_[task.content.value] = std::move(embedding);
  }
}

bool ModelFeeder::load_window(Embedding& embedding) {
  const auto artefact = engine_.store.find(embedding.task.content, "passages");
  if (!artefact || !*artefact) {
    forget(embedding.task, Passages::kNone, artefact ? nullptr : &artefact.error());
    return false;
  }
  auto decoded = wire::decode<wire::PassagesArtefact>((*artefact)->data);
  if (!decoded) {
    forget(embedding.task, Passages::kNone, &decoded.error());
    return false;
  }
  const auto& passages = decoded->passages;
  const bool is_first = embedding.total == 0;
  if (passages.empty() ||
      (!is_first && (embedding.run != (*artefact)->first_passage || embedding.total != passages.size()))) {
    forget(embedding.task, passages.empty() ? Passages::kNone : Passages::kOthers, nullptr);
    return false;
  }
  embedding.run = (*artefact)->first_passage;
  embedding.total = passages.size();
  embedding.window_first = embedding.sent;
  embedding.window.clear();
  for (std::size_t i = embedding.sent; i < std::min(passages.size(), embedding.sent + kWindowPassages); ++i) {
    embedding.window.push_back(embedded_text(passages[i]));
  }
  return true;
}

void ModelFeeder::forget(const Task& task, Passages left, const Error* error) {
  if (error != nullptr && error->code != ErrorCode::kCorrupt) {
    log_error("work", Error(*error).with_context("read passages"));
    Completion later = engine_.make_outcome(task.content, task.stage, TaskState::kWaiting, {}, {});
    later.not_before = UnixMillis{now_unix_millis().value + std::chrono::milliseconds(kBackoff.back()).count()};
    later.counts_as_run = false;
    results_.push_back(std::move(later));
    return;
  }
  Completion outcome = engine_.make_outcome(task.content, task.stage, TaskState::kWaiting, {}, {});
  outcome.counts_as_run = false;
  if (left == Passages::kNone) {
    outcome.state.reset();
  }
  if (error != nullptr) {
    log_warning("work", "content {}: the stored passages are damaged and are made again", task.content.value);
    const Stage& passages = *find_stage("passages");
    // Whoever makes them asks for these vectors again; where that is the database's damage, nobody can.
    outcome.not_before = UnixMillis{now_unix_millis().value + std::chrono::milliseconds(kBackoff.back()).count()};
    outcome.then_want = {{passages.name, fingerprint_of(passages, {})}};
    outcome.priority = task.priority;
  }
  // Written now: whoever makes the passages asks for their vectors, and that row must not be removed by this one.
  if (const Status written = engine_.complete({outcome}); !written) {
    log_error("work", written.error());
    results_.push_back(std::move(outcome));
  }
}

std::vector<ModelFeeder::Slice> ModelFeeder::fill(std::vector<std::string>& texts) {
  std::vector<Embedding*> order;
  for (auto& [number, embedding] : open_) {
    if (embedding.sent < embedding.total) {
      order.push_back(&embedding);
    }
  }
  std::ranges::sort(order, {}, [](const Embedding* each) {
    return std::tuple(is_suspect(each->task), each->total - each->sent, each->serial);
  });
  if (!order.empty() && is_suspect(order.front()->task)) {
    if (!in_flight_.empty()) {
      return {};
    }
    order.resize(1);
    is_alone_ = true;
  }
  std::vector<Slice> slices;
  for (Embedding* embedding : order) {
    if (texts.size() == kPassagesPerRequest || (!slices.empty() && is_suspect(embedding->task))) {
      break;
    }
    const ContentNumber content = embedding->task.content;
    if (embedding->sent == embedding->window_first + embedding->window.size() && !load_window(*embedding)) {
      open_.erase(content.value);
      continue;
    }
    const std::size_t offset = embedding->sent - embedding->window_first;
    const std::size_t count = std::min(kPassagesPerRequest - texts.size(), embedding->window.size() - offset);
    slices.push_back({.content = content.value, .serial = embedding->serial, .first = embedding->sent, .count = count});
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(std::move(embedding->window[offset + i]));
    }
    embedding->sent += count;
  }
  is_alone_ = is_alone_ && !slices.empty();
  return slices;
}

bool ModelFeeder::hangs() const {
  const SteadyTime now = std::chrono::steady_clock::now();
  return std::ranges::any_of(in_flight_, [&](const auto& entry) {
    const auto waited = now - entry.second.sent_at;
    return waited > kEmbedTimeoutBusy ||
           (waited > kEmbedTimeout && worker_.processor_time() - entry.second.processor_time > kEmbedProcessorTime);
  });
}

ModelFeeder::Embedding* ModelFeeder::find(const Slice& slice) {
  const auto found = open_.find(slice.content);
  return found == open_.end() || found->second.serial != slice.serial ? nullptr : &found->second;
}

Status ModelFeeder::take(const wire::EmbedReply& reply) {
  const auto found = in_flight_.find(reply.request_id);
  std::size_t rows = 0;
  for (const Slice& slice : found->second.slices) {
    rows += slice.count;
  }
  if (reply.error.empty() &&
      (reply.scales.size() != rows || reply.dimensions == 0 || reply.values.size() != rows * reply.dimensions)) {
    return fail(ErrorCode::kCorrupt, "The model worker's answer has a wrong shape");
  }
  const std::vector<Slice> slices = std::move(found->second.slices);
  in_flight_.erase(found);
  is_alone_ = false;
  std::size_t row = 0;
  for (const Slice& slice : slices) {
    if (reply.error.empty()) {
      store_rows(slice, reply, row, rows);
    } else if (const Embedding* embedding = find(slice)) {
      blame(*embedding, "model_error", reply.error);
      open_.erase(slice.content);
    }
    row += slice.count;
  }
  write_results();
  return {};
}

void ModelFeeder::store_rows(const Slice& slice, const wire::EmbedReply& reply, std::size_t row, std::size_t rows) {
  Embedding* embedding = find(slice);
  if (embedding == nullptr) {
    return;
  }
  const std::size_t dimensions = reply.dimensions;
  wire::VectorsArtefact& vectors = embedding->vectors;
  vectors.dimensions = reply.dimensions;
  vectors.scales.resize(embedding->total);
  vectors.values.resize(embedding->total * dimensions);
  const auto at = [](const auto& values, std::size_t index) {
    return values.begin() + static_cast<std::ptrdiff_t>(index);
  };
  std::copy_n(at(reply.scales, row), slice.count, vectors.scales.begin() + static_cast<std::ptrdiff_t>(slice.first));
  std::copy_n(at(reply.values, row * dimensions), slice.count * dimensions,
              vectors.values.begin() + static_cast<std::ptrdiff_t>(slice.first * dimensions));
  embedding->received += slice.count;
  // A request is shared by several files; each bears its part of the time.
  embedding->cpu_ms += static_cast<std::uint32_t>(reply.compute_ms * slice.count / std::max<std::size_t>(rows, 1));
  if (embedding->received < embedding->total) {
    return;
  }
  Completion completion =
      engine_.make_outcome(embedding->task.content, embedding->task.stage, TaskState::kWaiting, {}, {});
  completion.state.reset();
  completion.fingerprint = fingerprint_;
  completion.cpu_ms = embedding->cpu_ms;
  completion.of_run = embedding->run;
  completion.data = wire::encode(vectors);
  results_.push_back(std::move(completion));
  open_.erase(slice.content);
}

void ModelFeeder::blame(const Embedding& embedding, ReasonCode code, const std::string& reason, RemarkValues values) {
  const bool again = embedding.task.crashes + 1 < kCrashAttemptsMax;
  Completion outcome =
      engine_.make_outcome(embedding.task.content, embedding.task.stage,
                           again ? TaskState::kWaiting : TaskState::kFailed, code.text(), reason, std::move(values));
  outcome.count_crash = true;
  results_.push_back(std::move(outcome));
}

void ModelFeeder::write_results() {
  if (results_.empty() || std::chrono::steady_clock::now() < write_again_) {
    return;
  }
  if (const Status written = engine_.complete(results_); !written) {
    log_error("work", Error(written.error()).with_context("write vectors"));
    write_again_ = std::chrono::steady_clock::now() + kWritePause;
    return;
  }
  results_.clear();
}

void ModelFeeder::abandon(const Remark& reason) {
  std::vector<Task> back;
  for (const auto& [number, embedding] : open_) {
    const bool was_in_flight = std::ranges::any_of(in_flight_, [&](const auto& entry) {
      return std::ranges::any_of(entry.second.slices, [&](const Slice& slice) { return find(slice) == &embedding; });
    });
    if (was_in_flight && !reason.empty()) {
      blame(embedding, "worker_ended", reason.message, values_of(reason));
    } else {
      back.push_back(embedding.task);
    }
  }
  write_again_ = {};
  write_results();
  if (const Status released = engine_.store.release(back); !released) {
    log_error("work", released.error());
  }
  open_.clear();
  in_flight_.clear();
  is_alone_ = false;
}

}  // namespace alcove::work

#include "domain/search/follower.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace alcove::search {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kArea = "search";
constexpr std::size_t kBatch = 256;
constexpr milliseconds kCommitIntervalIdle{1'000};
constexpr milliseconds kCommitIntervalBusy{2'000};
constexpr std::size_t kCommitPassagesMax = 2'000;
/// Longest wait for news: how fast a stop or a rebuild is noticed by the thread that waits on the artefact store.
constexpr milliseconds kWait{200};
constexpr milliseconds kPauseAfterError{1'000};

}  // namespace

Follower::Follower(PassageIndex& passages, NameIndex& names, artefacts::Store& store, files::Files& files)
    : passages_(passages), names_(names), store_(store), files_(files), signal_(std::make_shared<Signal>()) {
  files_.on_change([signal = signal_] {
    {
      const std::scoped_lock lock(signal->mutex);
      ++signal->round;
    }
    signal->changed.notify_all();
  });
  passage_thread_ = std::jthread([this](const std::stop_token& stop) { follow_passages(stop); });
  name_thread_ = std::jthread([this](const std::stop_token& stop) { follow_names(stop); });
}

Follower::~Follower() {
  passage_thread_.request_stop();
  name_thread_.request_stop();
  {
    const std::scoped_lock lock(signal_->mutex);
    signal_->stopping = true;
  }
  signal_->changed.notify_all();
}

std::int64_t Follower::reached() const {
  const std::scoped_lock lock(signal_->mutex);
  return signal_->passages_reached;
}

bool Follower::take_flag(bool Signal::* flag) {
  const std::scoped_lock lock(signal_->mutex);
  return std::exchange((*signal_).*flag, false);
}

void Follower::pause(const std::stop_token& stop) {
  std::unique_lock lock(signal_->mutex);
  signal_->changed.wait_for(lock, kPauseAfterError, [&] { return stop.stop_requested() || signal_->stopping; });
}

std::optional<Error> Follower::trouble() const {
  auto error = passage_trouble_.error();
  return error ? error : name_trouble_.error();
}

Status Follower::of_passages(Status done) {
  passages_failed_ = passages_failed_ || !done;
  return done;
}

Status Follower::of_names(Status done) {
  names_failed_ = names_failed_ || !done;
  return done;
}

namespace {

/// Damage of the store or the catalog is not the index's, which must not be thrown away for it.
std::unexpected<Error> not_of_the_index(Error error) {
  error.code = error.code == ErrorCode::kCorrupt ? ErrorCode::kUnavailable : error.code;
  return std::unexpected(std::move(error));
}

}  // namespace

// --- passages ---

Status Follower::step_passages(const std::stop_token& stop, bool& drained) {
  if (take_flag(&Signal::clear_passages)) {
    rebuilding_ = true;
    if (Status cleared = passages_.clear(); !cleared) {
      const std::scoped_lock lock(signal_->mutex);
      signal_->clear_passages = true;
      return cleared;
    }
  }
  if (take_flag(&Signal::clear_vectors)) {
    rebuilding_ = true;
    if (Status cleared = passages_.clear_damaged_vectors(); !cleared) {
      const std::scoped_lock lock(signal_->mutex);
      signal_->clear_vectors = true;
      return cleared;
    }
  }
  if (passages_failed_) {
    ALCOVE_TRY_VOID(passages_.recover());
    passages_failed_ = false;
  }
  // Several times a second there is nothing new, which the store knows without a look at the disk.
  const bool is_new = passages_.applied() < store_.last_sequence();
  const auto changes = is_new ? store_.changes_after(passages_.applied(), kBatch)
                              : Result<std::vector<artefacts::Change>>(std::vector<artefacts::Change>());
  if (!changes) {
    return not_of_the_index(changes.error());
  }
  for (const artefacts::Change& change : *changes) {
    if (stop.stop_requested()) {
      return {};
    }
    ALCOVE_TRY_VOID(of_passages(passages_.apply(change)));
    const bool due = Clock::now() - passages_committed_at_ >= kCommitIntervalBusy;
    if (passages_.pending() >= kCommitPassagesMax || (passages_.pending() > 0 && due)) {
      ALCOVE_TRY_VOID(of_passages(passages_.commit()));
      passages_committed_at_ = Clock::now();
    }
    if (passages_.applied() < change.sequence) {
      break;  // The rows began anew: earlier changes come again.
    }
  }
  drained = changes->size() < kBatch && (changes->empty() || passages_.applied() >= changes->back().sequence);
  if (!drained) {
    return {};
  }
  if (passages_.pending() > 0 && (hurried_ > 0 || Clock::now() - passages_committed_at_ >= kCommitIntervalIdle)) {
    ALCOVE_TRY_VOID(of_passages(passages_.commit()));
    passages_committed_at_ = Clock::now();
  }
  if (passages_.pending() == 0) {
    passages_.follow_spaces();
    ALCOVE_TRY(drained, passages_.extend_sketch());
    rebuilding_ = false;
    {
      const std::scoped_lock lock(signal_->mutex);
      signal_->passages_reached = signal_->clear_passages || signal_->clear_vectors ? 0 : passages_.applied();
    }
    signal_->changed.notify_all();
  }
  return {};
}

void Follower::follow_passages(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool drained = false;
    const Status stepped = step_passages(stop, drained);
    if (!stepped) {
      if (passage_trouble_.note(stepped.error())) {
        log_error(kArea, stepped.error());
      }
      if (stepped.error().code == ErrorCode::kCorrupt) {
        const std::scoped_lock lock(signal_->mutex);
        signal_->clear_passages = true;
      }
      pause(stop);
      continue;
    }
    passage_trouble_.clear();
    if (drained && passages_.applied() >= store_.last_sequence()) {
      const auto rest =
          std::chrono::duration_cast<milliseconds>(passages_committed_at_ + kCommitIntervalIdle - Clock::now());
      const milliseconds wait = passages_.pending() > 0 ? std::clamp(rest, milliseconds(1), kWait / 4) : kWait;
      store_.wait_for_change(passages_.applied(), wait);
    }
  }
}

// --- names ---

Status Follower::step_names(const std::stop_token& stop, bool& drained) {
  if (take_flag(&Signal::clear_names)) {
    if (Status cleared = names_.clear(); !cleared) {
      const std::scoped_lock lock(signal_->mutex);
      signal_->clear_names = true;
      return cleared;
    }
  }
  if (names_failed_) {
    ALCOVE_TRY_VOID(names_.recover());
    names_failed_ = false;
  }
  std::uint64_t round = 0;
  {
    const std::scoped_lock lock(signal_->mutex);
    round = signal_->round;
  }
  const auto changes = files_.changes_after(names_.applied(), kBatch);
  if (!changes) {
    return not_of_the_index(changes.error());
  }
  for (const files::Files::FileChange& change : *changes) {
    if (stop.stop_requested()) {
      return {};
    }
    ALCOVE_TRY_VOID(of_names(names_.apply(change)));
  }
  drained = changes->size() < kBatch;
  const auto since = Clock::now() - names_committed_at_;
  const bool due = since >= kCommitIntervalBusy || (drained && (hurried_ > 0 || since >= kCommitIntervalIdle));
  if (names_.pending() > 0 && due) {
    ALCOVE_TRY_VOID(of_names(names_.commit()));
    names_committed_at_ = Clock::now();
  }
  if (drained && names_.pending() == 0) {
    {
      const std::scoped_lock lock(signal_->mutex);
      signal_->names_served = signal_->clear_names ? 0 : round;
    }
    signal_->changed.notify_all();
  }
  return {};
}

void Follower::follow_names(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool drained = false;
    const Status stepped = step_names(stop, drained);
    if (!stepped) {
      if (name_trouble_.note(stepped.error())) {
        log_error(kArea, stepped.error());
      }
      if (stepped.error().code == ErrorCode::kCorrupt) {
        const std::scoped_lock lock(signal_->mutex);
        signal_->clear_names = true;
      }
      pause(stop);
      continue;
    }
    name_trouble_.clear();
    if (drained) {
      std::unique_lock lock(signal_->mutex);
      const bool waits_for_commit = names_.pending() > 0;
      signal_->changed.wait_for(lock, waits_for_commit ? kWait / 4 : kWait * 10, [&] {
        return stop.stop_requested() || signal_->stopping || signal_->clear_names ||
               (!waits_for_commit && signal_->names_served < signal_->round);
      });
    }
  }
}

// --- callers ---

Status Follower::wait_until_applied(const Context& context) {
  const std::int64_t sequence = store_.last_sequence();
  ++hurried_;
  std::unique_lock lock(signal_->mutex);
  const std::uint64_t round = ++signal_->round;
  signal_->changed.notify_all();
  Status status;
  while (status && (signal_->passages_reached < sequence || signal_->names_served < round)) {
    // Slices, so that a stop request of the caller is seen.
    signal_->changed.wait_until(lock, std::min(context.deadline, Clock::now() + kWait));
    status = signal_->stopping ? fail(ErrorCode::kCancelled, "The server is stopping") : context.check();
  }
  --hurried_;
  return status;
}

void Follower::request_rebuild() {
  rebuilding_ = true;
  {
    const std::scoped_lock lock(signal_->mutex);
    signal_->clear_passages = true;
    signal_->clear_names = true;
    signal_->passages_reached = 0;
    signal_->names_served = 0;
  }
  signal_->changed.notify_all();
}

void Follower::request_vectors_anew() {
  rebuilding_ = true;
  {
    const std::scoped_lock lock(signal_->mutex);
    signal_->clear_vectors = true;
    signal_->passages_reached = 0;
  }
  signal_->changed.notify_all();
}

Status Follower::rebuild(const Context& context) {
  request_rebuild();
  return wait_until_applied(context);
}

}  // namespace alcove::search

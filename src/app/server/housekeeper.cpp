#include "app/server/housekeeper.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "drivers/os/thread.hpp"

namespace alcove::server {
namespace {

using std::chrono::milliseconds;

/// A look at the clock costs nothing; a round reads a little.
constexpr std::chrono::minutes kClockLook{1};
constexpr std::chrono::minutes kRound{60};
constexpr std::size_t kContentsAtOnce = 200;
constexpr std::string_view kClockSetting = "clock";

std::optional<UnixMillis> load_clock(artefacts::Store& store) {
  const auto text = store.load_setting(kClockSetting);
  if (!text || !*text) {
    return std::nullopt;
  }
  UnixMillis moment;
  const auto [end, error] = std::from_chars((*text)->data(), (*text)->data() + (*text)->size(), moment.value);
  return error == std::errc() && end == (*text)->data() + (*text)->size() ? std::optional(moment) : std::nullopt;
}

}  // namespace

ClockWatch::ClockWatch(UnixMillis now, Steady steady, std::optional<UnixMillis> last_run)
    : last_(now), last_steady_(steady) {
  if (last_run) {
    const milliseconds rest(now.value - last_run->value);
    before_start_ = rest - std::clamp(rest, milliseconds(0), milliseconds(kRestCounted));
  }
}

milliseconds ClockWatch::look(UnixMillis now, Steady steady) {
  const milliseconds passed = std::chrono::duration_cast<milliseconds>(steady - std::exchange(last_steady_, steady));
  const milliseconds shown(now.value - std::exchange(last_, now).value);
  const milliseconds moved = shown - passed + std::exchange(before_start_, milliseconds(0));
  return std::chrono::abs(moved) < kClockJumpMin ? milliseconds(0) : moved;
}

Housekeeper::Housekeeper(Rooms rooms)
    : rooms_(rooms), clock_(now_unix_millis(), std::chrono::steady_clock::now(), load_clock(rooms.store)) {
  look_at_clock();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Housekeeper::~Housekeeper() {
  thread_.request_stop();
  thread_.join();
}

void Housekeeper::wake() {
  {
    const std::scoped_lock lock(mutex_);
    is_woken_ = true;
  }
  woken_.notify_all();
}

void Housekeeper::look_at_clock() {
  const milliseconds moved = clock_.look(now_unix_millis(), std::chrono::steady_clock::now());
  if (moved == milliseconds(0)) {
    return;
  }
  log_warning("server", "the clock was moved by {} s; what is kept for a time is kept for as long as before",
              moved.count() / 1000);
  Status kept = rooms_.store.clock_moved(moved);
  kept = kept ? rooms_.libraries.clock_moved(moved) : kept;
  kept = kept ? note_clock() : kept;
  if (!kept) {
    log_error("server", std::move(kept).error().with_context("follow the clock"));
  }
}

Status Housekeeper::note_clock() {
  return rooms_.store.set_setting(kClockSetting, std::to_string(now_unix_millis().value));
}

void Housekeeper::run(const std::stop_token& stop) {
  os::make_background_thread();
  // The port does not wait for this: a large store takes long to read.
  if (const Status sound = rooms_.store.verify_structure(stop); !sound && sound.error().code != ErrorCode::kCancelled) {
    log_error("artefacts", Error(sound.error()).with_context("check the stored results"));
  }
  while (!stop.stop_requested()) {
    if (const Status backed_up = rooms_.catalog.backup_daily(); !backed_up) {
      log_error("catalog", backed_up.error());
    }
    const UnixMillis before{now_unix_millis().value - milliseconds(kVanishedKept).count()};
    if (const auto erased = erase(before, stop); !erased) {
      log_error("server", Error(erased.error()).with_context("erase what vanished long ago"));
    }
    const auto next_round = std::chrono::steady_clock::now() + kRound;
    bool is_due = false;
    while (!is_due && !stop.stop_requested()) {
      {
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, stop, kClockLook, [&] { return is_woken_; });
        is_due = std::exchange(is_woken_, false) || std::chrono::steady_clock::now() >= next_round;
      }
      look_at_clock();
    }
  }
}

Result<Housekeeper::Erased> Housekeeper::erase(UnixMillis before, const std::stop_token& stop) {
  const std::scoped_lock turn(erasing_);
  Erased erased;
  ALCOVE_TRY(erased.files, rooms_.libraries.erase_missing(before));
  // Those that are expired count as orphaned since ever.
  const UnixMillis orphaned_before{std::max<std::int64_t>(before.value, 1)};
  while (!stop.stop_requested()) {
    ALCOVE_TRY(const auto contents, rooms_.store.orphaned_before(orphaned_before, kContentsAtOnce));
    std::int64_t gone = 0;
    for (const ContentNumber content : contents) {
      ALCOVE_TRY(const bool is_gone, rooms_.files.erase_orphaned(content, orphaned_before));
      gone += is_gone ? 1 : 0;
    }
    erased.contents += gone;
    if (gone == 0) {
      break;
    }
  }
  // So that the next run knows how long this one has watched; nothing is written when nothing is waiting to be erased.
  ALCOVE_TRY(const auto waiting, rooms_.store.orphaned_before(UnixMillis{std::numeric_limits<std::int64_t>::max()}, 1));
  if (!waiting.empty()) {
    ALCOVE_TRY_VOID(note_clock());
  }
  return erased;
}

Result<Housekeeper::Erased> Housekeeper::erase_vanished() {
  ALCOVE_TRY_VOID(rooms_.store.expire_all_orphans());
  return erase(UnixMillis{std::numeric_limits<std::int64_t>::max()}, {});
}

}  // namespace alcove::server

#pragma once
/// @file
/// What has to be done now and then: backups, erasing what vanished long ago, an eye on the clock.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "base/time.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/files/files.hpp"
#include "domain/libraries/libraries.hpp"

namespace alcove::server {

/// Rows of vanished files, and what was made of contents that no file has any more, are kept this long: a file that
/// was moved away by mistake, or whose disk was exchanged, comes back as the one it was.
inline constexpr std::chrono::hours kVanishedKept{24 * 30};
/// A difference between the clock and the time that passed is a jump from here on; less is a clock being corrected.
inline constexpr std::chrono::minutes kClockJumpMin{10};
/// Of a rest between two runs of the server (or of a clock that jumped meanwhile: nobody can tell) no more counts.
inline constexpr std::chrono::hours kRestCounted{24 * 7};

/// Tells time that passed from a clock that was changed.
///
/// Thread safety: none. What is kept until a day is kept for that many days of life, whatever the clock says.
class ClockWatch {
 public:
  using Steady = std::chrono::steady_clock::time_point;
  /// `last_run`: what the clock said last in the run before; nothing when there was none.
  ClockWatch(UnixMillis now, Steady steady, std::optional<UnixMillis> last_run);
  /// How far the clock was moved since the last call (or since the run before); 0 when it was not.
  std::chrono::milliseconds look(UnixMillis now, Steady steady);

 private:
  UnixMillis last_;
  Steady last_steady_;
  std::chrono::milliseconds before_start_{0};
};

/// Owns one thread. Errors are logged and the work is done again in the next round.
class Housekeeper {
 public:
  struct Rooms {
    catalog::Catalog& catalog;
    artefacts::Store& store;
    files::Files& files;
    libraries::Libraries& libraries;
  };
  /// Sets moments right that a jump of the clock before this start made wrong, then begins.
  explicit Housekeeper(Rooms rooms);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  /// Something is to be erased now.
  void wake();
  struct Erased {
    std::int64_t files = 0;
    std::int64_t contents = 0;
  };
  /// Erases at once what is kept of vanished files.
  Result<Erased> erase_vanished();

 private:
  void run(const std::stop_token& stop);
  void look_at_clock();
  /// What vanished before that moment, and what is expired.
  Result<Erased> erase(UnixMillis before, const std::stop_token& stop);
  Status note_clock();

  Rooms rooms_;
  ClockWatch clock_;
  std::mutex erasing_;  ///< One round at a time.
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool is_woken_ = false;  ///< Under mutex_.
  std::jthread thread_;
};

}  // namespace alcove::server

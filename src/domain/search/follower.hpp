#pragma once
/// @file
/// Two threads that keep the indexes up with the artefact store and the catalog.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <mutex>
#include <string>
#include <thread>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/trouble.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/files/files.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/passage_index.hpp"

namespace alcove::search {

/// Applies changes in order and commits: at once when the last commit is a second ago, else when that second is over;
/// under load every two seconds or 2,000 passages, because a commit costs the same for one passage as for many.
///
/// Thread safety: all calls from any thread. Stops when destroyed. Failure: an error of the disk is logged and tried
/// again after a pause; a damaged index is remade.
class Follower {
 public:
  Follower(PassageIndex& passages, NameIndex& names, artefacts::Store& store, files::Files& files);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Returns when every change committed before the call is searchable.
  Status wait_until_applied(const Context& context);
  /// Throws both indexes away and follows from 0; returns when that has caught up. Past the deadline it goes on.
  Status rebuild(const Context& context);
  /// The same without waiting: for a search that met damage.
  void request_rebuild();
  /// Of the vector rows alone, which takes minutes where the words would take hours.
  void request_vectors_anew();

  /// Why the indexes do not keep up at the moment; empty when they do.
  [[nodiscard]] std::optional<Error> trouble() const;
  [[nodiscard]] bool rebuilding() const { return rebuilding_; }
  /// The last artefact change that is searchable.
  [[nodiscard]] std::int64_t reached() const;

 private:
  /// Outlives the follower in the listener that `files` keeps; owned by both.
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t round = 0;         ///< Raised for each reason to look.
    std::uint64_t names_served = 0;  ///< The round up to which names are searchable.
    std::int64_t passages_reached = 0;
    bool clear_passages = false;
    bool clear_vectors = false;
    bool clear_names = false;
    bool stopping = false;
  };

  void follow_passages(const std::stop_token& stop);
  Status step_passages(const std::stop_token& stop, bool& drained);
  void follow_names(const std::stop_token& stop);
  Status step_names(const std::stop_token& stop, bool& drained);
  bool take_flag(bool Signal::* flag);
  /// Remembers that the index failed, so that it begins anew from what is on the disk before it goes on.
  Status of_passages(Status done);
  Status of_names(Status done);
  void pause(const std::stop_token& stop);

  PassageIndex& passages_;
  NameIndex& names_;
  artefacts::Store& store_;
  files::Files& files_;
  std::shared_ptr<Signal> signal_;
  std::atomic<int> hurried_{0};  ///< Callers waiting: commits do not wait for their second.
  std::atomic<bool> rebuilding_{false};
  bool passages_failed_ = false;  ///< Each its thread's own.
  bool names_failed_ = false;
  Trouble passage_trouble_;
  Trouble name_trouble_;
  std::chrono::steady_clock::time_point passages_committed_at_;
  std::chrono::steady_clock::time_point names_committed_at_;
  std::jthread passage_thread_;
  std::jthread name_thread_;
};

}  // namespace alcove::search

#pragma once
/// @file
/// Turns tasks of a text space into requests to the model worker and its answers into artefacts. Only for this
/// folder.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "domain/work/engine_impl.hpp"
#include "wire/artefacts.hpp"

namespace alcove::work {

/// Passages of one request: long enough that the worker's threads end it nearly together, short enough that little is
/// lost with a crash.
inline constexpr std::size_t kPassagesPerRequest = 32;
/// While the worker computes one, the next one lies ready.
inline constexpr std::size_t kRequestsInFlight = 2;
/// Contents leased at once, and held at most: files of one passage must fill all requests in flight.
inline constexpr std::size_t kContentsPerLease = 64;
inline constexpr std::size_t kContentsOpenMax = 160;
/// Texts of one content held in memory; a long document is read again for each next window.
inline constexpr std::size_t kWindowPassages = 512;
/// An embedding request that is not answered within the first of these means a hanging worker, if it has computed for
/// as long as the second: on a busy machine it may hardly get a turn. After the third it hangs in any case.
inline constexpr std::chrono::seconds kEmbedTimeout{120};
inline constexpr std::chrono::seconds kEmbedProcessorTime{60};
inline constexpr std::chrono::minutes kEmbedTimeoutBusy{20};

/// What the model reads of a passage: its title and a line feed before it, unless there is none or the text begins
/// with it anyway.
std::string embedded_text(const wire::Passage& passage);

/// One model worker's work in progress.
///
/// Requests hold passages of as many files as fit, those with the fewest passages left first, so that a small new file
/// does not wait for a book. A content that was in a request with which a worker ended before is sent alone: a second
/// end is then its own fault.
///
/// Thread safety: one thread at a time.
class ModelFeeder {
 public:
  ModelFeeder(Engine::Impl& engine, WorkerProcess& worker, std::size_t text_space, std::string fingerprint);

  /// Leases ahead and keeps requests in flight; writes what could not be written before. Errors: the worker is gone.
  Status feed();
  /// Whether a reply is for one of our requests (and not for a query).
  [[nodiscard]] bool owns(std::uint64_t request_id) const { return in_flight_.contains(request_id); }
  /// Takes a reply that it owns. Errors: kCorrupt when its shape is wrong; the worker is then not to be trusted.
  Status take(const wire::EmbedReply& reply);
  /// Writes finished results. While that fails (a full disk) they are kept and nothing new is sent.
  void write_results();
  [[nodiscard]] bool is_idle() const { return in_flight_.empty(); }
  [[nodiscard]] bool hangs() const;
  /// Everything unfinished waits again. With a `reason` the worker ended: what was in flight counts an attempt, and
  /// fails at the second one.
  void abandon(const Remark& reason);

 private:
  /// A content whose vectors are being made.
  struct Embedding {
    artefacts::Task task;
    std::uint64_t serial = 0;  ///< Tells a second lease of the same content from the first.
    PassageNumber run;
    std::size_t total = 0;
    std::size_t sent = 0;
    std::size_t received = 0;
    std::vector<std::string> window;  ///< Texts from `window_first` on.
    std::size_t window_first = 0;
    wire::VectorsArtefact vectors;
    std::uint32_t cpu_ms = 0;
  };
  /// Part of a request: `count` texts of a content from `first`.
  struct Slice {
    std::uint32_t content = 0;
    std::uint64_t serial = 0;
    std::size_t first = 0;
    std::size_t count = 0;
  };
  struct InFlight {
    std::vector<Slice> slices;
    SteadyTime sent_at;
    std::chrono::milliseconds processor_time{};  ///< Of the worker, when it was sent.
  };

  /// Whether texts are to be embedded now: not for a space that is kept, and for one that is built only while the space
  /// that serves lacks nothing.
  [[nodiscard]] bool is_its_turn() const;
  void lease_ahead();
  void begin(const artefacts::Task& task);
  /// The next request's slices and texts; empty when there is nothing to send now.
  std::vector<Slice> fill(std::vector<std::string>& texts);
  /// Reads the window at `sent`. False when the content's passages are gone or changed; it is then given up.
  bool load_window(Embedding& embedding);
  Embedding* find(const Slice& slice);
  void store_rows(const Slice& slice, const wire::EmbedReply& reply, std::size_t row, std::size_t rows);
  /// The attempt failed: again alone, or failed for good.
  void blame(const Embedding& embedding, ReasonCode code, const std::string& reason, RemarkValues values = {});
  enum class Passages : std::uint8_t { kNone, kOthers };
  /// The passages are gone, changed or (with an error) cannot be read: gives the task up, and has damaged ones made
  /// again.
  void forget(const artefacts::Task& task, Passages left, const Error* error);
  [[nodiscard]] std::size_t unsent() const;

  Engine::Impl& engine_;
  WorkerProcess& worker_;
  std::size_t text_space_;
  std::string stage_;
  std::string fingerprint_;
  std::map<std::uint32_t, Embedding> open_;  ///< By content.
  std::map<std::uint64_t, InFlight> in_flight_;
  bool is_alone_ = false;  ///< A suspect's request is in flight.
  std::uint64_t next_serial_ = 1;
  std::vector<artefacts::Completion> results_;  ///< Finished, not written yet.
  SteadyTime write_again_;                      ///< After a failed write: not before this.
};

}  // namespace alcove::work

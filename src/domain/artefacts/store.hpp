#pragma once
/// @file
/// artefacts/: what stages made, keyed by content and fingerprint, in one growing sequence; and the task table.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/remark.hpp"
#include "base/time.hpp"

namespace alcove::artefacts {

/// A content: bytes by hash, and for plain text also the reader that the file's name chose ("" for all else).
struct Content {
  ContentNumber number;
  Sha256 sha256{};
  std::string reader;
  std::int64_t size_bytes = 0;
};

/// One stored result.
struct Artefact {
  std::int64_t sequence = 0;  ///< Grows with every change; indexes follow it.
  ContentNumber content;
  std::string stage;
  std::string fingerprint;  ///< Stage version, model and settings that made it.
  UnixMillis made_at;
  std::string machine;  ///< Host name of where it was computed.
  std::uint32_t cpu_ms = 0;
  std::int64_t size_bytes = 0;
  Bytes data;                       ///< Encoded (wire/artefacts.hpp); empty when only listed.
  PassageNumber first_passage;      ///< Stage `passages`: the run's first number.
  std::uint32_t passage_count = 0;  ///< Stage `passages`: the run's length.
};

enum class TaskState : std::uint8_t { kWaiting, kRunning, kFailed, kSkipped };

/// One (content, stage) that is not done. A done one has an artefact and no row.
struct Task {
  ContentNumber content;
  std::string stage;
  TaskState state = TaskState::kWaiting;
  int priority = 0;         ///< Higher first.
  int attempts = 0;         ///< That failed, with or without a crash.
  int crashes = 0;          ///< Of those: that ended the worker.
  int misses = 0;           ///< Times in a row that the content could not be opened.
  UnixMillis not_before;    ///< Backoff.
  std::string reason_code;  ///< Failed, skipped: stable code.
  std::string reason;       ///< Failed, skipped: sentence for the person.
  RemarkValues values;      ///< What the sentence names.
  UnixMillis changed_at;
};

/// A change that indexes replay: an artefact was put, or all (of a stage, or of a content) were removed; of content 0:
/// those of the stage of every content.
struct Change {
  std::int64_t sequence = 0;
  enum class Kind : std::uint8_t { kPut, kRemoved } kind = Kind::kPut;
  ContentNumber content;
  std::string stage;
  PassageNumber first_passage;  ///< Of the content's run at that moment (also for kRemoved).
  std::uint32_t passage_count = 0;
};

struct TaskCounts {
  std::int64_t waiting = 0;
  std::int64_t running = 0;
  std::int64_t failed = 0;
  std::int64_t skipped = 0;
};

/// One member of a container: a content inside a content.
struct Part {
  ContentNumber parent;
  std::uint32_t position = 0;  ///< In the parent's artefact `parts`.
  ContentNumber content;
  std::string path;  ///< Inside the parent, for people.
};

/// Where a content stands among containers.
struct Nesting {
  unsigned depth = 0;             ///< Containers around it, on the shortest way; 0: it is a part of nothing.
  std::int64_t parts_around = 0;  ///< Members, at every depth, of the outermost containers it lies in.
  std::int64_t bytes_around = 0;  ///< Of those.
};

/// A stage that a content should have, made by exactly this version and model.
struct WantedStage {
  std::string stage;
  std::string fingerprint;
};

/// A content and the stages it should have.
struct WantedContent {
  ContentNumber content;
  std::vector<WantedStage> stages;
  int priority = 0;
};

/// What finishing a stage writes, in one transaction.
struct Completion {
  ContentNumber content;
  std::string stage;
  std::string fingerprint;
  std::string machine;
  std::uint32_t cpu_ms = 0;
  std::optional<Bytes> data;        ///< Set: done. Not set: see `state`.
  std::uint32_t passage_count = 0;  ///< Stage `passages`: a run of this length is reserved.
  /// Stage `parts`: the members that were read; they replace those known before. A member that contains its own
  /// container (an archive may be made so) is left out.
  std::vector<Part> parts;
  /// A result with one row per passage (`text_vectors`): the run it was made of. When the content has another run by
  /// now, the result is thrown away and the task waits again; when the run is replaced later, the result goes with it.
  PassageNumber of_run;
  std::optional<TaskState> state;  ///< kFailed, kSkipped, or kWaiting to retry; nothing: not applicable, row removed.
  std::string reason_code;
  std::string reason;
  RemarkValues values;
  UnixMillis not_before;       ///< With kWaiting.
  bool count_attempt = false;  ///< Raises attempts.
  bool count_crash = false;    ///< Raises attempts and crashes.
  bool count_miss = false;     ///< Raises misses; every other outcome sets them to zero.
  /// With no state and no data: the row is only removed while the content is orphaned; else it waits as `not_before`
  /// says. What came back a moment ago then keeps its tasks.
  bool only_if_orphaned = false;
  bool counts_as_run = true;           ///< False when nothing was executed (the file was not there).
  std::vector<WantedStage> then_want;  ///< Tasks that follow from this one, opened in the same transaction.
  int priority = 0;                    ///< Of those.
};

/// The store.
///
/// Thread safety: all calls from any thread; writes exclude one another; reads use their own connections.
/// Failure: kCorrupt when a checksum does not match: the artefact is then gone, and its task waits. Where the database
/// itself is damaged, that is remembered for the next start and told in the notice.
class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& data_folder);
  ~Store();

  /// Random id made when the store was created. The catalog keeps it beside cached content numbers; after the store
  /// was lost and remade the ids differ and the numbers are looked up again.
  [[nodiscard]] std::string store_id() const;
  /// What happened at opening, as a sentence for the person; empty when all was well.
  [[nodiscard]] Remark notice() const;
  /// Why results cannot be written at the moment, as a sentence for the person; empty when they can.
  [[nodiscard]] std::optional<Error> trouble() const;
  /// Reads the whole store once, in steps; that takes long for a large one. A store whose structure is damaged is
  /// remembered, so that the next start puts it aside, and the notice says so. Errors: kCorrupt, kCancelled.
  Status verify_structure(const std::stop_token& stop);
  /// Small settings of the store itself ("paused"). Nothing when never set.
  Result<std::optional<std::string>> load_setting(std::string_view key);
  Status set_setting(std::string_view key, std::string_view value);

  /// The number of a content, made when missing. Numbers are never reused. A known content is orphaned no more.
  Result<Content> ensure_content(const Sha256& sha256, std::string_view reader, std::int64_t size_bytes);
  Result<std::optional<Content>> find_content(ContentNumber number);

  /// Adds waiting tasks for stages that have neither an artefact of `fingerprint` nor a failed or skipped row. One that
  /// waits keeps the higher priority, and waits no longer for its content to be there.
  using Wanted = WantedStage;
  Status want(ContentNumber content, const std::vector<Wanted>& stages, int priority);
  /// The same for many contents in one transaction.
  Status want_all(const std::vector<WantedContent>& contents);
  /// Tasks whose content could not be opened may be leased at once.
  Status hurry_missed();
  /// Failed and skipped rows of `stage` of another fingerprint wait again: a new version may do better.
  Status reset_outdated(std::string_view stage, std::string_view fingerprint);
  /// Leases up to `limit` waiting tasks of `stages` whose not_before has passed, best priority first, then oldest;
  /// they become kRunning. All leased tasks of one content come together.
  Result<std::vector<Task>> lease(const std::vector<std::string>& stages, std::size_t limit);
  /// After a start: everything that was running waits again, and nothing waits for a moment by the clock.
  Status release_all();
  /// Gives leased tasks back untouched.
  Status release(const std::vector<Task>& tasks);
  /// Writes results; each completion and its task row in the same transaction.
  Status complete(const std::vector<Completion>& completions);
  /// Failed and skipped rows of a content (or of all) wait again.
  Status retry(std::optional<ContentNumber> content);

  Result<std::optional<Artefact>> find(ContentNumber content, std::string_view stage);
  /// All artefacts of a content, without data.
  Result<std::vector<Artefact>> list(ContentNumber content);
  /// Contents after `after`, in order, whose artefact of `stage` has another fingerprint: at most `limit`.
  Result<std::vector<ContentNumber>> stale(std::string_view stage, std::string_view fingerprint, ContentNumber after,
                                           std::size_t limit);
  Result<std::vector<Task>> tasks_of(ContentNumber content);
  Result<TaskCounts> task_counts();
  /// Failed or skipped tasks for the page, newest first.
  Result<std::vector<Task>> problems(TaskState state, std::size_t limit, std::size_t offset);
  struct StageCount {
    std::string stage;
    std::int64_t runs = 0;  ///< Executions since the data folder began; survives erasing.
    std::int64_t waiting = 0;
    std::int64_t running = 0;
    std::int64_t done = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
  };
  Result<std::vector<StageCount>> stage_counts();

  /// Changes after `sequence`, in order, at most `limit`. Data is read by `find`.
  Result<std::vector<Change>> changes_after(std::int64_t sequence, std::size_t limit);
  [[nodiscard]] std::int64_t last_sequence() const;
  /// Waits until last_sequence() > `sequence` or the timeout; returns last_sequence().
  std::int64_t wait_for_change(std::int64_t sequence, std::chrono::milliseconds timeout);

  /// Content of a passage number, and the run it lies in.
  struct Run {
    ContentNumber content;
    PassageNumber first;
    std::uint32_t count = 0;
  };
  Result<std::optional<Run>> find_run(PassageNumber passage);
  Result<std::vector<Run>> all_runs();

  /// Members of a content, by position.
  Result<std::vector<Part>> parts_of(ContentNumber parent);
  /// Where a content is a member, at most `limit`.
  Result<std::vector<Part>> places_of_part(ContentNumber content, std::size_t limit);
  /// Every one, for the sets in memory.
  Result<std::vector<Part>> all_parts();
  Result<Nesting> nesting_of(ContentNumber content);

  /// Contents after `after`, in order, that have neither an artefact nor a task row of `stage`: at most `limit`.
  /// Orphaned contents are left out, and with kWithPassages those without a passage.
  enum class Among : std::uint8_t { kAll, kWithPassages };
  Result<std::vector<ContentNumber>> missing(std::string_view stage, Among among, ContentNumber after,
                                             std::size_t limit);
  /// Whether a task of `stages` runs, or waits and may be leased at the moment `until`.
  Result<bool> has_open_tasks(const std::vector<std::string>& stages, UnixMillis until);
  /// Removes one artefact, for instance a damaged one, so that it can be made again. Its task is the caller's.
  Status drop(ContentNumber content, std::string_view stage);
  /// Whether any content has a result of the stage.
  Result<bool> has_results(std::string_view stage);
  /// Removes the stage's tasks and at most `limit` of its results. True: there may be more. The step that finds none
  /// left tells the followers that the whole stage was removed (Change of content 0).
  Result<bool> erase_stage_some(std::string_view stage, std::size_t limit);
  /// Removes the stage's tasks: nothing is to be made of it at the moment. Where it has none, nothing is written.
  Status forget_tasks(std::string_view stage);

  /// Removes every artefact, task and run of a content, and the content. Its number is never used again.
  Status erase(ContentNumber content);
  /// Marks contents as orphaned since now (no file has them) or as used again; those orphaned since before
  /// `before` are listed for erasing.
  Status set_orphaned(const std::vector<ContentNumber>& contents, bool orphaned);
  /// The clock was put forward by `by` (or back): what has been orphaned for ten days still has been, and no task waits
  /// longer than it would have.
  Status clock_moved(std::chrono::milliseconds by);
  Result<std::int64_t> count_orphaned();
  Result<std::vector<ContentNumber>> orphaned_before(UnixMillis before, std::size_t limit);
  /// Orphaned ones among these, and among what they contain, count as orphaned for ever: they are erased next.
  Status expire_orphans(const std::vector<ContentNumber>& contents);
  /// The same of all.
  Status expire_all_orphans();
  /// Contents that are not marked as orphaned.
  Result<std::vector<ContentNumber>> contents_in_use();
  /// Erases a content that is still orphaned since before `before`. False when it is in use again.
  Result<bool> erase_orphaned(ContentNumber content, UnixMillis before);

  /// Structure check, and every checksum when deep. Returns the findings. Errors: kCancelled and kTimedOut by the
  /// context.
  Result<std::vector<std::string>> check(bool deep, const Context& context = {});
  [[nodiscard]] std::int64_t size_on_disk_bytes() const;

 private:
  struct Impl;
  /// Removes an artefact that decayed, and asks for it anew.
  Status remake(const Artefact& artefact);
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::artefacts

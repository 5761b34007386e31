#pragma once
/// @file
/// The work engine: which stages a content still needs, who runs them, what became of them.

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/models/text_spaces.hpp"
#include "wire/messages.hpp"

namespace alcove::work {

struct Options {
  std::filesystem::path worker_path;    ///< alcove-worker
  std::filesystem::path models_folder;  ///< <data>/models or the shared cache
  std::filesystem::path
      spool_folder;  ///< Where members of containers lie until they are read: on a disk, not in memory.
  int decode_workers = 1;
  int model_threads = 2;
  std::chrono::milliseconds decode_timeout{60'000};  ///< Of one content, plus a little for each MiB of it.
};

/// A worker process as the status page shows it.
struct WorkerStatus {
  std::string role;
  int pid = 0;        ///< 0: not running
  std::string state;  ///< "ready", "starting", "busy", "down"
  Remark reason;      ///< when down: why
  std::int64_t restarts = 0;
  std::vector<wire::ConfinementState> confinement;
  std::string instructions = {};  ///< Of the model's kernels: "AVX2"; empty for other workers.
};

/// A text space as people see it.
struct TextSpaceProgress {
  models::TextSpace space;
  std::string fingerprint;       ///< Of the model, while it runs.
  std::string note;              ///< Why its model does not run, or why the space does not take over; else "".
  std::int64_t contents = 0;     ///< That have vectors of it.
  std::int64_t left = 0;         ///< Tasks that are open.
  std::int64_t failed = 0;       ///< Tasks that failed.
  std::uint32_t dimensions = 0;  ///< 0 while not known.
};

struct Progress {
  artefacts::TaskCounts tasks;
  std::vector<artefacts::Store::StageCount> stages;
  double tasks_per_second = 0;               ///< over the last minute
  std::optional<std::int64_t> seconds_left;  ///< nothing while not known or nothing to do
  bool paused = false;
  std::string model_name;  ///< Of the text space that serves.
  std::string model_fingerprint;
  std::string model_note;  ///< e.g. "The model is not installed; search finds words, not meanings"
  std::array<TextSpaceProgress, models::kTextSpaces> text_spaces;
  std::vector<WorkerStatus> workers;
};

/// Declared once in stages.cpp.
struct Stage {
  const char* name;
  int version;
  enum class Family : std::uint8_t { kDecode, kModel } family;
  std::vector<const char*> needs;  ///< stages whose artefacts it reads
};
const std::vector<Stage>& stages();

/// Leases tasks, feeds workers, writes completions.
///
/// Threads: one per decode worker and one for the model worker of each text space, all owned. Stops when destroyed;
/// leased tasks wait again. Failure: a worker that crashes, hangs or exceeds its memory costs the task it had: retried
/// once alone, then failed.
class Engine {
 public:
  /// What the engine asks of the rest of the house; given by the composition root. Called from any of its threads.
  struct Doors {
    /// Opens the bytes of a content that a file has; an owned descriptor. Errors: kNotFound when no present file has
    /// it.
    std::function<Result<int>(ContentNumber)> open_content;
    /// A name for the content, for messages and as a title of last resort.
    std::function<std::string(ContentNumber)> name_of;
    /// The reader that a part's name asks for, as files::reader_for_name.
    std::function<std::string(std::string_view name)> reader_of;
    /// The parts of a container may have changed in the store; `found` are contents that were named on the way.
    std::function<void(ContentNumber container, const std::vector<ContentNumber>& found)> parts_changed;
  };

  /// `store` and `spaces` outlive the engine.
  static Result<std::unique_ptr<Engine>> start(artefacts::Store& store, models::TextSpaces& spaces, Options options,
                                               Doors doors);
  ~Engine();

  /// Adds the tasks a new or changed content needs. Small and recent first; `changed_at` is its file's last change.
  Status content_appeared(const artefacts::Content& content, UnixMillis changed_at = {});
  /// The same for contents that got their first present file, new ones and those that came back.
  Status contents_used(const std::vector<ContentNumber>& contents);
  /// Pausing lets running tasks finish and starts no more; survives a restart.
  Status set_paused(bool paused);
  [[nodiscard]] bool is_paused() const;
  /// What failed or was skipped waits again: of one content, or all of it.
  Status retry_failed(std::optional<ContentNumber> content = std::nullopt);
  Progress progress();
  /// Returns when no task runs and none may be leased now or within two seconds; those in a longer backoff are not
  /// waited for, nor are vectors while there is no model. Errors: kPreconditionFailed when paused with work left.
  Status wait_until_idle(const Context& context);

  /// Opens any content, also one that lies in containers, from which a decode worker takes it. An owned descriptor.
  /// Errors: kNotFound, kUnavailable, kTimedOut when every worker is busy for too long.
  Result<int> open_content(ContentNumber content, const Context& context);

  /// models::TextSpaces::use, `stop` and `discard`, with what follows: workers, tasks, erasing.
  Status use_model(const std::string& name);
  Status stop_building();
  Status discard_vectors();

  /// One query's vector by the model of a text space: unit length floats. Overtakes background work. Errors:
  /// kUnavailable (no model), kTimedOut.
  struct QueryVector {
    std::vector<float> values;
    std::string model_name;
    std::string model_fingerprint;
  };
  Result<QueryVector> embed_query(const std::string& text, std::size_t text_space, const Context& context);

  struct Impl;  ///< For this folder's own sources.

 private:
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::work

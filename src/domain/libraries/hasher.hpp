#pragma once
/// @file
/// Reads files that are listed but not known, names their content, and reports it.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/trouble.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/files/records.hpp"
#include "domain/libraries/libraries.hpp"
#include "domain/libraries/writer.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::libraries {

/// Files whose bytes are known in one transaction, and how long the first of them waits for the others.
inline constexpr std::size_t kHashedTogetherMax = 64;
inline constexpr std::chrono::milliseconds kHashedTogetherTime{100};
/// Files that are waited for (still being written, just changed). With more, the oldest are tried at once.
inline constexpr std::size_t kPostponedMax = 1'024;
/// Times that the disk may fail to give a file's bytes before the person is told.
inline constexpr int kReadTriesMax = 5;

/// Opens the file of a row below its library's root, and checks that it is still that version.
/// Errors: kNotFound, kPreconditionFailed (another version), kUnsupported (not a regular file), kForbidden.
Result<os::UniqueFd> open_version(const std::filesystem::path& root, const std::string& path,
                                  const files::Version& version);

/// One background thread, for files of one class of sizes: a film that is read for minutes must not keep a note
/// waiting. The queue is the catalog itself (files.pending), so nothing is lost by a crash.
///
/// A file is read when its modification is at least `settle` old, and only believed when it is the same before and
/// after reading. Verifying rests between blocks, and gives its file up for one that is new.
///
/// An error of the disk is no news about a file: what is known of it stays. The follower looks whether the root is
/// there at all, and only with a root that is, the file is given up after kReadTriesMax.
///
/// Thread safety: all calls from any thread.
class Hasher {
 public:
  /// A file whose content is known now, with the path it has.
  using OnContent = Libraries::OnContent;
  struct Setting {
    files::Records::Sizes sizes;
    Writer& writer;
    artefacts::Store& store;
    files::Files& files;
    std::chrono::milliseconds settle;
    OnContent on_content;
    /// While it is true nothing is read. May be empty: never.
    std::function<bool()> is_paused;
    /// A file on disk differs from its row.
    std::function<void(const files::FileRow&)> on_stale;
  };
  explicit Hasher(Setting setting);
  ~Hasher();

  /// There may be work.
  void wake();
  /// Returns when nothing is left to be read but files that go on changing. A verifying walk is not waited for.
  /// Errors: kPreconditionFailed when paused with files left.
  Status wait_until_done(const Context& context);

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    files::FileRow row;
    std::filesystem::path root;
    std::string path;
  };
  struct Outcome {
    Job job;
    std::optional<Sha256> sha256;
    artefacts::Content content;
    NoticeCode problem;
  };
  struct Postponed {
    Clock::time_point due;
    int times = 0;
    int failed_reads = 0;
    files::Version version;  ///< Of another one nothing is known: it is due at once.
  };

  void run(const std::stop_token& stop);
  /// One round: true when there was something to do.
  Result<bool> work(const std::stop_token& stop, std::uint64_t wakes);
  Result<std::vector<Job>> next_jobs();
  /// Whether one of the jobs is more than verifying. When nothing is, the wakes until then are answered.
  bool note_urgent(const std::vector<Job>& jobs, std::uint64_t wakes);
  std::optional<Outcome> read(const Job& job, const std::stop_token& stop);
  std::optional<Outcome> fail_or_postpone(const Job& job, const Error& error);
  /// True when the file is still too fresh; it is then postponed.
  bool is_settling(const Job& job);
  void postpone(const Job& job);
  /// For what the disk answered: again later, or nothing when the file is to be given up.
  std::optional<Outcome> postpone_failed_read(const Job& job, const Error& error);
  Result<Sha256> hash_of(int fd, const Job& job, const std::stop_token& stop);
  /// Between two blocks. False when the job is to be given up, for now.
  bool may_go_on(const Job& job, Clock::duration block_took, const std::stop_token& stop);
  [[nodiscard]] bool is_paused() const { return setting_.is_paused && setting_.is_paused(); }
  Status write(std::vector<Outcome>& outcomes);
  Status write_one(files::Records& records, const Outcome& outcome, std::vector<FileId>& known);
  Status report(const std::vector<FileId>& known);

  Setting setting_;
  std::unordered_map<FileId, Postponed> postponed_;  ///< The thread's own.
  std::uint64_t job_wakes_ = 0;                      ///< The thread's own: the wakes that its job has heard of.
  Trouble trouble_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wakes_ = 0;       ///< Under mutex_.
  std::uint64_t wakes_seen_ = 0;  ///< Under mutex_: the wakes before the last look that found nothing to do.
  std::jthread thread_;
};

}  // namespace alcove::libraries

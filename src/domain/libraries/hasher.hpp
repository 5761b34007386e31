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

/// Opens the file of a row below its library's root, and checks that it is still that version.
/// Errors: kNotFound, kPreconditionFailed (another version), kUnsupported (not a regular file), kForbidden.
Result<os::UniqueFd> open_version(const std::filesystem::path& root, const std::string& path,
                                  const files::Version& version);

/// One background thread. The queue is the catalog itself (files.pending), so nothing is lost by a crash.
///
/// A file is read when its modification is at least `settle` old, and only believed when it is the same before and
/// after reading.
///
/// Thread safety: all calls from any thread.
class Hasher {
 public:
  /// A file whose content is known now, with the path it has.
  using OnContent = Libraries::OnContent;
  struct Setting {
    Writer& writer;
    artefacts::Store& store;
    files::Files& files;
    std::chrono::milliseconds settle;
    OnContent on_content;
    /// A file on disk differs from its row.
    std::function<void(const files::FileRow&)> on_stale;
  };
  explicit Hasher(Setting setting);
  ~Hasher();

  /// There may be work.
  void wake();
  /// Returns when nothing is left to be read but files that go on changing. A verifying walk is not waited for.
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
    std::string problem;
  };
  struct Postponed {
    Clock::time_point due;
    int times = 0;
  };

  void run(const std::stop_token& stop);
  /// One round: true when there was something to do.
  Result<bool> work(const std::stop_token& stop, std::uint64_t wakes);
  Result<std::vector<Job>> next_jobs();
  std::optional<Outcome> read(const Job& job, const std::stop_token& stop);
  std::optional<Outcome> fail_or_postpone(const Job& job, const Error& error);
  /// True when the file is still too fresh; it is then postponed.
  bool is_settling(const Job& job);
  void postpone(const Job& job);
  Status write(std::vector<Outcome>& outcomes);
  Status write_one(files::Records& records, const Outcome& outcome, std::vector<FileId>& known);
  Status report(const std::vector<FileId>& known);

  Setting setting_;
  std::unordered_map<FileId, Postponed> postponed_;  ///< The thread's own.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wakes_ = 0;       ///< Under mutex_.
  std::uint64_t wakes_seen_ = 0;  ///< Under mutex_: the wakes before the last look that found nothing to do.
  std::jthread thread_;
};

}  // namespace alcove::libraries

#include "domain/libraries/hasher.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/log.hpp"
#include "domain/libraries/moves.hpp"
#include "drivers/crypto/hash.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/thread.hpp"

namespace alcove::libraries {

namespace {

using files::FileRow;
using files::Pending;
using files::Records;

constexpr std::size_t kReadBytes = 1UL << 20U;
/// Smaller files may stay in the system's cache: the decoder reads them next.
constexpr std::int64_t kForgetBytesMin = 64LL << 20U;
/// A file found changed is looked at again after this, and after more the oftener that happens.
constexpr std::chrono::milliseconds kStaleRetry{300};
constexpr std::chrono::milliseconds kStaleRetryMax{30'000};
/// From then on a file counts as one that goes on changing.
constexpr int kChangesExpectedMax = 10;
constexpr std::chrono::milliseconds kIdleWait{10'000};
constexpr std::chrono::seconds kErrorRetry{3};
/// Verifying rests this many times as long as it reads.
constexpr int kVerifyRestFactor = 3;
constexpr std::chrono::milliseconds kVerifyRestMax{1'000};
/// How soon a pause's end is noticed.
constexpr std::chrono::milliseconds kPauseLook{500};

NoticeCode problem_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kForbidden: return "file_forbidden";
    case ErrorCode::kCorrupt: return "file_read_error";
    default: return "file_unreadable";
  }
}

files::Version version_of(const os::FileStat& stat) {
  return {.size_bytes = static_cast<std::int64_t>(stat.size_bytes),
          .mtime_ns = stat.mtime_ns,
          .ctime_ns = stat.ctime_ns,
          .inode = stat.inode};
}

std::unexpected<Error> changed() {
  return fail(ErrorCode::kPreconditionFailed, "The file has changed since it was listed");
}

}  // namespace

Result<os::UniqueFd> open_version(const std::filesystem::path& root, const std::string& path,
                                  const files::Version& version) {
  ALCOVE_TRY(const os::UniqueFd folder, os::open_folder(root));
  ALCOVE_TRY(os::UniqueFd file, os::open_regular_beneath(folder.value(), path));
  ALCOVE_TRY(const os::FileStat stat, os::read_stat(file.value()));
  files::Version found = version_of(stat);
  // A rename, a link more or another mode changes ctime only, and none of them the bytes.
  found.ctime_ns = version.ctime_ns;
  if (found != version) {
    return changed();
  }
  return file;
}

Result<Sha256> Hasher::hash_of(int fd, const Job& job, const std::stop_token& stop) {
  const files::Version& version = job.row.version;
  crypto::Sha256Stream stream;
  Bytes buffer(kReadBytes);
  std::uint64_t offset = 0;
  for (;;) {
    const Clock::time_point began = Clock::now();
    ALCOVE_TRY(const std::size_t size, os::pread_all(fd, buffer, offset));
    stream.add(ByteView(buffer).first(size));
    offset += size;
    if (size < buffer.size()) {
      break;
    }
    // A file that grows while it is read has no end.
    if (offset > static_cast<std::uint64_t>(version.size_bytes)) {
      return changed();
    }
    if (!may_go_on(job, Clock::now() - began, stop)) {
      return fail(ErrorCode::kCancelled, "Reading was stopped");
    }
  }
  ALCOVE_TRY(const os::FileStat after, os::read_stat(fd));
  if (version_of(after) != version) {
    return changed();
  }
  if (version.size_bytes >= kForgetBytesMin) {
    os::forget_cached_bytes(fd);
  }
  return stream.finish();
}

bool Hasher::may_go_on(const Job& job, Clock::duration block_took, const std::stop_token& stop) {
  if (stop.stop_requested() || is_paused()) {
    return false;
  }
  if (job.row.pending != Pending::kVerify) {
    return true;
  }
  // The rest keeps the disk free for others three quarters of the time. News ends it.
  std::uint64_t wakes = 0;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::min<Clock::duration>(block_took * kVerifyRestFactor, kVerifyRestMax),
                      [&] { return wakes_ != job_wakes_ || stop.stop_requested(); });
    wakes = wakes_;
  }
  if (wakes == job_wakes_) {
    return true;
  }
  job_wakes_ = wakes;
  const auto jobs = next_jobs();
  return jobs && !note_urgent(*jobs, wakes);
}

bool Hasher::note_urgent(const std::vector<Job>& jobs, std::uint64_t wakes) {
  const bool is_urgent = std::ranges::any_of(jobs, [](const Job& job) { return job.row.pending != Pending::kVerify; });
  const bool expected =
      std::ranges::any_of(postponed_, [](const auto& entry) { return entry.second.times <= kChangesExpectedMax; });
  if (!is_urgent && !expected) {
    {
      const std::scoped_lock lock(mutex_);
      wakes_seen_ = std::max(wakes_seen_, wakes);
    }
    changed_.notify_all();
  }
  return is_urgent;
}

Hasher::Hasher(Setting setting) : setting_(std::move(setting)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Hasher::~Hasher() {
  thread_.request_stop();
  wake();
  thread_.join();
}

void Hasher::wake() {
  {
    const std::scoped_lock lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

Status Hasher::wait_until_done(const Context& context) {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = ++wakes_;
  changed_.notify_all();
  while (wakes_seen_ < ticket) {
    if (is_paused()) {
      bool is_left = false;
      lock.unlock();
      ALCOVE_TRY_VOID(setting_.writer.read([&](Records& records) -> Status {
        ALCOVE_TRY(is_left, records.has_urgent_files(setting_.sizes));
        return {};
      }));
      if (is_left) {
        return fail(ErrorCode::kPreconditionFailed, "Background work is paused");
      }
      return {};
    }
    if (thread_.get_stop_token().stop_requested()) {
      return fail(ErrorCode::kCancelled, "The server is stopping");
    }
    ALCOVE_TRY_VOID(context.check());
    changed_.wait_until(lock, std::min(context.deadline, Clock::now() + std::chrono::milliseconds(100)));
  }
  return {};
}

void Hasher::run(const std::stop_token& stop) {
  os::make_background_thread();
  while (!stop.stop_requested()) {
    std::uint64_t wakes = 0;
    {
      const std::scoped_lock lock(mutex_);
      wakes = wakes_;
    }
    if (is_paused()) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kPauseLook, [&] { return stop.stop_requested(); });
      continue;
    }
    job_wakes_ = wakes;
    auto worked = work(stop, wakes);
    if (worked && *worked) {
      trouble_.clear();
      continue;
    }
    const bool failed = !worked;
    if (!failed) {
      trouble_.clear();
    } else if (worked.error().code != ErrorCode::kCancelled && trouble_.note(worked.error())) {
      log_error("libraries", std::move(worked).error().with_context("read new files"));
    }
    Clock::time_point until = Clock::now() + (!failed ? kIdleWait : std::chrono::milliseconds(kErrorRetry));
    for (const auto& [file, postponed] : postponed_) {
      until = std::min(until, std::max(postponed.due, Clock::now() + std::chrono::milliseconds(1)));
    }
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [&] { return wakes_ != wakes || stop.stop_requested(); });
  }
}

Result<bool> Hasher::work(const std::stop_token& stop, std::uint64_t wakes) {
  ALCOVE_TRY(const auto jobs, next_jobs());
  note_urgent(jobs, wakes);
  std::vector<Outcome> outcomes;
  const Clock::time_point began = Clock::now();
  for (const Job& job : jobs) {
    if (stop.stop_requested() || is_paused() || Clock::now() - began > kHashedTogetherTime) {
      break;
    }
    const Clock::time_point began_job = Clock::now();
    if (auto outcome = read(job, stop)) {
      outcomes.push_back(std::move(*outcome));
    }
    if (job.row.pending == Pending::kVerify && !may_go_on(job, Clock::now() - began_job, stop)) {
      break;
    }
  }
  ALCOVE_TRY_VOID(write(outcomes));
  return !jobs.empty();
}

Result<std::vector<Hasher::Job>> Hasher::next_jobs() {
  std::vector<Job> jobs;
  const std::size_t limit = kHashedTogetherMax + postponed_.size();
  ALCOVE_TRY_VOID(setting_.writer.read([&](Records& records) -> Status {
    ALCOVE_TRY(const auto libraries, records.libraries());
    ALCOVE_TRY(auto rows, records.pending_files(setting_.sizes, limit));
    if (rows.size() < limit) {
      // These are all there are: what else was waited for is gone.
      std::unordered_set<FileId> pending;
      for (const FileRow& row : rows) {
        pending.insert(row.id);
      }
      std::erase_if(postponed_, [&](const auto& entry) { return !pending.contains(entry.first); });
    }
    const Clock::time_point now = Clock::now();
    for (FileRow& row : rows) {
      const auto postponed = postponed_.find(row.id);
      const auto library = std::ranges::find(libraries, row.library, &files::LibraryRow::id);
      const bool waits =
          postponed != postponed_.end() && postponed->second.due > now && postponed->second.version == row.version;
      if (waits || library == libraries.end()) {
        continue;
      }
      ALCOVE_TRY(std::string path, records.path_of(row));
      jobs.push_back({.row = std::move(row), .root = library->root, .path = std::move(path)});
    }
    return {};
  }));
  return jobs;
}

bool Hasher::is_settling(const Job& job) {
  const std::int64_t age_ms = now_unix_millis().value - job.row.version.mtime_ns / 1'000'000;
  // A time in the future is some other clock's: then only before and after are compared.
  if (age_ms < 0 || age_ms >= setting_.settle.count()) {
    return false;
  }
  Postponed& postponed = postponed_[job.row.id];
  postponed.version = job.row.version;
  postponed.due = Clock::now() + setting_.settle - std::chrono::milliseconds(age_ms);
  return true;
}

void Hasher::postpone(const Job& job) {
  if (postponed_.size() >= kPostponedMax) {
    postponed_.clear();
  }
  Postponed& postponed = postponed_[job.row.id];
  postponed.version = job.row.version;
  ++postponed.times;
  postponed.due = Clock::now() + std::min(kStaleRetryMax, kStaleRetry * postponed.times);
}

std::optional<Hasher::Outcome> Hasher::fail_or_postpone(const Job& job, const Error& error) {
  switch (error.code) {
    case ErrorCode::kCancelled: return std::nullopt;
    case ErrorCode::kNotFound:
    case ErrorCode::kPreconditionFailed:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kUnsupported:
      setting_.on_stale(job.row);
      postpone(job);
      return std::nullopt;
    default: break;
  }
  if (is_retryable(error.code)) {
    postpone(job);
    return std::nullopt;
  }
  if (error.code != ErrorCode::kForbidden) {
    return postpone_failed_read(job, error);
  }
  log_info("libraries", "{}: {}", job.path, error.detail);
  return Outcome{.job = job, .sha256 = std::nullopt, .content = {}, .problem = problem_of(error)};
}

std::optional<Hasher::Outcome> Hasher::postpone_failed_read(const Job& job, const Error& error) {
  // The follower looks at the root before the file, and makes the library missing when that is gone.
  setting_.on_stale(job.row);
  postpone(job);
  const auto root = os::open_folder(job.root);
  const bool is_root_there = root && os::read_stat(root->value());
  Postponed& postponed = postponed_[job.row.id];
  postponed.failed_reads += is_root_there ? 1 : 0;
  if (postponed.failed_reads < kReadTriesMax) {
    return std::nullopt;
  }
  log_info("libraries", "{}: {}", job.path, error.detail);
  return Outcome{.job = job, .sha256 = std::nullopt, .content = {}, .problem = problem_of(error)};
}

std::optional<Hasher::Outcome> Hasher::read(const Job& job, const std::stop_token& stop) {
  const FileRow& row = job.row;
  Outcome outcome{.job = job, .sha256 = row.sha256, .content = {}, .problem = {}};
  // Known bytes whose content only lacks its number (renamed to another reader, another store) are not read again.
  const bool numbered_only = row.sha256.has_value() && row.pending == Pending::kRead;
  if (!numbered_only) {
    if (is_settling(job)) {
      return std::nullopt;
    }
    const auto opened = open_version(job.root, job.path, row.version);
    if (!opened) {
      return fail_or_postpone(job, opened.error());
    }
    const auto hashed = hash_of(opened->value(), job, stop);
    if (!hashed) {
      return fail_or_postpone(job, hashed.error());
    }
    outcome.sha256 = *hashed;
  }
  auto content = setting_.store.ensure_content(*outcome.sha256, row.reader, row.version.size_bytes);
  if (!content) {
    if (trouble_.note(content.error())) {
      log_error("libraries", content.error());
    }
    postpone(job);
    return std::nullopt;
  }
  outcome.content = std::move(*content);
  return outcome;
}

Status Hasher::write(std::vector<Outcome>& outcomes) {
  if (outcomes.empty()) {
    return {};
  }
  std::vector<FileId> known;
  ALCOVE_TRY_VOID(setting_.writer.write([&](Records& records) -> Status {
    for (const Outcome& outcome : outcomes) {
      ALCOVE_TRY_VOID(write_one(records, outcome, known));
    }
    return {};
  }));
  for (const Outcome& outcome : outcomes) {
    postponed_.erase(outcome.job.row.id);
  }
  return report(known);
}

Status Hasher::write_one(Records& records, const Outcome& outcome, std::vector<FileId>& known) {
  const FileRow& before = outcome.job.row;
  ALCOVE_TRY(const auto row, records.find_file(before.id));
  // Changed since it was read: it is still pending, or gone.
  if (!row || !row->present || row->version != before.version || row->reader != before.reader) {
    return {};
  }
  if (!outcome.problem.empty()) {
    return records.set_problem(*row, outcome.problem.name());
  }
  if (row->sha256 == outcome.sha256 && row->content == outcome.content.number) {
    return records.set_checked(row->id);
  }
  ALCOVE_TRY_VOID(records.set_content(*row, *outcome.sha256, outcome.content.number));
  ALCOVE_TRY(const auto survivor, adopt_by_content(records, row->library, *outcome.sha256, row->version.size_bytes));
  known.push_back(survivor.value_or(row->id));
  return {};
}

Status Hasher::report(const std::vector<FileId>& known) {
  for (const FileId id : known) {
    ALCOVE_TRY(const auto file, setting_.files.find(id));
    if (file && file->content && file->sha256) {
      setting_.on_content(
          {.number = file->content, .sha256 = *file->sha256, .reader = file->reader, .size_bytes = file->size_bytes},
          *file);
    }
  }
  return {};
}

}  // namespace alcove::libraries

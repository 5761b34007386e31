#include "domain/libraries/follower.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/folder.hpp"
#include "drivers/os/thread.hpp"

namespace alcove::libraries {

namespace {

using files::LibraryState;
using files::Records;

/// A wait is never longer, so that a missed wake-up costs no more than this.
constexpr std::chrono::milliseconds kWaitMax{10'000};
/// After an error of the catalog.
constexpr std::chrono::seconds kErrorRetry{3};
/// A walk that takes longer shows as "scanning".
constexpr std::chrono::milliseconds kScanShownAfter{1'000};

}  // namespace

Result<std::unique_ptr<Follower>> Follower::start(Setting setting) {
  ALCOVE_TRY(auto watch, os::FolderWatch::open());
  std::unique_ptr<Follower> follower(new Follower(std::move(setting), std::move(watch)));
  Follower* self = follower.get();
  follower->thread_ = std::jthread([self](const std::stop_token& stop) { self->run(stop); });
  return follower;
}

Follower::Follower(Setting setting, os::FolderWatch watch) : setting_(std::move(setting)), watches_(std::move(watch)) {
  shared_.progress.library = setting_.library;
}

Follower::~Follower() {
  stop();
}

void Follower::stop() {
  thread_.request_stop();
  watches_.watch().wake();
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::uint64_t Follower::request_walk() {
  std::uint64_t ticket = 0;
  {
    const std::scoped_lock lock(mutex_);
    ticket = ++shared_.walks_requested;
  }
  watches_.watch().wake();
  return ticket;
}

std::uint64_t Follower::request_verifying_walk() {
  {
    const std::scoped_lock lock(mutex_);
    shared_.verify_requested = true;
  }
  return request_walk();
}

Status Follower::wait_for_walk(std::uint64_t ticket, const Context& context) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (shared_.walks_done >= ticket) {
      return {};
    }
    if (shared_.stopped) {
      return fail(ErrorCode::kCancelled, "The library is not followed any more");
    }
    ALCOVE_TRY_VOID(context.check());
    // In steps, because nothing wakes a waiting caller whose request was cancelled.
    changed_.wait_until(lock, std::min(context.deadline, Clock::now() + std::chrono::milliseconds(100)));
  }
}

void Follower::look_at(FolderId folder, const std::string& name) {
  {
    const std::scoped_lock lock(mutex_);
    shared_.hints[folder].insert(name);
  }
  watches_.watch().wake();
}

Progress Follower::progress() const {
  const std::scoped_lock lock(mutex_);
  return shared_.progress;
}

void Follower::set_progress(const std::function<void(Progress&)>& change) {
  const std::scoped_lock lock(mutex_);
  change(shared_.progress);
}

void Follower::run(const std::stop_token& stop) {
  os::make_background_thread();
  while (!stop.stop_requested()) {
    std::uint64_t ticket = 0;
    bool asked = false;
    {
      const std::scoped_lock lock(mutex_);
      ticket = shared_.walks_requested;
      asked = ticket > shared_.walks_done;
    }
    Status done;
    if (asked || walk_needed_ || Clock::now() >= next_walk_) {
      done = walk(stop);
      if (done) {
        const std::scoped_lock lock(mutex_);
        shared_.walks_done = std::max(shared_.walks_done, ticket);
      }
      changed_.notify_all();
    } else {
      done = look_at_dirty(stop);
    }
    if (stop.stop_requested()) {
      break;
    }
    if (!done) {
      if (trouble_.note(done.error())) {
        log_error("libraries", std::move(done).error().with_context("follow a library"));
      }
      walk_needed_ = false;
      next_walk_ = Clock::now() + kErrorRetry;
      take_in(std::chrono::duration_cast<std::chrono::milliseconds>(kErrorRetry));
      continue;
    }
    trouble_.clear();
    take_in(time_to_wait());
  }
  {
    const std::scoped_lock lock(mutex_);
    shared_.stopped = true;
  }
  changed_.notify_all();
}

std::chrono::milliseconds Follower::time_to_wait() const {
  {
    const std::scoped_lock lock(mutex_);
    if (shared_.walks_requested > shared_.walks_done || !shared_.hints.empty()) {
      return std::chrono::milliseconds(0);
    }
  }
  if (walk_needed_) {
    return std::chrono::milliseconds(0);
  }
  Clock::time_point next = std::min(next_walk_, Clock::now() + kWaitMax);
  for (const auto& [folder, dirty] : dirty_) {
    next = std::min(next, dirty.due);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

void Follower::take_in(std::chrono::milliseconds timeout) {
  take_hints();
  // One buffer is waited for; the rest is what came meanwhile. Bounded, so that a busy tree cannot keep us here.
  constexpr int kBuffersMax = 64;
  for (int i = 0; i < kBuffersMax; ++i) {
    const auto events = watches_.watch().read(i == 0 ? timeout : std::chrono::milliseconds(0));
    if (!events) {
      log_error("libraries", events.error());
      walk_needed_ = true;
      return;
    }
    if (events->empty()) {
      return;
    }
    for (const os::WatchEvent& event : *events) {
      take_in(event);
    }
  }
}

void Follower::take_in(const os::WatchEvent& event) {
  if (event.kind == os::WatchEvent::Kind::kOverflow) {
    log_info("libraries", "too many changes at once; the library is walked");
    walk_needed_ = true;
    return;
  }
  const auto folder = watches_.folder_of(event.watch);
  if (!folder) {
    return;
  }
  if (event.kind == os::WatchEvent::Kind::kGone) {
    watches_.drop(event.watch);
    // Its parent tells when it was deleted; nobody does when a file system was unmounted, or for the root.
    mark(*folder, "", kGatherTime);
    return;
  }
  if (event.name.empty()) {
    // The folder's own metadata, or its own name: that is its parent's news. The root's parent is not watched.
    if (folder == root_folder_) {
      mark(*folder, "", kGatherTime);
    }
    return;
  }
  // While bytes are being written the row is renewed now and then; closing is reported as a change.
  constexpr int kSettlesWhileWriting = 4;
  mark(*folder, event.name,
       event.kind == os::WatchEvent::Kind::kWriting ? setting_.options.settle * kSettlesWhileWriting : kGatherTime);
}

void Follower::mark(FolderId folder, const std::string& name, std::chrono::milliseconds delay) {
  const Clock::time_point due = Clock::now() + delay;
  const auto [entry, is_new] = dirty_.try_emplace(folder);
  Dirty& dirty = entry->second;
  dirty.due = is_new ? due : std::min(dirty.due, due);
  dirty.rules = dirty.rules || name == kIgnoreFileName;
  if (name.empty() || dirty.names.size() >= kDirtyNamesMax) {
    dirty.everything = true;
    dirty.names.clear();
  } else if (!dirty.everything) {
    dirty.names.insert(name);
  }
  if (dirty_.size() > kDirtyFoldersMax) {
    dirty_.clear();
    walk_needed_ = true;
  }
}

void Follower::take_hints() {
  std::map<FolderId, std::set<std::string>> hints;
  {
    const std::scoped_lock lock(mutex_);
    hints.swap(shared_.hints);
  }
  for (const auto& [folder, names] : hints) {
    for (const std::string& name : names) {
      mark(folder, name, kGatherTime);
    }
  }
}

Pass::Setting Follower::pass_setting(int root_fd, Pass::Depth depth, const std::stop_token& stop) {
  std::string skipped;
  const std::string root = setting_.root.native() == "/" ? "/" : setting_.root.native() + "/";
  if (setting_.data_folder.native().starts_with(root)) {
    skipped = setting_.data_folder.native().substr(root.size());
  }
  return {.writer = setting_.writer,
          .watches = watches_,
          .library = setting_.library,
          .root_fd = root_fd,
          .skipped_path = std::move(skipped),
          .depth = depth,
          .walks_moved = has_rules_,
          .stop = stop,
          .on_left_out = setting_.on_left_out,
          .between = [](std::int64_t) {}};
}

Status Follower::walk(const std::stop_token& stop) {
  // What was heard of before the walk is seen by it; a new watch is only asked for when there is room again.
  dirty_.clear();
  watches_.forget_note();
  ALCOVE_TRY(auto root, open_root());
  walk_needed_ = false;
  if (!root) {
    next_walk_ = Clock::now() + kMissingRetry;
    return {};
  }
  const Clock::time_point began = Clock::now();
  set_progress([](Progress& progress) {
    progress.scanning = true;
    progress.entries_seen = 0;
  });
  Pass::Setting setting = pass_setting(root->descriptor.value(), Pass::Depth::kWholeTree, stop);
  setting.between = [&](std::int64_t seen) {
    set_progress([&](Progress& progress) { progress.entries_seen = seen; });
    take_in(std::chrono::milliseconds(0));
    if (Clock::now() - began > kScanShownAfter && state_written_ != LibraryState::kScanning) {
      if (Status shown = set_state(LibraryState::kScanning, "", false); !shown) {
        log_error("libraries", shown.error());
      }
    }
    setting_.on_written();
  };
  Pass pass(std::move(setting));
  Status walked = pass.run({{.folder = root->folder, .path = "", .names = {}, .rules_above = std::nullopt}});
  has_rules_ = has_rules_ || pass.met_rules();
  // Such a file system tells nothing of what other machines change.
  const bool is_remote = os::is_remote_file_system(root->descriptor.value());
  Remark note = watches_.note().empty() ? pass.note() : watches_.note();
  if (note.empty() && is_remote) {
    note = {.code = "remote_file_system",
            .message =
                fmt::format("The folder is on a network or FUSE file system, which does not report every change: it is "
                            "looked through every {} seconds",
                            setting_.options.unwatched_walk.count()),
            .values = {std::to_string(setting_.options.unwatched_walk.count())}};
  }
  set_progress([&](Progress& progress) {
    progress.scanning = false;
    progress.entries_seen = pass.entries_seen();
    progress.note = note;
  });
  setting_.on_written();
  ALCOVE_TRY_VOID(std::move(walked));
  ALCOVE_TRY_VOID(set_state(LibraryState::kReady, note.message, true));
  next_walk_ = Clock::now() + setting_.options.verify_interval;
  if (!watches_.note().empty() || is_remote) {
    next_walk_ = std::min(next_walk_, Clock::now() + setting_.options.unwatched_walk);
  }
  return verify_when_due();
}

Status Follower::verify_when_due() {
  bool asked = false;
  {
    const std::scoped_lock lock(mutex_);
    asked = std::exchange(shared_.verify_requested, false);
  }
  const UnixMillis now = now_unix_millis();
  const auto interval_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(setting_.options.verify_interval).count();
  ALCOVE_TRY_VOID(setting_.writer.write([&](Records& records) -> Status {
    ALCOVE_TRY(const UnixMillis last, records.verified_at(setting_.library));
    // A moment in the future is of a clock that was wrong then, or is now.
    if (!asked && last <= now && now.value - last.value < interval_ms) {
      return {};
    }
    // A round that is not over goes on: begun anew each day, a large library would never see its last files.
    ALCOVE_TRY(const bool is_verifying, records.is_verifying(setting_.library));
    if (!asked && is_verifying) {
      return {};
    }
    return records.set_all_to_verify(setting_.library, now);
  }));
  setting_.on_written();
  return {};
}

Status Follower::look_at_dirty(const std::stop_token& stop) {
  std::vector<FolderId> due;
  const Clock::time_point now = Clock::now();
  for (const auto& [folder, dirty] : dirty_) {
    if (dirty.due <= now) {
      due.push_back(folder);
    }
  }
  if (due.empty()) {
    return {};
  }
  ALCOVE_TRY(auto root, open_root());
  if (!root) {
    dirty_.clear();
    next_walk_ = Clock::now() + kMissingRetry;
    return {};
  }
  std::vector<FolderTask> tasks;
  ALCOVE_TRY_VOID(setting_.writer.read([&](Records& records) -> Status {
    for (const FolderId folder : due) {
      Dirty dirty = std::move(dirty_.extract(folder).mapped());
      ALCOVE_TRY(const auto row, records.find_folder(folder));
      if (row && row->present) {
        ALCOVE_TRY(std::string path, records.path_of(folder));
        tasks.push_back({.folder = folder,
                         .path = std::move(path),
                         .everything = dirty.everything || dirty.rules,
                         .names = std::move(dirty.names),
                         .whole_tree = dirty.rules,
                         .rules_above = std::nullopt});
      }
    }
    return {};
  }));
  Pass pass(pass_setting(root->descriptor.value(), Pass::Depth::kChangedOnly, stop));
  const Status looked = pass.run(std::move(tasks));
  has_rules_ = has_rules_ || pass.met_rules();
  // Whatever a failure left undone, the walk after it finds.
  walk_needed_ = walk_needed_ || pass.needs_walk() || !looked;
  if (!watches_.note().empty()) {
    set_progress([&](Progress& progress) { progress.note = watches_.note(); });
    next_walk_ = std::min(next_walk_, Clock::now() + setting_.options.unwatched_walk);
  }
  setting_.on_written();
  return looked;
}

Result<std::optional<Follower::Root>> Follower::open_root() {
  auto opened = os::open_folder(setting_.root);
  if (!opened) {
    ALCOVE_TRY_VOID(set_missing(
        {.code = "library_missing",
         .message = fmt::format("The folder {} cannot be opened. Its files are kept in mind until it is back",
                                to_valid_utf8(setting_.root.native())),
         .values = {to_valid_utf8(setting_.root.native())}}));
    return std::nullopt;
  }
  ALCOVE_TRY(const os::FileStat stat, os::read_stat(opened->value()));
  Root root{.descriptor = std::move(*opened), .folder = {}};
  std::uint64_t known_inode = 0;
  bool held_something = false;
  ALCOVE_TRY_VOID(setting_.writer.read([&](Records& records) -> Status {
    ALCOVE_TRY(const auto row, records.find_folder_at(setting_.library, FolderId{}, ""));
    if (!row) {
      return fail(ErrorCode::kNotFound, "The library is not known any more");
    }
    root.folder = row->id;
    root_folder_ = row->id;
    known_inode = row->inode;
    if (known_inode != stat.inode) {
      ALCOVE_TRY(held_something, records.has_present_files(setting_.library));
    }
    return {};
  }));
  if (known_inode != stat.inode) {
    ALCOVE_TRY(const Listing listing, list_folder(root.descriptor.value()));
    if (listing.is_empty && held_something) {
      ALCOVE_TRY_VOID(
          set_missing({.code = "library_unmounted",
                       .message = fmt::format("The folder {} is empty and not the folder it was: its disk is probably "
                                              "not mounted. Its files are kept in mind until it is back",
                                              to_valid_utf8(setting_.root.native())),
                       .values = {to_valid_utf8(setting_.root.native())}}));
      return std::nullopt;
    }
    // Another folder in its place (a backup brought back, the disk mounted again): everything is looked at.
    walk_needed_ = true;
    ALCOVE_TRY_VOID(
        setting_.writer.write([&](Records& records) { return records.set_folder_present(root.folder, stat.inode); }));
  }
  if (std::exchange(missing_, false)) {
    walk_needed_ = true;
    log_info("libraries", "{} is back", to_valid_utf8(setting_.root.native()));
    setting_.on_back();
  }
  return root;
}

Status Follower::set_missing(const Remark& reason) {
  if (!std::exchange(missing_, true)) {
    log_warning("libraries", "{}", reason.message);
  }
  set_progress([&](Progress& progress) {
    progress.scanning = false;
    progress.note = reason;
  });
  return set_state(LibraryState::kMissing, reason.message, false);
}

Status Follower::set_state(LibraryState state, const std::string& reason, bool scanned) {
  if (!scanned && state == state_written_ && reason == reason_written_) {
    return {};
  }
  ALCOVE_TRY_VOID(setting_.writer.write([&](Records& records) {
    return records.set_library_state(setting_.library, state, reason,
                                     scanned ? std::optional(now_unix_millis()) : std::nullopt);
  }));
  state_written_ = state;
  reason_written_ = reason;
  return {};
}

}  // namespace alcove::libraries

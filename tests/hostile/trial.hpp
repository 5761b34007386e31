#pragma once
/// @file
/// One decode worker under trial: contents in, what became of every stage out.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "domain/work/worker_process.hpp"
#include "wire/messages.hpp"

namespace alcove::hostile {

/// Text and names kept of one content and its members.
inline constexpr std::size_t kTextBytesKept = 256UL * 1024;
/// Members inside members that are read as well.
inline constexpr unsigned kDepthMax = 3;

/// What the worker made of one content and the members that were read with it.
struct Reading {
  std::map<std::string, std::string> stages;  ///< Of the content itself: "done", "none" or "failed: CODE" …
  std::set<std::string> codes;                ///< Of reasons and notes, members included.
  std::set<std::string> unexplained;          ///< Stages or members that were refused without a code or a sentence.
  std::string text;                           ///< The beginning, members included.
  std::vector<std::string> members;           ///< Their paths, the first 1,000.
  std::uint64_t member_count = 0;             ///< At all depths that were read.
  std::uint64_t members_read = 0;
  std::string lost;  ///< The stage at which the worker ended, and why; empty when it did not.
  std::int64_t wall_ms = 0;
};

/// Thread safety: none. Failure: `read` reports a worker that ends in `Reading::lost` and starts another one.
class Trial {
 public:
  static Result<Trial> start(std::filesystem::path worker);

  /// Reads one content through all stages, as the server would, and its first `members_max` members.
  /// Errors: no worker can be started any more.
  Result<Reading> read(int fd, const std::string& name, unsigned members_max);
  /// Ends the worker; the next content gets a fresh one.
  void renew() { worker_.reset(); }
  /// The most memory that the present worker ever held; 0 when there is none.
  [[nodiscard]] std::int64_t peak_memory_mib() const;

 private:
  struct Content {
    os::UniqueFd fd;  ///< Invalid for the outermost, which is the caller's.
    std::string name;
    unsigned depth = 0;
  };

  explicit Trial(std::filesystem::path worker) : program_(std::move(worker)) {}
  Status ensure_worker();
  /// One request. Members that are wanted are put into `waiting`.
  Status run(int fd, const Content& content, unsigned members_max, std::vector<Content>& waiting, Reading& into);
  Status take_part(ipc::Frame& frame, const Content& content, const Context& context, unsigned members_max,
                   std::vector<Content>& waiting, Reading& into);

  std::filesystem::path program_;
  std::unique_ptr<work::WorkerProcess> worker_;
  std::uint64_t next_request_ = 1;
  std::string running_;  ///< The stage that the worker is at.
};

}  // namespace alcove::hostile

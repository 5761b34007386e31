#pragma once
/// @file
/// Members of containers as contents of their own: taken in while their container is walked, and opened again later.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/work/engine_impl.hpp"
#include "domain/work/worker_process.hpp"
#include "drivers/ipc/channel.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::work {

/// Containers inside containers that are looked into.
inline constexpr unsigned kPartDepthMax = 8;
/// Members, at all depths, of one outermost container; beyond them no further container in it is opened.
inline constexpr std::int64_t kPartsAroundMax = 50'000;
/// Bytes of all those members. A bomb in many layers ends here.
inline constexpr std::int64_t kPartBytesAroundMax = 8LL * 1024 * 1024 * 1024;
/// Containers of the same member that are tried when it is to be opened.
inline constexpr std::size_t kPlacesTriedMax = 8;
/// When a member is taken from its container again, those after it come along up to this many bytes and members: they
/// are wanted next, and a compressed archive can only be read from its beginning.
inline constexpr std::uint64_t kReadAheadBytes = 64ULL * 1024 * 1024;
inline constexpr std::size_t kReadAheadMembers = 200;

/// Why the members of a content are not looked into; nothing when they are.
Result<std::optional<std::string>> too_nested(artefacts::Store& store, ContentNumber content);

/// Takes in the members that a worker finds in one container.
///
/// Their hashes are computed here: a worker that was taken over by a hostile file must not be able to name another
/// person's content as a part of its own. Thread safety: one lane's.
class PartIntake {
 public:
  PartIntake(Engine::Impl& engine, ContentNumber parent) : engine_(engine), parent_(parent) {}

  /// Errors: kCorrupt when the worker breaks the protocol (which costs the stage), else of the store or the disk.
  Status take(ipc::Frame& frame, std::uint64_t request_id);
  /// What was taken in so far.
  [[nodiscard]] const std::vector<artefacts::Part>& parts() const { return parts_; }

 private:
  Engine::Impl& engine_;
  ContentNumber parent_;
  std::vector<artefacts::Part> parts_;
  std::uint64_t bytes_ = 0;
};

/// Opens contents: of files, and of members of files, which a worker takes out of their container again.
///
/// Thread safety: one lane's. After an error of the worker it must be replaced: `lost_worker` says why.
class ContentOpener {
 public:
  ContentOpener(Engine::Impl& engine, WorkerProcess& worker, std::stop_token stop)
      : engine_(engine), worker_(worker), stop_(std::move(stop)) {}

  /// Errors: kNotFound when neither a present file nor a container has it, kUnavailable when those that have cannot be
  /// opened now.
  Result<os::UniqueFd> open(ContentNumber content) { return open(content, 0); }
  [[nodiscard]] const std::optional<Remark>& lost_worker() const { return lost_worker_; }

 private:
  Result<os::UniqueFd> open(ContentNumber content, unsigned depth);
  /// Walks a container from one member on and keeps what it holds in the spool.
  Status take_out(const artefacts::Part& wanted, int container_fd);
  Status receive_members(const artefacts::Part& wanted, std::uint64_t request_id, std::uint64_t container_bytes);

  Engine::Impl& engine_;
  WorkerProcess& worker_;
  std::stop_token stop_;
  std::optional<Remark> lost_worker_;
};

}  // namespace alcove::work

#include "workers/decode/parts/part_sink.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "drivers/os/sealed_memory.hpp"
#include "workers/decode/parts/part_path.hpp"

namespace alcove::parts {
namespace {

constexpr std::uint64_t kMegabyte = 1024ULL * 1024;
constexpr std::size_t kNotesMax = 100;

/// What `wire::PartsArtefact` can hold, whatever a request says.
std::uint64_t members_limit(const wire::DecodeLimits& limits) {
  return std::min<std::uint64_t>(limits.members_max, wire::PartsArtefact::kItemsMax);
}

}  // namespace

struct PartSink::Impl {
  Impl(const wire::DecodeLimits& its_limits, std::uint32_t its_parts_from, Deliver its_deliver)
      : limits(its_limits),
        parts_from(its_parts_from),
        deliver(std::move(its_deliver)),
        deadline(std::chrono::steady_clock::now() + std::chrono::seconds(its_limits.soft_seconds_max)) {}

  wire::DecodeLimits limits;
  std::uint32_t parts_from;
  Deliver deliver;
  Consumed consumed;
  std::chrono::steady_clock::time_point deadline;
  wire::PartsArtefact artefact;
  Status status;
  std::uint64_t expanded_bytes = 0;
  unsigned calls = 0;
  bool full = false;
  // The member that was begun.
  bool open = false;
  bool wanted = false;
  std::optional<os::GrowingMemory> memory;
  std::uint64_t member_bytes = 0;
  std::uint64_t consumed_before = 0;

  [[nodiscard]] std::uint64_t part_limit() const { return std::min(limits.part_bytes_max, wire::kPayloadMax); }
  wire::PartEntry& entry() { return artefact.parts.back(); }

  void note(NoteCode code, std::string message, RemarkValues values = {}) {
    const bool there = std::ranges::any_of(artefact.notes, [&](const wire::Note& n) { return code == n.code; });
    if (!there && artefact.notes.size() < kNotesMax) {
      artefact.notes.push_back({code.text(), std::move(message), std::move(values)});
    }
  }
  void stop(NoteCode code, std::string message, std::uint64_t limit) {
    note(code, std::move(message), {std::to_string(limit)});
    full = true;
  }
  void give_up(ReasonCode code, std::string reason, RemarkValues values = {}) {
    entry().reason_code = code.text();
    entry().reason = std::move(reason);
    entry().reason_values = std::move(values);
    wanted = false;
    memory.reset();
  }
  void give_up_too_large() {
    const std::uint64_t limit_mb = part_limit() / kMegabyte;
    give_up("too_large", fmt::format("It is larger than {} MB, the limit for one file inside another", limit_mb),
            {std::to_string(limit_mb)});
  }
  void fail_stage(Error error) {
    status = std::unexpected(std::move(error));
    full = true;
    wanted = false;
    memory.reset();
  }

  bool check_time() {
    if (!full && std::chrono::steady_clock::now() >= deadline) {
      stop("time_limit", fmt::format("Unpacking was stopped after {} seconds", limits.soft_seconds_max),
           limits.soft_seconds_max);
    }
    return !full;
  }

  [[nodiscard]] bool is_bomb() const {
    if (member_bytes <= kBombBytes || !consumed) {
      return false;
    }
    const std::uint64_t now = consumed();
    return now - std::min(consumed_before, now) < member_bytes / kBombRatio;
  }

  /// Counts bytes out. False once the container or this member has given more than it may.
  bool expand(std::uint64_t size_bytes) {
    expanded_bytes += size_bytes;
    member_bytes += size_bytes;
    if (is_bomb()) {
      note("bomb", "A file inside grows out of all proportion when it is unpacked; it was left out");
      if (open && wanted) {
        give_up("bomb", "It grows out of all proportion when it is unpacked");
      } else {
        full = true;  // What only passes by would have to be inflated to its end to reach the next member.
      }
      return false;
    }
    if (expanded_bytes > limits.expanded_bytes_max) {
      stop("expanded_limit", fmt::format("Only the first {} MB were unpacked", limits.expanded_bytes_max / kMegabyte),
           limits.expanded_bytes_max / kMegabyte);
      if (open && wanted) {
        give_up("too_large", "It came after the limit of what is unpacked");
      }
      return false;
    }
    return true;
  }

  bool list(std::string path, std::uint64_t size_declared) {
    if (artefact.parts.size() >= members_limit(limits)) {
      stop("members_limit", fmt::format("Only the first {} files inside were listed", members_limit(limits)),
           members_limit(limits));
      return false;
    }
    wire::PartEntry& added = artefact.parts.emplace_back();
    added.path = clean_path(path, static_cast<std::uint32_t>(artefact.parts.size()) - 1);
    added.size_bytes = size_declared;
    return true;
  }

  void hand_over() {
    if (!memory) {  // Nothing was written: an empty file.
      auto created = os::GrowingMemory::create("part");
      if (!created) {
        return fail_stage(created.error());
      }
      memory.emplace(std::move(*created));
    }
    wire::PartFound found;
    found.position = static_cast<std::uint32_t>(artefact.parts.size()) - 1;
    found.path = entry().path;
    found.size_bytes = memory->size_bytes();
    entry().size_bytes = found.size_bytes;
    auto sealed = std::move(*memory).seal();
    memory.reset();
    if (!sealed) {
      return fail_stage(sealed.error());
    }
    const Result<bool> more = deliver(found, sealed->value());
    if (!more) {
      return fail_stage(more.error());
    }
    full = full || !*more;
  }
};

PartSink::PartSink(const wire::DecodeLimits& limits, std::uint32_t parts_from, Deliver deliver)
    : impl_(std::make_unique<Impl>(limits, parts_from, std::move(deliver))) {}
PartSink::~PartSink() = default;

void PartSink::watch_ratio(Consumed consumed) {
  impl_->consumed = std::move(consumed);
}

bool PartSink::begin(std::string path, std::int64_t modified_unix_ms, std::uint64_t size_declared) {
  if (!may_go_on() || !impl_->list(std::move(path), size_declared)) {
    return false;
  }
  Impl& impl = *impl_;
  impl.entry().modified_unix_ms = std::max<std::int64_t>(modified_unix_ms, 0);
  impl.open = true;
  impl.member_bytes = 0;
  impl.consumed_before = impl.consumed ? impl.consumed() : 0;
  impl.memory.reset();
  impl.wanted = impl.deliver != nullptr && impl.artefact.parts.size() > impl.parts_from;
  if (size_declared > impl.part_limit()) {
    impl.give_up_too_large();
  }
  return true;
}

bool PartSink::wanted() const {
  return impl_->open && impl_->wanted;
}

bool PartSink::write(ByteView piece) {
  Impl& impl = *impl_;
  if (!wanted() || !may_go_on()) {
    return false;
  }
  if (!impl.expand(piece.size())) {
    return false;
  }
  if (impl.member_bytes > impl.part_limit()) {
    impl.give_up_too_large();
    return false;
  }
  if (!impl.memory) {
    auto created = os::GrowingMemory::create("part");
    if (!created) {
      impl.fail_stage(created.error());
      return false;
    }
    impl.memory.emplace(std::move(*created));
  }
  if (Status written = impl.memory->append(piece); !written) {
    impl.fail_stage(written.error());
    return false;
  }
  return true;
}

bool PartSink::pass_by(std::uint64_t size_bytes) {
  return may_go_on() && impl_->expand(size_bytes);
}

bool PartSink::end() {
  Impl& impl = *impl_;
  if (wanted() && impl.full) {
    // Only time stops a member that is still wanted; what came of it is a piece of a file and would pass for a whole.
    impl.give_up("time_limit", "There was no time left to unpack it");
  }
  if (wanted()) {
    impl.hand_over();
  }
  impl.open = false;
  return !impl.full;
}

bool PartSink::end_damaged(ReasonCode code, std::string reason) {
  Impl& impl = *impl_;
  if (wanted() && !impl.memory) {
    impl.give_up(code, std::move(reason));
  } else if (wanted()) {
    impl.note("damaged", fmt::format("\"{}\" is damaged; only its beginning was read", impl.entry().path));
  }
  return end();
}

bool PartSink::refuse(std::string path, std::uint64_t size_declared, ReasonCode code, std::string reason) {
  if (!may_go_on() || !impl_->list(std::move(path), size_declared)) {
    return false;
  }
  impl_->give_up(code, std::move(reason));
  return true;
}

void PartSink::note(NoteCode code, std::string message, RemarkValues values) {
  impl_->note(code, std::move(message), std::move(values));
}

bool PartSink::may_go_on() {
  constexpr unsigned kCallsPerClock = 16;
  return impl_->calls++ % kCallsPerClock == 0 ? impl_->check_time() : !impl_->full;
}

std::uint32_t PartSink::count() const {
  return static_cast<std::uint32_t>(impl_->artefact.parts.size());
}

const Status& PartSink::status() const {
  return impl_->status;
}

wire::PartsArtefact PartSink::take() && {
  return std::move(impl_->artefact);
}

}  // namespace alcove::parts

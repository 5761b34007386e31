#include "domain/work/parts.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/crypto/hash.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/sealed_memory.hpp"

namespace alcove::work {

namespace {

constexpr std::size_t kPathBytesMax = 4'096;
/// A worker counts what it unpacked a little differently than the server what it received.
constexpr std::uint64_t kBytesSlack = 2;

std::string_view last_step(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// A member as the worker described it, and its bytes.
struct Member {
  wire::PartFound found;
  os::SealedMemory memory;
};

Result<Member> read_member(ipc::Frame& frame, std::uint64_t request_id) {
  const wire::DecodeLimits limits;
  Member member;
  ALCOVE_TRY(member.found, frame.as<wire::PartFound>(wire::MessageKind::kPartFound));
  if (member.found.request_id != request_id || frame.descriptors.size() != 1) {
    return fail(ErrorCode::kCorrupt, "A worker answered something that was not asked");
  }
  auto opened = os::SealedMemory::open(std::move(frame.descriptors.front()), limits.part_bytes_max);
  if (!opened || opened->view().size() != member.found.size_bytes) {
    return fail(ErrorCode::kCorrupt, "A worker's answer was damaged",
                opened ? "a member's size differs" : opened.error().detail);
  }
  member.memory = std::move(*opened);
  member.found.path = to_valid_utf8(utf8_prefix(member.found.path, kPathBytesMax));
  return member;
}

}  // namespace

Result<std::optional<std::string>> too_nested(artefacts::Store& store, ContentNumber content) {
  ALCOVE_TRY(const artefacts::Nesting nesting, store.nesting_of(content));
  std::optional<std::string> why;
  if (nesting.depth >= kPartDepthMax) {
    why =
        fmt::format("It lies in {} containers inside one another; what it contains itself is not read", nesting.depth);
  } else if (nesting.depth > 0 && nesting.parts_around >= kPartsAroundMax) {
    why = fmt::format("The archive around it has {} members already; what this one contains is not read",
                      nesting.parts_around);
  } else if (nesting.depth > 0 && nesting.bytes_around >= kPartBytesAroundMax) {
    why = "The archive around it was unpacked to 8 GB already; what this one contains is not read";
  }
  return why;
}

Status PartIntake::take(ipc::Frame& frame, std::uint64_t request_id) {
  const wire::DecodeLimits limits;
  ALCOVE_TRY(Member member, read_member(frame, request_id));
  const bool in_order = parts_.empty() || member.found.position > parts_.back().position;
  bytes_ += member.found.size_bytes;
  if (!in_order || parts_.size() >= limits.members_max || bytes_ > limits.expanded_bytes_max * kBytesSlack) {
    return fail(ErrorCode::kCorrupt, "A worker found more in a file than it may");
  }
  const ByteView bytes = member.memory.view();
  const std::string reader = engine_.doors.reader_of(last_step(member.found.path));
  ALCOVE_TRY(const artefacts::Content content,
             engine_.store.ensure_content(crypto::sha256(bytes), reader, static_cast<std::int64_t>(bytes.size())));
  parts_.push_back({.parent = parent_,
                    .position = member.found.position,
                    .content = content.number,
                    .path = std::move(member.found.path)});
  // What was read before, in another mail or as a file, is not needed again.
  ALCOVE_TRY(const auto known, engine_.store.list(content.number));
  if (known.empty()) {
    return engine_.spool.put(content.number, bytes);
  }
  return {};
}

Result<os::UniqueFd> ContentOpener::open(ContentNumber content, unsigned depth) {
  auto of_file = engine_.doors.open_content(content);
  if (of_file) {
    return os::UniqueFd(*of_file);
  }
  if (of_file.error().code != ErrorCode::kNotFound) {
    return std::unexpected(std::move(of_file).error());
  }
  ALCOVE_TRY(auto spooled, engine_.spool.find(content));
  if (spooled) {
    return std::move(*spooled);
  }
  if (depth >= kPartDepthMax) {
    return std::unexpected(std::move(of_file).error());
  }
  ALCOVE_TRY(const auto places, engine_.store.places_of_part(content, kPlacesTriedMax));
  for (const artefacts::Part& place : places) {
    auto container = open(place.parent, depth + 1);
    if (!container) {
      if (lost_worker_ || container.error().code != ErrorCode::kNotFound) {
        return container;
      }
      continue;
    }
    ALCOVE_TRY_VOID(take_out(place, container->value()));
    ALCOVE_TRY(spooled, engine_.spool.find(content));
    if (spooled) {
      return std::move(*spooled);
    }
  }
  if (!places.empty()) {
    return fail(ErrorCode::kUnavailable, "It could not be taken out of the file that contains it");
  }
  return std::unexpected(std::move(of_file).error());
}

Status ContentOpener::take_out(const artefacts::Part& wanted, int container_fd) {
  ALCOVE_TRY(const auto container, engine_.store.find_content(wanted.parent));
  if (!container) {
    return fail(ErrorCode::kNotFound, "The content was erased");
  }
  wire::DecodeRequest request;
  request.request_id = engine_.next_request++;
  request.stages = {"parts"};
  request.reader = container->reader;
  request.name_hint = engine_.doors.name_of(wanted.parent);
  request.parts_from = wanted.position;
  Context context = Context::with_timeout(decode_timeout(engine_.options, container->size_bytes));
  context.stop = stop_;
  Status done = worker_.send(wire::MessageKind::kDecodeRequest, request, context, std::vector<int>{container_fd});
  if (done) {
    done = receive_members(wanted, request.request_id, static_cast<std::uint64_t>(container->size_bytes));
  }
  if (!done) {
    // Whatever it was, the channel is not empty any more.
    if (done.error().code == ErrorCode::kCorrupt || done.error().code == ErrorCode::kTimedOut ||
        done.error().code == ErrorCode::kCancelled) {
      worker_.kill();
    }
    lost_worker_ = worker_.end_reason();
  }
  return done;
}

Status ContentOpener::receive_members(const artefacts::Part& wanted, std::uint64_t request_id,
                                      std::uint64_t container_bytes) {
  Context context = Context::with_timeout(decode_timeout(engine_.options, static_cast<std::int64_t>(container_bytes)));
  context.stop = stop_;
  ALCOVE_TRY(const auto known, engine_.store.parts_of(wanted.parent));
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  while (true) {
    ALCOVE_TRY(ipc::Frame frame, worker_.receive(context));
    if (frame.kind == wire::MessageKind::kDecodeFinished) {
      return {};
    }
    if (frame.kind != wire::MessageKind::kPartFound) {
      continue;
    }
    ALCOVE_TRY(const Member member, read_member(frame, request_id));
    const auto part = std::ranges::find(known, member.found.position, &artefacts::Part::position);
    if (part != known.end()) {
      ALCOVE_TRY(const auto content, engine_.store.find_content(part->content));
      // The same bytes as then, or it is another file by now.
      if (content && content->sha256 == crypto::sha256(member.memory.view())) {
        ALCOVE_TRY_VOID(engine_.spool.put(part->content, member.memory.view()));
      }
    }
    bytes += member.found.size_bytes;
    ++count;
    const bool go_on = !stop_.stop_requested() && bytes < kReadAheadBytes && count < kReadAheadMembers;
    ALCOVE_TRY_VOID(worker_.send(wire::MessageKind::kPartTaken,
                                 wire::PartTaken{.request_id = request_id, .go_on = go_on}, context));
  }
}

}  // namespace alcove::work

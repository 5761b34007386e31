#include "workers/decode/decode_worker.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "drivers/os/sealed_memory.hpp"
#include "drivers/text/unicode.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "wire/messages.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/parts/archive.hpp"
#include "workers/decode/pdf/pdf.hpp"
#include "workers/decode/stages/language.hpp"
#include "workers/decode/stages/stage_runner.hpp"

namespace alcove::decode {
namespace {

/// The stored text that came as the second descriptor.
Result<std::optional<wire::TextArtefact>> given_text(const wire::DecodeRequest& request, int fd) {
  if (!request.has_text) {
    return std::nullopt;
  }
  ALCOVE_TRY(const auto source, input::ByteSource::from_descriptor(fd));
  ALCOVE_TRY(const Bytes bytes, source.read_range(0, static_cast<std::size_t>(wire::kPayloadMax)));
  ALCOVE_TRY(wire::TextArtefact text, wire::decode<wire::TextArtefact>(bytes));
  return text;
}

/// Sends a member and waits until the server has it, so that one memory file at a time is held.
Result<bool> hand_over(ipc::Channel& channel, std::uint64_t request_id, wire::PartFound found, int memory_file) {
  found.request_id = request_id;
  const std::array<int, 1> descriptors = {memory_file};
  ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kPartFound, found, {}, descriptors));
  ALCOVE_TRY(const ipc::Frame frame, channel.receive({}));
  ALCOVE_TRY(const wire::PartTaken taken, frame.as<wire::PartTaken>(wire::MessageKind::kPartTaken));
  if (taken.request_id != request_id) {
    return fail(ErrorCode::kCorrupt, "The server answered another request");
  }
  return taken.go_on;
}

}  // namespace

Result<DecodeWorker> DecodeWorker::prepare() {
  mail::prepare();
  parts::prepare_archives();
  ALCOVE_TRY(stages::TypeTable types, stages::TypeTable::load());
  ALCOVE_TRY_VOID(pdf::prepare());
  // ICU, uchardet and CLD2 open and build their tables at first use.
  (void)charset::detect_encoding(as_bytes("\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0"));
  (void)text::sentence_ends("One. Two.", "en");
  (void)stages::detect_language("This sentence is long enough to be told from others by its letters.");
  return DecodeWorker(std::move(types));
}

Status DecodeWorker::answer(const ipc::Frame& frame, ipc::Channel& channel) {
  ALCOVE_TRY(const wire::DecodeRequest request, frame.as<wire::DecodeRequest>(wire::MessageKind::kDecodeRequest));
  if (frame.descriptors.size() < (request.has_text ? 2U : 1U)) {
    return fail(ErrorCode::kCorrupt, "The server sent an incomplete request");
  }
  ALCOVE_TRY(const auto source, input::ByteSource::from_descriptor(frame.descriptors[0].value()));
  ALCOVE_TRY(auto text, given_text(request, request.has_text ? frame.descriptors[1].value() : -1));
  const auto deliver = [&](const wire::PartFound& found, int memory_file) {
    return hand_over(channel, request.request_id, found, memory_file);
  };
  stages::StageRunner runner(types_, source, request, std::move(text), deliver);
  for (const std::string& stage : request.stages) {
    ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kStageStarted,
                                 wire::StageStarted{.request_id = request.request_id, .stage = stage}, {}));
    ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kStageFinished, runner.run(stage), {}));
  }
  return channel.send(wire::MessageKind::kDecodeFinished, wire::DecodeFinished{request.request_id}, {});
}

Status DecodeWorker::run(ipc::Channel& channel) {
  while (true) {
    const auto frame = channel.receive({});
    if (!frame) {
      return frame.error().code == ErrorCode::kUnavailable ? Status() : Status(std::unexpected(frame.error()));
    }
    ALCOVE_TRY_VOID(answer(*frame, channel));
  }
}

}  // namespace alcove::decode

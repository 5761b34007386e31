#include "tests/hostile/trial.hpp"

#include <array>
#include <charconv>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "domain/files/readers.hpp"
#include "domain/work/engine_impl.hpp"
#include "domain/work/stages.hpp"
#include "drivers/os/file.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::hostile {
namespace {

constexpr std::size_t kMembersNamedMax = 1'000;

void keep_text(Reading& into, std::string_view text) {
  if (into.text.size() < kTextBytesKept) {
    into.text.append(text.substr(0, kTextBytesKept - into.text.size())).push_back('\n');
  }
}

template <typename T>
void keep_notes(const T& artefact, Reading& into) {
  for (const wire::Note& note : artefact.notes) {
    into.codes.insert(note.code);
    if (note.code.empty() || note.message.empty()) {
      into.unexplained.insert("note " + note.code);
    }
  }
}

/// Errors: an artefact that the server could not read either.
Status keep_artefact(const wire::StageFinished& finished, Reading& into) {
  if (finished.artefact.size() > wire::kArtefactBytesMax) {
    return fail(ErrorCode::kTooLarge, "The result is larger than the server keeps");
  }
  if (finished.stage == "text") {
    ALCOVE_TRY(const auto text, wire::decode<wire::TextArtefact>(finished.artefact));
    keep_notes(text, into);
    for (const wire::Block& block : text.blocks) {
      keep_text(into, block.text);
    }
  } else if (finished.stage == "passages") {
    ALCOVE_TRY(const auto passages, wire::decode<wire::PassagesArtefact>(finished.artefact));
    keep_notes(passages, into);
  } else if (finished.stage == "parts") {
    ALCOVE_TRY(const auto parts, wire::decode<wire::PartsArtefact>(finished.artefact));
    keep_notes(parts, into);
    into.member_count += parts.parts.size();
    for (const wire::PartEntry& part : parts.parts) {
      if (into.members.size() < kMembersNamedMax) {
        into.members.push_back(part.path);
      }
      if (!part.reason_code.empty()) {
        into.codes.insert(part.reason_code);
        if (part.reason.empty()) {
          into.unexplained.insert("member " + part.reason_code);
        }
      }
    }
  } else if (finished.stage == "facts") {
    ALCOVE_TRY(const auto facts, wire::decode<wire::FactsArtefact>(finished.artefact));
    keep_text(into, facts.title);
  } else if (finished.stage == "language") {
    ALCOVE_TRY_VOID(wire::decode<wire::LanguageArtefact>(finished.artefact));
  } else if (finished.stage == "thumbnail") {
    ALCOVE_TRY_VOID(wire::decode<wire::ThumbnailArtefact>(finished.artefact));
  }
  return {};
}

Status keep_stage(const wire::StageFinished& finished, bool is_outermost, Reading& into) {
  std::string state = "done";
  switch (finished.outcome) {
    case wire::StageOutcome::kDone: ALCOVE_TRY_VOID(keep_artefact(finished, into)); break;
    case wire::StageOutcome::kNotApplicable: state = "none"; break;
    case wire::StageOutcome::kSkipped: state = "skipped: " + finished.reason_code; break;
    case wire::StageOutcome::kFailed: state = "failed: " + finished.reason_code; break;
    default: state = "later: " + finished.reason_code; break;
  }
  if (state.find(": ") != std::string::npos) {
    into.codes.insert(finished.reason_code);
    if (finished.reason_code.empty() || finished.reason.empty()) {
      into.unexplained.insert(finished.stage);
    }
  }
  if (is_outermost) {
    into.stages[finished.stage] = state;
  }
  return {};
}

}  // namespace

Result<Trial> Trial::start(std::filesystem::path worker) {
  Trial trial(std::move(worker));
  ALCOVE_TRY_VOID(trial.ensure_worker());
  return trial;
}

Status Trial::ensure_worker() {
  if (worker_ == nullptr || worker_->is_worn()) {
    ALCOVE_TRY(worker_, work::WorkerProcess::start({.program = program_, .role = "decode", .models_folder = {}}));
  }
  return {};
}

std::int64_t Trial::peak_memory_mib() const {
  std::int64_t kib = 0;
  if (worker_ != nullptr) {
    std::ifstream status(fmt::format("/proc/{}/status", worker_->pid()));
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) {
        const std::size_t digits = line.find_first_of("0123456789");
        std::from_chars(line.data() + digits, line.data() + line.size(), kib);
      }
    }
  }
  return kib / 1024;
}

Result<Reading> Trial::read(int fd, const std::string& name, unsigned members_max) {
  Reading reading;
  const auto began = std::chrono::steady_clock::now();
  std::vector<Content> waiting;
  Content next{.fd = {}, .name = name};
  while (true) {
    ALCOVE_TRY_VOID(ensure_worker());
    const Status ran = run(next.fd ? next.fd.value() : fd, next, members_max, waiting, reading);
    if (!ran) {
      std::string why = ran.error().message;
      if (ran.error().code == ErrorCode::kTimedOut || ran.error().code == ErrorCode::kUnavailable) {
        if (ran.error().code == ErrorCode::kTimedOut) {
          worker_->kill();
        }
        why = worker_->end_reason().message;
      }
      reading.lost = fmt::format("{} of {}: {}", running_, next.name, why);
      renew();
      break;
    }
    if (waiting.empty()) {
      break;
    }
    next = std::move(waiting.back());
    waiting.pop_back();
  }
  const auto spent = std::chrono::steady_clock::now() - began;
  reading.wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(spent).count();
  return reading;
}

Status Trial::run(int fd, const Content& content, unsigned members_max, std::vector<Content>& waiting, Reading& into) {
  ALCOVE_TRY(const os::FileStat stat, os::read_stat(fd));
  wire::DecodeRequest request;
  request.request_id = next_request_++;
  request.stages = work::stage_names(work::Stage::Family::kDecode);
  request.reader = files::reader_for_name(content.name);
  request.name_hint = content.name;
  const Context context = Context::with_timeout(work::decode_timeout({}, static_cast<std::int64_t>(stat.size_bytes)));
  const std::array<int, 1> descriptors = {fd};
  running_ = "the beginning";
  ALCOVE_TRY_VOID(worker_->send(wire::MessageKind::kDecodeRequest, request, context, descriptors));
  std::size_t answered = 0;
  while (true) {
    ALCOVE_TRY(ipc::Frame frame, worker_->receive(context));
    if (frame.kind == wire::MessageKind::kDecodeFinished) {
      return answered == request.stages.size() ? Status() : fail(ErrorCode::kCorrupt, "A stage has no answer");
    }
    if (frame.kind == wire::MessageKind::kStageStarted) {
      ALCOVE_TRY(const auto started, frame.as<wire::StageStarted>(frame.kind));
      running_ = started.stage;
    } else if (frame.kind == wire::MessageKind::kPartFound) {
      ALCOVE_TRY_VOID(take_part(frame, content, context, members_max, waiting, into));
    } else {
      ALCOVE_TRY(const auto finished, frame.as<wire::StageFinished>(wire::MessageKind::kStageFinished));
      ALCOVE_TRY_VOID(keep_stage(finished, content.depth == 0, into));
      ++answered;
    }
  }
}

Status Trial::take_part(ipc::Frame& frame, const Content& content, const Context& context, unsigned members_max,
                        std::vector<Content>& waiting, Reading& into) {
  ALCOVE_TRY(const auto found, frame.as<wire::PartFound>(wire::MessageKind::kPartFound));
  if (content.depth < kDepthMax && into.members_read < members_max && !frame.descriptors.empty()) {
    ++into.members_read;
    waiting.push_back({.fd = std::move(frame.descriptors.front()), .name = found.path, .depth = content.depth + 1});
  }
  return worker_->send(wire::MessageKind::kPartTaken, wire::PartTaken{.request_id = found.request_id, .go_on = true},
                       context);
}

}  // namespace alcove::hostile

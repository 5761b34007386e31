/// @file
/// A worker for the engine's tests that does as the content says: crash, hang, fail, lie. It speaks the real protocol
/// over the real channel; only what it makes is invented. A real worker cannot be made to crash on demand.
///
/// A content is lines of "verb stage [file]": crash, crash-once (unless the file exists), hang, fail, babble
/// (fail with a megabyte of reasons), retry, skip, lie.
/// "part NAME TEXT" is a member whose bytes are TEXT with '|' for line ends; "steal" lies about a member's size.
/// "words N" sets the number of passages; the model role ends when a text holds "poison".

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/ipc/channel.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/process.hpp"
#include "drivers/os/sealed_memory.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "wire/messages.hpp"

namespace alcove::work {
namespace {

struct Script {
  std::map<std::string, std::string> verbs;  ///< by stage
  std::map<std::string, std::string> files;
  std::vector<std::pair<std::string, std::string>> parts;  ///< name, bytes
  std::size_t words = 1;
  bool poison = false;
};

Script read_script(int fd) {
  Bytes bytes(os::read_stat(fd).value().size_bytes);
  bytes.resize(os::pread_all(fd, bytes, 0).value());
  std::istringstream lines{std::string(as_text(bytes))};
  Script script;
  for (std::string verb, stage, rest, line; std::getline(lines, line);) {
    std::istringstream words(line);
    words >> verb >> stage >> rest;
    if (verb == "words") {
      script.words = std::stoul(stage);
    } else if (verb == "part") {
      std::string text = line.substr(line.find(stage) + stage.size());
      text.erase(0, 1);
      std::ranges::replace(text, '|', '\n');
      script.parts.emplace_back(stage, text);
    } else if (verb == "poison") {
      script.poison = true;
    } else {
      script.verbs[stage] = verb;
      script.files[stage] = rest;
    }
  }
  return script;
}

Bytes artefact_of(const std::string& stage, const Script& script) {
  if (stage == "probe") {
    return wire::encode(wire::ProbeArtefact{
        .format = wire::Format::kPlainText, .mime = "text/plain", .encoding = {}, .code_language = {}});
  }
  if (stage == "passages") {
    wire::PassagesArtefact passages;
    for (std::size_t i = 0; i < script.words; ++i) {
      passages.passages.push_back({.text = (script.poison ? "poison " : "passage ") + std::to_string(i),
                                   .place = {},
                                   .language = "en",
                                   .title = {}});
    }
    return wire::encode(passages);
  }
  if (stage == "text") {
    wire::TextArtefact text;
    text.blocks.push_back({.kind = wire::BlockKind::kParagraph, .level = 0, .text = "words", .place = {}});
    return wire::encode(text);
  }
  if (stage == "parts") {
    wire::PartsArtefact parts;
    for (const auto& [name, bytes] : script.parts) {
      parts.parts.push_back({.path = name, .size_bytes = bytes.size(), .reason_code = {}, .reason = {}});
    }
    return wire::encode(parts);
  }
  return {1};
}

Status hand_over_parts(ipc::Channel& channel, const wire::DecodeRequest& request, const Script& script) {
  const bool steals = script.verbs.contains("parts") && script.verbs.at("parts") == "steal";
  for (std::uint32_t position = request.parts_from; position < script.parts.size(); ++position) {
    const auto& [name, bytes] = script.parts.at(position);
    ALCOVE_TRY(const os::UniqueFd memory, os::make_sealed_file(as_bytes(bytes), "part"));
    const wire::PartFound found{.request_id = request.request_id,
                                .position = position,
                                .path = name,
                                .size_bytes = bytes.size() + (steals ? 1 : 0)};
    ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kPartFound, found, {}, std::vector<int>{memory.value()}));
    ALCOVE_TRY(const ipc::Frame reply, channel.receive({}));
    ALCOVE_TRY(const auto taken, reply.as<wire::PartTaken>(wire::MessageKind::kPartTaken));
    if (!taken.go_on) {
      break;
    }
  }
  return {};
}

wire::StageFinished run_stage(const wire::DecodeRequest& request, const std::string& stage, const Script& script) {
  wire::StageFinished finished;
  finished.request_id = request.request_id;
  finished.stage = stage;
  finished.outcome = wire::StageOutcome::kDone;
  const auto found = script.verbs.find(stage);
  const std::string verb = found == script.verbs.end() ? "" : found->second;
  if (verb == "crash-once" && !std::filesystem::exists(script.files.at(stage))) {
    std::ofstream(script.files.at(stage)) << "crashed";
    std::abort();
  }
  if (verb == "crash") {
    std::abort();
  }
  while (verb == "hang") {
    ::pause();
  }
  if (verb == "fail" || verb == "retry" || verb == "skip") {
    finished.outcome = verb == "fail"    ? wire::StageOutcome::kFailed
                       : verb == "retry" ? wire::StageOutcome::kFailedRetryable
                                         : wire::StageOutcome::kSkipped;
    finished.reason_code = verb;
    finished.reason = "As the content says";
    return finished;
  }
  if (verb == "rewrite") {
    // Somebody writes into the file while it is read.
    std::ofstream(script.files.at(stage)) << "words 2, and other bytes";
  }
  if (verb == "fail-once" && !std::filesystem::exists(script.files.at(stage))) {
    std::ofstream(script.files.at(stage)) << "failed";
    finished.outcome = wire::StageOutcome::kFailed;
    finished.reason = "As the content says";
    return finished;
  }
  if (verb == "babble") {
    finished.outcome = wire::StageOutcome::kFailed;
    finished.reason_code = std::string(1'000'000, 'c');
    finished.reason = std::string(1'000'000, 'r');
    return finished;
  }
  if (verb == "lie") {
    finished.stage = "never asked for";
  }
  finished.artefact = artefact_of(stage, script);
  finished.cpu_ms = 1;
  return finished;
}

Status decode(ipc::Channel& channel) {
  while (true) {
    ALCOVE_TRY(const ipc::Frame frame, channel.receive({}));
    ALCOVE_TRY(const auto request, frame.as<wire::DecodeRequest>(wire::MessageKind::kDecodeRequest));
    const Script script = read_script(frame.descriptors.at(0).value());
    const auto asks = [&](const char* stage) {
      return std::ranges::find(request.stages, stage) != request.stages.end();
    };
    // The engine's promise: what a stage rests on is asked for with it, or comes along.
    const bool takes_out = request.stages == std::vector<std::string>{"parts"};
    if ((asks("passages") && !asks("text") && !request.has_text) ||
        (!asks("probe") && request.probe.empty() && !takes_out)) {
      std::_Exit(99);
    }
    for (const std::string& stage : request.stages) {
      ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kStageStarted,
                                   wire::StageStarted{.request_id = request.request_id, .stage = stage}, {}));
      if (stage == "parts") {
        ALCOVE_TRY_VOID(hand_over_parts(channel, request, script));
      }
      ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kStageFinished, run_stage(request, stage, script), {}));
    }
    ALCOVE_TRY_VOID(
        channel.send(wire::MessageKind::kDecodeFinished, wire::DecodeFinished{.request_id = request.request_id}, {}));
  }
}

Status embed(ipc::Channel& channel, const std::string& model) {
  while (true) {
    ALCOVE_TRY(const ipc::Frame frame, channel.receive({}));
    ALCOVE_TRY(const auto request, frame.as<wire::EmbedRequest>(wire::MessageKind::kEmbedRequest));
    wire::EmbedReply reply;
    reply.request_id = request.request_id;
    reply.dimensions = 2;
    for (const std::string& text : request.texts) {
      if (text.find("poison") != std::string::npos) {
        std::abort();
      }
      if (text == "error" || (model == "picky" && request.purpose == wire::EmbedPurpose::kPassage)) {
        reply.error = "The text cannot be read";
      }
      // The number at the text's end, so that a test sees whether rows stand where their passages do.
      const std::size_t space = text.rfind(' ');
      const int number = space == std::string::npos ? 0 : std::atoi(text.c_str() + space);
      reply.scales.push_back(1);
      reply.values.push_back(static_cast<std::int8_t>(number % 100));
      reply.values.push_back(static_cast<std::int8_t>(number / 100));
    }
    ALCOVE_TRY_VOID(channel.send(wire::MessageKind::kEmbedReply, reply, {}));
  }
}

int run(std::span<char* const> arguments) {
  const std::string role = arguments[1];
  std::string models;
  std::string model;
  for (std::size_t i = 2; i + 1 < arguments.size(); ++i) {
    if (std::string(arguments[i]) == "--models") {
      models = arguments[i + 1];
    }
    if (std::string(arguments[i]) == "--model") {
      model = arguments[i + 1];
    }
  }
  ipc::Channel channel{os::UniqueFd(os::kFirstPassedFd)};
  wire::Hello hello;
  hello.role = role;
  hello.confinement = {{.means = "none", .active = false, .reason = "A test"}};
  if (role == "model") {
    if (models.ends_with("none") || model == "none") {
      hello.model_error = "The model is not installed";
    } else {
      hello.model_name = "number at the end";
      // The first model of a test is told apart by the folder, as one that was updated.
      hello.model_fingerprint = model == "first" ? std::filesystem::path(models).filename().string() : model;
      hello.dimensions = 2;
    }
  }
  if (!channel.send(wire::MessageKind::kHello, hello, {})) {
    return EXIT_FAILURE;
  }
  static_cast<void>(role == "model" ? embed(channel, model) : decode(channel));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace alcove::work

int main(int argc, char** argv) {
  return alcove::work::run(std::span<char* const>(argv, static_cast<std::size_t>(argc)));
}

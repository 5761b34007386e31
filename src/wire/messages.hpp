#pragma once
/// @file
/// Requests and replies between the server and its workers. One frame each; see drivers/ipc for frames.
///
/// A worker says Hello once it is confined. The decode worker then handles one DecodeRequest at a time and
/// answers StageStarted and StageFinished per stage and DecodeFinished at the end, so that a crash is blamed on
/// the stage that was running and finished stages are kept. While it runs the stage `parts` it sends one PartFound per
/// member that it could read, and goes on after the server's PartTaken. The model worker answers each EmbedRequest with
/// one EmbedReply; queries overtake passages.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"

namespace alcove::wire {

/// Both sides refuse another version: they are always built together.
inline constexpr std::uint32_t kProtocolVersion = 3;
/// Largest payload; larger ones are an error. Payloads over kInlineMax travel as a sealed memory file.
inline constexpr std::uint64_t kPayloadMax = 256ULL * 1024 * 1024;
inline constexpr std::uint64_t kInlineMax = 64ULL * 1024;
/// Largest artefact of a decode stage: 32 MiB of text with 400,000 places and headings stay well below.
inline constexpr std::uint64_t kArtefactBytesMax = 128ULL * 1024 * 1024;
inline constexpr std::size_t kDescriptorsMax = 4;
/// Exit code of a worker that met its memory limit.
inline constexpr int kExitOutOfMemory = 86;

enum class MessageKind : std::uint8_t {
  kHello,
  kDecodeRequest,
  kStageStarted,
  kStageFinished,
  kDecodeFinished,
  kPartFound,
  kPartTaken,
  kEmbedRequest,
  kEmbedReply,
  kTestRequest,
  kTestReply,
  kCount_,
};

/// How one means of confinement fared.
struct ConfinementState {
  std::string means;  ///< "network namespace", "seccomp", "landlock", "memory limit" …
  bool active = false;
  std::string reason = {};       ///< When not active: why, in plain words.
  std::string reason_code = {};  ///< Of base/remark.hpp.
  std::vector<std::string> reason_values = {};
  void fields(auto& visit) { visit(means, active, reason, reason_code, reason_values); }
};

/// First message of every worker.
struct Hello {
  std::uint32_t protocol_version = kProtocolVersion;
  std::string role;  ///< "decode", "model" or "test"
  std::vector<ConfinementState> confinement;
  std::string model_name;         ///< model: as in models/catalog.json; empty when none could be loaded
  std::string model_fingerprint;  ///< model: name, file hash, runtime and settings; goes into the stage fingerprint
  std::string model_error;        ///< model: why none is loaded, for the person
  std::uint32_t dimensions = 0;   ///< model
  std::string instructions;       ///< model: the vector instructions that its kernels use, for the person: "AVX2"
  void fields(auto& visit) {
    visit(protocol_version, role, confinement, model_name, model_fingerprint, model_error, dimensions, instructions);
  }
};

/// Limits for one document. Defaults are the product's; the test suite lowers them.
struct DecodeLimits {
  std::uint64_t file_bytes_max = 2ULL * 1024 * 1024 * 1024;  ///< larger files are named only
  std::uint64_t text_bytes_max = 32ULL * 1024 * 1024;        ///< extracted text kept
  std::uint32_t pages_max = 5'000;
  std::uint32_t passages_max = 50'000;
  std::uint64_t expanded_bytes_max = 512ULL * 1024 * 1024;  ///< bytes inflated from one container
  std::uint32_t members_max = 20'000;                       ///< entries of one container
  std::uint32_t nesting_max = 200;                          ///< elements inside elements
  std::uint32_t soft_seconds_max = 45;                      ///< readers stop here and keep what they have
  std::uint64_t part_bytes_max = 256ULL * 1024 * 1024;      ///< of one member; larger ones are named only
  void fields(auto& visit) {
    visit(file_bytes_max, text_bytes_max, pages_max, passages_max, expanded_bytes_max, members_max, nesting_max,
          soft_seconds_max, part_bytes_max);
  }
};

/// Descriptors: [0] the content, read-only. [1] only if `has_text`: the stored TextArtefact.
struct DecodeRequest {
  std::uint64_t request_id = 0;
  std::vector<std::string> stages;  ///< in the order to run: probe, text, passages, language, facts, thumbnail
  std::string reader;     ///< reader that the name chose, for plain text only: "", "markdown", "csv", "html", "eml",
                          ///< "text", "code:python" …; "" = by content alone
  std::string name_hint;  ///< the file's name, for messages and as a title of last resort; never for choosing a path
  DecodeLimits limits;
  Bytes probe;  ///< encoded ProbeArtefact when `probe` is not among the stages; else empty
  bool has_text = false;
  std::uint32_t parts_from = 0;  ///< `parts`: members before this position are listed, but not sent
  void fields(auto& visit) { visit(request_id, stages, reader, name_hint, limits, probe, has_text, parts_from); }
};

struct StageStarted {
  std::uint64_t request_id = 0;
  std::string stage;
  void fields(auto& visit) { visit(request_id, stage); }
};

enum class StageOutcome : std::uint8_t {
  kDone,             ///< `artefact` holds the result
  kNotApplicable,    ///< the stage has nothing to say of this content; no row is kept
  kSkipped,          ///< a rule or missing ability; `reason` says which ("encrypted", "no reader for image/png")
  kFailed,           ///< will fail again; `reason` says why
  kFailedRetryable,  ///< may go better later (out of memory, time limit)
  kCount_,
};

struct StageFinished {
  std::uint64_t request_id = 0;
  std::string stage;
  StageOutcome outcome = StageOutcome::kFailed;
  std::string reason_code;  ///< stable: "encrypted", "no_text", "damaged", "unsupported_type", "too_large" …
  std::string reason;       ///< plain sentence for the person
  std::vector<std::string> reason_values;  ///< what it names
  Bytes artefact;                          ///< encoded; see wire/artefacts.hpp
  std::uint32_t cpu_ms = 0;
  void fields(auto& visit) { visit(request_id, stage, outcome, reason_code, reason, reason_values, artefact, cpu_ms); }
};

/// A member's bytes. Descriptor: [0] a sealed memory file of exactly `size_bytes`.
struct PartFound {
  std::uint64_t request_id = 0;
  std::uint32_t position = 0;
  std::string path;  ///< As PartEntry::path.
  std::uint64_t size_bytes = 0;
  void fields(auto& visit) { visit(request_id, position, path, size_bytes); }
};

/// The server's answer to each PartFound.
struct PartTaken {
  std::uint64_t request_id = 0;
  bool go_on = true;  ///< False: no further member is wanted; the stage ends as if the container did.
  void fields(auto& visit) { visit(request_id, go_on); }
};

struct DecodeFinished {
  std::uint64_t request_id = 0;
  void fields(auto& visit) { visit(request_id); }
};

enum class EmbedPurpose : std::uint8_t { kQuery, kPassage, kCount_ };

struct EmbedRequest {
  std::uint64_t request_id = 0;
  EmbedPurpose purpose = EmbedPurpose::kPassage;
  std::vector<std::string> texts;  ///< without the model's prefix, which the worker adds
  void fields(auto& visit) { visit(request_id, purpose, texts); }
};

struct EmbedReply {
  std::uint64_t request_id = 0;
  std::string error;  ///< empty on success
  std::uint32_t dimensions = 0;
  std::vector<float> scales;        ///< one per text
  std::vector<std::int8_t> values;  ///< texts × dimensions; value = scale × int8, rows of length 1
  std::uint32_t token_count = 0;
  std::uint32_t compute_ms = 0;
  void fields(auto& visit) { visit(request_id, error, dimensions, scales, values, token_count, compute_ms); }
};

/// Only for `alcove-worker test`: try something forbidden, crash, hang or eat memory, and say what happened.
struct TestRequest {
  std::string action;
  void fields(auto& visit) { visit(action); }
};
struct TestReply {
  std::string action;
  bool refused = false;
  std::string detail;
  void fields(auto& visit) { visit(action, refused, detail); }
};

}  // namespace alcove::wire

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/work/engine.hpp"
#include "surface/rest/file_target.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/render.hpp"
#include "surface/rest/routes.hpp"

namespace alcove::rest {
namespace {

/// Copies of one content that are named.
constexpr std::size_t kSameContentMax = 50;
/// Members of one container that are listed with their states.
constexpr std::size_t kPartsShownMax = 1'000;
/// Blocks shown before the one that a hit opens.
constexpr std::size_t kBlocksBeforeHit = 100;
constexpr std::int64_t kOffsetMax = 10'000'000;
/// A library's name and a path.
constexpr std::size_t kFullPathLengthMax = 4'352;

std::string_view task_state_name(artefacts::TaskState state) {
  switch (state) {
    case artefacts::TaskState::kWaiting: return "waiting";
    case artefacts::TaskState::kRunning: return "running";
    case artefacts::TaskState::kFailed: return "failed";
    case artefacts::TaskState::kSkipped: return "skipped";
  }
  return "waiting";
}

bool is_model_stage(std::string_view name) {
  const auto& all = work::stages();
  const auto found =
      std::ranges::find(all, name, [](const work::Stage& stage) { return std::string_view(stage.name); });
  return found != all.end() && found->family == work::Stage::Family::kModel;
}

void write_done(json::Writer& writer, const artefacts::Artefact& artefact, const work::Progress& work) {
  writer.begin_object()
      .member("stage", artefact.stage)
      .member("state", "done")
      .member("fingerprint", artefact.fingerprint);
  // The fingerprint ends in the model's own; the running model's name is known, an older one's only by fingerprint.
  if (is_model_stage(artefact.stage) && !work.model_fingerprint.empty() &&
      artefact.fingerprint.contains(work.model_fingerprint)) {
    writer.member("model", work.model_name);
  }
  writer.member("made", format_rfc3339(artefact.made_at))
      .member("machine", artefact.machine)
      .member("cpu_ms", artefact.cpu_ms)
      .member("size", artefact.size_bytes)
      .end_object();
}

void write_task(json::Writer& writer, const artefacts::Task& task) {
  writer.begin_object()
      .member("stage", task.stage)
      .member("state", task_state_name(task.state))
      .member("attempts", task.attempts);
  if (task.state == artefacts::TaskState::kWaiting && task.not_before.value != 0) {
    writer.member("not_before", format_rfc3339(task.not_before));
  }
  if (!task.reason.empty()) {
    writer.member("reason_code", task.reason_code).member("reason", task.reason);
    write_values(writer, "reason_values", task.values);
  }
  writer.end_object();
}

void write_facts(json::Writer& writer, const wire::FactsArtefact& facts) {
  writer.begin_object().member("title", facts.title).member("author", facts.author).member("subject", facts.subject);
  if (facts.created_unix_ms != 0) {
    writer.member("created", format_rfc3339(UnixMillis{facts.created_unix_ms}));
  }
  if (facts.modified_unix_ms != 0) {
    writer.member("modified", format_rfc3339(UnixMillis{facts.modified_unix_ms}));
  }
  writer.member("page_count", facts.page_count)
      .member("word_count", facts.word_count)
      .member("character_count", facts.character_count)
      .end_object();
}

/// Stages in the order of the work, done or not.
Result<std::uint32_t> write_stages(json::Writer& writer, Services& services, ContentNumber content) {
  std::uint32_t passages = 0;
  ALCOVE_TRY(const auto done, services.store->list(content));
  ALCOVE_TRY(const auto open, services.store->tasks_of(content));
  const work::Progress work = services.engine->progress();
  writer.begin_array();
  for (const work::Stage& stage : work::stages()) {
    const auto task = std::ranges::find(open, stage.name, &artefacts::Task::stage);
    const auto artefact = std::ranges::find(done, stage.name, &artefacts::Artefact::stage);
    if (artefact != done.end()) {
      passages = std::max(passages, artefact->passage_count);
      write_done(writer, *artefact, work);
    }
    if (task != open.end()) {
      write_task(writer, *task);
    }
  }
  writer.end_array();
  return passages;
}

/// One member of a container: as its container lists it, and how its own stages stand.
Status write_member(json::Writer& writer, artefacts::Store& store, const FileTarget& container, std::size_t position,
                    const wire::PartEntry& entry, const artefacts::Part* part) {
  const std::string above = part_address(container.parts);
  writer.begin_object()
      .member("part", fmt::format("{}{}{}", above, above.empty() ? "" : "-", position))
      .member("path", entry.path)
      .member("size", entry.size_bytes);
  if (entry.modified_unix_ms != 0) {
    writer.member("modified", format_rfc3339(UnixMillis{entry.modified_unix_ms}));
  }
  if (part != nullptr) {
    files::File inside;
    inside.content = part->content;
    ALCOVE_TRY(const FileState state, file_state(store, inside));
    ALCOVE_TRY(const wire::ProbeArtefact probe, probe_of(store, part->content));
    ALCOVE_TRY(const auto members, store.parts_of(part->content));
    writer.member("state", file_state_name(state))
        .member("type", wire::format_name(probe.format))
        .member("part_count", members.size());
  } else {
    writer.member("state", "problem").member("type", wire::format_name(wire::Format::kUnknown)).member("part_count", 0);
    const bool is_cycle = entry.reason_code.empty();
    writer.member("reason_code", is_cycle ? ReasonCode("cycle").name() : entry.reason_code)
        .member("reason", is_cycle ? "It contains the file that it lies in" : entry.reason);
    write_values(writer, "reason_values", entry.reason_values);
  }
  writer.end_object();
  return {};
}

/// "parts", "part_count" and, for a part, "part" and "part_path".
Status write_parts(json::Writer& writer, artefacts::Store& store, const FileTarget& target) {
  if (!target.parts.empty()) {
    writer.member("part", part_address(target.parts)).member("part_path", files::part_path(target.parts));
  }
  ALCOVE_TRY(const auto known, find_artefact<wire::PartsArtefact>(store, target.file.content, "parts"));
  const std::vector<wire::PartEntry> entries = known ? known->parts : std::vector<wire::PartEntry>();
  ALCOVE_TRY(const auto members, store.parts_of(target.file.content));
  writer.member("part_count", entries.size()).key("parts").begin_array();
  const std::size_t end = std::min(entries.size(), target.parts_offset + kPartsShownMax);
  for (std::size_t i = target.parts_offset; i < end; ++i) {
    const auto part = std::ranges::find(members, i, &artefacts::Part::position);
    ALCOVE_TRY_VOID(write_member(writer, store, target, i, entries[i], part == members.end() ? nullptr : &*part));
  }
  writer.end_array();
  return {};
}

Status write_detail(json::Writer& writer, Services& services, const auth::Principal& principal,
                    const FileTarget& target) {
  const files::File& file = target.file;
  artefacts::Store& store = *services.store;
  ALCOVE_TRY(const std::string library, library_name(services, file.library));
  ALCOVE_TRY(const FileState state, file_state(store, file));
  ALCOVE_TRY(const wire::ProbeArtefact probe, probe_of(store, file.content));
  writer.begin_object();
  write_file_members(writer, {.file = file, .library = library, .state = state, .probe = probe});
  if (file.sha256) {
    writer.member("sha256", to_hex(*file.sha256));
  }
  const auto known = [&](const char* name, const std::string& value) {
    if (!value.empty()) {
      writer.member(name, value);
    }
  };
  known("mime", probe.mime);
  known("encoding", probe.encoding);
  known("code_language", probe.code_language);
  writer.key("stages");
  ALCOVE_TRY(const std::uint32_t passages, write_stages(writer, services, file.content));
  ALCOVE_TRY(const auto text, find_artefact<wire::TextArtefact>(store, file.content, "text"));
  ALCOVE_TRY(const auto inside, find_artefact<wire::PartsArtefact>(store, file.content, "parts"));
  std::vector<wire::Note> notes = text ? text->notes : std::vector<wire::Note>();
  for (const wire::Note& note : inside ? inside->notes : std::vector<wire::Note>()) {
    if (std::ranges::find(notes, note.code, &wire::Note::code) == notes.end()) {
      notes.push_back(note);
    }
  }
  writer.key("notes");
  write_notes(writer, notes);
  ALCOVE_TRY_VOID(write_parts(writer, store, target));
  ALCOVE_TRY(const auto facts, find_artefact<wire::FactsArtefact>(store, file.content, "facts"));
  if (facts) {
    writer.key("facts");
    write_facts(writer, *facts);
  }
  ALCOVE_TRY(const auto languages, find_artefact<wire::LanguageArtefact>(store, file.content, "language"));
  writer.key("languages").begin_array();
  for (const wire::LanguageShare& share : languages.value_or(wire::LanguageArtefact{}).languages) {
    const double bounded = std::clamp(static_cast<double>(share.share), 0.0, 1.0);
    writer.begin_object().member("language", share.language).member("share", bounded).end_object();
  }
  writer.end_array().member("passage_count", passages);
  std::vector<files::File> others;
  if (file.content) {
    ALCOVE_TRY(others, services.files->files_of(principal, file.content, kSameContentMax + 1));
  }
  std::erase_if(others, [&](const files::File& other) { return other.id == file.id && target.parts.empty(); });
  writer.key("same_content");
  write_same_content(writer, services, others);
  writer.end_object();
  return {};
}

/// True when both places lie on the same page, slide, sheet or part.
bool is_same_leaf(const wire::Place& a, const wire::Place& b) {
  return a.kind == b.kind && a.page == b.page && a.slide == b.slide && a.sheet == b.sheet && a.part == b.part;
}

/// The block a passage begins with: by the place's numbers where it has them, else by its text.
std::size_t first_block_of(const std::vector<wire::Block>& blocks, const wire::Passage& passage) {
  std::optional<std::size_t> same_leaf;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const wire::Place& place = blocks[i].place;
    if (!is_same_leaf(place, passage.place)) {
      continue;
    }
    const bool by_line = place.line_first != 0 && place.line_last >= passage.place.line_first;
    const bool by_paragraph = place.paragraph_first != 0 && place.paragraph_last >= passage.place.paragraph_first;
    if (by_line || by_paragraph || passage.text.starts_with(blocks[i].text)) {
      return i;
    }
    same_leaf = same_leaf.value_or(i);
  }
  return same_leaf.value_or(0);
}

void write_blocks(json::Writer& writer, const std::vector<wire::Block>& blocks, std::size_t offset, std::size_t limit) {
  writer.begin_array();
  for (std::size_t i = offset; i < std::min(blocks.size(), offset + limit); ++i) {
    const wire::Block& block = blocks[i];
    writer.begin_object()
        .member("kind", block_kind_name(block.kind))
        .member("level", block.level)
        .member("text", block.text)
        .key("place");
    write_place(writer, block.place);
    writer.member("starts_paragraph", block.starts_paragraph).end_object();
  }
  writer.end_array();
}

void write_passages(json::Writer& writer, const std::vector<wire::Passage>& passages, std::size_t offset,
                    std::size_t limit) {
  writer.begin_array();
  for (std::size_t i = offset; i < std::min(passages.size(), offset + limit); ++i) {
    const wire::Passage& passage = passages[i];
    writer.begin_object().member("index", i).member("text", passage.text).key("place");
    write_place(writer, passage.place);
    writer.member("language", passage.language).member("title", passage.title).end_object();
  }
  writer.end_array();
}

/// What a request for text asks to see.
struct TextWindow {
  std::size_t blocks_offset = 0;
  std::size_t blocks_limit = 0;
  std::size_t passages_offset = 0;
  std::size_t passages_limit = 0;
  std::optional<std::size_t> at_passage;
  std::optional<std::string> part;
};

Result<TextWindow> read_window(const http::Request& request) {
  QueryReader reader(request);
  const auto size = [&](const char* name, std::int64_t max, std::int64_t fallback) {
    return static_cast<std::size_t>(reader.optional_int64(name, {.min = 0, .max = max}).value_or(fallback));
  };
  TextWindow window;
  window.blocks_offset = size("blocks_offset", kOffsetMax, 0);
  window.blocks_limit = size("blocks_limit", 5'000, 1'000);
  window.passages_offset = size("passages_offset", kOffsetMax, 0);
  window.passages_limit = size("passages_limit", 1'000, 100);
  if (const auto at = reader.optional_int64("at_passage", {.min = 0, .max = kOffsetMax})) {
    window.at_passage = static_cast<std::size_t>(*at);
  }
  window.part = read_part_address(reader);
  ALCOVE_TRY_VOID(reader.finish());
  return window;
}

}  // namespace

RouteResult show_file(Api& api, Call& call) {
  QueryReader reader(call.request);
  const auto part = read_part_address(reader);
  const auto parts_offset = reader.optional_int64("parts_offset", {.min = 0, .max = kOffsetMax});
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY(FileTarget target, find_target(api.services(), call.asking.principal, FileId{id}, part));
  target.parts_offset = static_cast<std::size_t>(parts_offset.value_or(0));
  json::Writer writer;
  ALCOVE_TRY_VOID(write_detail(writer, api.services(), call.asking.principal, target));
  return json_response(200, std::move(writer).take());
}

RouteResult show_file_by_path(Api& api, Call& call) {
  QueryReader reader(call.request);
  const auto path = reader.optional_path("path", {.length_min = 1, .length_max = kFullPathLengthMax});
  ALCOVE_TRY_VOID(reader.finish());
  if (!path) {
    Error error = make_error(ErrorCode::kInvalidArgument, "\"path\" is missing");
    error.field = "path";
    return std::unexpected(std::move(error));
  }
  ALCOVE_TRY(const auto found, api.services().files->find_by_path(*path));
  if (!found) {
    return fail(ErrorCode::kNotFound, "No library holds a file of that path");
  }
  ALCOVE_TRY(const FileTarget target, find_target(api.services(), call.asking.principal, found->id, {}));
  json::Writer writer;
  ALCOVE_TRY_VOID(write_detail(writer, api.services(), call.asking.principal, target));
  return json_response(200, std::move(writer).take());
}

RouteResult file_text(Api& api, Call& call) {
  ALCOVE_TRY(TextWindow window, read_window(call.request));
  ALCOVE_TRY(const std::int64_t id, call.id());
  Services& services = api.services();
  ALCOVE_TRY(const FileTarget target, find_target(services, call.asking.principal, FileId{id}, window.part));
  const files::File& file = target.file;
  ALCOVE_TRY(const FileState state, file_state(*services.store, file));
  ALCOVE_TRY(auto stored_text, find_artefact<wire::TextArtefact>(*services.store, file.content, "text"));
  ALCOVE_TRY(auto stored, find_artefact<wire::PassagesArtefact>(*services.store, file.content, "passages"));
  const wire::TextArtefact text = std::move(stored_text).value_or(wire::TextArtefact{});
  const wire::PassagesArtefact cut = std::move(stored).value_or(wire::PassagesArtefact{});
  if (window.at_passage && *window.at_passage < cut.passages.size()) {
    const std::size_t block = first_block_of(text.blocks, cut.passages[*window.at_passage]);
    window.blocks_offset = block > kBlocksBeforeHit ? block - kBlocksBeforeHit : 0;
    window.passages_offset = *window.at_passage;
  }
  json::Writer writer;
  writer.begin_object().member("file_id", file.id.value).member("state", file_state_name(state)).key("blocks");
  write_blocks(writer, text.blocks, window.blocks_offset, window.blocks_limit);
  writer.member("blocks_offset", window.blocks_offset).member("block_count", text.blocks.size()).key("passages");
  write_passages(writer, cut.passages, window.passages_offset, window.passages_limit);
  writer.member("passages_offset", window.passages_offset).member("passage_count", cut.passages.size()).key("notes");
  std::vector<wire::Note> notes = text.notes;
  notes.insert(notes.end(), cut.notes.begin(), cut.notes.end());
  write_notes(writer, notes);
  writer.member("page_count", text.page_count).key("page_ratios").begin_array();
  for (const float ratio : text.page_ratios) {
    writer.number(static_cast<double>(ratio));
  }
  writer.end_array().end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult retry_file(Api& api, Call& call) {
  QueryReader reader(call.request);
  const auto part = read_part_address(reader);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY(const FileTarget target, find_target(api.services(), call.asking.principal, FileId{id}, part));
  if (!target.file.content) {
    return fail(ErrorCode::kPreconditionFailed, "The file was not read yet; that is tried again by itself");
  }
  ALCOVE_TRY_VOID(api.services().engine->retry_failed(target.file.content));
  return empty_response();
}

RouteResult file_thumbnail(Api& api, Call& call) {
  QueryReader reader(call.request);
  const auto part = read_part_address(reader);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY(const FileTarget target, find_target(api.services(), call.asking.principal, FileId{id}, part));
  const files::File& file = target.file;
  ALCOVE_TRY(auto thumbnail, find_artefact<wire::ThumbnailArtefact>(*api.services().store, file.content, "thumbnail"));
  if (!thumbnail || !file.sha256) {
    return fail(ErrorCode::kNotFound, "This file has no picture of its first page");
  }
  const std::string tag = fmt::format("\"{}-thumbnail-{}\"", to_hex(*file.sha256), thumbnail->webp.size());
  http::Response response{
      .status = 200, .headers = {{"ETag", tag}, {"Cache-Control", "private, no-cache"}}, .body = {}};
  if (call.request.header("if-none-match") == tag) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", "image/webp");
  response.body = std::string(as_text(thumbnail->webp));
  return response;
}

}  // namespace alcove::rest

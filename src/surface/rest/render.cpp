#include "surface/rest/render.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "surface/rest/query_reader.hpp"

namespace alcove::rest {

void write_path(json::Writer& writer, std::string_view name, std::string_view bytes) {
  writer.member(name, bytes);
  if (!is_valid_utf8(bytes)) {
    writer.member(fmt::format("{}_base64", name), to_base64(bytes));
  }
}

void write_place(json::Writer& writer, const wire::Place& place) {
  writer.begin_object().member("kind", wire::place_kind_name(place.kind));
  const auto number = [&](const char* name, std::uint32_t value) {
    if (value != 0) {
      writer.member(name, value);
    }
  };
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) {
      writer.member(name, value);
    }
  };
  number("page", place.page);
  if (!place.boxes.empty()) {
    writer.key("boxes").begin_array();
    for (const wire::Box& box : place.boxes) {
      writer.begin_object();
      // Four digits are a tenth of a pixel on a screen of 1,000.
      const auto rounded = [](float value) { return std::round(static_cast<double>(value) * 10'000) / 10'000; };
      writer.member("x0", rounded(box.x0)).member("y0", rounded(box.y0));
      writer.member("x1", rounded(box.x1)).member("y1", rounded(box.y1)).end_object();
    }
    writer.end_array();
  }
  number("line_first", place.line_first);
  number("line_last", place.line_last);
  text("sheet", place.sheet);
  text("cells", place.cells);
  number("slide", place.slide);
  text("part", place.part);
  number("paragraph_first", place.paragraph_first);
  number("paragraph_last", place.paragraph_last);
  if (place.kind == wire::PlaceKind::kTime) {
    writer.member("start_ms", place.start_ms).member("end_ms", place.end_ms);
  }
  number("chapter", place.chapter);
  text("heading", place.heading);
  if (place.hidden) {
    writer.member("hidden", true);
  }
  writer.end_object();
}

void write_values(json::Writer& writer, std::string_view name, const RemarkValues& values) {
  writer.key(name).begin_array();
  for (const std::string& value : values) {
    writer.text(value);
  }
  writer.end_array();
}

void write_remark(json::Writer& writer, const Remark& remark) {
  writer.begin_object().member("code", remark.code.name()).member("message", remark.message);
  write_values(writer, "values", remark.values);
  writer.end_object();
}

void write_notes(json::Writer& writer, const std::vector<wire::Note>& notes) {
  writer.begin_array();
  for (const wire::Note& note : notes) {
    writer.begin_object().member("code", note.code).member("message", note.message);
    write_values(writer, "values", note.values);
    writer.end_object();
  }
  writer.end_array();
}

std::string_view block_kind_name(wire::BlockKind kind) {
  switch (kind) {
    case wire::BlockKind::kParagraph: return "paragraph";
    case wire::BlockKind::kHeading: return "heading";
    case wire::BlockKind::kListItem: return "list_item";
    case wire::BlockKind::kTableRow: return "table_row";
    case wire::BlockKind::kLine: return "line";
    case wire::BlockKind::kCode: return "code";
    case wire::BlockKind::kHeaderFooter: return "header_footer";
    case wire::BlockKind::kNote: return "note";
    case wire::BlockKind::kComment: return "comment";
    case wire::BlockKind::kMetadata: return "metadata";
    case wire::BlockKind::kFormField: return "form_field";
    case wire::BlockKind::kOutline: return "outline";
    case wire::BlockKind::kCount_: break;
  }
  return "paragraph";
}

std::string rfc3339_from_ns(std::int64_t unix_ns) {
  return format_rfc3339(UnixMillis{unix_ns / 1'000'000});
}

void write_library(json::Writer& writer, const files::Library& library,
                   const std::vector<libraries::Progress>& progress) {
  const auto found = std::ranges::find(progress, library.id, &libraries::Progress::library);
  const libraries::Progress now = found == progress.end() ? libraries::Progress{} : *found;
  const char* state = library.state == files::LibraryState::kMissing                    ? "missing"
                      : library.state == files::LibraryState::kScanning || now.scanning ? "scanning"
                                                                                        : "ready";
  writer.begin_object().member("id", library.id.value).member("name", library.name);
  write_path(writer, "path", library.root.native());
  writer.member("state", state)
      .member("state_reason", library.state_reason)
      .member("added", format_rfc3339(library.added_at));
  if (library.last_scan_at.value != 0) {
    writer.member("last_scan", format_rfc3339(library.last_scan_at));
  }
  writer.member("file_count", library.file_count)
      .member("size", library.size_bytes)
      .member("entries_seen", now.entries_seen)
      .member("files_unhashed", now.files_unhashed);
  if (!now.note.empty()) {
    writer.key("note");
    write_remark(writer, now.note);
  }
  writer.end_object();
}

std::string_view file_state_name(FileState state) {
  switch (state) {
    case FileState::kUnhashed: return "unhashed";
    case FileState::kWorking: return "working";
    case FileState::kReady: return "ready";
    case FileState::kProblem: return "problem";
  }
  return "problem";
}

namespace {

/// The sentence of the code that the catalog keeps.
std::string_view problem_sentence(std::string_view code) {
  if (NoticeCode("file_forbidden") == code) {
    return "Alcove is not allowed to read this file";
  }
  return NoticeCode("file_read_error") == code ? "The disk reports an error in this file" : "The file cannot be read";
}

}  // namespace

Result<FileState> file_state(artefacts::Store& store, const files::File& file) {
  if (!file.problem.empty()) {
    return FileState::kProblem;
  }
  if (!file.content) {
    return FileState::kUnhashed;
  }
  ALCOVE_TRY(const auto tasks, store.tasks_of(file.content));
  FileState state = FileState::kReady;
  for (const artefacts::Task& task : tasks) {
    if (task.state == artefacts::TaskState::kWaiting || task.state == artefacts::TaskState::kRunning) {
      return FileState::kWorking;
    }
    state = FileState::kProblem;
  }
  return state;
}

void write_file_members(json::Writer& writer, const FileView& view) {
  writer.member("id", view.file.id.value).member("library", view.library).member("library_id", view.file.library.value);
  write_path(writer, "path", view.file.path);
  writer.member("name", view.file.name)
      .member("size", view.file.size_bytes)
      .member("modified", rfc3339_from_ns(view.file.modified_unix_ns))
      .member("type", wire::format_name(view.probe.format))
      .member("state", file_state_name(view.state));
  if (!view.file.problem.empty()) {
    writer.member("problem", problem_sentence(view.file.problem)).member("problem_code", view.file.problem);
  }
}

void write_same_content(json::Writer& writer, Services& services, const std::vector<files::File>& others) {
  writer.begin_array();
  for (const files::File& other : others) {
    writer.begin_object().member("file_id", other.id.value);
    writer.member("library", library_name(services, other.library).value_or(std::string()));
    write_path(writer, "path", other.path);
    writer.end_object();
  }
  writer.end_array();
}

Result<wire::ProbeArtefact> probe_of(artefacts::Store& store, ContentNumber content) {
  ALCOVE_TRY(auto probe, find_artefact<wire::ProbeArtefact>(store, content, "probe"));
  return probe.value_or(wire::ProbeArtefact{});
}

Result<files::File> visible_file(Services& services, const auth::Principal& principal, FileId id) {
  // The set of visible files holds 32-bit numbers; a larger id names nothing.
  const bool visible = std::in_range<std::uint32_t>(id.value) &&
                       services.files->visible_files(principal)->contains(static_cast<std::uint32_t>(id.value));
  if (visible) {
    ALCOVE_TRY(auto file, services.files->find(id));
    if (file) {
      return std::move(*file);
    }
  }
  return fail(ErrorCode::kNotFound, "No such file");
}

Result<std::string> library_name(Services& services, LibraryId library) {
  ALCOVE_TRY(const auto found, services.files->find_library(library));
  return found ? found->name : std::string();
}

}  // namespace alcove::rest

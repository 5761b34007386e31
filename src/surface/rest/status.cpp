#include "surface/rest/status.hpp"

#include <filesystem>
#include <system_error>

#include "domain/search/search.hpp"
#include "domain/work/engine.hpp"
#include "surface/rest/render.hpp"

namespace alcove::rest {
namespace {

/// Bytes of the regular files below a folder; what vanishes while we look counts as nothing.
std::int64_t folder_bytes(const std::filesystem::path& folder) {
  std::int64_t total = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const auto size = entry->is_regular_file(ignored) ? entry->file_size(ignored) : 0;
    total += ignored ? 0 : static_cast<std::int64_t>(size);
  }
  return total;
}

std::int64_t file_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

void write_stages(json::Writer& writer, const std::vector<artefacts::Store::StageCount>& stages) {
  writer.key("runs").begin_object();
  for (const auto& stage : stages) {
    writer.member(stage.stage, stage.runs);
  }
  writer.end_object().key("stages").begin_array();
  for (const auto& stage : stages) {
    writer.begin_object()
        .member("stage", stage.stage)
        .member("runs", stage.runs)
        .member("waiting", stage.waiting)
        .member("running", stage.running)
        .member("done", stage.done)
        .member("failed", stage.failed)
        .member("skipped", stage.skipped)
        .end_object();
  }
  writer.end_array();
}

void write_workers(json::Writer& writer, const std::vector<work::WorkerStatus>& workers) {
  writer.key("workers").begin_array();
  for (const work::WorkerStatus& worker : workers) {
    writer.begin_object()
        .member("role", worker.role)
        .member("pid", worker.pid)
        .member("state", worker.state)
        .member("reason", worker.reason.message)
        .member("reason_code", worker.reason.code.name());
    write_values(writer, "reason_values", worker.reason.values);
    writer.member("restarts", worker.restarts)
        .member("instructions", worker.instructions)
        .key("confinement")
        .begin_array();
    for (const wire::ConfinementState& means : worker.confinement) {
      writer.begin_object()
          .member("means", means.means)
          .member("active", means.active)
          .member("reason", means.reason)
          .member("reason_code", means.reason_code);
      write_values(writer, "reason_values", means.reason_values);
      writer.end_object();
    }
    writer.end_array().end_object();
  }
  writer.end_array();
}

void write_text_spaces(json::Writer& writer, const work::Progress& work, std::int64_t passages) {
  writer.key("text_spaces").begin_array();
  for (const work::TextSpaceProgress& each : work.text_spaces) {
    if (each.space.phase == models::SpacePhase::kEmpty) {
      continue;
    }
    writer.begin_object()
        .member("model", each.space.model)
        .member("phase", models::phase_name(each.space.phase))
        .member("next_model", each.space.next_model)
        .member("contents", each.contents)
        .member("left", each.left)
        .member("failed", each.failed)
        .member("size", vectors_bytes(passages, each.dimensions))
        .member("note", each.note)
        .end_object();
  }
  writer.end_array();
}

void write_stores(json::Writer& writer, Services& services) {
  const std::filesystem::path& data = services.data_folder;
  writer.key("stores")
      .begin_object()
      .member("catalog", file_bytes(data / "catalog.db") + file_bytes(data / "catalog.db-wal"))
      .member("artefacts", services.store->size_on_disk_bytes())
      .member("indexes", folder_bytes(data / "indexes"))
      .member("models", folder_bytes(services.models_folder))
      .end_object();
}

void write_notices(json::Writer& writer, Services& services, const work::Progress& work) {
  writer.key("notices").begin_array();
  for (const Remark& trouble : services.troubles ? services.troubles() : std::vector<Remark>()) {
    write_remark(writer, trouble);
  }
  for (const Remark& notice : services.notices) {
    write_remark(writer, notice);
  }
  if (!work.model_note.empty()) {
    write_remark(writer, {.code = "model_unavailable", .message = work.model_note});
  }
  writer.end_array();
}

}  // namespace

void write_index_status(json::Writer& writer, const search::IndexStatus& index) {
  writer.begin_object()
      .member("passages_indexed", index.passages_indexed)
      .member("vectors_indexed", index.vectors_indexed)
      .member("names_indexed", index.names_indexed)
      .member("behind", index.behind)
      .member("rebuilding", index.rebuilding)
      .end_object();
}

Status write_status(json::Writer& writer, Services& services) {
  const work::Progress work = services.engine->progress();
  const std::vector<libraries::Progress> scans = services.libraries->progress();
  ALCOVE_TRY(const auto all_libraries, services.files->libraries());
  std::int64_t unhashed = 0;
  for (const libraries::Progress& scan : scans) {
    unhashed += scan.files_unhashed;
  }
  writer.begin_object().member("version", services.version);
  writer.key("tasks")
      .begin_object()
      .member("waiting", work.tasks.waiting + unhashed)
      .member("running", work.tasks.running)
      .member("failed", work.tasks.failed)
      .member("skipped", work.tasks.skipped)
      .end_object();
  write_stages(writer, work.stages);
  writer.member("rate", work.tasks_per_second);
  if (work.seconds_left) {
    writer.member("seconds_left", *work.seconds_left);
  }
  writer.member("paused", work.paused);
  write_workers(writer, work.workers);
  writer.key("model")
      .begin_object()
      .member("name", work.model_name)
      .member("fingerprint", work.model_fingerprint)
      .member("note", work.model_note)
      .end_object();
  const search::IndexStatus index = services.search->status();
  write_text_spaces(writer, work, index.passages_indexed);
  writer.key("index");
  write_index_status(writer, index);
  writer.key("libraries").begin_array();
  for (const files::Library& library : all_libraries) {
    write_library(writer, library, scans);
  }
  writer.end_array();
  write_stores(writer, services);
  write_notices(writer, services, work);
  writer.end_object();
  return {};
}

Result<std::string> status_json(Services& services) {
  json::Writer writer;
  ALCOVE_TRY_VOID(write_status(writer, services));
  return std::move(writer).take();
}

}  // namespace alcove::rest

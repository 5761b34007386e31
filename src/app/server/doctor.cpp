#include "app/server/doctor.hpp"

#include <fmt/format.h>

#include "drivers/os/storage.hpp"
#include "drivers/vectors/dot.hpp"

namespace alcove::server {
namespace {

using rest::Finding;
using Level = Finding::Level;
using Findings = std::vector<Finding>;

/// Below this much free disk indexing is about to stop.
constexpr std::uint64_t kFreeBytesLow = 2ULL * 1024 * 1024 * 1024;
/// As the model worker calls what it uses where it knows nothing better (workers/models/instructions.hpp).
constexpr std::string_view kPortable = "portable";
/// The factor: docs/MEASUREMENTS.md, "Processors".
constexpr const char* kSlowProcessor =
    "Computes with portable code: this processor lacks the instructions that make the model fast. Reading for meaning "
    "takes "
    "more than ten times as long as with AVX2; searching by words is not affected";

void note(Findings& findings, Level level, std::string area, std::string text) {
  findings.push_back({.level = level, .area = std::move(area), .text = std::move(text)});
}

void examine_disk(Findings& findings, const ServeOptions& options) {
  const auto space = os::read_disk_space(options.data_folder);
  if (!space) {
    return note(findings, Level::kError, "disk", space.error().message);
  }
  note(findings, space->free_bytes < kFreeBytesLow ? Level::kWarning : Level::kOk, "disk",
       fmt::format("{:.1f} GB free for the data folder", static_cast<double>(space->free_bytes) / 1e9));
}

void examine_programs(Findings& findings, const ServeOptions& options) {
  const auto worker = options.worker_program.empty() ? program_folder() / "alcove-worker" : options.worker_program;
  std::error_code ignored;
  const bool present = std::filesystem::exists(worker, ignored);
  note(findings, present ? Level::kOk : Level::kError, "worker program",
       present ? worker.string() : fmt::format("{} is missing: files cannot be read", worker.string()));
}

void examine_processor(Findings& findings) {
  note(findings, Level::kOk, "processor", fmt::format("Vectors are compared with: {}", vectors::dot_int8_name()));
}

void examine_catalog(Findings& findings, catalog::Catalog& catalog, Depth depth, const Context& context) {
  const Status checked = catalog.check(depth == Depth::kDeep, context);
  note(findings, checked ? Level::kOk : Level::kError, "catalog",
       checked ? std::string("No damage found") : checked.error().message);
}

void examine_store(Findings& findings, artefacts::Store& store, Depth depth, const Context& context) {
  const auto found = store.check(depth == Depth::kDeep, context);
  if (!found) {
    return note(findings, Level::kError, "artefacts", found.error().message);
  }
  for (const std::string& text : *found) {
    note(findings, Level::kError, "artefacts", text);
  }
  if (found->empty()) {
    note(findings, Level::kOk, "artefacts",
         depth == Depth::kDeep ? "No damage found; every checksum fits" : "No damage found");
  }
}

void examine_workers(Findings& findings, const work::Progress& work) {
  for (const work::WorkerStatus& worker : work.workers) {
    const bool down = worker.state == "down";
    note(findings, down ? Level::kError : Level::kOk, fmt::format("{} worker", worker.role),
         down ? worker.reason.message : fmt::format("{}, restarted {} times", worker.state, worker.restarts));
    if (worker.instructions == kPortable) {
      note(findings, Level::kWarning, "model", kSlowProcessor);
    } else if (!worker.instructions.empty()) {
      note(findings, Level::kOk, "model", fmt::format("Computes with: {}", worker.instructions));
    }
    for (const wire::ConfinementState& means : worker.confinement) {
      if (!means.active) {
        note(findings, Level::kWarning, fmt::format("{} worker", worker.role),
             fmt::format("Not confined by {}: {}", means.means, means.reason));
      }
    }
  }
  note(findings, work.model_note.empty() ? Level::kOk : Level::kWarning, "model",
       work.model_note.empty() ? work.model_name : work.model_note);
}

void examine_libraries(Findings& findings, House& house) {
  const auto all = house.files().libraries();
  if (!all) {
    return note(findings, Level::kError, "libraries", all.error().message);
  }
  for (const files::Library& library : *all) {
    const bool missing = library.state == files::LibraryState::kMissing;
    note(findings, missing ? Level::kError : Level::kOk, fmt::format("library {}", library.name),
         missing ? library.state_reason : fmt::format("{} files", library.file_count));
  }
  for (const libraries::Progress& progress : house.libraries().progress()) {
    if (!progress.note.empty()) {
      note(findings, Level::kWarning, "watching", progress.note.message);
    }
  }
}

}  // namespace

Result<std::vector<Finding>> examine_stopped(const ServeOptions& options, Depth depth) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(options.data_folder, ignored)) {
    return fail(ErrorCode::kNotFound, fmt::format("There is no data folder {}", options.data_folder.string()));
  }
  ALCOVE_TRY(const auto lock, os::FolderLock::acquire(options.data_folder));
  Findings findings;
  examine_disk(findings, options);
  examine_programs(findings, options);
  examine_processor(findings);
  if (auto catalog = catalog::Catalog::open(options.data_folder, catalog_migrations(), kTablesNotBackedUp); catalog) {
    examine_catalog(findings, **catalog, depth, {});
  } else {
    note(findings, Level::kError, "catalog", catalog.error().message);
  }
  if (auto store = artefacts::Store::open(options.data_folder); store) {
    examine_store(findings, **store, depth, {});
  } else {
    note(findings, Level::kError, "artefacts", store.error().message);
  }
  return findings;
}

Result<std::vector<Finding>> examine_running(House& house, const ServeOptions& options, Depth depth,
                                             const Context& context) {
  Findings findings;
  examine_disk(findings, options);
  examine_programs(findings, options);
  examine_processor(findings);
  examine_catalog(findings, house.catalog(), depth, context);
  ALCOVE_TRY_VOID(context.check());
  examine_store(findings, house.store(), depth, context);
  ALCOVE_TRY_VOID(context.check());
  examine_workers(findings, house.engine().progress());
  const search::IndexStatus index = house.search().status();
  note(findings, Level::kOk, "indexes",
       fmt::format("{} passages, {} vectors, {} names, {} changes behind", index.passages_indexed,
                   index.vectors_indexed, index.names_indexed, index.behind));
  examine_libraries(findings, house);
  return findings;
}

}  // namespace alcove::server

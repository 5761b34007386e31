#pragma once
/// @file
/// Domain values as JSON of the contract.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/files/files.hpp"
#include "domain/libraries/libraries.hpp"
#include "drivers/json/json.hpp"
#include "surface/rest/api.hpp"
#include "wire/artefacts.hpp"
#include "wire/place.hpp"

namespace alcove::rest {

/// `name` as valid UTF-8, and `name`_base64 with the true bytes where that loses something.
void write_path(json::Writer& writer, std::string_view name, std::string_view bytes);
void write_place(json::Writer& writer, const wire::Place& place);
void write_values(json::Writer& writer, std::string_view name, const RemarkValues& values);
void write_remark(json::Writer& writer, const Remark& remark);
void write_notes(json::Writer& writer, const std::vector<wire::Note>& notes);
std::string_view block_kind_name(wire::BlockKind kind);
std::string rfc3339_from_ns(std::int64_t unix_ns);

/// A library with its progress.
void write_library(json::Writer& writer, const files::Library& library,
                   const std::vector<libraries::Progress>& progress);

/// Where a file's stages stand, in one word of the contract.
enum class FileState : std::uint8_t { kUnhashed, kWorking, kReady, kProblem };
std::string_view file_state_name(FileState state);
Result<FileState> file_state(artefacts::Store& store, const files::File& file);

/// Members that every file has, inside an open object.
struct FileView {
  const files::File& file;
  std::string_view library;
  FileState state;
  const wire::ProbeArtefact& probe;
};
void write_file_members(json::Writer& writer, const FileView& view);
void write_same_content(json::Writer& writer, Services& services, const std::vector<files::File>& others);

/// The artefact of a stage, decoded. Nothing when there is none. Errors: kCorrupt.
template <typename T>
Result<std::optional<T>> find_artefact(artefacts::Store& store, ContentNumber content, std::string_view stage);
/// The probe; an empty one (unknown) when the content was not read yet.
Result<wire::ProbeArtefact> probe_of(artefacts::Store& store, ContentNumber content);

/// The file, if it exists and the principal may see it. Errors: kNotFound.
Result<files::File> visible_file(Services& services, const auth::Principal& principal, FileId id);
/// The name of a file's library; empty when it has just been removed.
Result<std::string> library_name(Services& services, LibraryId library);

/// What the vectors of so many passages take on the disk, as artefacts and in the index.
std::int64_t vectors_bytes(std::int64_t passages, std::int64_t dimensions);

/// "installed", "missing", "damaged".
std::string_view model_state_name(ModelEntry::State state);
/// A model as clients and the command line show it.
void write_model(json::Writer& writer, const ModelEntry& model);

}  // namespace alcove::rest

#include "wire/codec.hpp"

namespace alcove::rest {

template <typename T>
Result<std::optional<T>> find_artefact(artefacts::Store& store, ContentNumber content, std::string_view stage) {
  if (!content) {
    return std::optional<T>();
  }
  ALCOVE_TRY(const auto artefact, store.find(content, stage));
  if (!artefact) {
    return std::optional<T>();
  }
  ALCOVE_TRY(T value, wire::decode<T>(artefact->data));
  return std::optional<T>(std::move(value));
}

}  // namespace alcove::rest

#include "app/server/model_list.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "domain/models/text_spaces.hpp"
#include "drivers/crypto/hash.hpp"
#include "drivers/json/json.hpp"
#include "drivers/os/file.hpp"

namespace alcove::server {
namespace {

constexpr std::size_t kCatalogBytesMax = 1024UL * 1024;
constexpr std::size_t kReadBytes = 1024UL * 1024;
constexpr std::size_t kDescriptionBytesMax = 64UL * 1024;
/// Listed at most; a folder of models has a handful.
constexpr std::size_t kModelsMax = 200;

/// File and SHA-256.
using HashedFiles = std::vector<std::pair<std::string, std::string>>;

Result<json::Value> read_catalog() {
  ALCOVE_TRY(const Bytes bytes, os::read_file(share_folder() / "models" / "catalog.json", kCatalogBytesMax));
  return json::parse(as_text(bytes));
}

std::filesystem::path folder_of(const ServeOptions& options) {
  return options.models_folder.empty() ? default_models_folder() : options.models_folder;
}

/// Sets state and note from what lies in the model's folder.
void look_at_files(rest::ModelEntry& entry, const json::Value& model, const std::filesystem::path& folder) {
  entry.state = rest::ModelEntry::State::kInstalled;
  for (const json::Value& file : model.items_at("files")) {
    const std::int64_t size = file.int64_at("size");
    entry.size_bytes += size;
    std::error_code error;
    const auto present = std::filesystem::file_size(folder / file.text_at("path"), error);
    if (error && entry.state != rest::ModelEntry::State::kMissing) {
      entry.state = rest::ModelEntry::State::kMissing;
      entry.note = "Not installed; `alcove models install` fetches it";
    } else if (!error && static_cast<std::int64_t>(present) != size &&
               entry.state == rest::ModelEntry::State::kInstalled) {
      entry.state = rest::ModelEntry::State::kDamaged;
      entry.note = fmt::format("{} has the wrong size", file.text_at("path"));
    }
  }
}

rest::ModelEntry entry_of(const json::Value& model, const std::filesystem::path& models_folder,
                          const std::string& active_name) {
  rest::ModelEntry entry;
  entry.name = model.text_at("name");
  entry.role = model.text_at("role");
  entry.licence = model.text_at("licence");
  entry.dimensions = model.int64_at("dimensions");
  entry.active = !active_name.empty() && entry.name == active_name;
  look_at_files(entry, model, models_folder / entry.name);
  return entry;
}

Result<std::string> hash_of(const std::filesystem::path& path) {
  ALCOVE_TRY(const os::UniqueFd file, os::open_path(path, 0));
  crypto::Sha256Stream hash;
  Bytes piece(kReadBytes);
  for (std::uint64_t offset = 0;;) {
    ALCOVE_TRY(const std::size_t got, os::pread_all(file.value(), piece, offset));
    hash.add(ByteView(piece).first(got));
    offset += got;
    if (got < piece.size()) {
      return to_hex(hash.finish());
    }
  }
}

/// The files that a model.json names.
HashedFiles files_of(const json::Value& description) {
  HashedFiles files;
  const json::Value* const named = description.find("files");
  if (named != nullptr && named->if_object() != nullptr) {
    for (const auto& [path, hash] : *named->if_object()) {
      // A name, never a path that leads elsewhere.
      if (models::is_model_name(path) && hash.if_text() != nullptr) {
        files.emplace_back(path, *hash.if_text());
      }
    }
  }
  return files;
}

/// The files of a model of the catalogue.
HashedFiles catalogue_files(const std::string& name) {
  HashedFiles files;
  const auto catalog = read_catalog();
  for (const json::Value& model : catalog ? catalog->items_at("models") : json::Value::Array()) {
    if (model.text_at("name") == name) {
      for (const json::Value& file : model.items_at("files")) {
        files.emplace_back(file.text_at("path"), file.text_at("sha256"));
      }
    }
  }
  return files;
}

/// What the folder of a model that is not in the catalogue says of itself; nothing when that is no model.
std::optional<json::Value> read_description(const std::filesystem::path& folder) {
  const auto bytes = os::read_file(folder / "model.json", kDescriptionBytesMax);
  auto description = bytes ? json::parse(as_text(*bytes)) : std::unexpected(bytes.error());
  if (!description || description->text_at("name") != folder.filename().string() ||
      !models::is_model_name(description->text_at("name"))) {
    return std::nullopt;
  }
  return std::move(*description);
}

/// The entry of a model that was imported, or put into the folder by hand.
rest::ModelEntry imported_entry(const json::Value& description, const std::filesystem::path& folder,
                                const std::string& active_name) {
  rest::ModelEntry entry;
  entry.state = rest::ModelEntry::State::kInstalled;
  entry.name = description.text_at("name");
  entry.role = description.text_at("role", rest::kTextEmbeddingRole);
  entry.licence = description.text_at("licence", "unknown");
  entry.dimensions = description.int64_at("dimensions");
  entry.active = !active_name.empty() && entry.name == active_name;
  entry.in_catalogue = false;
  for (const auto& [path, hash] : files_of(description)) {
    std::error_code error;
    const auto size = std::filesystem::file_size(folder / path, error);
    entry.size_bytes += error ? 0 : static_cast<std::int64_t>(size);
    if (error) {
      entry.state = rest::ModelEntry::State::kDamaged;
      entry.note = fmt::format("{} is missing", path);
    }
  }
  return entry;
}

}  // namespace

Result<std::vector<rest::ModelEntry>> list_models(const ServeOptions& options, const std::string& active_name) {
  ALCOVE_TRY(const json::Value catalog, read_catalog());
  std::vector<rest::ModelEntry> models;
  for (const json::Value& model : catalog.items_at("models")) {
    models.push_back(entry_of(model, folder_of(options), active_name));
  }
  std::error_code error;
  std::filesystem::directory_iterator entry(folder_of(options), error);
  for (; !error && entry != std::filesystem::directory_iterator() && models.size() < kModelsMax;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const auto description = std::ranges::find(models, name, &rest::ModelEntry::name) == models.end()
                                 ? read_description(entry->path())
                                 : std::nullopt;
    if (description) {
      models.push_back(imported_entry(*description, entry->path(), active_name));
    }
  }
  return models;
}

Result<rest::ModelEntry> verify_model(const ServeOptions& options, const std::string& name,
                                      const std::string& active_name) {
  ALCOVE_TRY(const auto all, list_models(options, active_name));
  const auto found = std::ranges::find(all, name, &rest::ModelEntry::name);
  if (found == all.end()) {
    return fail(ErrorCode::kNotFound, "No model of that name is in the catalogue or in the folder of models");
  }
  rest::ModelEntry entry = *found;
  if (entry.state != rest::ModelEntry::State::kInstalled) {
    return entry;
  }
  const std::filesystem::path folder = folder_of(options) / name;
  // Gone since it was listed: no file is named, and none can be compared.
  const json::Value description = read_description(folder).value_or(json::Value());
  const HashedFiles files = entry.in_catalogue ? catalogue_files(name) : files_of(description);
  if (files.empty()) {
    return fail(ErrorCode::kNotFound, "The model is not there any more");
  }
  for (const auto& [path, expected] : files) {
    ALCOVE_TRY(const std::string hash, hash_of(folder / path));
    if (hash != expected) {
      entry.state = rest::ModelEntry::State::kDamaged;
      entry.note = fmt::format("{} is not the file it should be; install or import the model again", path);
      break;
    }
  }
  return entry;
}

}  // namespace alcove::server

#include "app/server/model_list.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "drivers/crypto/hash.hpp"
#include "drivers/json/json.hpp"
#include "drivers/os/file.hpp"

namespace alcove::server {
namespace {

constexpr std::size_t kCatalogBytesMax = 1024UL * 1024;
constexpr std::size_t kReadBytes = 1024UL * 1024;

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

}  // namespace

Result<std::vector<rest::ModelEntry>> list_models(const ServeOptions& options, const std::string& active_name) {
  ALCOVE_TRY(const json::Value catalog, read_catalog());
  std::vector<rest::ModelEntry> models;
  for (const json::Value& model : catalog.items_at("models")) {
    models.push_back(entry_of(model, folder_of(options), active_name));
  }
  return models;
}

Result<rest::ModelEntry> verify_model(const ServeOptions& options, const std::string& name,
                                      const std::string& active_name) {
  ALCOVE_TRY(const json::Value catalog, read_catalog());
  const json::Value::Array& all = catalog.items_at("models");
  const auto found = std::ranges::find_if(all, [&](const json::Value& model) { return model.text_at("name") == name; });
  if (found == all.end()) {
    return fail(ErrorCode::kNotFound, "No model of that name is in the catalogue");
  }
  rest::ModelEntry entry = entry_of(*found, folder_of(options), active_name);
  if (entry.state != rest::ModelEntry::State::kInstalled) {
    return entry;
  }
  for (const json::Value& file : found->items_at("files")) {
    ALCOVE_TRY(const std::string hash, hash_of(folder_of(options) / name / file.text_at("path")));
    if (hash != file.text_at("sha256")) {
      entry.state = rest::ModelEntry::State::kDamaged;
      entry.note =
          fmt::format("{} is not the catalogue's file; `alcove models install` replaces it", file.text_at("path"));
      break;
    }
  }
  return entry;
}

}  // namespace alcove::server

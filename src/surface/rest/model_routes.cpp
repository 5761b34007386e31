/// @file
/// Models: which there are, and the change from one to another.

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/search/search.hpp"
#include "domain/work/engine.hpp"
#include "drivers/json/json.hpp"
#include "drivers/os/storage.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/render.hpp"
#include "surface/rest/routes.hpp"

namespace alcove::rest {
namespace {

/// A model's vectors may not fill the disk: this much stays free.
constexpr std::int64_t kFreeBytesKept = 512LL * 1024 * 1024;

/// All models, with what their vectors of the texts of today take.
Result<std::vector<ModelEntry>> known_models(Api& api) {
  ALCOVE_TRY(auto models, api.services().list_models());
  const std::int64_t passages = api.services().search->status().passages_indexed;
  for (ModelEntry& model : models) {
    model.vectors_bytes = vectors_bytes(passages, model.dimensions);
  }
  return models;
}

Result<ModelEntry> find_model(Api& api, const std::string& name) {
  ALCOVE_TRY(const auto models, known_models(api));
  const auto found = std::ranges::find(models, name, &ModelEntry::name);
  if (found == models.end()) {
    return fail(ErrorCode::kNotFound, "No model of that name is in the catalogue or in the folder of models");
  }
  return *found;
}

Result<std::string> model_list_json(Api& api, const auth::Principal& principal) {
  ALCOVE_TRY(const auto models, known_models(api));
  json::Writer writer;
  writer.begin_object().key("models").begin_array();
  for (const ModelEntry& model : models) {
    write_model(writer, model);
  }
  writer.end_array();
  const auto space = os::read_disk_space(api.services().data_folder);
  writer.member("disk_free", space ? static_cast<std::int64_t>(space->free_bytes) : 0);
  if (principal.kind == auth::Principal::Kind::kOperator) {
    writer.member("folder", to_valid_utf8(api.services().models_folder.native()));
  }
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace

std::string_view model_state_name(ModelEntry::State state) {
  switch (state) {
    case ModelEntry::State::kInstalled: return "installed";
    case ModelEntry::State::kMissing: return "missing";
    case ModelEntry::State::kDamaged: return "damaged";
  }
  return "missing";
}

void write_model(json::Writer& writer, const ModelEntry& model) {
  writer.begin_object()
      .member("name", model.name)
      .member("role", model.role)
      .member("licence", model.licence)
      .member("size", model.size_bytes)
      .member("state", model_state_name(model.state))
      .member("active", model.active)
      .member("in_catalogue", model.in_catalogue)
      .member("vectors_size", model.vectors_bytes)
      .member("note", model.note)
      .end_object();
}

std::int64_t vectors_bytes(std::int64_t passages, std::int64_t dimensions) {
  // In the artefacts a scale and the values, in the index a checksum more (docs/formats).
  constexpr std::int64_t kBytesBeside = 12;
  return dimensions == 0 ? 0 : passages * (2 * dimensions + kBytesBeside);
}

RouteResult list_models(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(std::string body, model_list_json(api, call.asking.principal));
  return json_response(200, std::move(body));
}

RouteResult verify_model(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(ModelEntry model, api.services().verify_model(call.parameters.at(0)));
  model.vectors_bytes = vectors_bytes(api.services().search->status().passages_indexed, model.dimensions);
  json::Writer writer;
  write_model(writer, model);
  return json_response(200, std::move(writer).take());
}

RouteResult use_model(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const ModelEntry model, find_model(api, call.parameters.at(0)));
  if (model.role != kTextEmbeddingRole) {
    return fail(ErrorCode::kPreconditionFailed, "This model does not embed texts");
  }
  if (model.state != ModelEntry::State::kInstalled) {
    return fail(
        ErrorCode::kPreconditionFailed,
        fmt::format("The model is not installed, or its files are damaged; \"alcove models install {}\" installs it",
                    model.name));
  }
  const auto space = os::read_disk_space(api.services().data_folder);
  if (space && static_cast<std::int64_t>(space->free_bytes) < model.vectors_bytes + kFreeBytesKept) {
    return fail(
        ErrorCode::kPreconditionFailed,
        fmt::format("The model's vectors need {:.1f} GB beside those in use; the disk of the data folder has "
                    "{:.1f} GB left",
                    static_cast<double>(model.vectors_bytes) / 1e9, static_cast<double>(space->free_bytes) / 1e9));
  }
  ALCOVE_TRY_VOID(api.services().engine->use_model(model.name));
  ALCOVE_TRY(std::string body, model_list_json(api, call.asking.principal));
  return json_response(200, std::move(body));
}

RouteResult stop_model_change(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().engine->stop_building());
  return empty_response();
}

RouteResult discard_kept_vectors(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().engine->discard_vectors());
  return empty_response();
}

}  // namespace alcove::rest

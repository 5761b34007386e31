#include <unistd.h>

#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "app/server/model_list.hpp"

namespace alcove::cli {
namespace {

const char* state_name(rest::ModelEntry::State state) {
  switch (state) {
    case rest::ModelEntry::State::kInstalled: return "installed";
    case rest::ModelEntry::State::kMissing: return "missing";
    case rest::ModelEntry::State::kDamaged: return "damaged";
  }
  return "missing";
}

void print_models(const Common& common, const std::vector<rest::ModelEntry>& models) {
  if (!common.is_json()) {
    for (const rest::ModelEntry& model : models) {
      print_line(fmt::format("{:<28} {:<16} {:>9}  {:<10} {}", model.name, model.role, shown_bytes(model.size_bytes),
                             state_name(model.state), model.note));
    }
    return;
  }
  json::Writer writer;
  writer.begin_object().key("models").begin_array();
  for (const rest::ModelEntry& model : models) {
    writer.begin_object()
        .member("name", model.name)
        .member("role", model.role)
        .member("licence", model.licence)
        .member("size", model.size_bytes)
        .member("state", state_name(model.state))
        .member("note", model.note)
        .end_object();
  }
  writer.end_array().end_object();
  print_line(std::move(writer).take());
}

}  // namespace

// Models belong to the machine, not to a data folder: these commands need no server.

Status list_models(const Common& common) {
  ALCOVE_TRY(const auto models, server::list_models(server::ServeOptions{}, ""));
  print_models(common, models);
  return {};
}

Status verify_models(const Common& common, const std::vector<std::string>& names) {
  std::vector<std::string> wanted = names;
  if (wanted.empty()) {
    ALCOVE_TRY(const auto models, server::list_models(server::ServeOptions{}, ""));
    for (const rest::ModelEntry& model : models) {
      wanted.push_back(model.name);
    }
  }
  std::vector<rest::ModelEntry> verified;
  bool sound = true;
  for (const std::string& name : wanted) {
    ALCOVE_TRY(rest::ModelEntry model, server::verify_model(server::ServeOptions{}, name, ""));
    sound = sound && model.state == rest::ModelEntry::State::kInstalled;
    verified.push_back(std::move(model));
  }
  print_models(common, verified);
  if (!sound) {
    return fail(ErrorCode::kCorrupt, "Not every model is installed and sound; see above");
  }
  return {};
}

Status install_models(const Common& /*common*/, const std::vector<std::string>& names) {
  const std::filesystem::path script = server::share_folder() / "tools" / "models" / "fetch_models.sh";
  const std::string catalog = (server::share_folder() / "models" / "catalog.json").string();
  const std::string folder = server::default_models_folder().string();
  std::error_code ignored;
  if (!std::filesystem::exists(script, ignored)) {
    return fail(ErrorCode::kUnsupported, fmt::format("The set-up tools are not installed ({})", script.string()));
  }
  std::vector<std::string> words = {"bash", script.string(), "--catalog", catalog, "--models", folder};
  words.insert(words.end(), names.begin(), names.end());
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  // The tool takes this process over: its progress and exit code are the command's own.
  ::execv("/bin/bash", arguments.data());
  return fail_errno(errno, "bash");
}

}  // namespace alcove::cli

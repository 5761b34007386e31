#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "app/server/model_list.hpp"
#include "drivers/http/client.hpp"
#include "surface/rest/render.hpp"

namespace alcove::cli {
namespace {

/// Reading every byte of a large model from a slow disk.
constexpr std::chrono::minutes kVerifyTime{30};

void print_models(const Common& common, const std::vector<rest::ModelEntry>& models) {
  if (!common.is_json()) {
    for (const rest::ModelEntry& model : models) {
      print_line(fmt::format("{:<28} {:<16} {:>9}  {:<10} {}{}", model.name, model.role, shown_bytes(model.size_bytes),
                             rest::model_state_name(model.state), model.active ? "in use  " : "", model.note));
    }
    return;
  }
  json::Writer writer;
  writer.begin_object().key("models").begin_array();
  for (const rest::ModelEntry& model : models) {
    rest::write_model(writer, model);
  }
  writer.end_array().end_object();
  print_line(std::move(writer).take());
}

/// Models belong to the machine, not to a data folder. A server that runs on the data folder says which it uses; else,
/// or when a folder is named, the files say what there is.
bool asks_server(const Common& common, const Result<json::Value>& answer) {
  return common.models_folder.empty() && (answer || answer.error().code != ErrorCode::kUnavailable);
}

rest::ModelEntry entry_of(const json::Value& model) {
  const std::string state = model.text_at("state");
  return {.state = state == "installed" ? rest::ModelEntry::State::kInstalled
                   : state == "damaged" ? rest::ModelEntry::State::kDamaged
                                        : rest::ModelEntry::State::kMissing,
          .name = model.text_at("name"),
          .role = model.text_at("role"),
          .licence = model.text_at("licence"),
          .size_bytes = model.int64_at("size"),
          .active = model.is_true_at("active"),
          .in_catalogue = model.is_true_at("in_catalogue"),
          .dimensions = 0,
          .vectors_bytes = model.int64_at("vectors_size"),
          .note = model.text_at("note")};
}

server::ServeOptions local_options(const Common& common) {
  server::ServeOptions options;
  options.models_folder = common.models_folder;
  return options;
}

Result<std::vector<rest::ModelEntry>> known_models(const Common& common, const Result<json::Value>& answer) {
  if (!asks_server(common, answer)) {
    return server::list_models(local_options(common), "");
  }
  if (!answer) {
    return std::unexpected(answer.error());
  }
  std::vector<rest::ModelEntry> models;
  for (const json::Value& model : answer->items_at("models")) {
    models.push_back(entry_of(model));
  }
  return models;
}

/// One line for each set of vectors: which model's, and how far it is.
void print_text_spaces(const json::Value& status) {
  for (const json::Value& space : status.items_at("text_spaces")) {
    const std::int64_t done = space.int64_at("contents");
    const std::int64_t all = done + space.int64_at("left") + space.int64_at("failed");
    const std::string phase = space.text_at("phase");
    const std::string failed =
        space.int64_at("failed") > 0 ? fmt::format(", {} failed", space.int64_at("failed")) : std::string();
    const std::string note = space.text_at("note").empty() ? std::string() : ": " + space.text_at("note");
    if (phase == "building") {
      print_line(fmt::format("Vectors of {} are being built: {} of {} documents{}{}", space.text_at("model"), done, all,
                             failed, note));
    } else if (phase == "kept") {
      print_line(
          fmt::format("Vectors of {} are kept for {} documents; \"alcove models use {}\" goes back to them, "
                      "\"alcove models discard\" erases them",
                      space.text_at("model"), done, space.text_at("model")));
    } else if (phase == "erasing") {
      print_line(fmt::format("Vectors of {} are being erased: {} left", space.text_at("model"), done));
    } else {
      print_line(
          fmt::format("Searches use {}: {} of {} documents{}{}", space.text_at("model"), done, all, failed, note));
    }
  }
}

/// What became of a change, for people or programs.
Status print_change(const Common& common) {
  ALCOVE_TRY(const json::Value status, common.client().get("/status"));
  if (!common.is_json()) {
    print_text_spaces(status);
    return {};
  }
  json::Writer writer;
  writer.begin_object().key("text_spaces").begin_array();
  for (const json::Value& space : status.items_at("text_spaces")) {
    writer.value(space);
  }
  writer.end_array().end_object();
  print_line(std::move(writer).take());
  return {};
}

}  // namespace

Status list_models(const Common& common) {
  const auto answer = common.client().get("/models");
  ALCOVE_TRY(const auto models, known_models(common, answer));
  print_models(common, models);
  return asks_server(common, answer) && !common.is_json() ? print_change(common) : Status{};
}

Status use_model(const Common& common, const std::string& name) {
  ALCOVE_TRY_VOID(common.client().post(fmt::format("/models/{}/use", http::percent_encoded(name))));
  return print_change(common);
}

Status stop_model_change(const Common& common) {
  ALCOVE_TRY_VOID(common.client().post("/model-change/stop"));
  return print_change(common);
}

Status undo_model_change(const Common& common) {
  ALCOVE_TRY(const json::Value status, common.client().get("/status"));
  const json::Value::Array& spaces = status.items_at("text_spaces");
  const auto in_phase = [&](const char* phase) {
    return std::ranges::find_if(spaces, [&](const json::Value& space) { return space.text_at("phase") == phase; });
  };
  if (in_phase("building") != spaces.end()) {
    return stop_model_change(common);
  }
  const auto kept = in_phase("kept");
  if (kept == spaces.end()) {
    return fail(ErrorCode::kNotFound, "There is no change of models to undo: no other model's vectors are kept");
  }
  return use_model(common, kept->text_at("model"));
}

Status discard_kept_vectors(const Common& common) {
  ALCOVE_TRY_VOID(common.client().post("/model-change/discard"));
  return print_change(common);
}

Status verify_models(const Common& common, const std::vector<std::string>& names) {
  const auto answer = common.client().get("/models");
  std::vector<std::string> wanted = names;
  if (wanted.empty()) {
    ALCOVE_TRY(const auto models, known_models(common, answer));
    for (const rest::ModelEntry& model : models) {
      wanted.push_back(model.name);
    }
  }
  std::vector<rest::ModelEntry> verified;
  bool sound = true;
  for (const std::string& name : wanted) {
    if (asks_server(common, answer)) {
      ALCOVE_TRY(const json::Value model,
                 common.client().post(fmt::format("/models/{}/verify", http::percent_encoded(name)), {}, kVerifyTime));
      verified.push_back(entry_of(model));
    } else {
      ALCOVE_TRY(rest::ModelEntry model, server::verify_model(local_options(common), name, ""));
      verified.push_back(std::move(model));
    }
    sound = sound && verified.back().state == rest::ModelEntry::State::kInstalled;
  }
  print_models(common, verified);
  if (!sound) {
    return fail(ErrorCode::kCorrupt, "Not every model is installed and sound; see above");
  }
  return {};
}

namespace {

/// Where the models go: the folder named, else the running server's, else the default.
Result<std::string> install_folder(const Common& common) {
  if (!common.models_folder.empty()) {
    return common.models_folder.string();
  }
  const auto answer = common.client().get("/models");
  const std::string used = answer ? answer->text_at("folder") : std::string();
  return used.empty() ? server::default_models_folder().string() : used;
}

}  // namespace

namespace {

/// Runs the set-up tool for models. With JSON its progress goes to standard error, and the list follows.
Status run_model_tool(const Common& common, const std::vector<std::string>& options) {
  const std::filesystem::path script = server::share_folder() / "tools" / "models" / "fetch_models.sh";
  const std::string catalog = (server::share_folder() / "models" / "catalog.json").string();
  ALCOVE_TRY(const std::string folder, install_folder(common));
  std::error_code ignored;
  if (!std::filesystem::exists(script, ignored)) {
    return fail(ErrorCode::kUnsupported, fmt::format("The set-up tools are not installed ({})", script.string()));
  }
  std::vector<std::string> words = {"bash", script.string(), "--catalog", catalog, "--models", folder};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  if (!common.is_json()) {
    // The tool takes this process over: its progress and exit code are the command's own.
    ::execv("/bin/bash", arguments.data());
    return fail_errno(errno, "bash");
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(STDERR_FILENO, STDOUT_FILENO);  // Standard output is for the JSON alone.
    ::execv("/bin/bash", arguments.data());
    ::_exit(127);
  }
  int ended = 0;
  if (pid < 0 || ::waitpid(pid, &ended, 0) != pid) {
    return fail_errno(errno, "bash");
  }
  Common installed = common;
  installed.models_folder = folder;
  ALCOVE_TRY_VOID(list_models(installed));
  if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
    return fail(ErrorCode::kInternal, "That did not work for every model; see above");
  }
  return {};
}

}  // namespace

Status install_models(const Common& common, const std::vector<std::string>& names) {
  return run_model_tool(common, names);
}

Status import_model(const Common& common, const std::string& file) {
  return run_model_tool(common, {"--import", file});
}

Status export_model(const Common& common, const std::string& name, const std::string& file) {
  return run_model_tool(common, {"--export", file, name});
}

}  // namespace alcove::cli

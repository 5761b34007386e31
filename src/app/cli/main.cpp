/// @file
/// alcove: the server and its command line.

#include <cstdio>
#include <exception>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "app/server/serve.hpp"
#include "base/log.hpp"

namespace alcove::cli {
namespace {

/// Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 no server runs.
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitNotRunning = 3;

/// Everything the options are read into, and what to do after parsing.
struct Invocation {
  std::string data_folder = server::default_data_folder().string();
  std::string models_folder;
  bool json = false;
  server::ServeOptions serve;
  bool plain_http_on_lan = false;
  std::int64_t walk_interval_seconds = 300;
  StatusOptions status;
  SearchOptions search;
  SimilarOptions similar;
  std::vector<std::string> words;
  std::string path;
  std::string part;
  std::string name;
  std::string problem_state = "failed";
  std::vector<std::string> names;
  bool deep = false;
  bool verify = false;
  std::int64_t session = 0;
  std::function<Status(Invocation&)> run;

  [[nodiscard]] Common common() const {
    return Common{
        .data_folder = data_folder, .models_folder = models_folder, .output = json ? Output::kJson : Output::kText};
  }
};

/// The options that every command has, and that may as well stand before its name.
void add_common_options(CLI::App& command, Invocation& call) {
  command.add_option("--data", call.data_folder, "Data folder (else ALCOVE_DATA)")->capture_default_str();
  command.add_flag("--json", call.json, "Print JSON");
}

/// Declares a command with the options that every command has.
CLI::App* add_command(CLI::App& parent, Invocation& call, const char* name, const char* about,
                      std::function<Status(Invocation&)> run) {
  CLI::App* command = parent.add_subcommand(name, about);
  add_common_options(*command, call);
  command->callback([&call, run = std::move(run)] { call.run = run; });
  return command;
}

CLI::App* add_group(CLI::App& parent, Invocation& call, const char* name, const char* about) {
  CLI::App* group = parent.add_subcommand(name, about);
  add_common_options(*group, call);
  group->require_subcommand(1);
  return group;
}

void declare_serve(CLI::App& app, Invocation& call) {
  CLI::App* serve = add_command(app, call, "serve", "Run the server", [](Invocation& given) {
    given.serve.data_folder = given.data_folder;
    given.serve.walk_interval = std::chrono::seconds(given.walk_interval_seconds);
    given.serve.lan_access = given.plain_http_on_lan ? server::LanAccess::kPlainHttp : server::LanAccess::kHttpsOnly;
    return server::serve(given.serve);
  });
  server::ServeOptions& options = call.serve;
  serve->add_option("--listen", options.listen, "HOST:PORT; beyond loopback HTTPS only")->capture_default_str();
  serve->add_flag("--plain-http-on-lan", call.plain_http_on_lan,
                  "Speak plain HTTP beyond loopback: anyone on the way can read along");
  serve->add_option("--cert", options.certificate, "Certificate (PEM); else one is made");
  serve->add_option("--key", options.private_key, "Its private key (PEM)");
  serve->add_option("--name", options.host_names, "Host name that this machine is called by (repeatable)");
  serve->add_option("--worker", options.worker_program, "alcove-worker, when it is not beside alcove");
  serve->add_option("--models", options.models_folder, "Folder of models (else ALCOVE_MODELS)");
  serve->add_option("--web", options.web_folder, "Folder of the built page");
  serve
      ->add_option("--walk-interval", call.walk_interval_seconds,
                   "Seconds between two walks of folders that cannot be watched (network folders)")
      ->check(CLI::Range(5, 86'400))
      ->capture_default_str();
  serve->add_option("--library", options.libraries, "Folder to search, read only (repeatable)");
}

void declare_libraries(CLI::App& app, Invocation& call) {
  CLI::App& group = *add_group(app, call, "library", "Folders that are searched");
  CLI::App* add = add_command(group, call, "add", "Add a folder; its files are only read",
                              [](Invocation& given) { return add_library(given.common(), given.path, given.name); });
  add->add_option("PATH", call.path, "The folder")->required();
  add->add_option("--name", call.name, "Its name; else the folder's own");
  add_command(group, call, "list", "List them", [](Invocation& given) { return list_libraries(given.common()); });
  CLI::App* remove = add_command(group, call, "remove", "Forget one; its files stay as they are",
                                 [](Invocation& given) { return remove_library(given.common(), given.name); });
  remove->add_option("LIBRARY", call.name, "Name or number")->required();
  CLI::App* rescan = add_command(group, call, "rescan", "Walk through one now", [](Invocation& given) {
    return rescan_library(given.common(), given.name, given.verify ? RescanKind::kVerify : RescanKind::kQuick);
  });
  rescan->add_option("LIBRARY", call.name, "Name or number")->required();
  rescan->add_flag("--verify", call.verify, "Read every file again");
}

/// The words given, and then those that begin with a dash and are no option: "-word" leaves a word out.
std::string query_of(const std::vector<std::string>& words, const std::vector<std::string>& dashed) {
  std::string query = fmt::format("{}", fmt::join(words, " "));
  for (const std::string& word : dashed) {
    if (word == "--") {  // What follows it is among the words.
      continue;
    }
    if (word.starts_with("--")) {
      throw CLI::ExtrasError("alcove", {word});
    }
    query += (query.empty() ? "" : " ") + word;
  }
  if (query.empty()) {
    throw CLI::RequiredError("QUERY");
  }
  return query;
}

/// What is printed of an answer.
void add_shown(CLI::App& command, Invocation& call) {
  command.add_option("--limit", call.search.limit, "Hits at most")->check(CLI::Range(1, 2'000))->capture_default_str();
  command.add_flag("--passages", call.search.passages, "One hit per passage, not per file");
  command.add_flag("--explain", call.search.explain, "Say why each hit is one");
  command.add_flag("--unfold", call.search.unfold, "Near-identical files as hits of their own");
}

/// How to search.
void add_manner(CLI::App& command, Invocation& call) {
  command.add_option("--mode", call.search.mode, "How to search")
      ->check(CLI::IsMember({"hybrid", "keyword", "meaning"}))
      ->capture_default_str();
  command.add_option("--sort", call.search.sort, "In which order")
      ->check(CLI::IsMember({"relevance", "newest", "oldest", "name", "size"}))
      ->capture_default_str();
}

/// Takes the words of a query, also those that begin with a dash.
void add_query(CLI::App& command, Invocation& call) {
  command.set_help_flag("--help", "Print this help message and exit");  // "-hotel" is a word to leave out.
  command.add_option(
      "QUERY", call.words,
      "Words; \"a phrase\", -word, OR, (groups), NEAR, begin*, type:, in:, name:, path:, before:, after:, "
      "date:, lang:, size:, is:");
  command.allow_extras();
  command.parse_complete_callback([&command, &call] { call.search.query = query_of(call.words, command.remaining()); });
}

void declare_searches(CLI::App& app, Invocation& call) {
  CLI::App& group = *add_group(app, call, "searches", "Saved searches, and what was asked on the page");
  add_command(group, call, "list", "List them", [](Invocation& given) { return list_searches(given.common()); });
  const auto add_name = [&](CLI::App* command) {
    command->add_option("NAME", call.name, "Its name")->required();
    return command;
  };
  CLI::App* save = add_name(add_command(group, call, "save", "Save a search by a name", [](Invocation& given) {
    return save_search(given.common(), given.name, given.search);
  }));
  add_query(*save, call);
  add_manner(*save, call);
  CLI::App* again = add_name(add_command(group, call, "run", "Search what was saved", [](Invocation& given) {
    return search_saved(given.common(), given.name, given.search);
  }));
  add_shown(*again, call);
  add_name(add_command(group, call, "remove", "Remove a saved search",
                       [](Invocation& given) { return remove_search(given.common(), given.name); }));
  add_command(group, call, "forget", "Erase what was asked on the page",
              [](Invocation& given) { return forget_searches(given.common()); });
  CLI::App* memory = add_command(
      group, call, "remember", "Whether what is asked on the page is kept; off also erases it", [](Invocation& given) {
        return set_search_memory(given.common(), given.name == "on" ? SearchMemory::kOn : SearchMemory::kOff);
      });
  memory->add_option("SWITCH", call.name, "on or off")->required()->check(CLI::IsMember({"on", "off"}));
}

void declare_search(CLI::App& app, Invocation& call) {
  CLI::App* find = add_command(app, call, "search", "Find files and passages",
                               [](Invocation& given) { return search(given.common(), given.search); });
  add_query(*find, call);
  add_shown(*find, call);
  add_manner(*find, call);
  const auto add_path = [&](CLI::App* command) {
    command->add_option("PATH", call.path, "Absolute, or LIBRARY:relative")->required();
    command->add_option("--part", call.part, "Only this attachment or member, by its address: 3, or 3-0");
  };
  add_path(add_command(app, call, "show", "All that is known of a file",
                       [](Invocation& given) { return show_file(given.common(), given.path, given.part); }));
  add_path(add_command(app, call, "text", "The text of a file, as it was extracted",
                       [](Invocation& given) { return show_text(given.common(), given.path, given.part); }));
  CLI::App* similar = add_command(app, call, "similar", "Files whose text is like this one's", [](Invocation& given) {
    return show_similar(given.common(), given.path, given.part, given.similar);
  });
  add_path(similar);
  similar->add_option("--limit", call.similar.limit, "Files at most")->check(CLI::Range(1, 50))->capture_default_str();
  similar->add_flag("--explain", call.similar.explain, "Say why each is similar");
  similar->add_flag("--unfold", call.similar.unfold, "Near-identical files as hits of their own");
}

void declare_work(CLI::App& app, Invocation& call) {
  CLI::App* status = add_command(app, call, "status", "What is done and what waits",
                                 [](Invocation& given) { return show_status(given.common(), given.status); });
  status->add_flag("--wait", call.status.wait, "Wait until everything on disk now is seen, worked and indexed");
  status->add_option("--timeout", call.status.timeout_seconds, "With --wait: seconds at most")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  CLI::App* problems =
      add_command(app, call, "problems", "Files that could not be read, and why",
                  [](Invocation& given) { return show_problems(given.common(), given.problem_state); });
  problems->add_option("STATE", call.problem_state, "failed or skipped")
      ->check(CLI::IsMember({"failed", "skipped"}))
      ->capture_default_str();
  add_command(app, call, "pause", "Start no more background work",
              [](Invocation& given) { return change_work(given.common(), WorkAction::kPause); });
  add_command(app, call, "resume", "Go on working",
              [](Invocation& given) { return change_work(given.common(), WorkAction::kResume); });
  add_command(app, call, "retry", "Try failed and skipped files again",
              [](Invocation& given) { return change_work(given.common(), WorkAction::kRetry); });
  CLI::App* rebuild = add_command(app, call, "rebuild", "Remake the indexes; nothing is decoded or computed again",
                                  [](Invocation& given) { return rebuild_indexes(given.common()); });
  rebuild->add_option("WHAT", call.name, "indexes")->check(CLI::IsMember({"indexes"}));
  CLI::App* erase = add_command(app, call, "erase", "Erase now what is kept of vanished files for 30 days",
                                [](Invocation& given) { return erase_vanished(given.common()); });
  erase->add_option("WHAT", call.name, "vanished")->required()->check(CLI::IsMember({"vanished"}));
  CLI::App* check = add_command(
      app, call, "doctor", "Look for damage, also while the server is stopped",
      [](Invocation& given) { return doctor(given.common(), given.deep ? DoctorDepth::kDeep : DoctorDepth::kQuick); });
  check->add_flag("--deep", call.deep, "Verify every checksum");
}

void declare_rest(CLI::App& app, Invocation& call) {
  CLI::App& models = *add_group(app, call, "models", "Models and whether they are installed");
  const auto add_folder = [&](CLI::App* command) {
    command->add_option("--models", call.models_folder, "Folder of models (else the running server's, ALCOVE_MODELS)");
    return command;
  };
  add_folder(
      add_command(models, call, "list", "List them", [](Invocation& given) { return list_models(given.common()); }));
  const auto add_names = [&](CLI::App* command) {
    add_folder(command)->add_option("NAME", call.names, "Default: all");
  };
  add_names(add_command(models, call, "install", "Download and convert (needs the network)",
                        [](Invocation& given) { return install_models(given.common(), given.names); }));
  add_names(add_command(models, call, "verify", "Compare the files with their hashes",
                        [](Invocation& given) { return verify_models(given.common(), given.names); }));
  CLI::App* import =
      add_folder(add_command(models, call, "import", "Take a model from a file, without the network",
                             [](Invocation& given) { return import_model(given.common(), given.path); }));
  import->add_option("FILE", call.path, "From \"alcove models export\", or the source that the catalogue names")
      ->required();
  CLI::App* export_to =
      add_folder(add_command(models, call, "export", "Write an installed model into one file",
                             [](Invocation& given) { return export_model(given.common(), given.name, given.path); }));
  export_to->add_option("NAME", call.name, "The model")->required();
  export_to->add_option("FILE", call.path, "The file to write")->required();
  CLI::App* use =
      add_command(models, call, "use", "Build a model's vectors behind those in use; they take over when complete",
                  [](Invocation& given) { return use_model(given.common(), given.name); });
  use->add_option("NAME", call.name, "The model")->required();
  add_command(models, call, "stop", "Stop building; what is built is kept",
              [](Invocation& given) { return stop_model_change(given.common()); });
  add_command(models, call, "undo", "Go back to the model whose vectors are kept",
              [](Invocation& given) { return undo_model_change(given.common()); });
  add_command(models, call, "discard", "Erase the vectors that are kept and not in use",
              [](Invocation& given) { return discard_kept_vectors(given.common()); });
  CLI::App& sessions = *add_group(app, call, "sessions", "Who is signed in");
  add_command(sessions, call, "list", "List them", [](Invocation& given) { return list_sessions(given.common()); });
  CLI::App* end = add_command(sessions, call, "end", "Sign one out",
                              [](Invocation& given) { return end_session(given.common(), given.session); });
  end->add_option("ID", call.session, "Number from the list")->required();
  add_command(sessions, call, "clear-waits", "Let people sign in at once who must wait after wrong passwords",
              [](Invocation& given) { return clear_waits(given.common()); });
  add_command(app, call, "setup-link", "Print a new set-up link, while there is no account",
              [](Invocation& given) { return print_setup_link(given.common()); });
}

int run(int argument_count, char** arguments) {
  CLI::App app("Alcove: search your own files by meaning, on your own machine", "alcove");
  Invocation call;
  add_common_options(app, call);
  app.set_version_flag("--version", server::kVersion);
  app.require_subcommand(1);
  declare_serve(app, call);
  declare_libraries(app, call);
  declare_search(app, call);
  declare_searches(app, call);
  declare_work(app, call);
  declare_rest(app, call);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kExitUsage;
  }
  const Status done = call.run(call);
  if (done) {
    return 0;
  }
  std::string line = fmt::format("alcove: {}", done.error().message);
  if (done.error().detail != done.error().message && !done.error().detail.empty()) {
    line += fmt::format(" ({})", done.error().detail);
  }
  std::fputs((shown(line) + "\n").c_str(), stderr);
  return done.error().code == ErrorCode::kUnavailable ? kExitNotRunning : kExitFailed;
}

}  // namespace
}  // namespace alcove::cli

int main(int argument_count, char** arguments) {
  try {
    return alcove::cli::run(argument_count, arguments);
  } catch (const std::exception& error) {
    std::fputs("alcove: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return 1;
  }
}

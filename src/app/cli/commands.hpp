#pragma once
/// @file
/// The commands of the command line. Each asks the server, prints, and returns an error or nothing.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/cli/server_client.hpp"
#include "base/error.hpp"

namespace alcove::cli {

enum class Output : std::uint8_t { kText, kJson };

/// What every command is told.
struct Common {
  std::filesystem::path data_folder;
  std::filesystem::path models_folder = {};  ///< Empty: the running server's, else the default one.
  Output output = Output::kText;

  [[nodiscard]] ServerClient client() const { return ServerClient(data_folder); }
  [[nodiscard]] bool is_json() const { return output == Output::kJson; }
};

struct StatusOptions {
  bool wait = false;
  std::int64_t timeout_seconds = 86'400;
};
Status show_status(const Common& common, const StatusOptions& options);
Status show_problems(const Common& common, const std::string& state);

struct SearchOptions {
  std::string query;
  std::string mode = "hybrid";
  std::string sort = "relevance";
  int limit = 10;
  bool passages = false;
  bool explain = false;
  bool unfold = false;
};
Status search(const Common& common, const SearchOptions& options);
/// Saved and recent searches of the owner's account. `name` is a saved search's.
Status list_searches(const Common& common);
Status save_search(const Common& common, const std::string& name, const SearchOptions& options);
/// Query, mode and sort are those that were saved.
Status search_saved(const Common& common, const std::string& name, SearchOptions options);
Status remove_search(const Common& common, const std::string& name);
Status forget_searches(const Common& common);
enum class SearchMemory : std::uint8_t { kOn, kOff };
Status set_search_memory(const Common& common, SearchMemory memory);

/// `path` is absolute, relative to the working folder, or LIBRARY:relative; `part` is empty or as a hit has it.
Status show_file(const Common& common, const std::string& path, const std::string& part);
Status show_text(const Common& common, const std::string& path, const std::string& part);
struct SimilarOptions {
  int limit = 10;
  bool explain = false;
  bool unfold = false;
};
Status show_similar(const Common& common, const std::string& path, const std::string& part,
                    const SimilarOptions& options);

Status add_library(const Common& common, const std::string& path, const std::string& name);
Status list_libraries(const Common& common);
/// `library` is a name or a number.
Status remove_library(const Common& common, const std::string& library);
enum class RescanKind : std::uint8_t { kQuick, kVerify };
Status rescan_library(const Common& common, const std::string& library, RescanKind kind);

enum class WorkAction : std::uint8_t { kPause, kResume, kRetry };
Status change_work(const Common& common, WorkAction action);
Status rebuild_indexes(const Common& common);
Status erase_vanished(const Common& common);

enum class DoctorDepth : std::uint8_t { kQuick, kDeep };
/// Works on a stopped server, too. Errors: kCorrupt when something is wrong.
Status doctor(const Common& common, DoctorDepth depth);

Status list_models(const Common& common);
Status verify_models(const Common& common, const std::vector<std::string>& names);
/// Downloads and converts, with the set-up's tools.
Status install_models(const Common& common, const std::vector<std::string>& names);
/// Takes a model from a file: a package that `export_model` wrote, or the package that the catalogue names as its
/// source.
Status import_model(const Common& common, const std::string& file);
/// Writes an installed model into one file, for a machine without a network.
Status export_model(const Common& common, const std::string& name, const std::string& file);
/// Another model's vectors are built behind those in use.
Status use_model(const Common& common, const std::string& name);
Status stop_model_change(const Common& common);
/// Stops a building, or goes back to the model whose vectors are kept. Errors: kNotFound when there is nothing to undo.
Status undo_model_change(const Common& common);
Status discard_kept_vectors(const Common& common);

Status list_sessions(const Common& common);
Status end_session(const Common& common, std::int64_t id);
/// Forgets wrong attempts to sign in.
Status clear_waits(const Common& common);
Status print_setup_link(const Common& common);

/// Prints a value as JSON, one line.
void print_json(const json::Value& value);
/// Text or JSON for a terminal: control characters, which a file's name may hold and a terminal would obey, become
/// "\u001b" and the like, which means the same inside of JSON.
std::string shown(std::string_view text);
/// Prints `shown` text and a line feed.
void print_line(std::string_view line);
/// The same for text of many lines: line feeds and tabs stay.
void print_text(std::string_view text);
/// "12.3 MB"
std::string shown_bytes(std::int64_t bytes);
/// "page 3", "lines 4 to 9", "Sheet1!B2:C4"
std::string shown_place(const json::Value& place);

}  // namespace alcove::cli

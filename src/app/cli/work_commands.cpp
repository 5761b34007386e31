#include <algorithm>

#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "app/server/doctor.hpp"
#include "app/server/options.hpp"

namespace alcove::cli {
namespace {

/// Room for the answer beyond the time that the server itself takes.
constexpr std::chrono::seconds kAnswerSlack{30};
constexpr std::chrono::hours kUpkeepTime{6};

void print_libraries(const json::Value& status) {
  for (const json::Value& library : status.items_at("libraries")) {
    std::string line =
        fmt::format("  {:<20} {:>8} files  {:>9}  {:<8} {}", library.text_at("name"), library.int64_at("file_count"),
                    shown_bytes(library.int64_at("size")), library.text_at("state"), library.text_at("path"));
    if (const std::string reason = library.text_at("state_reason"); !reason.empty()) {
      line += fmt::format("  ({})", reason);
    }
    print_line(line);
  }
}

/// What holds a worker in, and what does not and why.
void print_confinement(const json::Value& worker) {
  std::string active;
  std::string inactive;
  for (const json::Value& means : worker.items_at("confinement")) {
    if (means.is_true_at("active")) {
      active += fmt::format("{}{}", active.empty() ? "" : ", ", means.text_at("means"));
    } else {
      inactive +=
          fmt::format("{}{} ({})", inactive.empty() ? "" : ", ", means.text_at("means"), means.text_at("reason"));
    }
  }
  if (!active.empty() || !inactive.empty()) {
    print_line(fmt::format("  Confined by: {}{}{}", active.empty() ? "nothing" : active,
                           inactive.empty() ? "" : "; not by: ", inactive));
  }
}

void print_status(const json::Value& status) {
  const json::Value* tasks = status.find("tasks");
  print_line(fmt::format("Tasks: {} waiting, {} running, {} failed, {} skipped{}", tasks->int64_at("waiting"),
                         tasks->int64_at("running"), tasks->int64_at("failed"), tasks->int64_at("skipped"),
                         status.is_true_at("paused") ? " (paused)" : ""));
  if (const std::int64_t left = status.int64_at("seconds_left", -1); left >= 0) {
    print_line(fmt::format("{:.1f} tasks a second, about {} min left", status.double_at("rate"), (left + 59) / 60));
  }
  for (const json::Value& stage : status.items_at("stages")) {
    print_line(fmt::format("  {:<14} {:>8} done {:>8} waiting {:>6} failed {:>6} skipped", stage.text_at("stage"),
                           stage.int64_at("done"), stage.int64_at("waiting"), stage.int64_at("failed"),
                           stage.int64_at("skipped")));
  }
  print_line("Libraries:");
  print_libraries(status);
  for (const json::Value& worker : status.items_at("workers")) {
    const std::string reason = worker.text_at("reason");
    print_line(fmt::format("Worker {}: {}{}{}", worker.text_at("role"), worker.text_at("state"),
                           reason.empty() ? "" : ", ", reason));
    if (const std::string instructions = worker.text_at("instructions"); !instructions.empty()) {
      print_line(fmt::format("  Computes with: {}", instructions));
    }
    print_confinement(worker);
  }
  for (const json::Value& notice : status.items_at("notices")) {
    print_line(fmt::format("Note: {}", notice.text_at("message")));
  }
}

/// The finding's list from a running server, or from the stores of a stopped one.
Result<std::vector<rest::Finding>> findings_of(const Common& common, DoctorDepth depth) {
  const auto answer =
      common.client().get("/doctor", {{"deep", depth == DoctorDepth::kDeep ? "true" : "false"}}, kUpkeepTime);
  if (!answer && answer.error().code == ErrorCode::kUnavailable) {
    server::ServeOptions options;
    options.data_folder = common.data_folder;
    return server::examine_stopped(options, depth == DoctorDepth::kDeep ? server::Depth::kDeep : server::Depth::kQuick);
  }
  if (!answer) {
    return std::unexpected(answer.error());
  }
  std::vector<rest::Finding> findings;
  for (const json::Value& item : answer->items_at("findings")) {
    const std::string level = item.text_at("level");
    findings.push_back({.level = level == "ok"        ? rest::Finding::Level::kOk
                                 : level == "warning" ? rest::Finding::Level::kWarning
                                                      : rest::Finding::Level::kError,
                        .area = item.text_at("area"),
                        .text = item.text_at("text")});
  }
  return findings;
}

const char* level_name(rest::Finding::Level level) {
  switch (level) {
    case rest::Finding::Level::kOk: return "ok";
    case rest::Finding::Level::kWarning: return "warning";
    case rest::Finding::Level::kError: return "error";
  }
  return "error";
}

void print_findings_as_json(const std::vector<rest::Finding>& findings, bool healthy) {
  json::Writer writer;
  writer.begin_object().member("healthy", healthy).key("findings").begin_array();
  for (const rest::Finding& finding : findings) {
    writer.begin_object()
        .member("area", finding.area)
        .member("level", level_name(finding.level))
        .member("text", finding.text)
        .end_object();
  }
  writer.end_array().end_object();
  print_line(std::move(writer).take());
}

}  // namespace

Status show_status(const Common& common, const StatusOptions& options) {
  json::Value status;
  bool done = true;
  if (options.wait) {
    json::Writer body;
    body.begin_object().member("timeout_seconds", options.timeout_seconds).end_object();
    ALCOVE_TRY(json::Value answer, common.client().post("/wait", std::move(body).take(),
                                                        std::chrono::seconds(options.timeout_seconds) + kAnswerSlack));
    done = answer.is_true_at("done");
    const json::Value* inner = answer.find("status");
    status = inner == nullptr ? json::Value() : *inner;
  } else {
    ALCOVE_TRY(status, common.client().get("/status"));
  }
  if (status.find("tasks") == nullptr) {
    return fail(ErrorCode::kCorrupt, "The server's answer has no tasks: is it of another version?");
  }
  if (common.is_json()) {
    print_json(status);
  } else {
    print_status(status);
  }
  if (!done) {
    return fail(ErrorCode::kTimedOut, "Not everything was done in time");
  }
  return {};
}

Status show_problems(const Common& common, const std::string& state) {
  ALCOVE_TRY(const json::Value answer, common.client().get("/problems", {{"state", state}, {"limit", "200"}}));
  if (common.is_json()) {
    print_json(answer);
    return {};
  }
  for (const json::Value& problem : answer.items_at("problems")) {
    print_line(fmt::format("{}:{}  {}: {}", problem.text_at("library"), problem.text_at("path"),
                           problem.text_at("stage"), problem.text_at("reason")));
  }
  print_line(fmt::format("{} {}", answer.int64_at("total"), state));
  return {};
}

Status change_work(const Common& common, WorkAction action) {
  const char* path = action == WorkAction::kPause    ? "/work/pause"
                     : action == WorkAction::kResume ? "/work/resume"
                                                     : "/work/retry";
  ALCOVE_TRY_VOID(common.client().post(path));
  if (common.is_json()) {
    print_line("{}");
  } else {
    print_line(action == WorkAction::kPause    ? "Paused; running tasks finish"
               : action == WorkAction::kResume ? "Working"
                                               : "Failed and skipped tasks wait again");
  }
  return {};
}

Status rebuild_indexes(const Common& common) {
  ALCOVE_TRY(const json::Value index, common.client().post("/index/rebuild", {}, kUpkeepTime));
  if (common.is_json()) {
    print_json(index);
  } else {
    print_line(fmt::format("Rebuilt: {} passages, {} vectors, {} names", index.int64_at("passages_indexed"),
                           index.int64_at("vectors_indexed"), index.int64_at("names_indexed")));
  }
  return {};
}

Status erase_vanished(const Common& common) {
  ALCOVE_TRY(const json::Value erased, common.client().post("/vanished/erase", {}, kUpkeepTime));
  if (common.is_json()) {
    print_json(erased);
  } else {
    print_line(fmt::format("Erased what was kept of {} vanished files ({} contents)", erased.int64_at("files"),
                           erased.int64_at("contents")));
  }
  return {};
}

Status doctor(const Common& common, DoctorDepth depth) {
  ALCOVE_TRY(const auto findings, findings_of(common, depth));
  const bool healthy = std::ranges::none_of(
      findings, [](const rest::Finding& finding) { return finding.level == rest::Finding::Level::kError; });
  if (common.is_json()) {
    print_findings_as_json(findings, healthy);
  } else {
    for (const rest::Finding& finding : findings) {
      print_line(fmt::format("{:<8} {}: {}", level_name(finding.level), finding.area, finding.text));
    }
  }
  if (!healthy) {
    return fail(ErrorCode::kCorrupt, "Something is wrong; see above");
  }
  return {};
}

}  // namespace alcove::cli

#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"

#include "domain/search/search.hpp"
#include "domain/work/engine.hpp"
#include "surface/rest/file_target.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/render.hpp"
#include "surface/rest/routes.hpp"
#include "surface/rest/status.hpp"

namespace alcove::rest {
namespace {

/// Rebuilding a large index, or reading every checksum.
constexpr std::chrono::hours kUpkeepTime{6};
constexpr std::int64_t kWaitSecondsMax = 86'400;

std::string_view level_name(Finding::Level level) {
  switch (level) {
    case Finding::Level::kOk: return "ok";
    case Finding::Level::kWarning: return "warning";
    case Finding::Level::kError: return "error";
  }
  return "error";
}

Status write_problem(json::Writer& writer, Services& services, const auth::Principal& principal,
                     const artefacts::Task& task) {
  ALCOVE_TRY(const auto holdings, services.files->holdings_of(principal, task.content, 1));
  writer.begin_object();
  if (!holdings.empty()) {
    const files::File& file = holdings.front().file;
    writer.member("file_id", file.id.value);
    ALCOVE_TRY(const std::string library, library_name(services, file.library));
    writer.member("library", library);
    write_path(writer, "path", file.path);
    if (!holdings.front().parts.empty()) {
      writer.member("part", part_address(holdings.front().parts))
          .member("part_path", files::part_path(holdings.front().parts));
    }
  } else {
    // The file has gone and its results are kept for a while.
    writer.member("library", "").member("path", "");
  }
  writer.member("stage", task.stage)
      .member("state", task.state == artefacts::TaskState::kFailed ? "failed" : "skipped")
      .member("reason_code", task.reason_code)
      .member("reason", task.reason);
  write_values(writer, "reason_values", task.values);
  writer.member("attempts", task.attempts).member("changed", format_rfc3339(task.changed_at)).end_object();
  return {};
}

/// Seen, worked, indexed: each only then when the one before is complete.
Status wait_for_all(Services& services, const Context& context) {
  ALCOVE_TRY_VOID(services.libraries->wait_until_seen(context));
  ALCOVE_TRY_VOID(services.engine->wait_until_idle(context));
  return services.search->wait_until_applied(context);
}

}  // namespace

RouteResult status(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(std::string body, status_json(api.services()));
  return json_response(200, std::move(body));
}

RouteResult events(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(auto stream, api.open_event_stream(call.asking.session_id));
  return http::Response{.status = 200,
                        .headers = {{"Content-Type", "text/event-stream"}, {"X-Accel-Buffering", "no"}},
                        .body = std::move(stream)};
}

RouteResult pause_work(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().engine->set_paused(true));
  return empty_response();
}

RouteResult resume_work(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().engine->set_paused(false));
  return empty_response();
}

RouteResult retry_work(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().engine->retry_failed());
  return empty_response();
}

RouteResult show_vanished(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const std::int64_t files, api.services().files->count_vanished());
  ALCOVE_TRY(const std::int64_t contents, api.services().store->count_orphaned());
  json::Writer writer;
  writer.begin_object().member("files", files).member("contents", contents).end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult erase_vanished(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const Erased erased, api.services().erase_vanished());
  json::Writer writer;
  writer.begin_object().member("files", erased.files).member("contents", erased.contents).end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult list_problems(Api& api, Call& call) {
  QueryReader reader(call.request);
  const auto wanted = reader.optional_choice("state", {"failed", "skipped"});
  const std::int64_t limit = reader.optional_int64("limit", {.min = 1, .max = 200}).value_or(50);
  const std::int64_t offset = reader.optional_int64("offset", {.min = 0, .max = 1'000'000}).value_or(0);
  ALCOVE_TRY_VOID(reader.finish());
  if (!wanted) {
    Error error = make_error(ErrorCode::kInvalidArgument, "\"state\" is missing");
    error.field = "state";
    return std::unexpected(std::move(error));
  }
  const auto state = *wanted == "failed" ? artefacts::TaskState::kFailed : artefacts::TaskState::kSkipped;
  artefacts::Store& store = *api.services().store;
  ALCOVE_TRY(const auto counts, store.task_counts());
  ALCOVE_TRY(auto tasks, store.problems(state, static_cast<std::size_t>(limit) + 1, static_cast<std::size_t>(offset)));
  const bool more = tasks.size() > static_cast<std::size_t>(limit);
  if (more) {
    tasks.pop_back();
  }
  json::Writer writer;
  writer.begin_object().key("problems").begin_array();
  for (const artefacts::Task& task : tasks) {
    ALCOVE_TRY_VOID(write_problem(writer, api.services(), call.asking.principal, task));
  }
  writer.end_array()
      .member("total", state == artefacts::TaskState::kFailed ? counts.failed : counts.skipped)
      .member("more", more)
      .end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult rebuild_indexes(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().search->rebuild(call.context(kUpkeepTime)));
  json::Writer writer;
  write_index_status(writer, api.services().search->status());
  return json_response(200, std::move(writer).take());
}

RouteResult wait(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const std::int64_t seconds =
      reader.optional_int64("timeout_seconds", {.min = 1, .max = kWaitSecondsMax}).value_or(3'600);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY_VOID(api.begin_wait());
  const std::unique_ptr<Api, decltype([](Api* waiting) { waiting->end_wait(); })> turn(&api);
  const Status waited = wait_for_all(api.services(), call.context(std::chrono::seconds(seconds)));
  if (!waited && waited.error().code != ErrorCode::kTimedOut) {
    return std::unexpected(waited.error());
  }
  json::Writer writer;
  writer.begin_object().member("done", waited.has_value()).key("status");
  ALCOVE_TRY_VOID(write_status(writer, api.services()));
  writer.end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult doctor(Api& api, Call& call) {
  QueryReader reader(call.request);
  const bool deep = reader.optional_bool("deep").value_or(false);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const auto findings,
             api.services().doctor(deep ? Services::Depth::kDeep : Services::Depth::kQuick, call.context(kUpkeepTime)));
  json::Writer writer;
  bool healthy = true;
  writer.begin_object().key("findings").begin_array();
  for (const Finding& finding : findings) {
    healthy = healthy && finding.level != Finding::Level::kError;
    writer.begin_object()
        .member("area", finding.area)
        .member("level", level_name(finding.level))
        .member("text", finding.text)
        .end_object();
  }
  writer.end_array().member("healthy", healthy).end_object();
  return json_response(200, std::move(writer).take());
}

}  // namespace alcove::rest

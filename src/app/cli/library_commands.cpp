#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "base/text.hpp"
#include "surface/rest/query_reader.hpp"

namespace alcove::cli {
namespace {

/// The number of a library given by name or number.
Result<std::int64_t> library_id(const Common& common, const std::string& library) {
  ALCOVE_TRY(const json::Value answer, common.client().get("/libraries"));
  std::int64_t by_number = 0;
  for (const json::Value& item : answer.items_at("libraries")) {
    const std::int64_t id = item.int64_at("id");
    if (item.text_at("name") == library) {
      return id;
    }
    by_number = std::to_string(id) == library ? id : by_number;
  }
  if (by_number == 0) {
    return fail(ErrorCode::kNotFound, fmt::format("No library is called {}", library));
  }
  return by_number;
}

void say(const Common& common, std::string_view sentence) {
  print_line(common.is_json() ? "{}" : sentence);
}

}  // namespace

Status add_library(const Common& common, const std::string& path, const std::string& name) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(path, error);
  if (error) {
    return fail(ErrorCode::kNotFound, fmt::format("There is no folder {}", to_valid_utf8(path)));
  }
  json::Writer body;
  body.begin_object().member("path", canonical.native());
  if (!is_valid_utf8(canonical.native())) {
    body.member("path_base64", rest::to_base64(canonical.native()));
  }
  if (!name.empty()) {
    body.member("name", name);
  }
  body.end_object();
  ALCOVE_TRY(const json::Value library, common.client().post("/libraries", std::move(body).take()));
  if (common.is_json()) {
    print_json(library);
  } else {
    print_line(fmt::format("Added {} ({})", library.text_at("name"), library.text_at("path")));
  }
  return {};
}

Status list_libraries(const Common& common) {
  ALCOVE_TRY(const json::Value answer, common.client().get("/libraries"));
  if (common.is_json()) {
    print_json(answer);
    return {};
  }
  for (const json::Value& library : answer.items_at("libraries")) {
    print_line(fmt::format("{:>4}  {:<20} {:>8} files  {:>9}  {:<8} {}", library.int64_at("id"),
                           library.text_at("name"), library.int64_at("file_count"),
                           shown_bytes(library.int64_at("size")), library.text_at("state"), library.text_at("path")));
  }
  return {};
}

Status remove_library(const Common& common, const std::string& library) {
  ALCOVE_TRY(const std::int64_t id, library_id(common, library));
  ALCOVE_TRY_VOID(common.client().remove(fmt::format("/libraries/{}", id)));
  say(common, "Forgotten; the files themselves are untouched");
  return {};
}

Status rescan_library(const Common& common, const std::string& library, RescanKind kind) {
  ALCOVE_TRY(const std::int64_t id, library_id(common, library));
  ALCOVE_TRY_VOID(common.client().post(fmt::format("/libraries/{}/rescan", id),
                                       kind == RescanKind::kVerify ? R"({"verify":true})" : "{}"));
  say(common, "The scan has begun; alcove status --wait waits for its end");
  return {};
}

Status list_sessions(const Common& common) {
  ALCOVE_TRY(const json::Value answer, common.client().get("/sessions"));
  if (common.is_json()) {
    print_json(answer);
    return {};
  }
  for (const json::Value& session : answer.items_at("sessions")) {
    print_line(fmt::format("{:>4}  {:<16} last seen {} from {}  {}", session.int64_at("id"), session.text_at("user"),
                           session.text_at("last_seen"), session.text_at("address"), session.text_at("user_agent")));
  }
  return {};
}

Status end_session(const Common& common, std::int64_t id) {
  ALCOVE_TRY_VOID(common.client().remove(fmt::format("/sessions/{}", id)));
  say(common, "Ended");
  return {};
}

Status clear_waits(const Common& common) {
  ALCOVE_TRY_VOID(common.client().remove("/session/waits"));
  say(common, "Nobody has to wait any more");
  return {};
}

Status print_setup_link(const Common& common) {
  ALCOVE_TRY(const json::Value answer, common.client().post("/setup/link"));
  if (common.is_json()) {
    print_json(answer);
  } else {
    print_line(answer.text_at("url"));
  }
  return {};
}

}  // namespace alcove::cli

#include "surface/rest/gate.hpp"
#include "surface/rest/problem.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/routes.hpp"

namespace alcove::rest {
namespace {

using Kind = auth::Principal::Kind;

constexpr json::TextLimits kNameLimits{.length_min = 1, .length_max = auth::kNameLengthMax};

std::string state_json(const Services& services, const auth::Principal& principal, bool setup_needed) {
  json::Writer writer;
  writer.begin_object()
      .member("version", services.version)
      .member("setup_needed", setup_needed)
      .member("signed_in", principal.kind != Kind::kNobody);
  if (principal.kind != Kind::kNobody) {
    writer.key("user").begin_object();
    if (principal.user) {
      writer.member("id", principal.user.value);
    }
    writer.member("name", principal.name).member("is_owner", principal.is_owner).end_object();
  }
  writer.end_object();
  return std::move(writer).take();
}

http::Response signed_in_response(int status, Api& api, Call& call, const auth::NewSession& session) {
  http::Response response = json_response(status, state_json(api.services(), session.principal, false));
  response.headers.emplace_back("Set-Cookie", session_cookie(call.request, session.secret));
  response.headers.emplace_back("Set-Cookie", device_cookie(call.request, session.device_secret));
  return response;
}

/// The session of the request; only the operator has none.
std::optional<UserId> own_sessions_only(const Call& call) {
  return call.asking.principal.kind == Kind::kOperator ? std::nullopt : std::optional(call.asking.principal.user);
}

}  // namespace

RouteResult health(Api& /*api*/, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  return json_response(200, R"({"status":"ok"})");
}

RouteResult state(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const bool needed, api.services().auth->setup_needed());
  return json_response(200, state_json(api.services(), call.asking.principal, needed));
}

RouteResult set_up(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const std::string token = reader.required_text("token", {.length_min = 1, .length_max = 128});
  const std::string name = reader.required_text("name", kNameLimits);
  const std::string password = reader.required_text(
      "password", {.length_min = auth::kPasswordLengthMin, .length_max = auth::kPasswordLengthMax});
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const auth::NewSession session,
             api.services().auth->set_up(token, name, password, origin_of(call.request)));
  return signed_in_response(201, api, call, session);
}

RouteResult make_setup_link(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const std::string token, api.services().auth->make_setup_token());
  json::Writer writer;
  writer.begin_object().member("url", api.services().setup_url(token)).end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult sign_in(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const std::string name = reader.required_text("name", kNameLimits);
  const std::string password =
      reader.required_text("password", {.length_min = 1, .length_max = auth::kPasswordLengthMax});
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const auth::SignIn result, api.services().auth->sign_in(name, password, origin_of(call.request)));
  if (!result.session) {
    http::Response response = problem_response(
        429, make_error(ErrorCode::kLocked, "Too many wrong attempts; wait a little before the next one"),
        call.request.id);
    response.headers.emplace_back("Retry-After", std::to_string(result.retry_after.count()));
    return response;
  }
  return signed_in_response(200, api, call, *result.session);
}

RouteResult clear_waits(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().auth->clear_waits());
  return empty_response();
}

RouteResult sign_out(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  http::Response response = empty_response();
  response.headers.emplace_back("Set-Cookie", session_cookie(call.request, ""));
  if (call.asking.session_id != 0) {
    api.close_event_streams(call.asking.session_id);
    // Already ended by another request at the same moment is as good.
    const Status ended = api.services().auth->end_session(call.asking.session_id, std::nullopt);
    if (!ended && ended.error().code != ErrorCode::kNotFound) {
      return std::unexpected(ended.error());
    }
  }
  return response;
}

RouteResult list_sessions(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const auto sessions, api.services().auth->sessions(own_sessions_only(call)));
  json::Writer writer;
  writer.begin_object().key("sessions").begin_array();
  for (const auth::Session& session : sessions) {
    writer.begin_object()
        .member("id", session.id)
        .member("user", session.user_name)
        .member("created", format_rfc3339(session.created))
        .member("last_seen", format_rfc3339(session.last_seen))
        .member("address", session.address)
        .member("user_agent", session.user_agent)
        .member("current", session.id == call.asking.session_id)
        .end_object();
  }
  writer.end_array().end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult end_session(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY_VOID(api.services().auth->end_session(id, own_sessions_only(call)));
  api.close_event_streams(id);
  return empty_response();
}

}  // namespace alcove::rest

#include "surface/rest/problem.hpp"

#include <fmt/format.h>

#include "drivers/json/json.hpp"

namespace alcove::rest {

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return 400;
    case ErrorCode::kUnauthenticated: return 401;
    case ErrorCode::kForbidden: return 403;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kAlreadyExists: return 409;
    case ErrorCode::kConflict: return 409;
    case ErrorCode::kPreconditionFailed: return 412;
    case ErrorCode::kLocked: return 423;
    case ErrorCode::kTooLarge: return 413;
    case ErrorCode::kUnsupported: return 501;
    case ErrorCode::kOutOfSpace: return 507;
    case ErrorCode::kOverloaded: return 503;
    case ErrorCode::kTimedOut: return 504;
    case ErrorCode::kCancelled: return 503;
    case ErrorCode::kCorrupt: return 500;
    case ErrorCode::kUnavailable: return 503;
    case ErrorCode::kInternal: return 500;
  }
  return 500;
}

http::Response problem_response(int status, const Error& error, std::string_view request_id) {
  json::Writer body;
  body.begin_object()
      .member("type", fmt::format("urn:alcove:error:{}", error_code_name(error.code)))
      .member("title", http::status_text(status))
      .member("status", status)
      .member("code", error_code_name(error.code))
      .member("detail", error.message);
  if (!error.field.empty()) {
    body.member("field", error.field);
  }
  if (!request_id.empty()) {
    body.member("request_id", request_id);
  }
  body.end_object();
  return http::Response{
      .status = status, .headers = {{"Content-Type", "application/problem+json"}}, .body = std::move(body).take()};
}

http::Response problem_response(const Error& error, std::string_view request_id) {
  http::Response response = problem_response(http_status(error.code), error, request_id);
  if (error.code == ErrorCode::kOverloaded || error.code == ErrorCode::kUnavailable) {
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

}  // namespace alcove::rest

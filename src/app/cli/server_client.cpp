#include "app/cli/server_client.hpp"

#include <fmt/format.h>

#include "app/server/options.hpp"
#include "drivers/http/client.hpp"

namespace alcove::cli {
namespace {

ErrorCode code_of(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    if (error_code_name(static_cast<ErrorCode>(code)) == name) {
      return static_cast<ErrorCode>(code);
    }
  }
  return ErrorCode::kInternal;
}

/// `body` may be anything: what stands between us and the server has its own ways to refuse.
Error problem_of(std::string_view text, int status) {
  const json::Value body = json::parse(text, http::kClientBodyBytesMax).value_or(json::Value());
  std::string message = body.text_at("detail", body.text_at("title"));
  if (message.empty()) {
    message = fmt::format("The server answered {}", status);
  }
  // A part of a running server that is not available is no missing server.
  const ErrorCode code = code_of(body.text_at("code", "internal"));
  Error error = make_error(code == ErrorCode::kUnavailable ? ErrorCode::kOverloaded : code, std::move(message));
  error.field = body.text_at("field");
  return error;
}

}  // namespace

Result<json::Value> ServerClient::call(std::string_view method, std::string_view path, const http::Pairs& query,
                                       std::string body, std::chrono::milliseconds timeout) const {
  std::string target = fmt::format("/api/v1{}", path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    target += fmt::format("{}{}={}", separator, name, http::percent_encoded(value));
    separator = '&';
  }
  auto response = http::request_over_unix(server::socket_path(data_folder_), method, target, std::move(body), timeout);
  if (!response) {
    if (response.error().code == ErrorCode::kUnavailable) {
      return fail(
          ErrorCode::kUnavailable,
          fmt::format("No Alcove server runs on {0}. Start it with: alcove serve --data {0}", data_folder_.string()));
    }
    return std::unexpected(std::move(response).error());
  }
  if (response->status >= 400) {
    return std::unexpected(problem_of(response->body, response->status));
  }
  if (response->body.empty()) {
    return json::Value();
  }
  return json::parse(response->body, http::kClientBodyBytesMax);
}

Result<json::Value> ServerClient::get(std::string_view path, const http::Pairs& query,
                                      std::chrono::milliseconds timeout) const {
  return call("GET", path, query, {}, timeout);
}

Result<json::Value> ServerClient::post(std::string_view path, std::string body,
                                       std::chrono::milliseconds timeout) const {
  return call("POST", path, {}, std::move(body), timeout);
}

Result<json::Value> ServerClient::put(std::string_view path, std::string body) const {
  return call("PUT", path, {}, std::move(body), kAnswerTime);
}

Result<json::Value> ServerClient::remove(std::string_view path) const {
  return call("DELETE", path, {}, {}, kAnswerTime);
}

}  // namespace alcove::cli

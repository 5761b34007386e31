#include "drivers/http/connection.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::http {
namespace {

/// A header's value can never start a new line, whatever a file's name holds.
void append_header(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  for (const char letter : value) {
    const auto byte = static_cast<unsigned char>(letter);
    head += byte < 0x20 || byte == 0x7F ? ' ' : letter;
  }
  head += "\r\n";
}

}  // namespace

std::string make_head(const Response& response, std::optional<std::int64_t> length, bool keep_alive, bool chunked) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, status_text(response.status));
  append_header(head, "Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
  for (const auto& [name, value] : response.headers) {
    append_header(head, name, value);
  }
  if (length) {
    append_header(head, "Content-Length", std::to_string(*length));
  }
  if (chunked) {
    append_header(head, "Transfer-Encoding", "chunked");
  }
  append_header(head, "Connection", keep_alive ? "keep-alive" : "close");
  head += "\r\n";
  return head;
}

Response make_problem_response(int status, std::string_view code, std::string_view sentence) {
  // The sentences are our own and need no escape.
  return Response{
      .status = status,
      .headers = {{"Content-Type", "application/problem+json"},
                  {"X-Content-Type-Options", "nosniff"},
                  {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                  {"Cache-Control", "no-store"}},
      .body = fmt::format(R"({{"type":"urn:alcove:error:{}","title":"{}","status":{},"code":"{}","detail":"{}"}})",
                          code, status_text(status), status, code, sentence)};
}

Status fill_request(const beast::http::request<beast::http::string_body>& message, Request& request) {
  request.method = message.method_string();
  std::size_t hosts = 0;
  for (const auto& field : message) {
    std::string name = ascii_lower({field.name_string().data(), field.name_string().size()});
    hosts += name == "host" ? 1 : 0;
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
    return fail(ErrorCode::kInvalidArgument, "A request names exactly one host");
  }
  return parse_target({message.target().data(), message.target().size()}, request);
}

}  // namespace alcove::http

#include "drivers/http/message.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace alcove::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, [](const auto& pair) -> std::string_view { return pair.first; });
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

Status parse_target(std::string_view target, Request& request) {
  const auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
  if (parsed.has_error()) {
    return fail(ErrorCode::kInvalidArgument, "The address of the request is malformed");
  }
  request.segments.clear();
  request.query.clear();
  for (const auto segment : parsed->segments()) {
    request.segments.emplace_back(segment);
  }
  for (const auto param : parsed->params()) {
    request.query.emplace_back(std::string(param.key), param.has_value ? std::string(param.value) : std::string());
  }
  return {};
}

bool EventStream::send(std::string_view event, std::string_view data) {
  std::function<void()> notify;
  const bool open = state_.with([&](State& state) {
    if (state.closed) {
      return false;
    }
    if (state.pending.size() >= kPendingMax) {
      state.pending.erase(state.pending.begin());
    }
    state.pending.push_back(fmt::format("event: {}\ndata: {}\n\n", event, data));
    notify = state.notify;
    return true;
  });
  if (notify) {
    notify();
  }
  return open;
}

void EventStream::close() {
  std::function<void()> notify;
  state_.with([&](State& state) {
    state.closed = true;
    notify = std::move(state.notify);
    state.notify = nullptr;
  });
  if (notify) {
    notify();
  }
}

bool EventStream::is_closed() const {
  return state_.with([](const State& state) { return state.closed; });
}

std::vector<std::string> EventStream::take_pending() {
  return state_.with([](State& state) { return std::exchange(state.pending, {}); });
}

void EventStream::on_ready(std::function<void()> notify) {
  state_.with([&](State& state) { state.notify = std::move(notify); });
}

std::string_view status_text(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 423: return "Locked";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

}  // namespace alcove::http

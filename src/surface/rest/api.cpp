#include "surface/rest/api.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "surface/rest/gate.hpp"
#include "surface/rest/problem.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/status.hpp"

namespace alcove::rest {
namespace {

/// How often the status is looked at while somebody listens; what did not change is not sent.
constexpr std::chrono::milliseconds kStatusStep{1'000};

/// "/files/{id}/text" into its parts.
std::vector<std::string_view> pattern_parts(std::string_view pattern) {
  std::vector<std::string_view> parts;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    parts.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return parts;
}

/// The path's segments below /api/v1; nothing for another path.
std::optional<std::vector<std::string_view>> api_path(const http::Request& request) {
  if (request.segments.size() < 2 || request.segments[0] != "api" || request.segments[1] != "v1") {
    return std::nullopt;
  }
  return std::vector<std::string_view>(request.segments.begin() + 2, request.segments.end());
}

bool matches(const std::vector<std::string_view>& parts, const std::vector<std::string_view>& path,
             std::vector<std::string>& parameters) {
  if (parts.size() != path.size()) {
    return false;
  }
  parameters.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      parameters.emplace_back(path[i]);
    } else if (parts[i] != path[i]) {
      return false;
    }
  }
  return true;
}

/// HEAD is GET without the body, which the connection leaves out.
std::string_view effective_method(const http::Request& request) {
  return request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
}

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> parameters;
  std::vector<std::string_view> allowed;  ///< Methods of the path, when the route's own does not fit.
};

/// Fixed paths stand before patterns in the table, so the first match is the right one.
Match find_route(const http::Request& request) {
  static const std::vector<std::vector<std::string_view>> kParts = [] {
    std::vector<std::vector<std::string_view>> parts;
    for (const Route& route : routes()) {
      parts.push_back(pattern_parts(route.pattern));
    }
    return parts;
  }();
  Match match;
  const auto path = api_path(request);
  if (!path) {
    return match;
  }
  std::vector<std::string> parameters;
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    if (!matches(kParts[i], *path, parameters)) {
      continue;
    }
    const Route& route = routes()[i];
    if (route.method == effective_method(request)) {
      match.route = &route;
      match.parameters = std::move(parameters);
      return match;
    }
    match.allowed.push_back(route.method);
  }
  return match;
}

Status check_access(Access access, const auth::Principal& principal) {
  using Kind = auth::Principal::Kind;
  if (access == Access::kNone || principal.kind == Kind::kOperator) {
    return {};
  }
  if (principal.kind == Kind::kNobody) {
    return fail(ErrorCode::kUnauthenticated, "Sign in first");
  }
  if (access == Access::kOperator) {
    return fail(ErrorCode::kForbidden, "Only the command line on the server itself may do this");
  }
  if (access == Access::kOwner && !principal.is_owner) {
    return fail(ErrorCode::kForbidden, "Only the owner may do this");
  }
  return {};
}

}  // namespace

std::string_view access_name(Access access) {
  switch (access) {
    case Access::kNone: return "none";
    case Access::kUser: return "user";
    case Access::kOwner: return "owner";
    case Access::kOperator: return "operator";
  }
  return "operator";
}

Result<std::int64_t> Call::id() const {
  const auto number = parse_int64(parameters.at(0));
  constexpr std::int64_t kIdMax = 9007199254740991;  // What JSON numbers carry exactly.
  if (!number || *number < 1 || *number > kIdMax) {
    Error error = make_error(ErrorCode::kInvalidArgument, "\"id\" must be a whole number from 1");
    error.field = "id";
    return std::unexpected(std::move(error));
  }
  return *number;
}

Context Call::context(std::chrono::milliseconds timeout) const {
  Context context = Context::with_timeout(timeout);
  context.stop = request.stop;
  context.request_id = request.id;
  return context;
}

http::Response json_response(int status, std::string body) {
  return http::Response{.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

http::Response empty_response() {
  return http::Response{.status = 204, .headers = {}, .body = std::string()};
}

Result<json::Value> read_body(const http::Request& request) {
  const std::string type = ascii_lower(request.header("content-type").value_or(""));
  if (trimmed(std::string_view(type).substr(0, type.find(';'))) != "application/json") {
    Error error = make_error(ErrorCode::kInvalidArgument, "The body must be application/json");
    error.field = "Content-Type";
    return std::unexpected(std::move(error));
  }
  return json::parse(request.body);
}

Status expect_no_query(const http::Request& request) {
  QueryReader reader(request);
  return reader.finish();
}

/// The streams, and the thread that feeds them while there are any.
struct Api::Impl {
  struct Listener {
    std::int64_t session_id = 0;
    std::shared_ptr<http::EventStream> stream;
  };
  std::mutex mutex;
  std::condition_variable_any changed;
  std::vector<Listener> listeners;
  int waits = 0;
  bool fresh = false;  ///< A new listener waits for its first event.
  std::jthread feeder;

  void feed(const std::stop_token& stop, Services& services);
};

void Api::Impl::feed(const std::stop_token& stop, Services& services) {
  std::string last;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, stop, [&] { return !listeners.empty(); });
      changed.wait_for(lock, stop, kStatusStep, [&] { return fresh; });
      std::erase_if(listeners, [](const Listener& listener) { return listener.stream->is_closed(); });
      last = std::exchange(fresh, false) ? std::string() : last;
      if (listeners.empty() || stop.stop_requested()) {
        continue;
      }
    }
    auto status = status_json(services);
    if (!status) {
      log_error("rest", status.error());
      continue;
    }
    if (*status == last) {
      continue;
    }
    last = std::move(*status);
    const std::unique_lock lock(mutex);
    for (const Listener& listener : listeners) {
      listener.stream->send("status", last);
    }
  }
}

Api::Api(Services services) : services_(std::move(services)), impl_(std::make_unique<Impl>()) {
  impl_->feeder = std::jthread([this](const std::stop_token& stop) { impl_->feed(stop, services_); });
}

Api::~Api() {
  stop();
}

void Api::stop() {
  impl_->feeder.request_stop();
  if (impl_->feeder.joinable()) {
    impl_->feeder.join();
  }
  const std::unique_lock lock(impl_->mutex);
  for (const Impl::Listener& listener : impl_->listeners) {
    listener.stream->close();
  }
  impl_->listeners.clear();
}

Result<std::shared_ptr<http::EventStream>> Api::open_event_stream(std::int64_t session_id) {
  auto stream = std::make_shared<http::EventStream>();
  {
    const std::unique_lock lock(impl_->mutex);
    std::erase_if(impl_->listeners, [](const Impl::Listener& listener) { return listener.stream->is_closed(); });
    if (impl_->listeners.size() >= kEventStreamsMax) {
      return fail(ErrorCode::kOverloaded, "Too many pages follow the progress already");
    }
    impl_->listeners.push_back({.session_id = session_id, .stream = stream});
    impl_->fresh = true;
  }
  impl_->changed.notify_all();
  return stream;
}

Status Api::begin_wait() {
  const std::unique_lock lock(impl_->mutex);
  if (impl_->waits >= kWaitsMax) {
    return fail(ErrorCode::kOverloaded, "Too many wait already; try again later");
  }
  ++impl_->waits;
  return {};
}

void Api::end_wait() {
  const std::unique_lock lock(impl_->mutex);
  --impl_->waits;
}

void Api::close_event_streams(std::int64_t session_id) {
  const std::unique_lock lock(impl_->mutex);
  for (const Impl::Listener& listener : impl_->listeners) {
    if (listener.session_id == session_id) {
      listener.stream->close();
    }
  }
}

bool Api::is_long(const http::Request& request) {
  const Match match = find_route(request);
  return match.route != nullptr && match.route->speed == Route::Speed::kLong;
}

Result<http::Response> Api::dispatch(http::Request& request) {
  ALCOVE_TRY_VOID(check_origin(request, services_.host_names));
  Match match = find_route(request);
  if (match.route == nullptr) {
    if (match.allowed.empty()) {
      return fail(ErrorCode::kNotFound, "No such address");
    }
    http::Response response = problem_response(
        405,
        make_error(ErrorCode::kInvalidArgument, fmt::format("{} is not possible here", to_valid_utf8(request.method))),
        request.id);
    response.headers.emplace_back("Allow", fmt::format("{}", fmt::join(match.allowed, ", ")));
    return response;
  }
  Call call{.request = request, .asking = {}, .parameters = std::move(match.parameters)};
  ALCOVE_TRY(call.asking, identify(request, *services_.auth));
  ALCOVE_TRY_VOID(check_access(match.route->access, call.asking.principal));
  Result<http::Response> answered = match.route->handle(*this, call);
  // The browser's cookie must live as long as the session does.
  if (answered && call.asking.was_renewed &&
      std::ranges::none_of(answered->headers, [](const auto& header) { return header.first == "Set-Cookie"; })) {
    answered->headers.emplace_back("Set-Cookie", session_cookie(request, session_secret(request)));
  }
  return answered;
}

http::Response Api::handle(http::Request& request) {
  Result<http::Response> result = dispatch(request);
  if (!result && http_status(result.error().code) >= 500 && result.error().code != ErrorCode::kCancelled) {
    log_error("rest", "{} {}: {}: {}", request.id, to_valid_utf8(request.method), error_code_name(result.error().code),
              result.error().detail);
  }
  http::Response response = result ? std::move(*result) : problem_response(result.error(), request.id);
  add_api_headers(response);
  return response;
}

}  // namespace alcove::rest

#include "surface/rest/gate.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::rest {
namespace {

/// "name:port" or "[v6]:port" without the port; empty when malformed.
std::string host_without_port(std::string_view host) {
  const auto is_port = [](std::string_view port) {
    return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) {
      return {};
    }
    const std::string_view rest = host.substr(end + 1);
    return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1))) ? std::string(host.substr(1, end - 1))
                                                                              : std::string();
  }
  const std::size_t colon = host.find(':');
  if (colon == std::string_view::npos) {
    return std::string(host);
  }
  return is_port(host.substr(colon + 1)) ? std::string(host.substr(0, colon)) : std::string();
}

bool is_ip_literal(const std::string& host) {
  in6_addr buffer{};
  return ::inet_pton(AF_INET, host.c_str(), &buffer) == 1 || ::inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
}

constexpr std::string_view kDeviceCookie = "alcove_device";

/// The value of a cookie; empty when there is none.
std::string cookie_value(const http::Request& request, std::string_view wanted) {
  for (const auto& [name, value] : request.headers) {
    if (name != "cookie") {
      continue;
    }
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (pair.size() > wanted.size() && pair.starts_with(wanted) && pair[wanted.size()] == '=') {
        return std::string(pair.substr(wanted.size() + 1));
      }
    }
  }
  return {};
}

std::string full_cookie_name(const http::Request& request, std::string_view name) {
  return fmt::format("{}{}", request.secure ? "__Host-" : "", name);
}

std::string set_cookie(const http::Request& request, std::string_view name, std::string_view secret,
                       std::chrono::seconds age) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", name, secret, age.count(),
                     request.secure ? "; Secure" : "");
}

bool is_write(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

}  // namespace

bool is_allowed_host(std::string_view host, const std::vector<std::string>& names) {
  const std::string name = ascii_lower(host_without_port(host));
  return name == "localhost" || is_ip_literal(name) || (!name.empty() && std::ranges::find(names, name) != names.end());
}

Status check_origin(const http::Request& request, const std::vector<std::string>& names) {
  if (request.peer.kind == http::Peer::Kind::kUnix) {
    return {};
  }
  const std::string_view host = request.header("host").value_or("");
  if (!is_allowed_host(host, names)) {
    return fail(ErrorCode::kForbidden, "This server does not answer to that host name (alcove serve --name adds one)");
  }
  if (!is_write(request)) {
    return {};
  }
  // Either will do: browsers alone set both, and behind a proxy that ends TLS the origin's scheme is not ours.
  if (request.header("origin") == fmt::format("{}://{}", request.secure ? "https" : "http", host) ||
      request.header("sec-fetch-site") == "same-origin") {
    return {};
  }
  return fail(ErrorCode::kForbidden, "This request does not come from Alcove's own page");
}

std::string_view cookie_name(const http::Request& request) {
  return request.secure ? "__Host-alcove_session" : "alcove_session";
}

std::string session_secret(const http::Request& request) {
  return cookie_value(request, cookie_name(request));
}

std::string session_cookie(const http::Request& request, std::string_view secret) {
  const auto age = secret.empty() ? std::chrono::seconds(0) : std::chrono::seconds(auth::kSessionIdleMax);
  return set_cookie(request, cookie_name(request), secret, age);
}

std::string device_cookie(const http::Request& request, std::string_view secret) {
  return set_cookie(request, full_cookie_name(request, kDeviceCookie), secret, auth::kDeviceIdleMax);
}

auth::Origin origin_of(const http::Request& request) {
  return auth::Origin{.address = request.peer.address,
                      .user_agent = std::string(request.header("user-agent").value_or("")),
                      .device_secret = cookie_value(request, full_cookie_name(request, kDeviceCookie))};
}

Result<auth::SignedIn> identify(const http::Request& request, auth::Auth& auth) {
  auth::SignedIn asking;
  if (request.peer.kind == http::Peer::Kind::kUnix) {
    if (request.peer.uid == ::geteuid() || request.peer.uid == 0) {
      asking.principal = {.kind = auth::Principal::Kind::kOperator, .user = {}, .name = "operator", .is_owner = true};
    }
    return asking;
  }
  ALCOVE_TRY(auto found, auth.find_session(session_secret(request), origin_of(request)));
  return found.value_or(asking);
}

namespace {

void add_common_headers(http::Response& response) {
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
}

bool has_header(const http::Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
}

}  // namespace

void add_api_headers(http::Response& response) {
  add_common_headers(response);
  if (!has_header(response, "Content-Security-Policy")) {
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
  if (!has_header(response, "Cache-Control")) {
    response.headers.emplace_back("Cache-Control", "no-store");
  }
}

void add_page_headers(http::Response& response) {
  add_common_headers(response);
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
      "frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'self'");
}

}  // namespace alcove::rest

#pragma once
/// @file
/// The checks every request passes before a route sees it: whom it names as host, where it comes from, who asks.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/auth/auth.hpp"
#include "drivers/http/message.hpp"

namespace alcove::rest {

/// True for localhost, an IP literal, or one of `names` (lower case), with any port: a foreign page that points its own
/// name at this machine (DNS rebinding) is refused.
bool is_allowed_host(std::string_view host, const std::vector<std::string>& names);

/// kForbidden unless the request names us as host and, when it writes, comes from our own page. The Unix socket needs
/// neither: no browser reaches it.
Status check_origin(const http::Request& request, const std::vector<std::string>& names);

/// "__Host-alcove_session" over HTTPS, "alcove_session" else.
std::string_view cookie_name(const http::Request& request);
/// The session's secret; empty when there is none.
std::string session_secret(const http::Request& request);
/// The Set-Cookie value that stores or, with an empty secret, removes the session.
std::string session_cookie(const http::Request& request, std::string_view secret);

/// The Set-Cookie value that makes this device known to the account, which slows guesses elsewhere only. It signs
/// nobody in and outlives the session.
std::string device_cookie(const http::Request& request, std::string_view secret);

auth::Origin origin_of(const http::Request& request);
/// Who asks: the operator at the Unix socket, the holder of a session, or nobody.
Result<auth::SignedIn> identify(const http::Request& request, auth::Auth& auth);

/// Headers of every answer of the interface, and of the page.
void add_api_headers(http::Response& response);
void add_page_headers(http::Response& response);

}  // namespace alcove::rest

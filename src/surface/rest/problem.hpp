#pragma once
/// @file
/// Errors as RFC 9457 problem documents.

#include <string_view>

#include "base/error.hpp"
#include "drivers/http/message.hpp"

namespace alcove::rest {

/// The one table from codes to HTTP.
int http_status(ErrorCode code);

/// The answer for `error`. Only its text for the person leaves the house.
http::Response problem_response(const Error& error, std::string_view request_id);
/// The same under another status (405, 415, 416, 429).
http::Response problem_response(int status, const Error& error, std::string_view request_id);

}  // namespace alcove::rest

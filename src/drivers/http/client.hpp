#pragma once
/// @file
/// One HTTP request over a Unix socket, for the command line.

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "drivers/http/message.hpp"

namespace alcove::http {

/// Largest answer that is taken: the text of one large document.
inline constexpr std::uint64_t kClientBodyBytesMax = 256ULL * 1024 * 1024;

struct ClientResponse {
  int status = 0;
  Pairs headers;  ///< Names in lower case.
  std::string body;
};

/// Sends one request and waits for the whole answer.
/// Errors: kUnavailable when nobody listens at `socket_path` (no such socket, or a stale one), and only then;
/// kForbidden when another user owns it, kInternal when the connection broke, kTimedOut.
Result<ClientResponse> request_over_unix(const std::filesystem::path& socket_path, std::string_view method,
                                         std::string_view target, std::string body, std::chrono::milliseconds timeout);

/// `text` with everything but unreserved characters percent-encoded.
std::string percent_encoded(std::string_view text);

}  // namespace alcove::http

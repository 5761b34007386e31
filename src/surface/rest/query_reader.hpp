#pragma once
/// @file
/// Reads query parameters strictly: unknown, repeated or malformed ones are refused by name.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "drivers/http/message.hpp"
#include "drivers/json/json.hpp"

namespace alcove::rest {

/// Like json::ObjectReader, over the query. Borrows the request.
class QueryReader {
 public:
  explicit QueryReader(const http::Request& request);

  std::string required_text(std::string_view name, json::TextLimits limits);
  std::optional<std::string> optional_text(std::string_view name, json::TextLimits limits);
  std::optional<std::int64_t> optional_int64(std::string_view name, json::NumberLimits limits);
  std::optional<bool> optional_bool(std::string_view name);
  /// One of `choices`.
  std::optional<std::string> optional_choice(std::string_view name, const std::vector<std::string_view>& choices);
  /// `name` as text, or the true bytes from `name`_base64 when given.
  std::optional<std::string> optional_path(std::string_view name, json::TextLimits limits);

  /// The first mistake: kInvalidArgument with `field` = the parameter's name.
  Status finish();

 private:
  const std::string* take(std::string_view name);
  void fail_at(std::string_view name, std::string_view why);

  const http::Request& request_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

/// Standard base64 with padding. Nothing for anything else.
std::optional<std::string> from_base64(std::string_view text);
std::string to_base64(std::string_view bytes);
/// A whole number in plain decimal digits.
std::optional<std::int64_t> parse_int64(std::string_view text);

}  // namespace alcove::rest

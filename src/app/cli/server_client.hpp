#pragma once
/// @file
/// The command line's way to the running server: the same interface, over the socket in the data folder.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "drivers/http/message.hpp"
#include "drivers/json/json.hpp"

namespace alcove::cli {

/// An ordinary answer; long operations say their own time.
inline constexpr std::chrono::seconds kAnswerTime{120};

class ServerClient {
 public:
  explicit ServerClient(std::filesystem::path data_folder) : data_folder_(std::move(data_folder)) {}

  /// `path` below /api/v1. Errors: kUnavailable, with instructions, when no server runs there, and only then; else the
  /// problem that the server answered.
  Result<json::Value> get(std::string_view path, const http::Pairs& query = {},
                          std::chrono::milliseconds timeout = kAnswerTime) const;
  Result<json::Value> post(std::string_view path, std::string body = {},
                           std::chrono::milliseconds timeout = kAnswerTime) const;
  Result<json::Value> put(std::string_view path, std::string body) const;
  Result<json::Value> remove(std::string_view path) const;

 private:
  Result<json::Value> call(std::string_view method, std::string_view path, const http::Pairs& query, std::string body,
                           std::chrono::milliseconds timeout) const;

  std::filesystem::path data_folder_;
};

}  // namespace alcove::cli

#pragma once
/// @file
/// A Unix socket's path, however long: an address holds 107 bytes, a data folder may lie deeper.

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::http {

/// A name of the socket that fits into an address: the path itself, or one through an open descriptor of its folder.
/// Valid while this object lives.
class UnixPath {
 public:
  /// Errors: kNotFound, kForbidden for the folder of a long path; kInvalidArgument for a file name that is too long.
  static Result<UnixPath> open(const std::filesystem::path& socket_path);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  UnixPath(std::string text, os::UniqueFd folder) : text_(std::move(text)), folder_(std::move(folder)) {}
  std::string text_;
  os::UniqueFd folder_;  ///< Empty when the path itself fits.
};

}  // namespace alcove::http

#pragma once
/// @file
/// The built page: files of one folder, or a sentence when there is none.

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "drivers/http/message.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::web {

/// Serves GET and HEAD for everything outside /api/. Paths without a file name are routes of the page itself and get
/// index.html.
///
/// Thread safety: all calls from any thread. Failure: never; what cannot be opened is 404.
class WebFiles {
 public:
  /// A folder that is absent or has no index.html yields the built-in page.
  explicit WebFiles(const std::filesystem::path& folder);

  [[nodiscard]] bool is_installed() const { return static_cast<bool>(folder_); }
  http::Response handle(const http::Request& request) const;

 private:
  os::UniqueFd folder_;
};

}  // namespace alcove::web

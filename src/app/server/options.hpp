#pragma once
/// @file
/// What `alcove serve` is told.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace alcove::server {

enum class LanAccess : std::uint8_t { kHttpsOnly, kPlainHttp };

struct ServeOptions {
  std::filesystem::path data_folder;
  std::string listen = "127.0.0.1:8420";
  LanAccess lan_access = LanAccess::kHttpsOnly;
  std::filesystem::path certificate;  ///< With private_key, or neither. Given: HTTPS, also on loopback.
  std::filesystem::path private_key;
  std::vector<std::string> host_names;   ///< Names this machine is called by.
  std::filesystem::path worker_program;  ///< Empty: alcove-worker beside this program.
  std::filesystem::path models_folder;   ///< Empty: default_models_folder().
  std::filesystem::path web_folder;      ///< Empty: share/alcove/web beside this program's folder.
  std::vector<std::filesystem::path> libraries;
  std::chrono::seconds walk_interval{300};  ///< Between two walks of a tree that cannot be watched.
};

struct ListenAddress {
  std::string host;  ///< IP literal.
  std::uint16_t port = 0;
  bool is_loopback = false;
};

/// "HOST:PORT" or "[V6]:PORT"; "localhost" is 127.0.0.1. Errors: kInvalidArgument.
Result<ListenAddress> parse_listen(std::string_view text);
/// True when HTTPS is spoken at `address`. Errors: kInvalidArgument for options that contradict one another.
Result<bool> wants_tls(const ServeOptions& options, const ListenAddress& address);
/// "http://host:port", with brackets where they belong.
std::string base_url(const ListenAddress& address, std::string_view scheme, std::string_view shown_host);

/// The folder of the running program.
std::filesystem::path program_folder();
/// $ALCOVE_MODELS, else $XDG_CACHE_HOME/alcove/models, else ~/.cache/alcove/models: models are large, pinned by hash
/// and shared by all data folders of a user.
std::filesystem::path default_models_folder();
/// $ALCOVE_DATA, else ~/.local/share/alcove.
std::filesystem::path default_data_folder();
/// share/alcove beside the program's folder: page, catalogue of models, set-up tools.
std::filesystem::path share_folder();

/// Where the command line finds the server.
std::filesystem::path socket_path(const std::filesystem::path& data_folder);

}  // namespace alcove::server

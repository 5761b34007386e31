#include "app/server/options.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

namespace alcove::server {
namespace {

std::filesystem::path environment_path(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
}

std::filesystem::path home_folder() {
  const auto home = environment_path("HOME");
  return home.empty() ? std::filesystem::path("/") : home;
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is not an address such as 127.0.0.1:8420 or [::1]:8420", text));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return refuse();
  }
  std::string host(text.substr(0, colon));
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return refuse();
  }
  if (host == "localhost") {
    host = "127.0.0.1";
  }
  ListenAddress address{.host = host, .port = 0, .is_loopback = false};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (port.empty() || error != std::errc() || end != port.data() + port.size()) {
    return refuse();
  }
  in_addr four{};
  in6_addr six{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) {
    address.is_loopback = (ntohl(four.s_addr) >> 24U) == 127;
  } else if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) {
    address.is_loopback = IN6_IS_ADDR_LOOPBACK(&six);
  } else {
    return refuse();
  }
  return address;
}

Result<bool> wants_tls(const ServeOptions& options, const ListenAddress& address) {
  if (options.certificate.empty() != options.private_key.empty()) {
    return fail(ErrorCode::kInvalidArgument, "--cert and --key belong together");
  }
  if (!options.certificate.empty() && options.lan_access == LanAccess::kPlainHttp) {
    return fail(ErrorCode::kInvalidArgument, "--plain-http-on-lan and --cert contradict each other");
  }
  return !options.certificate.empty() || (!address.is_loopback && options.lan_access == LanAccess::kHttpsOnly);
}

std::string base_url(const ListenAddress& address, std::string_view scheme, std::string_view shown_host) {
  const bool needs_brackets = shown_host.contains(':');
  return fmt::format("{}://{}{}{}:{}", scheme, needs_brackets ? "[" : "", shown_host, needs_brackets ? "]" : "",
                     address.port);
}

std::filesystem::path program_folder() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path(".") : program.parent_path();
}

std::filesystem::path share_folder() {
  return program_folder().parent_path() / "share" / "alcove";
}

std::filesystem::path default_models_folder() {
  if (auto given = environment_path("ALCOVE_MODELS"); !given.empty()) {
    return given;
  }
  const auto cache = environment_path("XDG_CACHE_HOME");
  return (cache.empty() ? home_folder() / ".cache" : cache) / "alcove" / "models";
}

std::filesystem::path default_data_folder() {
  if (auto given = environment_path("ALCOVE_DATA"); !given.empty()) {
    return given;
  }
  return home_folder() / ".local" / "share" / "alcove";
}

std::filesystem::path socket_path(const std::filesystem::path& data_folder) {
  return data_folder / "alcove.sock";
}

}  // namespace alcove::server

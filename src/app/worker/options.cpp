#include "app/worker/options.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace alcove::worker {
namespace {

template <typename T>
Status parse_number(std::string_view name, std::string_view text, T number_min, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < number_min) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} needs a number of at least {}", name, number_min));
  }
  return {};
}

Status take_option(std::string_view name, std::string_view value, Options& options) {
  if (name == "--channel-fd") {
    return parse_number(name, value, 3, options.channel_fd);
  }
  if (name == "--threads") {
    return parse_number(name, value, 1, options.threads);
  }
  if (name == "--memory-mib") {
    return parse_number(name, value, std::uint64_t{0}, options.memory_mib);
  }
  if (name == "--cpu-seconds") {
    return parse_number(name, value, std::uint64_t{0}, options.cpu_seconds);
  }
  if (name == "--models") {
    options.models_folder = value;
    return {};
  }
  if (name == "--model") {
    options.model = value;
    return {};
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("Unknown option {}", name));
}

}  // namespace

Result<Options> parse_options(std::span<char* const> arguments) {
  Options options;
  if (arguments.size() < 2) {
    return fail(ErrorCode::kInvalidArgument, "No role is given");
  }
  options.role = arguments[1];
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    if (name == "--keep-stderr") {
      options.keeps_stderr = true;
      continue;
    }
    if (i + 1 >= arguments.size()) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("{} needs a value", name));
    }
    ALCOVE_TRY_VOID(take_option(name, arguments[++i], options));
  }
  if (options.channel_fd < 0) {
    return fail(ErrorCode::kInvalidArgument, "--channel-fd is missing");
  }
  return options;
}

}  // namespace alcove::worker

#pragma once
/// @file
/// `alcove serve`.

#include "app/server/options.hpp"
#include "base/error.hpp"

namespace alcove::server {

inline constexpr const char* kVersion = "0.1.0";

/// Runs until SIGTERM or SIGINT. Returns an error when it cannot start.
Status serve(ServeOptions options);

}  // namespace alcove::server

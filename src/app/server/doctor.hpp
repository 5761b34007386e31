#pragma once
/// @file
/// What `alcove doctor` looks at, with a running server and without.

#include <filesystem>
#include <vector>

#include "app/server/house.hpp"
#include "base/context.hpp"
#include "surface/rest/api.hpp"

namespace alcove::server {

using Depth = rest::Services::Depth;

/// Stores, disk, program files: needs no running work. Used on a stopped server after taking the folder's lock.
/// A store that cannot be opened is a finding, not an error. Errors: kLocked, kNotFound (no data folder).
Result<std::vector<rest::Finding>> examine_stopped(const ServeOptions& options, Depth depth);

/// The same and workers, model, indexes and libraries of a running server.
Result<std::vector<rest::Finding>> examine_running(House& house, const ServeOptions& options, Depth depth,
                                                   const Context& context);

}  // namespace alcove::server

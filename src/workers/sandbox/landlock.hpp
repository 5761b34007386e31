#pragma once
/// @file
/// Landlock by its system calls: the kernel's headers here are older than the kernels we run on.

#include <filesystem>
#include <vector>

#include "wire/messages.hpp"

namespace alcove::sandbox {

/// Leaves only reading below `readable_paths`; no TCP, no signals and no abstract sockets outward where the kernel
/// knows how. Applies to this thread and those it starts later. Requires: no-new-privileges is set.
wire::ConfinementState restrict_files(const std::vector<std::filesystem::path>& readable_paths);

}  // namespace alcove::sandbox

#pragma once
/// @file
/// The command line of alcove-worker, which only the server writes.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/error.hpp"

namespace alcove::worker {

struct Options {
  std::string role;                     ///< "decode", "model" or "test"
  int channel_fd = -1;                  ///< Socket to the server.
  std::filesystem::path models_folder;  ///< model
  std::string model;                    ///< model: which one of the folder
  int threads = 1;                      ///< model; at least 1
  std::uint64_t memory_mib = 0;         ///< 0: no limit
  std::uint64_t cpu_seconds = 0;        ///< 0: no limit
  bool keeps_stderr = false;            ///< For developers: libraries may print what documents contain.
};

/// How the program is called, for --help and after a mistake.
inline constexpr const char* kUsage =
    "alcove-worker decode|model|test --channel-fd N [--models DIR] [--model NAME] [--threads N]\n"
    "             [--memory-mib N] [--cpu-seconds N] [--keep-stderr]\n"
    "Started by 'alcove serve'; reads documents and runs models in a sandbox.\n";

/// Errors: kInvalidArgument, naming the argument.
Result<Options> parse_options(std::span<char* const> arguments);

}  // namespace alcove::worker

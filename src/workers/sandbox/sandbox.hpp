#pragma once
/// @file
/// Takes away, before the first untrusted byte, all that a worker does not need.
///
/// Two steps, since some means need a process with one thread and others must not hinder loading:
///   isolate   first thing in main: descriptors, namespaces, capabilities, limits, file system (Landlock)
///   filter    after libraries and models are loaded, on all threads: system calls (seccomp)
/// Each means that the kernel or the container refuses is reported with a reason, and the others apply all the same.
///
/// Not hidden: whether a path exists and its attributes (stat), which Landlock does not restrict.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "wire/messages.hpp"

namespace alcove::sandbox {

/// May system calls that open files be used after `filter`? Only for reading, and only what Landlock lets through.
enum class FileOpening : std::uint8_t { kReadOnly, kNone };

struct Policy {
  /// Besides 0, 1 and 2, the descriptors that stay open.
  std::vector<int> kept_descriptors;
  /// Files and folders (with all below) that stay readable. Missing ones are left out silently: distributions differ.
  std::vector<std::filesystem::path> readable_paths;
  FileOpening file_opening = FileOpening::kReadOnly;
  /// Private writable memory of the process (RLIMIT_DATA). 0: no limit.
  std::uint64_t memory_bytes_max = 0;
  /// 0 to 19; workers give way to the server and to everything else.
  int nice = 10;
};

/// Open descriptors at a time: decoders use a handful.
inline constexpr std::uint64_t kDescriptorsMax = 64;

/// First step. Requires: one thread. Ends the process (exit code 125) if the parent died meanwhile.
std::vector<wire::ConfinementState> isolate(const Policy& policy);
/// Second step, for all threads at once. Nothing can be loosened afterwards.
wire::ConfinementState filter_system_calls(const Policy& policy);

/// The listed tables that readers of documents look up while they work: shared libraries loaded late, character sets,
/// CMaps, fonts, magic, colour profiles. Nothing that a person wrote.
std::vector<std::filesystem::path> decode_read_paths();
/// What the model runtime needs while it loads, and the folder of models.
std::vector<std::filesystem::path> model_read_paths(const std::filesystem::path& models_folder);

}  // namespace alcove::sandbox

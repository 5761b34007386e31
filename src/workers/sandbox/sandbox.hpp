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
  /// Private writable memory of the process (RLIMIT_DATA). 0: no limit. Shared writable memory cannot be mapped; pages
  /// of memory files are bounded by kDescriptorsMax files of kMemoryFileBytesMax.
  std::uint64_t memory_bytes_max = 0;
  /// Processor time of all threads over the process's life (RLIMIT_CPU). 0: no limit.
  std::uint64_t processor_seconds_max = 0;
  /// Where a user namespace of our own makes the count ours alone (RLIMIT_NPROC, Linux 5.14).
  std::uint64_t threads_max = 64;
  /// 0 to 19; workers give way to the server and to everything else.
  int nice = 10;
};

/// Open descriptors at a time: the standard three, the channel, a document, its text, an answer, and what libraries
/// open for a moment (fonts, character maps).
inline constexpr std::uint64_t kDescriptorsMax = 24;
/// Largest file of any kind that can be made; a worker makes only answers and members of containers, in memory files.
inline constexpr std::uint64_t kMemoryFileBytesMax = wire::kPayloadMax + 16ULL * 1024 * 1024;
static_assert(kMemoryFileBytesMax > wire::DecodeLimits{}.part_bytes_max);
static_assert(kMemoryFileBytesMax > wire::kArtefactBytesMax);

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

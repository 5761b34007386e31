#include "workers/sandbox/landlock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "base/remark.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::sandbox {
namespace {

// From the kernel's include/uapi/linux/landlock.h as of ABI 7; the numbers are the same on every architecture.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr std::uint32_t kAskVersion = 1;
constexpr int kRulePathBeneath = 1;
constexpr std::uint64_t kReadFile = 1ULL << 2U;
constexpr std::uint64_t kReadFolder = 1ULL << 3U;
constexpr std::uint64_t kTcpBindAndConnect = 0b11;
constexpr std::uint64_t kAbstractSocketsAndSignals = 0b11;
constexpr int kAbiWithNetwork = 4;
constexpr int kAbiWithScopes = 6;

/// How many rights on files each ABI knows: bits 0 to n-1 (1: through MAKE_SYM, 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV).
std::uint64_t file_rights(int abi) {
  constexpr std::array<unsigned, 6> kCounts{0, 13, 14, 15, 15, 16};
  return (1ULL << kCounts.at(static_cast<std::size_t>(std::clamp(abi, 1, 5)))) - 1;
}

struct RulesetAttributes {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};
struct [[gnu::packed]] PathRule {
  std::uint64_t allowed;
  std::int32_t parent_fd;
};

wire::ConfinementState refused(NoticeCode code, std::string reason, RemarkValues values = {}) {
  return {.means = "landlock",
          .active = false,
          .reason = std::move(reason),
          .reason_code = code.text(),
          .reason_values = std::move(values)};
}

wire::ConfinementState refused_by_kernel(int error_number) {
  const std::string why = ::strerrordesc_np(error_number);
  switch (error_number) {
    case ENOSYS: return refused("landlock_missing", "This kernel is built without Landlock, or older than 5.13");
    case EOPNOTSUPP: return refused("landlock_off", "Landlock is switched off in this kernel (boot parameter lsm=)");
    default: return refused("confinement_refused", fmt::format("The system refuses Landlock ({})", why), {why});
  }
}

/// Adds what may be read; a path that is not there grants nothing.
bool allow_reading(int ruleset, const std::filesystem::path& path) {
  const os::UniqueFd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat raw{};
  if (!fd || ::fstat(fd.value(), &raw) != 0) {
    return true;
  }
  const PathRule rule{.allowed = S_ISDIR(raw.st_mode) ? kReadFile | kReadFolder : kReadFile, .parent_fd = fd.value()};
  return ::syscall(kAddRule, ruleset, kRulePathBeneath, &rule, 0U) == 0;
}

}  // namespace

wire::ConfinementState restrict_files(const std::vector<std::filesystem::path>& readable_paths) {
  const long abi = ::syscall(kCreateRuleset, nullptr, 0UL, kAskVersion);
  if (abi < 1) {
    return refused_by_kernel(errno);
  }
  const RulesetAttributes attributes{.files = file_rights(static_cast<int>(abi)),
                                     .network = abi >= kAbiWithNetwork ? kTcpBindAndConnect : 0,
                                     .scoped = abi >= kAbiWithScopes ? kAbstractSocketsAndSignals : 0};
  // Older kernels accept the longer structure as long as what they do not know is zero.
  const os::UniqueFd ruleset(
      static_cast<int>(::syscall(kCreateRuleset, &attributes, sizeof attributes, std::uint32_t{0})));
  if (!ruleset) {
    return refused_by_kernel(errno);
  }
  for (const std::filesystem::path& path : readable_paths) {
    if (!allow_reading(ruleset.value(), path)) {
      const std::string why = ::strerrordesc_np(errno);
      return refused("confinement_refused", fmt::format("A rule for {} was refused ({})", path.string(), why), {why});
    }
  }
  if (::syscall(kRestrictSelf, ruleset.value(), 0U) != 0) {
    return refused_by_kernel(errno);
  }
  return {.means = "landlock", .active = true};
}

}  // namespace alcove::sandbox

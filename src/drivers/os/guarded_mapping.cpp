#include "drivers/os/guarded_mapping.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

namespace alcove::os {
namespace {

/// What the signal handler knows of one mapping.
struct Slot {
  std::atomic<bool> is_taken{false};
  std::atomic<std::uintptr_t> begin{0};  ///< 0: not to be looked at.
  std::atomic<std::uintptr_t> end{0};
  std::atomic<bool> is_damaged{false};
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a signal handler takes no lock");

/// Of the process, because the handler is, and no argument reaches it.
std::array<Slot, kGuardedMappingsMax> slots;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// Puts zeros in the place of the block around `address`. The thread that was interrupted holds the mapping, so its
/// slot stays; the call is a plain system call.
bool give_up_block(Slot& slot, std::uintptr_t address) {
  const std::uintptr_t block = address / kGivenUpBytes * kGivenUpBytes;
  const std::uintptr_t begin = std::max(block, slot.begin.load());
  const std::uintptr_t end = std::min(block + kGivenUpBytes, slot.end.load());
  void* const target = reinterpret_cast<void*>(begin);  // NOLINT(performance-no-int-to-ptr)
  slot.is_damaged = true;
  return mmap(target, end - begin, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) !=
         MAP_FAILED;
}

void on_bus_error(int signal, siginfo_t* info, void* /*context*/) {
  const int saved = errno;
  const bool is_of_memory =
      info->si_code == BUS_ADRERR || info->si_code == BUS_OBJERR || info->si_code == BUS_MCEERR_AR;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Slot& slot : slots) {
    const std::uintptr_t begin = slot.begin;
    if (is_of_memory && begin != 0 && address >= begin && address < slot.end && give_up_block(slot, address)) {
      errno = saved;
      return;
    }
  }
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  raise(signal);  // Ends the process when this handler returns.
}

Status ensure_handler() {
  static std::once_flag once;
  static int error = 0;
  std::call_once(once, [] {
    struct sigaction action{};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    error = sigaction(SIGBUS, &action, nullptr) == 0 ? 0 : errno;
  });
  return error == 0 ? Status{} : Status(fail_errno(error, "set the handler of bus errors"));
}

}  // namespace

Result<std::unique_ptr<GuardedMapping>> GuardedMapping::map(int descriptor, std::size_t size_bytes) {
  ALCOVE_TRY_VOID(ensure_handler());
  const auto free = std::ranges::find_if(slots, [](Slot& slot) { return !slot.is_taken.exchange(true); });
  if (free == slots.end()) {
    return fail(ErrorCode::kOverloaded, "Too many files are open", "guarded mappings: none is free");
  }
  void* const data = mmap(nullptr, size_bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  if (data == MAP_FAILED) {
    const int error = errno;
    free->is_taken = false;
    return fail_errno(error, "map a file");
  }
  constexpr std::uintptr_t kPageBytes = 4096;
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  free->is_damaged = false;
  free->end = (begin + size_bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  free->begin = begin;
  return std::unique_ptr<GuardedMapping>(new GuardedMapping(static_cast<const std::uint8_t*>(data), size_bytes,
                                                            static_cast<std::size_t>(free - slots.begin())));
}

GuardedMapping::~GuardedMapping() {
  Slot& slot = slots[slot_];
  slot.begin = 0;
  munmap(const_cast<std::uint8_t*>(data_), size_bytes_);
  slot.is_taken = false;
}

bool GuardedMapping::is_damaged() const {
  return slots[slot_].is_damaged;
}

}  // namespace alcove::os

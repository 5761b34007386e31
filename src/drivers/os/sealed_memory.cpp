#include "drivers/os/sealed_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "drivers/os/file.hpp"

namespace alcove::os {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

}  // namespace

SealedMemory::~SealedMemory() {
  if (!view_.empty()) {
    ::munmap(const_cast<std::uint8_t*>(view_.data()), view_.size());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
}

SealedMemory::SealedMemory(SealedMemory&& other) noexcept
    : fd_(std::move(other.fd_)), view_(std::exchange(other.view_, {})) {}

SealedMemory& SealedMemory::operator=(SealedMemory&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(view_, other.view_);
  return *this;
}

Result<GrowingMemory> GrowingMemory::create(const char* name) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) {
    return fail_errno(errno, "memfd_create");
  }
  return GrowingMemory(std::move(fd));
}

Status GrowingMemory::append(ByteView bytes) {
  ALCOVE_TRY_VOID(write_all(fd_.value(), bytes));
  size_bytes_ += bytes.size();
  return {};
}

Result<UniqueFd> GrowingMemory::seal() && {
  if (::fcntl(fd_.value(), F_ADD_SEALS, kSeals | F_SEAL_SEAL) != 0) {
    return fail_errno(errno, "seal memory file");
  }
  return std::move(fd_);
}

Result<UniqueFd> make_sealed_file(ByteView bytes, const char* name) {
  ALCOVE_TRY(GrowingMemory file, GrowingMemory::create(name));
  ALCOVE_TRY_VOID(file.append(bytes));
  return std::move(file).seal();
}

Result<SealedMemory> SealedMemory::make(ByteView bytes, const char* name) {
  ALCOVE_TRY(UniqueFd fd, make_sealed_file(bytes, name));
  return open(std::move(fd), bytes.size());
}

Result<SealedMemory> SealedMemory::open(UniqueFd fd, std::uint64_t size_max) {
  const int seals = ::fcntl(fd.value(), F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals) {
    return fail(ErrorCode::kCorrupt, "Received data is damaged", "memory file is not sealed");
  }
  ALCOVE_TRY(const FileStat stat, read_stat(fd.value()));
  if (stat.size_bytes > size_max) {
    return fail(ErrorCode::kTooLarge, "Received data is too large", "memory file is over the limit");
  }
  SealedMemory memory;
  if (stat.size_bytes > 0) {
    void* mapped = ::mmap(nullptr, stat.size_bytes, PROT_READ, MAP_SHARED, fd.value(), 0);
    if (mapped == MAP_FAILED) {
      return fail_errno(errno, "map memory file");
    }
    memory.view_ = {static_cast<const std::uint8_t*>(mapped), stat.size_bytes};
  }
  memory.fd_ = std::move(fd);
  return memory;
}

}  // namespace alcove::os

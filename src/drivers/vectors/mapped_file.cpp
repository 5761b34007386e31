#include "drivers/vectors/mapped_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>

namespace alcove::vectors {
namespace {

/// Of address space, which costs nothing.
constexpr std::uint64_t kMappedBytesMin = 64ULL * 1024 * 1024;

}  // namespace

Status MappedFile::grow_to(std::uint64_t size_bytes) {
  struct stat state{};
  if (fstat(file_.value(), &state) != 0) {
    return fail_errno(errno, "read the size of vector rows");
  }
  if (static_cast<std::uint64_t>(state.st_size) < size_bytes &&
      ftruncate(file_.value(), static_cast<off_t>(size_bytes)) != 0) {
    return fail_errno(errno, "grow vector rows");
  }
  if (mapping_ && mapping_->size_bytes() >= size_bytes) {
    return {};
  }
  was_damaged_ = was_damaged_ || (mapping_ && mapping_->is_damaged());
  ALCOVE_TRY(mapping_, os::GuardedMapping::map(file_.value(), std::max(kMappedBytesMin, std::bit_ceil(size_bytes))));
  return {};
}

Status MappedFile::write(const void* data, std::size_t size, std::uint64_t offset) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = pwrite(file_.value(), bytes, size, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return fail_errno(errno, "write vector rows");
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status MappedFile::sync() {
  return fdatasync(file_.value()) == 0 ? Status{} : Status(fail_errno(errno, "sync vector rows"));
}

}  // namespace alcove::vectors

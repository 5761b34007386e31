#include "workers/decode/input/byte_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace alcove::input {

Result<ByteSource> ByteSource::from_descriptor(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) {
    return fail_errno(errno, "stat content");
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kInternal, "Only regular files can be read", "the content's descriptor is no regular file");
  }
  return ByteSource(fd, {}, static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)));
}

Result<std::size_t> ByteSource::read(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
  if (offset >= size_) {
    return 0;
  }
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - offset));
  if (fd_ < 0) {
    if (wanted > 0) {
      std::memcpy(buffer.data(), memory_.data() + offset, wanted);
    }
    return wanted;
  }
  std::size_t done = 0;
  while (done < wanted) {
    const ssize_t count = ::pread(fd_, buffer.data() + done, wanted - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail_errno(errno, "read content");
    }
    if (count == 0) {
      break;  // The file was cut while it was read.
    }
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<Bytes> ByteSource::read_range(std::uint64_t offset, std::size_t size_max) const {
  Bytes bytes;
  if (offset < size_) {
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size_max, size_ - offset)));
  }
  ALCOVE_TRY(const std::size_t count, read(offset, bytes));
  bytes.resize(count);
  return bytes;
}

}  // namespace alcove::input

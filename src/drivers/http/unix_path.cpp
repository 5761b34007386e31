#include "drivers/http/unix_path.hpp"

#include <fcntl.h>
#include <sys/un.h>

#include <utility>

#include <fmt/format.h>

#include "drivers/os/file.hpp"

namespace alcove::http {

Result<UnixPath> UnixPath::open(const std::filesystem::path& socket_path) {
  constexpr std::size_t kRoom = sizeof(sockaddr_un{}.sun_path);  // With the NUL at its end.
  if (socket_path.native().size() < kRoom) {
    return UnixPath(socket_path.native(), os::UniqueFd());
  }
  ALCOVE_TRY(os::UniqueFd folder, os::open_path(socket_path.parent_path(), O_PATH | O_DIRECTORY));
  std::string text = fmt::format("/proc/self/fd/{}/{}", folder.value(), socket_path.filename().native());
  if (text.size() >= kRoom) {
    return fail(ErrorCode::kInvalidArgument, "The name of the socket is too long");
  }
  return UnixPath(std::move(text), std::move(folder));
}

}  // namespace alcove::http

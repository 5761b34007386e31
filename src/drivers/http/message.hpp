#pragma once
/// @file
/// What a client asked and what it gets, without any word of the library that carries it.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/sync.hpp"
#include "drivers/os/unique_fd.hpp"

namespace alcove::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Who is at the other end of the connection.
struct Peer {
  enum class Kind : std::uint8_t { kTcp, kUnix } kind = Kind::kTcp;
  std::string address;  ///< kTcp: the IP address, without port.
  uid_t uid = 0;        ///< kUnix: the user id that the kernel vouches for.
};

/// One request, complete and within the limits.
struct Request {
  std::string method;                 ///< Upper case, as sent.
  std::vector<std::string> segments;  ///< Of the path, percent-decoded; may hold any bytes. "/a/b" → "a", "b".
  Pairs query;                        ///< Percent-decoded, in order; may hold any bytes.
  Pairs headers;                      ///< Names in lower case, in order.
  std::string body;
  Peer peer;
  bool secure = false;   ///< Came over TLS.
  std::string id;        ///< For log lines.
  std::stop_token stop;  ///< Requested when the client has gone or the server stops.

  /// The first header of that lower-case name.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// Parses "/path?query" into `request`. Errors: kInvalidArgument.
Status parse_target(std::string_view target, Request& request);

/// A stretch of a file, streamed as the client takes it.
struct FileBody {
  os::UniqueFd descriptor;
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

/// Server-sent events of one connection. The producer sends; a slow client loses older events, never the newest.
///
/// Thread safety: all calls from any thread. Ownership: shared by the producer and the connection; ends when either
/// closes it.
class EventStream {
 public:
  /// Events kept for a client that does not read; each is a whole state, so older ones may be dropped.
  static constexpr std::size_t kPendingMax = 4;

  /// False once closed. `data` must be one line.
  bool send(std::string_view event, std::string_view data);
  void close();
  [[nodiscard]] bool is_closed() const;

  /// For the connection: takes what is pending, and names whom to tell when there is more (called from any thread).
  std::vector<std::string> take_pending();
  void on_ready(std::function<void()> notify);

 private:
  struct State {
    std::vector<std::string> pending;
    std::function<void()> notify;
    bool closed = false;
  };
  Guarded<State> state_;
};

struct Response {
  int status = 200;
  Pairs headers;
  std::variant<std::string, FileBody, std::shared_ptr<EventStream>> body;
};

/// "Not Found" for 404.
std::string_view status_text(int status);

}  // namespace alcove::http

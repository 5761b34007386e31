#pragma once
/// @file
/// An HTTP/1.1 server: asynchronous connections in front of a fixed pool of threads that run the handler.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "drivers/http/message.hpp"

namespace alcove::http {

struct Limits {
  std::size_t header_bytes_max = 40UL * 1024;
  /// The largest real body names a folder; a path of any bytes in base64 takes 8 KiB.
  std::size_t body_bytes_max = 128UL * 1024;
  /// Over TCP; those at the Unix socket have their own count, so that nobody outside can keep the command line away.
  std::size_t connections_max = 512;
  /// Of one IPv4 address or one IPv6 /64: a browser opens six, a household behind one address or a proxy more.
  std::size_t connections_per_address_max = 128;
  std::size_t unix_connections_max = 128;
  /// Requests that wait for a thread; one more is answered 503.
  std::size_t queue_max = 256;
  std::size_t long_queue_max = 8;
  /// A header, and then a body, must arrive whole within this: a client that drips bytes is cut off.
  std::chrono::milliseconds receive_timeout{20'000};
  /// A client must take each piece of kWritePieceBytes within this.
  std::chrono::milliseconds send_timeout{30'000};
  /// Before the first request of a connection.
  std::chrono::milliseconds first_request_timeout{10'000};
  /// Between two requests of one connection.
  std::chrono::milliseconds idle_timeout{75'000};
};

/// Bytes of a file that are read and sent at a time.
inline constexpr std::size_t kWritePieceBytes = 128UL * 1024;

struct TcpListener {
  std::string host;        ///< IP literal.
  std::uint16_t port = 0;  ///< 0: any free one.
  /// Set: HTTPS (TLS 1.2 or newer) with these PEM files.
  struct Tls {
    std::filesystem::path certificate;
    std::filesystem::path private_key;
  };
  std::optional<Tls> tls;
};

struct ServerOptions {
  std::optional<TcpListener> tcp;
  /// Empty: none. Made with mode 0600; a stale one is replaced. Of any length (unix_path.hpp).
  std::filesystem::path unix_socket;
  Limits limits;
  int handler_threads = 4;
  /// For requests that may take minutes (`is_long`), so that they never hold the others up.
  int long_threads = 12;
};

/// Requests of one connection are handled one after the other, in order; the next is not read before the answer to the
/// one before is written, so pipelining is safe and a fast sender waits in its own socket.
///
/// Threads: one for all connections, `handler_threads` and `long_threads` for handlers, which also read files.
/// Failure: a handler that throws is answered 500; malformed requests are answered 400, 413, 431 with a problem
/// document (RFC 9457) or cut off, and never reach it.
class Server {
 public:
  using Handler = std::function<Response(Request&)>;
  using IsLong = std::function<bool(const Request&)>;

  /// Errors: kAlreadyExists when the address is in use, kInvalidArgument for certificate files that do not fit.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler, IsLong is_long);
  ~Server();

  /// The port really bound; 0 without TCP.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connection_count() const;
  /// Refuses new connections, asks running handlers to stop, gives them two seconds to answer, then cuts.
  void stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::http

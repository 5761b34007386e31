#include "drivers/http/server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include "base/log.hpp"
#include "drivers/http/connection.hpp"
#include "drivers/http/unix_path.hpp"

namespace alcove::http {
namespace {

using asio::ip::tcp;
using UnixProtocol = asio::local::stream_protocol;
using UnixStream = beast::basic_stream<UnixProtocol>;
using TlsStream = asio::ssl::stream<beast::tcp_stream>;

/// Time a handler has to answer after it was asked to stop.
constexpr std::chrono::milliseconds kStopGrace{2'000};

/// Threads that take work from one queue.
class Pool {
 public:
  Pool(int threads, std::size_t queue_max) : queue_(queue_max) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] {
        for (;;) {
          auto work = queue_.pop_until(SteadyTime::max());
          if (!work) {
            return;
          }
          // What throws here is a lack of memory; its connection ends with it, the others go on.
          try {
            (*work)();
          } catch (const std::exception& error) {
            log_error("http", "a piece of work ended: {}", error.what());
          }
        }
      });
    }
  }
  ~Pool() { queue_.close(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  bool run(std::function<void()> work) { return queue_.try_push(std::move(work)); }

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  BoundedQueue<std::function<void()>> queue_;
  std::vector<std::jthread> threads_;
};

/// What one household shares: an IPv4 address, or the first 64 bits of an IPv6 address.
std::string address_share(const std::string& address) {
  beast::error_code error;
  auto parsed = asio::ip::make_address(address, error);
  if (error || !parsed.is_v6()) {
    return address;
  }
  if (parsed.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, parsed.to_v6()).to_string();
  }
  auto bytes = parsed.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6(bytes).to_string();
}

Peer peer_of(const tcp::socket& socket) {
  beast::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return Peer{.kind = Peer::Kind::kTcp, .address = error ? std::string() : endpoint.address().to_string()};
}

std::optional<Peer> peer_of(UnixProtocol::socket& socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return std::nullopt;
  }
  return Peer{.kind = Peer::Kind::kUnix, .address = {}, .uid = credentials.uid};
}

}  // namespace

struct Server::Impl {
  explicit Impl(ServerOptions given)
      : options(std::move(given)),
        quick(options.handler_threads, options.limits.queue_max),
        slow(options.long_threads, options.limits.long_queue_max) {}

  Status listen_tcp();
  Status listen_unix();
  void accept_tcp();
  void accept_unix();
  template <typename Stream>
  void begin(Stream stream, Peer peer);
  template <typename Again>
  static void again_after_pause(asio::steady_timer& pause, Again again);
  [[nodiscard]] bool has_room_for(const Peer& peer) const;
  void begin_stop();
  void cut_all();

  ServerOptions options;
  ConnectionHost host;
  asio::io_context io{1};
  std::optional<asio::ssl::context> tls;
  tcp::acceptor tcp_acceptor{io};
  UnixProtocol::acceptor unix_acceptor{io};
  // One each: setting a timer anew ends whatever else waits on it.
  asio::steady_timer tcp_pause{io};
  asio::steady_timer unix_pause{io};
  asio::steady_timer stop_grace{io};
  std::vector<std::weak_ptr<AnyConnection>> connections;  ///< Only the I/O thread.
  std::uint16_t port = 0;
  bool stopped = false;               ///< By the caller of stop.
  std::atomic<bool> stopping{false};  ///< Connections tell us of their end.
  Pool quick;
  Pool slow;
  std::jthread io_thread;
};

Status Server::Impl::listen_tcp() {
  const TcpListener& listener = *options.tcp;
  beast::error_code error;
  const auto address = asio::ip::make_address(listener.host, error);
  if (error) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not an IP address", listener.host));
  }
  if (listener.tls) {
    tls.emplace(asio::ssl::context::tls_server);
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                     asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    tls->use_certificate_chain_file(listener.tls->certificate.string(), error);
    if (!error) {
      tls->use_private_key_file(listener.tls->private_key.string(), asio::ssl::context::pem, error);
    }
    if (error) {
      return fail(ErrorCode::kInvalidArgument, "The certificate or its key cannot be used", error.message());
    }
  }
  const tcp::endpoint endpoint(address, listener.port);
  tcp_acceptor.open(endpoint.protocol(), error);
  if (!error) {
    tcp_acceptor.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error) {
    tcp_acceptor.bind(endpoint, error);
  }
  if (!error) {
    tcp_acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return fail(error == asio::error::address_in_use ? ErrorCode::kAlreadyExists : ErrorCode::kInvalidArgument,
                fmt::format("Cannot listen on {}:{}: {}", listener.host, listener.port, error.message()));
  }
  port = tcp_acceptor.local_endpoint(error).port();
  accept_tcp();
  return {};
}

Status Server::Impl::listen_unix() {
  const std::string path = options.unix_socket.string();
  ALCOVE_TRY(const UnixPath reachable, UnixPath::open(options.unix_socket));
  ::unlink(path.c_str());  // The data folder's lock says that no other server owns it.
  beast::error_code error;
  unix_acceptor.open(UnixProtocol(), error);
  if (!error) {
    unix_acceptor.bind(UnixProtocol::endpoint(reachable.text()), error);
  }
  if (!error && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return fail_errno(errno, "mode of the socket");
  }
  if (!error) {
    unix_acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return fail(ErrorCode::kUnavailable, fmt::format("Cannot listen at {}: {}", path, error.message()));
  }
  accept_unix();
  return {};
}

/// Out of descriptors or the like: a short pause instead of a busy loop.
template <typename Again>
void Server::Impl::again_after_pause(asio::steady_timer& pause, Again again) {
  pause.expires_after(std::chrono::milliseconds(100));
  pause.async_wait([again](beast::error_code error) {
    if (!error) {
      again();
    }
  });
}

/// Over a limit the connection is closed at once: an answer would itself need room.
bool Server::Impl::has_room_for(const Peer& peer) const {
  if (peer.kind == Peer::Kind::kUnix) {
    return host.unix_connections.load() < options.limits.unix_connections_max;
  }
  if (host.connections.load() - host.unix_connections.load() >= options.limits.connections_max) {
    return false;
  }
  const std::string share = address_share(peer.address);
  std::size_t of_address = 0;
  for (const auto& weak : connections) {
    const auto connection = weak.lock();
    of_address +=
        connection && connection->peer().kind == Peer::Kind::kTcp && address_share(connection->peer().address) == share
            ? 1
            : 0;
  }
  return of_address < options.limits.connections_per_address_max;
}

template <typename Stream>
void Server::Impl::begin(Stream stream, Peer peer) {
  auto connection = std::make_shared<Connection<Stream>>(std::move(stream), std::move(peer), host);
  std::erase_if(connections, [](const auto& weak) { return weak.expired(); });
  connections.push_back(connection);
  connection->start();
}

void Server::Impl::accept_tcp() {
  tcp_acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) {
      return;
    }
    if (error) {
      return again_after_pause(tcp_pause, [this] { accept_tcp(); });
    }
    accept_tcp();  // First: whatever becomes of this connection, the next one is waited for.
    if (Peer peer = peer_of(socket); has_room_for(peer)) {
      beast::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      if (tls) {
        begin(TlsStream(beast::tcp_stream(std::move(socket)), *tls), std::move(peer));
      } else {
        begin(beast::tcp_stream(std::move(socket)), std::move(peer));
      }
    }
  });
}

void Server::Impl::accept_unix() {
  unix_acceptor.async_accept([this](beast::error_code error, UnixProtocol::socket socket) {
    if (error == asio::error::operation_aborted) {
      return;
    }
    if (error) {
      return again_after_pause(unix_pause, [this] { accept_unix(); });
    }
    accept_unix();
    if (auto peer = peer_of(socket); peer && has_room_for(*peer)) {
      begin(UnixStream(std::move(socket)), std::move(*peer));
    }
  });
}

/// The context runs dry, and its thread ends, when the last connection has gone; the timer bounds the wait.
void Server::Impl::begin_stop() {
  beast::error_code ignored;
  tcp_acceptor.close(ignored);
  unix_acceptor.close(ignored);
  stopping = true;
  tcp_pause.cancel();
  unix_pause.cancel();
  stop_grace.expires_after(kStopGrace);
  stop_grace.async_wait([this](beast::error_code) { cut_all(); });
  for (const auto& weak : connections) {
    if (auto connection = weak.lock()) {
      connection->stop();
    }
  }
  if (host.connections.load() == 0) {
    stop_grace.cancel();
  }
}

void Server::Impl::cut_all() {
  for (const auto& weak : connections) {
    if (auto connection = weak.lock()) {
      connection->cut();
    }
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler, IsLong is_long) {
  std::unique_ptr<Server> server(new Server(std::make_unique<Impl>(std::move(options))));
  Impl& impl = *server->impl_;
  impl.host.limits = impl.options.limits;
  impl.host.handler = std::move(handler);
  impl.host.is_long = std::move(is_long);
  impl.host.on_gone = [&impl] {
    if (impl.stopping && impl.host.connections.load() == 0) {
      asio::post(impl.io, [&impl] { impl.stop_grace.cancel(); });
    }
  };
  impl.host.run = [&impl](std::function<void()> work, bool long_work) {
    return (long_work ? impl.slow : impl.quick).run(std::move(work));
  };
  if (impl.options.tcp) {
    ALCOVE_TRY_VOID(impl.listen_tcp());
  }
  if (!impl.options.unix_socket.empty()) {
    ALCOVE_TRY_VOID(impl.listen_unix());
  }
  impl.io_thread = std::jthread([&impl] {
    for (;;) {
      try {
        impl.io.run();
        return;
      } catch (const std::exception& error) {  // The library's own calls may throw; one connection must not end all.
        log_error("http", "a connection ended: {}", error.what());
      }
    }
  });
  return server;
}

Server::~Server() {
  stop();
}

std::uint16_t Server::port() const {
  return impl_->port;
}
std::size_t Server::connection_count() const {
  return impl_->host.connections.load();
}

void Server::stop() {
  if (std::exchange(impl_->stopped, true) || !impl_->io_thread.joinable()) {
    return;
  }
  Impl& impl = *impl_;
  asio::post(impl.io, [&impl] { impl.begin_stop(); });
  impl.io_thread.join();
  impl.stopping = false;  // From here on a dying connection has nobody to tell.
  if (!impl.options.unix_socket.empty()) {
    ::unlink(impl.options.unix_socket.c_str());
  }
}

}  // namespace alcove::http

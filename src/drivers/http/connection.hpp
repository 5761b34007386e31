#pragma once
/// @file
/// One connection: reads a request, has it handled, writes the answer, and so on. Only for this folder.

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "drivers/http/server.hpp"

namespace alcove::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// What a connection needs of its server. Outlives every connection.
struct ConnectionHost {
  Limits limits;
  Server::Handler handler;
  Server::IsLong is_long;
  /// Queues work for the pool; false when the queue is full.
  std::function<bool(std::function<void()>, bool is_long)> run;
  /// Called from any thread after a connection has gone.
  std::function<void()> on_gone;
  std::atomic<std::size_t> connections{0};  ///< All of them.
  std::atomic<std::size_t> unix_connections{0};
  std::atomic<std::uint64_t> next_request{1};
};

/// The status line and headers of an answer; `length` only where the body has one.
std::string make_head(const Response& response, std::optional<std::int64_t> length, bool keep_alive, bool chunked);
/// The answer to a request that never became one, or whose handler failed: a problem document (RFC 9457) with the code
/// of base/error.hpp that fits the status.
Response make_problem_response(int status, std::string_view code, std::string_view sentence);
/// Copies method, target and headers. Errors: kInvalidArgument.
Status fill_request(const beast::http::request<beast::http::string_body>& message, Request& request);

/// How often a client that sent more than its request is looked after while the handler runs.
inline constexpr std::chrono::milliseconds kDepartureLook{500};

/// What the server can do with any connection.
class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  [[nodiscard]] virtual const Peer& peer() const = 0;
  /// Called on the I/O thread: ends idle connections now, the others after their answer.
  virtual void stop() = 0;
  /// Called on the I/O thread: cuts.
  virtual void cut() = 0;
};

/// Thread safety: everything runs on the server's one I/O thread, but the handler and file reads, which touch only what
/// they are given. Ownership: the pending operations share it.
template <typename Stream>
class Connection final : public AnyConnection, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  static constexpr bool kIsTls = !requires(Stream& stream) { stream.socket(); };

  Connection(Stream stream, Peer peer, ConnectionHost& host)
      : stream_(std::move(stream)), timer_(stream_.get_executor()), peer_(std::move(peer)), host_(host) {
    host_.connections.fetch_add(1);
    host_.unix_connections.fetch_add(peer_.kind == Peer::Kind::kUnix ? 1 : 0);
  }
  ~Connection() override {
    if (events_) {
      events_->close();
    }
    host_.unix_connections.fetch_sub(peer_.kind == Peer::Kind::kUnix ? 1 : 0);
    host_.connections.fetch_sub(1);
    host_.on_gone();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] const Peer& peer() const override { return peer_; }

  void start() {
    if constexpr (kIsTls) {
      lowest().expires_after(host_.limits.receive_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code error) {
                                if (!error) {
                                  self->read_head();
                                }
                              });
    } else {
      read_head();
    }
  }

  void stop() override {
    stopping_ = true;
    stop_source_.request_stop();
    if (events_) {
      events_->close();
    }
    if (idle_) {
      cut();
    }
  }
  void cut() override {
    stop_source_.request_stop();
    timer_.cancel();
    beast::error_code ignored;
    lowest().socket().close(ignored);
  }

 private:
  auto& lowest() {
    if constexpr (kIsTls) {
      return beast::get_lowest_layer(stream_);
    } else {
      return stream_;
    }
  }

  void read_head() {
    if (stopping_) {
      return finish();
    }
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(host_.limits.header_bytes_max));
    parser_->body_limit(host_.limits.body_bytes_max);
    idle_ = true;
    // The first byte may take the idle time; from then on the whole header has the receive time.
    if (buffer_.size() == 0) {
      lowest().expires_after(is_first_ ? host_.limits.first_request_timeout : host_.limits.idle_timeout);
      stream_.async_read_some(buffer_.prepare(4096),
                              [self = this->shared_from_this()](beast::error_code error, std::size_t size) {
                                if (error) {
                                  return self->finish();
                                }
                                self->buffer_.commit(size);
                                self->read_rest_of_head();
                              });
    } else {
      read_rest_of_head();
    }
  }

  void read_rest_of_head() {
    idle_ = false;
    is_first_ = false;
    lowest().expires_after(host_.limits.receive_timeout);
    beast::http::async_read_header(stream_, buffer_, *parser_,
                                   [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                                     if (error) {
                                       return self->refuse(error);
                                     }
                                     self->continue_if_expected();
                                   });
  }

  void continue_if_expected() {
    const auto expect = parser_->get()[beast::http::field::expect];
    if (parser_->is_done() || !beast::iequals(expect, "100-continue")) {
      return read_body();
    }
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue),
                      [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error) {
                          self->read_body();
                        }
                      });
  }

  void read_body() {
    lowest().expires_after(host_.limits.receive_timeout);
    beast::http::async_read(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                              if (error) {
                                return self->refuse(error);
                              }
                              self->dispatch();
                            });
  }

  /// A request that cannot be read: says why where that helps, then closes, since the stream's framing is lost.
  void refuse(beast::error_code error) {
    keep_alive_ = false;
    if (error == beast::http::error::header_limit) {
      return write(make_problem_response(431, "too_large", "The request's header is too large"));
    }
    if (error == beast::http::error::body_limit) {
      return write(make_problem_response(413, "too_large", "The request's body is too large"));
    }
    if (error == beast::error::timeout) {
      return finish();
    }
    if (error.category() == beast::http::make_error_code(beast::http::error::bad_method).category() &&
        error != beast::http::error::end_of_stream && error != beast::http::error::partial_message) {
      return write(make_problem_response(400, "invalid_argument", "The request is not valid HTTP"));
    }
    finish();
  }

  void dispatch() {
    auto message = parser_->release();
    keep_alive_ = message.keep_alive() && !stopping_;
    chunks_allowed_ = message.version() >= 11;
    head_only_ = message.method() == beast::http::verb::head;
    auto request = std::make_shared<Request>();
    if (const Status filled = fill_request(message, *request); !filled) {
      keep_alive_ = false;
      return write(make_problem_response(400, "invalid_argument", filled.error().message));
    }
    request->body = std::move(message.body());
    request->peer = peer_;
    request->secure = kIsTls;
    request->id = fmt::format("r{}", host_.next_request.fetch_add(1));
    stop_source_ = {};
    request->stop = stop_source_.get_token();
    lowest().expires_never();
    watch_for_departure();
    const bool is_long = host_.is_long(*request);
    const bool queued = host_.run(
        [self = this->shared_from_this(), request] {
          auto response = std::make_shared<Response>(self->answer_of(*request));
          asio::post(self->stream_.get_executor(), [self, response] { self->write(std::move(*response)); });
        },
        is_long);
    if (!queued) {
      Response busy = make_problem_response(503, "overloaded", "The server is busy; try again in a moment");
      busy.headers.emplace_back("Retry-After", "1");
      write(std::move(busy));
    }
  }

  /// On a thread of the pool. A handler that throws costs its own request only.
  Response answer_of(Request& request) const {
    try {
      return host_.handler(request);
    } catch (const std::exception& error) {
      log_error("http", "{}: the handler failed: {}", request.id, error.what());
    }
    return make_problem_response(500, "internal", "Something went wrong on the server");
  }

  /// While the handler runs nothing is read, so a client's leaving would go unseen: look whenever bytes or an end come.
  void watch_for_departure() {
    lowest().socket().async_wait(asio::socket_base::wait_read,
                                 [self = this->shared_from_this()](beast::error_code error) {
                                   if (!error) {
                                     self->look_for_departure();
                                   }
                                 });
  }

  /// What a client sent before it left (the next request, the end of TLS) hides the end from a read; the socket knows.
  void look_for_departure() {
    pollfd state{.fd = lowest().socket().native_handle(), .events = POLLRDHUP, .revents = 0};
    if (::poll(&state, 1, 0) > 0) {  // POLLHUP and POLLERR come unasked.
      return static_cast<void>(stop_source_.request_stop());
    }
    // Bytes that nobody reads now would wake the wait above again at once.
    timer_.expires_after(kDepartureLook);
    timer_.async_wait([self = this->shared_from_this()](beast::error_code error) {
      if (!error) {
        self->look_for_departure();
      }
    });
  }

  void write(Response response) {
    beast::error_code ignored;
    lowest().socket().cancel(ignored);  // Ends the watch; nothing else is pending here.
    timer_.cancel();
    response_ = std::move(response);
    if (stopping_) {
      keep_alive_ = false;
    }
    if (auto* events = std::get_if<std::shared_ptr<EventStream>>(&response_.body)) {
      return write_events(*events);
    }
    if (auto* file = std::get_if<FileBody>(&response_.body)) {
      output_ = make_head(response_, file->length, keep_alive_, false);
      if (head_only_) {
        file->length = 0;
      }
      return write_output([](Connection& self) { self.read_file_piece(); });
    }
    std::string& text = std::get<std::string>(response_.body);
    const bool has_length = response_.status != 204 && response_.status != 304;
    output_ = make_head(response_, has_length ? std::optional(static_cast<std::int64_t>(text.size())) : std::nullopt,
                        keep_alive_, false);
    if (!head_only_ && has_length) {
      output_ += text;
    }
    write_output([](Connection& self) { self.next(); });
  }

  /// Writes output_ and goes on with `then`.
  void write_output(void (*then)(Connection&)) {
    lowest().expires_after(host_.limits.send_timeout);
    asio::async_write(stream_, asio::buffer(output_),
                      [self = this->shared_from_this(), then](beast::error_code error, std::size_t) {
                        if (error) {
                          return self->finish();
                        }
                        then(*self);
                      });
  }

  /// The pool reads the next piece while the I/O thread serves others; a client that does not take it holds no thread.
  void read_file_piece() {
    auto& file = std::get<FileBody>(response_.body);
    if (file.length == 0) {
      return next();
    }
    lowest().expires_never();
    const bool queued = host_.run(
        [self = this->shared_from_this()] {
          auto& body = std::get<FileBody>(self->response_.body);
          const auto want = static_cast<std::size_t>(std::min<std::int64_t>(body.length, kWritePieceBytes));
          std::string piece(want, '\0');
          ssize_t got = 0;
          do {
            got = ::pread(body.descriptor.value(), piece.data(), want, body.offset);
          } while (got < 0 && errno == EINTR);
          piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
          asio::post(self->stream_.get_executor(),
                     [self, piece = std::move(piece)]() mutable { self->write_file_piece(std::move(piece)); });
        },
        false);
    if (!queued) {
      timer_.expires_after(std::chrono::milliseconds(20));
      timer_.async_wait([self = this->shared_from_this()](beast::error_code error) {
        if (!error) {
          self->read_file_piece();
        }
      });
    }
  }

  void write_file_piece(std::string piece) {
    auto& file = std::get<FileBody>(response_.body);
    if (piece.empty()) {  // The file shrank: the promised length cannot be kept, so the client must see a cut.
      return cut();
    }
    file.offset += static_cast<std::int64_t>(piece.size());
    file.length -= static_cast<std::int64_t>(piece.size());
    output_ = std::move(piece);
    write_output([](Connection& self) { self.read_file_piece(); });
  }

  void write_events(const std::shared_ptr<EventStream>& events) {
    keep_alive_ = false;
    output_ = make_head(response_, std::nullopt, false, chunks_allowed_);
    if (head_only_) {
      events->close();
      return write_output([](Connection& self) { self.finish(); });
    }
    events_ = events;
    watch_for_departure_of_listener();
    events_->on_ready([weak = this->weak_from_this(), executor = stream_.get_executor()] {
      asio::post(executor, [weak] {
        if (auto self = weak.lock()) {
          self->pump_events();
        }
      });
    });
    writing_ = true;
    write_output([](Connection& self) { self.event_written(); });
  }

  void watch_for_departure_of_listener() {
    lowest().socket().async_wait(asio::socket_base::wait_read,
                                 [self = this->shared_from_this()](beast::error_code error) {
                                   // A listener has nothing more to say: whatever comes is its end.
                                   if (!error) {
                                     self->cut();
                                   }
                                 });
  }

  void event_written() {
    writing_ = false;
    lowest().expires_never();
    pump_events();
  }

  void pump_events() {
    if (writing_) {
      return;
    }
    std::string text;
    for (const std::string& event : events_->take_pending()) {
      text += event;
    }
    const bool closed = events_->is_closed();
    if (text.empty() && !closed) {
      return wait_and_beat();
    }
    timer_.cancel();
    output_.clear();
    append_chunk(text);
    if (closed) {
      output_ += chunks_allowed_ ? "0\r\n\r\n" : "";
      writing_ = true;  // The last: what still notifies finds nothing to do.
      return write_output([](Connection& self) { self.finish(); });
    }
    writing_ = true;
    write_output([](Connection& self) { self.event_written(); });
  }

  void append_chunk(std::string_view text) {
    if (text.empty()) {
      return;
    }
    output_ += chunks_allowed_ ? fmt::format("{:x}\r\n{}\r\n", text.size(), text) : std::string(text);
  }

  /// A comment now and then, so that middle boxes keep the stream and a dead client is noticed.
  void wait_and_beat() {
    timer_.expires_after(std::chrono::seconds(15));
    timer_.async_wait([self = this->shared_from_this()](beast::error_code error) {
      if (error || self->writing_) {
        return;
      }
      self->output_.clear();
      self->append_chunk(": still here\n\n");
      self->writing_ = true;
      self->write_output([](Connection& connection) { connection.event_written(); });
    });
  }

  void next() {
    response_ = {};
    output_.clear();
    if (keep_alive_) {
      read_head();
    } else {
      finish();
    }
  }

  void finish() {
    if (events_) {
      events_->close();
    }
    if constexpr (kIsTls) {
      lowest().expires_after(std::chrono::seconds(2));
      stream_.async_shutdown([self = this->shared_from_this()](beast::error_code) { self->cut(); });
    } else {
      // Half-close and drain a little, so that an error answer to a client still sending is not lost to a reset.
      beast::error_code ignored;
      lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
      lowest().expires_after(std::chrono::seconds(1));
      drain(64);
    }
  }

  void drain(int pieces_left) {
    if (pieces_left == 0) {
      return cut();
    }
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = this->shared_from_this(), pieces_left](beast::error_code error, std::size_t) {
                              if (error) {
                                return self->cut();
                              }
                              self->drain(pieces_left - 1);
                            });
  }

  Stream stream_;
  asio::steady_timer timer_;
  Peer peer_;
  ConnectionHost& host_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  Response response_;
  std::string output_;
  std::shared_ptr<EventStream> events_;
  std::stop_source stop_source_;
  bool keep_alive_ = true;
  bool chunks_allowed_ = true;
  bool head_only_ = false;
  bool stopping_ = false;
  bool idle_ = false;
  bool is_first_ = true;
  bool writing_ = false;
};

}  // namespace alcove::http

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <new>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/http/client.hpp"
#include "drivers/http/server.hpp"
#include "drivers/os/file.hpp"

namespace alcove::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A bare TCP connection, so that tests can say things no proper client would.
class Wire {
 public:
  explicit Wire(std::uint16_t port, const char* from = nullptr)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    if (from != nullptr) {
      sockaddr_in source{};
      source.sin_family = AF_INET;
      EXPECT_EQ(::inet_pton(AF_INET, from, &source.sin_addr), 1);
      EXPECT_EQ(::bind(fd_.value(), reinterpret_cast<sockaddr*>(&source), sizeof source), 0);
    }
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.value(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  void send(std::string_view text) {
    [[maybe_unused]] const auto sent = ::send(fd_.value(), text.data(), text.size(), MSG_NOSIGNAL);
  }
  void half_close() { ::shutdown(fd_.value(), SHUT_WR); }
  void close() { fd_.reset(); }
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.value(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.reset();
  }
  /// Until the server closes, `stop_at` appears, or five seconds pass.
  std::string read(std::string_view stop_at = {}) {
    std::string text;
    char piece[65536];
    for (;;) {
      pollfd waiting{.fd = fd_.value(), .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, 5'000) <= 0) {
        return text + "[TIMEOUT]";
      }
      const auto got = ::recv(fd_.value(), piece, sizeof piece, 0);
      if (got <= 0) {
        return text;
      }
      text.append(piece, static_cast<std::size_t>(got));
      if (!stop_at.empty() && text.contains(stop_at)) {
        return text;
      }
    }
  }

 private:
  os::UniqueFd fd_;
};

class HttpServer : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("alcove-http-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    ServerOptions options;
    options.tcp = TcpListener{.host = "127.0.0.1", .port = 0, .tls = std::nullopt};
    options.unix_socket = folder_ / "s.sock";
    options.limits.header_bytes_max = 16UL * 1024;
    options.limits.body_bytes_max = 1000;
    options.limits.connections_max = 20;
    options.limits.connections_per_address_max = connections_per_address_max_;
    options.limits.first_request_timeout = std::chrono::milliseconds(600);
    options.limits.receive_timeout = std::chrono::milliseconds(300);
    options.limits.send_timeout = std::chrono::milliseconds(500);
    options.limits.idle_timeout = std::chrono::milliseconds(1'000);
    options.limits.long_queue_max = 1;
    options.long_threads = 1;
    auto server = Server::start(
        std::move(options), [this](Request& request) { return handle(request); },
        [](const Request& request) { return !request.segments.empty() && request.segments[0] == "long"; });
    ASSERT_TRUE(server.has_value()) << server.error().detail;
    server_ = std::move(*server);
  }
  void TearDown() override {
    server_.reset();
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
    }
  }

  Response handle(Request& request) {
    const std::string what = request.segments.empty() ? "" : request.segments[0];
    if (what == "file") {
      auto fd = os::open_path(folder_ / "file", O_RDONLY);
      return Response{
          .status = 206, .headers = {}, .body = FileBody{.descriptor = std::move(*fd), .offset = 5, .length = 300'000}};
    }
    if (what == "throw") {
      throw std::bad_alloc();
    }
    if (what == "events") {
      events_ = std::make_shared<EventStream>();
      events_->send("status", "{}");
      return Response{.status = 200, .headers = {{"Content-Type", "text/event-stream"}}, .body = events_};
    }
    if (what == "long") {
      ++waiting_;
      waiting_.notify_all();
      std::atomic<bool> stopped{false};
      const std::stop_callback tell(request.stop, [&] {
        stopped = true;
        stopped.notify_all();
      });
      stopped.wait(false);
      return Response{.status = 200, .headers = {}, .body = std::string("stopped")};
    }
    return Response{
        .status = 200,
        .headers = {{"X-Name", "a\r\nSet-Cookie: x=y"}},
        .body = fmt::format("{} {} {} uid={}", request.method, what, request.body,
                            request.peer.kind == Peer::Kind::kUnix ? static_cast<int>(request.peer.uid) : -1)};
  }

  std::string ask(std::string_view text) {
    Wire wire(server_->port());
    wire.send(text);
    return wire.read();
  }

  std::size_t connections_per_address_max_ = 100;
  std::filesystem::path folder_;
  std::shared_ptr<EventStream> events_;
  std::atomic<int> waiting_{0};
  std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, AnswersAndKeepsTheConnection) {
  Wire wire(server_->port());
  wire.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(wire.read("uid=-1"), HasSubstr("GET one"));
  wire.send("GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(wire.read(), HasSubstr("GET two"));
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  std::string many;
  for (int i = 0; i < 5; ++i) {
    many += fmt::format("POST /p{} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n{}\r\n{}!", i,
                        i == 4 ? "Connection: close\r\n" : "", i);
  }
  const std::string answer = ask(many);
  std::size_t at = 0;
  for (int i = 0; i < 5; ++i) {
    at = answer.find(fmt::format("POST p{} {}!", i, i), at);
    ASSERT_NE(at, std::string::npos) << answer;
  }
}

TEST_F(HttpServer, SendsNoBodyToHead) {
  const std::string answer = ask("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 14\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServer, NeverLetsAHeaderStartANewLine) {
  EXPECT_THAT(ask("GET / HTTP/1.0\r\n\r\n"), Not(HasSubstr("\nSet-Cookie")));
}

TEST_F(HttpServer, RefusesMalformedRequests) {
  for (const char* text : {"NONSENSE\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                           "GET x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                           "GET / HTTP/7.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"}) {
    EXPECT_THAT(ask(text),
                AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("\r\nContent-Type: application/problem+json\r\n"),
                      HasSubstr(R"("code":"invalid_argument")")))
        << text;
  }
}

TEST_F(HttpServer, RefusesALargeHeader) {
  const std::string answer = ask(fmt::format("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", std::string(17'000, 'x')));
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 431"), HasSubstr("application/problem+json")));
}

TEST_F(HttpServer, RefusesALargeBody) {
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(ask(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                              1001, std::string(1001, 'x'))),
              StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServer, CutsAClientThatDripsItsHeader) {
  Wire wire(server_->port());
  wire.send("GET / HTTP/1.1\r\nHo");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(wire.read(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

TEST_F(HttpServer, CutsAClientThatNeverSendsItsBody) {
  EXPECT_EQ(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), "");
}

TEST_F(HttpServer, StreamsAStretchOfAFile) {
  std::string content(400'000, ' ');
  for (std::size_t i = 0; i < content.size(); ++i) {
    content[i] = static_cast<char>('a' + i % 26);
  }
  std::ofstream(folder_ / "file") << content;
  const std::string answer = ask("GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 300000\r\n"));
  EXPECT_TRUE(answer.ends_with(content.substr(5, 300'000)));
  const std::string head = ask("HEAD /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 300000\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(HttpServer, CutsTheConnectionWhenAFileShrinks) {
  std::ofstream(folder_ / "file") << std::string(1'000, 'x');
  const std::string answer = ask("GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_LT(answer.size(), 2'000U);
  EXPECT_THAT(answer, Not(HasSubstr("[TIMEOUT]")));
}

TEST_F(HttpServer, SendsEventsAsTheyCome) {
  Wire wire(server_->port());
  wire.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(wire.read("data: {}"), HasSubstr("event: status\ndata: {}\n\n"));
  EXPECT_TRUE(events_->send("status", "{\"n\":2}"));
  EXPECT_THAT(wire.read("\"n\":2"), HasSubstr("data: {\"n\":2}"));
  events_->close();
  EXPECT_THAT(wire.read(), HasSubstr("0\r\n\r\n"));
}

TEST(EventStream, KeepsTheNewestEventsOfAClientThatDoesNotRead) {
  EventStream stream;
  for (int i = 0; i < 10; ++i) {
    stream.send("status", std::to_string(i));
  }
  const auto pending = stream.take_pending();
  ASSERT_EQ(pending.size(), EventStream::kPendingMax);
  EXPECT_THAT(pending.back(), HasSubstr("data: 9"));
  stream.close();
  EXPECT_FALSE(stream.send("status", "x"));
}

TEST_F(HttpServer, TellsAHandlerThatTheClientHasGone) {
  Wire first(server_->port());
  first.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  waiting_.wait(0);
  first.close();
  // Only one such thread exists: this one runs when the first has stopped.
  Wire second(server_->port());
  second.send("GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  waiting_.wait(1);
  second.close();
}

TEST_F(HttpServer, SeesAClientGoThatSentMoreThanItsRequest) {
  Wire first(server_->port());
  first.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  waiting_.wait(0);
  first.close();  // With bytes unread at the server, which a read would see before the end.
  Wire second(server_->port());
  second.send("GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  waiting_.wait(1);
  second.close();
}

TEST_F(HttpServer, SeesAClientGoByReset) {
  Wire first(server_->port());
  first.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  waiting_.wait(0);
  first.reset();
  Wire second(server_->port());
  second.send("GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  waiting_.wait(1);
  second.close();
}

TEST_F(HttpServer, AnswersAHandlerThatThrowsAndGoesOn) {
  Wire wire(server_->port());
  wire.send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(wire.read("}"), AllOf(StartsWith("HTTP/1.1 500"), HasSubstr(R"("code":"internal")")));
  wire.send("GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(wire.read(), HasSubstr("GET two"));
}

TEST_F(HttpServer, GoesOnListeningAfterDescriptorsRanOut) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // Clients of both kinds whose acceptance fails: their own sockets exist already when the limit comes.
  Wire tcp(server_->port());
  EXPECT_THAT((tcp.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"), tcp.read("uid")), HasSubstr("GET x"));
  const os::UniqueFd probe = std::move(*os::open_path("/dev/null", O_RDONLY));
  const os::UniqueFd waiting_tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const os::UniqueFd waiting_unix(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(probe.value());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in tcp_address{};
  tcp_address.sin_family = AF_INET;
  tcp_address.sin_port = htons(server_->port());
  tcp_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(waiting_tcp.value(), reinterpret_cast<sockaddr*>(&tcp_address), sizeof tcp_address), 0);
  sockaddr_un unix_address{};
  unix_address.sun_family = AF_UNIX;
  (folder_ / "s.sock").string().copy(unix_address.sun_path, sizeof unix_address.sun_path - 1);
  EXPECT_EQ(::connect(waiting_unix.value(), reinterpret_cast<sockaddr*>(&unix_address), sizeof unix_address), 0);
  // Nobody is accepted meanwhile, for several pauses of both acceptors.
  pollfd unanswered{.fd = waiting_tcp.value(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&unanswered, 1, 350), 0);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(ask("GET /tcp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), HasSubstr("GET tcp"));
  const auto response = request_over_unix(folder_ / "s.sock", "GET", "/unix", "", std::chrono::seconds(5));
  ASSERT_TRUE(response.has_value()) << response.error().detail;
  EXPECT_THAT(response->body, HasSubstr("GET unix"));
}

TEST_F(HttpServer, CutsAConnectionThatNeverAsksSoonerThanAnIdleOne) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(""), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(950));
}

TEST_F(HttpServer, AnswersBusyWhenTheQueueIsFull) {
  Wire first(server_->port());
  first.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  waiting_.wait(0);
  Wire second(server_->port());
  second.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string third = ask("GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  Wire fourth(server_->port());
  fourth.send("GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(third + fourth.read("HTTP/1.1 503"), HasSubstr("HTTP/1.1 503"));
  EXPECT_THAT(ask("GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), HasSubstr("GET quick"));
}

TEST_F(HttpServer, RefusesConnectionsBeyondTheLimit) {
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 20; ++i) {
    wires.push_back(std::make_unique<Wire>(server_->port()));
    wires.back()->send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(wires.back()->read("uid"), HasSubstr("GET x"));
  }
  EXPECT_EQ(ask(""), "");
  // The command line has its own count.
  const auto response = request_over_unix(folder_ / "s.sock", "GET", "/unix", "", std::chrono::seconds(5));
  ASSERT_TRUE(response.has_value()) << response.error().detail;
}

/// A server that lets one address have three connections.
class HttpServerOfFew : public HttpServer {
 protected:
  void SetUp() override {
    connections_per_address_max_ = 3;
    HttpServer::SetUp();
  }
};

TEST_F(HttpServerOfFew, RefusesMoreConnectionsOfOneAddress) {
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 3; ++i) {
    wires.push_back(std::make_unique<Wire>(server_->port()));
    wires.back()->send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(wires.back()->read("uid"), HasSubstr("GET x"));
  }
  EXPECT_EQ(ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"), "");
  Wire other(server_->port(), "127.0.0.2");
  other.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(other.read("uid"), HasSubstr("GET x"));
}

TEST_F(HttpServer, ListensAtAPathLongerThanAnAddress) {
  const auto deep = folder_ / std::string(120, 'd');
  std::filesystem::create_directories(deep);
  ServerOptions options;
  options.unix_socket = deep / "s.sock";
  auto server = Server::start(
      std::move(options), [this](Request& request) { return handle(request); }, [](const Request&) { return false; });
  ASSERT_TRUE(server.has_value()) << server.error().detail;
  const auto response = request_over_unix(deep / "s.sock", "GET", "/deep", "", std::chrono::seconds(5));
  ASSERT_TRUE(response.has_value()) << response.error().detail;
  EXPECT_THAT(response->body, HasSubstr("GET deep"));
  EXPECT_EQ(std::filesystem::status(deep / "s.sock").permissions(), std::filesystem::perms(0600));
  server->reset();
  EXPECT_FALSE(std::filesystem::exists(deep / "s.sock"));
  EXPECT_EQ(request_over_unix(deep / "s.sock", "GET", "/", "", std::chrono::seconds(5)).error().code,
            ErrorCode::kUnavailable);
}

TEST_F(HttpServer, NamesTheUserAtTheUnixSocket) {
  const auto response = request_over_unix(folder_ / "s.sock", "POST", "/hello?a=b", "body", std::chrono::seconds(5));
  ASSERT_TRUE(response.has_value()) << response.error().detail;
  EXPECT_EQ(response->body, fmt::format("POST hello body uid={}", ::getuid()));
  EXPECT_EQ(std::filesystem::status(folder_ / "s.sock").permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(request_over_unix(folder_ / "none.sock", "GET", "/", "", std::chrono::seconds(5)).error().code,
            ErrorCode::kUnavailable);
}

TEST_F(HttpServer, StopsWithinSecondsWhateverClientsDo) {
  Wire idle(server_->port());
  Wire listener(server_->port());
  listener.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  listener.read("data: {}");
  Wire waiting(server_->port());
  waiting.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  waiting_.wait(0);
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

TEST(HttpTarget, SplitsAndDecodes) {
  Request request;
  ASSERT_TRUE(parse_target("/a%2Fb/c?x=1%202&y&z=a+b", request).has_value());
  EXPECT_THAT(request.segments, testing::ElementsAre("a/b", "c"));
  EXPECT_THAT(request.query,
              testing::ElementsAre(testing::Pair("x", "1 2"), testing::Pair("y", ""), testing::Pair("z", "a b")));
  EXPECT_FALSE(parse_target("no-slash", request).has_value());
}

}  // namespace
}  // namespace alcove::http

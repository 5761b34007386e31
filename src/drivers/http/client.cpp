#include "drivers/http/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/http/unix_path.hpp"

namespace alcove::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using UnixStream = beast::basic_stream<asio::local::stream_protocol>;

Error client_error(beast::error_code error) {
  if (error == beast::error::timeout) {
    return make_error(ErrorCode::kTimedOut, "The server did not answer in time");
  }
  return make_error(ErrorCode::kInternal, "The server ended the connection without an answer", error.message());
}

/// Nobody listens there, or somebody does whom we do not reach.
Error connect_error(beast::error_code error) {
  if (error == std::errc::no_such_file_or_directory || error == std::errc::connection_refused) {
    return make_error(ErrorCode::kUnavailable, "No server listens there", error.message());
  }
  if (error == std::errc::permission_denied) {
    return make_error(ErrorCode::kForbidden, "The server's socket belongs to another user", error.message());
  }
  return client_error(error);
}

}  // namespace

Result<ClientResponse> request_over_unix(const std::filesystem::path& socket_path, std::string_view method,
                                         std::string_view target, std::string body, std::chrono::milliseconds timeout) {
  try {
    auto reachable = UnixPath::open(socket_path);
    if (!reachable) {
      // Without its folder there is no socket either.
      return reachable.error().code == ErrorCode::kNotFound
                 ? fail(ErrorCode::kUnavailable, "No server listens there", reachable.error().detail)
                 : std::unexpected(std::move(reachable).error());
    }
    asio::io_context io(1);
    UnixStream stream(io);
    beast::error_code failure;
    const auto finish = [&](auto begin) {
      stream.expires_after(timeout);
      begin([&](beast::error_code error, auto&&...) { failure = error; });
      io.restart();
      io.run();
    };
    finish([&](auto done) { stream.async_connect(asio::local::stream_protocol::endpoint(reachable->text()), done); });
    if (failure) {
      return std::unexpected(connect_error(failure));
    }
    beast::http::request<beast::http::string_body> request;
    request.method_string({method.data(), method.size()});
    request.target({target.data(), target.size()});
    request.version(11);
    request.set(beast::http::field::host, "localhost");
    request.set(beast::http::field::connection, "close");
    if (!body.empty()) {
      request.set(beast::http::field::content_type, "application/json");
    }
    request.body() = std::move(body);
    request.prepare_payload();
    finish([&](auto done) { beast::http::async_write(stream, request, done); });
    if (failure) {
      return std::unexpected(client_error(failure));
    }
    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(kClientBodyBytesMax);
    finish([&](auto done) { beast::http::async_read(stream, buffer, parser, done); });
    if (failure) {
      return std::unexpected(client_error(failure));
    }
    ClientResponse response{.status = static_cast<int>(parser.get().result_int()), .headers = {}, .body = {}};
    for (const auto& field : parser.get()) {
      response.headers.emplace_back(ascii_lower({field.name_string().data(), field.name_string().size()}),
                                    std::string(field.value()));
    }
    response.body = std::move(parser.get().body());
    return response;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, "The request could not be sent", error.what());
  }
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char letter : text) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.' ||
                       letter == '~';
    if (plain) {
      encoded += letter;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
    }
  }
  return encoded;
}

}  // namespace alcove::http

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surface/rest/byte_range.hpp"
#include "surface/rest/gate.hpp"
#include "surface/rest/problem.hpp"
#include "surface/rest/query_reader.hpp"

namespace alcove::rest {
namespace {

TEST(Problems, EveryErrorHasItsStatus) {
  // The last enumerator: a new code without a line here or in the table fails.
  constexpr auto kLast = static_cast<int>(ErrorCode::kInternal);
  constexpr std::array kExpected = {400, 401, 403, 404, 409, 409, 412, 423, 413,
                                    501, 507, 503, 504, 503, 500, 503, 500};
  ASSERT_EQ(kExpected.size(), static_cast<std::size_t>(kLast) + 1);
  for (int code = 0; code <= kLast; ++code) {
    EXPECT_EQ(http_status(static_cast<ErrorCode>(code)), kExpected.at(static_cast<std::size_t>(code)));
    EXPECT_NE(http::status_text(http_status(static_cast<ErrorCode>(code))), "Status");
  }
}

TEST(Problems, CarryTheTextForThePersonOnly) {
  Error error = make_error(ErrorCode::kNotFound, "No such file", "open /secret/path: ENOENT");
  error.field = "/path";
  const auto response = problem_response(error, "r7");
  const auto body = json::parse(std::get<std::string>(response.body));
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->int64_at("status"), 404);
  EXPECT_EQ(body->text_at("code"), "not_found");
  EXPECT_EQ(body->text_at("detail"), "No such file");
  EXPECT_EQ(body->text_at("field"), "/path");
  EXPECT_EQ(body->text_at("type"), "urn:alcove:error:not_found");
  EXPECT_FALSE(std::get<std::string>(response.body).contains("secret"));
}

http::Request query(http::Pairs pairs) {
  http::Request request;
  request.query = std::move(pairs);
  return request;
}

TEST(Query, NamesTheParameterThatIsWrong) {
  const auto wrong = [](http::Pairs pairs) {
    const http::Request request = query(std::move(pairs));
    QueryReader reader(request);
    reader.required_text("q", {.length_min = 1, .length_max = 5});
    reader.optional_int64("limit", {.min = 1, .max = 9});
    reader.optional_bool("deep");
    reader.optional_choice("mode", {"a", "b"});
    reader.optional_path("path", {.length_max = 9});
    const auto status = reader.finish();
    return status ? std::string("fine") : status.error().field;
  };
  EXPECT_EQ(wrong({{"q", "x"}, {"limit", "9"}, {"deep", "true"}, {"mode", "b"}, {"path_base64", "/w=="}}), "fine");
  EXPECT_EQ(wrong({}), "q");
  EXPECT_EQ(wrong({{"q", ""}}), "q");
  EXPECT_EQ(wrong({{"q", "123456"}}), "q");
  EXPECT_EQ(wrong({{"q", "\xff"}}), "q");
  EXPECT_EQ(wrong({{"q", "x"}, {"q", "y"}}), "q");
  EXPECT_EQ(wrong({{"q", "x"}, {"limit", "0"}}), "limit");
  EXPECT_EQ(wrong({{"q", "x"}, {"limit", "1x"}}), "limit");
  EXPECT_EQ(wrong({{"q", "x"}, {"limit", "99999999999999999999"}}), "limit");
  EXPECT_EQ(wrong({{"q", "x"}, {"deep", "1"}}), "deep");
  EXPECT_EQ(wrong({{"q", "x"}, {"mode", "c"}}), "mode");
  EXPECT_EQ(wrong({{"q", "x"}, {"path_base64", "%"}}), "path_base64");
  EXPECT_EQ(wrong({{"q", "x"}, {"other", "1"}}), "other");
}

TEST(Base64, RoundTripsAnyBytesAndRefusesAnythingElse) {
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("ab\xff"), std::string("\0\1\2\3", 4)}) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
  for (const char* text : {"a", "aaa", "a===", "====", "aa=a", "a\n==", "AB=="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(HostCheck, TakesOwnNamesAndAddressesOnly) {
  const std::vector<std::string> names = {"nas.home"};
  for (const char* host :
       {"localhost", "LOCALHOST:8420", "127.0.0.1:8420", "[::1]:8420", "192.168.1.5", "nas.home:80", "NAS.home"}) {
    EXPECT_TRUE(is_allowed_host(host, names)) << host;
  }
  for (const char* host : {"", "evil.example", "localhost.evil.example", "nas.home.evil:80", "localhost:80x", "[::1",
                           ":80", "127.0.0.1.evil.example", "localhost:80:80", "[::1]evil"}) {
    EXPECT_FALSE(is_allowed_host(host, names)) << host;
  }
}

http::Request written(http::Pairs headers) {
  http::Request request;
  request.method = "POST";
  request.headers = std::move(headers);
  return request;
}

TEST(OriginCheck, WritesComeFromOurOwnPage) {
  const auto passes = [](http::Pairs headers) { return check_origin(written(std::move(headers)), {}).has_value(); };
  EXPECT_TRUE(passes({{"host", "localhost:1"}, {"origin", "http://localhost:1"}}));
  EXPECT_TRUE(passes({{"host", "localhost:1"}, {"sec-fetch-site", "same-origin"}}));
  EXPECT_FALSE(passes({{"host", "localhost:1"}}));
  EXPECT_FALSE(passes({{"host", "localhost:1"}, {"sec-fetch-site", "same-site"}}));
  EXPECT_FALSE(passes({{"host", "localhost:1"}, {"sec-fetch-site", "none"}}));
  EXPECT_FALSE(passes({{"host", "localhost:1"}, {"origin", "https://localhost:1"}}));
  EXPECT_FALSE(passes({{"host", "localhost:1"}, {"origin", "http://localhost:2"}}));
  EXPECT_FALSE(passes({{"host", "localhost:1"}, {"origin", "null"}}));
  EXPECT_FALSE(passes({{"host", "localhost:1"}, {"origin", "null"}, {"sec-fetch-site", "cross-site"}}));
  // One of the two is enough: behind a proxy that ends TLS the origin has another scheme.
  EXPECT_TRUE(passes({{"host", "localhost:1"}, {"origin", "https://localhost:1"}, {"sec-fetch-site", "same-origin"}}));
  EXPECT_TRUE(passes({{"host", "localhost:1"}, {"origin", "http://localhost:1"}, {"sec-fetch-site", "none"}}));
  EXPECT_FALSE(passes({{"host", "evil.example"}, {"origin", "http://evil.example"}}));
  http::Request secure = written({{"host", "10.0.0.1"}, {"origin", "https://10.0.0.1"}});
  secure.secure = true;
  EXPECT_TRUE(check_origin(secure, {}).has_value());
  http::Request local = written({});
  local.peer.kind = http::Peer::Kind::kUnix;
  EXPECT_TRUE(check_origin(local, {}).has_value());
}

TEST(Cookie, IsHostBoundUnderHttps) {
  http::Request request;
  request.headers = {{"cookie", "a=b; alcove_session=plain; __Host-alcove_session=bound"}};
  EXPECT_EQ(session_secret(request), "plain");
  EXPECT_THAT(session_cookie(request, "s"), testing::StartsWith("alcove_session=s; Path=/; HttpOnly; SameSite=Strict"));
  request.secure = true;
  EXPECT_EQ(session_secret(request), "bound");
  EXPECT_THAT(session_cookie(request, "s"), testing::EndsWith("; Secure"));
  EXPECT_THAT(device_cookie(request, "d"), testing::StartsWith("__Host-alcove_device=d; Path=/; HttpOnly; SameSite="));
  request.headers = {{"cookie", "x__Host-alcove_session=no"}};
  EXPECT_EQ(session_secret(request), "");
}

TEST(Ranges, FollowTheStandard) {
  const auto part = [](std::string_view header) {
    const RangeAnswer answer = parse_range(header, 100);
    EXPECT_EQ(answer.outcome, RangeOutcome::kPart) << header;
    return std::pair(answer.range.offset, answer.range.length);
  };
  EXPECT_EQ(part("bytes=0-0"), std::pair(0L, 1L));
  EXPECT_EQ(part("bytes=10-"), std::pair(10L, 90L));
  EXPECT_EQ(part("bytes=90-1000"), std::pair(90L, 10L));
  EXPECT_EQ(part("bytes=-5"), std::pair(95L, 5L));
  EXPECT_EQ(part("bytes=-500"), std::pair(0L, 100L));
  for (const char* header : {"bytes=100-", "bytes=100-200", "bytes=-0"}) {
    EXPECT_EQ(parse_range(header, 100).outcome, RangeOutcome::kUnsatisfiable) << header;
  }
  for (const char* header : {"", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2",
                             "bytes=1-99999999999999999999", "bytes=--5"}) {
    EXPECT_EQ(parse_range(header, 100).outcome, RangeOutcome::kWhole) << header;
  }
  EXPECT_EQ(parse_range(std::nullopt, 100).outcome, RangeOutcome::kWhole);
  EXPECT_EQ(parse_range("bytes=0-", 0).outcome, RangeOutcome::kUnsatisfiable);
}

}  // namespace
}  // namespace alcove::rest

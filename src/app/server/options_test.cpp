#include "app/server/options.hpp"

#include <gtest/gtest.h>

namespace alcove::server {
namespace {

TEST(ListenAddress, KnowsLoopback) {
  for (const char* text : {"127.0.0.1:8420", "localhost:8420", "[::1]:8420", "127.9.9.9:8420"}) {
    const auto address = parse_listen(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_TRUE(address->is_loopback) << text;
    EXPECT_EQ(address->port, 8420);
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "192.168.1.4:1", "[::ffff:127.0.0.1]:1"}) {
    const auto address = parse_listen(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_FALSE(address->is_loopback) << text;
  }
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const char* text :
       {"", "8420", "nas.home:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:8x", "::1:80", "[::1]"}) {
    EXPECT_FALSE(parse_listen(text).has_value()) << text;
  }
}

TEST(WantsTls, WhereverACertificateIsGivenOrTheNetworkBegins) {
  const ListenAddress loopback = *parse_listen("127.0.0.1:1");
  const ListenAddress lan = *parse_listen("0.0.0.0:1");
  ServeOptions options;
  EXPECT_FALSE(*wants_tls(options, loopback));
  EXPECT_TRUE(*wants_tls(options, lan));
  options.lan_access = LanAccess::kPlainHttp;
  EXPECT_FALSE(*wants_tls(options, lan));
  options.certificate = "cert.pem";
  EXPECT_FALSE(wants_tls(options, lan).has_value()) << "without its key";
  options.private_key = "key.pem";
  EXPECT_FALSE(wants_tls(options, lan).has_value()) << "plain HTTP with a certificate";
  options.lan_access = LanAccess::kHttpsOnly;
  EXPECT_TRUE(*wants_tls(options, lan));
  EXPECT_TRUE(*wants_tls(options, loopback));
}

TEST(BaseUrl, PutsBracketsWhereTheyBelong) {
  EXPECT_EQ(base_url({.host = "::1", .port = 80, .is_loopback = true}, "http", "::1"), "http://[::1]:80");
  EXPECT_EQ(base_url({.host = "0.0.0.0", .port = 80, .is_loopback = false}, "https", "nas"), "https://nas:80");
}

}  // namespace
}  // namespace alcove::server

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "domain/catalog/catalog.hpp"
#include "drivers/http/server.hpp"
#include "surface/rest/api.hpp"
#include "surface/rest/gate.hpp"

namespace alcove::rest {
namespace {

using Operation = std::pair<std::string, std::string>;  // method, pattern

/// Who may call what, as api/openapi.yaml says.
std::map<Operation, std::string> contract() {
  std::map<Operation, std::string> operations;
  std::ifstream file(std::filesystem::path(ALCOVE_SOURCE_DIR) / "api" / "openapi.yaml");
  const std::regex path_line("^  (/[^:]*):$");
  const std::regex method_line("^    (get|post|put|patch|delete):$");
  const std::regex access_line("^      x-alcove-access: ([a-z]+)$");
  std::string path;
  std::string method;
  std::smatch found;
  for (std::string line; std::getline(file, line) && line != "components:";) {
    if (std::regex_match(line, found, path_line)) {
      path = found[1];
    } else if (std::regex_match(line, found, method_line)) {
      method = found[1];
      for (char& letter : method) {
        letter = static_cast<char>(letter - 'a' + 'A');
      }
      operations[{method, path}] = "";
    } else if (std::regex_match(line, found, access_line)) {
      operations[{method, path}] = found[1];
    }
  }
  return operations;
}

/// A real address for a pattern.
std::vector<std::string> segments_of(std::string_view pattern) {
  http::Request request;
  std::string target = fmt::format("/api/v1{}", pattern);
  for (std::size_t at = target.find('{'); at != std::string::npos; at = target.find('{')) {
    target.replace(at, target.find('}') - at + 1, "7");
  }
  EXPECT_TRUE(http::parse_target(target, request).has_value());
  return request.segments;
}

class AccessTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("alcove-access-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    const std::array migrations = {auth::schema(), auth::device_schema()};
    catalog_ = std::move(*catalog::Catalog::open(folder_, migrations));
    auth_ = std::move(*auth::Auth::open(*catalog_));
    owner_secret_ = auth_->set_up(*auth_->make_setup_token(), "ada", "correct horse", {})->secret;
    // A second account is signed in through the table, since the interface makes none yet.
    ASSERT_TRUE(catalog_
                    ->write([](sqlite::Transaction& transaction) {
                      return transaction.database().execute(
                          "INSERT INTO users SELECT 99, 'bob', password_hash, 0, 0 FROM users");
                    })
                    .has_value());
    user_secret_ = auth_->sign_in("bob", "correct horse", {.address = "1.2.3.4", .user_agent = {}})->session->secret;
    Services services;
    services.auth = auth_.get();
    api_ = std::make_unique<Api>(std::move(services));
  }
  void TearDown() override {
    api_.reset();
    auth_.reset();
    catalog_.reset();
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
    }
  }

  int status_of(const Route& route, std::string_view secret, http::Pairs more = {}) {
    http::Request request;
    request.method = route.method;
    request.segments = segments_of(route.pattern);
    request.headers = {{"host", "localhost"}, {"origin", "http://localhost"}};
    if (!secret.empty()) {
      request.headers.emplace_back("cookie", fmt::format("alcove_session={}", secret));
    }
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    // Stops those that are let in before they reach the domain, which is not there.
    request.query = {{"unknown", "parameter"}};
    return api_->handle(request).status;
  }

  std::filesystem::path folder_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<auth::Auth> auth_;
  std::unique_ptr<Api> api_;
  std::string owner_secret_;
  std::string user_secret_;
};

TEST_F(AccessTest, EveryRouteIsInTheContractAndTheOtherWayRound) {
  std::map<Operation, std::string> table;
  for (const Route& route : routes()) {
    table[{std::string(route.method), std::string(route.pattern)}] = access_name(route.access);
  }
  EXPECT_EQ(table, contract());
}

TEST_F(AccessTest, EveryRouteRefusesWhoMayNotCallIt) {
  for (const Route& route : routes()) {
    const bool open = route.access == Access::kNone;
    const int let_in = 400;
    const int nobody = open ? let_in : 401;
    const int user = route.access == Access::kOwner || route.access == Access::kOperator ? 403 : let_in;
    const int owner = route.access == Access::kOperator ? 403 : let_in;
    SCOPED_TRACE(fmt::format("{} {}", route.method, route.pattern));
    EXPECT_EQ(status_of(route, ""), nobody);
    EXPECT_EQ(status_of(route, "not-a-session"), nobody);
    EXPECT_EQ(status_of(route, user_secret_), user);
    EXPECT_EQ(status_of(route, owner_secret_), owner);
  }
}

TEST_F(AccessTest, EveryRouteRefusesAForeignHost) {
  for (const Route& route : routes()) {
    http::Request request;
    request.method = route.method;
    request.segments = segments_of(route.pattern);
    request.headers = {{"host", "evil.example"},
                       {"origin", "http://evil.example"},
                       {"cookie", fmt::format("alcove_session={}", owner_secret_)}};
    EXPECT_EQ(api_->handle(request).status, 403) << route.pattern;
  }
}

TEST_F(AccessTest, AnotherUserOfTheMachineIsNobodyAtTheSocket) {
  for (const Route& route : routes()) {
    http::Request request;
    request.method = route.method;
    request.segments = segments_of(route.pattern);
    request.peer = {.kind = http::Peer::Kind::kUnix, .address = {}, .uid = ::geteuid() + 1};
    request.query = {{"unknown", "parameter"}};
    EXPECT_EQ(api_->handle(request).status, route.access == Access::kNone ? 400 : 401) << route.pattern;
    request.peer.uid = ::geteuid();
    EXPECT_EQ(api_->handle(request).status, 400) << route.pattern;
  }
}

TEST_F(AccessTest, UnknownAddressesAndMethodsAreRefused) {
  http::Request request;
  request.method = "PATCH";
  request.segments = {"api", "v1", "health"};
  request.headers = {{"host", "localhost"}, {"origin", "http://localhost"}};
  const auto response = api_->handle(request);
  EXPECT_EQ(response.status, 405);
  request.method = "GET";
  request.segments = {"api", "v1", "nothing"};
  EXPECT_EQ(api_->handle(request).status, 404);
  request.segments = {"api", "v2", "health"};
  EXPECT_EQ(api_->handle(request).status, 404);
}

TEST_F(AccessTest, WaitsAreLimitedSoThatLongRequestsFindAThread) {
  EXPECT_LE(kWaitsMax + 4, http::ServerOptions{}.long_threads);
  for (int i = 0; i < kWaitsMax; ++i) {
    ASSERT_TRUE(api_->begin_wait().has_value());
  }
  http::Request request;
  request.method = "POST";
  request.segments = {"api", "v1", "wait"};
  request.peer = {.kind = http::Peer::Kind::kUnix, .address = {}, .uid = ::geteuid()};
  request.headers = {{"content-type", "application/json"}};
  request.body = "{}";
  const auto response = api_->handle(request);
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(std::ranges::any_of(response.headers, [](const auto& header) { return header.first == "Retry-After"; }));
  for (int i = 0; i < kWaitsMax; ++i) {
    api_->end_wait();
  }
  EXPECT_TRUE(api_->begin_wait().has_value());
}

TEST_F(AccessTest, TheCookieLivesAsLongAsTheSession) {
  http::Request request;
  request.method = "GET";
  request.segments = {"api", "v1", "state"};
  request.headers = {{"host", "localhost"}, {"cookie", fmt::format("alcove_session={}", owner_secret_)}};
  const auto cookie = [&] {
    const auto response = api_->handle(request);
    EXPECT_EQ(response.status, 200);
    const auto found =
        std::ranges::find_if(response.headers, [](const auto& header) { return header.first == "Set-Cookie"; });
    return found == response.headers.end() ? std::string() : found->second;
  };
  EXPECT_EQ(cookie(), "");
  ASSERT_TRUE(catalog_
                  ->write([](sqlite::Transaction& transaction) {
                    return transaction.database().execute(
                        "UPDATE sessions SET last_seen_unix_ms = last_seen_unix_ms - 120000");
                  })
                  .has_value());
  EXPECT_EQ(cookie(), session_cookie(request, owner_secret_));
  EXPECT_EQ(cookie(), "") << "once a minute is enough";
}

TEST_F(AccessTest, EveryAnswerCarriesTheProtectiveHeaders) {
  http::Request request;
  request.method = "GET";
  request.segments = {"api", "v1", "health"};
  request.headers = {{"host", "localhost"}};
  const auto response = api_->handle(request);
  const auto has = [&](std::string_view name, std::string_view value) {
    for (const auto& [key, text] : response.headers) {
      if (key == name && text.contains(value)) {
        return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(has("X-Content-Type-Options", "nosniff"));
  EXPECT_TRUE(has("Content-Security-Policy", "default-src 'none'"));
  EXPECT_TRUE(has("Referrer-Policy", "no-referrer"));
  EXPECT_TRUE(has("Cross-Origin-Resource-Policy", "same-origin"));
  EXPECT_TRUE(has("Cache-Control", "no-store"));
}

}  // namespace
}  // namespace alcove::rest

#include "surface/web/web_files.hpp"

#include <unistd.h>

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drivers/os/file.hpp"

namespace alcove::web {
namespace {

class WebFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("alcove-web-{}", ::getpid());
    std::filesystem::create_directories(folder_ / "dist" / "assets");
    std::ofstream(folder_ / "secret.txt") << "secret";
    std::ofstream(folder_ / "dist" / "index.html") << "index";
    std::ofstream(folder_ / "dist" / ".hidden") << "hidden";
    std::ofstream(folder_ / "dist" / "assets" / "app-1a2b.js") << "app";
    std::filesystem::create_symlink(folder_ / "secret.txt", folder_ / "dist" / "link.txt");
    files_ = std::make_unique<WebFiles>(folder_ / "dist");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  http::Response open(std::string_view target, std::string method = "GET") {
    http::Request request;
    request.method = std::move(method);
    EXPECT_TRUE(http::parse_target(target, request).has_value()) << target;
    return files_->handle(request);
  }
  static std::string body_of(const http::Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) {
      return *text;
    }
    const auto bytes = os::read_file(std::get<http::FileBody>(response.body).descriptor.value(), 1'000);
    return std::string(as_text(*bytes));
  }
  static std::string header_of(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) {
        return value;
      }
    }
    return {};
  }

  std::filesystem::path folder_;
  std::unique_ptr<WebFiles> files_;
};

TEST_F(WebFilesTest, ServesThePageForItsOwnRoutes) {
  for (const char* target : {"/", "/search", "/files/7/", "/setup?x=1"}) {
    EXPECT_EQ(body_of(open(target)), "index") << target;
  }
  EXPECT_EQ(header_of(open("/"), "Cache-Control"), "no-cache");
}

TEST_F(WebFilesTest, ServesHashedFilesForever) {
  const auto response = open("/assets/app-1a2b.js");
  EXPECT_EQ(body_of(response), "app");
  EXPECT_EQ(header_of(response, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(header_of(response, "Cache-Control").find("immutable"), std::string::npos);
}

TEST_F(WebFilesTest, NeverLeavesItsFolder) {
  for (const char* target :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt",
        "/assets/../../secret.txt", "/.hidden", "/link.txt", "//secret.txt", "/a%00.txt", "/..%5csecret.txt"}) {
    EXPECT_EQ(open(target).status, 404) << target;
  }
}

TEST_F(WebFilesTest, KnowsOnlyReading) {
  EXPECT_EQ(open("/", "POST").status, 405);
}

TEST_F(WebFilesTest, SaysWhenThePageIsNotInstalled) {
  files_ = std::make_unique<WebFiles>(folder_ / "absent");
  EXPECT_FALSE(files_->is_installed());
  EXPECT_NE(body_of(open("/")).find("not installed"), std::string::npos);
}

}  // namespace
}  // namespace alcove::web

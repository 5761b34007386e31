#include "surface/web/web_files.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "drivers/os/file.hpp"

namespace alcove::web {
namespace {

constexpr std::string_view kNotInstalled = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Alcove</title></head>
<body><h1>Alcove is running</h1>
<p>The page is not installed on this machine. The command line works: <code>alcove search WORDS</code>.</p>
</body></html>
)";

std::string_view content_type_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".woff", "font/woff"},
      {".ttf", "font/ttf"},
      {".pfb", "application/octet-stream"},
      {".bcmap", "application/octet-stream"},
      {".icc", "application/octet-stream"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
      {".ftl", "text/plain; charset=utf-8"},
  }};
  const auto found = std::ranges::find_if(kTypes, [&](const auto& type) { return name.ends_with(type.first); });
  return found == kTypes.end() ? std::string_view("application/octet-stream") : found->second;
}

/// The relative path; nothing for names that could leave the folder.
std::optional<std::string> safe_path(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments) {
    const bool is_bad = segment.empty() || segment.starts_with('.') ||
                        segment.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos;
    if (is_bad) {
      return std::nullopt;
    }
    path += path.empty() ? segment : '/' + segment;
  }
  return path;
}

http::Response plain(int status, std::string text) {
  return http::Response{
      .status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(text)};
}

std::optional<http::Response> open_file(int folder, const std::string& path) {
  auto file = os::open_regular_beneath(folder, path);
  if (!file) {
    return std::nullopt;
  }
  const auto stat = os::read_stat(file->value());
  if (!stat) {
    return std::nullopt;
  }
  // The build puts a hash into the name of everything in assets/, so that such a file never changes.
  const bool is_hashed = path.starts_with("assets/");
  return http::Response{
      .status = 200,
      .headers = {{"Content-Type", std::string(content_type_of(path))},
                  {"Cache-Control", is_hashed ? "public, max-age=31536000, immutable" : "no-cache"}},
      .body = http::FileBody{
          .descriptor = std::move(*file), .offset = 0, .length = static_cast<std::int64_t>(stat->size_bytes)}};
}

}  // namespace

WebFiles::WebFiles(const std::filesystem::path& folder) {
  if (folder.empty()) {
    return;
  }
  auto opened = os::open_folder(folder);
  if (opened && os::open_regular_beneath(opened->value(), "index.html")) {
    folder_ = std::move(*opened);
  }
}

http::Response WebFiles::handle(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refused = plain(405, "This method is not possible here\n");
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  std::vector<std::string> segments = request.segments;
  if (!segments.empty() && segments.back().empty()) {
    segments.pop_back();  // A slash at the end.
  }
  const auto path = safe_path(segments);
  if (!path) {
    return plain(404, "No such address\n");
  }
  if (!folder_) {
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-cache"}},
                          .body = std::string(kNotInstalled)};
  }
  const bool names_a_file = !segments.empty() && segments.back().contains('.');
  if (names_a_file) {
    return open_file(folder_.value(), *path).value_or(plain(404, "No such address\n"));
  }
  return open_file(folder_.value(), "index.html").value_or(plain(404, "The page is damaged\n"));
}

}  // namespace alcove::web

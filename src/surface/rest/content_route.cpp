#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/http/client.hpp"
#include "surface/rest/byte_range.hpp"
#include "surface/rest/problem.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/render.hpp"
#include "surface/rest/routes.hpp"

namespace alcove::rest {
namespace {

/// What a file's bytes are sent as. Only what a browser shows without running anything is shown inline; the type is
/// never the one a hostile file would choose.
struct Presentation {
  std::string content_type = "application/octet-stream";
  bool is_inline = false;
};

Presentation presentation_of(const wire::ProbeArtefact& probe) {
  switch (probe.format) {
    case wire::Format::kPdf: return {.content_type = "application/pdf", .is_inline = true};
    case wire::Format::kPlainText:
    case wire::Format::kMarkdown:
    case wire::Format::kCsv:
    case wire::Format::kSourceCode:
    case wire::Format::kEmpty:
      return {.content_type = fmt::format("text/plain; charset={}", probe.encoding.empty() ? "utf-8" : probe.encoding),
              .is_inline = true};
    default: break;
  }
  static constexpr std::array<std::string_view, 5> kPictures = {"image/png", "image/jpeg", "image/gif", "image/webp",
                                                                "image/avif"};
  if (std::ranges::find(kPictures, probe.mime) != kPictures.end()) {
    return {.content_type = probe.mime, .is_inline = true};
  }
  return {};
}

/// RFC 6266: a plain name for old clients, the true one percent-encoded.
std::string disposition(bool is_inline, std::string_view name) {
  const std::string whole = to_valid_utf8(name);
  std::string plain;
  for (const char letter : whole) {
    const auto byte = static_cast<unsigned char>(letter);
    plain += byte >= 0x20 && byte < 0x7F && letter != '"' && letter != '\\' && letter != '%' ? letter : '_';
  }
  return fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}", is_inline ? "inline" : "attachment", plain,
                     http::percent_encoded(whole));
}

/// True if the If-None-Match list names `tag`.
bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view one = trimmed(list.substr(0, end));
    if (one.starts_with("W/")) {
      one.remove_prefix(2);
    }
    if (one == tag || one == "*") {
      return true;
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

RangeAnswer parse_range(std::optional<std::string_view> header, std::int64_t size_bytes) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header || !header->starts_with(kUnit) || header->contains(',')) {
    return {};
  }
  const std::string_view spec = trimmed(header->substr(kUnit.size()));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) {
    return {};
  }
  const auto first = parse_int64(spec.substr(0, dash));
  const auto last = parse_int64(spec.substr(dash + 1));
  if (dash == 0) {  // The last N bytes.
    if (!last || *last < 0) {
      return {};
    }
    const std::int64_t length = std::min(*last, size_bytes);
    return length == 0 ? RangeAnswer{.outcome = RangeOutcome::kUnsatisfiable, .range = {}}
                       : RangeAnswer{.outcome = RangeOutcome::kPart,
                                     .range = {.offset = size_bytes - length, .length = length}};
  }
  const bool is_open = dash + 1 == spec.size();
  if (!first || *first < 0 || (!is_open && (!last || *last < *first))) {
    return {};
  }
  if (*first >= size_bytes) {
    return {.outcome = RangeOutcome::kUnsatisfiable, .range = {}};
  }
  const std::int64_t end = is_open ? size_bytes : std::min(*last, size_bytes - 1) + 1;
  return {.outcome = RangeOutcome::kPart, .range = {.offset = *first, .length = end - *first}};
}

RouteResult file_content(Api& api, Call& call) {
  QueryReader reader(call.request);
  const bool download = reader.optional_bool("download").value_or(false);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const std::int64_t id, call.id());
  Services& services = api.services();
  ALCOVE_TRY(const files::File file, visible_file(services, call.asking.principal, FileId{id}));
  ALCOVE_TRY(const wire::ProbeArtefact probe, probe_of(*services.store, file.content));
  ALCOVE_TRY(const auto opened, services.libraries->open_file(file));
  os::UniqueFd descriptor(opened.descriptor);

  const Presentation presentation = presentation_of(probe);
  http::Response response;
  // A hostile file that is opened on its own runs nothing and asks nobody.
  response.headers = {{"Content-Security-Policy",
                       "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"},
                      {"Cache-Control", "private, no-cache"},
                      {"Accept-Ranges", "bytes"}};
  std::string tag;
  if (file.sha256) {
    tag = fmt::format("\"{}\"", to_hex(*file.sha256));
    response.headers.emplace_back("ETag", tag);
    if (const auto known = call.request.header("if-none-match"); known && names_tag(*known, tag)) {
      response.status = 304;
      return response;
    }
  }
  const auto if_range = call.request.header("if-range");
  const bool range_counts = !if_range || (!tag.empty() && *if_range == tag);
  const RangeAnswer answer = parse_range(range_counts ? call.request.header("range") : std::nullopt, opened.size_bytes);
  if (answer.outcome == RangeOutcome::kUnsatisfiable) {
    http::Response refused =
        problem_response(416, make_error(ErrorCode::kInvalidArgument, "The file has no such bytes"), call.request.id);
    refused.headers.emplace_back("Content-Range", fmt::format("bytes */{}", opened.size_bytes));
    return refused;
  }
  ByteRange range{.offset = 0, .length = opened.size_bytes};
  if (answer.outcome == RangeOutcome::kPart) {
    range = answer.range;
    response.status = 206;
    response.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range.offset,
                                                               range.offset + range.length - 1, opened.size_bytes));
  }
  response.headers.emplace_back("Content-Type", presentation.content_type);
  response.headers.emplace_back("Content-Disposition", disposition(presentation.is_inline && !download, file.name));
  response.body = http::FileBody{.descriptor = std::move(descriptor), .offset = range.offset, .length = range.length};
  return response;
}

}  // namespace alcove::rest

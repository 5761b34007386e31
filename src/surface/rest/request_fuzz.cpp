/// @file
/// Any bytes as what a client sends beside its target: host, origin, cookies, ranges, coded and numeric parameters.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "surface/rest/byte_range.hpp"
#include "surface/rest/file_target.hpp"
#include "surface/rest/gate.hpp"
#include "surface/rest/query_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove::rest;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> names = {"nas.example"};
  (void)is_allowed_host(text, names);
  alcove::http::Request request;
  request.method = "POST";
  request.headers = {{"host", text}, {"origin", text}, {"cookie", text}, {"sec-fetch-site", text}};
  request.query = {{"part", text}, {"path_base64", text}};
  (void)check_origin(request, names);
  (void)session_secret(request);
  QueryReader reader(request);
  (void)read_part_address(reader);
  (void)reader.optional_path("path", {.length_min = 1, .length_max = 4'096});
  (void)reader.finish();
  constexpr std::int64_t kFileBytes = 1'000;
  const RangeAnswer answer = parse_range(text, kFileBytes);
  if (answer.outcome == RangeOutcome::kPart) {
    ALCOVE_CHECK(answer.range.offset >= 0 && answer.range.length > 0, "a range has bytes");
    ALCOVE_CHECK(answer.range.offset + answer.range.length <= kFileBytes, "a range lies in the file");
  }
  if (const auto bytes = from_base64(text)) {
    ALCOVE_CHECK(to_base64(*bytes) == text, "base64 has one form");
  }
  ALCOVE_CHECK(from_base64(to_base64(text)) == text, "base64 comes back");
  (void)parse_int64(text);
  return 0;
}

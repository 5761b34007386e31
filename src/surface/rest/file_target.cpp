#include "surface/rest/file_target.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "surface/rest/render.hpp"

namespace alcove::rest {
namespace {

constexpr std::size_t kAddressLengthMax = 100;
constexpr std::size_t kStepsMax = 8;
constexpr std::size_t kDigitsMax = 9;

/// The positions of an address. Errors: kInvalidArgument naming the parameter.
Result<std::vector<std::uint32_t>> parse_address(std::string_view address) {
  std::vector<std::uint32_t> positions;
  for (bool more = true; more;) {
    const std::size_t dash = address.find('-');
    const std::string_view step = address.substr(0, dash);
    const auto position = step.size() <= kDigitsMax ? parse_int64(step) : std::nullopt;
    more = dash != std::string_view::npos;
    address = more ? address.substr(dash + 1) : std::string_view();
    if (!position || *position < 0 || positions.size() == kStepsMax) {
      Error error = make_error(ErrorCode::kInvalidArgument, "\"part\" must be positions such as 3 or 3-0");
      error.field = "part";
      return std::unexpected(std::move(error));
    }
    positions.push_back(static_cast<std::uint32_t>(*position));
  }
  return positions;
}

}  // namespace

std::optional<std::string> read_part_address(QueryReader& reader) {
  return reader.optional_text("part", {.length_min = 1, .length_max = kAddressLengthMax});
}

std::string part_address(const std::vector<artefacts::Part>& parts) {
  std::string address;
  for (const artefacts::Part& part : parts) {
    address += fmt::format("{}{}", address.empty() ? "" : "-", part.position);
  }
  return address;
}

Result<FileTarget> find_target(Services& services, const auth::Principal& principal, FileId id,
                               const std::optional<std::string>& part) {
  ALCOVE_TRY(files::File file, visible_file(services, principal, id));
  FileTarget target{.file = std::move(file), .parts = {}};
  if (!part) {
    return target;
  }
  ALCOVE_TRY(const auto positions, parse_address(*part));
  for (const std::uint32_t position : positions) {
    ALCOVE_TRY(const auto members, services.store->parts_of(target.file.content));
    const auto found = std::ranges::find(members, position, &artefacts::Part::position);
    if (found == members.end()) {
      return fail(ErrorCode::kNotFound, "The file has no such part");
    }
    ALCOVE_TRY(const auto content, services.store->find_content(found->content));
    if (!content) {
      return fail(ErrorCode::kNotFound, "The file has no such part");
    }
    target.parts.push_back(*found);
    target.file.content = content->number;
    target.file.sha256 = content->sha256;
    target.file.size_bytes = content->size_bytes;
    target.file.reader = content->reader;
    target.file.name = found->path.substr(found->path.rfind('/') + 1);
    target.file.problem.clear();
  }
  return target;
}

}  // namespace alcove::rest

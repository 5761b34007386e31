#include "surface/rest/file_target.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "surface/rest/render.hpp"

namespace alcove::rest {
namespace {

constexpr std::size_t kAddressLengthMax = 100;

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
  std::string_view rest = part ? std::string_view(*part) : std::string_view();
  while (!rest.empty()) {
    const std::size_t dash = std::min(rest.find('-'), rest.size());
    const auto position = parse_int64(rest.substr(0, dash));
    rest.remove_prefix(std::min(dash + 1, rest.size()));
    ALCOVE_TRY(const auto members, services.store->parts_of(target.file.content));
    const auto found = std::ranges::find_if(
        members, [&](const artefacts::Part& each) { return position && each.position == *position; });
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

#pragma once
/// @file
/// What a request about a file is about: the file itself, or a part of it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "surface/rest/api.hpp"
#include "surface/rest/query_reader.hpp"

namespace alcove::rest {

/// A file, or a content inside it.
struct FileTarget {
  /// For a part: id, library and path of the file; name, content, size and hash of the part.
  files::File file;
  std::vector<artefacts::Part> parts;  ///< The way from the file to the part; empty for the file itself.
  std::size_t parts_offset = 0;        ///< The first of its own members to list.
};

/// The parameter `part`: positions on the way, "3" or "3-0". Errors are the reader's.
std::optional<std::string> read_part_address(QueryReader& reader);
std::string part_address(const std::vector<artefacts::Part>& parts);

/// Errors: kNotFound when the principal may not see the file, or it has no such part.
Result<FileTarget> find_target(Services& services, const auth::Principal& principal, FileId id,
                               const std::optional<std::string>& part);

}  // namespace alcove::rest

#pragma once
/// @file
/// The whole state of the work as one JSON object, for GET /status, the event stream and POST /wait.

#include <string>

#include "surface/rest/api.hpp"

namespace alcove::search {
struct IndexStatus;
}

namespace alcove::rest {

Result<std::string> status_json(Services& services);
/// Writes the same as the next value.
Status write_status(json::Writer& writer, Services& services);
void write_index_status(json::Writer& writer, const search::IndexStatus& index);

}  // namespace alcove::rest

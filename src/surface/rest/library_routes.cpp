#include <fmt/format.h>

#include "base/text.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/render.hpp"
#include "surface/rest/routes.hpp"

namespace alcove::rest {
namespace {

/// Files in one page of a folder.
constexpr std::int64_t kListLimitMax = 500;
constexpr std::size_t kPathLengthMax = 4'096;

Result<files::Library> known_library(Services& services, const Call& call) {
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY(auto library, services.files->find_library(LibraryId{id}));
  if (!library) {
    return fail(ErrorCode::kNotFound, "No such library");
  }
  return std::move(*library);
}

std::unexpected<Error> refuse(std::string_view field, std::string message) {
  Error error = make_error(ErrorCode::kInvalidArgument, std::move(message));
  error.field = field;
  return std::unexpected(std::move(error));
}

/// The folder an owner named, in the bytes that the disk has.
Result<std::string> requested_path(const std::string& path, const std::optional<std::string>& path_base64) {
  std::string bytes = path;
  if (path_base64) {
    auto decoded = from_base64(*path_base64);
    if (!decoded) {
      return refuse("/path_base64", "\"path_base64\" must be base64");
    }
    bytes = std::move(*decoded);
  }
  if (!bytes.starts_with('/')) {
    return refuse("/path", "The folder must be given by its full path");
  }
  if (bytes.contains('\0')) {
    return fail(ErrorCode::kNotFound, "There is no such folder");
  }
  return bytes;
}

Status write_listing(json::Writer& writer, Services& services, const files::Library& library, const std::string& path,
                     const files::Files::Listing& listing) {
  writer.begin_object().member("library_id", library.id.value).member("path", path).key("folders").begin_array();
  for (const std::string& folder : listing.folders) {
    writer.begin_object().member("name", folder);
    write_path(writer, "path", path.empty() ? folder : fmt::format("{}/{}", path, folder));
    writer.end_object();
  }
  writer.end_array().key("files").begin_array();
  for (const files::File& file : listing.files) {
    ALCOVE_TRY(const FileState state, file_state(*services.store, file));
    ALCOVE_TRY(const wire::ProbeArtefact probe, probe_of(*services.store, file.content));
    writer.begin_object();
    write_file_members(writer, {.file = file, .library = library.name, .state = state, .probe = probe});
    writer.end_object();
  }
  writer.end_array();
  if (!listing.next_after.empty()) {
    writer.member("next_after", to_base64(listing.next_after));
  }
  writer.end_object();
  return {};
}

}  // namespace

RouteResult list_libraries(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const auto all, api.services().files->libraries());
  const auto progress = api.services().libraries->progress();
  json::Writer writer;
  writer.begin_object().key("libraries").begin_array();
  for (const files::Library& library : all) {
    write_library(writer, library, progress);
  }
  writer.end_array().end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult add_library(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const std::string path = reader.required_text("path", {.length_min = 1, .length_max = kPathLengthMax});
  const auto path_base64 = reader.optional_text("path_base64", {.length_max = 2 * kPathLengthMax});
  const auto name = reader.optional_text("name", {.length_min = 1, .length_max = 100});
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const std::string folder, requested_path(path, path_base64));
  ALCOVE_TRY(const files::Library library, api.services().libraries->add(folder, name.value_or("")));
  json::Writer writer;
  write_library(writer, library, api.services().libraries->progress());
  return json_response(201, std::move(writer).take());
}

RouteResult show_library(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const files::Library library, known_library(api.services(), call));
  json::Writer writer;
  write_library(writer, library, api.services().libraries->progress());
  return json_response(200, std::move(writer).take());
}

RouteResult remove_library(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const files::Library library, known_library(api.services(), call));
  ALCOVE_TRY_VOID(api.services().libraries->remove(library.id));
  return empty_response();
}

RouteResult rescan_library(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const bool verify = reader.optional_bool("verify").value_or(false);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const files::Library library, known_library(api.services(), call));
  ALCOVE_TRY_VOID(api.services().libraries->rescan(library.id, verify));
  return http::Response{.status = 202, .headers = {}, .body = std::string()};
}

RouteResult list_folder(Api& api, Call& call) {
  QueryReader reader(call.request);
  const std::string path = reader.optional_path("path", {.length_max = kPathLengthMax}).value_or("");
  const auto after = reader.optional_text("after", {.length_max = 2'048});
  const std::int64_t limit = reader.optional_int64("limit", {.min = 1, .max = kListLimitMax}).value_or(200);
  ALCOVE_TRY_VOID(reader.finish());
  const auto after_name = from_base64(after.value_or(""));
  if (!after_name) {
    return refuse("after", "\"after\" is not the next_after of a page");
  }
  ALCOVE_TRY(const files::Library library, known_library(api.services(), call));
  ALCOVE_TRY(const auto listing, api.services().files->list(call.asking.principal, library.id, path, *after_name,
                                                            static_cast<std::size_t>(limit)));
  json::Writer writer;
  ALCOVE_TRY_VOID(write_listing(writer, api.services(), library, path, listing));
  return json_response(200, std::move(writer).take());
}

}  // namespace alcove::rest

#include "domain/search/option_words.hpp"
#include "domain/search/search.hpp"
#include "surface/rest/file_target.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/render.hpp"
#include "surface/rest/routes.hpp"

namespace alcove::rest {
namespace {

/// A person waits; better fewer results than none.
constexpr std::chrono::seconds kSearchTime{20};
constexpr std::size_t kCursorLengthMax = 100;

search::Order read_order(QueryReader& reader) {
  const std::string order =
      reader.optional_choice("sort", {"relevance", "newest", "oldest", "name", "size"}).value_or("relevance");
  return search::find_order(order).value_or(search::Order::kRelevance);
}

search::Request::Fold read_fold(QueryReader& reader) {
  return reader.optional_choice("fold", {"near", "none"}).value_or("near") == "none" ? search::Request::Fold::kNone
                                                                                     : search::Request::Fold::kNear;
}

void write_reasons(json::Writer& writer, const std::vector<search::Reason>& reasons, bool explain) {
  writer.key("reasons").begin_array();
  for (const search::Reason& reason : reasons) {
    writer.begin_object().member("kind", reason.kind).member("text", reason.text);
    if (!reason.terms.empty()) {
      writer.key("terms").begin_array();
      for (const std::string& term : reason.terms) {
        writer.text(term);
      }
      writer.end_array();
    }
    if (explain) {
      writer.member("value", reason.value).member("weight", reason.weight);
    }
    if (!reason.model.empty()) {
      writer.member("model", reason.model);
    }
    writer.end_object();
  }
  writer.end_array();
}

Status write_hit(json::Writer& writer, Services& services, const search::Hit& hit, bool explain) {
  const ContentNumber content = hit.parts.empty() ? hit.file.content : hit.parts.back().content;
  ALCOVE_TRY(const wire::ProbeArtefact probe, probe_of(*services.store, content));
  writer.begin_object().member("file_id", hit.file.id.value).member("library", hit.library);
  writer.member("library_id", hit.file.library.value);
  write_path(writer, "path", hit.file.path);
  writer.member("name", hit.file.name)
      .member("title", hit.title)
      .member("language", hit.language)
      .member("size", hit.file.size_bytes)
      .member("modified", rfc3339_from_ns(hit.file.modified_unix_ns))
      .member("date", format_rfc3339(hit.date))
      .member("date_source", hit.date_source == search::DateSource::kDocument ? "document" : "file")
      .member("type", wire::format_name(probe.format));
  if (!probe.mime.empty()) {
    writer.member("mime", probe.mime);
  }
  if (!hit.parts.empty()) {
    writer.member("part", part_address(hit.parts)).member("part_path", files::part_path(hit.parts));
  }
  if (hit.passage) {
    ALCOVE_TRY(const auto run, services.store->find_run(hit.passage));
    if (run) {
      writer.member("passage", hit.passage.value - run->first.value);
    }
  }
  writer.key("place");
  write_place(writer, hit.place);
  writer.member("score", hit.score).member("weak", hit.weak).key("snippet").begin_array();
  std::string snippet;
  for (const search::SnippetSpan& span : hit.snippet) {
    writer.begin_object().member("text", span.text).member("match", span.match).end_object();
    snippet += span.text;
  }
  writer.end_array().member("snippet_text", snippet);
  write_reasons(writer, hit.reasons, explain);
  writer.member("more_passages", hit.more_passages).key("same_content");
  write_same_content(writer, services, hit.same_content);
  writer.member("near_identical_count", hit.near_identical_count).key("near_identical");
  write_same_content(writer, services, hit.near_identical);
  writer.end_object();
  return {};
}

void write_note(json::Writer& writer, const search::Note& note) {
  writer.begin_object().member("code", note.code.name()).member("message", note.message).key("values").begin_array();
  for (const std::string& value : note.values) {
    writer.text(value);
  }
  writer.end_array();
  if (note.position) {
    writer.member("position", static_cast<std::int64_t>(*note.position));
  }
  writer.end_object();
}

void write_notes(json::Writer& writer, const std::vector<search::Note>& notes) {
  writer.key("notes").begin_array();
  for (const search::Note& note : notes) {
    write_note(writer, note);
  }
  writer.end_array();
}

void write_facets(json::Writer& writer, const search::Facets& facets) {
  writer.key("facets").begin_object().member("counted", facets.counted).member("complete", facets.is_complete);
  for (const search::Facet& facet : facets.facets) {
    writer.key(facet.name).begin_array();
    for (const search::FacetValue& value : facet.values) {
      writer.begin_object().member("value", value.value).member("count", value.count);
      writer.member("filter", value.filter).end_object();
    }
    writer.end_array();
  }
  writer.end_object();
}

RouteResult answer_response(Services& services, const search::Response& found, bool explain) {
  json::Writer writer;
  writer.begin_object()
      .member("query", found.query)
      .member("mode", search::mode_word(found.mode))
      .member("took_ms", found.took_ms)
      .member("embed_ms", found.embed_ms)
      .key("hits")
      .begin_array();
  for (const search::Hit& hit : found.hits) {
    ALCOVE_TRY_VOID(write_hit(writer, services, hit, explain));
  }
  writer.end_array();
  write_notes(writer, found.notes);
  if (!found.did_you_mean.empty()) {
    writer.member("did_you_mean", found.did_you_mean);
  }
  if (!found.searched_for.empty()) {
    writer.member("searched_for", found.searched_for);
  }
  if (found.facets) {
    write_facets(writer, *found.facets);
  }
  writer.member("more", found.more);
  if (!found.cursor.empty()) {
    writer.member("cursor", found.cursor);
  }
  writer.member("nothing_fits", found.nothing_fits).end_object();
  return json_response(200, std::move(writer).take());
}

}  // namespace

RouteResult search(Api& api, Call& call) {
  QueryReader reader(call.request);
  search::Request request;
  request.query = reader.required_text("q", {.length_min = 1, .length_max = 3'000});
  const std::string mode = reader.optional_choice("mode", {"hybrid", "keyword", "meaning"}).value_or("hybrid");
  request.mode = search::find_mode(mode).value_or(search::Mode::kHybrid);
  request.order = read_order(reader);
  request.limit = static_cast<std::size_t>(reader.optional_int64("limit", {.min = 1, .max = 200}).value_or(20));
  request.offset = static_cast<std::size_t>(reader.optional_int64("offset", {.min = 0, .max = 1'000}).value_or(0));
  request.facets = reader.optional_bool("facets").value_or(false);
  request.passages = reader.optional_bool("passages").value_or(false);
  request.spelling = reader.optional_bool("correct").value_or(true) ? search::Request::Spelling::kCorrect
                                                                    : search::Request::Spelling::kAsTyped;
  request.fold = read_fold(reader);
  const bool explain = reader.optional_bool("explain").value_or(false);
  ALCOVE_TRY_VOID(reader.finish());

  Services& services = api.services();
  ALCOVE_TRY(const search::Response found,
             services.search->search(call.asking.principal, request, call.context(kSearchTime)));
  return answer_response(services, found, explain);
}

RouteResult search_further(Api& api, Call& call) {
  QueryReader reader(call.request);
  const std::string cursor = reader.required_text("cursor", {.length_min = 1, .length_max = kCursorLengthMax});
  const auto limit = static_cast<std::size_t>(reader.optional_int64("limit", {.min = 1, .max = 200}).value_or(20));
  const bool explain = reader.optional_bool("explain").value_or(false);
  ALCOVE_TRY_VOID(reader.finish());
  Services& services = api.services();
  ALCOVE_TRY(const search::Response found,
             services.search->further(call.asking.principal, cursor, limit, call.context(kSearchTime)));
  return answer_response(services, found, explain);
}

RouteResult similar_files(Api& api, Call& call) {
  QueryReader reader(call.request);
  const auto part = read_part_address(reader);
  search::SimilarRequest request;
  request.limit = static_cast<std::size_t>(reader.optional_int64("limit", {.min = 1, .max = 50}).value_or(10));
  request.fold = read_fold(reader);
  const bool explain = reader.optional_bool("explain").value_or(false);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const std::int64_t id, call.id());
  Services& services = api.services();
  ALCOVE_TRY(const FileTarget target, find_target(services, call.asking.principal, FileId{id}, part));
  request.content = target.file.content;
  ALCOVE_TRY(const search::SimilarResponse found,
             services.search->similar(call.asking.principal, request, call.context(kSearchTime)));
  json::Writer writer;
  writer.begin_object()
      .member("file_id", target.file.id.value)
      .member("mode", search::mode_word(found.mode))
      .member("took_ms", found.took_ms)
      .key("hits")
      .begin_array();
  for (const search::Hit& hit : found.hits) {
    ALCOVE_TRY_VOID(write_hit(writer, services, hit, explain));
  }
  writer.end_array();
  write_notes(writer, found.notes);
  writer.end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult suggest(Api& api, Call& call) {
  QueryReader reader(call.request);
  const std::string typed = reader.required_text("q", {.length_min = 1, .length_max = 300});
  const auto limit = static_cast<std::size_t>(reader.optional_int64("limit", {.min = 1, .max = 20}).value_or(8));
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const auto suggestions, api.services().search->suggest(call.asking.principal, typed, limit));
  json::Writer writer;
  writer.begin_object().key("suggestions").begin_array();
  for (const search::Suggestion& suggestion : suggestions) {
    const char* kind = suggestion.kind == search::Suggestion::Kind::kName    ? "name"
                       : suggestion.kind == search::Suggestion::Kind::kTitle ? "title"
                                                                             : "word";
    writer.begin_object().member("kind", kind).member("text", suggestion.text);
    if (suggestion.file) {
      writer.member("file_id", suggestion.file.value);
    }
    writer.end_object();
  }
  writer.end_array().end_object();
  return json_response(200, std::move(writer).take());
}

}  // namespace alcove::rest

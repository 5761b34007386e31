#include "domain/searches/searches.hpp"

#include "domain/search/option_words.hpp"
#include "surface/rest/query_reader.hpp"
#include "surface/rest/routes.hpp"

namespace alcove::rest {
namespace {

constexpr json::TextLimits kQueryLimits{.length_min = 1, .length_max = searches::kQueryLengthMax};
constexpr json::TextLimits kNameLimits{.length_min = 1, .length_max = searches::kNameLengthMax};
/// Recent searches when no number is asked for.
constexpr std::int64_t kRecentShown = 20;
/// Longest word of a mode or an order.
constexpr json::TextLimits kWordLimits{.length_min = 1, .length_max = 16};

/// "query", "mode" and "sort" of a body. Errors: kInvalidArgument for an unknown word.
Result<searches::Question> read_question(json::ObjectReader& reader) {
  searches::Question question;
  question.query = reader.required_text("query", kQueryLimits);
  const std::string mode = reader.optional_text("mode", kWordLimits).value_or("hybrid");
  const std::string sort = reader.optional_text("sort", kWordLimits).value_or("relevance");
  ALCOVE_TRY_VOID(reader.finish());
  const auto known_mode = search::find_mode(mode);
  const auto known_order = search::find_order(sort);
  if (!known_mode || !known_order) {
    Error error =
        make_error(ErrorCode::kInvalidArgument, known_mode ? "\"sort\" must be relevance, newest, oldest, name or size"
                                                           : "\"mode\" must be hybrid, keyword or meaning");
    error.field = known_mode ? "/sort" : "/mode";
    return std::unexpected(std::move(error));
  }
  question.mode = *known_mode;
  question.order = *known_order;
  return question;
}

void write_question(json::Writer& writer, const searches::Question& question) {
  writer.member("query", question.query)
      .member("mode", search::mode_word(question.mode))
      .member("sort", search::order_word(question.order));
}

void write_saved(json::Writer& writer, const searches::Saved& saved) {
  writer.begin_object().member("id", saved.id).member("name", saved.name);
  write_question(writer, saved.question);
  writer.member("saved", format_rfc3339(saved.saved_at)).end_object();
}

}  // namespace

RouteResult list_recent_searches(Api& api, Call& call) {
  QueryReader reader(call.request);
  const std::int64_t limit =
      reader.optional_int64("limit", {.min = 1, .max = searches::kRecentMax}).value_or(kRecentShown);
  ALCOVE_TRY_VOID(reader.finish());
  searches::Searches& searches = *api.services().searches;
  ALCOVE_TRY(const auto remembering, searches.remembering(call.asking.principal));
  ALCOVE_TRY(const auto recent, searches.recent(call.asking.principal, static_cast<std::size_t>(limit)));
  json::Writer writer;
  writer.begin_object().member("remember", remembering == searches::Remembering::kOn).key("searches").begin_array();
  for (const searches::Recent& one : recent) {
    writer.begin_object().member("id", one.id);
    write_question(writer, one.question);
    writer.member("asked", format_rfc3339(one.asked_at)).end_object();
  }
  writer.end_array().end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult remember_search(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  ALCOVE_TRY(const searches::Question question, read_question(reader));
  ALCOVE_TRY_VOID(api.services().searches->remember(call.asking.principal, question));
  return empty_response();
}

RouteResult forget_searches(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY_VOID(api.services().searches->forget_all(call.asking.principal));
  return empty_response();
}

RouteResult forget_search(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY_VOID(api.services().searches->forget(call.asking.principal, id));
  return empty_response();
}

RouteResult list_saved_searches(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const auto saved, api.services().searches->saved(call.asking.principal));
  json::Writer writer;
  writer.begin_object().key("searches").begin_array();
  for (const searches::Saved& one : saved) {
    write_saved(writer, one);
  }
  writer.end_array().end_object();
  return json_response(200, std::move(writer).take());
}

RouteResult save_search(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const std::string name = reader.required_text("name", kNameLimits);
  ALCOVE_TRY(const searches::Question question, read_question(reader));
  ALCOVE_TRY(const auto saved, api.services().searches->save(call.asking.principal, name, question));
  json::Writer writer;
  write_saved(writer, saved);
  return json_response(201, std::move(writer).take());
}

RouteResult rename_search(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const std::string name = reader.required_text("name", kNameLimits);
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY(const auto renamed, api.services().searches->rename(call.asking.principal, id, name));
  json::Writer writer;
  write_saved(writer, renamed);
  return json_response(200, std::move(writer).take());
}

RouteResult remove_search(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const std::int64_t id, call.id());
  ALCOVE_TRY_VOID(api.services().searches->remove(call.asking.principal, id));
  return empty_response();
}

RouteResult set_search_memory(Api& api, Call& call) {
  ALCOVE_TRY_VOID(expect_no_query(call.request));
  ALCOVE_TRY(const json::Value body, read_body(call.request));
  json::ObjectReader reader(body);
  const bool remember = reader.required_bool("remember");
  ALCOVE_TRY_VOID(reader.finish());
  ALCOVE_TRY_VOID(api.services().searches->set_remembering(
      call.asking.principal, remember ? searches::Remembering::kOn : searches::Remembering::kOff));
  return empty_response();
}

}  // namespace alcove::rest

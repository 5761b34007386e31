#include <fmt/format.h>

#include "app/cli/commands.hpp"

namespace alcove::cli {
namespace {

/// "roof type:pdf", and how it is searched where that is not the usual way.
std::string shown_question(const json::Value& search) {
  std::string line = search.text_at("query");
  if (const std::string mode = search.text_at("mode"); mode != "hybrid") {
    line += fmt::format("  (mode {})", mode);
  }
  if (const std::string sort = search.text_at("sort"); sort != "relevance") {
    line += fmt::format("  (sort {})", sort);
  }
  return line;
}

Result<json::Value> find_saved(const Common& common, const std::string& name) {
  ALCOVE_TRY(const json::Value answer, common.client().get("/searches/saved"));
  for (const json::Value& saved : answer.items_at("searches")) {
    if (saved.text_at("name") == name) {
      return saved;
    }
  }
  return fail(ErrorCode::kNotFound, fmt::format("No saved search is called {}", name));
}

void say(const Common& common, std::string_view sentence) {
  print_line(common.is_json() ? "{}" : sentence);
}

}  // namespace

Status list_searches(const Common& common) {
  ALCOVE_TRY(const json::Value saved, common.client().get("/searches/saved"));
  ALCOVE_TRY(const json::Value recent, common.client().get("/searches/recent", {{"limit", "200"}}));
  if (common.is_json()) {
    json::Writer writer;
    writer.begin_object().member("remember", recent.is_true_at("remember")).key("saved").begin_array();
    for (const json::Value& search : saved.items_at("searches")) {
      writer.value(search);
    }
    writer.end_array().key("recent").begin_array();
    for (const json::Value& search : recent.items_at("searches")) {
      writer.value(search);
    }
    writer.end_array().end_object();
    print_line(std::move(writer).take());
    return {};
  }
  for (const json::Value& search : saved.items_at("searches")) {
    print_line(fmt::format("{:<24} {}", search.text_at("name"), shown_question(search)));
  }
  for (const json::Value& search : recent.items_at("searches")) {
    print_line(fmt::format("{:<24} {}", search.text_at("asked"), shown_question(search)));
  }
  if (!recent.is_true_at("remember")) {
    print_line("What is asked on the page is not remembered");
  }
  return {};
}

Status save_search(const Common& common, const std::string& name, const SearchOptions& options) {
  json::Writer body;
  body.begin_object().member("name", name).member("query", options.query);
  body.member("mode", options.mode).member("sort", options.sort).end_object();
  ALCOVE_TRY(const json::Value saved, common.client().post("/searches/saved", std::move(body).take()));
  if (common.is_json()) {
    print_json(saved);
  } else {
    print_line(fmt::format("Saved as {}", saved.text_at("name")));
  }
  return {};
}

Status search_saved(const Common& common, const std::string& name, SearchOptions options) {
  ALCOVE_TRY(const json::Value saved, find_saved(common, name));
  options.query = saved.text_at("query");
  options.mode = saved.text_at("mode");
  options.sort = saved.text_at("sort");
  return search(common, options);
}

Status remove_search(const Common& common, const std::string& name) {
  ALCOVE_TRY(const json::Value saved, find_saved(common, name));
  ALCOVE_TRY_VOID(common.client().remove(fmt::format("/searches/saved/{}", saved.int64_at("id"))));
  say(common, "Removed");
  return {};
}

Status forget_searches(const Common& common) {
  ALCOVE_TRY_VOID(common.client().remove("/searches/recent"));
  say(common, "Erased what was asked; saved searches stay");
  return {};
}

Status set_search_memory(const Common& common, SearchMemory memory) {
  const bool on = memory == SearchMemory::kOn;
  ALCOVE_TRY_VOID(common.client().put("/searches/memory", on ? R"({"remember":true})" : R"({"remember":false})"));
  say(common, on ? "What is asked on the page is remembered" : "Erased what was asked; nothing is remembered");
  return {};
}

}  // namespace alcove::cli

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "base/text.hpp"
#include "surface/rest/query_reader.hpp"

namespace alcove::cli {
namespace {

constexpr std::int64_t kBlocksAtOnce = 5'000;
constexpr std::int64_t kPassagesAtOnce = 1'000;
/// What one request may ask for.
constexpr std::size_t kHitsAtOnce = 200;

http::Pairs path_query(const std::string& path) {
  http::Pairs query = {{"path", to_valid_utf8(path)}};
  if (!is_valid_utf8(path)) {
    query.emplace_back("path_base64", rest::to_base64(path));
  }
  return query;
}

/// The file as the server knows it. The path is tried as it stands, and then with links resolved, as libraries are kept
/// under their true paths.
Result<json::Value> find_file(const Common& common, const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  std::vector<std::string> candidates;
  const bool names_library =
      path.contains(':') && !std::filesystem::exists(std::filesystem::symlink_status(path, error));
  if (names_library) {
    candidates.push_back(path);
  }
  candidates.push_back(absolute.native());
  if (auto parent = std::filesystem::weakly_canonical(absolute.parent_path(), error); !error) {
    candidates.push_back((parent / absolute.filename()).native());
  }
  Result<json::Value> found = fail(ErrorCode::kNotFound, "No such file");
  for (const std::string& candidate : candidates) {
    found = common.client().get("/files/by-path", path_query(candidate));
    if (found || found.error().code != ErrorCode::kNotFound) {
      break;
    }
  }
  return found;
}

/// The hit as the contract of the command line has it: the snippet is plain text.
void write_hit(json::Writer& writer, const json::Value& hit) {
  writer.begin_object();
  for (const auto& [name, value] : *hit.if_object()) {
    if (name == "snippet") {
      writer.member("snippet", hit.text_at("snippet_text"));
    } else if (name != "snippet_text") {
      writer.key(name).value(value);
    }
  }
  writer.end_object();
}

void print_answer_as_json(const json::Value& answer) {
  json::Writer writer;
  writer.begin_object();
  for (const auto& [name, value] : *answer.if_object()) {
    if (name != "hits") {
      writer.key(name).value(value);
      continue;
    }
    writer.key("hits").begin_array();
    for (const json::Value& hit : *value.if_array()) {
      write_hit(writer, hit);
    }
    writer.end_array();
  }
  writer.end_object();
  print_line(std::move(writer).take());
}

void print_hit(const json::Value& hit, std::size_t rank, bool explain) {
  const json::Value* place = hit.find("place");
  const std::string where = place == nullptr ? std::string() : shown_place(*place);
  print_line(fmt::format("{:>3}. {}:{}{}{}", rank, hit.text_at("library"), hit.text_at("path"),
                         where.empty() ? "" : "  ", where));
  if (const std::string snippet = hit.text_at("snippet_text"); !snippet.empty()) {
    std::string line = snippet;
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    print_line(fmt::format("     {}", line));
  }
  const auto& near = hit.items_at("near_identical");
  for (const json::Value& other : near) {
    print_line(fmt::format("     nearly the same: {}:{}", other.text_at("library"), other.text_at("path")));
  }
  if (const auto more = hit.int64_at("near_identical_count") - static_cast<std::int64_t>(near.size()); more > 0) {
    print_line(fmt::format("     and {} more", more));
  }
  if (!explain) {
    return;
  }
  print_line(fmt::format("     score {:.3f}", hit.double_at("score")));
  for (const json::Value& reason : hit.items_at("reasons")) {
    print_line(fmt::format("     - {} ({:.3f}, share {:.2f})", reason.text_at("text"), reason.double_at("value"),
                           reason.double_at("weight")));
  }
}

void print_answer(const json::Value& answer, bool explain) {
  std::size_t rank = 0;
  bool line_drawn = false;
  for (const json::Value& hit : answer.items_at("hits")) {
    if (hit.is_true_at("weak") && !line_drawn) {
      print_line(rank == 0 && answer.is_true_at("nothing_fits") ? "Nothing found that fits well; weaker hits:"
                                                                : "---- weaker hits ----");
      line_drawn = true;
    }
    print_hit(hit, ++rank, explain);
  }
  if (rank == 0) {
    print_line("Nothing found");
  }
  for (const json::Value& note : answer.items_at("notes")) {
    print_line(fmt::format("Note: {}", note.text_at("message")));
  }
}

std::string shown_flag(bool value) {
  return value ? "true" : "false";
}

void print_stage(const json::Value& stage) {
  std::string line = fmt::format("  {:<14} {:<8}", stage.text_at("stage"), stage.text_at("state"));
  if (const std::string made = stage.text_at("made"); !made.empty()) {
    line += fmt::format(" {} on {}, {}, {} ms", made, stage.text_at("machine"), shown_bytes(stage.int64_at("size")),
                        stage.int64_at("cpu_ms"));
  }
  if (const std::string model = stage.text_at("model"); !model.empty()) {
    line += fmt::format(", {}", model);
  }
  if (const std::string reason = stage.text_at("reason"); !reason.empty()) {
    line += fmt::format(" {}", reason);
  }
  print_line(line);
}

/// An answer with the hits of all its pages.
json::Value joined(const json::Value& first, const json::Value& last, json::Value::Array hits) {
  json::Value::Object members;
  for (const auto& [name, value] : *first.if_object()) {
    if (name == "more" || name == "notes") {
      members.emplace_back(name, *last.find(name));  // At its end a list says what it left out.
    } else if (name != "cursor" && name != "hits") {
      members.emplace_back(name, value);
    }
  }
  members.emplace_back("hits", json::Value(std::move(hits)));
  return json::Value(std::move(members));
}

/// The answer, as many pages as it takes.
Result<json::Value> ask(const Common& common, const SearchOptions& options) {
  const auto missing = [&](std::size_t found) {
    return std::to_string(std::min(static_cast<std::size_t>(options.limit) - found, kHitsAtOnce));
  };
  ALCOVE_TRY(const json::Value first, common.client().get("/search", {{"q", options.query},
                                                                      {"mode", options.mode},
                                                                      {"sort", options.sort},
                                                                      {"limit", missing(0)},
                                                                      {"passages", shown_flag(options.passages)},
                                                                      {"fold", options.unfold ? "none" : "near"},
                                                                      {"explain", shown_flag(options.explain)}}));
  json::Value::Array hits = first.items_at("hits");
  json::Value page = first;
  while (hits.size() < static_cast<std::size_t>(options.limit) && page.is_true_at("more")) {
    ALCOVE_TRY(page, common.client().get("/search/more", {{"cursor", page.text_at("cursor")},
                                                          {"limit", missing(hits.size())},
                                                          {"explain", shown_flag(options.explain)}}));
    hits.insert(hits.end(), page.items_at("hits").begin(), page.items_at("hits").end());
  }
  return joined(first, page, std::move(hits));
}

}  // namespace

Status search(const Common& common, const SearchOptions& options) {
  ALCOVE_TRY(const json::Value answer, ask(common, options));
  if (common.is_json()) {
    print_answer_as_json(answer);
    return {};
  }
  print_answer(answer, options.explain);
  return {};
}

namespace {

/// Parts inside parts that are printed; the server looks no deeper.
constexpr unsigned kPartDepthMax = 16;

std::string address_of(std::int64_t file) {
  return fmt::format("/files/{}", file);
}

http::Pairs of_part(const std::string& part, http::Pairs more = {}) {
  if (!part.empty()) {
    more.emplace_back("part", part);
  }
  return more;
}

/// Calls `use` for every member of a file or part, in pages.
Status for_each_member(const Common& common, std::int64_t file, const std::string& part,
                       const std::function<Status(const json::Value&)>& use) {
  for (std::int64_t offset = 0;;) {
    ALCOVE_TRY(const json::Value page,
               common.client().get(address_of(file), of_part(part, {{"parts_offset", std::to_string(offset)}})));
    const auto& members = page.items_at("parts");
    for (const json::Value& member : members) {
      ALCOVE_TRY_VOID(use(member));
    }
    offset += static_cast<std::int64_t>(members.size());
    if (members.empty() || offset >= page.int64_at("part_count")) {
      return {};
    }
  }
}

Status print_members(const Common& common, std::int64_t file, const std::string& part, unsigned depth) {
  return for_each_member(common, file, part, [&](const json::Value& member) -> Status {
    print_line(fmt::format("  {:{}}part {}: {} ({}, {}, {})", "", 2 * depth, member.text_at("part"),
                           member.text_at("path"), member.text_at("type"), shown_bytes(member.int64_at("size")),
                           member.text_at("reason").empty() ? member.text_at("state") : member.text_at("reason")));
    return member.int64_at("part_count") > 0 && depth < kPartDepthMax
               ? print_members(common, file, member.text_at("part"), depth + 1)
               : Status();
  });
}

}  // namespace

Status show_file(const Common& common, const std::string& path, const std::string& part) {
  ALCOVE_TRY(json::Value file, find_file(common, path));
  if (!part.empty()) {
    ALCOVE_TRY(file, common.client().get(address_of(file.int64_at("id")), of_part(part)));
  }
  if (common.is_json()) {
    print_json(file);
    return {};
  }
  print_line(fmt::format("{}:{}", file.text_at("library"), file.text_at("path")));
  if (const std::string inside = file.text_at("part_path"); !inside.empty()) {
    print_line(fmt::format("  inside: {}", inside));
  }
  print_line(fmt::format("  {}, {}, changed {}, {}", file.text_at("type"), shown_bytes(file.int64_at("size")),
                         file.text_at("modified"), file.text_at("state")));
  if (const std::string hash = file.text_at("sha256"); !hash.empty()) {
    print_line(fmt::format("  sha256 {}", hash));
  }
  if (const std::string problem = file.text_at("problem"); !problem.empty()) {
    print_line(fmt::format("  {}", problem));
  }
  for (const json::Value& stage : file.items_at("stages")) {
    print_stage(stage);
  }
  for (const json::Value& note : file.items_at("notes")) {
    print_line(fmt::format("  note: {}", note.text_at("message")));
  }
  for (const json::Value& share : file.items_at("languages")) {
    print_line(fmt::format("  language {} {:.0f} %", share.text_at("language"), 100 * share.double_at("share")));
  }
  print_line(fmt::format("  {} passages", file.int64_at("passage_count")));
  ALCOVE_TRY_VOID(print_members(common, file.int64_at("id"), part, 0));
  for (const json::Value& other : file.items_at("same_content")) {
    print_line(fmt::format("  same content: {}:{}", other.text_at("library"), other.text_at("path")));
  }
  return {};
}

Status show_similar(const Common& common, const std::string& path, const std::string& part,
                    const SimilarOptions& options) {
  ALCOVE_TRY(const json::Value file, find_file(common, path));
  ALCOVE_TRY(const json::Value answer, common.client().get(address_of(file.int64_at("id")) + "/similar",
                                                           of_part(part, {{"limit", std::to_string(options.limit)},
                                                                          {"fold", options.unfold ? "none" : "near"},
                                                                          {"explain", shown_flag(options.explain)}})));
  if (common.is_json()) {
    print_answer_as_json(answer);
  } else {
    print_answer(answer, options.explain);
  }
  return {};
}

namespace {

/// Prints the text of a file or part, and then of each of its parts under its name.
Status print_texts(const Common& common, std::int64_t file, const std::string& part, const std::string& part_path,
                   unsigned depth) {
  const std::string address = address_of(file) + "/text";
  if (!part_path.empty()) {
    print_line(fmt::format("--- {} ---", part_path));
  }
  for (std::int64_t offset = 0;; offset += kBlocksAtOnce) {
    ALCOVE_TRY(const json::Value page,
               common.client().get(address, of_part(part, {{"blocks_offset", std::to_string(offset)},
                                                           {"blocks_limit", std::to_string(kBlocksAtOnce)},
                                                           {"passages_limit", "0"}})));
    for (const json::Value& block : page.items_at("blocks")) {
      print_text(block.text_at("text"));
    }
    if (offset + kBlocksAtOnce >= page.int64_at("block_count")) {
      break;
    }
  }
  if (depth >= kPartDepthMax) {
    return {};
  }
  return for_each_member(common, file, part, [&](const json::Value& member) {
    if (!member.text_at("reason_code").empty()) {
      return Status();  // Its bytes were not read; `show` says why.
    }
    return print_texts(common, file, member.text_at("part"),
                       fmt::format("{}{}{}", part_path, part_path.empty() ? "" : "/", member.text_at("path")),
                       depth + 1);
  });
}

/// The passages of a file or part and of its parts, one after another; notes are gathered.
Status write_passages(json::Writer& writer, const Common& common, std::int64_t file, const std::string& part,
                      const std::string& part_path, unsigned depth, std::vector<json::Value>& notes) {
  const std::string address = address_of(file) + "/text";
  for (std::int64_t offset = 0;; offset += kPassagesAtOnce) {
    ALCOVE_TRY(const json::Value page,
               common.client().get(address, of_part(part, {{"blocks_limit", "0"},
                                                           {"passages_offset", std::to_string(offset)},
                                                           {"passages_limit", std::to_string(kPassagesAtOnce)}})));
    for (const json::Value& passage : page.items_at("passages")) {
      writer.begin_object();
      if (!part.empty()) {
        writer.member("part", part).member("part_path", part_path);
      }
      for (const auto& [name, value] : *passage.if_object()) {
        writer.key(name).value(value);
      }
      writer.end_object();
    }
    if (offset + kPassagesAtOnce < page.int64_at("passage_count")) {
      continue;
    }
    const auto& more = page.items_at("notes");
    notes.insert(notes.end(), more.begin(), more.end());
    break;
  }
  if (depth >= kPartDepthMax) {
    return {};
  }
  return for_each_member(common, file, part, [&](const json::Value& member) {
    if (!member.text_at("reason_code").empty()) {
      return Status();
    }
    return write_passages(writer, common, file, member.text_at("part"),
                          fmt::format("{}{}{}", part_path, part_path.empty() ? "" : "/", member.text_at("path")),
                          depth + 1, notes);
  });
}

}  // namespace

Status show_text(const Common& common, const std::string& path, const std::string& part) {
  ALCOVE_TRY(const json::Value file, find_file(common, path));
  const std::int64_t id = file.int64_at("id");
  if (!common.is_json()) {
    return print_texts(common, id, part, {}, 0);
  }
  json::Writer writer;
  writer.begin_object()
      .member("library", file.text_at("library"))
      .member("path", file.text_at("path"))
      .key("passages")
      .begin_array();
  std::vector<json::Value> notes;
  ALCOVE_TRY_VOID(write_passages(writer, common, id, part, {}, 0, notes));
  writer.end_array().key("notes").begin_array();
  for (const json::Value& note : notes) {
    writer.value(note);
  }
  writer.end_array().end_object();
  print_line(std::move(writer).take());
  return {};
}

}  // namespace alcove::cli

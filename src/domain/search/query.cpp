#include "domain/search/query.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::search {
namespace {

struct Quote {
  std::string_view opening;
  std::array<std::string_view, 2> closings;
};

/// What people type or what their keyboards make of it.
constexpr auto kQuotes = std::to_array<Quote>({
    {"\"", {"\"", "\""}},
    {"“", {"”", "“"}},
    {"„", {"“", "”"}},
    {"«", {"»", "»"}},
    {"「", {"」", "」"}},
});

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Length of white space at the beginning: ASCII, no-break and ideographic space.
std::size_t space_size(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  if (is_space(text.front())) {
    return 1;
  }
  for (const std::string_view wide : {std::string_view("\u00A0"), std::string_view("\u3000")}) {
    if (text.starts_with(wide)) {
      return wide.size();
    }
  }
  return 0;
}

class Parser {
 public:
  explicit Parser(std::string_view rest) : rest_(rest) {}

  ParsedQuery parse() && {
    std::size_t items = 0;
    while (skip_space(), !rest_.empty()) {
      if (++items > kQueryItemsMax) {
        parsed_.notes.emplace_back(fmt::format("Only the first {} words were used", kQueryItemsMax));
        break;
      }
      take_item();
    }
    return std::move(parsed_);
  }

 private:
  void skip_space() {
    while (const std::size_t size = space_size(rest_)) {
      rest_.remove_prefix(size);
    }
  }

  /// A quoted text at the beginning of the rest; nothing when none begins here.
  std::optional<std::string> take_quoted() {
    for (const Quote& quote : kQuotes) {
      if (!rest_.starts_with(quote.opening)) {
        continue;
      }
      rest_.remove_prefix(quote.opening.size());
      std::size_t end = std::string_view::npos;
      std::size_t closing_size = 0;
      for (const std::string_view closing : quote.closings) {
        if (const std::size_t found = rest_.find(closing); found < end) {
          end = found;
          closing_size = closing.size();
        }
      }
      if (end == std::string_view::npos) {
        parsed_.notes.emplace_back("A quotation mark is not closed; the phrase was taken to the end");
        end = rest_.size();
      }
      std::string quoted(trimmed(rest_.substr(0, end)));
      rest_.remove_prefix(end + closing_size);
      return quoted;
    }
    return std::nullopt;
  }

  std::string_view take_word() {
    std::size_t size = 0;
    while (size < rest_.size() && space_size(rest_.substr(size)) == 0) {
      ++size;
    }
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
  }

  void take_item() {
    bool negated = false;
    if (rest_.size() > 1 && rest_.front() == '-' && rest_[1] != '-' && space_size(rest_.substr(1)) == 0) {
      negated = true;
      rest_.remove_prefix(1);
    }
    if (std::optional<std::string> quoted = take_quoted()) {
      if (!quoted->empty()) {
        add_text(*quoted, negated ? parsed_.excluded : parsed_.phrases, negated);
      }
      return;
    }
    if (take_filter(negated)) {
      return;
    }
    const std::string_view word = take_word();
    add_text(word, negated ? parsed_.excluded : parsed_.words, negated);
  }

  void add_text(std::string_view text, std::vector<std::string>& list, bool negated) {
    list.emplace_back(text);
    if (!negated) {
      parsed_.text += parsed_.text.empty() ? "" : " ";
      parsed_.text += text;
    }
  }

  bool take_filter(bool negated) {
    const std::size_t colon = rest_.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 16) {
      return false;
    }
    const std::string_view prefix = rest_.substr(0, colon);
    if (!std::ranges::all_of(prefix, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); })) {
      return false;
    }
    const std::string name = ascii_lower(prefix);
    std::optional<Filter::Kind> kind;
    if (name == "type") {
      kind = Filter::Kind::kType;
    } else if (name == "in") {
      kind = Filter::Kind::kIn;
    } else if (name == "name") {
      kind = Filter::Kind::kName;
    }
    const std::string_view after = rest_.substr(colon + 1);
    if (!kind) {
      // "Re: offer" and addresses of pages are everyday text, not mistaken filters.
      if (!after.empty() && space_size(after) == 0 && !after.starts_with("/")) {
        parsed_.notes.emplace_back(fmt::format("“{}:” is no filter; it was searched as a word", prefix));
      }
      return false;
    }
    rest_ = after;
    std::optional<std::string> quoted = take_quoted();
    std::string value = quoted ? std::move(*quoted) : std::string(take_word());
    if (value.empty()) {
      parsed_.notes.emplace_back(fmt::format("“{}:” needs a value", name));
    } else if (*kind == Filter::Kind::kType && formats_of_type(value).empty()) {
      parsed_.notes.emplace_back(fmt::format("There is no type “{}”; the filter was left out", value));
    } else {
      parsed_.filters.push_back({.kind = *kind, .value = std::move(value), .negated = negated});
    }
    return true;
  }

  std::string_view rest_;
  ParsedQuery parsed_;
};

using wire::Format;

struct TypeName {
  std::string_view name;
  std::vector<Format> formats;
};

const std::vector<TypeName>& type_names() {
  static const std::vector<TypeName> kNames{
      {"pdf", {Format::kPdf}},
      {"docx", {Format::kDocx}},
      {"doc", {Format::kDocx}},
      {"word", {Format::kDocx}},
      {"xlsx", {Format::kXlsx}},
      {"xls", {Format::kXlsx}},
      {"excel", {Format::kXlsx}},
      {"pptx", {Format::kPptx}},
      {"ppt", {Format::kPptx}},
      {"powerpoint", {Format::kPptx}},
      {"odt", {Format::kOdt}},
      {"ods", {Format::kOds}},
      {"odp", {Format::kOdp}},
      {"rtf", {Format::kRtf}},
      {"epub", {Format::kEpub}},
      {"fb2", {Format::kFictionBook}},
      {"ebook", {Format::kEpub, Format::kFictionBook}},
      {"xml", {Format::kXml}},
      {"json", {Format::kJson}},
      {"latex", {Format::kLatex}},
      {"tex", {Format::kLatex}},
      {"subtitles", {Format::kSubtitles}},
      {"html", {Format::kHtml}},
      {"htm", {Format::kHtml}},
      {"web", {Format::kHtml}},
      {"md", {Format::kMarkdown}},
      {"markdown", {Format::kMarkdown}},
      {"txt", {Format::kPlainText}},
      {"text", {Format::kPlainText, Format::kMarkdown}},
      {"csv", {Format::kCsv}},
      {"code", {Format::kSourceCode}},
      {"source", {Format::kSourceCode}},
      {"eml", {Format::kEml}},
      {"mail", {Format::kEml}},
      {"email", {Format::kEml}},
      {"document",
       {Format::kPdf, Format::kDocx, Format::kOdt, Format::kHtml, Format::kMarkdown, Format::kPlainText, Format::kRtf,
        Format::kLatex}},
      {"spreadsheet", {Format::kXlsx, Format::kCsv, Format::kOds}},
      {"table", {Format::kXlsx, Format::kCsv, Format::kOds}},
      {"presentation", {Format::kPptx, Format::kOdp}},
      {"slides", {Format::kPptx, Format::kOdp}},
  };
  return kNames;
}

}  // namespace

ParsedQuery parse_query(std::string_view query) {
  const std::string valid = to_valid_utf8(query);
  const std::string_view used = utf8_prefix(valid, kQueryBytesMax);
  ParsedQuery parsed = Parser(used).parse();
  if (used.size() < valid.size()) {
    parsed.notes.emplace_back("The query is too long; its end was left out");
  }
  return parsed;
}

std::vector<wire::Format> formats_of_type(std::string_view value) {
  std::string wanted = ascii_lower(value);
  if (wanted.starts_with(".")) {
    wanted.erase(0, 1);
  }
  for (const TypeName& type : type_names()) {
    // "documents" as well as "document".
    if (wanted == type.name || (wanted.ends_with("s") && wanted.substr(0, wanted.size() - 1) == type.name)) {
      return type.formats;
    }
  }
  return {};
}

bool matches_glob(std::string_view pattern, std::string_view name) {
  // The usual two pointers and the last star: linear in practice, never exponential.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  const auto step = [&](std::size_t at) {
    ++at;
    while (at < name.size() && (static_cast<unsigned char>(name[at]) & 0xC0U) == 0x80U) {
      ++at;
    }
    return at;
  };
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      n = step(n);
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      resume = step(resume);
      n = resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

}  // namespace alcove::search

#include "domain/search/filters.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "base/text.hpp"

namespace alcove::search {
namespace {

constexpr auto kFilterNames = std::to_array<FilterName>({
    {.name = "type", .kind = Filter::Kind::kType, .alternatives = true},
    {.name = "in", .kind = Filter::Kind::kIn, .alternatives = true},
    {.name = "name", .kind = Filter::Kind::kName, .alternatives = false},
    {.name = "path", .kind = Filter::Kind::kPath, .alternatives = false},
    {.name = "date", .kind = Filter::Kind::kDate, .alternatives = true},
    {.name = "before", .kind = Filter::Kind::kBefore, .alternatives = false},
    {.name = "after", .kind = Filter::Kind::kAfter, .alternatives = false},
    {.name = "lang", .kind = Filter::Kind::kLanguage, .alternatives = true},
    {.name = "language", .kind = Filter::Kind::kLanguage, .alternatives = true},
    {.name = "size", .kind = Filter::Kind::kSize, .alternatives = false},
    {.name = "is", .kind = Filter::Kind::kIs, .alternatives = false},
});

using wire::Format;

struct TypeName {
  std::string_view name;
  std::vector<Format> formats;
};

const std::vector<TypeName>& type_names() {
  static const std::vector<TypeName> kNames{
      {"pdf", {Format::kPdf}},
      {"docx", {Format::kDocx}},
      {"doc", {Format::kDocx, Format::kDoc}},
      {"word", {Format::kDocx, Format::kDoc}},
      {"xlsx", {Format::kXlsx}},
      {"xls", {Format::kXlsx, Format::kXls}},
      {"excel", {Format::kXlsx, Format::kXls}},
      {"pptx", {Format::kPptx}},
      {"ppt", {Format::kPptx, Format::kPpt}},
      {"powerpoint", {Format::kPptx, Format::kPpt}},
      {"odt", {Format::kOdt}},
      {"ods", {Format::kOds}},
      {"odp", {Format::kOdp}},
      {"rtf", {Format::kRtf}},
      {"epub", {Format::kEpub}},
      {"fb2", {Format::kFictionBook}},
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
      {"msg", {Format::kMsg}},
      {"mbox", {Format::kMbox}},
      {"mail", {Format::kEml, Format::kMsg, Format::kMbox}},
      {"email", {Format::kEml, Format::kMsg, Format::kMbox}},
      {"xml", {Format::kXml}},
      {"json", {Format::kJson}},
      {"tex", {Format::kLatex}},
      {"latex", {Format::kLatex}},
      {"subtitles", {Format::kSubtitles}},
      {"zip", {Format::kZip}},
      {"7z", {Format::kSevenZip}},
      {"tar", {Format::kTar}},
      {"rar", {Format::kRar}},
      {"archive", {Format::kZip, Format::kSevenZip, Format::kTar, Format::kCompressed, Format::kRar}},
      {"book", {Format::kEpub, Format::kFictionBook}},
      {"ebook", {Format::kEpub, Format::kFictionBook}},
      {"document",
       {Format::kPdf, Format::kDocx, Format::kDoc, Format::kOdt, Format::kRtf, Format::kHtml, Format::kMarkdown,
        Format::kPlainText, Format::kLatex}},
      {"spreadsheet", {Format::kXlsx, Format::kXls, Format::kOds, Format::kCsv}},
      {"table", {Format::kXlsx, Format::kXls, Format::kOds, Format::kCsv}},
      {"presentation", {Format::kPptx, Format::kPpt, Format::kOdp}},
      {"slides", {Format::kPptx, Format::kPpt, Format::kOdp}},
  };
  return kNames;
}

}  // namespace

const FilterName* find_filter(std::string_view name) {
  const auto* const found = std::ranges::find(kFilterNames, name, &FilterName::name);
  return found == kFilterNames.end() ? nullptr : found;
}

std::string_view nearest_filter(std::string_view name) {
  // Short names are a slip or two from any short word.
  constexpr std::size_t kSlipsMax = 2;
  std::string_view best;
  std::size_t fewest = kSlipsMax + 1;
  const std::u32string typed(name.begin(), name.end());
  for (const FilterName& filter : kFilterNames) {
    const std::size_t most = filter.name.size() < 4 ? 0 : filter.name.size() < 6 ? 1 : kSlipsMax;
    const std::size_t slips = edit_distance(typed, std::u32string(filter.name.begin(), filter.name.end()), most);
    if (slips <= most && slips < fewest) {
      fewest = slips;
      best = filter.name;
    }
  }
  return best;
}

std::size_t edit_distance(std::u32string_view a, std::u32string_view b, std::size_t most) {
  // Optimal string alignment in three rows.
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) {
    return most + 1;
  }
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    if (*std::ranges::min_element(row) > most) {
      return most + 1;
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], most + 1);
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
  // Formats that have no name of their own in the table.
  for (std::size_t i = 0; i < static_cast<std::size_t>(Format::kCount_); ++i) {
    const auto format = static_cast<Format>(i);
    if (format != Format::kUnknown && wanted == wire::format_name(format)) {
      return {format};
    }
  }
  return {};
}

std::string_view type_of_format(wire::Format format) {
  // Where a name is also that of a wider group, the narrow one is taken.
  static constexpr auto kTypes = std::to_array<std::pair<Format, std::string_view>>({
      {Format::kDocx, "word"},
      {Format::kDoc, "word"},
      {Format::kXlsx, "excel"},
      {Format::kXls, "excel"},
      {Format::kPptx, "powerpoint"},
      {Format::kPpt, "powerpoint"},
      {Format::kPlainText, "txt"},
  });
  if (format == Format::kUnknown || format == Format::kCount_) {
    return {};
  }
  const auto* const found = std::ranges::find(kTypes, format, &std::pair<Format, std::string_view>::first);
  return found == kTypes.end() ? std::string_view(wire::format_name(format)) : found->second;
}

}  // namespace alcove::search

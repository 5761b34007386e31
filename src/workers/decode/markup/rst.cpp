#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/plain/plain.hpp"

namespace alcove::markup {
namespace {

using wire::BlockKind;

/// A line of one punctuation character, at least as long as two; 0 for other lines.
char adornment(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
    line.remove_suffix(1);
  }
  constexpr std::string_view kMarks = "=-`:'\"~^_*+#<>.";
  const bool uniform = line.size() >= 2 && kMarks.find(line[0]) != std::string_view::npos &&
                       line.find_first_not_of(line[0]) == std::string_view::npos;
  return uniform ? line[0] : '\0';
}

/// The text of a list item without its mark; empty for other lines.
std::string_view item_text(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.size() > 2 && (text[0] == '*' || text[0] == '-' || text[0] == '+') && text[1] == ' ') {
    return text.substr(2);
  }
  const std::size_t digits = text.find_first_not_of("0123456789#");
  const bool numbered = digits > 0 && digits < 5 && digits + 1 < text.size() &&
                        (text[digits] == '.' || text[digits] == ')') && text[digits + 1] == ' ';
  return numbered ? text.substr(digits + 2) : std::string_view();
}

}  // namespace

void read_rst(std::string_view text, input::TextCollector& collector) {
  std::vector<std::string_view> lines;
  plain::for_each_line(text, [&](std::string_view line, unsigned) {
    lines.push_back(line);
    return lines.size() < input::kBlocksMax;
  });
  std::string levels;  // Each adornment's mark, with an upper-case "o" behind it when it stands above, too.
  const auto add = [&](BlockKind kind, std::string_view words, std::size_t line, std::uint8_t level, bool starts) {
    wire::Place place;
    place.kind = wire::PlaceKind::kLine;
    place.line_first = place.line_last = static_cast<std::uint32_t>(line + 1);
    return collector.add(kind, words, std::move(place), {.level = level, .starts_paragraph = starts});
  };
  bool starts = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (trimmed(line).empty()) {
      starts = true;
      continue;
    }
    const char above = adornment(line);
    const std::size_t title = above != '\0' ? i + 1 : i;
    const char below = title + 1 < lines.size() ? adornment(lines[title + 1]) : '\0';
    const bool is_title = below != '\0' && adornment(lines[title]) == '\0' && !trimmed(lines[title]).empty() &&
                          (above == '\0' || above == below) && (starts || above != '\0') &&
                          lines[title + 1].size() + 3 >= utf8_length(lines[title]);
    if (is_title) {
      const std::string style = {below, above == '\0' ? ' ' : 'o'};
      std::size_t at = 0;
      while (at < levels.size() && std::string_view(levels).substr(at, 2) != style) {
        at += 2;
      }
      levels += at == levels.size() ? style : "";
      if (!add(BlockKind::kHeading, lines[title], title,
               static_cast<std::uint8_t>(std::min<std::size_t>(at / 2 + 1, 6)), true)) {
        return;
      }
      i = title + 1;
      starts = true;
      continue;
    }
    if (above != '\0') {
      continue;  // A transition or a table's border.
    }
    const std::string_view item = item_text(line);
    const bool is_item = !item.empty() && (starts || !item_text(lines[i - 1]).empty());
    if (!add(is_item ? BlockKind::kListItem : BlockKind::kLine, is_item ? item : line, i, 0, starts || is_item)) {
      return;
    }
    starts = false;
  }
}

}  // namespace alcove::markup

#include "workers/decode/plain/plain.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"

namespace alcove::plain {
namespace {

using wire::BlockKind;

/// Texts with more lines than this get blocks of several lines, so that no text meets the limit of blocks by having
/// short lines.
constexpr std::size_t kLineBlocksMax = 200'000;

wire::Place lines_place(unsigned first, unsigned last) {
  wire::Place place;
  place.kind = wire::PlaceKind::kLine;
  place.line_first = first;
  place.line_last = last;
  return place;
}

void read_lines(std::string_view text, BlockKind kind, input::TextCollector& collector) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  const auto lines_per_block = static_cast<unsigned>(lines / kLineBlocksMax + 1);
  std::string joined;
  unsigned first = 0;
  bool starts = true;
  bool open = true;
  unsigned last = 0;
  const auto flush = [&] {
    if (!joined.empty()) {
      open = collector.add(kind, joined, lines_place(first, last), {.starts_paragraph = starts});
      starts = false;
      joined.clear();
    }
    return open;
  };
  for_each_line(text, [&](std::string_view line, unsigned number) {
    if (trimmed(line).empty()) {
      flush();
      starts = true;
      return open;
    }
    first = joined.empty() ? number : first;
    joined += joined.empty() ? "" : "\n";
    joined += line;
    last = number;
    return number - first + 1 < lines_per_block || flush();
  });
  flush();
}

/// In the order of trust when equally frequent: where cells are parted by semicolons, numbers have decimal commas.
constexpr std::array kSeparators = {'\t', ';', '|', ','};

/// How often each separator stands outside quotes in a line.
std::array<std::size_t, kSeparators.size()> count_separators(std::string_view line) {
  std::array<std::size_t, kSeparators.size()> counts{};
  bool quoted = false;
  for (const char c : line) {
    quoted = c == '"' ? !quoted : quoted;
    for (std::size_t i = 0; i < kSeparators.size() && !quoted; ++i) {
      counts[i] += c == kSeparators[i] ? 1 : 0;
    }
  }
  return counts;
}

/// One record: its cells joined by tabs, and what remains after it.
struct Record {
  std::string row;
  std::size_t end = 0;
  unsigned lines = 1;
};

Record take_record(std::string_view text, char separator) {
  /// A quote that is never closed must not swallow the file.
  constexpr std::size_t kRecordBytesMax = 1024UL * 1024;
  Record record;
  std::string cell;
  bool quoted = false;
  bool at_start = true;
  const auto finish_cell = [&] {
    record.row += charset::collapse_spaces(cell);
    cell.clear();
    at_start = true;
  };
  std::size_t at = 0;
  for (; at < text.size() && at < kRecordBytesMax; ++at) {
    const char c = text[at];
    if (quoted) {
      const bool doubled = c == '"' && at + 1 < text.size() && text[at + 1] == '"';
      record.lines += c == '\n' ? 1U : 0U;
      if (doubled) {
        cell += '"';
        ++at;
      } else if (c == '"') {
        quoted = false;
      } else {
        cell += c;
      }
    } else if (c == '"' && at_start) {
      quoted = true;
      at_start = false;
    } else if (c == '\n') {
      ++at;
      break;
    } else if (c == separator && separator != '\0') {
      finish_cell();
      record.row += '\t';
    } else {
      cell += c;
      at_start = at_start && (c == ' ' || c == '\t');
    }
  }
  finish_cell();
  record.end = at;
  return record;
}

}  // namespace

void read_text(std::string_view text, input::TextCollector& collector) {
  read_lines(text, BlockKind::kLine, collector);
}

void read_code(std::string_view text, input::TextCollector& collector) {
  read_lines(text, BlockKind::kCode, collector);
}

char find_separator(std::string_view text) {
  constexpr unsigned kLinesSeen = 20;
  std::vector<std::array<std::size_t, kSeparators.size()>> counts;
  for_each_line(text, [&](std::string_view line, unsigned number) {
    if (!trimmed(line).empty()) {
      counts.push_back(count_separators(line));
    }
    return number < kLinesSeen;
  });
  char best = '\0';
  std::size_t best_score = 0;
  for (std::size_t i = 0; i < kSeparators.size(); ++i) {
    // What most lines have, and equally often, is the separator.
    std::size_t lines = 0;
    std::size_t alike = 0;
    for (const auto& line : counts) {
      lines += line[i] > 0 ? 1 : 0;
      alike += line[i] > 0 && line[i] == counts.front()[i] ? 1 : 0;
    }
    const std::size_t score = lines + alike * 2;
    if (lines * 2 > counts.size() && score > best_score) {
      best_score = score;
      best = kSeparators[i];
    }
  }
  return best;
}

void read_csv(std::string_view text, input::TextCollector& collector) {
  const char separator = find_separator(text);
  unsigned line = 1;
  while (!text.empty()) {
    const Record record = take_record(text, separator);
    if (!collector.add(BlockKind::kTableRow, record.row, lines_place(line, line + record.lines - 1))) {
      return;
    }
    line += record.lines;
    text.remove_prefix(record.end);
  }
}

}  // namespace alcove::plain

#pragma once
/// @file
/// Plain text, source code and tables of separated values. Places are lines of the decoded text.

#include <string_view>

#include "workers/decode/input/text_collector.hpp"

namespace alcove::plain {

/// One block per line; lines without a blank line between them form a paragraph.
void read_text(std::string_view text, input::TextCollector& collector);
/// One block per line, indentation kept.
void read_code(std::string_view text, input::TextCollector& collector);
/// One row per record, cells parted by tabs, also where a quoted cell spans lines. The separator is found from the
/// first lines: comma, semicolon, tab or bar.
void read_csv(std::string_view text, input::TextCollector& collector);

/// The separator of `text`; '\0' when its lines have none in common.
char find_separator(std::string_view text);

/// Calls `take(line, number)` for each line of `text` without its end until it returns false; numbers count from 1.
template <typename Take>
void for_each_line(std::string_view text, Take&& take) {
  for (unsigned number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (!take(text.substr(0, end), number)) {
      return;
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

}  // namespace alcove::plain

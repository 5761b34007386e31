#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/markup/markup.hpp"

namespace alcove::markup {
namespace {

using wire::BlockKind;

std::string_view without_indent(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

std::size_t indent_of(std::string_view line) {
  std::size_t columns = 0;
  for (const char c : line) {
    if (c == ' ') {
      ++columns;
    } else if (c == '\t') {
      columns += 4 - columns % 4;
    } else {
      break;
    }
  }
  return columns;
}

/// Level of an ATX heading ("## Title") and its text; 0 for none.
std::uint8_t heading_level(std::string_view line, std::string_view& title) {
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  if (level == 0 || level > 6 || (level < line.size() && line[level] != ' ' && line[level] != '\t')) {
    return 0;
  }
  title = trimmed(line.substr(level));
  const std::size_t end = title.find_last_not_of('#');
  title = end == std::string_view::npos ? std::string_view() : trimmed(title.substr(0, end + 1));
  return static_cast<std::uint8_t>(level);
}

bool is_run_of(std::string_view line, char c, std::size_t least) {
  const std::string_view body = trimmed(line);
  return body.size() >= least && body.find_first_not_of(c) == std::string_view::npos;
}

bool is_rule(std::string_view line) {
  std::string dense;
  std::ranges::copy_if(line, std::back_inserter(dense), [](char c) { return c != ' ' && c != '\t'; });
  return is_run_of(dense, '-', 3) || is_run_of(dense, '*', 3) || is_run_of(dense, '_', 3);
}

/// Length of a list marker ("- ", "12. ") with its space; 0 for none.
std::size_t list_marker(std::string_view line) {
  std::size_t end = 0;
  if (!line.empty() && std::string_view("-*+").find(line.front()) != std::string_view::npos) {
    end = 1;
  } else {
    while (end < line.size() && end < 9 && line[end] >= '0' && line[end] <= '9') {
      ++end;
    }
    if (end == 0 || end >= line.size() || (line[end] != '.' && line[end] != ')')) {
      return 0;
    }
    ++end;
  }
  return end < line.size() && (line[end] == ' ' || line[end] == '\t') ? end + 1 : 0;
}

bool is_table_rule(std::string_view line) {
  return line.find('-') != std::string_view::npos && line.find('|') != std::string_view::npos &&
         line.find_first_not_of("|-: \t") == std::string_view::npos;
}

bool is_punctuation(char c) {
  return std::ispunct(static_cast<unsigned char>(c)) != 0;
}
bool is_word(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// The end of the bracketed piece that opens at `at`; npos when it never closes.
std::size_t closing(std::string_view text, std::size_t at, char open, char close) {
  int depth = 0;
  constexpr std::size_t kPieceBytesMax = 4096;
  for (std::size_t i = at; i < std::min(text.size(), at + kPieceBytesMax); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == open) {
      ++depth;
    } else if (text[i] == close && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

class MarkdownReader {
 public:
  MarkdownReader(std::string_view text, input::TextCollector& collector) : collector_(collector) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      lines_.push_back(text.substr(0, end));
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
  }

  void read() {
    std::size_t at = read_front_matter();
    while (at < lines_.size() && open_) {
      at = read_line(at);
    }
    flush();
  }

 private:
  [[nodiscard]] static wire::Place place(std::size_t first, std::size_t last) {
    wire::Place out;
    out.kind = wire::PlaceKind::kLine;
    out.line_first = static_cast<std::uint32_t>(first + 1);
    out.line_last = static_cast<std::uint32_t>(last + 1);
    return out;
  }

  std::size_t read_front_matter() {
    if (lines_.empty() || trimmed(lines_[0]) != "---") {
      return 0;
    }
    for (std::size_t end = 1; end < lines_.size() && end < 200; ++end) {
      if (trimmed(lines_[end]) == "---" || trimmed(lines_[end]) == "...") {
        for (std::size_t i = 1; i < end; ++i) {
          open_ = collector_.add(BlockKind::kMetadata, lines_[i], place(i, i));
        }
        return end + 1;
      }
    }
    return 0;
  }

  /// Works off the line at `at`, and those that belong to it; returns the next one.
  std::size_t read_line(std::size_t at) {
    const std::string_view line = lines_[at];
    std::string_view body = without_indent(line);
    while (body.starts_with('>')) {
      body = without_indent(body.substr(1));
    }
    std::string_view title;
    if (body.starts_with("```") || body.starts_with("~~~")) {
      flush();
      return read_fence(at, body);
    }
    if (body.empty()) {
      flush();
      blank_before_ = true;
      return at + 1;
    }
    if (const std::uint8_t level = heading_level(body, title); level > 0) {
      flush();
      emit(BlockKind::kHeading, level, title, at, at);
    } else if (pending_kind_ == BlockKind::kParagraph && !pending_.empty() &&
               (is_run_of(body, '=', 1) || is_run_of(body, '-', 2))) {
      pending_kind_ = BlockKind::kHeading;
      pending_level_ = body.front() == '=' ? 1 : 2;
      pending_last_ = at;
      flush();
    } else if (is_rule(body)) {
      flush();
    } else if (body.find('|') != std::string_view::npos && at + 1 < lines_.size() &&
               is_table_rule(trimmed(lines_[at + 1])) && lines_[at + 1].find('-') != std::string_view::npos) {
      flush();
      return read_table(at);
    } else if (const std::size_t marker = list_marker(body); marker > 0) {
      flush();
      pending_kind_ = BlockKind::kListItem;
      pending_level_ = static_cast<std::uint8_t>(std::min<std::size_t>(indent_of(line) / 2, 8));
      append(body.substr(marker), at);
    } else if (indent_of(line) >= 4 && pending_.empty() && !after_list_) {
      emit_code(at);
    } else {
      append(body, at);
    }
    blank_before_ = false;
    return at + 1;
  }

  std::size_t read_fence(std::size_t at, std::string_view fence) {
    const char mark = fence.front();
    const std::size_t length = std::min(fence.find_first_not_of(mark), fence.size());
    std::size_t next = at + 1;
    for (; next < lines_.size() && open_; ++next) {
      if (is_run_of(lines_[next], mark, length)) {
        return next + 1;
      }
      emit_code(next);
    }
    return next;
  }

  std::size_t read_table(std::size_t at) {
    for (; at < lines_.size() && lines_[at].find('|') != std::string_view::npos && open_; ++at) {
      if (is_table_rule(trimmed(lines_[at]))) {
        continue;
      }
      std::string row;
      std::string links;
      std::string_view rest = trimmed(lines_[at]);
      rest.remove_prefix(rest.starts_with('|') ? 1 : 0);
      while (!rest.empty()) {
        std::size_t end = rest.find('|');
        while (end != std::string_view::npos && end > 0 && rest[end - 1] == '\\') {
          end = rest.find('|', end + 1);
        }
        row += row.empty() ? "" : "\t";
        row += plain_inline(trimmed(rest.substr(0, end)), links);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      }
      open_ = collector_.add(BlockKind::kTableRow, row, place(at, at));
      emit_links(links, at, at);
    }
    return at;
  }

  void append(std::string_view text, std::size_t at) {
    pending_first_ = pending_.empty() ? at : pending_first_;
    pending_last_ = at;
    pending_ += pending_.empty() ? "" : (pending_.ends_with("  ") ? "\n" : " ");
    pending_ += text;
  }

  void flush() {
    if (!pending_.empty()) {
      emit(pending_kind_, pending_level_, pending_, pending_first_, pending_last_);
      pending_.clear();
    }
    pending_kind_ = BlockKind::kParagraph;
    pending_level_ = 0;
  }

  void emit(BlockKind kind, std::uint8_t level, std::string_view text, std::size_t first, std::size_t last) {
    std::string links;
    open_ = collector_.add(kind, plain_inline(text, links), place(first, last), {.level = level});
    emit_links(links, first, last);
    after_list_ = kind == BlockKind::kListItem || (after_list_ && kind == BlockKind::kParagraph && !blank_before_);
  }

  void emit_links(const std::string& links, std::size_t first, std::size_t last) {
    if (!links.empty() && open_) {
      open_ = collector_.add(BlockKind::kNote, links, place(first, last));
    }
  }

  void emit_code(std::size_t at) {
    const wire::Place where = place(at, at);
    open_ = collector_.add(BlockKind::kCode, lines_[at], where, {.starts_paragraph = code_last_ + 1 != at});
    code_last_ = at;
  }

  input::TextCollector& collector_;
  std::vector<std::string_view> lines_;
  std::string pending_;
  BlockKind pending_kind_ = BlockKind::kParagraph;
  std::uint8_t pending_level_ = 0;
  std::size_t pending_first_ = 0;
  std::size_t pending_last_ = 0;
  std::size_t code_last_ = 0;
  bool after_list_ = false;
  bool blank_before_ = false;
  bool open_ = true;
};

/// A link or picture that opens at `at`: appends its text and returns the position after it; `at` when it is none.
std::size_t take_link(std::string_view text, std::size_t at, std::string& out, std::string& links) {
  const std::size_t end = closing(text, at, '[', ']');
  if (end == std::string_view::npos || end + 1 >= text.size() || (text[end + 1] != '(' && text[end + 1] != '[')) {
    return at;
  }
  const char open = text[end + 1];
  const std::size_t target_end = closing(text, end + 1, open, open == '(' ? ')' : ']');
  if (target_end == std::string_view::npos) {
    return at;
  }
  const std::string_view target = trimmed(text.substr(end + 2, target_end - end - 2));
  std::string inner_links;
  const std::string_view inner = text.substr(at + 1, end - at - 1);
  // A picture inside a link is the deepest nesting that means something; deeper brackets stay as they are.
  out += inner.find('[') == std::string_view::npos || inner.starts_with("![") ? plain_inline(inner, inner_links)
                                                                              : std::string(inner);
  if (open == '(' && (target.starts_with("http") || target.starts_with("mailto:"))) {
    links += links.empty() ? "" : " ";
    links += target.substr(0, target.find_first_of(" \t\n"));
  }
  return target_end + 1;
}

}  // namespace

std::string plain_inline(std::string_view text, std::string& links) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\\' && at + 1 < text.size() && is_punctuation(text[at + 1])) {
      out += text[at + 1];
      at += 2;
    } else if (c == '`') {
      const std::size_t ticks = std::min(text.find_first_not_of('`', at), text.size()) - at;
      const std::size_t end = text.find(text.substr(at, ticks), at + ticks);
      const bool closed = end != std::string_view::npos;
      out += closed ? text.substr(at + ticks, end - at - ticks) : text.substr(at, ticks);
      at = closed ? end + ticks : at + ticks;
    } else if (c == '[' || (c == '!' && at + 1 < text.size() && text[at + 1] == '[')) {
      const std::size_t open = c == '!' ? at + 1 : at;
      const std::size_t after = take_link(text, open, out, links);
      if (after == open) {
        out += text.substr(at, open - at + 1);
        at = open + 1;
      } else {
        at = after;
      }
    } else if (c == '*' || c == '_' || (c == '~' && text.substr(at, 2) == "~~")) {
      const std::size_t end = std::min(text.find_first_not_of(c, at), text.size());
      const bool word_before = at > 0 && is_word(text[at - 1]);
      const bool word_after = end < text.size() && is_word(text[end]);
      const bool space_around = (at == 0 || text[at - 1] == ' ') && (end == text.size() || text[end] == ' ');
      // An underscore inside a word and a star between spaces are themselves.
      const bool mark = !space_around && end - at <= 3 && !(c == '_' && word_before && word_after);
      out += mark ? std::string_view() : text.substr(at, end - at);
      at = end;
    } else if (c == '<') {
      const std::size_t end = text.find('>', at);
      const bool tag = end != std::string_view::npos && end - at < 1000 && at + 1 < text.size() &&
                       (std::isalpha(static_cast<unsigned char>(text[at + 1])) != 0 || text[at + 1] == '/');
      const std::string_view inner = tag ? text.substr(at + 1, end - at - 1) : std::string_view();
      if (tag && (inner.find("://") != std::string_view::npos || inner.find('@') != std::string_view::npos) &&
          inner.find(' ') == std::string_view::npos) {
        out += inner;
      } else if (!tag) {
        out += c;
      }
      at = tag ? end + 1 : at + 1;
    } else {
      out += c;
      ++at;
    }
  }
  return out;
}

void read_markdown(std::string_view text, input::TextCollector& collector) {
  MarkdownReader(text, collector).read();
}

wire::FactsArtefact markdown_facts(std::string_view text) {
  wire::DecodeLimits limits;
  constexpr std::size_t kHeadBytesMax = 64UL * 1024;
  input::TextCollector collector(limits);
  read_markdown(utf8_prefix(text, kHeadBytesMax), collector);
  wire::FactsArtefact facts;
  for (const wire::Block& block : collector.artefact().blocks) {
    if (block.kind == BlockKind::kMetadata) {
      const std::string lower = ascii_lower(std::string_view(block.text).substr(0, 8));
      const std::string value(
          trimmed(std::string_view(block.text).substr(std::min(block.text.find(':') + 1, block.text.size()))));
      const bool quoted =
          value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
      const std::string bare = quoted ? value.substr(1, value.size() - 2) : value;
      if (lower.starts_with("title:")) {
        facts.title = bare;
      } else if (lower.starts_with("author:")) {
        facts.author = bare;
      }
    } else if (block.kind == BlockKind::kHeading && facts.title.empty()) {
      facts.title = block.text;
    }
  }
  return facts;
}

}  // namespace alcove::markup

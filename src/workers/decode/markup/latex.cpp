#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/input/moment.hpp"
#include "workers/decode/markup/latex_symbols.hpp"
#include "workers/decode/markup/markup.hpp"

namespace alcove::markup {
namespace {

using input::TextCollector;
using wire::BlockKind;

/// An argument longer than this was never closed; the brace is passed over instead.
constexpr std::size_t kArgumentBytesMax = 16UL * 1024;
/// Arguments inside arguments (a note in a heading); deeper ones stay as they are written.
constexpr unsigned kArgumentDepthMax = 8;
constexpr unsigned kUnclosedMax = 1000;

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// 1 to 6 for commands of sectioning; 0 for others.
std::uint8_t section_level(std::string_view command) {
  constexpr std::pair<std::string_view, std::uint8_t> kLevels[] = {
      {"part", 1},          {"chapter", 1},       {"section", 1},   {"frametitle", 1},  {"subsection", 2},
      {"framesubtitle", 2}, {"subsubsection", 3}, {"paragraph", 4}, {"subparagraph", 5}};
  const auto* const found = std::ranges::find(kLevels, command, &std::pair<std::string_view, std::uint8_t>::first);
  return found == std::end(kLevels) ? std::uint8_t{0} : found->second;
}

bool contains(std::initializer_list<std::string_view> list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

bool is_verbatim(std::string_view environment) {
  return contains({"verbatim", "Verbatim", "lstlisting", "minted", "alltt", "comment", "filecontents", "tikzpicture"},
                  environment);
}
bool is_mathematics(std::string_view environment) {
  return contains({"math", "displaymath", "equation", "align", "eqnarray", "gather", "multline", "flalign", "alignat"},
                  environment);
}
/// Arguments in braces behind \begin that are no words.
unsigned environment_arguments(std::string_view environment) {
  if (contains({"tabularx", "tabular*", "wrapfigure", "adjustwidth", "tabulary"}, environment)) {
    return 2;
  }
  return contains({"tabular", "array", "longtable", "minipage", "multicols", "thebibliography", "supertabular"},
                  environment)
             ? 1
             : 0;
}
bool is_table(std::string_view environment) {
  return environment.starts_with("tabular") ||
         contains({"array", "longtable", "supertabular", "tabulary"}, environment);
}

/// Reads one text; arguments with words are read by readers of their own that only gather text.
class LatexReader {
 public:
  LatexReader(std::string_view text, TextCollector* collector, unsigned depth)
      : text_(text), collector_(collector), depth_(depth), in_body_(depth > 0) {}

  void read_document() {
    in_body_ = text_.find("\\begin{document}") == std::string_view::npos;
    run();
    flush();
  }
  /// The words of an argument on one line.
  std::string read_argument() {
    run();
    return std::move(out_);
  }
  /// Notes met in an argument.
  std::vector<std::string> notes;
  wire::FactsArtefact facts;

 private:
  void run() {
    while (at_ < text_.size() && open_ && (collector_ == nullptr || collector_->may_go_on())) {
      const char c = text_[at_];
      if (c == '\\') {
        command();
      } else if (c == '%') {
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
      } else if (c == '\n') {
        line_end();
      } else if (c == '$') {
        const std::string_view mark = text_.substr(at_, 2) == "$$" ? "$$" : "$";
        raw_until(mark, at_ + mark.size());
      } else if (c == '{' || c == '}') {
        ++at_;
      } else if (c == '~') {
        put(" ");
        ++at_;
      } else if (c == '&' && table_depth_ > 0) {
        put("\t");
        ++at_;
      } else {
        plain(c);
      }
    }
  }

  void plain(char c) {
    constexpr std::pair<std::string_view, std::string_view> kLigatures[] = {
        {"---", "—"}, {"--", "–"}, {"``", "“"}, {"''", "”"}};
    for (const auto& [written, printed] : kLigatures) {
      if (c == written[0] && text_.substr(at_, written.size()) == written) {
        put(printed);
        at_ += written.size();
        return;
      }
    }
    put(std::string_view(&c, 1));
    ++at_;
  }

  void line_end() {
    std::size_t next = text_.find_first_not_of(" \t\r", at_ + 1);
    next = next == std::string_view::npos ? text_.size() : next;
    const bool empty_line = next >= text_.size() || text_[next] == '\n';
    if (empty_line && table_depth_ == 0) {
      at_ = next;
      flush();
    } else {
      put(" ");
      ++at_;
    }
  }

  /// Mathematics and listings as they are written, marks included for mathematics.
  void raw_until(std::string_view mark, std::size_t from) {
    const std::string_view ahead = text_.substr(0, std::min(text_.size(), from + kArgumentBytesMax));
    const std::size_t end = ahead.find(mark, from);
    const std::size_t empty_line = ahead.find("\n\n", from);
    if (end == std::string_view::npos || empty_line < end) {
      ++at_;  // A lone dollar sign.
      put("$");
      return;
    }
    put(text_.substr(at_, end + mark.size() - at_));
    at_ = end + mark.size();
  }

  void command() {
    const std::size_t begin = at_++;
    if (at_ >= text_.size()) {
      return;
    }
    if (!is_letter(text_[at_])) {
      symbol(text_[at_++]);
      return;
    }
    while (at_ < text_.size() && is_letter(text_[at_])) {
      ++at_;
    }
    const std::string_view name = text_.substr(begin + 1, at_ - begin - 1);
    if (name == "verb" || name == "lstinline") {
      verb();
      return;
    }
    at_ += at_ < text_.size() && text_[at_] == '*' ? 1 : 0;
    if (name == "begin" || name == "end") {
      environment(name == "begin");
    } else if (const std::uint8_t level = section_level(name); level > 0) {
      skip_options();
      heading(level);
    } else if (!structure(name) && !printed(name)) {
      words(name);
    }
  }

  void symbol(char c) {
    if (c == '\\') {
      at_ += at_ < text_.size() && text_[at_] == '*' ? 1 : 0;
      skip_options();
      if (table_depth_ > 0) {
        flush();
      } else {
        put("\n");
      }
    } else if (c == '(' || c == '[') {
      at_ -= 2;
      raw_until(c == '(' ? "\\)" : "\\]", at_ + 2);
    } else if (latex_accent(std::string_view(&c, 1)) != 0) {
      accent(latex_accent(std::string_view(&c, 1)));
    } else if (c == ' ' || c == '\n' || c == ',' || c == ';' || c == ':') {
      put(" ");
    } else if (c != '-' && c != '/' && c != '@' && c != '!' && c != ')' && c != ']') {
      put(std::string_view(&c, 1));
    }
  }

  /// The letter comes first in Unicode, the mark after it.
  void accent(char32_t mark) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '{')) {
      ++at_;
    }
    if (text_.substr(at_, 2) == "\\i" || text_.substr(at_, 2) == "\\j") {
      ++at_;
    }
    if (at_ < text_.size()) {
      std::string letter;
      text::append_code_point(letter, text::next_code_point(text_, at_));
      text::append_code_point(letter, mark);
      put(letter);
    }
  }

  void verb() {
    const std::string_view line = text_.substr(0, std::min(text_.find('\n', at_), text_.size()));
    const std::size_t end = at_ < line.size() ? line.find(line[at_], at_ + 1) : std::string_view::npos;
    if (end != std::string_view::npos) {
      put(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
    }
  }

  void environment(bool begins) {
    at_ = text_.find_first_not_of(" ", at_);
    at_ = std::min(at_, text_.size());
    std::string_view name = argument();
    const std::string_view bare = name.substr(0, name.find('*'));
    if (!begins) {
      flush();
      table_depth_ -= is_table(name) && table_depth_ > 0 ? 1 : 0;
      in_body_ = in_body_ && name != "document";
      return;
    }
    if (bare == "document") {
      in_body_ = true;
      out_.clear();
      return;
    }
    flush();
    if (is_verbatim(bare) || is_mathematics(bare)) {
      raw_environment(name, bare);
      return;
    }
    skip_options();
    for (unsigned i = environment_arguments(name); i > 0; --i) {
      (void)argument();
    }
    table_depth_ += is_table(name) ? 1 : 0;
  }

  void raw_environment(std::string_view name, std::string_view bare) {
    const std::string end_mark = "\\end{" + std::string(name) + "}";
    const std::size_t end = std::min(text_.find(end_mark, at_), text_.size());
    if (bare == "lstlisting" || bare == "Verbatim" || bare == "minted") {
      skip_options();
    }
    const std::string_view content = text_.substr(std::min(at_, end), end - std::min(at_, end));
    if (bare != "comment" && bare != "tikzpicture" && bare != "filecontents") {
      put(content.substr(std::min(content.find_first_not_of('\n'), content.size())));
      line_last_ = line_at(end);
      at_ = end;
      flush(is_mathematics(bare) ? BlockKind::kParagraph : BlockKind::kCode);
    }
    at_ = std::min(end + end_mark.size(), text_.size());
  }

  void heading(std::uint8_t level) {
    flush();
    const std::string words = inner(argument());
    put(words);
    flush(BlockKind::kHeading, level);
  }

  /// Commands that part or frame text. False for all others.
  bool structure(std::string_view name) {
    if (name == "item") {
      flush();
      kind_ = BlockKind::kListItem;
      if (at_ < text_.size() && text_[at_] == '[') {
        const std::string label = inner(option());
        put(label + " ");
      }
    } else if (name == "par" || name == "newpage" || name == "clearpage" || name == "maketitle") {
      flush();
    } else if (name == "title" || name == "author" || name == "date" || name == "subtitle") {
      stated(name);
    } else if (name == "footnote" || name == "footnotetext" || name == "thanks" || name == "marginpar" ||
               name == "todo") {
      skip_options();
      notes.push_back(inner(argument()));
    } else if (name == "caption") {
      skip_options();
      const std::string words = inner(argument());
      flush();
      put(words);
      flush();
    } else if (name == "href") {
      const std::string target(argument());
      const std::string words = inner(argument());
      put(words);
      if (target != words) {
        notes.push_back(target);
      }
    } else if (name == "url" || name == "path") {
      put(argument());
    } else if (name == "def" || name == "gdef" || name == "let") {
      const std::size_t end = text_.find_first_of("{\n", at_);
      at_ = std::min(end, text_.size());
      (void)argument();
    } else {
      return false;
    }
    return true;
  }

  /// The preamble's statements, shown where they stand.
  void stated(std::string_view name) {
    skip_options();
    const std::string words = inner(argument());
    std::string line = charset::collapse_spaces(charset::clean(words));
    for (std::size_t at = line.find(" , "); at != std::string::npos; at = line.find(" , ", at)) {
      line.erase(at, 1);
    }
    if (name == "title" && facts.title.empty()) {
      facts.title = line;
    } else if (name == "author" && facts.author.empty()) {
      facts.author = line;
    } else if (name == "date") {
      facts.created_unix_ms = input::parse_moment(line);
    }
    const bool before = std::exchange(in_body_, true);
    put(line);
    const bool titled = name == "title" || name == "subtitle";
    flush(titled ? BlockKind::kHeading : BlockKind::kMetadata, titled ? (name == "title" ? 1 : 2) : 0);
    in_body_ = before;
  }

  bool printed(std::string_view name) {
    if (const char* const symbol = latex_symbol(name); symbol != nullptr) {
      put(symbol);
      // The space behind a command only ends its name.
      at_ += at_ < text_.size() && text_[at_] == ' ' && text_.substr(at_, 2) != " \n" ? 1 : 0;
      return true;
    }
    const bool braces = at_ < text_.size() && (text_[at_] == '{' || text_[at_] == ' ');
    if (const char32_t mark = latex_accent(name); mark != 0 && braces) {
      accent(mark);
      return true;
    }
    return false;
  }

  /// Any other command: its name and options go, and arguments that are no words; the rest is read on.
  void words(std::string_view name) {
    skip_options();
    for (unsigned i = latex_silent_arguments(name); i > 0; --i) {
      if (at_ < text_.size() && text_[at_] == '\\') {  // \newcommand\name{…}
        ++at_;
        while (at_ < text_.size() && is_letter(text_[at_])) {
          ++at_;
        }
      } else {
        (void)argument();
      }
      skip_options();
    }
  }

  void skip_options() {
    while (at_ < text_.size() && text_[at_] == '[') {
      const std::size_t before = at_;
      (void)option();
      if (at_ == before) {
        return;
      }
    }
  }

  std::string_view option() { return enclosed('[', ']'); }
  std::string_view argument() {
    const std::size_t next = text_.find_first_not_of(" \n", at_);
    if (next != std::string_view::npos && text_[next] == '{' && next - at_ < 64) {
      at_ = next;
    }
    return enclosed('{', '}');
  }

  /// What stands between brackets at the cursor, which then stands behind them; empty when they do not close soon.
  std::string_view enclosed(char open, char close) {
    if (at_ >= text_.size() || text_[at_] != open) {
      return {};
    }
    unsigned depth = 0;
    // Where many brackets did not close, none is looked for far away any more.
    const std::size_t reach = unclosed_ < kUnclosedMax ? kArgumentBytesMax : kArgumentBytesMax / 64;
    const std::size_t end_max = std::min(text_.size(), at_ + reach);
    for (std::size_t end = at_; end < end_max; ++end) {
      const char c = text_[end];
      if (c == '\\') {
        ++end;
      } else if (c == open || (open == '[' && c == '{')) {
        ++depth;
      } else if ((c == close || (open == '[' && c == '}')) && --depth == 0) {
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return inside;
      }
    }
    ++unclosed_;
    return {};
  }

  std::string inner(std::string_view argument) {
    if (depth_ >= kArgumentDepthMax) {
      return std::string(argument);
    }
    LatexReader reader(argument, nullptr, depth_ + 1);
    std::string words = reader.read_argument();
    notes.insert(notes.end(), reader.notes.begin(), reader.notes.end());
    return words;
  }

  void put(std::string_view piece) {
    if (!in_body_) {
      return;
    }
    if (trimmed(out_).empty() && !trimmed(piece).empty()) {
      line_first_ = line_at(at_);
    }
    out_ += piece;
    line_last_ = trimmed(piece).empty() ? line_last_ : line_at(at_);
  }

  unsigned line_at(std::size_t offset) {
    if (offset > counted_) {
      line_ += static_cast<unsigned>(std::ranges::count(text_.substr(counted_, offset - counted_), '\n'));
      counted_ = offset;
    }
    return line_;
  }

  void flush() { flush(table_depth_ > 0 ? BlockKind::kTableRow : kind_, 0); }

  void flush(BlockKind kind, std::uint8_t level = 0) {
    if (collector_ == nullptr) {
      out_ += " ";
      return;
    }
    const auto lines = [&](unsigned first) {
      wire::Place place;
      place.kind = wire::PlaceKind::kLine;
      place.line_first = first;
      place.line_last = std::max(first, line_last_);
      return place;
    };
    std::string text = std::exchange(out_, {});
    if (kind != BlockKind::kCode && kind != BlockKind::kTableRow) {
      text = tidy(text);
    }
    if (!trimmed(text).empty()) {
      open_ = collector_->add(kind, text, lines(line_first_), {.level = level}) && open_;
    }
    for (const std::string& note : std::exchange(notes, {})) {
      open_ = collector_->add(BlockKind::kNote, charset::collapse_spaces(note), lines(line_at(at_))) && open_;
    }
    kind_ = BlockKind::kParagraph;
  }

  /// Runs of spaces as one; line ends that were asked for stay.
  static std::string tidy(std::string_view text) {
    std::string out;
    for (const char c : text) {
      const bool space = c == ' ' || c == '\t';
      if (!space) {
        out += c;
      } else if (!out.empty() && out.back() != ' ' && out.back() != '\n') {
        out += ' ';
      }
    }
    return out;
  }

  std::string_view text_;
  TextCollector* collector_;  ///< Null for an argument.
  unsigned depth_;
  bool in_body_;
  std::size_t at_ = 0;
  bool open_ = true;
  std::string out_;
  BlockKind kind_ = BlockKind::kParagraph;
  unsigned table_depth_ = 0;
  unsigned line_first_ = 1;
  unsigned line_last_ = 1;
  unsigned line_ = 1;
  std::size_t counted_ = 0;
  unsigned unclosed_ = 0;  ///< Brackets whose end was not found.
};

}  // namespace

void read_latex(std::string_view text, TextCollector& collector) {
  LatexReader(text, &collector, 0).read_document();
}

wire::FactsArtefact latex_facts(std::string_view text) {
  TextCollector unused{wire::DecodeLimits{}};
  LatexReader reader(text, &unused, 0);
  reader.read_document();
  return reader.facts;
}

}  // namespace alcove::markup

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/chart.hpp"
#include "workers/decode/office/header_footer.hpp"
#include "workers/decode/office/number_format.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using wire::BlockKind;

constexpr std::size_t kSharedStringsMax = 4'000'000;
/// What Excel has.
constexpr unsigned kColumnsMax = 1U << 14U;

/// Hands out the elements of one name in a member that may be too large for a tree: the text is inflated in pieces, and
/// whole elements at the end of each piece become small trees.
class ElementStream {
 public:
  ElementStream(std::string_view name, TextCollector& collector, std::function<bool(const Node&)> take)
      : name_(name), collector_(collector), take_(std::move(take)) {}

  void run(Container& container, std::string_view member) {
    const Status status = container.stream(member, [&](std::string_view piece) {
      buffer_ += piece;
      return buffer_.size() < kBatchBytes || drain();
    });
    if (!status) {
      const bool large = status.error().code == ErrorCode::kTooLarge;
      collector_.note(large ? NoteCode("expanded_limit") : NoteCode("damaged"),
                      large ? "The document grows too large when it is unpacked; it was read in part"
                            : "The document is damaged; what could be read is shown");
    }
    if (!stopped_ && drain()) {
      finish();
    }
  }
  /// What stands before the first element; known once that is handed out.
  [[nodiscard]] const std::string& head() const { return head_; }
  /// What follows the last element.
  [[nodiscard]] std::string& tail() { return buffer_; }

 private:
  static constexpr std::size_t kBatchBytes = 256UL * 1024;

  /// Sets end_tag_ once the first element is seen, since only then its prefix is known.
  bool find_start() {
    for (std::size_t at = buffer_.find(name_); at != std::string::npos; at = buffer_.find(name_, at + 1)) {
      const std::size_t open = buffer_.rfind('<', at);
      const std::size_t after = at + name_.size();
      if (open == std::string::npos || after >= buffer_.size() ||
          std::string_view(" >/\r\n\t").find(buffer_[after]) == std::string_view::npos) {
        continue;
      }
      const std::string prefix = buffer_.substr(open + 1, at - open - 1);
      if (prefix.empty() || (prefix.back() == ':' && prefix.find_first_of(" \"=/") == std::string::npos)) {
        end_tag_ = "</" + prefix + name_ + ">";
        head_ = buffer_.substr(0, open);
        buffer_.erase(0, open);
        return true;
      }
    }
    return false;
  }

  /// Works off all whole elements in the buffer. False when reading should stop.
  bool drain() {
    const bool fresh = end_tag_.empty();
    if (fresh && !find_start()) {
      return within_limit();
    }
    const std::size_t end = buffer_.rfind(end_tag_);
    if (end == std::string::npos) {
      return within_limit();
    }
    const std::size_t cut = end + end_tag_.size();
    take_all(buffer_.substr(0, cut));
    buffer_.erase(0, cut);
    return !stopped_;
  }

  bool within_limit() {
    if (buffer_.size() > kXmlBytesMax) {
      collector_.note("expanded_limit", "A row of the document is too large to be read");
      stopped_ = true;
    }
    return !stopped_;
  }

  /// Elements that close themselves may follow the last closing tag.
  void finish() {
    const std::size_t close = buffer_.find("</");
    if (!end_tag_.empty() && close != std::string::npos) {
      take_all(buffer_.substr(0, close));
      buffer_.erase(0, std::min(buffer_.find('>', close), buffer_.size() - 1) + 1);
    }
  }

  void take_all(std::string xml) {
    const Tree tree = parse_xml(std::move(xml), collector_.limits().nesting_max, collector_);
    if (tree == nullptr) {
      return;
    }
    for (const Node& node : tree->children()) {
      if (local_name(node) == name_ && !take_(node)) {
        stopped_ = true;
        return;
      }
    }
  }

  std::string name_;
  TextCollector& collector_;
  std::function<bool(const Node&)> take_;
  std::string buffer_;
  std::string head_;
  std::string end_tag_;
  bool stopped_ = false;
};

/// Text of a shared or inline string: plain or runs, without the reading aids of Japanese.
std::string string_text(const Node& item) {
  std::string text;
  for (const Node& node : item.children()) {
    const std::string_view name = local_name(node);
    if (name == "t") {
      text += node.text().get();
    } else if (name == "r") {
      text += child(node, "t").text().get();
    }
  }
  return text;
}

class XlsxReader {
 public:
  XlsxReader(Container& container, TextCollector& collector) : container_(container), collector_(collector) {}

  input::Verdict read() {
    const std::string main = find_main_member(container_, "xl/workbook.xml", collector_);
    if (main.ends_with(".bin")) {
      return read_xlsb(container_, main, collector_);
    }
    const Tree tree = load_xml(container_, main, collector_);
    if (tree == nullptr) {
      return damaged_office();
    }
    const Node workbook = child(*tree, "workbook");
    const std::string_view days = attribute(child(workbook, "workbookPr"), "date1904");
    days_1904_ = days == "1" || days == "true";
    const auto relations = load_relations(container_, main, collector_);
    if (const std::string styles = find_target(relations, "styles"); !styles.empty()) {
      read_styles(load_xml(container_, styles, collector_));
    }
    if (const std::string shared = find_target(relations, "sharedStrings"); !shared.empty()) {
      read_shared_strings(shared);
    }
    read_people(relations);
    std::uint32_t count = 0;
    for (const Node& sheet : child(workbook, "sheets").children()) {
      if (local_name(sheet) != "sheet") {
        continue;
      }
      if (++count > collector_.limits().pages_max) {
        collector_.note("pages_limit", "Only the first sheets were read");
        continue;
      }
      if (collector_.may_go_on()) {
        read_sheet(sheet, find_target_by_id(relations, prefixed_attribute(sheet, "id")));
      }
    }
    collector_.artefact().page_count = count;
    return {};
  }

 private:
  void read_styles(const Tree& tree) {
    if (tree == nullptr) {
      return;
    }
    const Node sheet = child(*tree, "styleSheet");
    std::map<unsigned, NumberFormat> custom;
    for (const Node& node : child(sheet, "numFmts").children()) {
      custom[to_unsigned(attribute(node, "numFmtId"), 0)] = parse_format(attribute(node, "formatCode"));
    }
    for (const Node& node : child(sheet, "cellXfs").children()) {
      if (local_name(node) == "xf") {
        const unsigned id = to_unsigned(attribute(node, "numFmtId"), 0);
        const auto found = custom.find(id);
        formats_.push_back(found != custom.end() ? found->second : builtin_format(id));
      }
    }
  }

  void read_shared_strings(const std::string& member) {
    std::size_t bytes = 0;
    ElementStream stream("si", collector_, [&](const Node& node) {
      strings_.push_back(string_text(node));
      bytes += strings_.back().size();
      if (strings_.size() >= kSharedStringsMax || bytes > collector_.limits().text_bytes_max * 2) {
        collector_.note("text_limit", "The workbook has more text than is read");
        return false;
      }
      return collector_.may_go_on();
    });
    stream.run(container_, member);
  }

  void read_people(const std::vector<Relation>& relations) {
    const std::string member = find_target(relations, "person");
    const Tree tree = member.empty() ? nullptr : load_xml(container_, member, collector_);
    if (tree == nullptr) {
      return;
    }
    for (const Node& node : child(*tree, "personList").children()) {
      people_[std::string(attribute(node, "id"))] = attribute(node, "displayName");
    }
  }

  wire::Place place(std::string cells) const {
    wire::Place out;
    out.kind = wire::PlaceKind::kCell;
    out.sheet = sheet_;
    out.cells = std::move(cells);
    out.hidden = hidden_sheet_ || hidden_row_ || hidden_cells_;
    return out;
  }

  void read_sheet(const Node& sheet, const std::string& member) {
    sheet_ = charset::clean(attribute(sheet, "name"));
    const std::string_view state = attribute(sheet, "state");
    hidden_sheet_ = state == "hidden" || state == "veryHidden";
    if (hidden_sheet_) {
      collector_.note_each("hidden_sheet", "The sheet \"" + sheet_ + "\" is hidden; it was read, too", {sheet_});
    }
    collector_.add(BlockKind::kHeading, sheet_, place({}), {.level = 1});
    if (member.empty()) {
      return;
    }
    row_ = 0;
    hidden_columns_.clear();
    bool columns_read = false;
    ElementStream stream("row", collector_, [&](const Node& row) {
      if (!std::exchange(columns_read, true)) {
        read_columns(stream.head());
      }
      return read_row(row);
    });
    stream.run(container_, member);
    hidden_row_ = false;
    read_header_footer(stream.tail());
    for (const Relation& relation : load_relations(container_, member, collector_)) {
      if (relation.target.empty() || !collector_.may_go_on()) {
        continue;
      }
      if (relation.type == "comments") {
        read_comments(relation.target);
      } else if (relation.type == "threadedComment") {
        read_threaded_comments(relation.target);
      } else if (relation.type == "drawing") {
        read_drawing(relation.target);
      }
    }
  }

  /// Which columns are hidden, as the text before the rows says.
  void read_columns(const std::string& head) {
    const std::size_t open = head.rfind('<', head.find("cols>"));
    if (head.find("cols>") == std::string::npos || open == std::string::npos) {
      return;
    }
    const Tree tree = parse_xml(head.substr(open), collector_.limits().nesting_max, collector_, Extent::kPrefix);
    if (tree == nullptr) {
      return;
    }
    unsigned count = 0;
    for (const Node& node : child(*tree, "cols").children()) {
      const std::string_view hidden = attribute(node, "hidden");
      const unsigned first = to_unsigned(attribute(node, "min"), 0);
      const unsigned last = std::min(to_unsigned(attribute(node, "max"), first), kColumnsMax);
      if (++count > kColumnsMax || (hidden != "1" && hidden != "true") || first == 0 || first > last) {
        continue;
      }
      hidden_columns_.resize(kColumnsMax + 1);
      std::fill(hidden_columns_.begin() + first, hidden_columns_.begin() + last + 1, true);
    }
  }

  /// Cells of one row with what they take of it.
  struct Cells {
    std::string text;
    unsigned first = 0;
    unsigned last = 0;

    void add(unsigned column, std::string_view value) {
      text += text.empty() ? "" : "\t";
      text += value;
      first = first == 0 ? column : first;
      last = column;
    }
  };

  bool read_row(const Node& row) {
    row_ = to_unsigned(attribute(row, "r"), row_ + 1);
    const std::string_view hidden = attribute(row, "hidden");
    hidden_row_ = hidden == "1" || hidden == "true";
    Cells shown;
    Cells covert;
    unsigned column = 0;
    for (const Node& cell : row.children()) {
      if (local_name(cell) != "c") {
        continue;
      }
      const unsigned named = column_of(attribute(cell, "r"));
      column = named > 0 ? named : column + 1;
      const std::string value = charset::collapse_spaces(cell_text(cell));
      if (value.empty()) {
        continue;
      }
      const bool is_hidden = column < hidden_columns_.size() && hidden_columns_[column];
      (is_hidden ? covert : shown).add(column, value);
      if (collector_.is_surplus(shown.text.size() + covert.text.size())) {
        break;  // A shared string may be repeated in every cell.
      }
    }
    add_cells(shown);
    hidden_cells_ = true;
    add_cells(covert);
    hidden_cells_ = false;
    return collector_.may_go_on();
  }

  void add_cells(const Cells& cells) {
    if (cells.first == 0) {
      return;
    }
    const std::string row_number = std::to_string(row_);
    std::string range = column_name(cells.first) + row_number;
    if (cells.last != cells.first) {
      range += ":" + column_name(cells.last) + row_number;
    }
    collector_.add(BlockKind::kTableRow, cells.text, place(std::move(range)));
  }

  std::string cell_text(const Node& cell) const {
    const std::string_view type = attribute(cell, "t");
    if (type == "inlineStr") {
      return string_text(child(cell, "is"));
    }
    const std::string_view value = child(cell, "v").text().get();
    if (type == "s") {
      const unsigned index = to_unsigned(trimmed(value), ~0U);
      return index < strings_.size() ? strings_[index] : std::string();
    }
    if (type == "b") {
      return value == "1" ? "TRUE" : "FALSE";
    }
    if (type == "str" || type == "e" || type == "d" || value.empty()) {
      return std::string(value);
    }
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) {
      return std::string(value);
    }
    const unsigned style = to_unsigned(attribute(cell, "s"), ~0U);
    return format_number(number, style < formats_.size() ? formats_[style] : NumberFormat{}, days_1904_);
  }

  /// `tail`: what follows the rows.
  void read_header_footer(const std::string& tail) {
    const std::size_t name = tail.find("headerFooter");
    const std::size_t open = name == std::string::npos ? name : tail.rfind('<', name);
    if (open == std::string::npos) {
      return;
    }
    const Tree tree = parse_xml(tail.substr(open), collector_.limits().nesting_max, collector_);
    if (tree == nullptr) {
      return;
    }
    for (const Node& node : child(*tree, "headerFooter").children()) {
      collector_.add(BlockKind::kHeaderFooter, header_footer_text(node.text().get()), place({}));
    }
  }

  void read_comments(const std::string& member) {
    const Tree tree = load_xml(container_, member, collector_);
    if (tree == nullptr) {
      return;
    }
    std::vector<std::string> authors;
    for (const Node& author : child(child(*tree, "comments"), "authors").children()) {
      if (local_name(author) == "author") {
        authors.push_back(charset::collapse_spaces(all_text(author)));
      }
    }
    for (const Node& comment : child(child(*tree, "comments"), "commentList").children()) {
      if (local_name(comment) == "comment") {
        std::string text = string_text(child(comment, "text"));
        // Excel writes a stand-in beside each threaded comment for programs that do not know those.
        if (!text.starts_with("[Threaded comment]")) {
          const unsigned id = to_unsigned(attribute(comment, "authorId"), ~0U);
          const std::string author = id < authors.size() ? authors[id] + ":" : std::string();
          // Excel itself begins a comment with its author's name.
          if (author.size() > 1 && !trimmed(text).empty() && !text.starts_with(author)) {
            text.insert(0, author + " ");
          }
          collector_.add(BlockKind::kComment, text, place(std::string(attribute(comment, "ref"))));
        }
      }
    }
  }

  void read_threaded_comments(const std::string& member) {
    const Tree tree = load_xml(container_, member, collector_);
    if (tree == nullptr) {
      return;
    }
    for (const Node& comment : child(*tree, "ThreadedComments").children()) {
      const auto person = people_.find(std::string(attribute(comment, "personId")));
      const std::string author = person == people_.end() ? std::string() : person->second + ": ";
      collector_.add(BlockKind::kComment, author + all_text(child(comment, "text")),
                     place(std::string(attribute(comment, "ref"))));
    }
  }

  void read_drawing(const std::string& member) {
    const Tree tree = load_xml(container_, member, collector_);
    if (tree == nullptr) {
      return;
    }
    (void)tree->find_node([&](const Node& node) {
      if (local_name(node) == "txBody") {
        std::string text;
        for (const Node& paragraph : node.children()) {
          text += (text.empty() ? "" : "\n") + (local_name(paragraph) == "p" ? all_text(paragraph) : std::string());
        }
        collector_.add(BlockKind::kNote, text, place({}));
      }
      return !collector_.may_go_on();
    });
    for (const Relation& relation : load_relations(container_, member, collector_)) {
      if (relation.type == "chart" && !relation.target.empty()) {
        // Its values are those of cells, which were read.
        read_chart(load_xml(container_, relation.target, collector_), [&](ChartText kind, const std::string& text) {
          return kind == ChartText::kValues || collector_.add(BlockKind::kNote, text, place({}));
        });
      }
    }
  }

  Container& container_;
  TextCollector& collector_;
  std::vector<std::string> strings_;
  std::vector<NumberFormat> formats_;
  std::map<std::string, std::string> people_;
  std::string sheet_;
  unsigned row_ = 0;
  bool days_1904_ = false;
  bool hidden_sheet_ = false;
  bool hidden_row_ = false;
  bool hidden_cells_ = false;         ///< Those that are being added lie in hidden columns.
  std::vector<bool> hidden_columns_;  ///< From 1 on; empty when all are shown.
};

}  // namespace

input::Verdict read_xlsx(Container& container, TextCollector& collector) {
  return XlsxReader(container, collector).read();
}

}  // namespace alcove::office

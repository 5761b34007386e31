#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/chart.hpp"
#include "workers/decode/office/docx_numbering.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using wire::BlockKind;

/// Heading levels and list membership that paragraph styles give.
class Styles {
 public:
  static constexpr unsigned kNone = 99;

  explicit Styles(const Tree& tree) {
    if (tree == nullptr) {
      return;
    }
    for (const Node& node : child(*tree, "styles").children()) {
      if (local_name(node) != "style") {
        continue;
      }
      Style style;
      style.name = ascii_lower(attribute(child(node, "name"), "val"));
      style.based_on = attribute(child(node, "basedOn"), "val");
      const Node properties = child(node, "pPr");
      style.outline = to_unsigned(attribute(child(properties, "outlineLvl"), "val"), kNone);
      const Node numbering = child(properties, "numPr");
      style.list = attribute(child(numbering, "numId"), "val");
      style.list_level = to_unsigned(attribute(child(numbering, "ilvl"), "val"), kNone);
      styles_.emplace(std::string(attribute(node, "styleId")), std::move(style));
    }
  }

  /// 1 to 6, or 0 for no heading. Word stores built-in names in English in every language.
  [[nodiscard]] std::uint8_t heading_level(std::string_view id) const {
    for (unsigned steps = 0; steps < kChainMax; ++steps) {
      const auto found = styles_.find(id);
      if (found == styles_.end()) {
        return 0;
      }
      const Style& style = found->second;
      if (style.name == "title") {
        return 1;
      }
      if (style.name == "subtitle") {
        return 2;
      }
      if (style.name.starts_with("heading ") && style.name.size() == 9) {
        return level_of(static_cast<unsigned>(style.name.back() - '1'));
      }
      if (style.outline != kNone) {
        return style.outline < 9 ? level_of(style.outline) : std::uint8_t{0};
      }
      id = style.based_on;
    }
    return 0;
  }
  /// The list that a style puts its paragraphs into.
  struct List {
    std::string id;          ///< Empty: none.
    unsigned level = kNone;  ///< kNone: the one that the list ties to `style`.
    std::string style;
  };
  [[nodiscard]] List list_of(std::string_view id) const {
    for (unsigned steps = 0; steps < kChainMax; ++steps) {
      const auto found = styles_.find(id);
      if (found == styles_.end()) {
        break;
      }
      if (!found->second.list.empty()) {
        return {.id = found->second.list, .level = found->second.list_level, .style = found->first};
      }
      id = found->second.based_on;
    }
    return {};
  }
  static std::uint8_t level_of(unsigned outline) { return static_cast<std::uint8_t>(std::min(outline + 1, 6U)); }

 private:
  /// Longest chain of styles that base on one another; a ring of them ends here.
  static constexpr unsigned kChainMax = 32;
  struct Style {
    std::string name;
    std::string based_on;
    unsigned outline = kNone;
    std::string list;
    unsigned list_level = kNone;
  };
  std::map<std::string, Style, std::less<>> styles_;
};

/// What stands aside of a paragraph's text and follows it.
struct Asides {
  std::vector<Node> text_boxes;
  std::vector<std::string> footnotes;
  std::vector<std::string> endnotes;
  std::vector<std::string> comments;
  std::string hidden;  ///< Words that are not shown.
};

bool is_on(const Node& property) {
  const std::string_view value = attribute(property, "val");
  return !property.empty() && value != "0" && value != "false" && value != "off";
}

class DocxReader {
 public:
  DocxReader(Container& container, TextCollector& collector) : container_(container), collector_(collector) {}

  input::Verdict read() {
    const std::string main = find_main_member(container_, "word/document.xml", collector_);
    const Tree tree = load_xml(container_, main, collector_);
    const Node body = tree == nullptr ? Node() : child(child(*tree, "document"), "body");
    if (body.empty()) {
      return damaged_office();
    }
    const auto relations = load_relations(container_, main, collector_);
    const Tree styles = load_related(relations, "styles");
    styles_ = Styles(styles);
    numbering_ = DocxNumbering(load_related(relations, "numbering"), styles);
    const Tree footnotes = load_related(relations, "footnotes");
    const Tree endnotes = load_related(relations, "endnotes");
    const Tree comments = load_related(relations, "comments");
    index_notes(footnotes, "footnotes", footnotes_);
    index_notes(endnotes, "endnotes", endnotes_);
    index_notes(comments, "comments", comments_);
    read_blocks(body);
    read_unreferenced(footnotes_, BlockKind::kNote);
    read_unreferenced(endnotes_, BlockKind::kNote);
    read_unreferenced(comments_, BlockKind::kComment);
    read_headers(relations);
    return {};
  }

 private:
  struct NoteText {
    Node node;
    bool used = false;
  };
  using Notes = std::map<std::string, NoteText, std::less<>>;

  Tree load_related(const std::vector<Relation>& relations, std::string_view type) {
    const std::string target = find_target(relations, type);
    return target.empty() ? nullptr : load_xml(container_, target, collector_);
  }

  static void index_notes(const Tree& tree, std::string_view root, Notes& notes) {
    if (tree == nullptr) {
      return;
    }
    for (const Node& node : child(*tree, root).children()) {
      const std::string_view type = attribute(node, "type");  // Separators are notes of a type without words.
      if (node.type() == pugi::node_element && (type.empty() || type == "normal")) {
        notes.emplace(std::string(attribute(node, "id")), NoteText{node, false});
      }
    }
  }

  wire::Place place(unsigned first, unsigned last) const {
    wire::Place out;
    out.kind = wire::PlaceKind::kParagraph;
    out.paragraph_first = first;
    out.paragraph_last = last;
    return out;
  }

  /// Paragraphs, tables and the wrappers around them.
  void read_blocks(const Node& parent) {
    for (const Node& node : parent.children()) {
      if (!collector_.may_go_on()) {
        return;
      }
      const std::string_view name = local_name(node);
      if (name == "p") {
        read_paragraph(node);
      } else if (name == "tbl") {
        read_table(node);
      } else if (name == "AlternateContent") {
        read_blocks(chosen_content(node));
      } else if (name == "sdt" || name == "sdtContent" || name == "customXml" || name == "ins" || name == "moveTo" ||
                 name == "smartTag") {
        read_blocks(node);
      }
    }
  }

  void read_paragraph(const Node& node) {
    const unsigned number = ++paragraph_;
    const Node properties = child(node, "pPr");
    const std::string_view style = attribute(child(properties, "pStyle"), "val");
    unsigned outline = to_unsigned(attribute(child(properties, "outlineLvl"), "val"), Styles::kNone);
    const ListItem item = next_item(properties);
    std::string text;
    Asides asides;
    collect(node, text, asides);
    std::uint8_t level = outline < 9 ? Styles::level_of(outline) : styles_.heading_level(style);
    BlockKind kind = BlockKind::kParagraph;
    if (level > 0) {
      kind = BlockKind::kHeading;
    } else if (item.listed) {
      kind = BlockKind::kListItem;
      level = static_cast<std::uint8_t>(std::min(item.level, 8U));
    }
    collector_.add(kind, with_label(item.label, text), place(number, number), {.level = level});
    read_asides(asides, number);
  }

  struct ListItem {
    bool listed = false;
    unsigned level = 0;
    std::string label;  ///< Empty for bullets.
  };
  /// Counts a paragraph of a list, also one without words.
  ListItem next_item(const Node& properties) {
    const std::string_view style = attribute(child(properties, "pStyle"), "val");
    const Node own = child(properties, "numPr");
    const std::string_view own_id = attribute(child(own, "numId"), "val");
    Styles::List list = styles_.list_of(style);
    if (!own_id.empty()) {
      list = {.id = std::string(own_id), .level = 0, .style = {}};
    }
    list.level = to_unsigned(attribute(child(own, "ilvl"), "val"), list.level);
    if (list.id.empty() || list.id == "0") {
      return {};
    }
    ListItem item;
    item.listed = true;
    item.level = list.level != Styles::kNone ? list.level
                                             : static_cast<unsigned>(numbering_.level_of_style(list.id, list.style));
    item.label = numbering_.next(list.id, item.level);
    return item;
  }

  static std::string with_label(const std::string& label, const std::string& text) {
    return label.empty() || trimmed(text).empty() ? text : label + " " + text;
  }

  void read_asides(const Asides& asides, unsigned number) {
    wire::Place hidden = place(number, number);
    hidden.hidden = true;
    collector_.add(BlockKind::kParagraph, asides.hidden, std::move(hidden));
    for (const Node& box : asides.text_boxes) {
      read_blocks(box);
    }
    const auto read_notes = [&](const std::vector<std::string>& ids, Notes& notes, BlockKind kind) {
      for (const std::string& id : ids) {
        if (const auto found = notes.find(id); found != notes.end() && !found->second.used) {
          found->second.used = true;
          collector_.add(kind, note_text(found->second.node, kind), place(number, number));
        }
      }
    };
    read_notes(asides.footnotes, footnotes_, BlockKind::kNote);
    read_notes(asides.endnotes, endnotes_, BlockKind::kNote);
    read_notes(asides.comments, comments_, BlockKind::kComment);
  }

  /// A note's words; a comment's behind its author's name.
  std::string note_text(const Node& note, BlockKind kind) {
    const std::string text = flat_text(note);
    const std::string_view author = kind == BlockKind::kComment ? attribute(note, "author") : std::string_view();
    return author.empty() || text.empty() ? text : std::string(author) + ": " + text;
  }

  void read_unreferenced(Notes& notes, BlockKind kind) {
    for (auto& [id, note] : notes) {
      if (!note.used) {
        collector_.add(kind, note_text(note.node, kind), place(paragraph_, paragraph_));
      }
    }
  }

  /// A table row by row; cells are parted by tabs. Tables inside cells become part of the cell's text.
  void read_table(const Node& table) {
    for (const Node& row : table.children()) {
      const std::string_view name = local_name(row);
      if (name == "sdt" || name == "sdtContent" || name == "ins" || name == "customXml") {
        read_table(row);
      }
      if (name != "tr" || !collector_.may_go_on()) {
        continue;
      }
      const unsigned first = paragraph_ + 1;
      std::string text;
      Asides asides;
      read_cells(row, text, asides);
      paragraph_ = std::max(paragraph_, first);
      collector_.add(BlockKind::kTableRow, text, place(first, paragraph_));
      read_asides(asides, paragraph_);
    }
  }

  void read_cells(const Node& row, std::string& text, Asides& asides) {
    for (const Node& cell : row.children()) {
      const std::string_view name = local_name(cell);
      if (name == "tc") {
        std::string cell_text;
        collect_paragraphs(cell, cell_text, asides);
        text += text.empty() ? "" : "\t";
        text += charset::collapse_spaces(cell_text);
      } else if (name == "sdt" || name == "sdtContent" || name == "customXml" || name == "ins") {
        read_cells(cell, text, asides);
      }
    }
  }

  /// The text of all paragraphs below `parent`, parted by line feeds; each counts.
  void collect_paragraphs(const Node& parent, std::string& text, Asides& asides) {
    for (const Node& node : parent.children()) {
      const std::string_view name = local_name(node);
      if (name == "p") {
        ++paragraph_;
        text += text.empty() ? "" : "\n";
        std::string own;
        collect(node, own, asides);
        text += with_label(next_item(child(node, "pPr")).label, own);
      } else if (name == "AlternateContent") {
        collect_paragraphs(chosen_content(node), text, asides);
      } else if (name != "tcPr" && name != "tblPr" && name != "del" && name != "moveFrom") {
        collect_paragraphs(node, text, asides);
      }
    }
  }

  std::string flat_text(const Node& parent) {
    std::string text;
    Asides asides;
    const unsigned before = paragraph_;
    collect_paragraphs(parent, text, asides);
    paragraph_ = before;
    for (const Node& box : asides.text_boxes) {
      text += "\n" + flat_text(box);
    }
    return text;
  }

  /// Of the two forms of the same drawing, the newer one when it has words.
  static Node chosen_content(const Node& alternate) {
    const Node choice = child(alternate, "Choice");
    const Node fallback = child(alternate, "Fallback");
    const bool wordless = descendant(choice, "t").empty();
    return wordless && !fallback.empty() ? fallback : choice;
  }

  /// The text of runs, in document order. Insertions are text; deletions, field codes and properties are not.
  void collect(const Node& parent, std::string& text, Asides& asides) {
    for (const Node& node : parent.children()) {
      const std::string_view name = local_name(node);
      if (name == "t") {
        text += node.text().get();
      } else if (name == "tab" || name == "ptab") {
        text += '\t';
      } else if (name == "br" || name == "cr") {
        text += '\n';
      } else if (name == "noBreakHyphen") {
        text += '-';
      } else if (name == "footnoteReference") {
        asides.footnotes.emplace_back(attribute(node, "id"));
      } else if (name == "endnoteReference") {
        asides.endnotes.emplace_back(attribute(node, "id"));
      } else if (name == "commentReference") {
        asides.comments.emplace_back(attribute(node, "id"));
      } else if (name == "txbxContent") {
        asides.text_boxes.push_back(node);
      } else if (name == "AlternateContent") {
        collect(chosen_content(node), text, asides);
      } else if (name == "r" && is_on(child(child(node, "rPr"), "vanish"))) {
        collect(node, asides.hidden, asides);
      } else if (!is_wordless(name)) {
        collect(node, text, asides);
      }
    }
  }

  static bool is_wordless(std::string_view name) {
    static const std::set<std::string_view> kNames = {"pPr",     "rPr",      "del",      "moveFrom", "instrText",
                                                      "delText", "sdtPr",    "rt",       "sectPr",   "delInstrText",
                                                      "fldData", "sdtEndPr", "posOffset"};
    return kNames.contains(name);
  }

  /// Words inside diagrams (SmartArt) and charts; which paragraph shows them is not followed.
  void read_graphics(const Relation& relation) {
    read_chart(load_xml(container_, relation.target, collector_), [&](ChartText kind, const std::string& text) {
      collector_.add(kind == ChartText::kValues ? BlockKind::kTableRow : BlockKind::kParagraph, text, wire::Place{});
      return collector_.may_go_on();
    });
  }

  void read_headers(const std::vector<Relation>& relations) {
    std::set<std::string> seen;
    for (const Relation& relation : relations) {
      if ((relation.type == "diagramData" || relation.type == "chart") && !relation.target.empty()) {
        read_graphics(relation);
      }
      if ((relation.type != "header" && relation.type != "footer") || relation.target.empty()) {
        continue;
      }
      const Tree tree = load_xml(container_, relation.target, collector_);
      const std::string text = tree == nullptr ? std::string() : flat_text(*tree);
      // First, even and default headers often say the same.
      if (!text.empty() && seen.insert(text).second) {
        collector_.add(BlockKind::kHeaderFooter, text, wire::Place{});
      }
    }
  }

  Container& container_;
  TextCollector& collector_;
  Styles styles_{nullptr};
  DocxNumbering numbering_;
  Notes footnotes_;
  Notes endnotes_;
  Notes comments_;
  unsigned paragraph_ = 0;
};

}  // namespace

input::Verdict read_docx(Container& container, TextCollector& collector) {
  return DocxReader(container, collector).read();
}

}  // namespace alcove::office

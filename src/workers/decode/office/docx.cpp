#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using wire::BlockKind;

/// Heading levels and list membership that paragraph styles give.
class Styles {
 public:
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
      style.listed = !child(properties, "numPr").empty();
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
  [[nodiscard]] bool is_listed(std::string_view id) const {
    for (unsigned steps = 0; steps < kChainMax; ++steps) {
      const auto found = styles_.find(id);
      if (found == styles_.end()) {
        return false;
      }
      if (found->second.listed) {
        return true;
      }
      id = found->second.based_on;
    }
    return false;
  }
  static std::uint8_t level_of(unsigned outline) { return static_cast<std::uint8_t>(std::min(outline + 1, 6U)); }
  static constexpr unsigned kNone = 99;

 private:
  /// Longest chain of styles that base on one another; a ring of them ends here.
  static constexpr unsigned kChainMax = 32;
  struct Style {
    std::string name;
    std::string based_on;
    unsigned outline = kNone;
    bool listed = false;
  };
  std::map<std::string, Style, std::less<>> styles_;
};

/// What stands aside of a paragraph's text and follows it.
struct Asides {
  std::vector<Node> text_boxes;
  std::vector<std::string> footnotes;
  std::vector<std::string> endnotes;
  std::vector<std::string> comments;
};

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
    styles_ = Styles(load_related(relations, "styles"));
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
    std::string text;
    Asides asides;
    collect(node, text, asides);
    const Node numbering = child(properties, "numPr");
    std::uint8_t level = outline < 9 ? Styles::level_of(outline) : styles_.heading_level(style);
    BlockKind kind = BlockKind::kParagraph;
    if (level > 0) {
      kind = BlockKind::kHeading;
    } else if (!numbering.empty() || styles_.is_listed(style)) {
      kind = BlockKind::kListItem;
      level = static_cast<std::uint8_t>(std::min(to_unsigned(attribute(child(numbering, "ilvl"), "val"), 0), 8U));
    }
    collector_.add(kind, text, place(number, number), {.level = level});
    read_asides(asides, number);
  }

  void read_asides(const Asides& asides, unsigned number) {
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
        collect(node, text, asides);
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
    const Tree tree = load_xml(container_, relation.target, collector_);
    if (tree == nullptr) {
      return;
    }
    (void)tree->find_node([&](const Node& node) {
      const std::string_view name = local_name(node);
      if (name == "p") {
        std::string text;
        Asides asides;
        collect(node, text, asides);
        collector_.add(BlockKind::kParagraph, text, wire::Place{});
      } else if (name == "strCache") {
        std::string row;
        for (const Node& point : node.children()) {
          const std::string value = charset::collapse_spaces(all_text(point));
          row += row.empty() || value.empty() ? value : "\t" + value;
        }
        collector_.add(BlockKind::kTableRow, row, wire::Place{});
      }
      return !collector_.may_go_on();
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

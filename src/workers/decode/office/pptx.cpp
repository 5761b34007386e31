#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/input/list_numbers.hpp"
#include "workers/decode/office/chart.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using wire::BlockKind;

/// Counts the numbered paragraphs of one shape.
class SlideNumbering {
 public:
  /// `styles`: the shape's own, by level.
  explicit SlideNumbering(const Node& styles) : styles_(styles) {}

  /// The label of the next paragraph; empty for bullets and none. PowerPoint does not number empty paragraphs.
  std::string next(const Node& paragraph, bool is_empty) {
    const Node properties = child(paragraph, "pPr");
    const std::size_t level = std::min<std::size_t>(to_unsigned(attribute(properties, "lvl"), 0), 8);
    Node mark = child(properties, "buAutoNum");
    const bool has_other = !child(properties, "buNone").empty() || !child(properties, "buChar").empty();
    if (mark.empty() && !has_other) {
      mark = child(child(styles_, "lvl" + std::to_string(level + 1) + "pPr"), "buAutoNum");
    }
    if (is_empty) {
      return {};
    }
    input::ListLevels levels;
    std::string form(attribute(mark, "type"));
    form += " " + std::string(attribute(mark, "startAt"));
    levels[level] = level_of(attribute(mark, "type"), to_unsigned(attribute(mark, "startAt"), 1), level);
    if (std::exchange(forms_[level], form) != form) {
      counter_.restart(level, levels[level].start);
    }
    return counter_.next(levels, level);
  }

 private:
  static input::ListLevel level_of(std::string_view type, unsigned start, std::size_t index) {
    input::ListLevel level;
    level.kind = type.empty() ? input::Numeral::kBullet : input::Numeral::kDecimal;
    level.start = start;
    constexpr std::array kKinds = {std::pair{std::string_view("alphaLc"), input::Numeral::kLowerLetter},
                                   std::pair{std::string_view("alphaUc"), input::Numeral::kUpperLetter},
                                   std::pair{std::string_view("romanLc"), input::Numeral::kLowerRoman},
                                   std::pair{std::string_view("romanUc"), input::Numeral::kUpperRoman}};
    for (const auto& [name, kind] : kKinds) {
      level.kind = type.starts_with(name) ? kind : level.kind;
    }
    const std::string_view before = type.ends_with("ParenBoth") ? "(" : "";
    const std::string_view after = type.ends_with("Period") ? "." : type.find("Paren") != type.npos ? ")" : "";
    level.text = std::string(before) + "%" + std::to_string(index + 1) + std::string(after);
    return level;
  }

  Node styles_;
  input::ListCounter counter_;
  std::array<std::string, input::kListLevelsMax> forms_;
};

class PptxReader {
 public:
  PptxReader(Container& container, TextCollector& collector) : container_(container), collector_(collector) {}

  input::Verdict read() {
    const std::string main = find_main_member(container_, "ppt/presentation.xml", collector_);
    const Tree tree = load_xml(container_, main, collector_);
    if (tree == nullptr) {
      return damaged_office();
    }
    const auto relations = load_relations(container_, main, collector_);
    read_people(relations);
    std::vector<std::string> slides;
    for (const Node& node : child(child(*tree, "presentation"), "sldIdLst").children()) {
      std::string target = find_target_by_id(relations, prefixed_attribute(node, "id"));
      if (!target.empty()) {
        slides.push_back(std::move(target));
      }
    }
    collector_.artefact().page_count = static_cast<std::uint32_t>(slides.size());
    for (const std::string& slide : slides) {
      if (slide_ >= collector_.limits().pages_max) {
        collector_.note("pages_limit", "Only the first slides of the presentation were read");
        break;
      }
      ++slide_;
      if (!collector_.may_go_on()) {
        break;
      }
      read_slide(slide);
    }
    return {};
  }

 private:
  void add(BlockKind kind, std::string_view text, std::uint8_t level = 0) {
    wire::Place place;
    place.kind = wire::PlaceKind::kSlide;
    place.slide = slide_;
    place.hidden = hidden_;
    collector_.add(kind, text, std::move(place), {.level = level});
  }

  void read_slide(const std::string& member) {
    const Tree tree = load_xml(container_, member, collector_);
    if (tree == nullptr) {
      return;
    }
    const Node slide = child(*tree, "sld");
    hidden_ = attribute(slide, "show") == "0" || attribute(slide, "show") == "false";
    if (hidden_) {
      collector_.note("hidden_slide", "Some slides are hidden; their text was read, too");
    }
    read_shapes(child(child(slide, "cSld"), "spTree"), BlockKind::kParagraph);
    for (const Relation& relation : load_relations(container_, member, collector_)) {
      if (relation.target.empty()) {
        continue;
      }
      if (relation.type == "notesSlide") {
        const Tree notes = load_xml(container_, relation.target, collector_);
        if (notes != nullptr) {
          read_shapes(child(child(child(*notes, "notes"), "cSld"), "spTree"), BlockKind::kNote);
        }
      } else if (relation.type == "comments") {
        read_comments(relation.target);
      } else if (relation.type == "diagramData" || relation.type == "chart") {
        read_chart(load_xml(container_, relation.target, collector_), [&](ChartText kind, const std::string& text) {
          add(kind == ChartText::kValues ? BlockKind::kTableRow : BlockKind::kParagraph, text);
          return collector_.may_go_on();
        });
      }
    }
  }

  void read_comments(const std::string& member) {
    const Tree tree = load_xml(container_, member, collector_);
    if (tree == nullptr) {
      return;
    }
    (void)tree->find_node([&](const Node& node) {
      const std::string_view name = local_name(node);
      if (name == "cm" || name == "reply") {
        const auto person = people_.find(attribute(node, "authorId"));
        const std::string text = comment_text(node);
        const bool named = person != people_.end() && !text.empty();
        add(BlockKind::kComment, named ? person->second + ": " + text : text);
      }
      return !collector_.may_go_on();
    });
  }

  /// Of a comment of either kind: a plain "text", or a "txBody" with paragraphs. Its replies are comments of their own.
  static std::string comment_text(const Node& comment) {
    const Node body = child(comment, "txBody");
    if (body.empty()) {
      return all_text(child(comment, "text"));
    }
    std::string text;
    for (const Node& paragraph : body.children()) {
      if (local_name(paragraph) == "p") {
        text += (text.empty() ? "" : "\n") + paragraph_text(paragraph);
      }
    }
    return text;
  }

  void read_people(const std::vector<Relation>& relations) {
    for (const Relation& relation : relations) {
      if ((relation.type != "commentAuthors" && relation.type != "authors") || relation.target.empty()) {
        continue;
      }
      const Tree tree = load_xml(container_, relation.target, collector_);
      if (tree == nullptr) {
        continue;
      }
      (void)tree->find_node([&](const Node& node) {
        if (!attribute(node, "id").empty()) {
          people_.emplace(attribute(node, "id"), charset::clean(attribute(node, "name")));
        }
        return false;
      });
    }
  }

  static std::string placeholder_type(const Node& shape) {
    return std::string(attribute(descendant(child(shape, "nvSpPr"), "ph"), "type"));
  }

  void read_shapes(const Node& tree, BlockKind kind) {
    for (const Node& node : tree.children()) {
      if (!collector_.may_go_on()) {
        return;
      }
      const std::string_view name = local_name(node);
      if (name == "sp") {
        read_shape(node, kind);
      } else if (name == "grpSp") {
        read_shapes(node, kind);
      } else if (name == "graphicFrame") {
        read_table(descendant(node, "tbl"), kind);
      } else if (name == "AlternateContent") {
        const Node choice = child(node, "Choice");
        read_shapes(descendant(choice, "t").empty() ? child(node, "Fallback") : choice, kind);
      }
    }
  }

  void read_shape(const Node& shape, BlockKind kind) {
    const std::string type = placeholder_type(shape);
    if (type == "sldNum" || type == "dt" || (kind == BlockKind::kNote && type == "sldImg")) {
      return;
    }
    if (type == "ftr" || type == "hdr") {
      kind = BlockKind::kHeaderFooter;
    }
    const bool title = kind == BlockKind::kParagraph && (type == "title" || type == "ctrTitle");
    const Node body = child(shape, "txBody");
    SlideNumbering numbering(child(body, "lstStyle"));
    for (const Node& paragraph : body.children()) {
      if (local_name(paragraph) != "p") {
        continue;
      }
      std::string text = paragraph_text(paragraph);
      const std::string label = numbering.next(paragraph, trimmed(text).empty());
      text.insert(0, label.empty() ? label : label + " ");
      const unsigned level = to_unsigned(attribute(child(paragraph, "pPr"), "lvl"), 0);
      if (title) {
        add(BlockKind::kHeading, text, 1);
      } else if (kind == BlockKind::kParagraph && (level > 0 || type == "body" || type == "obj")) {
        add(BlockKind::kListItem, text, static_cast<std::uint8_t>(std::min(level, 8U)));
      } else {
        add(kind, text);
      }
    }
  }

  void read_table(const Node& table, BlockKind kind) {
    for (const Node& row : table.children()) {
      if (local_name(row) != "tr") {
        continue;
      }
      std::string text;
      for (const Node& cell : row.children()) {
        if (local_name(cell) != "tc") {
          continue;
        }
        std::string cell_text;
        for (const Node& paragraph : child(cell, "txBody").children()) {
          if (local_name(paragraph) == "p") {
            cell_text += (cell_text.empty() ? "" : " ") + paragraph_text(paragraph);
          }
        }
        text += text.empty() ? "" : "\t";
        text += charset::collapse_spaces(cell_text);
      }
      add(kind == BlockKind::kNote ? kind : BlockKind::kTableRow, text);
    }
  }

  static std::string paragraph_text(const Node& paragraph) {
    std::string text;
    for (const Node& node : paragraph.children()) {
      const std::string_view name = local_name(node);
      if (name == "r" || name == "fld") {
        text += child(node, "t").text().get();
      } else if (name == "br") {
        text += '\n';
      } else if (name == "m" || name == "AlternateContent") {  // formulas
        const Node choice = child(node, "Choice");
        text += all_text(choice.empty() ? node : choice);
      }
    }
    return text;
  }

  Container& container_;
  TextCollector& collector_;
  std::uint32_t slide_ = 0;
  bool hidden_ = false;
  std::map<std::string, std::string, std::less<>> people_;  ///< Id of a comment's author → name.
};

}  // namespace

input::Verdict read_pptx(Container& container, TextCollector& collector) {
  return PptxReader(container, collector).read();
}

}  // namespace alcove::office

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using wire::BlockKind;

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
      } else if (relation.type == "comments" || relation.type == "diagramData" || relation.type == "chart") {
        read_related(relation);
      }
    }
  }

  /// Comments, the words of a diagram, the titles and categories of a chart.
  void read_related(const Relation& relation) {
    const Tree tree = load_xml(container_, relation.target, collector_);
    if (tree == nullptr) {
      return;
    }
    const bool comments = relation.type == "comments";
    (void)tree->find_node([&](const Node& node) {
      const std::string_view name = local_name(node);
      if (comments && (name == "cm" || name == "reply")) {
        const auto person = people_.find(attribute(node, "authorId"));
        const std::string text = comment_text(node);
        const bool named = person != people_.end() && !text.empty();
        add(BlockKind::kComment, named ? person->second + ": " + text : text);
      } else if (!comments && name == "p") {
        add(BlockKind::kParagraph, paragraph_text(node));
      } else if (!comments && name == "strCache") {
        add(BlockKind::kTableRow, cached_values(node));
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

  static std::string cached_values(const Node& cache) {
    std::string out;
    for (const Node& point : cache.children()) {
      if (local_name(point) == "pt") {
        out += out.empty() ? "" : "\t";
        out += charset::collapse_spaces(all_text(point));
      }
    }
    return out;
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
    for (const Node& paragraph : child(shape, "txBody").children()) {
      if (local_name(paragraph) != "p") {
        continue;
      }
      const std::string text = paragraph_text(paragraph);
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

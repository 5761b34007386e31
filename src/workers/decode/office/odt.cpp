#include <algorithm>
#include <set>
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

class OdtReader {
 public:
  OdtReader(Container& container, TextCollector& collector) : container_(container), collector_(collector) {}

  input::Verdict read() {
    const Tree tree = load_xml(container_, "content.xml", collector_);
    const Node body = tree == nullptr ? Node() : child(child(*tree, "document-content"), "body");
    if (body.empty()) {
      return damaged_office();
    }
    for (const Node& content : body.children()) {
      read_blocks(content, 0);
    }
    read_headers();
    return {};
  }

 private:
  /// Notes, comments and boxes inside a paragraph; they follow it as blocks of their own.
  struct Asides {
    std::vector<std::pair<BlockKind, Node>> notes;
    std::vector<Node> boxes;
  };

  wire::Place place() const {
    wire::Place out;
    out.kind = wire::PlaceKind::kParagraph;
    out.paragraph_first = paragraph_;
    out.paragraph_last = paragraph_;
    return out;
  }

  void read_blocks(const Node& parent, unsigned list_depth) {
    for (const Node& node : parent.children()) {
      if (!collector_.may_go_on()) {
        return;
      }
      const std::string_view name = local_name(node);
      if (name == "h") {
        const unsigned level = to_unsigned(attribute(node, "outline-level"), 1);
        read_paragraph(node, BlockKind::kHeading, std::clamp(level, 1U, 6U));
      } else if (name == "p") {
        read_paragraph(node, list_depth > 0 ? BlockKind::kListItem : BlockKind::kParagraph,
                       list_depth > 0 ? std::min(list_depth - 1, 8U) : 0);
      } else if (name == "list") {
        read_blocks(node, list_depth + 1);
      } else if (name == "table") {
        read_table(node);
      } else if (name != "tracked-changes" && name != "sequence-decls" && name != "variable-decls" && name != "forms" &&
                 node.type() == pugi::node_element) {
        read_blocks(node, list_depth);
      }
    }
  }

  void read_paragraph(const Node& node, BlockKind kind, unsigned level) {
    ++paragraph_;
    std::string text;
    Asides asides;
    collect(node, text, asides);
    collector_.add(kind, text, place(), {.level = static_cast<std::uint8_t>(level)});
    read_asides(asides);
  }

  void read_asides(const Asides& asides) {
    for (const auto& [kind, note] : asides.notes) {
      collector_.add(kind, flat_text(note), place());
    }
    for (const Node& box : asides.boxes) {
      read_blocks(box, 0);
    }
  }

  void read_table(const Node& table) {
    for (const Node& node : table.children()) {
      const std::string_view name = local_name(node);
      if (name == "table-header-rows" || name == "table-rows" || name == "table-row-group") {
        read_table(node);
      }
      if (name != "table-row" || !collector_.may_go_on()) {
        continue;
      }
      wire::Place row_place = place();
      row_place.paragraph_first = paragraph_ + 1;
      std::string text;
      Asides asides;
      for (const Node& cell : node.children()) {
        if (local_name(cell) == "table-cell") {
          std::string cell_text;
          collect_paragraphs(cell, cell_text, asides);
          text += text.empty() ? "" : "\t";
          text += charset::collapse_spaces(cell_text);
        }
      }
      paragraph_ = std::max(paragraph_, row_place.paragraph_first);
      row_place.paragraph_last = paragraph_;
      collector_.add(BlockKind::kTableRow, text, std::move(row_place));
      read_asides(asides);
    }
  }

  /// Text of every paragraph below, one after another; each counts.
  void collect_paragraphs(const Node& parent, std::string& text, Asides& asides) {
    for (const Node& node : parent.children()) {
      const std::string_view name = local_name(node);
      if (name == "p" || name == "h") {
        ++paragraph_;
        text += text.empty() ? "" : "\n";
        collect(node, text, asides);
      } else if (name == "annotation") {
        asides.notes.emplace_back(BlockKind::kComment, node);
      } else {
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
    return text;
  }

  /// ODF collapses white space in the file; spaces that count are elements.
  void collect(const Node& parent, std::string& text, Asides& asides) {
    for (const Node& node : parent.children()) {
      const std::string_view name = local_name(node);
      if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
        append_collapsed(text, node.value());
      } else if (name == "s") {
        text.append(std::min(to_unsigned(attribute(node, "c"), 1), 64U), ' ');
      } else if (name == "tab") {
        text += '\t';
      } else if (name == "line-break") {
        text += '\n';
      } else if (name == "note") {
        asides.notes.emplace_back(BlockKind::kNote, child(node, "note-body"));
      } else if (name == "annotation") {
        asides.notes.emplace_back(BlockKind::kComment, node);
      } else if (name == "text-box" || name == "table") {
        asides.boxes.push_back(name == "table" ? parent : node);
      } else if (name == "custom-shape") {
        asides.boxes.push_back(node);
      } else if (name == "ruby-text" || name == "desc" || name == "title" || name == "object" || name == "del") {
        continue;  // Descriptions for screen readers repeat captions; embedded objects have members of their own.
      } else {
        collect(node, text, asides);
      }
    }
  }

  static void append_collapsed(std::string& text, std::string_view raw) {
    for (const char c : raw) {
      const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
      if (!space) {
        text.push_back(c);
      } else if (!text.empty() && text.back() != ' ') {
        text.push_back(' ');
      }
    }
  }

  void read_headers() {
    const Tree tree = container_.has("styles.xml") ? load_xml(container_, "styles.xml", collector_) : nullptr;
    if (tree == nullptr) {
      return;
    }
    std::set<std::string> seen;
    for (const Node& master : child(child(*tree, "document-styles"), "master-styles").children()) {
      for (const Node& node : master.children()) {
        const std::string_view name = local_name(node);
        if (!name.starts_with("header") && !name.starts_with("footer")) {
          continue;
        }
        const std::string text = flat_text(node);
        if (!text.empty() && seen.insert(text).second) {
          collector_.add(BlockKind::kHeaderFooter, text, wire::Place{});
        }
      }
    }
  }

  Container& container_;
  TextCollector& collector_;
  unsigned paragraph_ = 0;
};

}  // namespace

input::Verdict read_odt(Container& container, TextCollector& collector) {
  return OdtReader(container, collector).read();
}

}  // namespace alcove::office

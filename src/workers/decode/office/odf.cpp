#include "workers/decode/office/odf.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"

namespace alcove::office {
namespace {

using wire::BlockKind;

void append_collapsed(std::string& text, std::string_view raw) {
  for (const char c : raw) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space) {
      text.push_back(c);
    } else if (!text.empty() && text.back() != ' ') {
      text.push_back(' ');
    }
  }
}

/// Descriptions for screen readers repeat captions; of embedded objects only charts are read with the text.
bool is_wordless(std::string_view name) {
  return name == "ruby-text" || name == "desc" || name == "title" || name == "object" || name == "del";
}

bool is_shape(std::string_view name) {
  return name == "custom-shape" || name == "rect" || name == "ellipse" || name == "circle" || name == "polygon" ||
         name == "path" || name == "caption" || name == "line" || name == "connector";
}

/// ODF collapses white space in the file; spaces that count are elements.
void collect(const Node& parent, std::string& text, OdfAsides& asides) {
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
    } else if (is_shape(name)) {
      asides.boxes.push_back(node);
    } else if (name == "object") {
      asides.objects.push_back(node);
    } else if (!is_wordless(name)) {
      collect(node, text, asides);
    }
  }
}

/// A header without its fields, which mean something in print only; empty when at most one word stands beside them.
std::string header_text(const Node& header) {
  const auto is_field = [](std::string_view name) {
    return name == "sheet-name" || name == "page-number" || name == "page-count" || name == "date" || name == "time" ||
           name == "file-name";
  };
  std::string text;
  bool has_fields = false;
  (void)header.find_node([&](const Node& node) {
    const std::string_view name = local_name(node);
    has_fields = has_fields || is_field(name);
    if (node.type() == pugi::node_pcdata && !is_field(local_name(node.parent()))) {
      append_collapsed(text, node.value());
    } else if ((name == "p" || name == "tab" || name == "s" || name == "line-break") && !text.empty()) {
      text += name == "p" ? '\n' : ' ';
    }
    return false;
  });
  unsigned words = 0;
  bool inside = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = std::isalpha(byte) != 0 || byte >= 0x80;
    words += letter && !inside ? 1U : 0U;
    inside = letter;
  }
  return has_fields && words < 2 ? std::string() : text;
}

}  // namespace

unsigned collect_odf_paragraphs(const Node& parent, std::string& text, OdfAsides& asides) {
  unsigned count = 0;
  for (const Node& node : parent.children()) {
    const std::string_view name = local_name(node);
    if (name == "p" || name == "h") {
      ++count;
      text += text.empty() ? "" : "\n";
      collect(node, text, asides);
    } else if (name == "annotation") {
      asides.notes.emplace_back(BlockKind::kComment, node);
    } else if (name == "object") {
      asides.objects.push_back(node);
    } else if (name != "tracked-changes" && !is_wordless(name)) {
      count += collect_odf_paragraphs(node, text, asides);
    }
  }
  return count;
}

std::string odf_text(const Node& parent) {
  std::string text;
  OdfAsides asides;
  collect_odf_paragraphs(parent, text, asides);
  return text;
}

std::string odf_comment(const Node& annotation) {
  const std::string author = charset::collapse_spaces(all_text(child(annotation, "creator")));
  const std::string text = odf_text(annotation);
  return author.empty() || text.empty() ? text : author + ": " + text;
}

Node odf_body(const Node& root, std::string_view name) {
  return child(child(child(root, "document-content"), "body"), name);
}

std::set<std::string, std::less<>> odf_styles_with(const Node& root, std::string_view properties,
                                                   std::string_view attribute_name, std::string_view value) {
  std::set<std::string, std::less<>> names;
  for (const Node& style : child(child(root, "document-content"), "automatic-styles").children()) {
    if (attribute(child(style, properties), attribute_name) == value) {
      names.emplace(attribute(style, "name"));
    }
  }
  return names;
}

void read_odf_headers(Container& container, input::TextCollector& collector) {
  const Tree tree = container.has("styles.xml") ? load_xml(container, "styles.xml", collector) : nullptr;
  if (tree == nullptr) {
    return;
  }
  std::set<std::string> seen;
  for (const Node& master : child(child(*tree, "document-styles"), "master-styles").children()) {
    for (const Node& node : master.children()) {
      const std::string_view name = local_name(node);
      // Slides have frames of these classes instead; their fields for date and page number say nothing.
      const bool is_frame =
          name == "frame" && (attribute(node, "class") == "footer" || attribute(node, "class") == "header");
      if (!is_frame && !name.starts_with("header") && !name.starts_with("footer")) {
        continue;
      }
      const std::string text = header_text(node);
      if (!text.empty() && seen.insert(text).second) {
        collector.add(BlockKind::kHeaderFooter, text, wire::Place{});
      }
    }
  }
}

void OdfBlocks::learn_styles(const Node& root) {
  numbering_.learn(root);
  for (const Node& style : child(root, "automatic-styles").children()) {
    if (const auto parent = title_styles_.find(attribute(style, "parent-style-name")); parent != title_styles_.end()) {
      title_styles_.emplace(attribute(style, "name"), parent->second);
    }
  }
}

wire::Place OdfBlocks::place(unsigned first) const {
  wire::Place out = make_place_(first, paragraph_);
  out.hidden = out.hidden || hidden_;
  return out;
}

void OdfBlocks::read_blocks(const Node& parent, BlockKind kind, unsigned list_depth) {
  for (const Node& node : parent.children()) {
    if (!collector_.may_go_on()) {
      return;
    }
    const std::string_view name = local_name(node);
    if (name == "p" || name == "h") {
      label_ = take_label(node, list_depth);
    }
    if (name == "h") {
      const unsigned level = to_unsigned(attribute(node, "outline-level"), 1);
      read_paragraph(node, BlockKind::kHeading, std::clamp(level, 1U, 6U));
    } else if (name == "p" && kind != BlockKind::kParagraph) {
      read_paragraph(node, kind, kind == BlockKind::kHeading ? 1 : 0);
    } else if (name == "p" && list_depth > 0) {
      read_paragraph(node, BlockKind::kListItem, std::min(list_depth - 1, 8U));
    } else if (name == "p") {
      const auto title = title_styles_.find(attribute(node, "style-name"));
      const bool titled = title != title_styles_.end();
      read_paragraph(node, titled ? BlockKind::kHeading : kind, titled ? title->second : 0);
    } else if (name == "list") {
      read_list(node, kind, list_depth);
    } else if (name == "table") {
      read_table(node, kind);
    } else if (name == "annotation") {
      collector_.add(BlockKind::kComment, odf_comment(node), place(paragraph_));
    } else if (name == "object") {
      read_odf_chart(container_, node, chart_values_, place(paragraph_), collector_);
    } else if (name == "section") {
      const bool before = std::exchange(hidden_, hidden_ || attribute(node, "display") == "none");
      read_blocks(node, kind, list_depth);
      hidden_ = before;
    } else if (name != "tracked-changes" && name != "sequence-decls" && name != "variable-decls" && name != "forms" &&
               node.type() == pugi::node_element && !is_wordless(name)) {
      read_blocks(node, kind, list_depth);
    }
  }
}

void OdfBlocks::read_list(const Node& list, BlockKind kind, unsigned list_depth) {
  const OdfNumbering::List outer = list_;
  if (list_depth == 0) {
    list_ = numbering_.begin(list);
  } else {
    list_.style = OdfNumbering::style_of(list, outer);
  }
  for (const Node& item : list.children()) {
    const Node outer_item = std::exchange(item_, local_name(item) == "list-item" ? item : Node());
    read_blocks(item, kind, list_depth + 1);
    item_ = outer_item;
  }
  list_ = outer;
}

std::string OdfBlocks::take_label(const Node& node, unsigned list_depth) {
  if (list_depth > 0) {
    const Node item = std::exchange(item_, Node());
    return item.empty() ? std::string() : numbering_.next(list_, list_depth - 1, attribute(item, "start-value"));
  }
  if (local_name(node) != "h") {
    return {};
  }
  const unsigned level = to_unsigned(attribute(node, "outline-level"), 1);
  return numbering_.next_heading(node, std::max(level, 1U) - 1);
}

void OdfBlocks::read_paragraph(const Node& node, BlockKind kind, unsigned level) {
  ++paragraph_;
  std::string text;
  OdfAsides asides;
  collect(node, text, asides);
  if (!label_.empty() && !trimmed(text).empty()) {
    text.insert(0, label_ + " ");
  }
  label_.clear();
  collector_.add(kind, text, place(paragraph_), {.level = static_cast<std::uint8_t>(level)});
  read_asides(asides);
}

void OdfBlocks::read_asides(const OdfAsides& asides) {
  for (const auto& [kind, note] : asides.notes) {
    collector_.add(kind, kind == BlockKind::kComment ? odf_comment(note) : odf_text(note), place(paragraph_));
  }
  for (const Node& box : asides.boxes) {
    read_blocks(box, BlockKind::kParagraph, 0);
  }
  for (const Node& object : asides.objects) {
    read_odf_chart(container_, object, chart_values_, place(paragraph_), collector_);
  }
}

void OdfBlocks::read_table(const Node& table, BlockKind kind) {
  for (const Node& node : table.children()) {
    const std::string_view name = local_name(node);
    if (name == "table-header-rows" || name == "table-rows" || name == "table-row-group") {
      read_table(node, kind);
    }
    if (name != "table-row" || !collector_.may_go_on()) {
      continue;
    }
    const unsigned first = paragraph_ + 1;
    std::string text;
    OdfAsides asides;
    for (const Node& cell : node.children()) {
      if (local_name(cell) == "table-cell") {
        std::string cell_text;
        paragraph_ += collect_odf_paragraphs(cell, cell_text, asides);
        text += text.empty() ? "" : "\t";
        text += charset::collapse_spaces(cell_text);
      }
    }
    paragraph_ = std::max(paragraph_, first);
    collector_.add(kind == BlockKind::kNote ? kind : BlockKind::kTableRow, text, place(first));
    read_asides(asides);
  }
}

}  // namespace alcove::office

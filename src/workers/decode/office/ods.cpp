#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/number_format.hpp"
#include "workers/decode/office/odf.hpp"
#include "workers/decode/office/readers.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using wire::BlockKind;

/// Beyond these no program keeps cells; repeats are counted up to here.
constexpr unsigned kRowsMax = 1U << 20U;
constexpr unsigned kColumnsMax = 1U << 14U;

class OdsReader {
 public:
  OdsReader(Container& container, const Node& root, TextCollector& collector)
      : container_(container),
        collector_(collector),
        hidden_styles_(odf_styles_with(root, "table-properties", "display", "false")) {}

  void read(const Node& body) {
    std::uint32_t count = 0;
    for (const Node& table : body.children()) {
      if (local_name(table) != "table") {
        continue;
      }
      if (++count > collector_.limits().pages_max) {
        collector_.note("pages_limit", "Only the first sheets were read");
      } else if (collector_.may_go_on()) {
        read_sheet(table);
      }
    }
    collector_.artefact().page_count = count;
  }

 private:
  wire::Place place(std::string cells) const {
    wire::Place out;
    out.kind = wire::PlaceKind::kCell;
    out.sheet = sheet_;
    out.cells = std::move(cells);
    out.hidden = hidden_;
    return out;
  }

  void read_sheet(const Node& table) {
    sheet_ = charset::clean(attribute(table, "name"));
    hidden_ = hidden_styles_.contains(attribute(table, "style-name"));
    if (hidden_) {
      collector_.note_each("hidden_sheet", "The sheet \"" + sheet_ + "\" is hidden; it was read, too", {sheet_});
    }
    row_ = 0;
    collector_.add(BlockKind::kHeading, sheet_, place({}), {.level = 1});
    read_rows(table);
  }

  void read_rows(const Node& parent) {
    for (const Node& node : parent.children()) {
      if (!collector_.may_go_on()) {
        return;
      }
      const std::string_view name = local_name(node);
      if (name == "table-row") {
        const bool before = hidden_;
        const std::string_view visibility = attribute(node, "visibility");
        hidden_ = hidden_ || visibility == "collapse" || visibility == "filter";
        read_row(node);
        hidden_ = before;
      } else if (name == "table-header-rows" || name == "table-rows" || name == "table-row-group") {
        read_rows(node);
      } else if (name == "shapes") {
        OdfBlocks blocks(container_, collector_, ChartValues::kSkip, [this](unsigned, unsigned) { return place({}); });
        blocks.read(node, BlockKind::kNote);
      }
    }
  }

  void read_row(const Node& row) {
    const unsigned first_row = std::min(row_ + 1, kRowsMax);
    row_ = std::min(row_ + std::clamp(to_unsigned(attribute(row, "number-rows-repeated"), 1), 1U, kRowsMax), kRowsMax);
    std::string text;
    OdfAsides boxes;
    std::vector<std::pair<std::string, Node>> comments;
    unsigned first = 0;
    unsigned last = 0;
    unsigned column = 0;
    for (const Node& cell : row.children()) {
      const std::string_view name = local_name(cell);
      if (name != "table-cell" && name != "covered-table-cell") {
        continue;
      }
      const unsigned begin = std::min(column + 1, kColumnsMax);
      column =
          std::min(column + std::clamp(to_unsigned(attribute(cell, "number-columns-repeated"), 1), 1U, kColumnsMax),
                   kColumnsMax);
      OdfAsides asides;
      const std::string value = cell_text(cell, asides);
      for (const auto& [kind, note] : asides.notes) {
        comments.emplace_back(column_name(begin) + std::to_string(first_row), note);
      }
      boxes.boxes.insert(boxes.boxes.end(), asides.boxes.begin(), asides.boxes.end());
      boxes.objects.insert(boxes.objects.end(), asides.objects.begin(), asides.objects.end());
      if (value.empty()) {
        continue;
      }
      // Equal cells side by side are stored once; a whole row of them says no more than some.
      constexpr unsigned kRepeatsShownMax = 16;
      for (unsigned i = 0; i < std::min(column - begin + 1, kRepeatsShownMax); ++i) {
        text += text.empty() ? "" : "\t";
        text += value;
      }
      first = first == 0 ? begin : first;
      last = column;
    }
    if (first > 0) {
      std::string cells = column_name(first) + std::to_string(first_row);
      const std::string end = column_name(last) + std::to_string(row_);
      cells += cells == end ? "" : ":" + end;
      collector_.add(BlockKind::kTableRow, text, place(std::move(cells)));
    }
    for (const auto& [cell, comment] : comments) {
      collector_.add(BlockKind::kComment, odf_comment(comment), place(cell));
    }
    for (const Node& box : boxes.boxes) {
      collector_.add(BlockKind::kNote, odf_text(box), place({}));
    }
    for (const Node& object : boxes.objects) {
      read_odf_chart(container_, object, ChartValues::kSkip, place({}), collector_);
    }
  }

  /// What the cell shows; the stored value when it shows nothing, or only that its column is too narrow.
  static std::string cell_text(const Node& cell, OdfAsides& asides) {
    std::string text;
    collect_odf_paragraphs(cell, text, asides);
    text = charset::collapse_spaces(text);
    if (text.find_first_not_of('#') == std::string::npos) {
      text.clear();
    }
    for (const std::string_view name : {"string-value", "date-value", "time-value", "boolean-value", "value"}) {
      text = text.empty() ? std::string(attribute(cell, name)) : text;
    }
    return text;
  }

  Container& container_;
  TextCollector& collector_;
  std::set<std::string, std::less<>> hidden_styles_;
  std::string sheet_;
  unsigned row_ = 0;
  bool hidden_ = false;
};

}  // namespace

input::Verdict read_ods(Container& container, TextCollector& collector) {
  const Tree tree = load_xml(container, "content.xml", collector);
  const Node body = tree == nullptr ? Node() : odf_body(*tree, "spreadsheet");
  if (body.empty()) {
    return damaged_office();
  }
  OdsReader(container, *tree, collector).read(body);
  read_odf_headers(container, collector);
  return {};
}

}  // namespace alcove::office

#include <string>
#include <string_view>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/odf.hpp"

namespace alcove::office {
namespace {

using wire::BlockKind;

/// A row of the table that a chart keeps of its cells.
std::string row_text(const Node& row) {
  std::string out;
  for (const Node& cell : row.children()) {
    if (local_name(cell) == "table-cell") {
      const std::string text = charset::collapse_spaces(odf_text(cell));
      out += (out.empty() || text.empty() ? "" : "\t") + text;
    }
  }
  return out;
}

}  // namespace

void read_odf_chart(Container& container, const Node& object, ChartValues values, const wire::Place& place,
                    input::TextCollector& collector) {
  std::string_view folder = attribute(object, "href");
  folder.remove_prefix(folder.starts_with("./") ? 2 : 0);
  const std::string member = std::string(folder) + "/content.xml";
  const Tree tree = folder.empty() || !container.has(member) ? nullptr : load_xml(container, member, collector);
  const Node body = tree == nullptr ? Node() : odf_body(*tree, "chart");
  (void)body.find_node([&](const Node& node) {
    const std::string_view name = local_name(node);
    if (name == "title" || name == "subtitle" || name == "footer") {
      collector.add(BlockKind::kParagraph, odf_text(node), place);
    } else if (name == "table-row" && values == ChartValues::kTake) {
      collector.add(BlockKind::kTableRow, row_text(node), place);
    }
    return !collector.may_go_on();
  });
}

}  // namespace alcove::office

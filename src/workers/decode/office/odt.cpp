#include "workers/decode/office/odf.hpp"
#include "workers/decode/office/readers.hpp"

namespace alcove::office {

input::Verdict read_odt(Container& container, input::TextCollector& collector) {
  const Tree tree = load_xml(container, "content.xml", collector);
  const Node body = tree == nullptr ? Node() : child(child(*tree, "document-content"), "body");
  if (body.empty()) {
    return damaged_office();
  }
  OdfBlocks blocks(container, collector, ChartValues::kTake, [](unsigned first, unsigned last) {
    wire::Place place;
    place.kind = wire::PlaceKind::kParagraph;
    place.paragraph_first = first;
    place.paragraph_last = last;
    return place;
  });
  const Tree styles = container.has("styles.xml") ? load_xml(container, "styles.xml", collector) : nullptr;
  if (styles != nullptr) {
    blocks.learn_styles(child(*styles, "document-styles"));
  }
  blocks.learn_styles(child(*tree, "document-content"));
  for (const Node& content : body.children()) {
    blocks.read(content, wire::BlockKind::kParagraph);
  }
  read_odf_headers(container, collector);
  return {};
}

}  // namespace alcove::office

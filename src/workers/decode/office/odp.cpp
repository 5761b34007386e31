#include <string>

#include "workers/decode/office/odf.hpp"
#include "workers/decode/office/readers.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using wire::BlockKind;

class OdpReader {
 public:
  OdpReader(Container& container, const Node& root, TextCollector& collector)
      : collector_(collector),
        hidden_styles_(odf_styles_with(root, "drawing-page-properties", "visibility", "hidden")),
        blocks_(container, collector, ChartValues::kTake, [this](unsigned, unsigned) { return place(); }) {
    blocks_.learn_styles(child(root, "document-content"));
  }

  void read(const Node& body) {
    std::uint32_t count = 0;
    std::map<std::string, std::string, std::less<>> declared;
    for (const Node& node : body.children()) {
      const std::string_view name = local_name(node);
      if (name == "footer-decl" || name == "header-decl") {
        declared.emplace(attribute(node, "name"), all_text(node));
      }
      if (name != "page") {
        continue;
      }
      if (++count > collector_.limits().pages_max) {
        collector_.note("pages_limit", "Only the first slides of the presentation were read");
      } else if (collector_.may_go_on()) {
        slide_ = count;
        read_page(node);
        const auto footer = declared.find(attribute(node, "use-footer-name"));
        // The same footer on every slide is told once.
        if (footer != declared.end() && footers_seen_.insert(footer->second).second) {
          collector_.add(BlockKind::kHeaderFooter, footer->second, place());
        }
      }
    }
    collector_.artefact().page_count = count;
  }

 private:
  wire::Place place() const {
    wire::Place out;
    out.kind = wire::PlaceKind::kSlide;
    out.slide = slide_;
    out.hidden = hidden_;
    return out;
  }

  void read_page(const Node& page) {
    hidden_ = hidden_styles_.contains(attribute(page, "style-name"));
    if (hidden_) {
      collector_.note("hidden_slide", "Some slides are hidden; their text was read, too");
    }
    read_shapes(page, BlockKind::kParagraph);
  }

  void read_shapes(const Node& parent, BlockKind kind) {
    for (const Node& node : parent.children()) {
      if (!collector_.may_go_on()) {
        return;
      }
      const std::string_view name = local_name(node);
      if (name == "notes") {
        read_shapes(node, BlockKind::kNote);
      } else if (name == "frame") {
        const std::string_view role = attribute(node, "class");
        if (role == "page-number" || role == "date-time") {
          continue;
        }
        BlockKind inner = role == "title" && kind == BlockKind::kParagraph ? BlockKind::kHeading : kind;
        inner = role == "footer" || role == "header" ? BlockKind::kHeaderFooter : inner;
        blocks_.read(node, inner);
      } else if (name == "annotation") {
        collector_.add(BlockKind::kComment, odf_comment(node), place());
      } else if (name == "g" || name == "a") {
        read_shapes(node, kind);
      } else if (name != "forms" && node.type() == pugi::node_element) {
        blocks_.read(node, kind);
      }
    }
  }

  TextCollector& collector_;
  std::set<std::string, std::less<>> hidden_styles_;
  std::set<std::string> footers_seen_;
  OdfBlocks blocks_;
  std::uint32_t slide_ = 0;
  bool hidden_ = false;
};

}  // namespace

input::Verdict read_odp(Container& container, TextCollector& collector) {
  const Tree tree = load_xml(container, "content.xml", collector);
  const Node body = tree == nullptr ? Node() : odf_body(*tree, "presentation");
  if (body.empty()) {
    return damaged_office();
  }
  OdpReader(container, *tree, collector).read(body);
  read_odf_headers(container, collector);
  return {};
}

}  // namespace alcove::office

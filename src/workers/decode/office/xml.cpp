#include "workers/decode/office/xml.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/detect.hpp"

namespace alcove::office {
namespace {

/// True if a document type declaration stands before the first element.
bool has_doctype(std::string_view xml) {
  for (std::size_t at = xml.find('<'); at != std::string_view::npos && at + 1 < xml.size();
       at = xml.find('<', at + 1)) {
    if (xml.substr(at, 9) == "<!DOCTYPE") {
      return true;
    }
    if (xml[at + 1] != '?' && xml[at + 1] != '!') {
      return false;
    }
  }
  return false;
}

}  // namespace

std::string declared_encoding(std::string_view xml) {
  const std::string_view head = xml.substr(0, std::min(xml.find("?>"), xml.size()));
  if (!head.starts_with("<?xml")) {
    return {};
  }
  const std::size_t at = head.find("encoding=");
  if (at == std::string_view::npos || at + 10 >= head.size()) {
    return {};
  }
  const std::size_t end = head.find(head[at + 9], at + 10);
  return end == std::string_view::npos ? std::string() : ascii_lower(head.substr(at + 10, end - at - 10));
}

void make_utf8(std::string& xml) {
  const ByteView head = as_bytes(std::string_view(xml).substr(0, 4));
  const bool wide = head.size() == 4 && (head[0] == 0 || head[1] == 0 || head[0] >= 0xFE);
  if (wide) {
    const auto encoding = charset::detect_encoding(as_bytes(xml));
    xml = charset::decode(as_bytes(xml), encoding.value_or("UTF-16LE"));
    return;
  }
  if (xml.starts_with("\xEF\xBB\xBF")) {
    xml.erase(0, 3);
  }
  const std::string encoding = declared_encoding(xml);
  if (!encoding.empty() && encoding != "utf-8" && !encoding.starts_with("utf-16")) {
    xml = charset::decode(as_bytes(xml), encoding);
  }
}

std::size_t depth_cut(std::string_view xml, std::uint32_t depth_max) {
  std::uint32_t depth = 0;
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at)) {
    const std::string_view rest = xml.substr(at);
    std::size_t end = std::string_view::npos;
    if (rest.starts_with("<!--")) {
      end = xml.find("-->", at + 4);
    } else if (rest.starts_with("<![CDATA[")) {
      end = xml.find("]]>", at + 9);
    } else if (rest.starts_with("<!") || rest.starts_with("<?")) {
      end = xml.find('>', at + 2);
    } else if (rest.starts_with("</")) {
      depth -= depth > 0 ? 1 : 0;
      end = xml.find('>', at + 2);
    } else {
      char quote = '\0';
      for (end = at + 1; end < xml.size() && (quote != '\0' || xml[end] != '>'); ++end) {
        if (quote != '\0') {
          quote = xml[end] == quote ? '\0' : quote;
        } else if (xml[end] == '"' || xml[end] == '\'') {
          quote = xml[end];
        }
      }
      if (end < xml.size() && xml[end - 1] != '/' && ++depth > depth_max) {
        return at;
      }
    }
    if (end == std::string_view::npos || end >= xml.size()) {
      return xml.size();
    }
    at = end;
  }
  return xml.size();
}

Tree parse_xml(std::string xml, std::uint32_t depth_max, input::TextCollector& collector, Extent extent,
               DocumentType document_type) {
  make_utf8(xml);
  if (document_type == DocumentType::kRefused && has_doctype(xml)) {
    collector.note("doctype_refused", "A part with a document type declaration was not read");
    return nullptr;
  }
  const std::size_t cut = depth_cut(xml, depth_max);
  if (cut < xml.size()) {
    xml.resize(cut);
    collector.note("nesting_limit", "The document is nested too deeply; it was read up to there");
  }
  auto tree = std::make_unique<pugi::xml_document>();
  // Spaces between inline elements are text, so white space is kept. A malformed place ends the tree, not the reading.
  const auto result = tree->load_buffer(
      xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata | pugi::parse_fragment, pugi::encoding_utf8);
  if (!result && cut == xml.size() && extent == Extent::kWhole && result.status != pugi::status_no_document_element) {
    collector.note("damaged", "The document is damaged; what could be read is shown");
  }
  return tree->first_child() ? std::move(tree) : nullptr;
}

Tree load_xml(Container& container, std::string_view name, input::TextCollector& collector,
              DocumentType document_type) {
  auto content = container.read(name, kXmlBytesMax);
  if (!content) {
    if (content.error().code == ErrorCode::kTooLarge) {
      collector.note("expanded_limit", "The document grows too large when it is unpacked; it was read in part");
    } else if (content.error().code != ErrorCode::kNotFound) {
      collector.note("damaged", "The document is damaged; what could be read is shown");
    }
    return nullptr;
  }
  if (content->truncated) {
    if (content->too_large) {
      collector.note("expanded_limit", "The document grows too large when it is unpacked; it was read in part");
    } else {
      collector.note("damaged", "The document is damaged; what could be read is shown");
    }
  }
  return parse_xml(std::move(content->bytes), collector.limits().nesting_max, collector,
                   content->truncated ? Extent::kPrefix : Extent::kWhole, document_type);
}

std::string_view local_name(const Node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view local_name(const pugi::xml_attribute& attribute) {
  const std::string_view name = attribute.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view attribute(const Node& node, std::string_view name) {
  for (const pugi::xml_attribute& item : node.attributes()) {
    if (local_name(item) == name) {
      return item.value();
    }
  }
  return {};
}

std::string_view prefixed_attribute(const Node& node, std::string_view name) {
  for (const pugi::xml_attribute& item : node.attributes()) {
    if (local_name(item) == name && std::string_view(item.name()).size() > name.size()) {
      return item.value();
    }
  }
  return {};
}

Node child(const Node& node, std::string_view name) {
  for (const Node& item : node.children()) {
    if (local_name(item) == name) {
      return item;
    }
  }
  return {};
}

Node descendant(const Node& node, std::string_view name) {
  return node.find_node([&](const Node& item) { return local_name(item) == name; });
}

std::string all_text(const Node& node) {
  std::string out;
  // find_node visits in document order without recursion; the predicate never holds, so it visits everything.
  (void)node.find_node([&](const Node& item) {
    if (item.type() == pugi::node_pcdata || item.type() == pugi::node_cdata) {
      out += item.value();
    }
    return false;
  });
  return out;
}

unsigned to_unsigned(std::string_view text, unsigned otherwise) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

std::string resolve_target(std::string_view member, std::string_view target) {
  std::vector<std::string_view> segments;
  const auto append = [&](std::string_view path) {
    while (!path.empty()) {
      const std::size_t slash = path.find('/');
      const std::string_view segment = path.substr(0, slash);
      if (segment == "..") {
        if (!segments.empty()) {
          segments.pop_back();
        }
      } else if (!segment.empty() && segment != ".") {
        segments.push_back(segment);
      }
      path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
  };
  if (!target.starts_with('/')) {
    const std::size_t slash = member.rfind('/');
    append(slash == std::string_view::npos ? std::string_view() : member.substr(0, slash));
  }
  append(target);
  std::string out;
  for (const std::string_view segment : segments) {
    out += out.empty() ? "" : "/";
    out += segment;
  }
  return out;
}

std::vector<Relation> load_relations(Container& container, std::string_view member, input::TextCollector& collector) {
  const std::size_t slash = member.rfind('/');
  const std::string folder(slash == std::string_view::npos ? std::string_view() : member.substr(0, slash + 1));
  const std::string base(slash == std::string_view::npos ? member : member.substr(slash + 1));
  std::vector<Relation> out;
  const std::string name = folder + "_rels/" + base + ".rels";
  const Tree tree = container.has(name) ? load_xml(container, name, collector) : nullptr;
  if (tree == nullptr) {
    return out;
  }
  for (const Node& item : child(*tree, "Relationships").children()) {
    const std::string_view type = attribute(item, "Type");
    Relation relation;
    relation.id = attribute(item, "Id");
    relation.type = type.substr(type.rfind('/') == std::string_view::npos ? 0 : type.rfind('/') + 1);
    if (attribute(item, "TargetMode") != "External") {
      relation.target = resolve_target(member, attribute(item, "Target"));
    }
    out.push_back(std::move(relation));
  }
  return out;
}

std::string find_target(const std::vector<Relation>& relations, std::string_view type) {
  const auto found = std::ranges::find(relations, type, &Relation::type);
  return found == relations.end() ? std::string() : found->target;
}

std::string find_target_by_id(const std::vector<Relation>& relations, std::string_view id) {
  const auto found = std::ranges::find(relations, id, &Relation::id);
  return found == relations.end() ? std::string() : found->target;
}

}  // namespace alcove::office

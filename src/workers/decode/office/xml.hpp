#pragma once
/// @file
/// XML members of a container as bounded trees, and the relationships between members.

#include <pugixml.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/office/container.hpp"

namespace alcove::office {

/// Largest XML member that becomes a tree. A tree takes up to eight times its text, so this stays below 400 MB.
inline constexpr std::size_t kXmlBytesMax = 48UL * 1024 * 1024;

using Node = pugi::xml_node;
using Tree = std::unique_ptr<pugi::xml_document>;

/// Parses `xml`, cut before the first element deeper than `depth_max` and at the first malformed place. Entities other
/// than XML's five are not expanded and nothing outside is ever loaded. Null when the text has a document type
/// declaration or no element at all. Adds notes for what was cut; none for the end of a text known to be a prefix.
enum class Extent : unsigned char { kWhole, kPrefix };
/// Office documents never have a document type; where a format allows one it is skipped, and what it declares stays
/// unexpanded.
enum class DocumentType : unsigned char { kRefused, kSkipped };
Tree parse_xml(std::string xml, std::uint32_t depth_max, input::TextCollector& collector,
               Extent extent = Extent::kWhole, DocumentType document_type = DocumentType::kRefused);
/// Reads and parses a member; null when it is missing or unusable.
Tree load_xml(Container& container, std::string_view name, input::TextCollector& collector,
              DocumentType document_type = DocumentType::kRefused);
/// The encoding named by an XML declaration, in lower case; empty when there is none.
std::string declared_encoding(std::string_view xml);
/// Turns XML text into UTF-8 by its byte order mark or declaration; UTF-8 when it has neither.
void make_utf8(std::string& xml);

/// Where elements nest deeper than `depth_max`: the byte offset of the first such start tag, else the text's size.
std::size_t depth_cut(std::string_view xml, std::uint32_t depth_max);

/// The name without its prefix.
std::string_view local_name(const Node& node);
std::string_view local_name(const pugi::xml_attribute& attribute);
/// The attribute's value by local name; empty when there is none.
std::string_view attribute(const Node& node, std::string_view name);
/// The value of the attribute with a prefix ("r:id"), so that it is not taken for a plain "id".
std::string_view prefixed_attribute(const Node& node, std::string_view name);
/// The first child with this local name.
Node child(const Node& node, std::string_view name);
/// The first node with this local name below `node`, at any depth, in document order.
Node descendant(const Node& node, std::string_view name);
/// All text below `node`, joined.
std::string all_text(const Node& node);
unsigned to_unsigned(std::string_view text, unsigned otherwise);

/// One relationship of a member.
struct Relation {
  std::string id;
  std::string type;    ///< The last segment of the type ("styles", "slide", "comments").
  std::string target;  ///< Member name; empty for what lies outside the container.
};
/// The relationships of `member` ("" for the container's own).
std::vector<Relation> load_relations(Container& container, std::string_view member, input::TextCollector& collector);
/// The first target of a type; empty when there is none.
std::string find_target(const std::vector<Relation>& relations, std::string_view type);
std::string find_target_by_id(const std::vector<Relation>& relations, std::string_view id);
/// `target` as written in a relationship of `member`, as a member name.
std::string resolve_target(std::string_view member, std::string_view target);

}  // namespace alcove::office

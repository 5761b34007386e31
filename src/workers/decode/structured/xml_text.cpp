#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/xml.hpp"
#include "workers/decode/structured/structured.hpp"

namespace alcove::structured {
namespace {

using office::local_name;
using office::Node;
using wire::BlockKind;

/// An attribute longer than this is data (an embedded picture, a path), not words.
constexpr std::size_t kAttributeBytesMax = 4096;

bool is_text(const Node& node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

bool is_wording(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames = {"title", "name",  "label", "alt",     "summary",
                                                       "text",  "value", "term",  "caption", "description"};
  return std::ranges::find(kNames, name) != kNames.end();
}

bool has_words(const Node& node) {
  return std::ranges::any_of(node.children(),
                             [](const Node& item) { return is_text(item) && !trimmed(item.value()).empty(); });
}

class XmlReader {
 public:
  XmlReader(std::string_view xml, input::TextCollector& collector) : xml_(xml), collector_(collector) {}

  void read(const Node& root) {
    is_drawing_ = local_name(root) == "svg";
    // A walk without recursion over siblings; whole blocks are taken at their outermost element.
    for (Node node = root; !node.empty() && collector_.may_go_on();) {
      const bool taken = node.type() == pugi::node_element && take(node);
      if (!taken && !node.first_child().empty()) {
        node = node.first_child();
        continue;
      }
      while (!node.empty() && node != root && node.next_sibling().empty()) {
        node = node.parent();
      }
      node = node == root ? Node() : node.next_sibling();
    }
  }

 private:
  /// True when all below `node` is in its block.
  bool take(const Node& node) {
    const bool words = has_words(node);
    std::string text = attributes_text(node);
    if (words) {
      text += text.empty() ? "" : "\t";
      text += charset::collapse_spaces(words_below(node));
    }
    const unsigned first = line_at(node.offset_debug());
    unsigned last = first;
    if (words) {
      const Node next = node.next_sibling();
      const auto end = next.empty() ? std::ptrdiff_t{-1} : next.offset_debug();
      last = end < 0 ? line_ + lines_inside(node) : std::max(first, line_at(end));
    }
    wire::Place place;
    place.kind = wire::PlaceKind::kLine;
    place.line_first = first;
    place.line_last = std::max(first, last);
    const std::string name = ascii_lower(local_name(node));
    const bool heading = words && text.size() < 300 && (name == "title" || name.ends_with("-title") || name == "head");
    collector_.add(heading ? BlockKind::kHeading : BlockKind::kParagraph, text, std::move(place),
                   {.level = static_cast<std::uint8_t>(heading ? 2 : 0)});
    return words;
  }

  /// All text below; elements that touch without text between them are words of their own.
  static std::string words_below(const Node& parent) {
    std::string out;
    (void)parent.find_node([&](const Node& node) {
      if (is_text(node)) {
        out += node.value();
      } else if (node.previous_sibling().type() == pugi::node_element) {
        out += ' ';
      }
      return false;
    });
    return out;
  }

  /// Of an empty element attributes are all there is; beside text most are settings, unless they are written as words.
  std::string attributes_text(const Node& node) const {
    const bool is_empty = node.first_child().empty();
    std::string out;
    for (const pugi::xml_attribute& item : node.attributes()) {
      const std::string_view name = item.name();
      const std::string_view value = item.value();
      const bool technical = is_drawing_ || name.starts_with("xmlns") || name.starts_with("xml:") ||
                             name.starts_with("xsi:") || name == "id" || name == "class" || name == "style";
      const bool worded = is_empty || value.find(' ') != std::string_view::npos || is_wording(name) ||
                          std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
      if (worded && !technical && !trimmed(value).empty() && value.size() <= kAttributeBytesMax) {
        out += out.empty() ? "" : "\t";
        out += std::string(name) + ": " + charset::collapse_spaces(value);
      }
    }
    return out;
  }

  static unsigned lines_inside(const Node& node) {
    const std::string text = office::all_text(node);
    return static_cast<unsigned>(std::ranges::count(text, '\n'));
  }

  /// Offsets are asked for in rising order, nearly always, so that every byte is counted once.
  unsigned line_at(std::ptrdiff_t offset) {
    const auto end = std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)), xml_.size());
    if (end > counted_) {
      line_ += static_cast<unsigned>(std::ranges::count(xml_.substr(counted_, end - counted_), '\n'));
      counted_ = end;
    }
    return line_;
  }

  std::string_view xml_;
  input::TextCollector& collector_;
  std::size_t counted_ = 0;
  unsigned line_ = 1;
  bool is_drawing_ = false;
};

}  // namespace

std::string_view root_element(std::string_view head) {
  std::string_view rest = head;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    std::string_view end;
    if (rest.starts_with("<!--")) {
      end = "-->";
    } else if (rest.starts_with("<?")) {
      end = "?>";
    } else if (rest.starts_with("<!DOCTYPE")) {
      const std::size_t open = rest.find_first_of("[>");
      end = open != std::string_view::npos && rest[open] == '[' ? "]" : ">";
      const std::size_t at = end == "]" ? rest.find(end) : std::string_view::npos;
      rest.remove_prefix(at == std::string_view::npos ? 0 : at);
      end = ">";
    } else {
      break;
    }
    const std::size_t at = rest.find(end);
    if (at == std::string_view::npos) {
      return {};
    }
    rest.remove_prefix(at + end.size());
  }
  if (rest.size() < 2 || rest[0] != '<' || std::isalpha(static_cast<unsigned char>(rest[1])) == 0) {
    return {};
  }
  rest.remove_prefix(1);
  rest = rest.substr(0, rest.find_first_of(" \t\r\n/>"));
  const std::size_t colon = rest.rfind(':');
  return colon == std::string_view::npos ? rest : rest.substr(colon + 1);
}

void blank_declaration(std::string& xml) {
  const std::size_t end = xml.starts_with("<?xml") ? xml.find("?>") : std::string::npos;
  if (end != std::string::npos) {
    std::ranges::replace_if(
        xml.begin(), xml.begin() + static_cast<std::ptrdiff_t>(end) + 2, [](char c) { return c != '\n'; }, ' ');
  }
}

input::Verdict read_xml(std::string xml, input::TextCollector& collector) {
  blank_declaration(xml);
  const bool cut = xml.size() >= std::min<std::size_t>(collector.limits().text_bytes_max, office::kXmlBytesMax);
  xml.resize(std::min(xml.size(), office::kXmlBytesMax));
  const office::Tree tree =
      office::parse_xml(xml, collector.limits().nesting_max, collector,
                        cut ? office::Extent::kPrefix : office::Extent::kWhole, office::DocumentType::kSkipped);
  const Node root =
      tree == nullptr ? Node() : tree->find_child([](const Node& node) { return node.type() == pugi::node_element; });
  if (root.empty()) {
    return input::failed("damaged", "The file is damaged and cannot be read");
  }
  XmlReader(xml, collector).read(root);
  return {};
}

}  // namespace alcove::structured

/// @file
/// Any bytes as a query: no crash, well-formed parts, limits kept.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "domain/search/query.hpp"

namespace {

using alcove::is_valid_utf8;
using alcove::search::Node;

/// Checks a node and counts its leaves.
std::size_t leaves_of(const Node& node, std::size_t depth) {
  ALCOVE_CHECK(depth <= 3 * alcove::search::kQueryDepthMax, "the tree is deeper than its parentheses");
  ALCOVE_CHECK(is_valid_utf8(node.text), "a part is malformed");
  ALCOVE_CHECK(node.kind != Node::Kind::kNot || node.children.size() == 1, "a negation has one child");
  ALCOVE_CHECK(node.kind != Node::Kind::kNear || node.children.size() >= 2, "nearness is of two");
  if (node.kind == Node::Kind::kFilter) {
    (void)alcove::matches_glob(node.filter.value, node.text);
  }
  std::size_t leaves = node.children.empty() ? 1 : 0;
  for (const Node& child : node.children) {
    leaves += leaves_of(child, depth + 1);
  }
  return leaves;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const alcove::search::ParsedQuery parsed = alcove::search::parse_query(input);
  ALCOVE_CHECK(leaves_of(parsed.root, 0) <= alcove::search::kQueryItemsMax + 1, "more items than the limit");
  ALCOVE_CHECK(is_valid_utf8(parsed.text) && parsed.text.size() <= alcove::search::kQueryBytesMax, "text");
  for (const auto* list : {&parsed.words, &parsed.phrases, &parsed.wildcards}) {
    for (const std::string& item : *list) {
      ALCOVE_CHECK(!item.empty() && is_valid_utf8(item), "a part is malformed");
    }
  }
  for (const alcove::search::Note& note : parsed.notes) {
    ALCOVE_CHECK(!note.code.empty() && is_valid_utf8(note.message) && note.position <= size, "a note is malformed");
  }
  return 0;
}

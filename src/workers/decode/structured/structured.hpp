#pragma once
/// @file
/// Data for programs that people search, too: XML and JSON. Places are lines of the decoded text.

#include <string>
#include <string_view>

#include "workers/decode/input/text_collector.hpp"

namespace alcove::structured {

/// Reads the text of UTF-8 XML, whatever its elements mean: an element that holds words is one block, with the inline
/// elements inside it; attributes are "name: value". A document type is skipped, no entity but XML's own is expanded.
/// Outcomes: kFailed "damaged" when there is no element.
input::Verdict read_xml(std::string xml, input::TextCollector& collector);

/// Reads JSON, JSON Lines and JSON with comments: the values of one object or list are one block, "key: value" each,
/// parted by tabs; longer ones are cut into several. Goes on past what is malformed, and says so.
void read_json(std::string_view json, input::TextCollector& collector);

/// The name of the outermost element without its prefix; empty when `head` does not begin like XML.
std::string_view root_element(std::string_view head);

/// `xml` with its declaration blanked out: text that is UTF-8 already must not be decoded again.
void blank_declaration(std::string& xml);

}  // namespace alcove::structured

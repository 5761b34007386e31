#pragma once
/// @file
/// Internal to decode/pdf: the outline that readers show beside the pages.

#include <cstdint>
#include <map>
#include <string>

#include "workers/decode/pdf/document.hpp"

namespace alcove::pdf {

struct OutlineEntry {
  std::string title;
  std::uint8_t level = 0;  ///< Depth from 0.
};

/// The outline's entries by the page they lead to, 0 where that is none of this document's; on a page in the outline's
/// order. Limited in depth and number, as a damaged outline may lead back to itself.
using Outline = std::multimap<std::uint32_t, OutlineEntry>;
Outline read_outline(PopplerDocument* document);

}  // namespace alcove::pdf

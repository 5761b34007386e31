#pragma once
/// @file
/// Internal to decode/office: the words and numbers that charts and diagrams keep.

#include <functional>
#include <string>
#include <string_view>

#include "workers/decode/office/xml.hpp"

namespace alcove::office {

enum class ChartText : unsigned char {
  kParagraph,  ///< A title or a label.
  kValues,     ///< Categories or values of a series, parted by tabs.
};
/// Calls `take` for each text of a chart or a diagram (SmartArt), in the file's order, until it returns false.
void read_chart(const Tree& tree, const std::function<bool(ChartText, const std::string&)>& take);

}  // namespace alcove::office

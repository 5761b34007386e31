#pragma once
/// @file
/// Headers and footers of spreadsheets.

#include <string>
#include <string_view>

namespace alcove::office {

/// The text of a header without its codes: "&L", "&C" and "&R" part its sections, "&"Font"" and sizes are dropped.
std::string header_footer_text(std::string_view code);

}  // namespace alcove::office

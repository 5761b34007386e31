#pragma once
/// @file
/// Text as it is kept: well-formed, composed, without characters that are not text.

#include <string>
#include <string_view>

namespace alcove::charset {

/// `text` as valid UTF-8 in normal form C: line ends are line feeds, no-break spaces are spaces; other control
/// characters, soft hyphens, byte order marks and bidirectional marks are removed.
std::string clean(std::string_view text);

/// `text` with every run of white space as one space and none at the ends.
std::string collapse_spaces(std::string_view text);

}  // namespace alcove::charset

#pragma once
/// @file
/// Windows' numbers of encodings, as office files, Outlook and RTF name them.

#include <cstdint>
#include <string>

namespace alcove::charset {

/// The encoding's name for charset::decode; empty for an unknown number.
std::string encoding_of_code_page(std::uint32_t code_page);
/// The code page of a font's character set (fcharset in RTF); 0 where the document's own counts.
std::uint32_t code_page_of_font_charset(int font_charset);

}  // namespace alcove::charset

#pragma once
/// @file
/// Windows' code pages.

#include <cstdint>
#include <string>

#include "base/bytes.hpp"

namespace alcove::ole {

/// The encoding's name for charset::decode; windows-1252 for unknown ones.
std::string code_page_name(std::uint32_t code_page);
/// `bytes` in a code page as UTF-8, up to the first zero character.
std::string decode_code_page(ByteView bytes, std::uint32_t code_page);
/// UTF-16, little endian, as UTF-8, zero characters kept.
std::string decode_utf16(ByteView bytes);
/// The code page in which programs of that language (a Windows language id) wrote.
std::uint32_t code_page_of_language(std::uint32_t language_id);

}  // namespace alcove::ole

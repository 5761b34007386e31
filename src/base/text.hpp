#pragma once
/// @file
/// Small, allocation-light work on UTF-8 text that needs no Unicode tables (those are in drivers/text).

#include <cstddef>
#include <string>
#include <string_view>

namespace alcove {

/// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates, nothing past U+10FFFF).
bool is_valid_utf8(std::string_view text);
/// `text` with every ill-formed sequence replaced by U+FFFD. For showing names of any bytes.
std::string to_valid_utf8(std::string_view text);
/// The longest prefix of at most `size_max` bytes that does not cut a code point.
std::string_view utf8_prefix(std::string_view text, std::size_t size_max);
/// Number of code points in well-formed UTF-8.
std::size_t utf8_length(std::string_view text);
/// `text` without ASCII white space at both ends.
std::string_view trimmed(std::string_view text);
/// ASCII letters to lower case, all else unchanged.
std::string ascii_lower(std::string_view text);

}  // namespace alcove

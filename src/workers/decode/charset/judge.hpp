#pragma once
/// @file
/// Internal to decode/charset: how much a decoding looks like writing.

#include <string_view>

#include "drivers/text/unicode.hpp"

namespace alcove::charset {

/// Rates one decoding by its characters beyond ASCII, which alone differ between encodings: about 1 for writing, below
/// 0 for what no language has. Letters count by how usual they are in their script, accented Latin ones by the best
/// single language's alphabet; marks and symbols inside words, capitals inside words and scripts that meet within a
/// word speak against it. 0 for plain ASCII.
double rate_decoding(const text::DecodedText& decoded);

}  // namespace alcove::charset

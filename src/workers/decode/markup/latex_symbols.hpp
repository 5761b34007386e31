#pragma once
/// @file
/// Internal to decode/markup: what commands of LaTeX stand for.

#include <string_view>

namespace alcove::markup {

/// The characters that a command prints ("LaTeX", "…", "ß"); null when it prints none of its own.
const char* latex_symbol(std::string_view command);
/// The combining mark of an accent command ("'", "c", "H"); 0 when it is none.
char32_t latex_accent(std::string_view command);

/// How many arguments in braces a command takes that are no words (labels, lengths, file names); 0 for others.
unsigned latex_silent_arguments(std::string_view command);

}  // namespace alcove::markup

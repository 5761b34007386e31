#pragma once
/// @file
/// Internal to drivers/text: numbers and codes that people write with other gaps than they search them.

#include <string_view>
#include <vector>

#include "drivers/text/terms.hpp"

namespace alcove::text {

/// Most groups of one code: an IBAN of 34 characters has nine.
inline constexpr std::size_t kCodeGroupsMax = 10;
/// Digits of a code that is joined over spaces; fewer are everyday numbers that happen to stand side by side.
inline constexpr std::size_t kCodeDigitsMin = 6;

/// Adds to the words of `utf8`, in order of position:
///   - codes written in groups with spaces between, joined: "RE 2024 0815" → "re20240815" and "20240815",
///     "DE89 3704 …" (an IBAN by its check digits, whatever stands around it), "+49 (0)89 1234-567" → "49891234567";
///   - amounts with decimals in one form: "1.234,56", "1,234.56", "1 234,56" and "1234.56" → "1234.56".
/// Codes that punctuation alone holds together are joined already.
void add_code_terms(std::string_view utf8, std::vector<Term>& terms);

}  // namespace alcove::text

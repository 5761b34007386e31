#pragma once
/// @file
/// Internal to drivers/text: folding and stemming of single words.

#include <string>
#include <string_view>

namespace alcove::text {

/// How far `fold` goes.
enum class FoldDepth : unsigned char {
  kCase,  ///< Compatibility forms, case, width, digits: what a stemmer expects.
  kAll,   ///< Also accents and letter variants: what is compared.
};

std::string fold(std::string_view word, FoldDepth depth);

}  // namespace alcove::text

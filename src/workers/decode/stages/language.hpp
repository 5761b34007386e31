#pragma once
/// @file
/// Stage `language`: which languages a text is in, by CLD2.

#include <string>
#include <string_view>

#include "wire/artefacts.hpp"

namespace alcove::stages {

/// Languages of the document by share, from a sample spread over it.
wire::LanguageArtefact detect_languages(const wire::TextArtefact& text);

/// The language of one piece; empty when it is too short or mixed to tell.
std::string detect_language(std::string_view text);

}  // namespace alcove::stages

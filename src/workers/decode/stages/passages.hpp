#pragma once
/// @file
/// Stage `passages`: a text cut into the pieces that are found, embedded and shown.

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/artefacts.hpp"

namespace alcove::stages {

/// Wanted size of a passage in weighted characters: about 350 tokens of the embedding model for Latin text. No model is
/// in it on purpose: passages outlive models.
inline constexpr std::size_t kPassageWeight = 1'400;
/// A passage is not closed below this for the sake of a heading or a paragraph's end.
inline constexpr std::size_t kPassageWeightMin = 500;

/// Weight of a text: 1 per character, 2 of Korean, 3 of Chinese, Japanese, Thai and its neighbours, whose characters
/// carry that much more.
std::size_t weight_of(std::string_view text);

struct PassageOptions {
  std::string title;              ///< Repeated in each passage.
  std::string document_language;  ///< Taken where a passage is too short to tell; may be empty.
  std::size_t count_max = 50'000;
};

/// Passages of `text`, in its order, none across pages, slides, sheets or parts of a message. They are cut before
/// headings, then between paragraphs and rows, then between sentences; none overlap. Same text, same passages.
/// `was_cut` is set when there were more than `count_max`.
wire::PassagesArtefact make_passages(const wire::TextArtefact& text, const PassageOptions& options, bool& was_cut);

}  // namespace alcove::stages

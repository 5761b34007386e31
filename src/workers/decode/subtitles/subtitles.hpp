#pragma once
/// @file
/// Subtitles: SubRip (SRT), WebVTT, SubStation Alpha (SSA, ASS). Places are times.

#include <string>
#include <string_view>

#include "wire/artefacts.hpp"
#include "workers/decode/input/text_collector.hpp"

namespace alcove::subtitles {

/// True if UTF-8 text begins like one of the three kinds.
bool looks_like_subtitles(std::string_view head);

/// One block per cue, with its start and end; marks of style are removed, speakers that WebVTT or SSA names stay as
/// "Name: words". Text without any time is read as lines.
void read_subtitles(std::string_view text, input::TextCollector& collector);

/// The title that an SSA script states.
wire::FactsArtefact subtitle_facts(std::string_view text);

}  // namespace alcove::subtitles

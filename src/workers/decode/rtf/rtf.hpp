#pragma once
/// @file
/// Rich Text Format (1.9.1 and what programs made of it): text by paragraph, and what the document says of itself.

#include <string_view>

#include "wire/artefacts.hpp"
#include "workers/decode/input/text_collector.hpp"

namespace alcove::rtf {

/// Largest file that is read; pictures are text in RTF, so files are far larger than their words.
inline constexpr std::size_t kRtfBytesMax = 256UL * 1024 * 1024;

/// Groups inside groups; deeper ones are read as part of the one around them.
inline constexpr std::size_t kGroupDepthMax = 500;

/// Reads paragraphs, list items, table rows, footnotes, comments (with their authors), headers and footers. Places are
/// paragraph numbers. Hidden text is marked, deleted text left out, pictures and embedded objects are passed over.
/// Outcomes: kFailed "damaged" when there is no RTF header.
input::Verdict read_rtf(std::string_view rtf, input::TextCollector& collector);

/// Title, author, subject and dates of the group \info.
wire::FactsArtefact rtf_facts(std::string_view head);

}  // namespace alcove::rtf

#pragma once
/// @file
/// PDF through poppler: lines with boxes, facts, and the picture of the first page.

#include "base/error.hpp"
#include "wire/artefacts.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::pdf {

/// Loads what poppler and fontconfig read lazily from the file system: fonts and CMaps. Call before confinement.
Status prepare();

/// Reads every page's lines. Places hold page and box; `page_count` and `page_ratios` are filled in.
/// Outcomes: kSkipped "encrypted", kSkipped "no_text" (pictures of pages), kFailed "damaged".
input::Verdict read_pdf(const input::ByteSource& source, input::TextCollector& collector);

/// Puts the files embedded in the document or pinned to its pages into `sink`. Outcomes: kDone; kSkipped "encrypted";
/// kFailed "damaged".
input::Verdict read_attachments(const input::ByteSource& source, const wire::DecodeLimits& limits,
                                parts::PartSink& sink);

/// The document's information; what is missing stays empty.
wire::FactsArtefact pdf_facts(const input::ByteSource& source);

/// The first page, at most `side_px_max` on its longer side, as WebP on white.
/// Errors: kCorrupt when there is no page to draw.
Result<wire::ThumbnailArtefact> draw_first_page(const input::ByteSource& source, unsigned side_px_max);

}  // namespace alcove::pdf

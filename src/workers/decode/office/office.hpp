#pragma once
/// @file
/// Readers of office documents: text with places, and what the documents say of themselves.

#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"

namespace alcove::office {

/// Which office format a ZIP container holds, by its content types, mimetype or main member; kUnknown when none.
wire::Format identify(const input::ByteSource& source, const wire::DecodeLimits& limits);

/// Reads the text of kDocx, kXlsx, kPptx, kOdt, kOds or kOdp into `collector`.
/// Outcomes: kSkipped "encrypted"; kFailed "damaged" when nothing can be read.
input::Verdict read_office(wire::Format format, const input::ByteSource& source, input::TextCollector& collector);

/// Title, author, subject and dates of the document's property members; what is missing stays empty.
wire::FactsArtefact office_facts(wire::Format format, const input::ByteSource& source,
                                 const wire::DecodeLimits& limits);

}  // namespace alcove::office

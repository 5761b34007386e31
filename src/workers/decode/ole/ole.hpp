#pragma once
/// @file
/// Documents in compound files: Word, Excel and PowerPoint from 97 on, Outlook's messages.

#include <cstddef>

#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/ole/compound_file.hpp"

namespace alcove::ole {

/// Which document a compound file holds, by its streams: kMsg, kDoc, kXls, kPpt, kEncryptedOffice; kUnknown when none.
wire::Format identify(const input::ByteSource& source);

/// The same of a storage, which holds a document that was put into another.
wire::Format identify(const CompoundFile& file, std::size_t storage);

/// Reads the text of kMsg, kDoc, kXls or kPpt into `collector`.
/// Outcomes: kSkipped "encrypted" or "unsupported_version"; kFailed "damaged" when nothing can be read.
input::Verdict read_ole(wire::Format format, const input::ByteSource& source, input::TextCollector& collector);

/// Title, author, subject and dates; what is missing stays empty.
wire::FactsArtefact ole_facts(wire::Format format, const input::ByteSource& source);

}  // namespace alcove::ole

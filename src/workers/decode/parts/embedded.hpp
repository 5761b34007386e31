#pragma once
/// @file
/// Documents inside office documents: files put into a text, a table or a slide.

#include <cstddef>
#include <string>

#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/office/container.hpp"
#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::parts {

/// Objects are held in memory twice while they are read; larger ones are named only.
inline constexpr std::size_t kObjectBytesMax = 96UL * 1024 * 1024;

/// Puts the documents inside kDocx, kXlsx, kPptx, kOdt, kOds or kOdp, or kDoc, kXls or kPpt, into `sink`.
///
/// A packaged file has its own name, all others that of the member that holds them. Not taken: the workbook behind a
/// chart, whose values are read with the chart; formulas, controls and pictures, which hold no document.
/// Outcomes: kSkipped "encrypted", kFailed "damaged".
input::Verdict read_embedded(wire::Format format, const input::ByteSource& source, const wire::DecodeLimits& limits,
                             PartSink& sink);

// Internal to decode/parts.

/// The usual suffix of a document by its bytes, with the dot; empty for what is none.
std::string document_suffix(const input::ByteSource& source, const wire::DecodeLimits& limits);
/// Hands over what an OLE object (a compound file) holds; `path` names it where it has no name, with its suffix
/// replaced. False when no further part is wanted.
bool take_object(ByteView object, const std::string& path, const wire::DecodeLimits& limits, PartSink& sink);
/// The same for a storage inside a compound file, of which a file of its own is made.
bool take_storage(const ole::CompoundFile& file, std::size_t storage, const std::string& path,
                  const wire::DecodeLimits& limits, PartSink& sink);
/// Inflates a member that is a file of its own.
bool take_member(office::Container& container, const std::string& name, PartSink& sink);
/// The same for one that may be an OLE object or a document.
bool take_object_member(office::Container& container, const std::string& name, const wire::DecodeLimits& limits,
                        PartSink& sink);
void read_ooxml_parts(office::Container& container, const wire::DecodeLimits& limits, PartSink& sink);
void read_odf_parts(office::Container& container, const wire::DecodeLimits& limits, PartSink& sink);
void read_ole_parts(wire::Format format, const input::ByteSource& source, const wire::DecodeLimits& limits,
                    PartSink& sink);

}  // namespace alcove::parts

#pragma once
/// @file
/// Archives (ZIP, 7z, tar, RAR) and single compressed files, through libarchive.

#include <string_view>

#include "wire/artefacts.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::parts {

/// Loads the character tables that names of archives need. Call before confinement.
void prepare_archives();

/// kTar or kCompressed by the first bytes, of compressed data by those inside; else kUnknown.
wire::Format identify_stream(const input::ByteSource& source);

/// Puts the members of kZip, kSevenZip, kTar, kRar or kCompressed into `sink`. The one member of kCompressed is named
/// after `name_hint` without its suffix. Outcomes: kDone, also of a damaged archive whose beginning could be read;
/// kFailed "damaged"; kSkipped "encrypted" when even the names are.
input::Verdict read_archive(wire::Format format, const input::ByteSource& source, std::string_view name_hint,
                            PartSink& sink);

}  // namespace alcove::parts

#pragma once
/// @file
/// Members of every kind of container: which reader walks it, and its members' names as text.

#include <string_view>

#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::parts {

/// Walks a container and puts its members into `sink`. Requires: `wire::is_container(probe.format)`.
input::Verdict read_parts(const wire::ProbeArtefact& probe, const input::ByteSource& source,
                          const wire::DecodeRequest& request, PartSink& sink);

/// The names of an archive's members as text, one list item each, with notes on what is left out and what needs a
/// password.
void write_names(const wire::PartsArtefact& members, input::TextCollector& collector);

/// Walks an archive for its members' names only. Outcomes as of read_archive.
input::Verdict list_archive(wire::Format format, const input::ByteSource& source, std::string_view name_hint,
                            const wire::DecodeLimits& limits, wire::PartsArtefact& members);

/// Subject and sender of a mailbox's messages as text, one list item each.
input::Verdict list_mailbox(const input::ByteSource& source, input::TextCollector& collector);

}  // namespace alcove::parts

#pragma once
/// @file
/// Mail messages (RFC 5322, MIME), through GMime.

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "wire/artefacts.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::mail {

/// Largest message that is parsed; what follows (the end of a large attachment) is left out.
inline constexpr std::size_t kMessageBytesMax = 64UL * 1024 * 1024;

/// Sets up GMime for the process. Call once, before confinement.
void prepare();

/// True if `head` starts with a message's headers, an Apple Mail length line before them allowed.
bool looks_like_message(std::string_view head);

/// Reads headers and bodies, and names the attachments, which are parts of their own. `encoding` is set when the whole
/// file is in UTF-16 or UTF-32, else empty. Outcomes: kDone; kFailed "damaged".
input::Verdict read_message(ByteView bytes, std::string_view encoding, input::TextCollector& collector);

/// Puts the attachments into `sink`, messages inside the message as files of their own. Outcomes as of read_message.
input::Verdict read_attachments(ByteView bytes, std::string_view encoding, parts::PartSink& sink);

/// Subject as title, sender as author, date.
wire::FactsArtefact message_facts(ByteView bytes, std::string_view encoding);

/// A header's value with its encoded words decoded (RFC 2047); bytes of unknown encoding are detected.
std::string decode_header(std::string_view raw);

}  // namespace alcove::mail

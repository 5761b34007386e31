#pragma once
/// @file
/// The attachments of Outlook's messages as contents of their own.

#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::ole {

/// Hands over each attached file, and each attached message as mail text. What is no compound file has no parts.
void msg_parts(const input::ByteSource& source, parts::PartSink& sink);

}  // namespace alcove::ole

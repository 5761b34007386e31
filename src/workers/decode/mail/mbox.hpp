#pragma once
/// @file
/// Mailboxes of many messages in one file (mbox, RFC 4155 and its relatives).

#include <functional>
#include <string>
#include <string_view>

#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::mail {

/// True if `head` starts with a line "From sender date" and a message's headers behind it.
bool looks_like_mailbox(std::string_view head);

/// A message as its headers announce it.
struct MailboxEntry {
  std::string name;  ///< "0001 Subject.eml": what its part is called.
  std::string subject;
  std::string from;
};

/// Puts each message into `sink`. A line "From sender date" after an empty one (or at the beginning) starts a message;
/// ">From " at a line's beginning loses one '>', as writers of both mboxo and mboxrd put it there. `announce` is told
/// of each message before it is begun; it may be empty.
input::Verdict read_mailbox(const input::ByteSource& source, parts::PartSink& sink,
                            const std::function<void(const MailboxEntry&)>& announce);

}  // namespace alcove::mail

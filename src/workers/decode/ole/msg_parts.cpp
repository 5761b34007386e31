#include "workers/decode/ole/msg_parts.hpp"

#include <string>

#include "base/bytes.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/ole/msg_mail.hpp"
#include "workers/decode/ole/msg_store.hpp"

namespace alcove::ole {
namespace {

bool hand_over_message(const CompoundFile& file, const msg::Attachment& attachment, parts::PartSink& sink) {
  if (!sink.begin(attachment.name, attachment.modified_unix_ms, 0)) {
    return false;
  }
  if (sink.wanted()) {
    sink.write(as_bytes(msg::make_mail(file, *attachment.message, mail::kMessageBytesMax)));
  }
  return sink.end();
}

bool hand_over_file(const CompoundFile& file, const msg::Attachment& attachment, parts::PartSink& sink) {
  if (!sink.begin(attachment.name, attachment.modified_unix_ms, attachment.size_bytes)) {
    return false;
  }
  if (!sink.wanted()) {
    return sink.end();
  }
  const auto content = file.read(*attachment.stream);
  if (!content) {
    return sink.end_damaged("damaged", "The attachment cannot be read");
  }
  sink.write(content->bytes);
  return content->truncated ? sink.end_damaged("damaged", "The attachment is damaged; its beginning was read")
                            : sink.end();
}

}  // namespace

void msg_parts(const input::ByteSource& source, parts::PartSink& sink) {
  const auto file = CompoundFile::open(source);
  if (!file) {
    sink.note("damaged", "The message is damaged; its attachments cannot be read");
    return;
  }
  const msg::Properties properties(*file, CompoundFile::kRoot, msg::Properties::Kind::kMessage);
  for (const msg::Attachment& attachment : msg::list_attachments(properties, CompoundFile::kRoot)) {
    bool wants_more = false;
    if (attachment.message) {
      wants_more = hand_over_message(*file, attachment, sink);
    } else if (attachment.stream) {
      wants_more = hand_over_file(*file, attachment, sink);
    } else {
      wants_more = sink.refuse(attachment.name, 0, "not_a_file", "The attachment only points to a file or an object");
    }
    if (!wants_more || !sink.may_go_on()) {
      break;
    }
  }
}

}  // namespace alcove::ole

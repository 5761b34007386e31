#include <string>
#include <string_view>

#include "workers/decode/mail/mail.hpp"
#include "workers/decode/mail/message.hpp"

namespace alcove::mail {
namespace {

class AttachmentWalk {
 public:
  explicit AttachmentWalk(parts::PartSink& sink) : sink_(sink) {}

  /// False when no further part is wanted.
  bool walk(GMimeObject* object, unsigned depth) {
    if (object == nullptr) {
      return true;
    }
    if (depth > kDepthMax || ++objects_ > kPartsMax) {
      sink_.note("nesting_limit", "The message has too many parts; only the first ones were read");
      return false;
    }
    if (is_encrypted(object)) {
      return sink_.refuse("encrypted message", 0, "encrypted", "It is encrypted for the one who received it");
    }
    if (GMIME_IS_MULTIPART(object)) {
      GMimeMultipart* const multipart = GMIME_MULTIPART(object);
      const int count = g_mime_multipart_get_count(multipart);
      for (int i = 0; i < count; ++i) {
        if (!walk(g_mime_multipart_get_part(multipart, i), depth + 1)) {
          return false;
        }
      }
      return true;
    }
    return !is_attachment(object) || take(object);
  }

 private:
  bool take(GMimeObject* object) {
    if (!sink_.begin(attachment_name(object), 0, 0)) {
      return false;
    }
    if (sink_.wanted()) {
      const std::string bytes = GMIME_IS_MESSAGE_PART(object) ? message_source(GMIME_MESSAGE_PART(object))
                                                              : content_bytes(GMIME_PART(object));
      sink_.write(as_bytes(bytes));
    }
    return sink_.end();
  }

  /// A message inside the message, written out as a file of its own would be.
  static std::string message_source(GMimeMessagePart* part) {
    GMimeMessage* const inner = g_mime_message_part_get_message(part);
    const Stream memory(g_mime_stream_mem_new());
    if (inner == nullptr || g_mime_object_write_to_stream(GMIME_OBJECT(inner), nullptr, memory.get()) < 0) {
      return {};
    }
    const GByteArray* const bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
    return {reinterpret_cast<const char*>(bytes->data), bytes->len};
  }

  parts::PartSink& sink_;
  unsigned objects_ = 0;
};

}  // namespace

input::Verdict read_attachments(ByteView bytes, std::string_view encoding, parts::PartSink& sink) {
  if (bytes.size() > kMessageBytesMax) {
    bytes = bytes.first(kMessageBytesMax);
    sink.note("text_limit", "Only the first 64 MB of the message were read", {"64"});
  }
  bool cut = false;
  const std::string text = message_bytes(bytes, encoding, cut);
  if (cut) {
    sink.note("nesting_limit", "The message is nested too deeply; it was read up to there");
  }
  const Message message = parse(text);
  if (message == nullptr) {
    return input::failed("damaged", "The message is damaged and cannot be read");
  }
  AttachmentWalk(sink).walk(g_mime_message_get_mime_part(message.get()), 0);
  return {};
}

}  // namespace alcove::mail

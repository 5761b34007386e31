#include "workers/decode/mail/message.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/parts/part_path.hpp"

namespace alcove::mail {
namespace {

/// Most containers inside one another or beside one another; GMime recurses, so the text is cut before the next.
constexpr std::size_t kContainersMax = 200;

/// Groups of addresses ("friends: a@x, b@y;") that one header may hold; GMime recurses with each colon.
constexpr std::size_t kGroupsMax = 100;

bool is_address_header(std::string_view line) {
  constexpr std::array<std::string_view, 6> kNames = {"from", "sender", "reply-to", "to", "cc", "bcc"};
  std::string name = ascii_lower(trimmed(line.substr(0, line.find(':'))));
  name.erase(0, name.starts_with("resent-") ? 7 : 0);
  return std::ranges::find(kNames, name) != kNames.end();
}

/// Makes blanks of the colons in headers of addresses beyond those that groups can mean, wherever a header may stand.
void limit_groups(std::string& text) {
  bool is_address = false;
  std::size_t colons = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    if (!line.starts_with(' ') && !line.starts_with('\t')) {
      is_address = is_address_header(line.substr(0, 64));
      colons = 0;
    }
    for (std::size_t i = at; is_address && i < end; ++i) {
      if (text[i] == ':' && ++colons > kGroupsMax) {
        text[i] = ' ';
      }
    }
    at = end + 1;
  }
}

/// Cuts the first line off: Apple Mail's length of the message, or the line that parts messages in a mailbox.
void drop_envelope(std::string& text) {
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string::npos) {
    return;
  }
  const std::string_view first = trimmed(std::string_view(text).substr(0, line_end));
  const bool is_length =
      !first.empty() && first.size() < 12 && first.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_length) {
    const std::size_t length = std::stoul(std::string(first));
    text = text.substr(line_end + 1, length);
  } else if (first.starts_with("From ")) {
    text.erase(0, line_end + 1);
  }
}

/// The usual suffix of a type that came without a name.
std::string suffix_of(GMimeObject* object) {
  GMimeContentType* const type = g_mime_object_get_content_type(object);
  const char* const raw = type == nullptr ? nullptr : g_mime_content_type_get_media_subtype(type);
  const std::string subtype = ascii_lower(raw == nullptr ? "" : raw);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSuffixes = {{
      {"calendar", "ics"},
      {"plain", "txt"},
      {"jpeg", "jpg"},
      {"pgp-signature", "asc"},
      {"pgp-keys", "asc"},
      {"pkcs7-signature", "p7s"},
      {"octet-stream", "bin"},
  }};
  const auto found =
      std::ranges::find(kSuffixes, std::string_view(subtype), [](const auto& pair) { return pair.first; });
  if (found != kSuffixes.end()) {
    return std::string(found->second);
  }
  const bool plain = !subtype.empty() && subtype.size() < 9 &&
                     subtype.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos;
  return plain ? subtype : "bin";
}

}  // namespace

std::string message_bytes(ByteView bytes, std::string_view encoding, bool& cut) {
  std::string text = encoding.empty() ? std::string(as_text(bytes)) : charset::decode(bytes, encoding);
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.erase(0, begin);
  drop_envelope(text);
  limit_groups(text);
  std::size_t containers = 0;
  for (std::size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 1)) {
    const std::string before =
        ascii_lower(std::string_view(text).substr(at - std::min<std::size_t>(at, 9), std::min<std::size_t>(at, 9)));
    const bool message = before.ends_with("message") && ascii_lower(text.substr(at + 1, 6)) == "rfc822";
    if ((before.ends_with("multipart") || message) && ++containers > kContainersMax) {
      text.resize(at);
      cut = true;
      break;
    }
  }
  return text;
}

Message parse(const std::string& text) {
  const Stream stream(g_mime_stream_mem_new_with_buffer(text.data(), text.size()));
  const Parser parser(g_mime_parser_new_with_stream(stream.get()));
  return Message(g_mime_parser_construct_message(parser.get(), nullptr));
}

std::string header(GMimeObject* object, const char* name) {
  GMimeHeader* const found = g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
  const char* const raw = found == nullptr ? nullptr : g_mime_header_get_raw_value(found);
  return raw == nullptr ? std::string() : decode_header(raw);
}

std::string content_bytes(GMimePart* part) {
  GMimeDataWrapper* const content = g_mime_part_get_content(part);
  if (content == nullptr) {
    return {};
  }
  const Stream memory(g_mime_stream_mem_new());
  if (g_mime_data_wrapper_write_to_stream(content, memory.get()) < 0) {
    return {};
  }
  const GByteArray* const bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

bool is_type(GMimeObject* object, const char* type, const char* subtype) {
  GMimeContentType* const content_type = g_mime_object_get_content_type(object);
  return content_type != nullptr && g_mime_content_type_is_type(content_type, type, subtype) != FALSE;
}

bool is_encrypted(GMimeObject* object) {
  return is_type(object, "multipart", "encrypted") || is_type(object, "application", "pkcs7-mime") ||
         is_type(object, "application", "x-pkcs7-mime");
}

bool is_attachment(GMimeObject* object) {
  if (GMIME_IS_MESSAGE_PART(object)) {
    return true;
  }
  if (!GMIME_IS_PART(object)) {
    return false;
  }
  const char* const name = g_mime_part_get_filename(GMIME_PART(object));
  const char* const disposition = g_mime_object_get_disposition(object);
  return (name != nullptr && *name != '\0') || (disposition != nullptr && ascii_lower(disposition) == "attachment") ||
         !is_type(object, "text", "*") || is_type(object, "text", "calendar") || is_type(object, "text", "rtf");
}

std::string attachment_name(GMimeObject* object) {
  if (GMIME_IS_MESSAGE_PART(object)) {
    GMimeMessage* const inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    const std::string subject = inner == nullptr ? "" : parts::as_step(header(GMIME_OBJECT(inner), "Subject"));
    return (subject.empty() ? "message" : subject) + ".eml";
  }
  const char* const raw = g_mime_part_get_filename(GMIME_PART(object));
  const std::string name = raw == nullptr ? std::string() : decode_header(raw);
  return name.empty() ? "attachment." + suffix_of(object) : parts::clean_path(name, 0);
}

}  // namespace alcove::mail

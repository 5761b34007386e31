#include "workers/decode/mail/mail.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/plain/plain.hpp"

namespace alcove::mail {
namespace {

using input::TextCollector;
using wire::BlockKind;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Stream = std::unique_ptr<GMimeStream, Unref>;
using Parser = std::unique_ptr<GMimeParser, Unref>;
using Message = std::unique_ptr<GMimeMessage, Unref>;

/// Most containers inside one another or beside one another; GMime recurses, so the text is cut before the next.
constexpr std::size_t kContainersMax = 200;
constexpr unsigned kDepthMax = 64;
constexpr unsigned kPartsMax = 1'000;

/// The message's bytes: without Apple Mail's length line, as UTF-8 if it came in wide characters, cut where containers
/// nest without end.
std::string message_bytes(ByteView bytes, std::string_view encoding, bool& cut) {
  std::string text = encoding.empty() ? std::string(as_text(bytes)) : charset::decode(bytes, encoding);
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.erase(0, begin);
  const std::size_t line_end = text.find('\n');
  const std::string_view first = trimmed(std::string_view(text).substr(0, line_end));
  if (line_end != std::string::npos && !first.empty() && first.size() < 12 &&
      first.find_first_not_of("0123456789") == std::string_view::npos) {
    const std::size_t length = std::stoul(std::string(first));
    text = text.substr(line_end + 1, length);
  }
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

/// A part's content with its transfer encoding undone.
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

std::string content_text(GMimePart* part) {
  const std::string bytes = content_bytes(part);
  const char* const declared = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
  const std::string charset = ascii_lower(declared == nullptr ? "" : declared);
  const bool wide = charset.starts_with("utf-16") || charset.starts_with("utf-32");
  const bool wrong_wide = wide && bytes.find('\0') == std::string::npos;
  const bool wrong_utf8 = charset == "utf-8" && !is_valid_utf8(bytes);
  if (charset.empty() || charset == "us-ascii" || wrong_wide || wrong_utf8) {
    return charset::decode(as_bytes(bytes), charset::detect_encoding(as_bytes(bytes)).value_or("windows-1252"));
  }
  return charset::decode(as_bytes(bytes), charset);
}

bool is_type(GMimeObject* object, const char* type, const char* subtype) {
  GMimeContentType* const content_type = g_mime_object_get_content_type(object);
  return content_type != nullptr && g_mime_content_type_is_type(content_type, type, subtype) != FALSE;
}

/// Text without any white space, folded: for telling whether two versions say the same.
std::string dense(std::string_view text) {
  std::string out = text::to_nfkc_folded(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  return out;
}

class MessageReader {
 public:
  explicit MessageReader(TextCollector& collector) : collector_(collector) {}

  void read(GMimeMessage* message, const std::string& path, unsigned depth) {
    read_headers(GMIME_OBJECT(message), path);
    GMimeObject* const body = g_mime_message_get_mime_part(message);
    if (body != nullptr) {
      read_object(body, path, depth);
    }
  }

 private:
  static wire::Place part_place(const std::string& path, std::string_view part) {
    wire::Place place;
    place.kind = wire::PlaceKind::kPart;
    place.part = path.empty() ? std::string(part) : path + "/" + std::string(part);
    return place;
  }

  void read_headers(GMimeObject* message, const std::string& path) {
    constexpr std::array<std::pair<const char*, const char*>, 5> kHeaders = {{
        {"Subject", "subject"},
        {"From", "from"},
        {"To", "to"},
        {"Cc", "cc"},
        {"Date", "date"},
    }};
    for (const auto& [name, part] : kHeaders) {
      const std::string value = header(message, name);
      if (std::string_view(part) == "subject") {
        collector_.add(BlockKind::kHeading, value, part_place(path, part), {.level = 1});
      } else if (!value.empty()) {
        collector_.add(BlockKind::kMetadata, fmt::format("{}: {}", name, value), part_place(path, part));
      }
    }
  }

  void read_object(GMimeObject* object, const std::string& path, unsigned depth) {
    if (depth > kDepthMax || ++parts_ > kPartsMax) {
      collector_.note("nesting_limit", "The message has too many parts; only the first ones were read");
      return;
    }
    if (is_type(object, "multipart", "encrypted") || is_type(object, "application", "pkcs7-mime") ||
        is_type(object, "application", "x-pkcs7-mime")) {
      collector_.note("encrypted", "The message is encrypted; only its headers were read");
    } else if (GMIME_IS_MULTIPART(object)) {
      read_multipart(GMIME_MULTIPART(object), path, depth);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* const inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (inner != nullptr) {
        const std::string subject = header(GMIME_OBJECT(inner), "Subject");
        read(inner, (path.empty() ? "" : path + "/") + (subject.empty() ? "message" : subject), depth + 1);
      }
    } else if (GMIME_IS_PART(object)) {
      read_part(GMIME_PART(object), path);
    }
  }

  void read_multipart(GMimeMultipart* multipart, const std::string& path, unsigned depth) {
    const int count = g_mime_multipart_get_count(multipart);
    if (is_type(GMIME_OBJECT(multipart), "multipart", "alternative")) {
      read_alternatives(multipart, count, path, depth);
      return;
    }
    for (int i = 0; i < count && collector_.may_go_on(); ++i) {
      read_object(g_mime_multipart_get_part(multipart, i), path, depth + 1);
    }
  }

  /// Plain text first, then of the other versions what the plain text does not say.
  void read_alternatives(GMimeMultipart* multipart, int count, const std::string& path, unsigned depth) {
    std::vector<GMimeObject*> rest;
    const std::size_t before = collector_.artefact().blocks.size();
    bool plain_read = false;
    for (int i = 0; i < count; ++i) {
      GMimeObject* const part = g_mime_multipart_get_part(multipart, i);
      if (!plain_read && is_type(part, "text", "plain")) {
        read_object(part, path, depth + 1);
        plain_read = true;
      } else {
        rest.push_back(part);
      }
    }
    std::string said;
    for (std::size_t i = before; i < collector_.artefact().blocks.size(); ++i) {
      said += dense(collector_.artefact().blocks[i].text);
    }
    for (GMimeObject* const part : rest) {
      const std::size_t first = collector_.artefact().blocks.size();
      read_object(part, path, depth + 1);
      auto& blocks = collector_.artefact().blocks;
      // Comparing costs blocks times text; beyond this size the plain version is taken to say all.
      constexpr std::size_t kComparedBytesMax = 256UL * 1024;
      if (plain_read && said.size() > kComparedBytesMax) {
        blocks.resize(first);
      } else if (plain_read && blocks.size() > first) {
        const auto repeated =
            std::remove_if(blocks.begin() + static_cast<std::ptrdiff_t>(first), blocks.end(),
                           [&](const wire::Block& block) { return said.find(dense(block.text)) != std::string::npos; });
        blocks.erase(repeated, blocks.end());
      }
    }
  }

  void read_part(GMimePart* part, const std::string& path) {
    const char* const raw_name = g_mime_part_get_filename(part);
    const std::string name = raw_name == nullptr ? std::string() : decode_header(raw_name);
    const char* const disposition = g_mime_object_get_disposition(GMIME_OBJECT(part));
    const bool attached = !name.empty() || (disposition != nullptr && ascii_lower(disposition) == "attachment");
    GMimeObject* const object = GMIME_OBJECT(part);
    const std::string label = name.empty() ? fmt::format("part {}", parts_) : name;
    const std::string full = path.empty() ? label : path + "/" + label;
    if (attached) {
      collector_.add(BlockKind::kMetadata, label, part_place(path, label));
    }
    if (!is_type(object, "text", "*") || is_type(object, "text", "calendar") || is_type(object, "text", "rtf")) {
      collector_.note_each("attachment_not_read", fmt::format("The attachment \"{}\" is not read yet", label));
      return;
    }
    collector_.set_part(attached ? full : (path.empty() ? "body" : path + "/body"),
                        attached ? TextCollector::PartPlace::kOnTop : TextCollector::PartPlace::kAlone);
    const std::string text = charset::clean(content_text(part));
    const std::string lower = ascii_lower(name);
    if (is_type(object, "text", "html")) {
      markup::read_html(text, collector_);
    } else if (is_type(object, "text", "csv") || lower.ends_with(".csv") || lower.ends_with(".tsv")) {
      plain::read_csv(text, collector_);
    } else if (is_type(object, "text", "markdown") || lower.ends_with(".md")) {
      markup::read_markdown(text, collector_);
    } else {
      plain::read_text(text, collector_);
    }
    collector_.set_part({}, TextCollector::PartPlace::kOnTop);
  }

  TextCollector& collector_;
  unsigned parts_ = 0;
};

}  // namespace

void prepare() {
  g_mime_init();
}

input::Verdict read_message(ByteView bytes, std::string_view encoding, TextCollector& collector) {
  if (bytes.size() > kMessageBytesMax) {
    bytes = bytes.first(kMessageBytesMax);
    collector.note("text_limit", "Only the first 64 MB of the message were read");
  }
  bool cut = false;
  const std::string text = message_bytes(bytes, encoding, cut);
  if (cut) {
    collector.note("nesting_limit", "The message is nested too deeply; it was read up to there");
  }
  const Message message = parse(text);
  if (message == nullptr) {
    return input::failed("damaged", "The message is damaged and cannot be read");
  }
  MessageReader(collector).read(message.get(), {}, 0);
  return {};
}

wire::FactsArtefact message_facts(ByteView bytes, std::string_view encoding) {
  wire::FactsArtefact facts;
  constexpr std::size_t kHeadBytesMax = 1024UL * 1024;
  bool cut = false;
  const std::string text = message_bytes(bytes.first(std::min(bytes.size(), kHeadBytesMax)), encoding, cut);
  const Message message = parse(text);
  if (message == nullptr) {
    return facts;
  }
  facts.title = header(GMIME_OBJECT(message.get()), "Subject");
  facts.author = header(GMIME_OBJECT(message.get()), "From");
  GDateTime* const date = g_mime_message_get_date(message.get());
  if (date != nullptr) {
    facts.created_unix_ms = std::max<std::int64_t>(g_date_time_to_unix(date), 0) * 1000;
  }
  return facts;
}

}  // namespace alcove::mail

#include "workers/decode/mail/mail.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/mail/message.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/plain/plain.hpp"

namespace alcove::mail {
namespace {

using input::TextCollector;
using wire::BlockKind;

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

/// Text without any white space, folded: for telling whether two versions say the same.
std::string dense(std::string_view text) {
  std::string out = text::to_nfkc_folded(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  return out;
}

class MessageReader {
 public:
  explicit MessageReader(TextCollector& collector) : collector_(collector) {}

  void read(GMimeMessage* message) {
    read_headers(GMIME_OBJECT(message));
    GMimeObject* const body = g_mime_message_get_mime_part(message);
    if (body != nullptr) {
      read_object(body, 0);
    }
  }

 private:
  static wire::Place part_place(std::string_view part) {
    wire::Place place;
    place.kind = wire::PlaceKind::kPart;
    place.part = part;
    return place;
  }

  void read_headers(GMimeObject* message) {
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
        collector_.add(BlockKind::kHeading, value, part_place(part), {.level = 1});
      } else if (!value.empty()) {
        collector_.add(BlockKind::kMetadata, fmt::format("{}: {}", name, value), part_place(part));
      }
    }
  }

  void read_object(GMimeObject* object, unsigned depth) {
    if (depth > kDepthMax || ++parts_ > kPartsMax) {
      collector_.note("nesting_limit", "The message has too many parts; only the first ones were read");
      return;
    }
    if (is_encrypted(object)) {
      collector_.note("encrypted", "The message is encrypted; only its headers were read");
    } else if (GMIME_IS_MULTIPART(object)) {
      read_multipart(GMIME_MULTIPART(object), depth);
    } else if (is_attachment(object)) {
      const std::string name = attachment_name(object);
      collector_.add(BlockKind::kMetadata, name, part_place(name));
    } else if (GMIME_IS_PART(object)) {
      read_body(GMIME_PART(object));
    }
  }

  void read_multipart(GMimeMultipart* multipart, unsigned depth) {
    const int count = g_mime_multipart_get_count(multipart);
    if (is_type(GMIME_OBJECT(multipart), "multipart", "alternative")) {
      read_alternatives(multipart, count, depth);
      return;
    }
    for (int i = 0; i < count && collector_.may_go_on(); ++i) {
      read_object(g_mime_multipart_get_part(multipart, i), depth + 1);
    }
  }

  /// Plain text first, then of the other versions what the plain text does not say.
  void read_alternatives(GMimeMultipart* multipart, int count, unsigned depth) {
    std::vector<GMimeObject*> rest;
    const std::size_t before = collector_.artefact().blocks.size();
    bool plain_read = false;
    for (int i = 0; i < count; ++i) {
      GMimeObject* const part = g_mime_multipart_get_part(multipart, i);
      if (!plain_read && is_type(part, "text", "plain")) {
        read_object(part, depth + 1);
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
      read_object(part, depth + 1);
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

  void read_body(GMimePart* part) {
    collector_.set_part("body", TextCollector::PartPlace::kAlone);
    const std::string text = charset::clean(content_text(part));
    GMimeObject* const object = GMIME_OBJECT(part);
    if (is_type(object, "text", "html")) {
      markup::read_html(text, collector_);
    } else if (is_type(object, "text", "csv")) {
      plain::read_csv(text, collector_);
    } else if (is_type(object, "text", "markdown")) {
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
    collector.note("text_limit", "Only the first 64 MB of the message were read", {"64"});
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
  MessageReader(collector).read(message.get());
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

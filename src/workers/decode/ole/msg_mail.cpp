#include "workers/decode/ole/msg_mail.hpp"

#include <glib.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workers/decode/ole/msg_store.hpp"

namespace alcove::ole::msg {
namespace {

/// Messages inside messages; a file's storages nest no deeper than kStorageDepthMax anyway.
constexpr unsigned kDepthMax = 16;
/// Of a header's value.
constexpr std::size_t kHeaderBytesMax = 64UL * 1024;

std::string base64(ByteView bytes) {
  const std::unique_ptr<gchar, decltype(&g_free)> text(g_base64_encode(bytes.data(), bytes.size()), &g_free);
  return text.get();
}

std::string base64_lines(ByteView bytes) {
  constexpr std::size_t kLineBytes = 57;  // 76 characters
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += kLineBytes) {
    out += base64(bytes.subspan(at, std::min(kLineBytes, bytes.size() - at))) + "\r\n";
  }
  return out;
}

/// A value as encoded words (RFC 2047), so that it needs no other quoting.
std::string encoded_words(std::string_view text) {
  constexpr std::size_t kWordBytes = 42;  // 56 characters in base64
  text = utf8_prefix(text, kHeaderBytesMax);
  std::string out;
  while (!text.empty()) {
    const std::string_view word = utf8_prefix(text, kWordBytes);
    out += (out.empty() ? "" : "\r\n ") + fmt::format("=?utf-8?B?{}?=", base64(as_bytes(word)));
    text.remove_prefix(word.size());
  }
  return out;
}

/// Printable ASCII without quotes or tokens of encoded words may stand as it is.
std::string header_value(const std::string& text) {
  const bool simple = text.size() < 800 && text.find("=?") == std::string::npos &&
                      std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
  return simple ? text : encoded_words(text);
}

void add_header(std::string& out, std::string_view name, const std::string& value) {
  if (!value.empty()) {
    out += fmt::format("{}: {}\r\n", name, header_value(value));
  }
}

/// A file name as a parameter in RFC 2231's form: bytes that are no letters or digits in hexadecimal.
std::string encoded_parameter(std::string_view text) {
  std::string out = "utf-8''";
  for (const char c : utf8_prefix(text, 500)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

void append_mail(std::string& out, const CompoundFile& file, std::size_t storage, std::size_t size_max,
                 unsigned depth) {
  const Properties properties(file, storage, Properties::Kind::kEmbeddedMessage);
  const Message message = load_message(properties, storage);
  // A mail reader knows a message by its first headers, so one is always there.
  out += fmt::format("MIME-Version: 1.0\r\nSubject: {}\r\n", header_value(message.subject));
  add_header(out, "From", message.from);
  add_header(out, "To", message.to);
  add_header(out, "Cc", message.cc);
  add_header(out, "Date", date_text(message.date_unix_ms));
  const std::string boundary = fmt::format("=_{}_{}", depth, storage);
  out += fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", boundary);
  const Body body = load_body(properties);
  out += fmt::format("--{}\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                     boundary, body.is_html ? "html" : "plain");
  out += base64_lines(as_bytes(std::string_view(body.text).substr(0, size_max / 2)));
  for (const Attachment& attachment : list_attachments(properties, storage)) {
    const std::string name = encoded_parameter(attachment.name);
    if (attachment.message && depth < kDepthMax && out.size() < size_max) {
      out += fmt::format("--{}\r\nContent-Type: message/rfc822\r\n\r\n", boundary);
      append_mail(out, file, *attachment.message, size_max, depth + 1);
      continue;
    }
    // Base64 makes four bytes of three, and line ends add to that.
    if (!attachment.stream || out.size() + attachment.size_bytes / 2 * 3 > size_max) {
      continue;
    }
    const auto content = file.read(*attachment.stream, size_max);
    if (content) {
      out += fmt::format(
          "--{}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "
          "filename*={}\r\nContent-Transfer-Encoding: base64\r\n\r\n",
          boundary, name);
      out += base64_lines(content->bytes);
    }
  }
  out += fmt::format("--{}--\r\n", boundary);
}

}  // namespace

std::string make_mail(const CompoundFile& file, std::size_t storage, std::size_t size_max) {
  std::string out;
  append_mail(out, file, storage, size_max, 0);
  return out;
}

}  // namespace alcove::ole::msg

/// @file
/// Encoded words of mail headers. GMime could decode them, but by iconv, whose tables lie in files that a confined
/// worker should not need.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/mail/mail.hpp"

namespace alcove::mail {
namespace {

std::string decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) {
      continue;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(static_cast<std::uint8_t>(bits >> count)));
    }
  }
  return out;
}

int hex_digit(char c) {
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= '0' && lower <= '9' ? lower - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode_quoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '=' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(static_cast<std::uint8_t>(high * 16 + low)));
      i += 2;
    } else {
      out.push_back(text[i] == '_' ? ' ' : text[i]);
    }
  }
  return out;
}

struct EncodedWord {
  std::string charset;
  std::string bytes;
  std::size_t end = 0;
};

/// The encoded word "=?charset?B?text?=" at `at`.
std::optional<EncodedWord> take_word(std::string_view raw, std::size_t at) {
  const std::size_t charset_end = raw.find('?', at + 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= raw.size() || raw[charset_end + 2] != '?') {
    return std::nullopt;
  }
  const std::size_t end = raw.find("?=", charset_end + 3);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view text = raw.substr(charset_end + 3, end - charset_end - 3);
  const char method = static_cast<char>(std::toupper(static_cast<unsigned char>(raw[charset_end + 1])));
  if (method != 'B' && method != 'Q') {
    return std::nullopt;
  }
  EncodedWord word;
  word.charset = raw.substr(at + 2, charset_end - at - 2);
  word.charset.resize(std::min(word.charset.find('*'), word.charset.size()));  // RFC 2231's language.
  word.bytes = method == 'B' ? decode_base64(text) : decode_quoted(text);
  word.end = end + 2;
  return word;
}

}  // namespace

std::string decode_header(std::string_view raw) {
  std::string out;
  std::string valid;
  if (!is_valid_utf8(raw)) {
    valid = charset::decode(as_bytes(raw), charset::detect_encoding(as_bytes(raw)).value_or("windows-1252"));
    raw = valid;
  }
  EncodedWord pending;
  const auto flush = [&] {
    if (!pending.charset.empty()) {
      out += charset::decode(as_bytes(pending.bytes), pending.charset);
      pending = {};
    }
  };
  for (std::size_t at = 0; at < raw.size();) {
    if (raw.substr(at, 2) == "=?") {
      if (auto word = take_word(raw, at)) {
        // A character may be split between two words of one charset, so their bytes are joined first.
        at = word->end;
        if (ascii_lower(pending.charset) == ascii_lower(word->charset)) {
          pending.bytes += word->bytes;
        } else {
          flush();
          pending = std::move(*word);
        }
        // White space between two words belongs to neither.
        const std::size_t next = raw.find_first_not_of(" \t\r\n", at);
        at = next != std::string_view::npos && raw.substr(next, 2) == "=?" && take_word(raw, next) ? next : at;
        continue;
      }
    }
    flush();
    out += raw[at++];
  }
  flush();
  return charset::collapse_spaces(charset::clean(out));
}

bool looks_like_message(std::string_view head) {
  constexpr std::array<std::string_view, 14> kNames = {
      "from",         "to", "subject",      "date",         "received", "return-path", "message-id",
      "mime-version", "cc", "delivered-to", "content-type", "reply-to", "in-reply-to", "x-mailer"};
  unsigned known = 0;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const std::string_view line = trimmed(head.substr(0, end));
    const bool folded = head.front() == ' ' || head.front() == '\t';
    head = end == std::string_view::npos ? std::string_view() : head.substr(end + 1);
    const bool length_line = first && !line.empty() && line.find_first_not_of("0123456789") == std::string_view::npos;
    if (line.empty() && known > 0) {
      break;
    }
    if (!folded && !length_line && !line.empty()) {
      const std::size_t colon = line.find(':');
      const std::string_view name = line.substr(0, std::min(colon, line.size()));
      if (colon == std::string_view::npos || name.empty() ||
          name.find_first_of(" \t<>{}()") != std::string_view::npos) {
        return known >= 3 && end == std::string_view::npos;
      }
      known += std::ranges::find(kNames, ascii_lower(name)) != kNames.end() ? 1 : 0;
    }
    first = first && line.empty();
  }
  return known >= 3;
}

}  // namespace alcove::mail

#include "workers/decode/charset/clean.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"

namespace alcove::charset {
namespace {

bool is_dropped(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF || (c & 0xFFFEU) == 0xFFFEU;
}

/// Marks upon one letter that are kept; as in the Stream-Safe Text Format of UAX #15. Composing takes the square of
/// their number.
constexpr unsigned kMarksMax = 30;

constexpr char32_t kFirstMark = 0x300;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte >= 0x20 && byte < 0x7F) || c == '\n' || c == '\t';
  });
}

}  // namespace

std::string clean(std::string_view text) {
  if (is_plain(text)) {
    return std::string(text);
  }
  std::string valid;
  if (!is_valid_utf8(text)) {
    valid = to_valid_utf8(text);
    text = valid;
  }
  std::string out;
  out.reserve(text.size());
  unsigned marks = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = text::next_code_point(text, at);
    if (c >= kFirstMark && text::character_class(c) == text::CharacterClass::kMark) {
      if (++marks <= kMarksMax) {
        text::append_code_point(out, c);
      }
      continue;
    }
    if (!is_dropped(c)) {
      marks = 0;
    }
    if (c == '\n' || c == '\t') {
      out.push_back(static_cast<char>(c));
    } else if (c == '\r') {
      if (at >= text.size() || text[at] != '\n') {
        out.push_back('\n');
      }
    } else if (c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029) {
      out.push_back('\n');
    } else if (c == 0xA0 || c == 0x202F || c == 0x2007) {
      out.push_back(' ');
    } else if (!is_dropped(c)) {
      text::append_code_point(out, c);
    }
  }
  return text::to_nfc(out);
}

std::string collapse_spaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool pending = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
      pending = !out.empty();
      continue;
    }
    if (pending) {
      out.push_back(' ');
      pending = false;
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace alcove::charset

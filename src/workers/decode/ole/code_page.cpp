#include "workers/decode/ole/code_page.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/code_page.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole {

std::string code_page_name(std::uint32_t code_page) {
  std::string name = charset::encoding_of_code_page(code_page);
  return name.empty() ? "windows-1252" : name;
}

std::string decode_code_page(ByteView bytes, std::uint32_t code_page) {
  // Most texts are ASCII, and opening a converter for each takes far longer than they do.
  constexpr std::uint32_t kUtf16 = 1200;
  constexpr std::uint32_t kUtf16Big = 1201;
  const bool one_byte = code_page != kUtf16 && code_page != kUtf16Big;
  const auto end_of_ascii = std::ranges::find_if(bytes, [](std::uint8_t byte) { return byte == 0 || byte >= 0x80; });
  constexpr std::uint8_t kEscape = 0x1B;  // begins other characters in ISO 2022
  if (one_byte && (end_of_ascii == bytes.end() || *end_of_ascii == 0) &&
      std::find(bytes.begin(), end_of_ascii, kEscape) == end_of_ascii) {
    return {bytes.begin(), end_of_ascii};
  }
  std::string out = charset::decode(bytes, code_page_name(code_page));
  if (const std::size_t end = out.find('\0'); end != std::string::npos) {
    out.resize(end);
  }
  return out;
}

std::string decode_utf16(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    char32_t unit = u16_at(bytes, at);
    if (unit >= 0xD800 && unit < 0xDC00 && at + 3 < bytes.size()) {
      const char32_t low = u16_at(bytes, at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
        at += 2;
      }
    }
    text::append_code_point(out, unit);
  }
  return out;
}

std::optional<NarrowTable> narrow_table(std::uint32_t code_page) {
  constexpr std::size_t kAscii = 128;
  NarrowTable out{};
  Bytes upper;
  for (std::size_t c = 0; c < out.size(); ++c) {
    out[c] = static_cast<char16_t>(c);
    if (c >= kAscii) {
      upper.push_back(static_cast<std::uint8_t>(c));
    }
  }
  const std::string utf8 = decode_code_page(upper, code_page);
  if (utf8_length(utf8) != kAscii) {
    return std::nullopt;
  }
  std::size_t at = 0;
  for (std::size_t c = kAscii; c < out.size(); ++c) {
    const char32_t unit = text::next_code_point(utf8, at);
    out[c] = static_cast<char16_t>(unit > 0xFFFF ? 0xFFFD : unit);
  }
  return out;
}

std::string PieceDecoder::decode(ByteView bytes, std::uint32_t code_page) {
  // Files name code pages freely, so only some get a table.
  constexpr std::size_t kTablesMax = 64;
  if (!tables_.contains(code_page) && tables_.size() < kTablesMax) {
    tables_.emplace(code_page, narrow_table(code_page));
  }
  const auto table = tables_.find(code_page);
  const bool narrow = table != tables_.end() && table->second.has_value();
  if (!narrow && ++wide_pieces_ <= kWidePiecesMax) {
    return decode_code_page(bytes, code_page);
  }
  std::string out;
  for (const std::uint8_t byte : bytes) {
    if (narrow || byte < 0x80) {
      text::append_code_point(out, narrow ? (*table->second)[byte] : byte);
    }
  }
  return out;
}

std::uint32_t code_page_of_language(std::uint32_t language_id) {
  switch (language_id & 0x3FFU) {  // the primary language
    case 0x04: return language_id == 0x0404 || language_id == 0x0C04 ? 950 : 936;
    case 0x11: return 932;
    case 0x12: return 949;
    case 0x1E: return 874;
    case 0x02:                                              // Bulgarian
    case 0x19:                                              // Russian
    case 0x22:                                              // Ukrainian
    case 0x23:                                              // Belarusian
    case 0x2F: return 1251;                                 // Macedonian
    case 0x05:                                              // Czech
    case 0x0E:                                              // Hungarian
    case 0x15:                                              // Polish
    case 0x18:                                              // Romanian
    case 0x1B:                                              // Slovak
    case 0x1C:                                              // Albanian
    case 0x24: return 1250;                                 // Slovenian
    case 0x1A: return language_id == 0x0C1A ? 1251 : 1250;  // Serbian in Cyrillic; Croatian
    case 0x08: return 1253;
    case 0x1F: return 1254;
    case 0x0D: return 1255;
    case 0x01:
    case 0x29: return 1256;
    case 0x25:
    case 0x26:
    case 0x27: return 1257;
    case 0x2A: return 1258;
    default: return 1252;
  }
}

}  // namespace alcove::ole

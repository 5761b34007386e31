#include "workers/decode/charset/detect.hpp"

#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"

namespace alcove::charset {
namespace {

using text::CharacterClass;
using text::Script;

bool starts_with(ByteView bytes, std::string_view prefix) {
  return as_text(bytes).starts_with(prefix);
}

std::string_view by_byte_order_mark(ByteView bytes) {
  using namespace std::string_view_literals;
  if (starts_with(bytes, "\xEF\xBB\xBF"sv)) {
    return "UTF-8";
  }
  if (starts_with(bytes, "\xFF\xFE\0\0"sv)) {
    return "UTF-32LE";
  }
  if (starts_with(bytes, "\0\0\xFE\xFF"sv)) {
    return "UTF-32BE";
  }
  if (starts_with(bytes, "\xFF\xFE"sv)) {
    return "UTF-16LE";
  }
  if (starts_with(bytes, "\xFE\xFF"sv)) {
    return "UTF-16BE";
  }
  return {};
}

/// Share of zeros at each position modulo 4, in percent. Text of Latin, Cyrillic and most other scripts has the same
/// high byte nearly everywhere, and spaces and line ends in any script put zeros there.
std::array<std::size_t, 4> zero_percents(ByteView bytes) {
  std::array<std::size_t, 4> zeros{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    zeros[i % 4] += bytes[i] == 0 ? 1 : 0;
  }
  for (std::size_t& count : zeros) {
    count = count * 400 / bytes.size();
  }
  return zeros;
}

/// Percent of 16-bit units whose byte at `high` (0 or 1) is the most frequent one or zero. Writing stays in a block or
/// two, so its high bytes are alike; pairs of ASCII letters are not.
std::size_t alike_percent(ByteView bytes, std::size_t high) {
  std::array<std::size_t, 256> counts{};
  for (std::size_t i = high; i < bytes.size(); i += 2) {
    ++counts.at(bytes[i]);
  }
  const std::size_t zeros = std::exchange(counts[0], 0);
  return (zeros + *std::ranges::max_element(counts)) * 200 / bytes.size();
}

std::string_view by_zeros(ByteView bytes) {
  if (bytes.size() < 8) {
    return {};
  }
  const auto zeros = zero_percents(bytes);
  constexpr std::size_t kMost = 90;
  if (zeros[0] > kMost && zeros[1] > kMost && zeros[3] < 10) {
    return "UTF-32BE";
  }
  if (zeros[2] > kMost && zeros[3] > kMost && zeros[0] < 10) {
    return "UTF-32LE";
  }
  const std::size_t even = (zeros[0] + zeros[2]) / 2;
  const std::size_t odd = (zeros[1] + zeros[3]) / 2;
  // Five in a hundred: what spaces and digits leave in text of a script whose high byte is not zero.
  constexpr std::size_t kSome = 5;
  constexpr std::size_t kAlike = 70;
  if (even < 1 && odd > kSome && alike_percent(bytes, 1) > kAlike) {
    return "UTF-16LE";
  }
  if (odd < 1 && even > kSome && alike_percent(bytes, 0) > kAlike) {
    return "UTF-16BE";
  }
  if (odd > 30 && even < odd / 8) {
    return "UTF-16LE";
  }
  if (even > 30 && odd < even / 8) {
    return "UTF-16BE";
  }
  return {};
}

struct Utf8Count {
  std::size_t sequences = 0;  ///< Well-formed ones of more than one byte.
  std::size_t malformed = 0;
};

/// True if `tail` is the beginning of one well-formed sequence.
bool is_cut_sequence(std::string_view tail) {
  const auto lead = static_cast<std::uint8_t>(tail.front());
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  return tail.size() < length &&
         std::ranges::all_of(tail.substr(1), [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80U; });
}

Utf8Count count_utf8(ByteView bytes) {
  Utf8Count count;
  const std::string_view view = as_text(bytes);
  for (std::size_t at = 0; at < view.size();) {
    if (static_cast<std::uint8_t>(view[at]) < 0x80) {
      ++at;
      continue;
    }
    std::size_t length = 0;
    for (const std::size_t wanted : {2U, 3U, 4U}) {
      if (at + wanted <= view.size() && is_valid_utf8(view.substr(at, wanted))) {
        length = wanted;
        break;
      }
    }
    if (length > 0) {
      ++count.sequences;
      at += length;
    } else if (is_cut_sequence(view.substr(at))) {
      break;  // The head may end inside a sequence.
    } else {
      ++count.malformed;
      ++at;
    }
  }
  return count;
}

/// True if the bytes hold too many controls and zeros to be text of any encoding with one-byte letters. Expected text
/// may have more of them as long as most of it is plainly readable; a tenth of random bytes are controls, and a third
/// are readable.
bool looks_binary(ByteView bytes, Expectation expectation) {
  std::size_t strange = 0;
  std::size_t zeros = 0;
  std::size_t readable = 0;
  for (const std::uint8_t byte : bytes) {
    zeros += byte == 0 ? 1 : 0;
    const bool control =
        byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' && byte != 0x1B && byte != 0x1A;
    strange += control || byte == 0x7F ? 1 : 0;
    readable += byte >= 0x20 && byte < 0x7F ? 1 : 0;
  }
  if (expectation == Expectation::kText && readable * 10 > bytes.size() * 6) {
    return strange * 10 > bytes.size();
  }
  return strange * 100 > bytes.size() * 5 || zeros * 100 > bytes.size() * 2;
}

struct DeleteDetector {
  void operator()(uchardet* detector) const { uchardet_delete(detector); }
};

std::string uchardet_guess(ByteView bytes) {
  const std::unique_ptr<uchardet, DeleteDetector> detector(uchardet_new());
  if (detector == nullptr ||
      uchardet_handle_data(detector.get(), reinterpret_cast<const char*>(bytes.data()), bytes.size()) != 0) {
    return {};
  }
  uchardet_data_end(detector.get());
  return uchardet_get_charset(detector.get());
}

/// The most frequent letters of Russian and its neighbours; a wrong Cyrillic code page turns them into rare ones.
constexpr std::u32string_view kCommonCyrillic = U"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ";

/// Sums up how much one decoding looks like writing.
class Judge {
 public:
  double score(const text::DecodedText& decoded) {
    double total = -8.0 * static_cast<double>(decoded.malformed_count);
    std::size_t count = 0;
    for (std::size_t at = 0; at < decoded.utf8.size(); ++count) {
      total += step(text::next_code_point(decoded.utf8, at));
    }
    return count == 0 ? -100 : total / static_cast<double>(count);
  }

 private:
  double step(char32_t c) {
    const CharacterClass kind = text::character_class(c);
    const Script script = text::script_of(c);
    double value = 0;
    switch (kind) {
      case CharacterClass::kUnassigned: value = -6; break;
      case CharacterClass::kControl: value = c == '\n' || c == '\r' || c == '\t' || c == '\f' ? 0 : -6; break;
      case CharacterClass::kSymbol:
        // Box drawing beside letters is the mark of a DOS text read wrongly, and the other way round.
        value = c >= 0x80 ? (is_letter(before_) ? -2 : -0.3) : 0;
        break;
      case CharacterClass::kUpper:
      case CharacterClass::kLower: value = cased(c, kind, script); break;
      case CharacterClass::kLetter: value = uncased(c, script); break;
      case CharacterClass::kPunctuation: value = c >= 0x80 && is_letter(before_) && c != 0x2019 ? -0.2 : 0; break;
      default: break;
    }
    if (is_letter(kind) && is_letter(before_) && script != script_ && script != Script::kCommon &&
        script_ != Script::kCommon && !are_neighbours(script, script_)) {
      value -= 2;
    }
    before_ = kind;
    script_ = script;
    return value;
  }

  double cased(char32_t c, CharacterClass kind, Script script) const {
    double value = c < 0x80 ? 0.1 : 0.5;
    if (kind == CharacterClass::kUpper && before_ == CharacterClass::kLower) {
      value -= c < 0x80 ? 0.1 : 2.0;  // A capital after a small letter: rare in writing, common in a wrong code page.
    }
    if (script == Script::kCyrillic) {
      const std::size_t rank = kCommonCyrillic.find(c);
      value = rank == std::u32string_view::npos ? value - 0.2 : 1.0 - static_cast<double>(rank) * 0.02;
    } else if (script == Script::kLatin && c >= 0x80) {
      // One accented letter in a word is usual, a row of them is not.
      value = is_letter(before_) && script_ == Script::kLatin && accented_ ? -1 : 0.4;
    }
    accented_ = c >= 0x80;
    return value;
  }

  static double uncased(char32_t c, Script script) {
    if (c >= 0xFF61 && c <= 0xFF9F) {
      return -0.5;  // Half-width kana: what Shift-JIS makes of other encodings' letters.
    }
    if (script == Script::kHan) {
      return c >= 0x4E00 && c < 0x9FA6 ? 0.8 : -1;
    }
    return script == Script::kKana || script == Script::kHangul ? 1.2 : 0.6;
  }

  static bool is_letter(CharacterClass kind) {
    return kind == CharacterClass::kUpper || kind == CharacterClass::kLower || kind == CharacterClass::kLetter;
  }
  static bool are_neighbours(Script a, Script b) {
    const auto east = [](Script s) { return s == Script::kHan || s == Script::kKana || s == Script::kHangul; };
    return east(a) && east(b);
  }

  CharacterClass before_ = CharacterClass::kSpace;
  Script script_ = Script::kCommon;
  mutable bool accented_ = false;
};

void add_candidate(std::vector<std::pair<std::string, double>>& candidates, std::string name, double prior) {
  const std::string lower = ascii_lower(name);
  if (name.empty() || lower.starts_with("utf-16") || lower.starts_with("utf-32") || lower == "ascii" ||
      lower == "utf-8" || lower.starts_with("ibm42")) {
    return;  // Those were decided before; the IBM42x of ICU's list are mainframe code pages, never seen in files.
  }
  // The windows encodings hold all letters of their ISO cousins, and files say ISO but mean windows.
  if (lower == "iso-8859-1") {
    name = "windows-1252";
  } else if (lower == "iso-8859-9") {
    name = "windows-1254";
  } else if (lower == "shift_jis") {
    name = "windows-31j";
  } else if (lower == "gb2312" || lower == "gb18030" || lower == "hz-gb-2312") {
    name = "GB18030";
  }
  const auto found = std::ranges::find(candidates, name, &std::pair<std::string, double>::first);
  if (found == candidates.end()) {
    candidates.emplace_back(std::move(name), prior);
  } else {
    found->second += prior;
  }
}

std::string by_statistics(ByteView bytes) {
  std::vector<std::pair<std::string, double>> candidates;
  add_candidate(candidates, uchardet_guess(bytes), 0.05);
  for (const text::EncodingGuess& guess : text::guess_encodings(bytes)) {
    add_candidate(candidates, guess.encoding, guess.confidence * 0.0008);
  }
  for (const char* name : {"windows-1252", "windows-1251", "IBM866", "KOI8-R", "windows-31j", "EUC-JP", "GB18030",
                           "Big5", "EUC-KR", "windows-1250", "windows-1253"}) {
    add_candidate(candidates, name, 0);
  }
  constexpr std::size_t kJudgeBytesMax = 64 * 1024;
  const ByteView head = bytes.first(std::min(bytes.size(), kJudgeBytesMax));
  std::string best = "windows-1252";
  double best_score = -1000;
  for (const auto& [name, prior] : candidates) {
    const auto decoded = text::decode_text(head, name);
    if (!decoded) {
      continue;
    }
    const double score = Judge().score(*decoded) + prior;
    if (score > best_score) {
      best_score = score;
      best = name;
    }
  }
  return best;
}

}  // namespace

std::optional<std::string> detect_encoding(ByteView bytes, Expectation expectation) {
  bytes = bytes.first(std::min(bytes.size(), kDetectBytesMax));
  if (bytes.empty()) {
    return "UTF-8";
  }
  if (const std::string_view name = by_byte_order_mark(bytes); !name.empty()) {
    return std::string(name);
  }
  if (const std::string_view name = by_zeros(bytes); !name.empty()) {
    const auto decoded = text::decode_text(bytes.first(bytes.size() / 4 * 4), name);
    if (decoded && decoded->malformed_count * 100 <= decoded->utf8.size() && Judge().score(*decoded) > -0.2) {
      return std::string(name);
    }
  }
  if (looks_binary(bytes, expectation)) {
    return std::nullopt;
  }
  const Utf8Count utf8 = count_utf8(bytes);
  if (utf8.malformed == 0 || utf8.malformed * 4 < utf8.sequences) {
    const bool escapes = utf8.sequences == 0 && as_text(bytes).find("\x1B$") != std::string_view::npos;
    return escapes ? "ISO-2022-JP" : "UTF-8";
  }
  return by_statistics(bytes);
}

std::string decode(ByteView bytes, std::string_view encoding) {
  std::string out;
  if (ascii_lower(encoding) == "utf-8") {
    out = is_valid_utf8(as_text(bytes)) ? std::string(as_text(bytes)) : to_valid_utf8(as_text(bytes));
  } else if (auto decoded = text::decode_text(bytes, encoding)) {
    out = std::move(decoded->utf8);
  } else if (auto western = text::decode_text(bytes, "windows-1252")) {
    out = std::move(western->utf8);
  }
  if (out.starts_with("\xEF\xBB\xBF")) {
    out.erase(0, 3);
  }
  return out;
}

}  // namespace alcove::charset

#include "workers/decode/charset/detect.hpp"

#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/judge.hpp"

namespace alcove::charset {
namespace {

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

/// UTF-16 of Chinese, Japanese or Korean has few zeros or none. It shows by what it decodes to: letters of these
/// scripts nearly throughout, and among them spaces or punctuation, which no other encoding's bytes make by chance.
bool is_wide_east_asian(ByteView bytes, std::string_view encoding) {
  constexpr std::size_t kUnitsMin = 6;
  const auto decoded = text::decode_text(bytes.first(bytes.size() / 2 * 2), encoding);
  if (!decoded || decoded->malformed_count > 0) {
    return false;
  }
  std::size_t count = 0;
  std::size_t fitting = 0;
  std::size_t marks = 0;
  for (std::size_t at = 0; at < decoded->utf8.size(); ++count) {
    const char32_t c = text::next_code_point(decoded->utf8, at);
    const bool kana = c >= 0x3041 && c <= 0x30FF;
    const bool mark = c == ' ' || c == '\n' || c == '\r' || (c >= 0x3000 && c <= 0x3011) || c == 0xFF0C || kana;
    const bool letter = (c >= 0x4E00 && c < 0x9FA6) || (c >= 0xAC00 && c <= 0xD7A3) || (c > 0x20 && c < 0x7F) ||
                        (c >= 0xFF01 && c <= 0xFF5E);
    marks += mark ? 1 : 0;
    fitting += mark || letter ? 1 : 0;
  }
  return count >= kUnitsMin && fitting * 100 >= count * 95 && marks * 100 >= count * 2;
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

/// What is looked at, with a prior for how often files are in it. Their order does not matter.
struct Prior {
  std::string_view encoding;
  double value;
};
constexpr std::array kPriors = std::to_array<Prior>({
    {"windows-1252", 0.10}, {"windows-1251", 0.10}, {"windows-1250", 0.08}, {"windows-1253", 0.05},
    {"windows-1254", 0.04}, {"windows-1255", 0.05}, {"windows-1256", 0.05}, {"windows-1257", 0.02},
    {"KOI8-R", 0.06},       {"KOI8-U", 0.02},       {"IBM866", 0.05},       {"IBM850", -0.05},
    {"IBM852", -0.10},      {"IBM437", -0.15},      {"macintosh", -0.08},   {"x-mac-cyrillic", 0.02},
    {"ISO-8859-2", 0.03},   {"ISO-8859-5", 0.0},    {"windows-31j", 0.05},  {"EUC-JP", 0.05},
    {"GB18030", 0.05},      {"Big5", 0.03},         {"EUC-KR", 0.05},
});
/// For what the libraries propose besides.
constexpr double kOtherPrior = -0.3;

double prior_of(std::string_view name) {
  const std::string lower = ascii_lower(name);
  const auto found =
      std::ranges::find_if(kPriors, [&](const Prior& prior) { return ascii_lower(prior.encoding) == lower; });
  return found == kPriors.end() ? kOtherPrior : found->value;
}

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
  } else if (lower == "mac-cyrillic") {
    name = "x-mac-cyrillic";
  } else if (lower == "shift_jis") {
    name = "windows-31j";
  } else if (lower == "gb2312" || lower == "gb18030" || lower == "hz-gb-2312") {
    name = "GB18030";
  }
  const auto found = std::ranges::find_if(
      candidates, [&](const auto& candidate) { return ascii_lower(candidate.first) == ascii_lower(name); });
  if (found == candidates.end()) {
    const double usual = prior_of(name);
    candidates.emplace_back(std::move(name), prior + usual);
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
  for (const Prior& prior : kPriors) {
    add_candidate(candidates, std::string(prior.encoding), 0);
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
    const double score = rate_decoding(*decoded) + prior;
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
    if (decoded && decoded->malformed_count * 100 <= decoded->utf8.size() && rate_decoding(*decoded) > -0.2) {
      return std::string(name);
    }
  }
  const Utf8Count utf8 = count_utf8(bytes);
  if (utf8.malformed > 0 && bytes.size() % 2 == 0) {
    for (const std::string_view name : {"UTF-16LE", "UTF-16BE"}) {
      if (is_wide_east_asian(bytes, name)) {
        return std::string(name);
      }
    }
  }
  if (looks_binary(bytes, expectation)) {
    return std::nullopt;
  }
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

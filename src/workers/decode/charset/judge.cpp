#include "workers/decode/charset/judge.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace alcove::charset {
namespace {

using text::CharacterClass;
using text::Script;

// Letters of each script, the most frequent first (Russian and its neighbours, Greek, Hebrew, Arabic). A wrong code
// page turns them into rare ones.
constexpr std::u32string_view kCommonCyrillic = U"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ";
constexpr std::u32string_view kCommonGreek = U"αοιετσνηυρπκμλςόίάέωήγδύώθχφβζξψ";
constexpr std::u32string_view kCommonHebrew = U"יוהלאתרבמשנםחעדפקכטסגצזןףךץ";
constexpr std::u32string_view kCommonArabic = U"اليمونترهبعسدفكقحةجشصطأخضذئىغزثءؤإآظ";

/// Letters beyond ASCII of one language, the most frequent first, and what they are worth: less for languages few
/// write, whose letters stand at the places of others' in another code page.
struct Alphabet {
  std::u32string_view letters;
  double worth = 1;
};
constexpr std::array kAlphabets = {
    Alphabet{U"üäößé"},                                  // German
    Alphabet{U"éèàêçâîôûùëïœæüÿ"},                       // French
    Alphabet{U"óíáéñúüªº"},                              // Spanish
    Alphabet{U"ãçáéíóêõâúôàªº"},                         // Portuguese
    Alphabet{U"èàòùìéíîóú"},                             // Italian
    Alphabet{U"åøæéöäü"},                                // Danish, Norwegian
    Alphabet{U"äåöéü"},                                  // Swedish, Finnish
    Alphabet{U"éëïèóöüç"},                               // Dutch
    Alphabet{U"óàéèíçúòïü"},                             // Catalan
    Alphabet{U"łążęóśćńź"},                              // Polish
    Alphabet{U"íáéěščřžýůúňďťó"},                        // Czech
    Alphabet{U"áíéčšžýúľťňôďäĺŕó"},                      // Slovak
    Alphabet{U"áéöóőüíúű"},                              // Hungarian
    Alphabet{U"ăîşţșțâ"},                                // Romanian
    Alphabet{U"čšžćđ"},                                  // Croatian, Slovene
    Alphabet{U"ışüğçöâîû"},                              // Turkish
    Alphabet{.letters = U"ėšųžįąčūę", .worth = 0.98},    // Lithuanian
    Alphabet{.letters = U"āīūēšņļžčķģ", .worth = 0.98},  // Latvian
    Alphabet{.letters = U"äõüöšž", .worth = 0.98},       // Estonian
    Alphabet{.letters = U"áíðéöúþóæý", .worth = 0.8},    // Icelandic
};
constexpr double kWorthPerRank = 0.03;

bool is_letter(CharacterClass kind) {
  return kind == CharacterClass::kUpper || kind == CharacterClass::kLower || kind == CharacterClass::kLetter;
}

/// Small letters of the alphabets above; others stay.
char32_t to_small(char32_t c) {
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) {
    return c + 0x20;
  }
  if (c >= 0x400 && c <= 0x40F) {
    return c + 0x50;
  }
  if (c == 0x178) {
    return 0xFF;
  }
  const bool odd_pairs = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
  const bool even_pairs = (c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x218 && c <= 0x21B);
  return (odd_pairs && c % 2 == 1) || (even_pairs && c % 2 == 0) ? c + 1 : c;
}

double by_rank(std::u32string_view common, char32_t c, double otherwise) {
  const std::size_t rank = common.find(c);
  return rank == std::u32string_view::npos ? otherwise : 1.0 - static_cast<double>(rank) * 0.02;
}

class Judge {
 public:
  double rate(const text::DecodedText& decoded) {
    double total = -8.0 * static_cast<double>(decoded.malformed_count);
    std::size_t count = decoded.malformed_count;
    for (std::size_t at = 0; at < decoded.utf8.size();) {
      const char32_t c = text::next_code_point(decoded.utf8, at);
      total += step(c);
      const bool strange_control = c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
      count += c >= 0x80 || strange_control ? 1 : 0;
    }
    return count == 0 ? 0 : (total + latin_total()) / static_cast<double>(count);
  }

 private:
  double step(char32_t c) {
    const CharacterClass kind = text::character_class(c);
    const Script script = text::script_of(c);
    double value = c < 0x80 ? ascii(c, kind) : 0;
    if (c >= 0x80) {
      value = is_letter(kind) ? letter(c, kind, script) : other(c, kind);
    }
    if (is_letter(kind)) {
      if (is_letter(before_) && script != script_ && script != Script::kCommon && script_ != Script::kCommon &&
          !are_neighbours(script, script_)) {
        value -= 2;
      }
      value -= mark_in_word_ ? 2 : 0;
    }
    // A mark behind a letter is one inside a word if a letter follows. Apostrophes, hyphens and dots are usual there.
    const bool usual = c < 0x80 || c == 0x2019 || (c >= 0x2010 && c <= 0x2014) || c == 0xB7 || is_wide_mark(c);
    mark_in_word_ =
        !usual && is_letter(before_) &&
        (kind == CharacterClass::kPunctuation || kind == CharacterClass::kSymbol || kind == CharacterClass::kDigit);
    before_ = kind;
    script_ = script;
    before_character_ = c;
    return value;
  }

  static double ascii(char32_t c, CharacterClass kind) {
    const bool usual = c == '\n' || c == '\r' || c == '\t' || c == '\f';
    return kind == CharacterClass::kControl && !usual ? -6 : 0;
  }

  double letter(char32_t c, CharacterClass kind, Script script) {
    // A capital after a small letter is rare in writing and common in a wrong code page.
    const double penalty = kind == CharacterClass::kUpper && before_ == CharacterClass::kLower ? 2 : 0;
    const char32_t small = to_small(c);
    const double capital = kind == CharacterClass::kUpper ? 0.1 : 0;
    switch (script) {
      case Script::kCyrillic: return by_rank(kCommonCyrillic, small, 0.3) - capital - penalty;
      case Script::kGreek: return by_rank(kCommonGreek, small, 0.3) - capital - penalty;
      case Script::kHebrew: return by_rank(kCommonHebrew, c, 0);
      case Script::kArabic: return by_rank(kCommonArabic, c, 0.2);
      case Script::kHan: return c >= 0x4E00 && c < 0x9FA6 ? 0.8 : -1;
      case Script::kKana: return c >= 0xFF61 && c <= 0xFF9F ? -0.5 : 1.2;  // Half-width: of other encodings' letters.
      case Script::kHangul: return 1.2;
      case Script::kLatin: break;
      default: return 0.6;
    }
    if (latin_.size() < kLettersMax || latin_.contains(small)) {
      ++latin_[small];
    }
    // One accented letter in a word is usual, two side by side are not.
    const bool doubled = before_character_ >= 0x80 && script_ == Script::kLatin && is_letter(before_);
    return -penalty - (doubled ? 0.8 : 0);
  }

  double other(char32_t c, CharacterClass kind) const {
    switch (kind) {
      case CharacterClass::kUnassigned:
      case CharacterClass::kControl: return -6;
      case CharacterClass::kSymbol: return is_letter(before_) ? -2 : -0.3;
      case CharacterClass::kPunctuation: return is_wide_mark(c) ? 0.3 : is_letter(before_) && c != 0x2019 ? -0.2 : 0;
      default: return 0;
    }
  }

  /// What the accented Latin letters are worth together: those of the language that has most of them speak for the
  /// decoding, the others against it.
  [[nodiscard]] double latin_total() const {
    double best = latin_.empty() ? 0 : -1e9;
    for (const Alphabet& alphabet : kAlphabets) {
      double value = 0;
      for (const auto& [letter, count] : latin_) {
        const std::size_t rank = alphabet.letters.find(letter);
        const bool inside = rank != std::u32string_view::npos;
        value += count * (inside ? alphabet.worth - kWorthPerRank * static_cast<double>(rank) : -1.0);
      }
      best = std::max(best, value);
    }
    return best;
  }

  /// Chinese, Japanese and full-width punctuation.
  static bool is_wide_mark(char32_t c) { return (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF60); }

  static bool are_neighbours(Script a, Script b) {
    const auto east = [](Script s) { return s == Script::kHan || s == Script::kKana; };
    return east(a) && east(b);
  }

  static constexpr std::size_t kLettersMax = 400;

  std::map<char32_t, unsigned> latin_;  ///< Accented letter → how often.
  CharacterClass before_ = CharacterClass::kSpace;
  Script script_ = Script::kCommon;
  char32_t before_character_ = 0;
  bool mark_in_word_ = false;
};

}  // namespace

double rate_decoding(const text::DecodedText& decoded) {
  return Judge().rate(decoded);
}

}  // namespace alcove::charset

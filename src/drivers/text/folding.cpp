#include "drivers/text/folding.hpp"

#include <libstemmer.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "drivers/text/terms.hpp"

namespace alcove::text {
namespace {

const icu::Normalizer2& nfkc_casefold() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* found = icu::Normalizer2::getNFKCCasefoldInstance(status);
  ALCOVE_CHECK(U_SUCCESS(status), "ICU has no normalisation data");
  return *found;
}
const icu::Normalizer2& nfd() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* found = icu::Normalizer2::getNFDInstance(status);
  ALCOVE_CHECK(U_SUCCESS(status), "ICU has no normalisation data");
  return *found;
}
const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* found = icu::Normalizer2::getNFCInstance(status);
  ALCOVE_CHECK(U_SUCCESS(status), "ICU has no normalisation data");
  return *found;
}

UScriptCode script_of(UChar32 code_point) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(code_point, &status);
  return U_SUCCESS(status) ? script : USCRIPT_COMMON;
}

/// Letters that decomposition leaves alone but that people type without their stroke or ligature, and the letter
/// variants of Arabic script that writers use for one another (as Lucene's Arabic and Persian normalisers do).
constexpr auto kVariants = std::to_array<std::pair<UChar32, const char16_t*>>({
    {0x00E6, u"ae"},     {0x00F0, u"d"},      {0x00F8, u"o"},      {0x00FE, u"th"},     {0x0111, u"d"},
    {0x0131, u"i"},      {0x0142, u"l"},      {0x0153, u"oe"},     {0x0451, u"\u0435"}, {0x0622, u"\u0627"},
    {0x0623, u"\u0627"}, {0x0625, u"\u0627"}, {0x0629, u"\u0647"}, {0x0649, u"\u064A"}, {0x0671, u"\u0627"},
    {0x06A9, u"\u0643"}, {0x06C0, u"\u0647"}, {0x06C1, u"\u0647"}, {0x06CC, u"\u064A"}, {0x06D2, u"\u064A"},
});

const char16_t* find_variant(UChar32 code_point) {
  const auto* const found = std::lower_bound(kVariants.begin(), kVariants.end(), code_point,
                                             [](const auto& entry, UChar32 wanted) { return entry.first < wanted; });
  return found != kVariants.end() && found->first == code_point ? found->second : nullptr;
}

/// Marks that do not change which word it is: accents of Latin and Greek, stress marks of Cyrillic (but not the breve
/// of й), vowel signs of Arabic and Hebrew, the dot below that Hindi adds to borrowed sounds. Vowel signs of Indic
/// scripts and Thai are letters in all but name and stay.
bool is_dropped_mark(UChar32 mark, UScriptCode base) {
  if (mark == 0x0640 || mark == 0x0670 || (mark >= 0x064B && mark <= 0x065F) || (mark >= 0x06D6 && mark <= 0x06ED)) {
    return u_charType(mark) == U_NON_SPACING_MARK || mark == 0x0640;
  }
  if (mark >= 0x0591 && mark <= 0x05C7) {
    return u_charType(mark) == U_NON_SPACING_MARK;
  }
  if (mark == 0x093C) {
    return true;
  }
  if (mark < 0x0300 || mark > 0x036F) {
    return false;
  }
  if (base == USCRIPT_CYRILLIC) {
    return mark == 0x0300 || mark == 0x0301;
  }
  return base == USCRIPT_LATIN || base == USCRIPT_GREEK;
}

icu::UnicodeString fold_variants(const icu::UnicodeString& folded) {
  icu::UnicodeString joined;
  for (std::int32_t i = 0; i < folded.length();) {
    const UChar32 code_point = folded.char32At(i);
    i += U16_LENGTH(code_point);
    // Before decomposition: ё and آ are single letters here.
    if (const char16_t* variant = find_variant(code_point); variant != nullptr) {
      joined.append(icu::UnicodeString(variant));
    } else {
      joined.append(code_point);
    }
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString parted = nfd().normalize(joined, status);
  icu::UnicodeString kept;
  UScriptCode base = USCRIPT_COMMON;
  for (std::int32_t i = 0; i < parted.length();) {
    const UChar32 code_point = parted.char32At(i);
    i += U16_LENGTH(code_point);
    const UScriptCode script = script_of(code_point);
    if (script != USCRIPT_INHERITED && u_charType(code_point) != U_NON_SPACING_MARK) {
      base = script;
    }
    if (!is_dropped_mark(code_point, base)) {
      kept.append(code_point);
    }
  }
  return nfc().normalize(kept, status);
}

void fold_digits(icu::UnicodeString& text) {
  for (std::int32_t i = 0; i < text.length();) {
    const UChar32 code_point = text.char32At(i);
    if (code_point > 0x7F && u_charType(code_point) == U_DECIMAL_DIGIT_NUMBER) {
      text.replace(i, U16_LENGTH(code_point), static_cast<UChar32>('0' + u_charDigitValue(code_point)));
      i += 1;
    } else {
      i += U16_LENGTH(code_point);
    }
  }
}

/// Snowball's name for each language that it stems (ISO 639-1 code, also understood by the library itself).
constexpr auto kStemmed = std::to_array<std::string_view>({"ar", "ca", "da", "de", "el", "en", "es", "eu", "fi", "fr",
                                                           "ga", "hi", "hu", "hy", "id", "it", "lt", "ne", "nl", "no",
                                                           "pt", "ro", "ru", "sr", "sv", "ta", "tr", "yi"});

struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

/// A stemmer per language; each thread has its own because Snowball's keep their work inside.
sb_stemmer* stemmer_for(std::string_view language) {
  thread_local std::map<std::string, std::unique_ptr<sb_stemmer, StemmerDeleter>, std::less<>> stemmers;
  const auto found = stemmers.find(language);
  if (found != stemmers.end()) {
    return found->second.get();
  }
  if (std::ranges::find(kStemmed, language) == kStemmed.end()) {
    return nullptr;
  }
  std::string name(language);
  auto made = std::unique_ptr<sb_stemmer, StemmerDeleter>(sb_stemmer_new(name.c_str(), nullptr));
  return stemmers.emplace(std::move(name), std::move(made)).first->second.get();
}

bool is_ascii(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string fold(std::string_view word, FoldDepth depth) {
  if (is_ascii(word)) {
    return ascii_lower(word);
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString folded = nfkc_casefold().normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(word.data(), static_cast<std::int32_t>(word.size()))), status);
  fold_digits(folded);
  if (depth == FoldDepth::kAll) {
    folded = fold_variants(folded);
  }
  std::string utf8;
  folded.toUTF8String(utf8);
  return utf8;
}

std::string fold_word(std::string_view word) {
  return std::string(utf8_prefix(fold(word, FoldDepth::kAll), kTermBytesMax));
}

bool keeps_accents(std::string_view language) {
  return language == "vi";
}

bool has_stemmer(std::string_view language) {
  return keeps_accents(language) || std::ranges::find(kStemmed, language) != kStemmed.end();
}

std::string make_stem(std::string_view word, std::string_view language) {
  const std::string cased = fold(word, FoldDepth::kCase);
  if (keeps_accents(language)) {
    return std::string(utf8_prefix(cased, kTermBytesMax));
  }
  sb_stemmer* stemmer = stemmer_for(language);
  if (stemmer == nullptr || cased.size() > kTermBytesMax) {
    return fold_word(word);
  }
  const sb_symbol* stem =
      sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(cased.data()), static_cast<int>(cased.size()));
  if (stem == nullptr) {
    return fold_word(word);
  }
  const std::string_view stemmed(reinterpret_cast<const char*>(stem),
                                 static_cast<std::size_t>(sb_stemmer_length(stemmer)));
  std::string folded = fold_word(stemmed);
  return folded.empty() ? fold_word(word) : folded;
}

}  // namespace alcove::text

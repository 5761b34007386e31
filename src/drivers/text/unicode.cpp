#include "drivers/text/unicode.hpp"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "base/check.hpp"
#include "base/text.hpp"

namespace alcove::text {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// The UTF-16 form of 256 MiB of text still counts within ICU's 32-bit lengths; longer input is cut.
constexpr std::size_t kInputBytesMax = 256ULL * 1024 * 1024;

std::string normalized(std::string_view utf8, const icu::Normalizer2* form, UErrorCode status) {
  ALCOVE_CHECK(U_SUCCESS(status) && form != nullptr, "ICU has no normalisation data");
  utf8 = utf8_prefix(utf8, kInputBytesMax);
  std::string valid;
  if (!is_valid_utf8(utf8)) {
    valid = to_valid_utf8(utf8);
    utf8 = valid;
  }
  const icu::StringPiece piece(utf8.data(), static_cast<std::int32_t>(utf8.size()));
  UErrorCode check = U_ZERO_ERROR;
  if (form->isNormalizedUTF8(piece, check) && U_SUCCESS(check)) {
    return std::string(utf8);
  }
  std::string out;
  out.reserve(utf8.size());
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode failed = U_ZERO_ERROR;
  form->normalizeUTF8(0, piece, sink, nullptr, failed);
  return U_SUCCESS(failed) ? out : std::string(utf8);
}

/// Counts what a converter cannot read, then lets ICU put U+FFFD in its place.
void count_malformed(const void* context, UConverterToUnicodeArgs* arguments, const char* units, std::int32_t length,
                     UConverterCallbackReason reason, UErrorCode* status) {
  if (reason <= UCNV_IRREGULAR) {
    ++*static_cast<std::size_t*>(const_cast<void*>(context));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    UCNV_TO_U_CALLBACK_SUBSTITUTE(nullptr, arguments, units, length, reason, status);
  }
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
struct CloseDetector {
  void operator()(UCharsetDetector* detector) const { ucsdet_close(detector); }
};

}  // namespace

std::string to_nfc(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFCInstance(status);
  return normalized(utf8, form, status);
}

std::string to_nfkc(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCInstance(status);
  return normalized(utf8, form, status);
}

std::string to_nfkc_folded(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCCasefoldInstance(status);
  return normalized(utf8, form, status);
}

Result<DecodedText> decode_text(ByteView bytes, std::string_view encoding) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(std::string(encoding).c_str(), &status));
  if (U_FAILURE(status) || converter == nullptr) {
    return fail(ErrorCode::kUnsupported, "The text is in an encoding that is not known here",
                "no converter for " + to_valid_utf8(encoding.substr(0, 40)));
  }
  DecodedText out;
  UConverterToUCallback previous = nullptr;
  const void* previous_context = nullptr;
  ucnv_setToUCallBack(converter.get(), &count_malformed, &out.malformed_count, &previous, &previous_context, &status);
  bytes = bytes.first(std::min(bytes.size(), kInputBytesMax));
  const char* source = reinterpret_cast<const char*>(bytes.data());
  const char* const source_end = source + bytes.size();
  std::u16string units;
  units.reserve(bytes.size());
  constexpr std::size_t kChunkUnits = 32 * 1024;
  std::u16string chunk(kChunkUnits, u'\0');
  for (bool more = true; more;) {
    char16_t* target = chunk.data();
    status = U_ZERO_ERROR;
    ucnv_toUnicode(converter.get(), &target, chunk.data() + chunk.size(), &source, source_end, nullptr, 1, &status);
    units.append(chunk.data(), static_cast<std::size_t>(target - chunk.data()));
    more = status == U_BUFFER_OVERFLOW_ERROR;
  }
  out.utf8.reserve(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t code_point = units[i];
    const bool leads = code_point >= 0xD800 && code_point < 0xDC00;
    if (leads && i + 1 < units.size() && units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000) {
      code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (static_cast<char32_t>(units[++i]) - 0xDC00);
    }
    append_code_point(out.utf8, code_point);
  }
  return out;
}

std::vector<EncodingGuess> guess_encodings(ByteView bytes) {
  std::vector<EncodingGuess> out;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, CloseDetector> detector(ucsdet_open(&status));
  if (U_FAILURE(status) || bytes.empty()) {
    return out;
  }
  constexpr std::size_t kGuessBytesMax = 1024 * 1024;
  bytes = bytes.first(std::min(bytes.size(), kGuessBytesMax));
  ucsdet_setText(detector.get(), reinterpret_cast<const char*>(bytes.data()), static_cast<std::int32_t>(bytes.size()),
                 &status);
  std::int32_t count = 0;
  const UCharsetMatch** const matches = ucsdet_detectAll(detector.get(), &count, &status);
  for (std::int32_t i = 0; U_SUCCESS(status) && i < std::min(count, 16); ++i) {
    UErrorCode failed = U_ZERO_ERROR;
    const char* const name = ucsdet_getName(matches[i], &failed);
    const int confidence = ucsdet_getConfidence(matches[i], &failed);
    if (U_SUCCESS(failed) && name != nullptr) {
      out.push_back({name, confidence});
    }
  }
  return out;
}

Script script_of(char32_t code_point) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(code_point), &status)) {
    case USCRIPT_COMMON:
    case USCRIPT_INHERITED: return Script::kCommon;
    case USCRIPT_LATIN: return Script::kLatin;
    case USCRIPT_CYRILLIC: return Script::kCyrillic;
    case USCRIPT_GREEK: return Script::kGreek;
    case USCRIPT_ARABIC: return Script::kArabic;
    case USCRIPT_HEBREW: return Script::kHebrew;
    case USCRIPT_DEVANAGARI:
    case USCRIPT_BENGALI:
    case USCRIPT_GUJARATI:
    case USCRIPT_GURMUKHI:
    case USCRIPT_KANNADA:
    case USCRIPT_MALAYALAM:
    case USCRIPT_ORIYA:
    case USCRIPT_TAMIL:
    case USCRIPT_TELUGU:
    case USCRIPT_SINHALA: return Script::kIndic;
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR: return Script::kThai;
    case USCRIPT_HAN:
    case USCRIPT_BOPOMOFO: return Script::kHan;
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA: return Script::kKana;
    case USCRIPT_HANGUL: return Script::kHangul;
    default: return Script::kOther;
  }
}

CharacterClass character_class(char32_t code_point) {
  switch (u_charType(static_cast<UChar32>(code_point))) {
    case U_UPPERCASE_LETTER:
    case U_TITLECASE_LETTER: return CharacterClass::kUpper;
    case U_LOWERCASE_LETTER: return CharacterClass::kLower;
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER: return CharacterClass::kLetter;
    case U_DECIMAL_DIGIT_NUMBER:
    case U_LETTER_NUMBER:
    case U_OTHER_NUMBER: return CharacterClass::kDigit;
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_COMBINING_SPACING_MARK: return CharacterClass::kMark;
    case U_SPACE_SEPARATOR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR: return CharacterClass::kSpace;
    case U_DASH_PUNCTUATION:
    case U_START_PUNCTUATION:
    case U_END_PUNCTUATION:
    case U_CONNECTOR_PUNCTUATION:
    case U_OTHER_PUNCTUATION:
    case U_INITIAL_PUNCTUATION:
    case U_FINAL_PUNCTUATION: return CharacterClass::kPunctuation;
    case U_CONTROL_CHAR: return CharacterClass::kControl;
    case U_FORMAT_CHAR: return CharacterClass::kFormat;
    case U_UNASSIGNED:
    case U_PRIVATE_USE_CHAR:
    case U_SURROGATE: return CharacterClass::kUnassigned;
    default: return CharacterClass::kSymbol;
  }
}

char32_t next_code_point(std::string_view utf8, std::size_t& position) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(utf8[i]); };
  const std::uint8_t first = byte(position++);
  if (first < 0x80) {
    return first;
  }
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || position + more > utf8.size()) {
    return kReplacement;
  }
  char32_t code_point = first & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(position + i) & 0xC0U) != 0x80U) {
      return kReplacement;
    }
    code_point = (code_point << 6U) | (byte(position + i) & 0x3FU);
  }
  position += more;
  return code_point;
}

void append_code_point(std::string& out, char32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) {
    code_point = kReplacement;
  }
  const auto put = [&](char32_t value) { out.push_back(static_cast<char>(static_cast<std::uint8_t>(value))); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | (code_point >> 6U));
    put(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0U | (code_point >> 12U));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xF0U | (code_point >> 18U));
    put(0x80U | ((code_point >> 12U) & 0x3FU));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
}

std::vector<std::size_t> sentence_ends(std::string_view utf8, std::string_view language) {
  std::vector<std::size_t> ends;
  if (utf8.empty()) {
    return ends;
  }
  utf8 = utf8_prefix(utf8, kInputBytesMax);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createSentenceInstance(icu::Locale(std::string(language).c_str()), status));
  UText* const view = utext_openUTF8(nullptr, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status);
  if (U_SUCCESS(status) && iterator != nullptr) {
    iterator->setText(view, status);
    for (std::int32_t end = iterator->next(); U_SUCCESS(status) && end != icu::BreakIterator::DONE;
         end = iterator->next()) {
      ends.push_back(static_cast<std::size_t>(end));
    }
  }
  utext_close(view);
  if (ends.empty() || ends.back() != utf8.size()) {
    ends.push_back(utf8.size());
  }
  return ends;
}

}  // namespace alcove::text

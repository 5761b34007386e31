#pragma once
/// @file
/// Unicode work that needs tables: normal forms, conversion from other encodings, scripts, sentence ends.
///
/// Thread safety: every function may be called from any thread. ICU's data lie in its library, so nothing here
/// touches the file system.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace alcove::text {

/// Normal form C of `utf8`; ill-formed sequences become U+FFFD.
std::string to_nfc(std::string_view utf8);
/// Normal form KC: also compatibility forms (ligatures, wide letters, Arabic presentation forms).
std::string to_nfkc(std::string_view utf8);
/// Normal form KC with case folded and default-ignorable characters removed.
std::string to_nfkc_folded(std::string_view utf8);

/// Text made from bytes of a known encoding.
struct DecodedText {
  std::string utf8;
  std::size_t malformed_count = 0;  ///< Sequences that the encoding does not know; each became U+FFFD.
};

/// The text of `bytes` in `encoding` (IANA name or a name that ICU knows). A byte order mark is not removed.
/// Errors: kUnsupported when there is no such encoding.
Result<DecodedText> decode_text(ByteView bytes, std::string_view encoding);

/// One encoding that a body of bytes may be in, by ICU's statistics.
struct EncodingGuess {
  std::string encoding;
  int confidence = 0;  ///< 0 to 100
};
/// Most likely first; at most 16.
std::vector<EncodingGuess> guess_encodings(ByteView bytes);

/// Scripts that readers and passage cutting tell apart.
enum class Script : std::uint8_t {
  kCommon,  ///< Digits, punctuation, marks, symbols.
  kLatin,
  kCyrillic,
  kGreek,
  kArabic,
  kHebrew,
  kIndic,
  kThai,  ///< And Lao, Khmer, Burmese: written without spaces.
  kHan,
  kKana,
  kHangul,
  kOther,
};
Script script_of(char32_t code_point);

/// What a character is, as far as judging a decoding needs it.
enum class CharacterClass : std::uint8_t {
  kUpper,
  kLower,
  kLetter,  ///< Of a script without case.
  kDigit,
  kMark,
  kSpace,
  kPunctuation,
  kSymbol,
  kControl,
  kFormat,
  kUnassigned,  ///< Unassigned, private use, lone surrogates.
};
CharacterClass character_class(char32_t code_point);

/// The code point at `position` of well-formed UTF-8, which then stands after it; U+FFFD for an ill-formed byte.
/// Requires: position < utf8.size().
char32_t next_code_point(std::string_view utf8, std::size_t& position);
/// Appends `code_point` as UTF-8; what is not a scalar value becomes U+FFFD.
void append_code_point(std::string& out, char32_t code_point);

/// Byte offsets just after each sentence of `utf8`, rising; the last one is utf8.size(). Empty for empty text.
/// `language` is ISO 639-1 or empty.
std::vector<std::size_t> sentence_ends(std::string_view utf8, std::string_view language);

}  // namespace alcove::text

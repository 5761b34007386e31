#include "drivers/text/unicode.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace alcove::text {
namespace {

TEST(Unicode, ComposesAndKeepsLigatures) {
  EXPECT_EQ(to_nfc("e\xCC\x81"), "é");
  EXPECT_EQ(to_nfc("ﬁ"), "ﬁ");
  EXPECT_EQ(to_nfkc("ﬁ"), "fi");
  EXPECT_EQ(to_nfkc_folded("ＡＢＣ"), "abc");
}

TEST(Unicode, IllFormedInputBecomesWellFormed) {
  EXPECT_TRUE(is_valid_utf8(to_nfc("a\xFF\xC0z")));
  EXPECT_EQ(to_nfc("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(Unicode, ReadsOldEncodings) {
  EXPECT_EQ(decode_text(as_bytes("\x8E\x84"), "Shift_JIS")->utf8, "私");
  EXPECT_EQ(decode_text(as_bytes("\x8E\xA4\xA0"), "IBM866")->utf8, "Ода");
  EXPECT_EQ(decode_text(as_bytes("\x80"), "windows-1252")->utf8, "€");
  EXPECT_FALSE(decode_text(as_bytes("x"), "no-such-encoding").has_value());
}

TEST(Unicode, JoinsSurrogatePairsAcrossChunks) {
  std::string bytes("a\0", 2);
  std::string expected = "a";
  for (int i = 0; i < 40'000; ++i) {
    bytes += std::string("\x3D\xD8\x00\xDE", 4);
    expected += "😀";
  }
  const auto decoded = decode_text(as_bytes(bytes), "UTF-16LE");
  EXPECT_EQ(decoded->utf8, expected);
  EXPECT_EQ(decoded->malformed_count, 0U);
}

TEST(Unicode, CountsWhatAnEncodingCannotRead) {
  EXPECT_EQ(decode_text(as_bytes("a\xFF\xFE"), "US-ASCII")->malformed_count, 2U);
}

TEST(Unicode, CodePointsGoThereAndBack) {
  for (const char32_t code_point : {U'a', U'é', U'私', U'😀'}) {
    std::string out;
    append_code_point(out, code_point);
    std::size_t position = 0;
    EXPECT_EQ(next_code_point(out, position), code_point);
    EXPECT_EQ(position, out.size());
  }
}

TEST(Unicode, FindsSentenceEnds) {
  const std::string two = "One here. Two there.";
  EXPECT_EQ(sentence_ends(two, "en"), (std::vector<std::size_t>{10, two.size()}));
  EXPECT_EQ(sentence_ends("你好。再见。", "zh").size(), 2U);
  EXPECT_TRUE(sentence_ends("", "en").empty());
}

}  // namespace
}  // namespace alcove::text

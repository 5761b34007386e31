#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"

namespace alcove::charset {
namespace {

/// What detection makes of `bytes`, decoded.
std::string read(std::string_view bytes) {
  const auto encoding = detect_encoding(as_bytes(bytes));
  return encoding ? decode(as_bytes(bytes), *encoding) : "(binary)";
}

TEST(DetectEncoding, BelievesByteOrderMarks) {
  using namespace std::string_literals;
  EXPECT_EQ(read("\xEF\xBB\xBFo\xCC\x88k"), "o\xCC\x88k");
  EXPECT_EQ(read("\xFF\xFEh\0i\0"s), "hi");
  EXPECT_EQ(read("\xFE\xFF\0h\0i"s), "hi");
  EXPECT_EQ(read("\xFF\xFE\0\0h\0\0\0"s), "h");
}

TEST(DetectEncoding, KnowsWideCharactersWithoutAMark) {
  using namespace std::string_literals;
  EXPECT_EQ(read("H\0e\0l\0l\0o\0 \0y\0o\0u\0"s), "Hello you");
  EXPECT_EQ(read("\0H\0e\0l\0l\0o\0 \0y\0o\0u"s), "Hello you");
  // "Привет, мир" in UTF-16LE: the high byte is 4, zeros only at punctuation and spaces.
  EXPECT_EQ(read("\x1F\x04\x40\x04\x38\x04\x32\x04\x35\x04\x42\x04,\0 \0\x3C\x04\x38\x04\x40\x04"s), "Привет, мир");
}

TEST(DetectEncoding, TellsOneByteEncodingsApart) {
  EXPECT_EQ(read("Gr\xFC\xDF"
                 "e aus K\xF6ln, sch\xF6ne \xDC"
                 "bung"),
            "Grüße aus Köln, schöne Übung");
  EXPECT_EQ(read("\x8E\xA4\xAD\xA0\xA6\xA4\xEB, \xA2 \xE1\xE2\xE3\xA4\xA5\xAD\xE3\xEE \xA7\xA8\xAC\xAD\xEE\xEE "
                 "\xAF\xAE\xE0\xE3"),
            "Однажды, в студеную зимнюю пору");
  EXPECT_EQ(read("\xCE\xE4\xED\xE0\xE6\xE4\xFB, \xE2 \xF1\xF2\xF3\xE4\xE5\xED\xF3\xFE \xE7\xE8\xEC\xED\xFE\xFE "
                 "\xEF\xEE\xF0\xF3"),
            "Однажды, в студеную зимнюю пору");
  EXPECT_EQ(read("\x8D\xB2\x93\xA1\x91\xBE\x98Y,\x8F\x5A\x8F\x8A,\x93\x8C\x8B\x9E\x93s"), "佐藤太郎,住所,東京都");
}

TEST(DetectEncoding, KeepsNearlyWellFormedUtf8) {
  EXPECT_EQ(detect_encoding(as_bytes("Größe äöü \xFF Größe äöü ß")), "UTF-8");
}

TEST(DetectEncoding, RefusesBytesThatAreNoText) {
  std::string bytes;
  for (unsigned i = 0; i < 2'000; ++i) {
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(i * 167 + i / 7)));
  }
  EXPECT_FALSE(detect_encoding(as_bytes(bytes)).has_value());
  EXPECT_FALSE(detect_encoding(as_bytes(bytes), Expectation::kText).has_value());
}

TEST(DetectEncoding, ForgivesStrayControlsWhereTextIsExpected) {
  using namespace std::string_literals;
  const std::string bytes = "start word: edelweiss \0\1\2 \xFF end"s;
  EXPECT_FALSE(detect_encoding(as_bytes(bytes)).has_value());
  EXPECT_TRUE(detect_encoding(as_bytes(bytes), Expectation::kText).has_value());
}

TEST(Clean, LeavesOnlyText) {
  using namespace std::string_literals;
  EXPECT_EQ(clean("a\r\nb\rc\0d\x07"s), "a\nb\ncd");
  EXPECT_EQ(clean("so\u00ADft\u200Emark\uFEFF"), "softmark");
  EXPECT_EQ(clean("no\u00A0break"), "no break");
  EXPECT_EQ(clean("e\u0301"), "é");
  EXPECT_TRUE(is_valid_utf8(clean("\xC3(\xFF")));
  // Removing a mark may bring a base and its accent together.
  EXPECT_EQ(clean("e\u00AD\u0301"), "é");
}

TEST(Clean, KeepsAsManyMarksUponALetterAsWritingNeeds) {
  std::string many = "a";
  for (int i = 0; i < 1'000; ++i) {
    many += "\u0323\u200E";
  }
  std::string kept = "\u1EA1";  // The first one is composed.
  for (int i = 1; i < 30; ++i) {
    kept += "\u0323";
  }
  EXPECT_EQ(clean(many + "b"), kept + "b");
}

TEST(CollapseSpaces, MakesRunsOne) {
  EXPECT_EQ(collapse_spaces("  a \n\t b "), "a b");
}

}  // namespace
}  // namespace alcove::charset

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "workers/decode/ole/ole_samples.hpp"
#include "workers/decode/ole/test_reading.hpp"

namespace alcove::ole {
namespace {

using wire::BlockKind;
using wire::Format;

Reading read(const WordSample& sample) {
  return read_bytes(Format::kDoc, make_word(sample));
}

/// A paragraph's end in the main text, its style and its modifiers.
struct Paragraph {
  std::size_t end = 0;
  unsigned style = 0;
  std::string modifiers;
};

/// A document whose paragraphs have formatting.
using Tables = std::vector<std::pair<unsigned, std::string>>;
Reading read_formatted(const std::string& text, const std::vector<Paragraph>& paragraphs, Tables more = {}) {
  std::string page(512, '\0');
  std::size_t properties_at = 510;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < paragraphs.size(); ++i) {
    std::string properties = le(paragraphs[i].style, 2) + paragraphs[i].modifiers;
    properties.resize(properties.size() + (properties.size() + 1) % 2);
    properties = le((properties.size() + 1) / 2, 1) + properties;
    properties_at -= properties.size();
    page.replace(properties_at, properties.size(), properties);
    page.replace(i * 4, 8, le(kWordTextAt + begin, 4) + le(kWordTextAt + paragraphs[i].end, 4));
    page[(paragraphs.size() + 1) * 4 + i * 13] = static_cast<char>(properties_at / 2);
    begin = paragraphs[i].end;
  }
  page[511] = static_cast<char>(paragraphs.size());
  const std::string runs = le(kWordTextAt, 4) + le(kWordTextAt + text.size(), 4) + le(2, 4);
  more.insert(more.begin(), {13, runs});
  return read({.main = text, .footnotes = "", .tables = std::move(more), .page = page});
}

TEST(Doc, ReadsPiecesOfBothKindsAndNumbersParagraphs) {
  const Reading got = read({.main = "caf\xE9 \x80\r\rlast\r", .footnotes = utf16("note\r")});
  ASSERT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
  ASSERT_GE(got.text.blocks.size(), 2U);
  EXPECT_EQ(got.text.blocks[0].text, "café €");
  EXPECT_EQ(got.text.blocks[1].text, "last");
  EXPECT_EQ(got.text.blocks[1].place.paragraph_first, 3U);
}

TEST(Doc, PutsFootnotesBesideTheirParagraph) {
  const Reading got = read({.main = "one\rtwo\x02\rthree\r",
                            .footnotes = utf16("below\r"),
                            .tables = {{2, le(7, 4) + le(15, 4) + le(1, 2)}, {3, le(0, 4) + le(6, 4) + le(6, 4)}}});
  ASSERT_EQ(got.text.blocks.size(), 4U);
  EXPECT_EQ(got.text.blocks[2].text, "below");
  EXPECT_EQ(got.text.blocks[2].kind, BlockKind::kNote);
  EXPECT_EQ(got.text.blocks[2].place.paragraph_first, 2U);
}

TEST(Doc, ShowsResultsOfFieldsWithoutTheirInstructions) {
  const Reading got = read({.main = "see \x13 HYPERLINK \"http://x\" \x14the \x13 PAGE \x14page\x15\x15 now\r"
                                    "a \x13 never closed\rnext\r",
                            .footnotes = ""});
  ASSERT_EQ(got.text.blocks.size(), 3U);
  EXPECT_EQ(got.text.blocks[0].text, "see the page now");
  EXPECT_EQ(got.text.blocks[1].text, "a");
  EXPECT_EQ(got.text.blocks[2].text, "next");
}

TEST(Doc, FindsHeadingsAndListItemsByFormatting) {
  const Reading got = read_formatted(
      "Top\rOwn\ritem\r",
      {{4, 1, ""}, {8, 0, le(0x2640, 2) + le(2, 1)}, {13, 0, le(0x460B, 2) + le(1, 2) + le(0x260A, 2) + le(1, 1)}});
  ASSERT_EQ(got.text.blocks.size(), 3U);
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[0].level, 1);
  EXPECT_EQ(got.text.blocks[1].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[1].level, 3);
  EXPECT_EQ(got.text.blocks[2].kind, BlockKind::kListItem);
  EXPECT_EQ(got.text.blocks[2].level, 1);
}

/// A level of a list: its first number, how it counts, and what is shown, with \0 and \1 for the levels' numbers.
std::string list_level(unsigned start, unsigned kind, const std::string& shown) {
  return le(start, 4) + le(kind, 1) + std::string(19, '\0') + le(0, 1) + le(0, 1) + le(0, 2) + le(shown.size(), 2) +
         utf16(shown);
}

TEST(Doc, NumbersListsAsTheyAreShown) {
  using namespace std::string_literals;
  constexpr unsigned kDecimal = 0;
  constexpr unsigned kLowerLetter = 4;
  constexpr unsigned kBullet = 23;
  const auto head = [](unsigned id, unsigned one_level) {
    return le(id, 4) + std::string(22, '\0') + le(one_level, 1) + le(0, 1);
  };
  std::string levels = list_level(1, kDecimal, "\0."s) + list_level(1, kLowerLetter, "\0\1)"s);
  for (int i = 2; i < 9; ++i) {
    levels += list_level(1, kDecimal, "");
  }
  levels += list_level(1, kBullet, "o");
  const std::string definitions = le(2, 2) + head(70, 0) + head(71, 1);
  const auto use = [](unsigned id, unsigned changes) { return le(id, 4) + le(0, 8) + le(changes, 1) + le(0, 3); };
  const std::string restart = le(0xFFFFFFFF, 4) + le(5, 4) + le(0x10, 4);
  const std::string uses =
      le(3, 4) + use(70, 0) + use(71, 0) + use(70, 1) + le(0xFFFFFFFF, 4) + le(0xFFFFFFFF, 4) + restart;
  const auto item = [](unsigned list, unsigned level) {
    return le(0x460B, 2) + le(list, 2) + le(0x260A, 2) + le(level, 1);
  };
  const Reading got = read_formatted(
      "one\rtwo\rin\rdot\rfive\r",
      {{4, 0, item(1, 0)}, {8, 0, item(1, 0)}, {11, 0, item(1, 1)}, {15, 0, item(2, 0)}, {20, 0, item(3, 0)}},
      {{73, definitions}, {90, levels}, {74, uses}});
  ASSERT_EQ(got.text.blocks.size(), 5U);
  EXPECT_EQ(got.text.blocks[0].text, "1. one");
  EXPECT_EQ(got.text.blocks[1].text, "2. two");
  EXPECT_EQ(got.text.blocks[2].text, "2a) in");
  EXPECT_EQ(got.text.blocks[3].text, "dot");
  EXPECT_EQ(got.text.blocks[4].text, "5. five");
}

TEST(Doc, ReadsTablesRowByRow) {
  const std::string in_table = le(0x2416, 2) + le(1, 1);
  const std::string row_end = in_table + le(0x2417, 2) + le(1, 1);
  const Reading got = read_formatted(
      "a\rb\x07"
      "c\x07\x07"
      "after\r",
      {{2, 0, in_table}, {4, 0, in_table}, {6, 0, in_table}, {7, 0, row_end}, {13, 0, ""}});
  ASSERT_EQ(got.text.blocks.size(), 2U);
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kTableRow);
  EXPECT_EQ(got.text.blocks[0].text, "a b\tc");
  EXPECT_EQ(got.text.blocks[0].place.paragraph_first, 1U);
  EXPECT_EQ(got.text.blocks[0].place.paragraph_last, 3U);
  EXPECT_EQ(got.text.blocks[1].text, "after");
}

TEST(Doc, ReadsTablesWithoutFormattingByTheirMarks) {
  const Reading got = read({.main = "a\x07"
                                    "b\x07\x07"
                                    "c\x07"
                                    "d\x07\x07"
                                    "after\r",
                            .footnotes = ""});
  ASSERT_EQ(got.text.blocks.size(), 3U);
  EXPECT_EQ(got.text.blocks[0].text, "a\tb");
  EXPECT_EQ(got.text.blocks[1].text, "c\td");
}

TEST(Doc, SaysThatADocumentIsEncrypted) {
  const Reading got = read({.main = "x\r", .footnotes = "", .flags = 0x0300});
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kSkipped);
  EXPECT_EQ(got.verdict.code, "encrypted");
}

TEST(Doc, ReadsDocumentsOfWord95InTheirLanguagesCodePage) {
  std::string document(768, '\0');
  const std::string text = "\xCF\xF0\xE8\xE2\xE5\xF2\r";
  document.replace(0, 8, le(0xA5DC, 2) + le(0x68, 2) + le(0, 2) + le(0x419, 2));
  document.replace(24, 8, le(768, 4) + le(768 + text.size(), 4));
  document.replace(52, 4, le(text.size(), 4));
  const Reading got = read_bytes(Format::kDoc, make_compound({{"WordDocument", document + text}}));
  EXPECT_NE(got.find("Привет"), nullptr);
}

TEST(Doc, EndsWellAfterAnyDamage) {
  const std::string whole = make_word({.main = "one\rtwo\x02\rthree\r",
                                       .footnotes = utf16("below\r"),
                                       .tables = {{2, le(7, 4) + le(15, 4) + le(1, 2)}, {3, le(0, 4) + le(6, 4)}}});
  for_each_damage(whole, whole.size(), 5'000,
                  [](const std::string& bytes) { EXPECT_TRUE(ends_well(read_bytes(Format::kDoc, bytes))); });
}

}  // namespace
}  // namespace alcove::ole

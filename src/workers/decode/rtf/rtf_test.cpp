#include "workers/decode/rtf/rtf.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace alcove::rtf {
namespace {

using wire::BlockKind;

wire::TextArtefact read(std::string_view rtf) {
  input::TextCollector collector{wire::DecodeLimits{}};
  EXPECT_EQ(read_rtf(rtf, collector).outcome, wire::StageOutcome::kDone);
  return std::move(collector).take();
}

std::string first_text(std::string_view rtf) {
  const wire::TextArtefact text = read(rtf);
  return text.blocks.empty() ? std::string() : text.blocks[0].text;
}

TEST(Rtf, ReadsParagraphsWithTheirNumbers) {
  const auto text = read("{\\rtf1\\ansi One\\par\\par {\\b Two}\\tab three\\line four\\par}");
  ASSERT_EQ(text.blocks.size(), 2U);
  EXPECT_EQ(text.blocks[0].text, "One");
  EXPECT_EQ(text.blocks[0].place.paragraph_first, 1U);
  EXPECT_EQ(text.blocks[1].text, "Two\tthree\nfour");
  EXPECT_EQ(text.blocks[1].place.paragraph_first, 3U);
  EXPECT_TRUE(text.notes.empty());
}

TEST(Rtf, DecodesBytesByTheDocumentsCodePageAndTheFonts) {
  EXPECT_EQ(first_text("{\\rtf1\\ansi\\ansicpg1251 \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2}"), "Привет");
  EXPECT_EQ(first_text("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 B;}"
                       "{\\f2\\fcharset204 C;}}\\f0 Gr\\'fc\\'dfe {\\f1 \\'83]\\'83\\'8b} {\\f2 \\'e4\\'e0}}"),
            "Grüße ゾル да");
  EXPECT_EQ(first_text("{\\rtf1\\mac caf\\'8e}"), "café");
  EXPECT_EQ(first_text("{\\rtf1\\pca \\'81}"), "ü");
}

TEST(Rtf, ReadsUnicodeAndSkipsWhatStandsInForIt) {
  EXPECT_EQ(first_text("{\\rtf1\\u1055?\\u1088\\'3f!}"), "Пр!");
  EXPECT_EQ(first_text("{\\rtf1{\\uc2\\u8364 ??}{\\uc0\\u223 e}\\u-10179?\\u-8704?}"), "€ße😀");
}

TEST(Rtf, ReadsTablesRowByRow) {
  const auto text =
      read("{\\rtf1\\trowd\\pard\\intbl a\\cell b\\par c\\cell\\row\\trowd d\\cell e\\cell\\row\\pard x\\par}");
  ASSERT_EQ(text.blocks.size(), 3U);
  EXPECT_EQ(text.blocks[0].kind, BlockKind::kTableRow);
  EXPECT_EQ(text.blocks[0].text, "a\tb c");
  EXPECT_EQ(text.blocks[1].text, "d\te");
  EXPECT_EQ(text.blocks[2].kind, BlockKind::kParagraph);
}

TEST(Rtf, KeepsNumbersOfItemsButNoBullets) {
  const auto text = read(
      "{\\rtf1{\\pntext iv)\\tab}roman\\par{\\listtext\\f1 o\\tab}round\\par{\\listtext 7.\\tab}\\par plain\\par}");
  ASSERT_EQ(text.blocks.size(), 3U);
  EXPECT_EQ(text.blocks[0].text, "iv) roman");
  EXPECT_EQ(text.blocks[1].text, "round");
  EXPECT_EQ(text.blocks[2].text, "plain");
}

TEST(Rtf, MarksNotesCommentsHeadersAndLists) {
  const auto text = read(
      "{\\rtf1{\\stylesheet{\\s0 Normal;}{\\s7\\b heading 2;}}{\\header\\pard Above\\par}\\pard\\s7 Top\\par\\pard "
      "word{\\footnote\\pard\\plain below}{\\*\\atnid A}{\\*\\atnauthor Ada}\\chatn{\\*\\annotation really?} end\\par"
      "{\\listtext\\pard 1.\\tab}\\ls1\\ilvl1 item\\par}");
  ASSERT_EQ(text.blocks.size(), 6U);
  EXPECT_EQ(text.blocks[0].kind, BlockKind::kHeaderFooter);
  EXPECT_EQ(text.blocks[1].kind, BlockKind::kHeading);
  EXPECT_EQ(text.blocks[1].level, 2);
  EXPECT_EQ(text.blocks[2].text, "word end");
  EXPECT_EQ(text.blocks[3].kind, BlockKind::kNote);
  EXPECT_EQ(text.blocks[3].text, "below");
  EXPECT_EQ(text.blocks[4].kind, BlockKind::kComment);
  EXPECT_EQ(text.blocks[4].text, "Ada: really?");
  EXPECT_EQ(text.blocks[5].kind, BlockKind::kListItem);
  EXPECT_EQ(text.blocks[5].text, "1. item");
  EXPECT_EQ(text.blocks[5].level, 1);
}

TEST(Rtf, LeavesOutWhatIsNoText) {
  EXPECT_EQ(first_text("{\\rtf1{\\pict\\wmetafile8 0102ab}{\\*\\unknown no}{\\object{\\*\\objdata 01}{\\result shown}} "
                       "{\\field{\\*\\fldinst HYPERLINK \"http://x\"}{\\fldrslt link}}{\\deleted gone}{\\bin3 }}\\}}"),
            "shown link");
  EXPECT_EQ(first_text("{\\rtf1{\\upr{?}{\\*\\ud{\\u1071?}}}}"), "Я");
  EXPECT_EQ(first_text("{\\rtf1{\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv 1}}{\\shptxt box}}{\\shprslt box}}}"), "box");
}

TEST(Rtf, MarksHiddenText) {
  const auto text = read("{\\rtf1 seen\\par{\\v secret\\par}}");
  ASSERT_EQ(text.blocks.size(), 2U);
  EXPECT_FALSE(text.blocks[0].place.hidden);
  EXPECT_TRUE(text.blocks[1].place.hidden);
}

TEST(Rtf, FactsComeFromInfo) {
  const auto facts = rtf_facts(
      "{\\rtf1\\ansi{\\info{\\title The \\u8364? Report}{\\author Ada}{\\subject Sums}{\\creatim\\yr2020\\mo2\\dy3\\hr4"
      "\\min5}{\\revtim\\yr2021\\mo1\\dy1}}body}");
  EXPECT_EQ(facts.title, "The € Report");
  EXPECT_EQ(facts.author, "Ada");
  EXPECT_EQ(facts.subject, "Sums");
  EXPECT_EQ(facts.created_unix_ms, 1'580'702'700'000);
  EXPECT_EQ(facts.modified_unix_ms, 1'609'459'200'000);
}

TEST(Rtf, SaysThatItWasCut) {
  EXPECT_EQ(read("{\\rtf1 half").notes[0].code, "damaged");
  input::TextCollector collector{wire::DecodeLimits{}};
  EXPECT_EQ(read_rtf("no rtf", collector).code, "damaged");
}

TEST(Rtf, EveryTruncationIsHandled) {
  const std::string rtf =
      "{\\rtf1\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset128 A;}}{\\info{\\title t}}{\\*\\x{\\y}}\\f0 "
      "\\'83\\'5d\\u8364?"
      "{\\footnote n}\\bin4 abcd\\trowd a\\cell\\row}";
  for (std::size_t size = 5; size < rtf.size(); ++size) {
    for (const auto& block : read(rtf.substr(0, size)).blocks) {
      EXPECT_TRUE(is_valid_utf8(block.text));
    }
    (void)rtf_facts(rtf.substr(0, size));
  }
}

TEST(Rtf, DeepGroupsAndEndlessParagraphsAreBounded) {
  std::string deep = "{\\rtf1 ";
  for (int i = 0; i < 200'000; ++i) {
    deep += "{\\b ";
  }
  EXPECT_EQ(first_text(deep + "inside"), "inside");
  const auto text = read("{\\rtf1 " + std::string(5'000'000, 'a') + "}");
  EXPECT_GE(text.blocks.size(), 2U);
}

}  // namespace
}  // namespace alcove::rtf

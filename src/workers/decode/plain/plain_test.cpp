#include "workers/decode/plain/plain.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace alcove::plain {
namespace {

template <typename Reader>
std::vector<wire::Block> read(Reader reader, std::string_view text) {
  input::TextCollector collector{wire::DecodeLimits{}};
  reader(text, collector);
  return std::move(collector).take().blocks;
}

TEST(PlainText, LinesKnowTheirNumberAndParagraph) {
  const auto blocks = read(read_text, "one\ntwo\n\n  \nfour");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_TRUE(blocks[0].starts_paragraph);
  EXPECT_FALSE(blocks[1].starts_paragraph);
  EXPECT_TRUE(blocks[2].starts_paragraph);
  EXPECT_EQ(blocks[2].place.line_first, 5U);
}

TEST(PlainText, VeryManyLinesMakeFewerBlocks) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) {
    text += "x\n";
  }
  const auto blocks = read(read_text, text);
  EXPECT_LT(blocks.size(), 250'000U);
  EXPECT_EQ(blocks.back().place.line_last, 1'000'000U);
}

TEST(SourceCode, KeepsIndentation) {
  const auto blocks = read(read_code, "if x:\n    y()  \n");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[1].text, "    y()");
  EXPECT_EQ(blocks[1].kind, wire::BlockKind::kCode);
}

TEST(Csv, FindsTheSeparator) {
  EXPECT_EQ(find_separator("a,b\nc,d\n"), ',');
  EXPECT_EQ(find_separator("a;1,5\nc;2,5\n"), ';');
  EXPECT_EQ(find_separator("a\tb\n"), '\t');
  EXPECT_EQ(find_separator("a|b|c\n1|2|3"), '|');
  EXPECT_EQ(find_separator("just words\nmore words"), '\0');
}

TEST(Csv, QuotedCellsMaySpanLines) {
  const auto blocks = read(read_csv, "name;note\n\"A;B\";\"two\nlines \"\"q\"\"\"\nlast;1\n");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[1].text, "A;B\ttwo lines \"q\"");
  EXPECT_EQ(blocks[1].place.line_first, 2U);
  EXPECT_EQ(blocks[1].place.line_last, 3U);
  EXPECT_EQ(blocks[2].place.line_first, 4U);
}

TEST(Csv, AnOpenQuoteDoesNotSwallowTheFile) {
  std::string text = "a,\"b\n";
  for (int i = 0; i < 300'000; ++i) {
    text += "row,row\n";
  }
  EXPECT_GT(read(read_csv, text).size(), 1'000U);
}

}  // namespace
}  // namespace alcove::plain

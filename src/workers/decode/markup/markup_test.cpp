#include "workers/decode/markup/markup.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace alcove::markup {
namespace {

using wire::Block;
using wire::BlockKind;

std::vector<Block> html(std::string_view text) {
  input::TextCollector collector{wire::DecodeLimits{}};
  read_html(text, collector);
  return std::move(collector).take().blocks;
}
std::vector<Block> markdown(std::string_view text) {
  input::TextCollector collector{wire::DecodeLimits{}};
  read_markdown(text, collector);
  return std::move(collector).take().blocks;
}

TEST(Html, BlocksFollowTheElements) {
  const auto blocks = html(
      "<title>T</title><h2>Head</h2><p>One <b>two</b>\n three<br>four<ul><li>item</ul><img alt='a cat'>"
      "<script>no()</script><style>no</style><table><tr><td>a<td><p>b</p></table>");
  ASSERT_EQ(blocks.size(), 6U);
  EXPECT_EQ(blocks[0].text, "T");
  EXPECT_EQ(blocks[1].kind, BlockKind::kHeading);
  EXPECT_EQ(blocks[1].level, 2);
  EXPECT_EQ(blocks[2].text, "One two three\nfour");
  EXPECT_EQ(blocks[3].kind, BlockKind::kListItem);
  EXPECT_EQ(blocks[4].text, "a cat");
  EXPECT_EQ(blocks[5].kind, BlockKind::kTableRow);
  EXPECT_EQ(blocks[5].text, "a\tb");
  EXPECT_EQ(blocks[5].place.line_first, 6U);
}

TEST(Html, NumbersOrderedListsAsTheyAreShown) {
  const auto blocks = html(
      "<ol><li>one<ul><li>dot</ul><li value=7><p>seven</p><p>more</p><li></ol><p>after<ol type=a start=3><li>c</ol>"
      "<ol reversed><li>two<li>one</ol><table><tr><td><ol><li>x<li>y</ol></table>");
  std::vector<std::string> texts;
  for (const Block& block : blocks) {
    texts.push_back(block.text);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"1. one", "dot", "7. seven", "more", "after", "c. c", "2. two", "1. one",
                                             "1. x 2. y"}));
}

TEST(Html, DeepNestingIsReadWithoutRecursion) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += "<div>";
  }
  const auto blocks = html(deep + "bottom");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].text, "bottom");
}

TEST(Html, FlatteningTouchesOnlyWhatIsTooDeep) {
  EXPECT_EQ(flatten_html("<div><p>a<p>b<br><b>c</b></div>", 2), "");
  EXPECT_EQ(flatten_html("<div><div><i>x</i></div></div>y", 2), "<div><div> x</i></div></div>y");
  EXPECT_EQ(flatten_html("<script>'<div><div><div>'</script><!-- <b><b><b> --><i>", 2), "");
}

TEST(Html, FlatteningEndsCommentsWhereBrowsersDo) {
  EXPECT_EQ(flatten_html("<!--><div><div><i>x", 2), "<!--><div><div> x");
}

TEST(Html, TagsWithVeryManyAttributesGo) {
  std::string tag = "<p";
  for (std::size_t i = 0; i <= kHtmlAttributesMax; ++i) {
    tag += " a" + std::to_string(i);
  }
  EXPECT_EQ(flatten_html("<i b='c d'>x" + tag + ">y", 2), "<i b='c d'>x y");
}

TEST(Html, FactsComeFromTheHead) {
  const auto facts = html_facts(
      "<head><title> My\n page</title><meta name='Author' content='Ada'>"
      "<meta property='article:published_time' content='2020-01-02'></head>");
  EXPECT_EQ(facts.title, "My page");
  EXPECT_EQ(facts.author, "Ada");
  EXPECT_EQ(facts.created_unix_ms, 1'577'923'200'000);
}

TEST(Html, DeclaredEncodingIsFound) {
  EXPECT_EQ(html_declared_encoding(as_bytes("<META charset='Windows-1251'>")), "windows-1251");
  EXPECT_EQ(html_declared_encoding(as_bytes("<meta content=\"text/html; charset=Shift_JIS\">")), "shift_jis");
  EXPECT_EQ(html_declared_encoding(as_bytes("<p>charset=x")), "");
}

TEST(Markdown, BlocksHaveTheirSourceLines) {
  const auto blocks = markdown(
      "---\ntitle: \"Named\"\n---\n# Top #\n\nFirst *line*\nsecond `code_x`\n\n- item **one**\n  goes on\n- two\n\n"
      "| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n```\nUnder\n-----\n");
  ASSERT_EQ(blocks.size(), 9U);
  EXPECT_EQ(blocks[0].kind, BlockKind::kMetadata);
  EXPECT_EQ(blocks[1].text, "Top");
  EXPECT_EQ(blocks[1].kind, BlockKind::kHeading);
  EXPECT_EQ(blocks[2].text, "First line second code_x");
  EXPECT_EQ(blocks[2].place.line_first, 6U);
  EXPECT_EQ(blocks[2].place.line_last, 7U);
  EXPECT_EQ(blocks[3].text, "item one goes on");
  EXPECT_EQ(blocks[3].kind, BlockKind::kListItem);
  EXPECT_EQ(blocks[5].text, "a\tb");
  EXPECT_EQ(blocks[6].text, "1\t2");
  EXPECT_EQ(blocks[7].text, "x = 1");
  EXPECT_EQ(blocks[7].kind, BlockKind::kCode);
  EXPECT_EQ(blocks[8].kind, BlockKind::kHeading);
  EXPECT_EQ(blocks[8].level, 2);
}

TEST(Markdown, InlineMarksGoAndWordsStay) {
  std::string links;
  EXPECT_EQ(
      plain_inline("a **b** _c_ snake_case 2 * 3 `x*y` \\* [text](http://u.v/w \"t\") ![pic](p.png) <http://z> <br>",
                   links),
      "a b c snake_case 2 * 3 x*y * text pic http://z ");
  EXPECT_EQ(links, "http://u.v/w");
}

TEST(Markdown, FactsPreferFrontMatter) {
  EXPECT_EQ(markdown_facts("---\ntitle: 'A'\nauthor: B\n---\n# C\n").title, "A");
  EXPECT_EQ(markdown_facts("text\n\n## C\n").title, "C");
}

}  // namespace
}  // namespace alcove::markup

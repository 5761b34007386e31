#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "workers/decode/markup/markup.hpp"

namespace alcove::markup {
namespace {

using wire::BlockKind;

template <typename Reader>
std::vector<wire::Block> read(Reader reader, std::string_view text) {
  input::TextCollector collector{wire::DecodeLimits{}};
  reader(text, collector);
  return std::move(collector).take().blocks;
}

const std::string kPaper =
    "\\documentclass[a4paper]{article} % comment\n\\usepackage{x}\n\\title{On \\emph{Sums}}\n\\author{Ada \\and Bob}\n"
    "\\newcommand{\\foo}[1]{no #1}\n\\begin{document}\n\\section*{Be\\-ginning\\label{s}}\n"
    "Caf\\'e, \\\"{o} stra\\ss e, 5\\,\\% of ``all'' --- see\\footnote{Below it.} $a_1 < b$.\n\n"
    "\\begin{itemize}\n\\item[A] first\n\\item second\n\\end{itemize}\n"
    "\\begin{tabular}{l|r}\na & b \\\\\nc & d\n\\end{tabular}\n\\href{http://x}{link} \\verb|\\raw|\n"
    "\\begin{verbatim}\n\\kept{}\n\\end{verbatim}\n\\begin{equation*}\nx^2\n\\end{equation*}\n\\end{document}\nafter";

TEST(Latex, ReadsTextWithoutCommands) {
  const auto blocks = read(read_latex, kPaper);
  const auto find = [&](std::string_view piece) {
    const auto found = std::ranges::find_if(
        blocks, [&](const wire::Block& block) { return block.text.find(piece) != std::string::npos; });
    return found == blocks.end() ? nullptr : &*found;
  };
  ASSERT_NE(find("On Sums"), nullptr);
  EXPECT_EQ(find("On Sums")->kind, BlockKind::kHeading);
  ASSERT_NE(find("Beginning"), nullptr);
  EXPECT_EQ(find("Beginning")->kind, BlockKind::kHeading);
  EXPECT_EQ(find("Beginning")->place.line_first, 7U);
  ASSERT_NE(find("Café"), nullptr);
  EXPECT_EQ(find("Café")->text, "Café, ö straße, 5 % of “all” — see $a_1 < b$.");
  EXPECT_EQ(find("Café")->place.line_first, 8U);
  ASSERT_NE(find("Below it."), nullptr);
  EXPECT_EQ(find("Below it.")->kind, BlockKind::kNote);
  ASSERT_NE(find("A first"), nullptr);
  EXPECT_EQ(find("A first")->kind, BlockKind::kListItem);
  ASSERT_NE(find("c"), nullptr);
  EXPECT_NE(find("link \\raw"), nullptr);
  EXPECT_NE(find("http://x"), nullptr);
  EXPECT_NE(find("\\kept{}"), nullptr);
  EXPECT_NE(find("x^2"), nullptr);
  EXPECT_EQ(find("no #1"), nullptr);
  EXPECT_EQ(find("after"), nullptr);
  EXPECT_EQ(find("a4paper"), nullptr);
  const auto facts = latex_facts(kPaper);
  EXPECT_EQ(facts.title, "On Sums");
  EXPECT_EQ(facts.author, "Ada, Bob");
}

TEST(Latex, RowsOfTablesAreBlocks) {
  const auto blocks = read(read_latex, "\\begin{tabular}{ll}a & b \\\\ \\hline c & d\\end{tabular}");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].kind, BlockKind::kTableRow);
  EXPECT_NE(blocks[0].text.find('\t'), std::string::npos);
}

TEST(Latex, EveryTruncationIsHandled) {
  for (std::size_t size = 0; size < kPaper.size(); ++size) {
    (void)read(read_latex, kPaper.substr(0, size));
  }
}

TEST(Latex, NestedArgumentsAreBounded) {
  std::string deep;
  for (int i = 0; i < 20'000; ++i) {
    deep += "\\section{\\footnote{";
  }
  (void)read(read_latex, deep + "x");
}

TEST(Rst, FindsHeadingsAndItems) {
  const auto blocks =
      read(read_rst,
           "=====\nTitle\n=====\n\nwords\nmore\n\nPart\n----\n\n* item\n  on\n2. two\n\n-----\n\nPart 2\n------\n");
  ASSERT_EQ(blocks.size(), 8U);
  EXPECT_EQ(blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(blocks[0].level, 1);
  EXPECT_EQ(blocks[0].place.line_first, 2U);
  EXPECT_FALSE(blocks[2].starts_paragraph);
  EXPECT_EQ(blocks[3].level, 2);
  EXPECT_EQ(blocks[4].kind, BlockKind::kListItem);
  EXPECT_EQ(blocks[7].level, 2);
}

}  // namespace
}  // namespace alcove::markup

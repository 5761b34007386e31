#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "workers/decode/office/office.hpp"
#include "workers/decode/office/zip_writer.hpp"

namespace alcove::office {
namespace {

using wire::BlockKind;
using wire::Format;

wire::TextArtefact read(Format format, const std::string& zip) {
  input::TextCollector collector{wire::DecodeLimits{}};
  (void)read_office(format, input::ByteSource::from_bytes(as_bytes(zip)), collector);
  return std::move(collector).take();
}

std::string document(std::string_view kind, const std::string& styles, const std::string& body) {
  return make_zip(
      {{"mimetype", "application/vnd.oasis.opendocument." + std::string(kind)},
       {"content.xml", "<office:document-content><office:automatic-styles>" + styles +
                           "</office:automatic-styles><office:body><office:" + std::string(kind) + ">" + body +
                           "</office:" + std::string(kind) + "></office:body></office:document-content>"}});
}

const std::string kSheets =
    "<table:table table:name='Big'><table:table-row table:number-rows-repeated='1048570'><table:table-cell "
    "table:number-columns-repeated='16384'/></table:table-row><table:table-row><table:table-cell/><table:table-cell "
    "office:value='0.5'><text:p>50 %</text:p><office:annotation><dc:creator>Ada</dc:creator><text:p>half</text:p>"
    "</office:annotation></table:table-cell><table:table-cell table:number-columns-repeated='2' "
    "office:value-type='float' office:value='7'/></table:table-row><table:table-row table:visibility='collapse'>"
    "<table:table-cell><text:p>folded</text:p></table:table-cell></table:table-row></table:table>"
    "<table:table table:name='Away' table:style-name='ta2'><table:table-row table:number-rows-repeated='3'>"
    "<table:table-cell><text:p>same</text:p></table:table-cell></table:table-row></table:table>";
const std::string kHiddenStyle =
    "<style:style style:name='ta2'><style:table-properties table:display='false'/></style:style>";

/// A document with a chart in "Object 1", of which the body shows `shown`.
std::string with_chart(std::string_view kind, const std::string& shown) {
  const std::string chart =
      "<office:document-content><office:body><office:chart><chart:chart><chart:title><text:p>Costs of heating</text:p>"
      "</chart:title><table:table table:name='local-table'><table:table-rows><table:table-row><table:table-cell>"
      "<text:p>March</text:p></table:table-cell><table:table-cell office:value='120.5'><text:p>120.5</text:p>"
      "</table:table-cell></table:table-row></table:table-rows></table:table></chart:chart></office:chart>"
      "</office:body></office:document-content>";
  const std::string type(kind);
  return make_zip({{"mimetype", "application/vnd.oasis.opendocument." + type},
                   {"content.xml", "<office:document-content><office:body><office:" + type + ">" + shown +
                                       "</office:" + type + "></office:body></office:document-content>"},
                   {"Object 1/content.xml", chart}});
}
const std::string kChartFrame =
    "<draw:frame><draw:object xlink:href='./Object 1'/><draw:image xlink:href='./ObjectReplacements/Object 1'/>"
    "</draw:frame>";

TEST(Odt, ReadsChartsWhereTheyStandAndOtherObjectsNot) {
  const auto text = read(Format::kOdt, with_chart("text", "<text:p>Above</text:p><text:p>" + kChartFrame +
                                                              "</text:p><text:p>Below<draw:object xlink:href='./Object "
                                                              "7'/><draw:object/></text:p>"));
  ASSERT_EQ(text.blocks.size(), 4U);
  EXPECT_EQ(text.blocks[1].text, "Costs of heating");
  EXPECT_EQ(text.blocks[1].place.paragraph_first, 2U);
  EXPECT_EQ(text.blocks[2].text, "March\t120.5");
  EXPECT_EQ(text.blocks[2].kind, BlockKind::kTableRow);
  EXPECT_EQ(text.blocks[3].text, "Below");
}

TEST(Ods, TheValuesOfChartsAreThoseOfCells) {
  for (const std::string& where :
       {"<table:table table:name='A'><table:shapes>" + kChartFrame + "</table:shapes></table:table>",
        "<table:table table:name='A'><table:table-row><table:table-cell>" + kChartFrame +
            "</table:table-cell></table:table-row></table:table>"}) {
    const auto text = read(Format::kOds, with_chart("spreadsheet", where));
    ASSERT_EQ(text.blocks.size(), 2U);
    EXPECT_EQ(text.blocks[1].text, "Costs of heating");
    EXPECT_EQ(text.blocks[1].place.sheet, "A");
  }
}

TEST(Ods, ReadsRowsWithRangesCommentsAndHiddenParts) {
  const std::string zip = document("spreadsheet", kHiddenStyle, kSheets);
  EXPECT_EQ(identify(input::ByteSource::from_bytes(as_bytes(zip)), {}), Format::kOds);
  const auto text = read(Format::kOds, zip);
  ASSERT_EQ(text.blocks.size(), 6U);
  EXPECT_EQ(text.blocks[1].text, "50 %\t7\t7");
  EXPECT_EQ(text.blocks[1].place.sheet, "Big");
  EXPECT_EQ(text.blocks[1].place.cells, "B1048571:D1048571");
  EXPECT_FALSE(text.blocks[1].place.hidden);
  EXPECT_EQ(text.blocks[2].kind, BlockKind::kComment);
  EXPECT_EQ(text.blocks[2].text, "Ada: half");
  EXPECT_EQ(text.blocks[2].place.cells, "B1048571");
  EXPECT_TRUE(text.blocks[3].place.hidden);
  EXPECT_EQ(text.blocks[5].text, "same");
  EXPECT_EQ(text.blocks[5].place.cells, "A1:A3");
  EXPECT_TRUE(text.blocks[5].place.hidden);
  EXPECT_EQ(text.page_count, 2U);
}

const std::string kSlides =
    "<draw:page draw:style-name='dp1'><draw:frame presentation:class='title'><draw:text-box><text:p>Top</text:p>"
    "</draw:text-box></draw:frame><draw:frame presentation:class='outline'><draw:text-box><text:list><text:list-item>"
    "<text:p>point</text:p></text:list-item></text:list></draw:text-box></"
    "draw:frame><draw:g><draw:custom-shape><text:p>"
    "shape</text:p></draw:custom-shape></draw:g><draw:frame><table:table><table:table-row><table:table-cell><text:p>a"
    "</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></"
    "table:table>"
    "</draw:frame><office:annotation><dc:creator>Ada</dc:creator><text:p>why</text:p></office:annotation>"
    "<presentation:notes><draw:frame presentation:class='notes'><draw:text-box><text:p>say "
    "this</text:p></draw:text-box>"
    "</draw:frame></presentation:notes></draw:page><draw:page draw:style-name='dp2'><draw:frame><draw:text-box><text:p>"
    "unseen</text:p></draw:text-box></draw:frame></draw:page>";

TEST(Odp, ReadsSlidesNotesCommentsAndHiddenOnes) {
  const auto text = read(Format::kOdp, document("presentation",
                                                "<style:style style:name='dp2'><style:drawing-page-properties "
                                                "presentation:visibility='hidden'/></style:style>",
                                                kSlides));
  ASSERT_EQ(text.blocks.size(), 7U);
  EXPECT_EQ(text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(text.blocks[1].kind, BlockKind::kListItem);
  EXPECT_EQ(text.blocks[2].text, "shape");
  EXPECT_EQ(text.blocks[3].text, "a\tb");
  EXPECT_EQ(text.blocks[4].text, "Ada: why");
  EXPECT_EQ(text.blocks[5].kind, BlockKind::kNote);
  EXPECT_EQ(text.blocks[5].place.slide, 1U);
  EXPECT_EQ(text.blocks[6].place.slide, 2U);
  EXPECT_TRUE(text.blocks[6].place.hidden);
}

const std::string kListStyles =
    "<text:list-style style:name='L1'><text:list-level-style-number text:level='1' style:num-format='1' "
    "style:num-suffix='.'/><text:list-level-style-number text:level='2' style:num-format='a' style:num-prefix='(' "
    "style:num-suffix=')'/><text:list-level-style-number text:level='3' style:num-format='1' text:display-levels='3' "
    "style:num-suffix=':'/></text:list-style><text:list-style style:name='L2'><text:list-level-style-bullet "
    "text:level='1'/></text:list-style>";

TEST(Odt, NumbersItemsAsTheyAreShown) {
  const auto item = [](const std::string& inside, const std::string& more = "") {
    return "<text:list-item" + more + ">" + inside + "</text:list-item>";
  };
  const auto text = read(
      Format::kOdt,
      document("text", kListStyles,
               "<text:list text:style-name='L1' xml:id='first'>" +
                   item("<text:p>one</text:p><text:p>more of it</text:p>") +
                   item("<text:p>two</text:p><text:list>" +
                        item("<text:p>deeper</text:p><text:list>" + item("<text:p>deepest</text:p>") + "</text:list>") +
                        "</text:list>") +
                   "</text:list><text:p>between</text:p><text:list text:style-name='L1' text:continue-list='first'>" +
                   item("<text:p>three</text:p>") + item("<text:p>nine</text:p>", " text:start-value='9'") +
                   "</text:list><text:list text:style-name='L1'>" + item("<text:p>anew</text:p>") +
                   "</text:list><text:list text:style-name='L2'>" + item("<text:p>bullet</text:p>") + "</text:list>"));
  std::vector<std::string> got;
  for (const wire::Block& block : text.blocks) {
    got.push_back(block.text);
  }
  EXPECT_EQ(got, (std::vector<std::string>{"1. one", "more of it", "2. two", "(a) deeper", "2.a.1: deepest", "between",
                                           "3. three", "9. nine", "1. anew", "bullet"}));
}

TEST(Odt, NumbersHeadingsByTheOutline) {
  const std::string outline =
      "<text:outline-style><text:outline-level-style text:level='1' style:num-format='1'/><text:outline-level-style "
      "text:level='2' style:num-format='1' text:display-levels='2' loext:num-list-format='%1%.%2%'/>"
      "</text:outline-style><style:style style:name='Free' style:list-style-name=''/>";
  const auto text = read(Format::kOdt, document("text", outline,
                                                "<text:h text:outline-level='1'>Scope</text:h><text:h "
                                                "text:outline-level='2'>Terms</text:h><text:h text:style-name='Free' "
                                                "text:outline-level='1'>Annex</text:h>"));
  ASSERT_EQ(text.blocks.size(), 3U);
  EXPECT_EQ(text.blocks[0].text, "1 Scope");
  EXPECT_EQ(text.blocks[1].text, "1.1 Terms");
  EXPECT_EQ(text.blocks[2].text, "Annex");
}

TEST(Ods, GivesTheValueWhereTheColumnWasTooNarrow) {
  const auto text =
      read(Format::kOds, document("spreadsheet", "",
                                  "<table:table table:name='S'><table:table-row><table:table-cell "
                                  "office:date-value='2024-02-29'><text:p>####</text:p></table:table-cell>"
                                  "</table:table-row></table:table>"));
  ASSERT_EQ(text.blocks.size(), 2U);
  EXPECT_EQ(text.blocks[1].text, "2024-02-29");
}

TEST(Odt, LeavesOutDeletionsAndMarksHiddenSections) {
  const auto text = read(
      Format::kOdt,
      document("text", "<style:style style:name='P1' style:parent-style-name='Title'/>",
               "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
               "</text:changed-region></text:tracked-changes><text:p text:style-name='P1'>Title here</text:p>"
               "<text:section text:display='none'><text:p>secret</text:p></text:section><text:p>x<office:annotation>"
               "<dc:creator>Ada</dc:creator><text:p>hm</text:p></office:annotation></text:p>"));
  ASSERT_EQ(text.blocks.size(), 4U);
  EXPECT_EQ(text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_TRUE(text.blocks[1].place.hidden);
  EXPECT_FALSE(text.blocks[2].place.hidden);
  EXPECT_EQ(text.blocks[3].text, "Ada: hm");
}

TEST(Odf, EveryTruncationIsHandled) {
  for (const auto& [format, zip] : {std::pair{Format::kOds, document("spreadsheet", kHiddenStyle, kSheets)},
                                    std::pair{Format::kOdp, document("presentation", "", kSlides)}}) {
    for (std::size_t size = 0; size < zip.size(); ++size) {
      (void)read(format, zip.substr(0, size));
    }
  }
}

}  // namespace
}  // namespace alcove::office

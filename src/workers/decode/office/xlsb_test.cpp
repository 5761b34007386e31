#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "workers/decode/office/office.hpp"
#include "workers/decode/office/zip_writer.hpp"
#include "workers/decode/ole/compound_writer.hpp"

namespace alcove::office {
namespace {

using ole::append_le;
using wire::BlockKind;

std::string le(std::uint64_t value, unsigned bytes) {
  std::string out;
  append_le(out, value, bytes);
  return out;
}

/// Types from 128 on take two bytes.
std::string record(unsigned type, const std::string& data) {
  const std::string id = type < 128 ? le(type, 1) : le((type & 0x7FU) | 0x80U, 1) + le(type >> 7U, 1);
  return id + le(data.size(), 1) + data;
}

std::string wide(std::string_view text) {
  return le(text.size(), 4) + ole::utf16(text);
}

std::string cell(unsigned column, unsigned style = 0) {
  return le(column, 4) + le(style, 4);
}

std::string relation(const std::string& id, const std::string& type, const std::string& target) {
  return "<Relationship Id='" + id + "' Type='http://x/" + type + "' Target='" + target + "'/>";
}

std::string workbook(unsigned state, const std::string& sheet, const std::string& comments = {}) {
  const std::string styles = record(44, le(164, 2) + wide("dd/mm/yyyy")) + record(617, le(1, 4)) +
                             record(47, le(0, 2) + le(164, 2)) + record(618, "");
  return make_zip(
      {{"[Content_Types].xml",
        "<Types><Override PartName='/xl/workbook.bin' "
        "ContentType='application/vnd.ms-excel.sheet.binary.macroEnabled.main'/></Types>"},
       {"_rels/.rels", "<Relationships>" + relation("1", "officeDocument", "xl/workbook.bin") + "</Relationships>"},
       {"xl/workbook.bin", record(156, le(state, 4) + le(1, 4) + wide("r1") + wide("Data"))},
       {"xl/_rels/workbook.bin.rels", "<Relationships>" + relation("r1", "worksheet", "worksheets/sheet1.bin") +
                                          relation("r2", "styles", "styles.bin") +
                                          relation("r3", "sharedStrings", "sharedStrings.bin") + "</Relationships>"},
       {"xl/styles.bin", styles},
       {"xl/sharedStrings.bin", record(19, le(0, 1) + wide("shared"))},
       {"xl/worksheets/sheet1.bin", sheet},
       {"xl/worksheets/_rels/sheet1.bin.rels",
        "<Relationships>" + relation("1", "comments", "../comments1.bin") + "</Relationships>"},
       {"xl/comments1.bin", comments}});
}

wire::TextArtefact read(const std::string& zip) {
  const auto source = input::ByteSource::from_bytes(as_bytes(zip));
  input::TextCollector collector{wire::DecodeLimits{}};
  (void)read_office(identify(source, {}), source, collector);
  return std::move(collector).take();
}

TEST(Xlsb, ReadsCellsDatesAndComments) {
  const std::string sheet = record(0, le(2, 4) + le(0, 8)) + record(7, cell(1) + le(0, 4)) +
                            record(2, cell(2) + le(45'000U << 2U | 2U, 4)) + record(8, cell(4, 5) + wide("made")) +
                            record(4, cell(5) + le(1, 1)) + record(3, cell(6) + le(7, 1));
  const std::string comments =
      record(635, le(0, 4) + le(2, 4) + le(2, 4) + le(1, 4) + le(1, 4)) + record(637, le(0, 1) + wide("why?"));
  const wire::TextArtefact got = read(workbook(0, sheet, comments));
  ASSERT_EQ(got.blocks.size(), 3U);
  EXPECT_EQ(got.page_count, 1U);
  EXPECT_EQ(got.blocks[0].text, "Data");
  EXPECT_EQ(got.blocks[1].text, "shared\t15/03/2023\tmade\tTRUE\t#DIV/0!");
  EXPECT_EQ(got.blocks[1].place.cells, "B3:G3");
  EXPECT_EQ(got.blocks[2].text, "why?");
  EXPECT_EQ(got.blocks[2].kind, BlockKind::kComment);
  EXPECT_EQ(got.blocks[2].place.cells, "B3");
}

TEST(Xlsb, MarksHiddenSheetsAndRows) {
  const std::string text = record(6, cell(0) + wide("secret"));
  const wire::TextArtefact sheet = read(workbook(1, record(0, le(0, 12)) + text));
  ASSERT_EQ(sheet.blocks.size(), 2U);
  EXPECT_TRUE(sheet.blocks[1].place.hidden);
  const wire::TextArtefact row = read(workbook(0, record(0, le(0, 11) + le(0x10, 1)) + text));
  ASSERT_EQ(row.blocks.size(), 2U);
  EXPECT_FALSE(row.blocks[0].place.hidden);
  EXPECT_TRUE(row.blocks[1].place.hidden);
}

TEST(Xlsb, EndsWellWhereverASheetIsCut) {
  const std::string sheet = record(0, le(0, 12)) + record(7, cell(1) + le(99, 4)) + record(6, cell(2) + wide("text")) +
                            record(479, le(0, 2) + wide("&Lhead"));
  for (std::size_t size = 0; size <= sheet.size(); ++size) {
    const wire::TextArtefact got = read(workbook(0, sheet.substr(0, size)));
    ASSERT_FALSE(got.blocks.empty());
    EXPECT_EQ(got.blocks[0].text, "Data");
  }
}

}  // namespace
}  // namespace alcove::office

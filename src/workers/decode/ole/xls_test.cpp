#include <bit>
#include <string>

#include <gtest/gtest.h>

#include "workers/decode/ole/ole_samples.hpp"
#include "workers/decode/ole/test_reading.hpp"
#include "workers/decode/ole/xls_records.hpp"

namespace alcove::ole {
namespace {

using wire::BlockKind;
using wire::Format;

Reading read(const std::string& globals, const std::string& sheet, unsigned state = 0) {
  return read_bytes(Format::kXls, make_compound({{"Workbook", make_workbook(globals, sheet, state)}}));
}

std::string number_bytes(double value) {
  return le(std::bit_cast<std::uint64_t>(value), 8);
}

TEST(Xls, ReadsRowsWithTheirRanges) {
  const Reading got =
      read("", biff(0x204, biff_cell(2, 1) + biff_string("Name")) + biff(0x203, biff_cell(2, 3) + number_bytes(1.5)) +
                   biff(0x27E, biff_cell(4, 0) + le(42U << 2U | 2U, 4)));
  ASSERT_EQ(got.text.blocks.size(), 3U);
  EXPECT_EQ(got.text.blocks[0].text, "Data");
  EXPECT_EQ(got.text.blocks[1].kind, BlockKind::kTableRow);
  EXPECT_EQ(got.text.blocks[1].text, "Name\t1.5");
  EXPECT_EQ(got.text.blocks[1].place.cells, "B3:D3");
  EXPECT_EQ(got.text.blocks[1].place.sheet, "Data");
  EXPECT_EQ(got.text.blocks[2].text, "42");
  EXPECT_EQ(got.text.blocks[2].place.cells, "A5");
}

TEST(Xls, ShowsDatesByTheirFormat) {
  const std::string globals = biff(0x41E, le(164, 2) + biff_string("dd/mm/yyyy")) + biff(0xE0, le(0, 2) + le(164, 2));
  const Reading got = read(globals, biff(0xBD, le(0, 2) + le(0, 2) + le(0, 2) + le(45'000U << 2U | 2U, 4) + le(7, 2) +
                                                   le(100U << 2U | 3U, 4) + le(1, 2)));
  ASSERT_NE(got.find("15/03/2023"), nullptr);
  EXPECT_EQ(got.find("15/03/2023")->text, "15/03/2023\t1");
}

TEST(Xls, JoinsSharedStringsThatGoOnInOtherRecords) {
  // "abcdef": three narrow characters, then three wide ones after a new byte of flags; formatting runs are passed over.
  const std::string first = le(2, 4) + le(2, 4) + le(6, 2) + '\x08' + le(1, 2) + "abc";
  const std::string second = '\x01' + utf16("def") + le(0, 4) + biff_string("next");
  const Reading got = read(biff(0xFC, first) + biff(0x3C, second), biff(0xFD, biff_cell(0, 0) + le(0, 4)) +
                                                                       biff(0xFD, biff_cell(0, 1) + le(1, 4)) +
                                                                       biff(0xFD, biff_cell(0, 2) + le(99, 4)));
  ASSERT_NE(got.find("abcdef"), nullptr);
  EXPECT_EQ(got.find("abcdef")->text, "abcdef\tnext");
}

TEST(Xls, ReadsResultsOfFormulas) {
  const std::string text = biff(0x06, biff_cell(0, 0) + std::string(6, '\0') + "\xFF\xFF" + std::string(6, '\0')) +
                           biff(0x207, biff_string("result"));
  const std::string error = biff(0x06, biff_cell(0, 1) + le(2, 2) + le(7, 4) + "\xFF\xFF");
  const Reading got = read("", text + error + biff(0x205, biff_cell(0, 2) + le(1, 2)));
  ASSERT_NE(got.find("result"), nullptr);
  EXPECT_EQ(got.find("result")->text, "result\t#DIV/0!\tTRUE");
}

TEST(Xls, MarksHiddenSheetsAndRows) {
  const std::string cell = biff(0x204, biff_cell(0, 0) + biff_string("secret"));
  const Reading sheet = read("", cell, 1);
  ASSERT_NE(sheet.find("secret"), nullptr);
  EXPECT_TRUE(sheet.find("secret")->place.hidden);
  EXPECT_TRUE(sheet.has_note("hidden_sheet"));
  const Reading row = read("", biff(0x208, le(0, 2) + std::string(10, '\0') + le(0x20, 4)) + cell +
                                   biff(0x204, biff_cell(1, 0) + biff_string("shown")));
  EXPECT_TRUE(row.find("secret")->place.hidden);
  EXPECT_FALSE(row.find("shown")->place.hidden);
}

TEST(Xls, PutsCommentsAtTheirCells) {
  const std::string object = biff(0x5D, le(0x15, 2) + le(0x12, 2) + le(0x19, 2) + le(7, 2) + std::string(14, '\0'));
  const std::string text = biff(0x1B6, std::string(10, '\0') + le(5, 2) + std::string(6, '\0')) +
                           biff(0x3C, std::string(1, '\0') + "hello") + biff(0x3C, std::string(16, '\0'));
  const Reading got = read("", object + text + biff(0x1C, le(1, 2) + le(2, 2) + le(0, 2) + le(7, 2)));
  ASSERT_NE(got.find("hello"), nullptr);
  EXPECT_EQ(got.find("hello")->kind, BlockKind::kComment);
  EXPECT_EQ(got.find("hello")->place.cells, "C2");
}

TEST(Xls, SaysThatAWorkbookIsEncrypted) {
  const Reading got = read(biff(0x2F, std::string(54, '\x01')), "");
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kSkipped);
  EXPECT_EQ(got.verdict.code, "encrypted");
}

TEST(Xls, ReadsOldCharactersByTheirCodePage) {
  const std::string begin = biff(0x809, le(0x500, 2) + le(5, 2) + le(0, 4));
  const std::string globals = begin + biff(0x42, le(1251, 2));
  const std::string sheets = biff(0x85, le(globals.size() + 4 + 11 + 4, 4) + le(0, 2) + "\x04" + "List");
  const std::string stream = globals + sheets + biff(0x0A, "") + begin +
                             biff(0x204, biff_cell(0, 0) + le(4, 2) + "\xC8\xE2\xE0\xED") + biff(0x0A, "");
  const Reading got = read_bytes(Format::kXls, make_compound({{"Book", stream}}));
  EXPECT_NE(got.find("Иван"), nullptr);
}

TEST(Xls, EndsWellAfterAnyDamage) {
  const std::string globals = biff(0xFC, le(1, 4) + le(1, 4) + biff_string("shared"));
  const std::string whole = make_compound(
      {{"Workbook", make_workbook(globals, biff(0xFD, biff_cell(0, 0) + le(0, 4)) +
                                               biff(0x06, biff_cell(0, 1) + std::string(6, '\0') + "\xFF\xFF") +
                                               biff(0x207, biff_string("text")))}});
  for_each_damage(whole, whole.size(), 5'000,
                  [](const std::string& bytes) { EXPECT_TRUE(ends_well(read_bytes(Format::kXls, bytes))); });
}

TEST(XlsRecords, KnowRkNumbers) {
  EXPECT_DOUBLE_EQ(xls::rk_number(0x3FF00000), 1.0);
  EXPECT_DOUBLE_EQ(xls::rk_number(0x3FF00001), 0.01);
  EXPECT_DOUBLE_EQ(xls::rk_number(static_cast<std::uint32_t>(-5 * 4) | 2U), -5.0);
}

}  // namespace
}  // namespace alcove::ole

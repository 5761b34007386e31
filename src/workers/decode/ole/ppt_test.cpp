#include <string>

#include <gtest/gtest.h>

#include "workers/decode/ole/ole_samples.hpp"
#include "workers/decode/ole/test_reading.hpp"

namespace alcove::ole {
namespace {

using wire::BlockKind;
using wire::Format;

TEST(Ppt, ReadsTitlesBoxesAndNotesOfASlide) {
  const Reading got = read_bytes(Format::kPpt, make_ppt("Plan", "one\rtwo\vtwo and a half", "said aloud"));
  ASSERT_EQ(got.text.blocks.size(), 4U);
  EXPECT_EQ(got.text.page_count, 1U);
  EXPECT_EQ(got.text.blocks[0].text, "Plan");
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[0].place.slide, 1U);
  EXPECT_EQ(got.text.blocks[1].text, "one");
  EXPECT_EQ(got.text.blocks[2].text, "two\ntwo and a half");
  EXPECT_EQ(got.text.blocks[3].text, "said aloud");
  EXPECT_EQ(got.text.blocks[3].kind, BlockKind::kNote);
}

TEST(Ppt, MarksHiddenSlides) {
  const std::string hidden = ppt_atom(0x3F9, std::string(10, '\0') + le(4, 2) + std::string(4, '\0'));
  const Reading got = read_bytes(Format::kPpt, make_ppt("Plan", "", "", hidden));
  ASSERT_NE(got.find("Plan"), nullptr);
  EXPECT_TRUE(got.find("Plan")->place.hidden);
  EXPECT_TRUE(got.has_note("hidden_slide"));
}

TEST(Ppt, ReadsCommentsAndFooters) {
  const std::string comment = ppt_container(
      0x1388, ppt_container(0x2EE0, ppt_atom(0xFBA, utf16("Ann"), 0) + ppt_atom(0xFBA, utf16("why?"), 1)));
  const std::string footer = ppt_container(0xFD9, ppt_atom(0xFBA, utf16("Company"), 2));
  const Reading got = read_bytes(Format::kPpt, make_ppt("Plan", "", "", comment + footer));
  ASSERT_NE(got.find("Ann: why?"), nullptr);
  EXPECT_EQ(got.find("Ann: why?")->kind, BlockKind::kComment);
  ASSERT_NE(got.find("Company"), nullptr);
  EXPECT_EQ(got.find("Company")->kind, BlockKind::kHeaderFooter);
}

TEST(Ppt, ReadsTablesRowByRow) {
  const auto cell = [](unsigned left, unsigned top, const std::string& text) {
    return ppt_container(
        0xF004, ppt_atom(0xF00F, le(left, 4) + le(top, 4) + le(0, 8)) + ppt_container(0xF00D, ppt_atom(0xFA8, text)));
  };
  const std::string head = ppt_container(0xF004, ppt_atom(0xF122, le(0x39F, 2) + le(1, 4), 1));
  const std::string drawing = ppt_container(
      0x40C, ppt_container(0xF003, head + cell(9, 1, "b") + cell(1, 1, "a") + cell(1, 5, "c") + cell(9, 5, "d")));
  const Reading got = read_bytes(Format::kPpt, make_ppt("Plan", "", "", drawing));
  ASSERT_NE(got.find("a\tb"), nullptr);
  EXPECT_EQ(got.find("a\tb")->kind, BlockKind::kTableRow);
  EXPECT_NE(got.find("c\td"), nullptr);
}

/// The numbering of a text: plain paragraphs first, then those that count as `scheme` says.
std::string ppt_numbering(const std::string& scheme) {
  const std::string plain = le(0, 4) + le(0, 4) + le(0, 4);
  return ppt_atom(0xFAC, plain + scheme + le(0, 4) + le(0, 4));
}
/// The runs of a text: a plain line, then `numbered` units with a bullet and the second numbering, at this level.
std::string ppt_style(unsigned plain, unsigned numbered, unsigned level = 0) {
  return ppt_atom(0xFA1, le(plain, 4) + le(0, 2) + le(0, 4) + le(numbered, 4) + le(level, 2) + le(0x13, 4) + le(3, 2) +
                             le(2, 2) + le(plain, 4) + le(0, 4) + le(numbered, 4) + le(0x400, 4) + le(0x400, 2));
}
std::string ppt_extension(const std::string& data) {
  return ppt_container(0x1388, ppt_container(0x138A, ppt_atom(0xFBA, utf16("___PPT9")) + ppt_atom(0x138B, data)));
}
std::string ppt_numbered_shape(const std::string& text, const std::string& scheme, unsigned level = 0) {
  const auto plain = static_cast<unsigned>(text.find('\r') + 1);
  const std::string box = ppt_atom(0xF9F, le(4, 4)) + ppt_atom(0xFA8, text) +
                          ppt_style(plain, static_cast<unsigned>(text.size()) - plain + 1, level);
  return ppt_container(0x40C, ppt_container(0xF004, ppt_container(0xF011, ppt_extension(ppt_numbering(scheme))) +
                                                        ppt_container(0xF00D, box)));
}

TEST(Ppt, NumbersItemsAsTheirShapeSays) {
  // Counted by default, from the seventh letter on, and at a deeper level.
  const std::string counted = le(1U << 25U, 4) + le(1, 2);
  const std::string letters = le(3U << 24U, 4) + le(1, 2) + le(9, 2) + le(7, 2);
  const std::string none = le(1U << 25U, 4) + le(0, 2);
  const auto read = [](const std::string& shape) {
    std::string out;
    for (const wire::Block& block : read_bytes(Format::kPpt, make_ppt("T", "", "", shape)).text.blocks) {
      out += block.text + "|";
    }
    return out;
  };
  EXPECT_EQ(read(ppt_numbered_shape("Maybe?\rone\r\rtwo", counted)), "Maybe?|1. one|2. two|T|");
  EXPECT_EQ(read(ppt_numbered_shape("Maybe?\rone\rtwo", letters, 1)), "Maybe?|g) one|h) two|T|");
  EXPECT_EQ(read(ppt_numbered_shape("Maybe?\rone\rtwo", none)), "Maybe?|one|two|T|");
}

TEST(Ppt, SaysThatAPresentationIsEncrypted) {
  EXPECT_EQ(read_bytes(Format::kPpt, make_ppt("Plan", "", "", "", 0xF3D1C4DF)).verdict.code, "encrypted");
}

TEST(Ppt, ReadsSlidesWithoutTheirLists) {
  const std::string slide = ppt_container(0x3EE, ppt_container(0x40C, ppt_textbox(4, "left over")));
  const Reading got = read_bytes(Format::kPpt, make_compound({{"PowerPoint Document", slide + slide}}));
  ASSERT_NE(got.find("left over"), nullptr);
  EXPECT_EQ(got.text.page_count, 2U);
  EXPECT_TRUE(got.has_note("damaged"));
}

TEST(Ppt, StopsInEndlesslyNestedGroups) {
  std::string nested = ppt_textbox(4, "deep");
  for (int i = 0; i < 2000; ++i) {
    nested = ppt_container(0xF004, nested);
  }
  const Reading got = read_bytes(Format::kPpt, make_ppt("Plan", "", "", ppt_container(0x40C, nested)));
  EXPECT_NE(got.find("Plan"), nullptr);
  EXPECT_EQ(got.find("deep"), nullptr);
}

TEST(Ppt, EndsWellAfterAnyDamage) {
  const std::string whole = make_ppt("Plan", "box", "notes");
  for_each_damage(whole, whole.size(), 5'000,
                  [](const std::string& bytes) { EXPECT_TRUE(ends_well(read_bytes(Format::kPpt, bytes))); });
  const std::string numbered =
      make_ppt("Plan", "box", "notes", ppt_numbered_shape("a\rb\rc", le(1U << 25U, 4) + le(1, 2)));
  for_each_damage(numbered, numbered.size(), 5'000,
                  [](const std::string& bytes) { EXPECT_TRUE(ends_well(read_bytes(Format::kPpt, bytes))); });
}

}  // namespace
}  // namespace alcove::ole

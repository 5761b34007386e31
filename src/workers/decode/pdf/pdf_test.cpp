#include "workers/decode/pdf/lines.hpp"
#include "workers/decode/pdf/pdf.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "workers/decode/pdf/pdf_writer.hpp"

namespace alcove::pdf {
namespace {

struct Read {
  input::Verdict verdict;
  wire::TextArtefact text;
};

Read read(const std::string& bytes, wire::DecodeLimits limits = {}) {
  input::TextCollector collector(limits);
  Read out;
  out.verdict = read_pdf(input::ByteSource::from_bytes(as_bytes(bytes)), collector);
  out.text = std::move(collector).take();
  return out;
}

const std::string kTwoLines = "BT /F 10 Tf 20 300 Td (First line) Tj 0 -100 Td (Second) Tj ET";

TEST(Pdf, LinesHaveBoxesFromTheUpperLeftCorner) {
  const Read got = read(make_pdf({kTwoLines}));
  ASSERT_EQ(got.text.blocks.size(), 2U);
  const auto& first = got.text.blocks[0];
  EXPECT_EQ(first.text, "First line");
  EXPECT_EQ(first.place.page, 1U);
  ASSERT_EQ(first.place.boxes.size(), 1U);
  EXPECT_NEAR(first.place.boxes[0].x0, 0.1, 0.02);
  EXPECT_NEAR(first.place.boxes[0].y1, 0.25, 0.02);
  EXPECT_LT(first.place.boxes[0].y0, first.place.boxes[0].y1);
  EXPECT_GT(got.text.blocks[1].place.boxes[0].y0, 0.45);
  EXPECT_NEAR(got.text.page_ratios.at(0), 0.5, 0.001);
}

TEST(Pdf, BoxesFollowThePagesRotation) {
  const Read got = read(make_pdf({kTwoLines}, "/Rotate 90"));
  ASSERT_FALSE(got.text.blocks.empty());
  EXPECT_NEAR(got.text.page_ratios.at(0), 2.0, 0.001);
  // Turned clockwise, what stood near the upper left runs down the right part of the page.
  const auto& box = got.text.blocks[0].place.boxes.at(0);
  EXPECT_NEAR(box.x0, 0.75, 0.05);
  EXPECT_NEAR(box.y0, 0.1, 0.05);
}

TEST(Pdf, LinesOfUnreadablePagesAreKeptWhenTheyAreBeyondDoubt) {
  EXPECT_TRUE(is_plainly_readable("Perceived Ease of Use"));
  EXPECT_TRUE(is_plainly_readable("Papers - http://papers.example.org/9-37"));
  EXPECT_FALSE(is_plainly_readable("kfw ow"));
  EXPECT_FALSE(is_plainly_readable("a g a i o"));
  EXPECT_FALSE(is_plainly_readable("Attitude \u01E5"));
  EXPECT_FALSE(is_plainly_readable("12.5"));
}

TEST(Pdf, PagesAreNumberedAndLimited) {
  wire::DecodeLimits limits;
  limits.pages_max = 2;
  const Read got = read(make_pdf({kTwoLines, kTwoLines, kTwoLines}), limits);
  EXPECT_EQ(got.text.blocks.back().place.page, 2U);
  EXPECT_EQ(got.text.page_count, 3U);
  EXPECT_EQ(got.text.notes.at(0).code, "pages_limit");
}

TEST(Pdf, CommentsOnThePageAreRead) {
  const Read got = read(make_pdf({kTwoLines}, "/Annots[5 0 R]",
                                 "5 0 obj<</Type/Annot/Subtype/FreeText/Rect[20 200 120 240]/Contents(Remember me)"
                                 "/DA(/F 10 Tf)>>endobj\n"));
  const auto found = std::ranges::find(got.text.blocks, wire::BlockKind::kComment, &wire::Block::kind);
  ASSERT_NE(found, got.text.blocks.end());
  EXPECT_EQ(found->text, "Remember me");
  EXPECT_NEAR(found->place.boxes.at(0).y0, 0.4, 0.01);
}

TEST(Pdf, PagesWithoutTextAreSkippedWithAReason) {
  const Read got = read(make_pdf({"0 0 100 100 re f"}));
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kSkipped);
  EXPECT_EQ(got.verdict.code, "no_text");
}

TEST(Pdf, DamageIsAFailureWithAReason) {
  const Read got = read("%PDF-1.4\nnothing");
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kFailed);
  EXPECT_EQ(got.verdict.code, "damaged");
}

TEST(Pdf, FactsComeFromTheInformation) {
  const std::string bytes = make_pdf({kTwoLines});
  const auto facts = pdf_facts(input::ByteSource::from_bytes(as_bytes(bytes)));
  EXPECT_EQ(facts.title, "A title");
  EXPECT_EQ(facts.author, "Ada");
  EXPECT_EQ(facts.created_unix_ms, 1'580'702'706'000);
  EXPECT_EQ(facts.page_count, 1U);
}

TEST(Pdf, FirstPageBecomesASmallPicture) {
  const std::string bytes = make_pdf({kTwoLines});
  const auto drawn = draw_first_page(input::ByteSource::from_bytes(as_bytes(bytes)), 128);
  ASSERT_TRUE(drawn.has_value());
  EXPECT_EQ(drawn->width_px, 64U);
  EXPECT_EQ(drawn->height_px, 128U);
  EXPECT_EQ(as_text(ByteView(drawn->webp)).substr(8, 4), "WEBP");
}

TEST(Pdf, PagesOfAnySizeMakePicturesOfBoundedSize) {
  std::string bytes = make_pdf({kTwoLines});
  bytes.replace(bytes.find("200 400"), 7, "9 99999");
  const auto drawn = draw_first_page(input::ByteSource::from_bytes(as_bytes(bytes)), 128);
  ASSERT_TRUE(drawn.has_value());
  EXPECT_EQ(drawn->height_px, 128U);
  EXPECT_EQ(drawn->width_px, 1U);
}

TEST(Pdf, PrepareWorksHere) {
  EXPECT_TRUE(prepare().has_value());
}

}  // namespace
}  // namespace alcove::pdf

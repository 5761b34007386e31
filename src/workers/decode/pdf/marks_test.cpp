#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "workers/decode/parts/part_recorder.hpp"
#include "workers/decode/pdf/lines.hpp"
#include "workers/decode/pdf/pdf.hpp"
#include "workers/decode/pdf/pdf_writer.hpp"

namespace alcove::pdf {
namespace {

const std::string kPage = "BT /F 10 Tf 20 300 Td (Some words) Tj ET";

struct Read {
  input::Verdict verdict;
  wire::TextArtefact text;
};

Read read(const std::string& bytes) {
  input::TextCollector collector(wire::DecodeLimits{});
  Read out;
  out.verdict = read_pdf(input::ByteSource::from_bytes(as_bytes(bytes)), collector);
  out.text = std::move(collector).take();
  return out;
}

std::vector<wire::Block> of_kind(const wire::TextArtefact& text, wire::BlockKind kind) {
  std::vector<wire::Block> out;
  std::ranges::copy_if(text.blocks, std::back_inserter(out), [&](const wire::Block& b) { return b.kind == kind; });
  return out;
}

TEST(PdfMarks, FilledInFieldsHaveNamesAndPlaces) {
  const Read got = read(make_pdf(
      {kPage}, "/Annots[5 0 R 6 0 R 7 0 R 8 0 R]",
      "5 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(city[0])/V(Bern)/Rect[20 200 120 240]>>endobj\n"
      "6 0 obj<</Type/Annot/Subtype/Widget/FT/Ch/T(size)/TU(Size of shoe)/Opt[(small)(large)]/V(large)/Ff 131072"
      "/Rect[20 100 120 140]>>endobj\n"
      "7 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(secret)/V(1234)/Ff 8192/Rect[20 10 120 40]>>endobj\n"
      "8 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(empty)/Rect[20 50 120 60]>>endobj\n",
      "/AcroForm<</Fields[5 0 R 6 0 R 7 0 R 8 0 R]/DR<</Font<</F 3 0 R>>>>/DA(/F 10 Tf)>>"));
  const auto fields = of_kind(got.text, wire::BlockKind::kFormField);
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[0].text, "city: Bern");
  EXPECT_EQ(fields[0].place.page, 1U);
  EXPECT_NEAR(fields[0].place.boxes.at(0).y0, 0.4, 0.01);
  EXPECT_EQ(fields[1].text, "Size of shoe: large");
}

TEST(PdfOutline, EntriesStandAtThePagesTheyLeadTo) {
  const Read got =
      read(make_pdf({kPage, kPage}, "",
                    "5 0 obj<</Type/Outlines/First 6 0 R/Last 7 0 R/Count 2>>endobj\n"
                    "6 0 obj<</Title(Second page)/Parent 5 0 R/Next 7 0 R/Dest[12 0 R/Fit]/First 8 0 R/Last "
                    "8 0 R>>endobj\n"
                    "7 0 obj<</Title(Nowhere)/Parent 5 0 R/Prev 6 0 R>>endobj\n"
                    "8 0 obj<</Title(Inner)/Parent 6 0 R/Dest[10 0 R/Fit]>>endobj\n",
                    "/Outlines 5 0 R"));
  const auto entries = of_kind(got.text, wire::BlockKind::kOutline);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].text, "Nowhere");
  EXPECT_EQ(entries[0].place.kind, wire::PlaceKind::kDocument);
  EXPECT_EQ(entries[1].text, "Inner");
  EXPECT_EQ(entries[1].level, 1);
  EXPECT_EQ(entries[1].place.page, 1U);
  EXPECT_EQ(entries[2].text, "Second page");
  EXPECT_EQ(entries[2].place.page, 2U);
}

TEST(PdfOutline, OneThatLeadsBackToItselfEnds) {
  const Read got = read(make_pdf({kPage}, "",
                                 "5 0 obj<</Type/Outlines/First 6 0 R/Last 6 0 R/Count 1>>endobj\n"
                                 "6 0 obj<</Title(Round)/Parent 5 0 R/Next 6 0 R/First 6 0 R/Last 6 0 R>>endobj\n",
                                 "/Outlines 5 0 R"));
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
  EXPECT_LE(got.text.blocks.size(), 6'000U);
}

TEST(PdfLines, TextOfFontsWithoutAUnicodeMapIsNotTakenForText) {
  EXPECT_FALSE(is_unreadable("Plain words, 12 of them."));
  EXPECT_FALSE(is_unreadable("\u202B\u0643\u0628\u064A\u0631\u202C"));
  EXPECT_TRUE(is_unreadable("7KLV\x03LV\x03QRW\x03WH[W"));
  EXPECT_TRUE(is_unreadable("\uE012\uE034\uE055 a"));
  const Read got = read(
      make_pdf({"BT /F 10 Tf 20 300 Td <0037004B004C005600030003004C005600030003004A004F005C0053004B0056> Tj ET"},
               "/Resources<</Font<</F 5 0 R>>>>",
               "5 0 obj<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]>>endobj\n"
               "6 0 obj<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
               "/Supplement 0>>/DW 600>>endobj\n"));
  EXPECT_NE(got.verdict.outcome, wire::StageOutcome::kFailed);
  EXPECT_TRUE(of_kind(got.text, wire::BlockKind::kLine).empty());
}

TEST(PdfLines, CellsOfARowAreParted) {
  const Read got = read(make_pdf({"BT /F 10 Tf 20 300 Td (One) Tj 22 0 Td (Two) Tj ET"}));
  ASSERT_FALSE(got.text.blocks.empty());
  EXPECT_EQ(got.text.blocks[0].text, "One Two");
}

const std::string kEmbedded =
    "5 0 obj<</Type/Filespec/F(../notes.txt)/UF(../notes.txt)/EF<</F 6 0 R>>>>endobj\n"
    "6 0 obj<</Type/EmbeddedFile/Length 11>>stream\ninner words\nendstream endobj\n"
    "7 0 obj<</Type/Annot/Subtype/FileAttachment/Rect[20 200 40 220]/FS 8 0 R>>endobj\n"
    "8 0 obj<</Type/Filespec/F(pinned.csv)/UF(pinned.csv)/EF<</F 9 0 R>>>>endobj\n"
    "9 0 obj<</Type/EmbeddedFile/Length 3>>stream\na,b\nendstream endobj\n";

parts::Recorded attachments(const std::string& bytes) {
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  return parts::record([&](parts::PartSink& sink) { return read_attachments(source, wire::DecodeLimits{}, sink); });
}

TEST(PdfAttachments, OfTheDocumentAndOfItsPagesAreParts) {
  const std::string bytes =
      make_pdf({kPage}, "/Annots[7 0 R]", kEmbedded, "/Names<</EmbeddedFiles<</Names[(notes.txt)5 0 R]>>>>");
  const auto got = attachments(bytes);
  ASSERT_EQ(got.members.size(), 2U);
  EXPECT_EQ(got.members[0].first, "notes.txt");
  EXPECT_TRUE(got.members[0].second.starts_with("inner words"));
  EXPECT_EQ(got.members[1].first, "pinned.csv");
  EXPECT_TRUE(got.members[1].second.starts_with("a,b"));
}

TEST(PdfAttachments, ACutFileEndsInAnOutcome) {
  const std::string bytes =
      make_pdf({kPage}, "/Annots[7 0 R]", kEmbedded, "/Names<</EmbeddedFiles<</Names[(notes.txt)5 0 R]>>>>");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    (void)attachments(bytes.substr(0, size));
    (void)read(bytes.substr(0, size));
  }
}

}  // namespace
}  // namespace alcove::pdf

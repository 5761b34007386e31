#include "workers/decode/parts/embedded.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workers/decode/office/office.hpp"
#include "workers/decode/office/zip_writer.hpp"
#include "workers/decode/ole/compound_copy.hpp"
#include "workers/decode/ole/ole.hpp"
#include "workers/decode/ole/ole_object.hpp"
#include "workers/decode/ole/ole_samples.hpp"
#include "workers/decode/parts/part_recorder.hpp"

namespace alcove::parts {
namespace {

using testing::Pair;
using wire::Format;
using Members = std::vector<std::pair<std::string, std::string>>;

Recorded embedded(Format format, const std::string& bytes, const wire::DecodeLimits& limits = {},
                  std::uint32_t parts_from = 0) {
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  return record([&](PartSink& sink) { return read_embedded(format, source, limits, sink); }, limits, parts_from);
}

/// What the packager writes around a file; `wide` are the three texts in Unicode that newer programs add.
std::string packaged(const std::string& label, const std::string& path, const std::string& bytes,
                     const std::string& wide = {}, unsigned kind = 3) {
  const std::string command = path + '\0';
  const std::string body = ole::le(2, 2) + label + '\0' + path + '\0' + ole::le(0, 2) + ole::le(kind, 2) +
                           ole::le(command.size(), 4) + command + ole::le(bytes.size(), 4) + bytes + wide;
  return ole::le(body.size(), 4) + body;
}
std::string wide_text(std::string_view text) {
  return ole::le(text.size(), 4) + ole::utf16(text);
}
std::string package_object(const std::string& name, const std::string& bytes) {
  return ole::make_compound({{"\1Ole10Native", packaged(name, "C:\\Users\\me\\" + name, bytes)}});
}

std::string small_docx(const std::string& text) {
  return office::make_zip({{"word/document.xml", "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>" + text +
                                                     "</w:t></w:r></w:p></w:body></w:document>"}});
}

constexpr const char* kChartRelations =
    "<Relationships xmlns=\"r\"><Relationship Id=\"rId1\" Type=\"http://x/relationships/package\" "
    "Target=\"../embeddings/Workbook1.xlsx\"/></Relationships>";

TEST(PackagedFile, HasTheNameThatItsMakerGaveIt) {
  const auto parse = [](const std::string& stream) { return ole::parse_packaged_file(as_bytes(stream)); };
  const auto plain = parse(packaged("bill.pdf", "C:\\Users\\me\\bill.pdf", "%PDF-"));
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->name, "bill.pdf");
  EXPECT_EQ(as_text(plain->bytes), "%PDF-");
  EXPECT_FALSE(plain->truncated);
  // Somebody wrote a caption under the icon; newer programs say the name in Unicode, too.
  EXPECT_EQ(parse(packaged("See here", "/home/me/bill.pdf", "x"))->name, "bill.pdf");
  EXPECT_EQ(parse(packaged("r?sum?.txt", "r?sum?.txt", "x",
                           wide_text("C:\\temp\\cv.txt") + wide_text("cv.txt") + wide_text("C:\\cv.txt")))
                ->name,
            "cv.txt");
}

TEST(PackagedFile, LinksAndOtherProgramsDataAreNoFiles) {
  EXPECT_FALSE(ole::parse_packaged_file(as_bytes(packaged("a.txt", "a.txt", "x", {}, 1))).has_value());
  EXPECT_FALSE(ole::parse_packaged_file(as_bytes(std::string("\4\0\0\0BM..", 8))).has_value());
  EXPECT_FALSE(ole::parse_packaged_file({}).has_value());
}

TEST(PackagedFile, CutAnywhereGivesItsBeginningOrNothing) {
  const std::string whole = packaged("bill.pdf", "bill.pdf", "0123456789", wide_text("bill.pdf"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = ole::parse_packaged_file(as_bytes(whole).first(size));
    EXPECT_TRUE(!cut || std::string("0123456789").starts_with(as_text(cut->bytes)));
    EXPECT_TRUE(!cut || cut->bytes.size() == 10 || cut->truncated);
  }
}

TEST(Embedded, DocumentsInOfficeFilesAreParts) {
  const std::string inner = small_docx("inner words");
  const Recorded got = embedded(
      Format::kDocx,
      office::make_zip({{"word/document.xml", "<w:document/>"},
                        {"word/embeddings/Microsoft_Word_Document1.docx", inner},
                        {"word/embeddings/oleObject1.bin", package_object("bill.pdf", "%PDF-1.4 bytes")},
                        {"word/embeddings/oleObject2.bin", ole::make_compound({{"CONTENTS", "%PDF-1.4 acrobat"}})},
                        {"word/embeddings/oleObject3.bin", ole::make_word({.main = "Old words", .footnotes = {}})},
                        {"word/embeddings/oleObject4.bin", ole::make_compound({{"Package", inner}})},
                        {"word/embeddings/oleObject5.bin", ole::make_compound({{"Equation Native", "x"}})},
                        {"word/embeddings/oleObject6.bin", ole::make_compound({{"CONTENTS", "a control's"}})},
                        {"word/media/picture.png", "png"}}));
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
  ASSERT_EQ(got.members.size(), 5U);
  EXPECT_THAT(got.members[0], Pair("word/embeddings/Microsoft_Word_Document1.docx", inner));
  EXPECT_THAT(got.members[1], Pair("bill.pdf", "%PDF-1.4 bytes"));
  EXPECT_THAT(got.members[2], Pair("word/embeddings/oleObject2.pdf", "%PDF-1.4 acrobat"));
  EXPECT_EQ(got.members[3].first, "word/embeddings/oleObject3.doc");
  EXPECT_THAT(got.members[4], Pair("word/embeddings/oleObject4.docx", inner));
  EXPECT_TRUE(got.artefact.notes.empty());
}

TEST(Embedded, TheCellsBehindAChartAreNoDocument) {
  const Recorded got = embedded(Format::kPptx, office::make_zip({{"ppt/presentation.xml", "<p:presentation/>"},
                                                                 {"ppt/charts/chart1.xml", "<c:chart/>"},
                                                                 {"ppt/charts/_rels/chart1.xml.rels", kChartRelations},
                                                                 {"ppt/embeddings/Workbook1.xlsx", "behind a chart"},
                                                                 {"ppt/embeddings/Workbook2.xlsx", "on a slide"}}));
  ASSERT_EQ(got.members.size(), 1U);
  EXPECT_THAT(got.members[0], Pair("ppt/embeddings/Workbook2.xlsx", "on a slide"));
}

std::string odf_with_objects() {
  const std::string manifest =
      "<?xml version=\"1.0\"?><!DOCTYPE manifest:manifest PUBLIC \"x\" \"Manifest.dtd\"><m:manifest xmlns:m=\"m\">"
      "<m:file-entry m:full-path=\"/\" m:media-type=\"application/vnd.oasis.opendocument.text\"/>"
      "<m:file-entry m:full-path=\"Object 1/\" m:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/>"
      "<m:file-entry m:full-path=\"Object 1/content.xml\" m:media-type=\"text/xml\"/>"
      "<m:file-entry m:full-path=\"Object 2/\" m:media-type=\"application/vnd.oasis.opendocument.chart\"/>"
      "<m:file-entry m:full-path=\"Object 3\" m:media-type=\"application/vnd.sun.star.oleobject\"/>"
      "</m:manifest>";
  const std::string cells =
      "<o:document-content xmlns:o=\"o\" xmlns:t=\"t\"><o:body><o:spreadsheet><t:table t:name=\"Costs\"><t:table-row>"
      "<t:table-cell><t:p>inner cell</t:p></t:table-cell></t:table-row></t:table></o:spreadsheet></o:body>"
      "</o:document-content>";
  return office::make_zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                           {"content.xml", "<o:document-content xmlns:o=\"o\"/>"},
                           {"Object 1/content.xml", cells},
                           {"Object 2/content.xml", "<o:document-content xmlns:o=\"o\"/>"},
                           {"Object 3", package_object("Grüße.txt", "packaged words")},
                           {"META-INF/manifest.xml", manifest}});
}

TEST(Embedded, DocumentsInOpenDocumentsAreFilesOfTheirOwn) {
  const std::string outer = odf_with_objects();
  const Recorded got = embedded(Format::kOdt, outer);
  ASSERT_EQ(got.members.size(), 2U);
  EXPECT_EQ(got.members[0].first, "Object 1.ods");
  EXPECT_EQ(got.members[1].second, "packaged words");
  // What was made of the folder is read like any file, and is the same content each time.
  const auto source = input::ByteSource::from_bytes(as_bytes(got.members[0].second));
  EXPECT_EQ(office::identify(source, {}), Format::kOds);
  input::TextCollector collector(wire::DecodeLimits{});
  EXPECT_EQ(office::read_office(Format::kOds, source, collector).outcome, wire::StageOutcome::kDone);
  EXPECT_EQ(collector.artefact().blocks.back().text, "inner cell");
  EXPECT_EQ(embedded(Format::kOdt, outer).members[0].second, got.members[0].second);
}

TEST(Embedded, ObjectsOfOldWordAndExcelFilesComeOut) {
  const std::string workbook = ole::make_workbook({}, {});
  const Recorded word = embedded(
      Format::kDoc, ole::make_compound({{"WordDocument", "x"},
                                        {"ObjectPool/_100/Workbook", workbook},
                                        {"ObjectPool/_100/\1CompObj", "small"},
                                        {"ObjectPool/_101/\1Ole10Native", packaged("a.txt", "a.txt", "packed")},
                                        {"ObjectPool/_102/Equation Native", "x"}}));
  ASSERT_EQ(word.members.size(), 2U);
  EXPECT_EQ(word.members[0].first, "object 1.xls");
  EXPECT_THAT(word.members[1], Pair("a.txt", "packed"));
  const auto source = input::ByteSource::from_bytes(as_bytes(word.members[0].second));
  EXPECT_EQ(ole::identify(source), Format::kXls);
  input::TextCollector collector(wire::DecodeLimits{});
  EXPECT_EQ(ole::read_ole(Format::kXls, source, collector).outcome, wire::StageOutcome::kDone);
  EXPECT_EQ(collector.artefact().blocks.at(0).text, "Data");

  const Recorded excel = embedded(Format::kXls, ole::make_compound({{"Workbook", workbook},
                                                                    {"MBD00112233/Package", small_docx("x")},
                                                                    {"_VBA_PROJECT_CUR/dir", "x"}}));
  ASSERT_EQ(excel.members.size(), 1U);
  EXPECT_EQ(excel.members[0].first, "object 1.docx");
}

TEST(Embedded, AStorageIsCopiedWithAllItsStreams) {
  // Some streams small, some in long chains, and so many sectors that the header has no room for their table.
  const Members streams = {{"WordDocument", "document"},
                           {"Pool/a/small", "tiny"},
                           {"Pool/a/Workbook", std::string(8UL * 1024 * 1024, 'w')},
                           {"Pool/a/deep/er/leaf", std::string(5'000, 'l')},
                           {"Pool/a/empty", ""}};
  const std::string outer = ole::make_compound(streams);
  const auto source = input::ByteSource::from_bytes(as_bytes(outer));
  const auto file = ole::CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  const auto copied = ole::copy_storage(*file, *file->find("a", *file->find("Pool")), kObjectBytesMax);
  ASSERT_TRUE(copied.has_value());
  const auto inner_source = input::ByteSource::from_bytes(*copied);
  const auto inner = ole::CompoundFile::open(inner_source);
  ASSERT_TRUE(inner.has_value());
  EXPECT_FALSE(inner->is_damaged());
  EXPECT_EQ(as_text(inner->read("small")->bytes), "tiny");
  EXPECT_EQ(as_text(inner->read("Workbook")->bytes), streams[2].second);
  EXPECT_EQ(as_text(inner->read("leaf", *inner->find("er", *inner->find("deep")))->bytes), streams[3].second);
  EXPECT_TRUE(inner->find("empty").has_value());
  EXPECT_EQ(ole::copy_storage(*file, *file->find("Pool"), 1'000).error().code, ErrorCode::kTooLarge);
}

TEST(Embedded, ObjectsOfSlidesComeOut) {
  const std::string object = package_object("notes.txt", "on the slide");
  const std::string ppt = ole::make_ppt("Title", "Box", "Notes", {}, 0xE391C05F, ole::ppt_atom(0x1011, object));
  const Recorded got = embedded(Format::kPpt, ppt);
  ASSERT_EQ(got.members.size(), 1U);
  EXPECT_THAT(got.members[0], Pair("notes.txt", "on the slide"));
}

TEST(Embedded, ABombInsideEndsWithAReason) {
  const std::string zeros(100UL * 1024 * 1024, '\0');
  const std::string bytes =
      office::make_zip({{"word/document.xml", "<w:document/>"}, {"word/embeddings/a.docx", zeros}, {"z", "z"}});
  const Recorded got = embedded(Format::kDocx, bytes);
  ASSERT_EQ(got.artefact.parts.size(), 1U);
  EXPECT_EQ(got.artefact.parts[0].reason_code, "bomb");
  EXPECT_TRUE(got.members.empty());
}

TEST(Embedded, DamageInOneLeavesTheOthers) {
  const std::string good = "%PDF-1.4 good one";
  std::string bytes = office::make_zip({{"word/document.xml", "<w:document/>"},
                                        {"word/embeddings/a.docx", std::string(3'000, 'a')},
                                        {"word/embeddings/b.pdf", good}});
  const std::size_t data = bytes.find("a.docx") + 6;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(data) + 12, 4, '\xFF');
  const Recorded got = embedded(Format::kDocx, bytes);
  ASSERT_EQ(got.artefact.parts.size(), 2U);
  ASSERT_FALSE(got.members.empty());
  EXPECT_THAT(got.members.back(), Pair("word/embeddings/b.pdf", good));
}

}  // namespace
}  // namespace alcove::parts

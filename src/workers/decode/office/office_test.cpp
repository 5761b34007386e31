#include "workers/decode/office/office.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "workers/decode/office/container.hpp"
#include "workers/decode/office/xml.hpp"
#include "workers/decode/office/zip_writer.hpp"

namespace alcove::office {
namespace {

using wire::Block;
using wire::BlockKind;
using wire::Format;

struct Read {
  input::Verdict verdict;
  wire::TextArtefact text;

  [[nodiscard]] const Block* find(std::string_view piece) const {
    const auto found = std::ranges::find_if(
        text.blocks, [&](const Block& block) { return block.text.find(piece) != std::string::npos; });
    return found == text.blocks.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool noted(std::string_view code) const {
    return std::ranges::any_of(text.notes, [&](const wire::Note& note) { return note.code == code; });
  }
};

Read read(Format format, const std::string& zip, wire::DecodeLimits limits = {}) {
  input::TextCollector collector(limits);
  Read out;
  out.verdict = read_office(format, input::ByteSource::from_bytes(as_bytes(zip)), collector);
  out.text = std::move(collector).take();
  return out;
}

std::string docx(const std::string& body, std::vector<std::pair<std::string, std::string>> more = {}) {
  std::vector<std::pair<std::string, std::string>> members = {
      {"[Content_Types].xml",
       "<Types><Override ContentType='application/vnd.openxmlformats-officedocument."
       "wordprocessingml.document.main+xml'/></Types>"},
      {"word/document.xml", "<w:document xmlns:w='x'><w:body>" + body + "</w:body></w:document>"}};
  members.insert(members.end(), more.begin(), more.end());
  return make_zip(members);
}

std::string relations(const std::vector<std::array<std::string, 3>>& items) {
  std::string out = "<Relationships>";
  for (const auto& [id, type, target] : items) {
    out += "<Relationship Id='" + id + "' Type='http://x/" + type + "' Target='" + target + "'/>";
  }
  return out + "</Relationships>";
}

TEST(Docx, ReadsParagraphsWithNumbersAndSplitRuns) {
  const Read got = read(Format::kDocx, docx("<w:p><w:r><w:t>Hel</w:t></w:r><w:r><w:t>lo</w:t></w:r></w:p>"
                                            "<w:p/><w:p><w:r><w:t>World</w:t><w:tab/><w:t>x</w:t></w:r></w:p>"));
  ASSERT_EQ(got.text.blocks.size(), 2U);
  EXPECT_EQ(got.text.blocks[0].text, "Hello");
  EXPECT_EQ(got.text.blocks[0].place.paragraph_first, 1U);
  EXPECT_EQ(got.text.blocks[1].text, "World\tx");
  EXPECT_EQ(got.text.blocks[1].place.paragraph_first, 3U);
}

TEST(Docx, FindsHeadingsThroughStylesOfAnyLanguage) {
  const std::string styles =
      "<w:styles><w:style w:styleId='berschrift2'><w:name w:val='heading 2'/></w:style>"
      "<w:style w:styleId='Eigene'><w:name w:val='Eigene'/><w:basedOn w:val='berschrift2'/></w:style>"
      "<w:style w:styleId='Ring'><w:name w:val='a'/><w:basedOn w:val='Ring'/></w:style></w:styles>";
  const Read got =
      read(Format::kDocx, docx("<w:p><w:pPr><w:pStyle w:val='Eigene'/></w:pPr><w:r><w:t>Kopf</w:t></w:r></w:p>"
                               "<w:p><w:pPr><w:pStyle w:val='Ring'/></w:pPr><w:r><w:t>Ring</w:t></w:r></w:p>",
                               {{"word/_rels/document.xml.rels", relations({{"1", "styles", "styles.xml"}})},
                                {"word/styles.xml", styles}}));
  ASSERT_EQ(got.text.blocks.size(), 2U);
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[0].level, 2);
  EXPECT_EQ(got.text.blocks[1].kind, BlockKind::kParagraph);
}

TEST(Docx, KeepsInsertionsAndDropsDeletions) {
  const Read got = read(Format::kDocx, docx("<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old"
                                            "</w:delText></w:r></w:del></w:p>"));
  ASSERT_EQ(got.text.blocks.size(), 1U);
  EXPECT_EQ(got.text.blocks[0].text, "new");
}

TEST(Docx, ReadsTextBoxesOnce) {
  const std::string box = "<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>";
  const Read got = read(Format::kDocx, docx("<w:p><w:r><mc:AlternateContent><mc:Choice><wps:txbx>" + box +
                                            "</wps:txbx></mc:Choice><mc:Fallback><v:textbox>" + box +
                                            "</v:textbox></mc:Fallback></mc:AlternateContent></w:r></w:p>"));
  ASSERT_EQ(got.text.blocks.size(), 1U);
  EXPECT_EQ(got.text.blocks[0].text, "boxed");
}

TEST(Docx, PutsNotesAndCommentsBesideTheirParagraph) {
  const Read got = read(
      Format::kDocx, docx("<w:p><w:r><w:t>one</w:t></w:r></w:p><w:p><w:r><w:t>two</w:t><w:footnoteReference w:id='2'/>"
                          "<w:commentReference w:id='0'/></w:r></w:p>",
                          {{"word/_rels/document.xml.rels",
                            relations({{"1", "footnotes", "footnotes.xml"}, {"2", "comments", "comments.xml"}})},
                           {"word/footnotes.xml",
                            "<w:footnotes><w:footnote w:id='0' w:type='separator'><w:p/></w:footnote>"
                            "<w:footnote w:id='2'><w:p><w:r><w:t>below</w:t></w:r></w:p></w:footnote></w:footnotes>"},
                           {"word/comments.xml",
                            "<w:comments><w:comment w:id='0'><w:p><w:r><w:t>really?</w:t></w:r></w:p></w:comment>"
                            "</w:comments>"}}));
  ASSERT_NE(got.find("below"), nullptr);
  EXPECT_EQ(got.find("below")->kind, BlockKind::kNote);
  EXPECT_EQ(got.find("below")->place.paragraph_first, 2U);
  ASSERT_NE(got.find("really?"), nullptr);
  EXPECT_EQ(got.find("really?")->kind, BlockKind::kComment);
}

TEST(Docx, ReadsTablesRowByRow) {
  const auto cell = [](const std::string& text) {
    return "<w:tc><w:p><w:r><w:t>" + text + "</w:t></w:r></w:p></w:tc>";
  };
  const Read got = read(Format::kDocx, docx("<w:tbl><w:tr>" + cell("a") + cell("b") + "</w:tr><w:tr>" + cell("c") +
                                            cell("d") + "</w:tr></w:tbl>"));
  ASSERT_EQ(got.text.blocks.size(), 2U);
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kTableRow);
  EXPECT_EQ(got.text.blocks[0].text, "a\tb");
  EXPECT_EQ(got.text.blocks[1].place.paragraph_first, 3U);
  EXPECT_EQ(got.text.blocks[1].place.paragraph_last, 4U);
}

TEST(Docx, RefusesDocumentTypes) {
  const std::string zip =
      make_zip({{"word/document.xml",
                 "<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><w:document><w:body><w:p><w:r><w:t>"
                 "&e;</w:t></w:r></w:p></w:body></w:document>"}});
  const Read got = read(Format::kDocx, zip);
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kFailed);
  EXPECT_EQ(got.verdict.code, "doctype_refused");
}

TEST(Docx, DeepNestingIsCutAndNoted) {
  std::string body = "<w:p><w:r><w:t>before</w:t></w:r></w:p>";
  for (int i = 0; i < 5'000; ++i) {
    body += "<w:sdt>";
  }
  const Read got = read(Format::kDocx, docx(body));
  EXPECT_NE(got.find("before"), nullptr);
  EXPECT_TRUE(got.noted("nesting_limit"));
}

TEST(Docx, TextBeyondTheLimitIsCutAndNoted) {
  wire::DecodeLimits limits;
  limits.text_bytes_max = 100;
  std::string body;
  for (int i = 0; i < 50; ++i) {
    body += "<w:p><w:r><w:t>ten bytes.</w:t></w:r></w:p>";
  }
  const Read got = read(Format::kDocx, docx(body), limits);
  EXPECT_EQ(got.text.blocks.size(), 10U);
  EXPECT_TRUE(got.noted("text_limit"));
}

TEST(Docx, ExpandedBytesBeyondTheLimitAreNotInflated) {
  wire::DecodeLimits limits;
  limits.expanded_bytes_max = 200'000;
  const Read got = read(Format::kDocx, docx("<w:p><w:r><w:t>" + std::string(5'000'000, 'a')), limits);
  EXPECT_TRUE(got.noted("expanded_limit"));
}

TEST(Docx, ACutFileGivesWhatItsIntactMembersHold) {
  std::string zip = docx("<w:p><w:r><w:t>early</w:t></w:r></w:p>", {{"word/media/picture", std::string(9'000, 'x')}});
  zip.resize(zip.size() - 200);  // The directory stands at the end.
  const Read got = read(Format::kDocx, zip);
  EXPECT_NE(got.find("early"), nullptr);
  EXPECT_TRUE(got.noted("damaged"));
}

std::string workbook(const std::string& sheet_xml) {
  return make_zip({{"xl/workbook.xml",
                    "<workbook><sheets><sheet name='First' sheetId='1' r:id='r1'/>"
                    "<sheet name='Away' state='hidden' sheetId='2' r:id='r2'/></sheets></workbook>"},
                   {"xl/_rels/workbook.xml.rels", relations({{"r1", "worksheet", "worksheets/a.xml"},
                                                             {"r2", "worksheet", "/xl/worksheets/b.xml"},
                                                             {"r3", "sharedStrings", "sharedStrings.xml"},
                                                             {"r4", "styles", "styles.xml"}})},
                   {"xl/sharedStrings.xml",
                    "<sst><si><t>Müller</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>no</t></rPh>"
                    "</si></sst>"},
                   {"xl/styles.xml",
                    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='dd\\.mm\\.yyyy'/></numFmts><cellXfs>"
                    "<xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='10'/></cellXfs></styleSheet>"},
                   {"xl/worksheets/a.xml", sheet_xml},
                   {"xl/worksheets/b.xml",
                    "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>inline</t></is></c></row>"
                    "</sheetData></worksheet>"}});
}

TEST(Xlsx, ReadsRowsWithRangesStringsDatesAndNumbers) {
  const Read got =
      read(Format::kXlsx,
           workbook("<worksheet><sheetData><row r='2'><c r='B2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c>"
                    "<c r='D2' s='1'><v>44197</v></c><c r='E2' s='2'><v>0.125</v></c><c r='F2'><v>0.30000000000000004"
                    "</v></c></row><row r='3'/></sheetData><headerFooter><oddHeader>&amp;LLeft&amp;RRight &amp;P"
                    "</oddHeader></headerFooter></worksheet>"));
  const Block* const row = got.find("Müller");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->text, "Müller\trich text\t01.01.2021\t12.50%\t0.3");
  EXPECT_EQ(row->place.sheet, "First");
  EXPECT_EQ(row->place.cells, "B2:F2");
  ASSERT_NE(got.find("Left"), nullptr);
  EXPECT_EQ(got.find("Left")->kind, BlockKind::kHeaderFooter);
  ASSERT_NE(got.find("inline"), nullptr);
  EXPECT_EQ(got.find("inline")->place.sheet, "Away");
  EXPECT_TRUE(got.noted("hidden_sheet"));
  EXPECT_EQ(got.text.page_count, 2U);
}

TEST(Xlsx, ADamagedEndOfASheetCostsItsHeaderOnly) {
  for (const char* end : {"headerFooter", "x headerFooter>", "</sheetData>headerFooter", "<headerFooter", ""}) {
    const Read got =
        read(Format::kXlsx,
             workbook("<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c></row>" + std::string(end)));
    EXPECT_NE(got.find("Müller"), nullptr) << end;
  }
}

TEST(Xlsx, ReadsSheetsLargerThanOneBatch) {
  std::string rows;
  for (int i = 1; i <= 40'000; ++i) {
    rows += "<x:row r='" + std::to_string(i) + "'><x:c><x:v>" + std::to_string(i) + "</x:v></x:c></x:row>";
  }
  const Read got = read(Format::kXlsx, workbook("<x:worksheet><x:sheetData>" + rows + "</x:sheetData></x:worksheet>"));
  EXPECT_NE(got.find("39999"), nullptr);
  EXPECT_EQ(got.find("39999")->place.cells, "A39999");
}

TEST(Pptx, ReadsSlidesInTheOrderOfThePresentation) {
  const auto slide = [](const std::string& text) {
    return "<p:sld><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph "
           "type='title'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r>"
           "<a:t>" +
           text + "</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>";
  };
  const std::string zip =
      make_zip({{"ppt/presentation.xml",
                 "<p:presentation><p:sldIdLst><p:sldId id='256' r:id='b'/><p:sldId id='257' r:id='a'/>"
                 "</p:sldIdLst></p:presentation>"},
                {"ppt/_rels/presentation.xml.rels",
                 relations({{"a", "slide", "slides/slide1.xml"}, {"b", "slide", "slides/slide2.xml"}})},
                {"ppt/slides/slide1.xml", slide("Later")},
                {"ppt/slides/slide2.xml", slide("Sooner")}});
  const Read got = read(Format::kPptx, zip);
  ASSERT_EQ(got.text.blocks.size(), 2U);
  EXPECT_EQ(got.text.blocks[0].text, "Sooner");
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[0].place.slide, 1U);
  EXPECT_EQ(got.text.blocks[1].place.slide, 2U);
}

TEST(Docx, NamesTheAuthorsOfComments) {
  const Read got =
      read(Format::kDocx,
           docx("<w:p><w:r><w:t>x</w:t><w:commentReference w:id='0'/></w:r></w:p>",
                {{"word/_rels/document.xml.rels", relations({{"2", "comments", "comments.xml"}})},
                 {"word/comments.xml",
                  "<w:comments><w:comment w:id='0' w:author='Ada'><w:p><w:r><w:t>really?</w:t></w:r></w:p></w:comment>"
                  "</w:comments>"},
                 {"docProps/core.xml", "<cp:coreProperties><cp:keywords>one, two</cp:keywords></cp:coreProperties>"}}));
  EXPECT_NE(got.find("Ada: really?"), nullptr);
  ASSERT_NE(got.find("one, two"), nullptr);
  EXPECT_EQ(got.find("one, two")->kind, BlockKind::kMetadata);
}

TEST(Xlsx, MarksHiddenRowsAndSheetsAndNamesAuthors) {
  const std::string zip = make_zip(
      {{"xl/workbook.xml",
        "<workbook><sheets><sheet name='A' r:id='a'/><sheet name='B' state='veryHidden' "
        "r:id='b'/></sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels",
        relations({{"a", "worksheet", "worksheets/a.xml"}, {"b", "worksheet", "worksheets/b.xml"}})},
       {"xl/worksheets/a.xml",
        "<worksheet><sheetData><row r='1' hidden='1'><c><v>11</v></c></row><row r='2'><c><v>22</v></c></row>"
        "</sheetData></worksheet>"},
       {"xl/worksheets/b.xml", "<worksheet><sheetData><row><c><v>33</v></c></row></sheetData></worksheet>"},
       {"xl/worksheets/_rels/a.xml.rels", relations({{"c", "comments", "../comments1.xml"}})},
       {"xl/comments1.xml",
        "<comments><authors><author>Ada</author></authors><commentList><comment ref='A2' authorId='0'><text><t>"
        "hm</t></text></comment></commentList></comments>"}});
  const Read got = read(Format::kXlsx, zip);
  ASSERT_NE(got.find("11"), nullptr);
  EXPECT_TRUE(got.find("11")->place.hidden);
  EXPECT_FALSE(got.find("22")->place.hidden);
  EXPECT_TRUE(got.find("33")->place.hidden);
  ASSERT_NE(got.find("Ada: hm"), nullptr);
  EXPECT_FALSE(got.find("Ada: hm")->place.hidden);
}

TEST(Xlsx, CellsOfHiddenColumnsStandApart) {
  const std::string zip = make_zip(
      {{"xl/workbook.xml", "<workbook><sheets><sheet name='A' r:id='a'/></sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels", relations({{"a", "worksheet", "worksheets/a.xml"}})},
       {"xl/worksheets/a.xml",
        "<worksheet><cols><col min='1' max='1' width='9'/><col min='2' max='3' hidden='1'/><col min='9' max='4' "
        "hidden='1'/><col min='16384' max='4000000000' hidden='true'/></cols><sheetData><row r='5'><c r='A5'><v>11</v>"
        "</c><c r='B5'><v>22</v></c><c r='C5'><v>33</v></c><c r='D5'><v>44</v></c></row></sheetData></worksheet>"}});
  const Read got = read(Format::kXlsx, zip);
  ASSERT_NE(got.find("11\t44"), nullptr);
  EXPECT_FALSE(got.find("11\t44")->place.hidden);
  EXPECT_EQ(got.find("11\t44")->place.cells, "A5:D5");
  ASSERT_NE(got.find("22\t33"), nullptr);
  EXPECT_TRUE(got.find("22\t33")->place.hidden);
  EXPECT_EQ(got.find("22\t33")->place.cells, "B5:C5");
}

TEST(Pptx, MarksHiddenSlidesAndNamesAuthorsOfComments) {
  const std::string zip = make_zip(
      {{"ppt/presentation.xml", "<p:presentation><p:sldIdLst><p:sldId r:id='a'/></p:sldIdLst></p:presentation>"},
       {"ppt/_rels/presentation.xml.rels",
        relations({{"a", "slide", "slides/slide1.xml"}, {"b", "commentAuthors", "commentAuthors.xml"}})},
       {"ppt/commentAuthors.xml", "<p:cmAuthorLst><p:cmAuthor id='7' name='Ada'/></p:cmAuthorLst>"},
       {"ppt/slides/slide1.xml",
        "<p:sld show='0'><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>text</a:t></a:r></a:p></p:txBody></p:sp>"
        "</p:spTree></p:cSld></p:sld>"},
       {"ppt/slides/_rels/slide1.xml.rels", relations({{"c", "comments", "../comments/c1.xml"}})},
       {"ppt/comments/c1.xml",
        "<p:cmLst><p:cm authorId='7'><p:text>old way</p:text></p:cm><p188:cm authorId='7'><p188:replyLst>"
        "<p188:reply authorId='7'><p188:txBody><a:p><a:r><a:t>reply</a:t></a:r></a:p></p188:txBody></p188:reply>"
        "</p188:replyLst><p188:txBody><a:p><a:r><a:t>new way</a:t></a:r></a:p></p188:txBody></p188:cm>"
        "</p:cmLst>"}});
  const Read got = read(Format::kPptx, zip);
  ASSERT_NE(got.find("text"), nullptr);
  EXPECT_TRUE(got.find("text")->place.hidden);
  EXPECT_NE(got.find("Ada: old way"), nullptr);
  EXPECT_NE(got.find("Ada: new way"), nullptr);
  EXPECT_NE(got.find("Ada: reply"), nullptr);
}

TEST(Odt, ReadsHeadingsListsNotesAndSpaces) {
  const std::string zip = make_zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                                    {"content.xml",
                                     "<office:document-content><office:body><office:text><text:tracked-changes><text:p>"
                                     "gone</text:p></text:tracked-changes>"
                                     "<text:h text:outline-level='2'>Top</text:h><text:p>a<text:s text:c='2'/>b\n   "
                                     "c<text:note><text:note-body><text:p>"
                                     "foot</text:p></text:note-body></text:note></"
                                     "text:p><text:list><text:list-item><text:p>item</text:p></text:list-item>"
                                     "</text:list></office:text></office:body></office:document-content>"}});
  const Read got = read(Format::kOdt, zip);
  ASSERT_EQ(got.text.blocks.size(), 4U);
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[1].text, "a  b c");
  EXPECT_EQ(got.text.blocks[2].kind, BlockKind::kNote);
  EXPECT_EQ(got.text.blocks[3].kind, BlockKind::kListItem);
  EXPECT_EQ(identify(input::ByteSource::from_bytes(as_bytes(zip)), {}), Format::kOdt);
}

TEST(Odt, EncryptedOnesAreSkipped) {
  const std::string zip = make_zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                                    {"content.xml", "\x8f\x01"},
                                    {"META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"}});
  EXPECT_EQ(read(Format::kOdt, zip).verdict.code, "encrypted");
}

TEST(OfficeFacts, ComeFromTheCoreProperties) {
  const std::string zip = make_zip({{"docProps/core.xml",
                                     "<cp:coreProperties><dc:title>Annual  Report</dc:title><dc:creator>"
                                     "Ada</dc:creator><dcterms:created>2020-02-03T04:05:06Z"
                                     "</dcterms:created></cp:coreProperties>"}});
  const auto facts = office_facts(Format::kDocx, input::ByteSource::from_bytes(as_bytes(zip)), {});
  EXPECT_EQ(facts.title, "Annual Report");
  EXPECT_EQ(facts.author, "Ada");
  EXPECT_EQ(facts.created_unix_ms, 1'580'702'706'000);
}

TEST(OfficeFacts, WhatATemplateSaysOfItselfIsNothing) {
  const std::string zip =
      docx("<w:p><w:r><w:t>Lease</w:t></w:r></w:p>",
           {{"docProps/core.xml",
             "<cp:coreProperties><dc:creator>python-docx</dc:creator><dc:description>generated by python-docx"
             "</dc:description><cp:category>Rent</cp:category><dcterms:created>2013-12-23T23:15:00Z</dcterms:created>"
             "</cp:coreProperties>"}});
  const auto facts = office_facts(Format::kDocx, input::ByteSource::from_bytes(as_bytes(zip)), {});
  EXPECT_EQ(facts.author, "");
  EXPECT_EQ(facts.created_unix_ms, 0);
  const Read got = read(Format::kDocx, zip);
  EXPECT_NE(got.find("Rent"), nullptr);
  EXPECT_EQ(got.find("python"), nullptr);
}

TEST(Container, FindsNamesLooselyAndCountsMembers) {
  const std::string zip = make_zip({{"A/B.xml", "one"}, {"c", "two"}, {"d", "three"}});
  const auto source = input::ByteSource::from_bytes(as_bytes(zip));
  auto container = Container::open(source, {});
  ASSERT_TRUE(container.has_value());
  EXPECT_EQ(container->read("/a/b.XML", 10)->bytes, "one");
  EXPECT_EQ(container->read("d", 2)->bytes, "th");
  EXPECT_EQ(container->read("none", 2).error().code, ErrorCode::kNotFound);
  wire::DecodeLimits limits;
  limits.members_max = 2;
  EXPECT_TRUE(Container::open(source, limits)->is_cut());
}

TEST(Container, EveryTruncationIsHandled) {
  const std::string zip = docx("<w:p><w:r><w:t>text</w:t></w:r></w:p>");
  for (std::size_t size = 0; size < zip.size(); size += 7) {
    (void)read(Format::kDocx, zip.substr(0, size));
  }
}

TEST(Xml, DepthIsFoundWithoutBeingFooledByQuotesAndComments) {
  EXPECT_EQ(depth_cut("<a b='>'><!-- <x><y> --><b/><c></c></a>", 2), 39U);
  EXPECT_EQ(depth_cut("<a><b><c>", 2), 6U);
}

TEST(Xml, TargetsStayInsideTheContainer) {
  EXPECT_EQ(resolve_target("word/document.xml", "../../../etc/passwd"), "etc/passwd");
  EXPECT_EQ(resolve_target("word/document.xml", "media/a"), "word/media/a");
  EXPECT_EQ(resolve_target("word/document.xml", "/xl/b"), "xl/b");
}

TEST(Docx, NumbersListsAndHeadingsAsTheyAreShown) {
  const std::string numbering =
      "<w:numbering><w:abstractNum w:abstractNumId='4'><w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt "
      "w:val='decimal'/>"
      "<w:pStyle w:val='H1'/><w:lvlText w:val='%1.'/></w:lvl><w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt "
      "w:val='decimal'/><w:pStyle w:val='H2'/><w:lvlText w:val='%1.%2'/></w:lvl></w:abstractNum><w:abstractNum "
      "w:abstractNumId='5'><w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='bullet'/><w:lvlText w:val='o'/>"
      "</w:lvl></w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='4'/></w:num><w:num w:numId='2'>"
      "<w:abstractNumId w:val='5'/></w:num><w:num w:numId='3'><w:abstractNumId w:val='4'/><w:lvlOverride w:ilvl='0'>"
      "<w:startOverride w:val='7'/></w:lvlOverride></w:num></w:numbering>";
  const std::string styles =
      "<w:styles><w:style w:styleId='H1'><w:name w:val='heading 1'/><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr>"
      "</w:pPr></w:style><w:style w:styleId='H2'><w:name w:val='heading 2'/><w:basedOn w:val='H1'/><w:pPr><w:numPr>"
      "<w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr></w:pPr></w:style></w:styles>";
  const auto paragraph = [](const std::string& properties, const std::string& words) {
    return "<w:p><w:pPr>" + properties + "</w:pPr><w:r><w:t>" + words + "</w:t></w:r></w:p>";
  };
  const auto list = [](const std::string& id) {
    return "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='" + id + "'/></w:numPr>";
  };
  const Read got = read(
      Format::kDocx, docx(paragraph("<w:pStyle w:val='H1'/>", "Scope") + paragraph("<w:pStyle w:val='H2'/>", "Terms") +
                              paragraph("<w:pStyle w:val='H2'/>", "Signs") + paragraph(list("2"), "bullet") +
                              paragraph("<w:pStyle w:val='H1'/>" + list("0"), "Annex") + paragraph(list("3"), "seven") +
                              "<w:tbl><w:tr><w:tc>" + paragraph(list("3"), "cell") + "</w:tc></w:tr></w:tbl>",
                          {{"word/_rels/document.xml.rels",
                            relations({{"1", "styles", "styles.xml"}, {"2", "numbering", "numbering.xml"}})},
                           {"word/styles.xml", styles},
                           {"word/numbering.xml", numbering}}));
  std::vector<std::string> texts;
  for (const Block& block : got.text.blocks) {
    texts.push_back(block.text);
  }
  EXPECT_EQ(texts,
            (std::vector<std::string>{"1. Scope", "1.1 Terms", "1.2 Signs", "bullet", "Annex", "7. seven", "8. cell"}));
}

TEST(Docx, MarksHiddenWords) {
  const Read got = read(Format::kDocx, docx("<w:p><w:r><w:t>seen</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret"
                                            "</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t> again</w:t>"
                                            "</w:r></w:p>"));
  ASSERT_EQ(got.text.blocks.size(), 2U);
  EXPECT_EQ(got.text.blocks[0].text, "seen again");
  EXPECT_FALSE(got.text.blocks[0].place.hidden);
  EXPECT_EQ(got.text.blocks[1].text, "secret");
  EXPECT_TRUE(got.text.blocks[1].place.hidden);
}

TEST(Pptx, NumbersParagraphsAndReadsChartsAsTheyAreShown) {
  const auto paragraph = [](const std::string& properties, const std::string& words) {
    return "<a:p><a:pPr" + properties + "</a:pPr><a:r><a:t>" + words + "</a:t></a:r></a:p>";
  };
  const std::string number = "><a:buAutoNum type='arabicPeriod'/>";
  const std::string shape = "<p:sp><p:txBody>" + paragraph(number, "first") + "<a:p/>" +
                            paragraph(" lvl='1'><a:buAutoNum type='alphaLcParenR' startAt='3'/>", "inner") +
                            paragraph(number, "second") + paragraph("><a:buChar char='x'/>", "bullet") +
                            paragraph(number, "anew") + "</p:txBody></p:sp>";
  const std::string chart =
      "<c:chart><c:ser><c:cat><c:strCache><c:pt><c:v>Spring</c:v></c:pt></c:strCache></c:cat><c:val><c:numCache>"
      "<c:formatCode>0.0%</c:formatCode><c:pt><c:v>0.125</c:v></c:pt></c:numCache></c:val></c:ser></c:chart>";
  const Read got = read(
      Format::kPptx,
      make_zip(
          {{"ppt/presentation.xml", "<p:presentation><p:sldIdLst><p:sldId r:id='r1'/></p:sldIdLst></p:presentation>"},
           {"ppt/_rels/presentation.xml.rels", relations({{"r1", "slide", "slides/a.xml"}})},
           {"ppt/slides/a.xml", "<p:sld><p:cSld><p:spTree>" + shape + "</p:spTree></p:cSld></p:sld>"},
           {"ppt/slides/_rels/a.xml.rels", relations({{"r1", "chart", "../charts/c.xml"}})},
           {"ppt/charts/c.xml", chart}}));
  std::vector<std::string> texts;
  for (const Block& block : got.text.blocks) {
    texts.push_back(block.text);
  }
  EXPECT_EQ(texts,
            (std::vector<std::string>{"1. first", "c) inner", "2. second", "bullet", "1. anew", "Spring", "12.5%"}));
}

}  // namespace
}  // namespace alcove::office

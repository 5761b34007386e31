#include "workers/decode/ebook/ebook.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "workers/decode/office/office.hpp"
#include "workers/decode/office/zip_writer.hpp"

namespace alcove::ebook {
namespace {

using wire::BlockKind;

struct Read {
  input::Verdict verdict;
  wire::TextArtefact text;
};

Read read(const std::string& zip) {
  input::TextCollector collector{wire::DecodeLimits{}};
  Read out;
  out.verdict = read_epub(input::ByteSource::from_bytes(as_bytes(zip)), collector);
  out.text = std::move(collector).take();
  return out;
}

using Members = std::vector<std::pair<std::string, std::string>>;

Members book() {
  return {
      {"mimetype", "application/epub+zip"},
      {"META-INF/container.xml",
       "<?xml version='1.0'?><container><rootfiles><rootfile full-path='OPS/b.opf'/></rootfiles></container>"},
      {"OPS/b.opf",
       "<package><metadata><dc:title>The Book</dc:title><dc:creator>Ada</dc:creator><dc:creator>Bob</dc:creator>"
       "<dc:date>2020-02-03</dc:date><meta property='dcterms:modified'>2021-01-01T00:00:00Z</meta></metadata>\n"
       "<manifest>\n<item id='n' href='nav.xhtml' properties='nav'/>\n<item id='two' href='t/2%20b.xhtml'/>\n"
       "<item id='one' href='t/1.xhtml'/>\n</manifest>\n<spine>\n<itemref idref='one'/>\n<itemref idref='two'/>\n"
       "</spine></package>"},
      {"OPS/nav.xhtml",
       "<!DOCTYPE html><html><body><nav epub:type='landmarks'><a href='t/1.xhtml'>wrong</a></nav>"
       "<nav epub:type='toc'><ol><li><a href='t/2%20b.xhtml#x'>Second &amp; last</a></li></ol></nav></body></html>"},
      {"OPS/t/1.xhtml",
       "<?xml version='1.0'?><html><head><title/><script src='x'/></head><body><h1>Beginning</h1><p>first words</p>"
       "</body></html>"},
      {"OPS/t/2 b.xhtml", "<html><head><title>t</title></head><body><p>last<br/>words</p></body></html>"}};
}

TEST(Epub, ReadsChaptersInTheOrderOfTheSpine) {
  const std::string zip = office::make_zip(book());
  const Read got = read(zip);
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
  EXPECT_TRUE(got.text.notes.empty());
  ASSERT_EQ(got.text.blocks.size(), 3U);
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[1].text, "first words");
  EXPECT_EQ(got.text.blocks[1].place.kind, wire::PlaceKind::kChapter);
  EXPECT_EQ(got.text.blocks[1].place.chapter, 1U);
  EXPECT_EQ(got.text.blocks[1].place.heading, "Beginning");
  EXPECT_EQ(got.text.blocks[2].text, "last\nwords");
  EXPECT_EQ(got.text.blocks[2].place.chapter, 2U);
  EXPECT_EQ(got.text.blocks[2].place.heading, "Second & last");
  EXPECT_EQ(office::identify(input::ByteSource::from_bytes(as_bytes(zip)), {}), wire::Format::kEpub);
}

TEST(Epub, FactsComeFromThePackage) {
  const std::string zip = office::make_zip(book());
  const auto facts = epub_facts(input::ByteSource::from_bytes(as_bytes(zip)), {});
  EXPECT_EQ(facts.title, "The Book");
  EXPECT_EQ(facts.author, "Ada, Bob");
  EXPECT_EQ(facts.created_unix_ms, 1'580'688'000'000);
  EXPECT_EQ(facts.modified_unix_ms, 1'609'459'200'000);
}

TEST(Epub, TitlesComeFromTheNcxOfOlderBooks) {
  Members members = book();
  members[2].second =
      "<package><manifest><item id='x' href='toc.ncx' media-type='application/x-dtbncx+xml'/><item id='one' "
      "href='t/1.xhtml'/></manifest><spine toc='x'><itemref idref='one'/></spine></package>";
  members.emplace_back("OPS/toc.ncx",
                       "<!DOCTYPE ncx PUBLIC 'a' 'b'><ncx><navMap><navPoint><navLabel><text>One</text></navLabel>"
                       "<content src='t/1.xhtml'/></navPoint></navMap></ncx>");
  const Read got = read(office::make_zip(members));
  ASSERT_FALSE(got.text.blocks.empty());
  EXPECT_EQ(got.text.blocks[0].place.heading, "One");
}

TEST(Epub, BooksUnderCopyProtectionAreSkipped) {
  Members members = book();
  members.emplace_back("META-INF/encryption.xml",
                       "<encryption><CipherReference URI='OPS/t/1.xhtml'/><CipherReference URI='OPS/t/2%20b.xhtml'/>"
                       "</encryption>");
  EXPECT_EQ(read(office::make_zip(members)).verdict.code, "encrypted");
}

TEST(Epub, WithoutASpineThePagesAreReadAsTheyCome) {
  Members members = book();
  members[2].second = "<package><manifest/><spine/></package>";
  EXPECT_GE(read(office::make_zip(members)).text.blocks.size(), 3U);
}

TEST(Epub, EveryTruncationIsHandled) {
  const std::string zip = office::make_zip(book());
  for (std::size_t size = 0; size < zip.size(); ++size) {
    (void)read(zip.substr(0, size));
  }
}

TEST(ExpandEmptyElements, LeavesVoidOnesAlone) {
  EXPECT_EQ(expand_empty_elements("<a id='x'/>b<br/><title />/><!--x/-->"),
            "<a id='x'></a>b<br/><title ></title>/><!--x/-->");
}

const std::string kFictionBook =
    "<FictionBook><description><title-info><author><first-name>Лев</first-name><last-name>Толстой</last-name></author>"
    "<book-title>Война</book-title><date value='1869-01-01'>1869</date></title-info></description><body><title><p>Война"
    "</p></title><section><title><p>Часть</p><p>первая</p></title><p>один <emphasis>два</emphasis></p><section><title>"
    "<p>I</p></title><poem><stanza><v>стих</v></stanza></poem></section></section><section><p>три</p></section></body>"
    "<body name='notes'><section><title><p>1</p></title><p>сноска</p></section></body>"
    "<binary id='x'>AAAA</binary></FictionBook>";

TEST(FictionBook, ReadsSectionsAsChapters) {
  input::TextCollector collector{wire::DecodeLimits{}};
  EXPECT_EQ(read_fiction_book(kFictionBook, collector).outcome, wire::StageOutcome::kDone);
  const auto& blocks = collector.artefact().blocks;
  ASSERT_EQ(blocks.size(), 8U);
  EXPECT_EQ(blocks[1].text, "Часть первая");
  EXPECT_EQ(blocks[2].text, "один два");
  EXPECT_EQ(blocks[2].place.chapter, 1U);
  EXPECT_EQ(blocks[2].place.heading, "Часть первая");
  EXPECT_EQ(blocks[3].level, 2);
  EXPECT_EQ(blocks[4].text, "стих");
  EXPECT_EQ(blocks[5].place.chapter, 2U);
  EXPECT_EQ(blocks[7].kind, BlockKind::kNote);
  const auto facts = fiction_book_facts(kFictionBook, {});
  EXPECT_EQ(facts.title, "Война");
  EXPECT_EQ(facts.author, "Лев Толстой");
}

TEST(FictionBook, EveryTruncationIsHandled) {
  for (std::size_t size = 0; size < kFictionBook.size(); ++size) {
    input::TextCollector collector{wire::DecodeLimits{}};
    (void)read_fiction_book(kFictionBook.substr(0, size), collector);
  }
}

}  // namespace
}  // namespace alcove::ebook

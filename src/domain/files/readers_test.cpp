#include "domain/files/readers.hpp"

#include <gtest/gtest.h>

namespace alcove::files {
namespace {

TEST(Readers, FollowTheExtensionInAnyCase) {
  EXPECT_EQ(reader_for_name("a.md"), "markdown");
  EXPECT_EQ(reader_for_name("A.MarkDown"), "markdown");
  EXPECT_EQ(reader_for_name("table.TSV"), "csv");
  EXPECT_EQ(reader_for_name("page.xhtml"), "html");
  EXPECT_EQ(reader_for_name("mail.emlx"), "eml");
  EXPECT_EQ(reader_for_name("a.b.py"), "code:python");
  EXPECT_EQ(reader_for_name("CMakeLists.txt"), "code:cmake");
  EXPECT_EQ(reader_for_name("notes.txt"), "text");
  EXPECT_EQ(reader_for_name("a.json"), "json");
  EXPECT_EQ(reader_for_name("a.xml"), "xml");
  EXPECT_EQ(reader_for_name("a.tex"), "latex");
  EXPECT_EQ(reader_for_name("a.rst"), "rst");
  EXPECT_EQ(reader_for_name("a.SRT"), "subtitles");
}

TEST(Readers, NamesWithoutExtensionAreTextIfTheirBytesAre) {
  EXPECT_EQ(reader_for_name("README"), "text");
  EXPECT_EQ(reader_for_name("Makefile"), "code:make");
  EXPECT_EQ(reader_for_name("ends."), "text");
  EXPECT_EQ(reader_for_name(""), "text");
}

TEST(Readers, EverythingElseGoesByContentAlone) {
  for (const char* name :
       {"a.pdf", "a.docx", "a.rtf", "a.epub", "a.png", "a.zip", "a.unheard-of", "a.\xFF", "a.averyveryverylongone"}) {
    EXPECT_EQ(reader_for_name(name), "") << name;
  }
}

}  // namespace
}  // namespace alcove::files

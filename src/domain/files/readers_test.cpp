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
}

TEST(Readers, NamesWithoutExtensionAreTextIfTheirBytesAre) {
  EXPECT_EQ(reader_for_name("README"), "text");
  EXPECT_EQ(reader_for_name("Makefile"), "code:make");
  EXPECT_EQ(reader_for_name("ends."), "text");
  EXPECT_EQ(reader_for_name(""), "text");
}

TEST(Readers, EverythingElseGoesByContentAlone) {
  for (const char* name : {"a.pdf", "a.docx", "a.png", "a.zip", "a.unheard-of", "a.\xFF", "a.averyveryverylongone"}) {
    EXPECT_EQ(reader_for_name(name), "") << name;
  }
}

}  // namespace
}  // namespace alcove::files

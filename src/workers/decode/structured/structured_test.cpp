#include "workers/decode/structured/structured.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace alcove::structured {
namespace {

wire::TextArtefact json(std::string_view text) {
  input::TextCollector collector{wire::DecodeLimits{}};
  read_json(text, collector);
  return std::move(collector).take();
}

wire::TextArtefact xml(std::string text) {
  input::TextCollector collector{wire::DecodeLimits{}};
  (void)read_xml(std::move(text), collector);
  return std::move(collector).take();
}

TEST(Json, KeepsKeysBesideValuesAndKnowsLines) {
  const auto text = json(
      "{\"name\": \"Ada\",\n \"n\": 3, \"none\": null,\n \"to\": {\"city\": \"Kyiv\"},\n"
      "\"tags\": [\"x\", true]}");
  ASSERT_EQ(text.blocks.size(), 3U);
  EXPECT_EQ(text.blocks[0].text, "name: Ada\tn: 3");
  EXPECT_EQ(text.blocks[0].place.line_first, 1U);
  EXPECT_EQ(text.blocks[0].place.line_last, 2U);
  EXPECT_EQ(text.blocks[1].text, "to: city: Kyiv");
  EXPECT_EQ(text.blocks[1].place.line_first, 3U);
  EXPECT_EQ(text.blocks[2].text, "tags: x\ttrue");
  EXPECT_TRUE(text.notes.empty());
}

TEST(Json, UndoesEscapes) {
  EXPECT_EQ(json("[\"\\u00fc\\ud83d\\ude00 \\\"a\\\\\"]").blocks[0].text, "ü😀 \"a\\");
  EXPECT_TRUE(is_valid_utf8(json("[\"\\ud83d\\u0041\"]").blocks[0].text));
}

TEST(Json, ReadsOneObjectPerLine) {
  const auto text = json("{\"a\":1}\n{\"a\":2}\n");
  ASSERT_EQ(text.blocks.size(), 2U);
  EXPECT_EQ(text.blocks[1].place.line_first, 2U);
}

TEST(Json, GoesOnPastWhatIsMalformed) {
  const auto text = json("{a: 'x', \"b\": [1, 2, }, ] \"c\": \"open");
  EXPECT_EQ(text.notes[0].code, "damaged");
  EXPECT_EQ(text.blocks.back().text.find("open") == std::string::npos, false);
}

TEST(Json, DepthAndTruncationAreHandled) {
  EXPECT_EQ(json(std::string(1'000'000, '[') + "1").blocks.size(), 1U);
  const std::string whole = "{\"k\\u00e9y\": [\"v\", {\"a\": -1.5e3}], // c\n /* d */ \"z\": \"\\ud83d\\ude00\"}";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    (void)json(whole.substr(0, size));
  }
}

TEST(Xml, ReadsWordsWithTheirLines) {
  const auto text =
      xml("<?xml version='1.0' encoding='windows-1251'?>\n<a xmlns='u'>\n<p>Über <b>alles</b> &amp; mehr</p>"
          "\n<row city='Kyiv' n='3'/><x><y>1</y><y>2</y></x></a>");
  ASSERT_EQ(text.blocks.size(), 4U);
  EXPECT_EQ(text.blocks[0].text, "Über alles & mehr");
  EXPECT_EQ(text.blocks[0].place.line_first, 3U);
  EXPECT_EQ(text.blocks[1].text, "city: Kyiv\tn: 3");
  EXPECT_EQ(text.blocks[1].place.line_first, 4U);
  EXPECT_EQ(text.blocks[3].text, "2");
  EXPECT_TRUE(text.notes.empty());
}

TEST(Xml, ExpandsNoEntities) {
  const auto text = xml("<!DOCTYPE a [<!ENTITY b 'bomb'><!ENTITY f SYSTEM 'file:///etc/passwd'>]><a>x &b; &f;</a>");
  ASSERT_EQ(text.blocks.size(), 1U);
  EXPECT_EQ(text.blocks[0].text, "x &b; &f;");
}

TEST(Xml, DepthAndTruncationAreHandled) {
  std::string deep = "<a>before";
  for (int i = 0; i < 100'000; ++i) {
    deep += "<b>";
  }
  const auto text = xml(deep);
  EXPECT_EQ(text.notes[0].code, "nesting_limit");
  EXPECT_EQ(text.blocks[0].text, "before");
  const std::string whole = "<!DOCTYPE a [<!ENTITY b 'c'>]><a t=\"u v\"><![CDATA[x]]><!-- c --><b/>&#x20AC;</a>";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    (void)xml(whole.substr(0, size));
    (void)root_element(whole.substr(0, size));
  }
}

TEST(RootElement, IsFoundBehindDeclarations) {
  EXPECT_EQ(root_element("<?xml version='1.0'?>\n<!-- <x> --><!DOCTYPE y [<!ENTITY a 'b'>]>\n<f:Book a='1'>"), "Book");
  EXPECT_EQ(root_element("<!DOCTYPE html PUBLIC 'x'><html>"), "html");
  EXPECT_EQ(root_element("text <a>"), "");
}

}  // namespace
}  // namespace alcove::structured

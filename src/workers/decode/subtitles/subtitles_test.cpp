#include "workers/decode/subtitles/subtitles.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace alcove::subtitles {
namespace {

std::vector<wire::Block> read(std::string_view text) {
  input::TextCollector collector{wire::DecodeLimits{}};
  read_subtitles(text, collector);
  return std::move(collector).take().blocks;
}

const std::string kSubRip =
    "1\n00:00:01,500 --> 00:00:03,000\n<i>Hello</i> {\\an8}there\nyou 3 < 4\n\n2\n01:02:03,004 --> 01:02:04,000\nBye\n";

TEST(Subtitles, ReadsSubRip) {
  const auto blocks = read(kSubRip);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].text, "Hello there\nyou 3 < 4");
  EXPECT_EQ(blocks[0].place.kind, wire::PlaceKind::kTime);
  EXPECT_EQ(blocks[0].place.start_ms, 1500);
  EXPECT_EQ(blocks[0].place.end_ms, 3000);
  EXPECT_EQ(blocks[1].place.start_ms, 3'723'004);
  EXPECT_TRUE(looks_like_subtitles(kSubRip));
}

TEST(Subtitles, CuesWithoutEmptyLinesArePartedByTheirNumbers) {
  const auto blocks = read("1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].text, "One");
}

TEST(Subtitles, ReadsWebVtt) {
  const auto blocks = read(
      "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE aside\n\nid\n00:01.000 --> 00:02.000 align:start\n"
      "<v Ada>Tom &amp; &lt;me&gt; <c.loud>now</c>\n");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].text, "Ada: Tom & <me> now");
  EXPECT_EQ(blocks[0].place.start_ms, 1000);
}

const std::string kScript =
    "[Script Info]\nTitle: Film\n[V4+ Styles]\nFormat: Name\n[Events]\nFormat: Layer, Start, End, Style, Name, "
    "MarginL, "
    "MarginR, MarginV, Effect, Text\nComment: 0,0:00:00.00,0:00:01.00,,,0,0,0,,no\n"
    "Dialogue: 0,0:00:01.50,0:00:02.00,Default,Ada,0,0,0,,{\\i1}Well,{\\i0} now\\Nthen\n";

TEST(Subtitles, ReadsSubStationAlpha) {
  const auto blocks = read(kScript);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].text, "Ada: Well, now\nthen");
  EXPECT_EQ(blocks[0].place.start_ms, 1500);
  EXPECT_EQ(subtitle_facts(kScript).title, "Film");
}

TEST(Subtitles, TextWithoutTimesIsReadAsLines) {
  EXPECT_EQ(read("just text\n")[0].place.kind, wire::PlaceKind::kLine);
  EXPECT_FALSE(looks_like_subtitles("a --> b\n"));
}

TEST(Subtitles, EveryTruncationIsHandled) {
  for (const std::string& whole : {kSubRip, kScript}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      (void)read(whole.substr(0, size));
    }
  }
}

}  // namespace
}  // namespace alcove::subtitles

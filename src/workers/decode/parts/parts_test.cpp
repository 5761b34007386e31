#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "workers/decode/parts/part_path.hpp"
#include "workers/decode/parts/part_recorder.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::parts {
namespace {

TEST(PartPath, IsANameToShowAndNeverLeavesItsContainer) {
  EXPECT_EQ(clean_path("a/b.txt", 0), "a/b.txt");
  EXPECT_EQ(clean_path("/etc/passwd", 0), "etc/passwd");
  EXPECT_EQ(clean_path("../../a/../b/./c", 0), "a/b/c");
  EXPECT_EQ(clean_path("..\\..\\windows\\evil.txt", 0), "windows/evil.txt");
  EXPECT_EQ(clean_path("C:\\Windows\\x.txt", 0), "Windows/x.txt");
  EXPECT_EQ(clean_path("new\nline\t.txt", 0), "new line .txt");
  EXPECT_EQ(clean_path("rtl \u202Etxt.fdp", 0), "rtl txt.fdp");
  EXPECT_EQ(clean_path("", 4), "part 5");
  EXPECT_EQ(clean_path("../..//", 0), "part 1");
  EXPECT_TRUE(is_valid_utf8(clean_path("a\xFF\xC3/\x80z", 0)));
}

TEST(PartPath, OfALongOneTheNameStays) {
  const std::string path = clean_path(std::string(5'000, 'd') + "/\u00E9nd.txt", 0);
  EXPECT_LE(path.size(), kPathBytesMax);
  EXPECT_TRUE(path.ends_with("/\u00E9nd.txt"));
}

TEST(PartPath, TextBecomesOneStep) {
  EXPECT_EQ(as_step("Re: 1/2\\3\r\n next"), "Re: 1_2_3 next");
}

TEST(NameDecoder, ReadsNamesOfDosAndJapaneseArchives) {
  NameDecoder western;
  EXPECT_EQ(western.decode("M\x81ller.txt"), "Müller.txt");
  EXPECT_EQ(NameDecoder().decode("caf\xE9 M\xFCller"), "café Müller");
  EXPECT_EQ(western.decode("caf\u00E9"), "caf\u00E9");
  NameDecoder japanese;
  japanese.learn("\x95\xB6\x8F\xCD\x31.txt");
  japanese.learn("\x93\xFA\x96\x7B\x8C\xEA.txt");
  EXPECT_EQ(japanese.decode("\x95\xB6\x8F\xCD\x31.txt"), "文章1.txt");
}

input::Verdict put(PartSink& sink, const std::string& path, std::string_view bytes) {
  if (sink.begin(path, 0, 0)) {
    sink.write(as_bytes(bytes));
    sink.end();
  }
  return {};
}

TEST(PartSink, HandsMembersOverInOrder) {
  const auto got = record([](PartSink& sink) {
    put(sink, "/a.txt", "one");
    EXPECT_TRUE(sink.refuse("b.txt", 7, "encrypted", "It is protected by a password"));
    put(sink, "c.txt", "");
    return input::Verdict{};
  });
  ASSERT_EQ(got.artefact.parts.size(), 3U);
  EXPECT_EQ(got.artefact.parts[0].path, "a.txt");
  EXPECT_EQ(got.artefact.parts[0].size_bytes, 3U);
  EXPECT_EQ(got.artefact.parts[1].reason_code, "encrypted");
  EXPECT_EQ(got.artefact.parts[1].size_bytes, 7U);
  ASSERT_EQ(got.members.size(), 2U);
  EXPECT_EQ(got.members[0].second, "one");
  EXPECT_EQ(got.members[1].first, "c.txt");
}

TEST(PartSink, MembersBeforeTheStartAreListedOnly) {
  const auto got = record(
      [](PartSink& sink) {
        put(sink, "a", "1");
        put(sink, "b", "2");
        return input::Verdict{};
      },
      {}, 1);
  EXPECT_EQ(got.artefact.parts.size(), 2U);
  ASSERT_EQ(got.members.size(), 1U);
  EXPECT_EQ(got.members[0].first, "b");
}

TEST(PartSink, AMemberOverTheLimitIsNamedAndTheNextOneFollows) {
  wire::DecodeLimits limits;
  limits.part_bytes_max = 4;
  const auto got = record(
      [](PartSink& sink) {
        put(sink, "declared small", "too long");
        EXPECT_TRUE(sink.begin("declared large", 0, 5));
        EXPECT_FALSE(sink.wanted());
        EXPECT_TRUE(sink.end());
        put(sink, "fits", "1234");
        return input::Verdict{};
      },
      limits);
  ASSERT_EQ(got.artefact.parts.size(), 3U);
  EXPECT_EQ(got.artefact.parts[0].reason_code, "too_large");
  EXPECT_EQ(got.artefact.parts[1].reason_code, "too_large");
  ASSERT_EQ(got.members.size(), 1U);
  EXPECT_EQ(got.members[0].first, "fits");
}

TEST(PartSink, TheNumberAndTheSumEndTheStageWithANote) {
  wire::DecodeLimits limits;
  limits.members_max = 2;
  const auto many = record(
      [](PartSink& sink) {
        for (const char* name : {"a", "b", "c", "d"}) {
          put(sink, name, "1");
        }
        return input::Verdict{};
      },
      limits);
  EXPECT_EQ(many.artefact.parts.size(), 2U);
  EXPECT_EQ(many.artefact.notes.at(0).code, "members_limit");

  limits = {};
  limits.expanded_bytes_max = 5;
  const auto much = record(
      [](PartSink& sink) {
        put(sink, "a", "123");
        put(sink, "b", "456");
        EXPECT_FALSE(sink.may_go_on());
        return input::Verdict{};
      },
      limits);
  EXPECT_EQ(much.members.size(), 1U);
  EXPECT_EQ(much.artefact.parts.at(1).reason_code, "too_large");
  EXPECT_EQ(much.artefact.notes.at(0).code, "expanded_limit");
}

TEST(PartSink, GrowthOutOfProportionIsABomb) {
  const std::string piece(1024UL * 1024, '\0');
  const auto got = record([&](PartSink& sink) {
    sink.watch_ratio([] { return std::uint64_t{10}; });
    EXPECT_TRUE(sink.begin("zeros", 0, 0));
    unsigned pieces = 0;
    while (sink.write(as_bytes(piece)) && pieces < 1'000) {
      ++pieces;
    }
    EXPECT_EQ(pieces, kBombBytes / piece.size());
    EXPECT_TRUE(sink.end());
    put(sink, "next", "1");
    return input::Verdict{};
  });
  EXPECT_EQ(got.artefact.parts.at(0).reason_code, "bomb");
  EXPECT_EQ(got.members.at(0).first, "next");
}

TEST(PartSink, TimeEndsTheStage) {
  wire::DecodeLimits limits;
  limits.soft_seconds_max = 0;
  const auto got = record([](PartSink& sink) { return put(sink, "a", "1"); }, limits);
  EXPECT_TRUE(got.members.empty());
  EXPECT_EQ(got.artefact.notes.at(0).code, "time_limit");
}

TEST(PartSink, StopsWhenTheReceiverWantsNoMoreOrIsGone) {
  for (const bool gone : {false, true}) {
    PartSink sink(wire::DecodeLimits{}, 0, [&](const wire::PartFound&, int) -> Result<bool> {
      return gone ? Result<bool>(fail(ErrorCode::kUnavailable, "gone")) : Result<bool>(false);
    });
    ASSERT_TRUE(sink.begin("a", 0, 0));
    ASSERT_TRUE(sink.write(as_bytes("1")));
    EXPECT_FALSE(sink.end());
    EXPECT_FALSE(sink.begin("b", 0, 0));
    EXPECT_EQ(sink.status().has_value(), !gone);
  }
}

TEST(PartSink, ADamagedMemberKeepsWhatCame) {
  const auto got = record([](PartSink& sink) {
    EXPECT_TRUE(sink.begin("some", 0, 0));
    sink.write(as_bytes("begin"));
    EXPECT_TRUE(sink.end_damaged("damaged", "It is damaged"));
    EXPECT_TRUE(sink.begin("none", 0, 0));
    EXPECT_TRUE(sink.end_damaged("damaged", "It is damaged"));
    return input::Verdict{};
  });
  ASSERT_EQ(got.members.size(), 1U);
  EXPECT_EQ(got.members[0].second, "begin");
  EXPECT_TRUE(got.artefact.parts[0].reason_code.empty());
  EXPECT_EQ(got.artefact.parts[1].reason_code, "damaged");
  EXPECT_EQ(got.artefact.notes.at(0).code, "damaged");
}

}  // namespace
}  // namespace alcove::parts

#include "workers/decode/parts/archive.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "workers/decode/parts/archive_stream.hpp"
#include "workers/decode/parts/archive_writer.hpp"
#include "workers/decode/parts/part_recorder.hpp"
#include "workers/decode/parts/parts.hpp"

namespace alcove::parts {
namespace {

using wire::Format;

Recorded unpack(Format format, const std::string& bytes, const std::string& name = "x",
                const wire::DecodeLimits& limits = {}) {
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  return record([&](PartSink& sink) { return read_archive(format, source, name, sink); }, limits);
}

Format identified(const std::string& bytes) {
  return identify_stream(input::ByteSource::from_bytes(as_bytes(bytes)));
}

/// No run of it repeats, so that it does not compress away.
std::string noise(std::size_t size) {
  std::string out;
  std::uint32_t state = 12'345;
  while (out.size() < size) {
    state = state * 1'664'525U + 1'013'904'223U;
    out.push_back(static_cast<char>(state >> 24U));
  }
  return out;
}

const std::vector<TestEntry> kTwo = {{"docs/one.txt", "first words"}, {"Grüße/文章.txt", "second words"}};

TEST(Archive, EveryFilterIsBuiltInAndRunsNoProgram) {
  archive* const reader = archive_read_new();
  EXPECT_EQ(archive_read_support_filter_gzip(reader), ARCHIVE_OK);
  EXPECT_EQ(archive_read_support_filter_bzip2(reader), ARCHIVE_OK);
  EXPECT_EQ(archive_read_support_filter_xz(reader), ARCHIVE_OK);
  EXPECT_EQ(archive_read_support_filter_zstd(reader), ARCHIVE_OK);
  EXPECT_EQ(archive_read_support_filter_lzma(reader), ARCHIVE_OK);
  archive_read_free(reader);
}

TEST(Archive, MembersOfEveryKindComeOut) {
  const std::vector<std::pair<Format, std::string>> archives = {
      {Format::kZip, make_archive(TestArchive::kZip, kTwo)},
      {Format::kSevenZip, make_archive(TestArchive::kSevenZip, kTwo)},
      {Format::kTar, make_archive(TestArchive::kTar, kTwo)},
      {Format::kTar, make_archive(TestArchive::kTar, kTwo, TestFilter::kGzip)},
      {Format::kTar, make_archive(TestArchive::kTar, kTwo, TestFilter::kBzip2)},
      {Format::kTar, make_archive(TestArchive::kTar, kTwo, TestFilter::kXz)},
      {Format::kTar, make_archive(TestArchive::kTar, kTwo, TestFilter::kZstd)},
      {Format::kTar, make_archive(TestArchive::kTar, kTwo, TestFilter::kLzma)}};
  for (const auto& [format, bytes] : archives) {
    const Recorded got = unpack(format, bytes);
    EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
    ASSERT_EQ(got.members.size(), 2U) << wire::format_name(format);
    EXPECT_EQ(got.members[0].first, "docs/one.txt");
    EXPECT_EQ(got.members[0].second, "first words");
    EXPECT_EQ(got.members[1].first, "Grüße/文章.txt");
    EXPECT_EQ(got.artefact.parts[0].modified_unix_ms, 1'700'000'000'000);
    EXPECT_TRUE(got.artefact.notes.empty());
  }
}

TEST(Archive, WhatOnlyBeginsLikeAnOldCompressionIsNone) {
  // "]" begins many texts.
  EXPECT_EQ(identified("]] and so on, a text that begins with brackets"), Format::kUnknown);
  EXPECT_EQ(identified(std::string("]\0\0\x80\0", 5) + std::string(8, '\x7F') + std::string(20, '\0')),
            Format::kUnknown);
}

TEST(Archive, OneCompressedFileIsAPartNamedWithoutItsSuffix) {
  for (const TestFilter filter :
       {TestFilter::kGzip, TestFilter::kBzip2, TestFilter::kXz, TestFilter::kZstd, TestFilter::kLzma}) {
    const std::string bytes = make_archive(TestArchive::kRaw, {{"ignored", "plain words"}}, filter);
    EXPECT_EQ(identified(bytes), Format::kCompressed);
    const Recorded got = unpack(Format::kCompressed, bytes, "folder/letter.txt.GZ");
    ASSERT_EQ(got.members.size(), 1U);
    EXPECT_EQ(got.members[0].first, "letter.txt");
    EXPECT_EQ(got.members[0].second, "plain words");
  }
  EXPECT_EQ(
      unpack(Format::kCompressed, make_archive(TestArchive::kRaw, {{"", ""}}, TestFilter::kGzip), "").members.size(),
      1U);
}

TEST(Archive, OnlyOneLayerIsTakenOff) {
  const std::string inner = make_archive(TestArchive::kRaw, {{"", "words"}}, TestFilter::kGzip);
  const std::string outer = make_archive(TestArchive::kRaw, {{"", inner}}, TestFilter::kXz);
  const Recorded got = unpack(Format::kCompressed, outer, "a.gz.xz");
  ASSERT_EQ(got.members.size(), 1U);
  EXPECT_EQ(got.members[0].first, "a.gz");
  EXPECT_EQ(got.members[0].second, inner);
}

TEST(Archive, StreamsAreToldByWhatIsInside) {
  EXPECT_EQ(identified(make_archive(TestArchive::kTar, kTwo)), Format::kTar);
  EXPECT_EQ(identified(make_archive(TestArchive::kTar, kTwo, TestFilter::kZstd)), Format::kTar);
  EXPECT_EQ(identified("BZh is how this text begins"), Format::kUnknown);
  EXPECT_EQ(identified(std::string(1024, '\0')), Format::kUnknown);
  EXPECT_EQ(identified(""), Format::kUnknown);
}

TEST(Archive, LinksAreNotFilesAndPathsStayInside) {
  const Recorded got = unpack(
      Format::kTar,
      make_archive(TestArchive::kTar, {{"out", {}, "/tmp"}, {"../../evil.txt", "evil"}, {"/absolute.txt", "words"}}));
  ASSERT_EQ(got.artefact.parts.size(), 3U);
  EXPECT_EQ(got.artefact.parts[0].reason_code, "not_a_file");
  EXPECT_EQ(got.artefact.parts[1].path, "evil.txt");
  EXPECT_EQ(got.artefact.parts[2].path, "absolute.txt");
  EXPECT_EQ(got.members.size(), 2U);
}

TEST(Archive, ProtectedMembersAreNamed) {
  const std::string bytes = make_archive(TestArchive::kEncryptedZip, kTwo);
  const Recorded got = unpack(Format::kZip, bytes);
  EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
  ASSERT_EQ(got.artefact.parts.size(), 2U);
  EXPECT_EQ(got.artefact.parts[1].path, "Grüße/文章.txt");
  EXPECT_EQ(got.artefact.parts[1].reason_code, "encrypted");
  EXPECT_TRUE(got.members.empty());

  input::TextCollector collector{wire::DecodeLimits{}};
  wire::PartsArtefact members;
  list_archive(Format::kZip, input::ByteSource::from_bytes(as_bytes(bytes)), "x.zip", collector.limits(), members);
  write_names(members, collector);
  const wire::TextArtefact text = std::move(collector).take();
  EXPECT_EQ(text.notes.at(0).code, "encrypted");
  EXPECT_EQ(text.blocks.at(0).text, "docs/one.txt");
  EXPECT_EQ(text.blocks.at(0).place.part, "docs/one.txt");
}

TEST(Archive, CutAnywhereItGivesWhatCameBefore) {
  const std::vector<std::pair<Format, std::string>> archives = {
      {Format::kZip, make_archive(TestArchive::kZip, {{"a.txt", noise(300)}, {"b.txt", noise(200)}})},
      {Format::kSevenZip, make_archive(TestArchive::kSevenZip, {{"a.txt", noise(300)}, {"b.txt", noise(200)}})},
      {Format::kTar,
       make_archive(TestArchive::kTar, {{"a.txt", noise(700)}, {"b.txt", noise(200)}}, TestFilter::kGzip)},
      {Format::kCompressed, make_archive(TestArchive::kRaw, {{"", noise(700)}}, TestFilter::kXz)},
      {Format::kCompressed, make_archive(TestArchive::kRaw, {{"", noise(700)}}, TestFilter::kZstd)},
      {Format::kCompressed, make_archive(TestArchive::kRaw, {{"", noise(700)}}, TestFilter::kBzip2)}};
  for (const auto& [format, bytes] : archives) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::string cut = bytes.substr(0, size);
      (void)identified(cut);
      const Recorded got = unpack(format, cut, "a.txt.xz");
      const bool said = got.verdict.outcome != wire::StageOutcome::kDone || !got.artefact.notes.empty() ||
                        std::ranges::any_of(got.artefact.parts, [](const auto& p) { return !p.reason.empty(); });
      // A stream that is cut between two blocks may look whole.
      EXPECT_TRUE(said || !got.members.empty() || format != Format::kZip) << wire::format_name(format) << " " << size;
      for (const auto& [path, data] : got.members) {
        EXPECT_LE(data.size(), 700U);
      }
    }
  }
}

TEST(Archive, AChangedByteAnywhereEndsInAnOutcome) {
  for (const auto& [format, kind] : {std::pair{Format::kZip, TestArchive::kZip},
                                     {Format::kSevenZip, TestArchive::kSevenZip},
                                     {Format::kTar, TestArchive::kTar}}) {
    std::string bytes = make_archive(kind, {{"a.txt", noise(100)}, {"b.txt", "words words words"}});
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const char flip : {'\xFF', '\x01'}) {
        bytes[at] = static_cast<char>(bytes[at] ^ flip);
        (void)unpack(format, bytes);
        bytes[at] = static_cast<char>(bytes[at] ^ flip);
      }
    }
  }
}

TEST(Archive, BombsAreNamedAndWhatFollowsInAZipIsRead) {
  // 100 MiB of zeros deflate to about 100 KB; the writer's buffer is larger.
  const std::string zeros(100UL * 1024 * 1024, '\0');
  const Recorded got = unpack(Format::kZip, make_archive(TestArchive::kZip, {{"zeros", zeros}, {"next.txt", "words"}}));
  EXPECT_EQ(got.artefact.parts.at(0).reason_code, "bomb");
  ASSERT_EQ(got.members.size(), 1U);
  EXPECT_EQ(got.members[0].second, "words");
}

TEST(Archive, ATarsLimitAppliesAlsoToWhatIsPassedBy) {
  wire::DecodeLimits limits;
  limits.part_bytes_max = 1024;
  limits.expanded_bytes_max = 10UL * 1024;
  const std::string bytes =
      make_archive(TestArchive::kTar, {{"large", noise(50'000)}, {"small", "words"}}, TestFilter::kGzip);
  const Recorded got = unpack(Format::kTar, bytes, "x.tgz", limits);
  EXPECT_EQ(got.artefact.parts.at(0).reason_code, "too_large");
  EXPECT_TRUE(got.members.empty());
  EXPECT_EQ(got.artefact.notes.at(0).code, "expanded_limit");
}

}  // namespace
}  // namespace alcove::parts

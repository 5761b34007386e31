#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "wire/codec.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/parts/archive_writer.hpp"
#include "workers/decode/stages/language.hpp"
#include "workers/decode/stages/passages.hpp"
#include "workers/decode/stages/probe.hpp"
#include "workers/decode/stages/stage_runner.hpp"

namespace alcove::stages {
namespace {

using wire::Block;
using wire::BlockKind;
using wire::Format;
using wire::PlaceKind;

wire::PassagesArtefact cut(const wire::TextArtefact& text, std::size_t count_max = 1'000) {
  bool was_cut = false;
  return make_passages(text, {.title = "T", .document_language = {}, .count_max = count_max}, was_cut);
}

Block line(std::string text, unsigned number, bool starts = true) {
  Block block;
  block.kind = BlockKind::kLine;
  block.text = std::move(text);
  block.starts_paragraph = starts;
  block.place.kind = PlaceKind::kLine;
  block.place.line_first = block.place.line_last = number;
  return block;
}

std::string words(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += i % 12 == 11 ? "end. " : i % 12 == 0 ? "Word " : "word ";
  }
  return out;
}

TEST(Passages, SmallBlocksAreGatheredAndPlacesMerged) {
  wire::TextArtefact text;
  text.blocks = {line("one", 1), line("two", 2, false), line("three", 4)};
  const auto out = cut(text);
  ASSERT_EQ(out.passages.size(), 1U);
  EXPECT_EQ(out.passages[0].text, "one two\nthree");
  EXPECT_EQ(out.passages[0].place.line_first, 1U);
  EXPECT_EQ(out.passages[0].place.line_last, 4U);
  EXPECT_EQ(out.passages[0].title, "T");
}

TEST(Passages, StayNearTheWantedSizeAndLoseNothing) {
  wire::TextArtefact text;
  std::string all;
  for (unsigned i = 1; i <= 60; ++i) {
    const std::string paragraph(trimmed(words(10 + i * 7 % 90)));
    text.blocks.push_back(line(paragraph, i));
    all += paragraph;
  }
  std::string joined;
  for (const auto& passage : cut(text).passages) {
    EXPECT_LE(weight_of(passage.text), kPassageWeight * 12 / 10);
    joined += passage.text;
  }
  const auto dense = [](std::string s) {
    std::erase_if(s, [](char c) { return c == ' ' || c == '\n'; });
    return s;
  };
  EXPECT_EQ(dense(joined), dense(all));
}

TEST(Passages, ALongParagraphIsCutAfterSentences) {
  wire::TextArtefact text;
  text.blocks = {line(std::string(trimmed(words(1'200))), 1)};
  const auto out = cut(text);
  ASSERT_GT(out.passages.size(), 3U);
  for (const auto& passage : out.passages) {
    EXPECT_TRUE(passage.text.ends_with("end.")) << passage.text.substr(passage.text.size() - 20);
    EXPECT_EQ(passage.place.line_first, 1U);
  }
}

TEST(Passages, TextWithoutSpacesIsCutBetweenCharacters) {
  wire::TextArtefact text;
  std::string run;
  for (int i = 0; i < 3'000; ++i) {
    run += "字";
  }
  text.blocks = {line(run, 1)};
  std::string joined;
  for (const auto& passage : cut(text).passages) {
    EXPECT_TRUE(is_valid_utf8(passage.text));
    EXPECT_LE(weight_of(passage.text), kPassageWeight * 12 / 10);
    joined += passage.text;
  }
  std::erase(joined, ' ');
  EXPECT_EQ(joined, run);
}

TEST(Passages, NeverCrossPages) {
  wire::TextArtefact text;
  for (unsigned page = 1; page <= 3; ++page) {
    Block block = line("text", 0);
    block.place = {};
    block.place.kind = PlaceKind::kPage;
    block.place.page = page;
    block.place.boxes = {{0.1F, 0.1F, 0.2F, 0.2F}};
    text.blocks.push_back(block);
    text.blocks.push_back(block);
  }
  const auto out = cut(text);
  ASSERT_EQ(out.passages.size(), 3U);
  EXPECT_EQ(out.passages[1].place.page, 2U);
  EXPECT_EQ(out.passages[1].place.boxes.size(), 2U);
}

TEST(Passages, HeadingsStayWithWhatTheyHead) {
  wire::TextArtefact text;
  text.blocks = {line(std::string(trimmed(words(140))), 1), line("The heading", 2),
                 line(std::string(trimmed(words(200))), 3)};
  text.blocks[1].kind = BlockKind::kHeading;
  const auto out = cut(text);
  ASSERT_EQ(out.passages.size(), 2U);
  EXPECT_TRUE(out.passages[1].text.starts_with("The heading\n"));
  EXPECT_EQ(out.passages[1].place.heading, "The heading");
  EXPECT_EQ(out.passages[0].place.heading, "");
}

TEST(Passages, HyphensAtLineEndsAreJudgedByTheDocument) {
  wire::TextArtefact text;
  const auto page_line = [&](const std::string& words_of_line, bool starts) {
    Block block = line(words_of_line, 0, starts);
    block.place = {};
    block.place.kind = PlaceKind::kPage;
    block.place.page = 1;
    text.blocks.push_back(block);
  };
  page_line("The retri-", true);
  page_line("eval is fine-", false);
  page_line("tuned, and fine-tuned it stays", false);
  EXPECT_EQ(cut(text).passages.at(0).text, "The retrieval is fine-tuned, and fine-tuned it stays");
}

TEST(Passages, RealHyphensAtLineEndsStay) {
  wire::TextArtefact text;
  text.blocks = {line("a strong Lucene-", 1), line("BM25 system, Vor-", 2, false),
                 line("und Nachteile, COVID-", 3, false), line("19 cases", 4, false)};
  EXPECT_EQ(cut(text).passages.at(0).text, "a strong Lucene-BM25 system, Vor- und Nachteile, COVID-19 cases");
}

TEST(Passages, NamesOfMembersAreGathered) {
  wire::TextArtefact text;
  for (const char* name : {"a.txt", "b/c.txt"}) {
    Block block;
    block.kind = BlockKind::kListItem;
    block.text = name;
    block.place.kind = PlaceKind::kPart;
    block.place.part = name;
    text.blocks.push_back(block);
  }
  const auto out = cut(text);
  ASSERT_EQ(out.passages.size(), 1U);
  EXPECT_EQ(out.passages[0].text, "a.txt\nb/c.txt");
  EXPECT_EQ(out.passages[0].place.kind, PlaceKind::kDocument);
}

TEST(Passages, CellRangesGrow) {
  wire::TextArtefact text;
  for (unsigned row = 3; row <= 9; ++row) {
    Block block = line("a\tb", 0);
    block.kind = BlockKind::kTableRow;
    block.place = {};
    block.place.kind = PlaceKind::kCell;
    block.place.sheet = "S";
    block.place.cells = "B" + std::to_string(row) + ":" + (row == 5 ? "AA" : "C") + std::to_string(row);
    text.blocks.push_back(block);
  }
  EXPECT_EQ(cut(text).passages.at(0).place.cells, "B3:AA9");
}

TEST(Passages, TheirNumberIsLimited) {
  wire::TextArtefact text;
  text.blocks = {line(std::string(trimmed(words(4'000))), 1)};
  bool was_cut = false;
  EXPECT_EQ(make_passages(text, {.title = {}, .document_language = {}, .count_max = 3}, was_cut).passages.size(), 3U);
  EXPECT_TRUE(was_cut);
}

TEST(Language, IsFoundOrLeftOpen) {
  EXPECT_EQ(detect_language("Dies ist ein längerer deutscher Satz, an dem die Sprache gut zu erkennen ist."), "de");
  EXPECT_EQ(detect_language("Однажды, в студёную зимнюю пору, я из лесу вышел; был сильный мороз."), "ru");
  EXPECT_EQ(detect_language("OK 12"), "");
}

class Stages : public testing::Test {
 protected:
  static void SetUpTestSuite() { mail::prepare(); }
  void SetUp() override {
    auto loaded = TypeTable::load();
    ASSERT_TRUE(loaded.has_value());
    types_.emplace(std::move(*loaded));
  }
  wire::ProbeArtefact probe_of(std::string_view bytes, std::string_view reader = "") {
    return *probe(*types_, input::ByteSource::from_bytes(as_bytes(bytes)), reader, {});
  }
  std::optional<TypeTable> types_;
};

TEST_F(Stages, ProbeDecidesByContentAndOnlyTextByReader) {
  EXPECT_EQ(probe_of("").format, Format::kEmpty);
  EXPECT_EQ(probe_of("%PDF-1.7\n1 0 obj", "text").format, Format::kPdf);
  EXPECT_EQ(probe_of("# words", "markdown").format, Format::kMarkdown);
  EXPECT_EQ(probe_of("x = 1", "code:python").code_language, "python");
  EXPECT_EQ(probe_of("<!DOCTYPE html><p>x").format, Format::kHtml);
  EXPECT_EQ(probe_of("From: a\nTo: b\nSubject: c\n\nd").format, Format::kEml);
  EXPECT_EQ(probe_of("plain words only").format, Format::kPlainText);
  EXPECT_EQ(probe_of(std::string_view("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16), "markdown").format, Format::kUnknown);
  EXPECT_EQ(probe_of("<meta charset=windows-1251><p>\xCF\xF0\xE8", "html").encoding, "windows-1251");
  EXPECT_EQ(probe_of("the text mentions %PDF-1.4 in passing", "text").format, Format::kPlainText);
}

TEST_F(Stages, ProbeKnowsContainers) {
  using parts::TestArchive;
  using parts::TestFilter;
  const std::vector<parts::TestEntry> one = {{"a.txt", "words"}};
  EXPECT_EQ(probe_of(parts::make_archive(TestArchive::kZip, one), "text").format, Format::kZip);
  EXPECT_EQ(probe_of(parts::make_archive(TestArchive::kZip, {})).format, Format::kZip);
  EXPECT_EQ(probe_of(parts::make_archive(TestArchive::kSevenZip, one)).format, Format::kSevenZip);
  EXPECT_EQ(probe_of(parts::make_archive(TestArchive::kTar, one)).format, Format::kTar);
  EXPECT_EQ(probe_of(parts::make_archive(TestArchive::kTar, one, TestFilter::kXz)).format, Format::kTar);
  EXPECT_EQ(probe_of(parts::make_archive(TestArchive::kRaw, one, TestFilter::kZstd)).format, Format::kCompressed);
  const std::string mailbox = "From a@x Mon Jul 20 01:01:07 2015\nFrom: a@x\nTo: b@x\nSubject: s\n\nbody\n";
  EXPECT_EQ(probe_of(mailbox).format, Format::kMbox);
  EXPECT_EQ(probe_of(mailbox, "eml").format, Format::kEml);
}

TEST_F(Stages, PartsAreOfContainersOnly) {
  const auto outcome_of = [&](const std::string& bytes) {
    const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
    const wire::DecodeRequest request;
    return StageRunner(*types_, source, request, std::nullopt).run("parts").outcome;
  };
  EXPECT_EQ(outcome_of("plain words only"), wire::StageOutcome::kNotApplicable);
  EXPECT_EQ(outcome_of("From: a\nTo: b\nSubject: c\n\nno attachment"), wire::StageOutcome::kNotApplicable);
  EXPECT_EQ(outcome_of(parts::make_archive(parts::TestArchive::kTar, {{"a.txt", "words"}})), wire::StageOutcome::kDone);
  EXPECT_EQ(outcome_of("7z\xBC\xAF\x27\x1C and nothing behind it"), wire::StageOutcome::kFailed);
}

TEST_F(Stages, EachStageBuildsOnTheOthers) {
  const std::string bytes = "# Journal\n\nSome words of text.\n";
  wire::DecodeRequest request;
  request.request_id = 7;
  request.reader = "markdown";
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  StageRunner runner(*types_, source, request, std::nullopt);
  const auto passages = runner.run("passages");  // Probes and reads by itself.
  EXPECT_EQ(passages.request_id, 7U);
  EXPECT_EQ(passages.outcome, wire::StageOutcome::kDone);
  EXPECT_EQ(wire::decode<wire::PassagesArtefact>(passages.artefact)->passages.at(0).title, "Journal");
  const auto facts = wire::decode<wire::FactsArtefact>(runner.run("facts").artefact);
  EXPECT_EQ(facts->word_count, 5U);
  EXPECT_EQ(runner.run("thumbnail").outcome, wire::StageOutcome::kNotApplicable);
  EXPECT_EQ(runner.run("nonsense").outcome, wire::StageOutcome::kFailed);
}

TEST_F(Stages, AStoredTextIsUsedInsteadOfTheBytes) {
  wire::TextArtefact stored;
  stored.blocks = {line("stored words", 1)};
  wire::DecodeRequest request;
  request.probe = wire::encode(
      wire::ProbeArtefact{.format = Format::kPlainText, .mime = {}, .encoding = "UTF-8", .code_language = {}});
  const auto source = input::ByteSource::from_bytes(as_bytes("other words"));
  StageRunner runner(*types_, source, request, stored);
  const auto passages = wire::decode<wire::PassagesArtefact>(runner.run("passages").artefact);
  EXPECT_EQ(passages->passages.at(0).text, "stored words");
}

TEST_F(Stages, WhatCannotBeReadIsSkippedWithAReason) {
  wire::DecodeRequest request;
  const std::string_view picture("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0", 29);
  const auto source = input::ByteSource::from_bytes(as_bytes(picture));
  StageRunner runner(*types_, source, request, std::nullopt);
  const auto text = runner.run("text");
  EXPECT_EQ(text.outcome, wire::StageOutcome::kSkipped);
  EXPECT_EQ(text.reason_code, "unsupported_type");
  EXPECT_EQ(runner.run("passages").outcome, wire::StageOutcome::kNotApplicable);
}

TEST_F(Stages, FilesOverTheLimitAreNotRead) {
  wire::DecodeRequest request;
  request.limits.file_bytes_max = 3;
  const auto source = input::ByteSource::from_bytes(as_bytes("%PDF-1.7\n1 0 obj\n"));
  StageRunner runner(*types_, source, request, std::nullopt);
  EXPECT_EQ(runner.run("text").reason_code, "too_large");
}

TEST_F(Stages, OfTextOverTheLimitTheBeginningIsReadWithANote) {
  wire::DecodeRequest request;
  request.limits.file_bytes_max = 3;
  const auto source = input::ByteSource::from_bytes(as_bytes("four words are here"));
  StageRunner runner(*types_, source, request, std::nullopt);
  const auto text = wire::decode<wire::TextArtefact>(runner.run("text").artefact);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->blocks.at(0).text, "four words are here");
  EXPECT_EQ(text->notes.at(0).code, "too_large");
}

TEST_F(Stages, PassagesOverTheLimitLeaveANoteInTheResult) {
  wire::DecodeRequest request;
  request.limits.passages_max = 1;
  std::string words;
  for (int i = 0; i < 2'000; ++i) {
    words += "A sentence of some words stands here. ";
  }
  const auto source = input::ByteSource::from_bytes(as_bytes(words));
  StageRunner runner(*types_, source, request, std::nullopt);
  const auto passages = wire::decode<wire::PassagesArtefact>(runner.run("passages").artefact);
  ASSERT_TRUE(passages.has_value());
  EXPECT_EQ(passages->passages.size(), 1U);
  EXPECT_EQ(passages->notes.at(0).code, "passages_limit");
}

TEST_F(Stages, WhatRestsOnATextThatMayBeReadLaterWaitsWithIt) {
  wire::DecodeRequest request;
  // A descriptor of a file whose bytes cannot be read, as of a failing disk.
  const int write_only = ::open("/tmp", O_TMPFILE | O_WRONLY, 0600);
  ASSERT_GE(write_only, 0);
  ASSERT_EQ(::write(write_only, "words", 5), 5);
  const auto source = input::ByteSource::from_descriptor(write_only).value();
  request.probe = wire::encode(wire::ProbeArtefact{
      .format = wire::Format::kEml, .mime = "message/rfc822", .encoding = "utf-8", .code_language = {}});
  StageRunner runner(*types_, source, request, std::nullopt);
  for (const char* stage : {"text", "passages", "language", "facts"}) {
    EXPECT_EQ(runner.run(stage).outcome, wire::StageOutcome::kFailedRetryable) << stage;
  }
  ::close(write_only);
}

}  // namespace
}  // namespace alcove::stages

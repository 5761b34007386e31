#include <gmock/gmock.h>

#include <set>

#include <fmt/format.h>

#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

TEST_F(SearchTest, WhatFiltersRejectDoesNotCrowdOutTheRest) {
  for (int i = 0; i < 260; ++i) {
    shelf_->add(document(fmt::format("Archive/note {}.txt", i), {fmt::format("quokka quokka {}", i)}));
  }
  shelf_->add(document("Current/letter.txt", {"A quokka among many other words that make this passage a longer one."}));
  settle();
  for (const Mode mode : {Mode::kKeyword, Mode::kHybrid}) {
    EXPECT_THAT(found("quokka -in:Archive", mode), ElementsAre("Current/letter.txt"));
    EXPECT_THAT(found("quokka -name:note", mode), ElementsAre("Current/letter.txt"));
    EXPECT_THAT(found("quokka name:letter", mode), ElementsAre("Current/letter.txt"));
  }
}

TEST_F(SearchTest, AContentStaysWhereOneOfItsFilesPasses) {
  shelf_->add(document("Archive/same.txt", {"quokka text"}));
  shelf_->add(document("Current/same too.txt", {"quokka text"}));
  settle();
  EXPECT_THAT(found("quokka -in:Archive"), ElementsAre("Current/same too.txt"));
  EXPECT_THAT(found("quokka -in:Archive -in:Current"), IsEmpty());
}

TEST_F(SearchTest, AnExclusionIsOfAMailWithItsAttachments) {
  const auto with_part = [&](const std::string& path, wire::Format format, const std::string& text,
                             const std::string& part) {
    const auto placed = shelf_->add(document(path, {text}, format));
    shelf_->put_part(placed.content, shelf_->make_content(document("part.txt", {part}), part).number, "part.txt");
  };
  with_part("outside.eml", wire::Format::kEml, "quokka here", "a draft of it");
  with_part("inside.eml", wire::Format::kEml, "a draft comes with this", "quokka inside");
  with_part("clean.eml", wire::Format::kEml, "quokka here too", "and a final one");
  with_part("archive.zip", wire::Format::kZip, "draft.txt", "quokka in an archive");
  shelf_->add(document("draft list.txt", {"quokka on a list"}));
  settle();
  EXPECT_THAT(found("quokka", Mode::kKeyword), testing::SizeIs(5));
  EXPECT_THAT(found("quokka -draft", Mode::kKeyword), UnorderedElementsAre("clean.eml", "archive.zip"));
  EXPECT_THAT(found("quokka -draft type:text", Mode::kKeyword), ElementsAre("archive.zip"))
      << "the attachment passes the filter, its mail says the word";
  EXPECT_THAT(found("quokka -\"draft of\"", Mode::kKeyword), Not(Contains("outside.eml")));
  EXPECT_THAT(found("quokka -(draft final)", Mode::kKeyword), testing::SizeIs(5)) << "none says both";
}

TEST_F(SearchTest, AnAttachmentStaysWhereAnotherMailOrFileHasIt) {
  const auto first = shelf_->add(document("first.eml", {"a draft"}, wire::Format::kEml));
  const auto second = shelf_->add(document("second.eml", {"the real thing"}, wire::Format::kEml));
  const auto part = shelf_->make_content(document("part.txt", {"quokka attached"}), "part").number;
  shelf_->put_part(first.content, part, "part.txt");
  shelf_->put_part(second.content, part, "part.txt");
  settle();
  EXPECT_THAT(found("quokka -draft", Mode::kKeyword), ElementsAre("second.eml"));
}

TEST_F(SearchTest, PagesNeverShareAHit) {
  for (int i = 0; i < 450; ++i) {
    shelf_->add(document(fmt::format("{}.txt", i), {fmt::format("apple {} {}", i, i % 7 == 0 ? "apple" : "orchard")}));
  }
  settle();
  std::set<std::string> seen;
  std::size_t total = 0;
  for (std::size_t offset = 0; offset < 450; offset += 50) {
    auto page = search_->search(Shelf::everyone(), {.query = "apple", .limit = 50, .offset = offset},
                                Context::with_timeout(kPatience));
    ASSERT_TRUE(page);
    for (const std::string& path : paths(*page)) {
      seen.insert(path);
      ++total;
    }
  }
  EXPECT_EQ(total, 450U);
  EXPECT_EQ(seen.size(), total);
}

TEST_F(SearchTest, APhraseAcrossTheCutBetweenPassagesIsFound) {
  shelf_->add(document("across.txt", {"the end of this is crimson", "umbrella stands begin the next"}));
  shelf_->add(document("apart.txt", {"a crimson coat and an umbrella"}));
  settle();
  EXPECT_THAT(found("\"crimson umbrella\""), ElementsAre("across.txt"));
  EXPECT_THAT(found("umbrella -\"crimson umbrella\"", Mode::kKeyword), ElementsAre("apart.txt"));
  EXPECT_THAT(ask("umbrella", Mode::kKeyword, 20).hits, testing::SizeIs(2));
}

TEST_F(SearchTest, TheOtherWordsOfAQueryMayStandInAnotherPassage) {
  shelf_->add(document("a.txt", {"a crimson umbrella is here", "and the marmalade is there", "nothing"}));
  settle();
  auto passages = search_->search(Shelf::everyone(),
                                  {.query = "\"crimson umbrella\" marmalade", .mode = Mode::kKeyword, .passages = true},
                                  Context::with_timeout(kPatience));
  ASSERT_TRUE(passages);
  ASSERT_EQ(passages->hits.size(), 2U);
  EXPECT_EQ(ask("\"crimson umbrella\" marmalade").hits.front().snippet.size() > 1, true);
}

TEST_F(SearchTest, FoldersAreMeantAtAnyDepthAndInEitherCase) {
  shelf_->add(document("Papers/2024/Taxes/a.txt", {"invoice first"}));
  shelf_->add(document("Taxes/b.txt", {"invoice second"}));
  settle();
  EXPECT_THAT(found("invoice in:Taxes"), ElementsAre("Taxes/b.txt")) << "an exact path comes first";
  EXPECT_THAT(found("invoice in:taxes"), UnorderedElementsAre("Papers/2024/Taxes/a.txt", "Taxes/b.txt"));
  EXPECT_THAT(found("invoice in:2024/taxes"), ElementsAre("Papers/2024/Taxes/a.txt"));
  EXPECT_THAT(found("invoice in:shelf/papers"), ElementsAre("Papers/2024/Taxes/a.txt"));
}

TEST_F(SearchTest, WhatHoldsTheWordComesBeforeWhatLiesInAFolderOfThatName) {
  for (int i = 0; i < 30; ++i) {
    shelf_->add(document(fmt::format("Zephyr/{}.txt", i), {fmt::format("text without the word {}", i)}));
  }
  shelf_->add(document("Poems/one.txt", {"zephyr zephyr zephyr"}));
  shelf_->add(document("Poems/two.txt", {"some words and a zephyr"}));
  settle();
  const std::vector<std::string> order = found("zephyr", Mode::kKeyword);
  ASSERT_GE(order.size(), 3U);
  EXPECT_THAT(std::vector(order.begin(), order.begin() + 2), UnorderedElementsAre("Poems/one.txt", "Poems/two.txt"));
}

TEST_F(SearchTest, VectorsOfAnotherModelAreNeverCompared) {
  shelf_->add(document("a.txt", {"The automobile was parked outside."}));
  settle();
  model_fingerprint_ = "another of the same size";
  const Response response = ask("automobile");
  EXPECT_EQ(response.mode, Mode::kKeyword);
  EXPECT_THAT(response.notes, says(HasSubstr("another model")));
  EXPECT_THAT(paths(response), ElementsAre("a.txt"));
}

TEST_F(SearchTest, OneOfManyCopiesIsFoundInItsFolder) {
  for (int i = 0; i < 120; ++i) {
    shelf_->add(document(fmt::format("copies/p{}/LICENSE.txt", i), {"narwhal terms"}));
  }
  settle();
  EXPECT_THAT(found("narwhal in:copies/p118"), ElementsAre("copies/p118/LICENSE.txt"));
}

TEST_F(SearchTest, FilesNotReadYetPassANameFilter) {
  shelf_->add_name("trips/Lisbon.xlsx");
  shelf_->add(document("note about lisbon.txt", {"words"}));
  settle();
  const Response response = ask("name:lisbon");
  EXPECT_THAT(paths(response), UnorderedElementsAre("trips/Lisbon.xlsx", "note about lisbon.txt"));
  for (const Hit& hit : response.hits) {
    EXPECT_FALSE(hit.reasons.empty()) << hit.file.path;
  }
}

}  // namespace
}  // namespace alcove::search

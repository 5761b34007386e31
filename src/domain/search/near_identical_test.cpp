/// @file
/// Near-identical files under the best of them: what is folded, what is not, and that nothing is lost or shown twice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string letter(const std::string& about, const std::string& word) {
  return "Dear neighbour, about the " + about +
         " between our two gardens I write to you once more, because the frost of the last winter has moved the old "
         "stones and the upper rows may fall on the path where the children walk to the little school by the mill. "
         "The mason whom we both know would take the rows down and set them again with lime as soon as the nights "
         "are " +
         word + " and I would gladly pay one half of what he asks if you pay the other half of it.";
}

class NearIdenticalTest : public SearchTest {
 protected:
  Response ask_page(Request request) {
    request.mode = Mode::kKeyword;
    auto response = search_->search(Shelf::everyone(), request, Context::with_timeout(kPatience));
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *response : Response{};
  }
  static std::vector<std::string> near(const Hit& hit) {
    std::vector<std::string> paths;
    for (const files::File& file : hit.near_identical) {
      paths.push_back(file.path);
    }
    return paths;
  }
};

TEST_F(NearIdenticalTest, StandUnderTheBestOfThem) {
  shelf_->add(document("wall.docx", {letter("wall", "warmer")}, wire::Format::kDocx));
  shelf_->add(document("old/wall 1.txt", {letter("wall", "warm")}));
  shelf_->add(document("old/wall 2.txt", {letter("wall", "milder")}));
  shelf_->add(document("other.txt", {"A quite different text about a wall."}));
  settle();
  const Response response = ask("wall warmer", Mode::kKeyword);
  EXPECT_THAT(paths(response), UnorderedElementsAre("wall.docx", "other.txt"));
  const Hit& hit = response.hits.front();
  EXPECT_EQ(hit.file.path, "wall.docx");
  EXPECT_THAT(near(hit), UnorderedElementsAre("old/wall 1.txt", "old/wall 2.txt"));
  EXPECT_EQ(hit.near_identical_count, 2);
  EXPECT_THAT(near(response.hits.back()), IsEmpty());
}

TEST_F(NearIdenticalTest, AreHitsOfTheirOwnWhenAskedFor) {
  shelf_->add(document("a.txt", {letter("wall", "warmer")}));
  shelf_->add(document("b.txt", {letter("wall", "milder")}));
  settle();
  EXPECT_EQ(ask("wall", Mode::kKeyword).hits.size(), 1U);
  const Response unfolded = ask_page({.query = "wall", .fold = Request::Fold::kNone});
  EXPECT_THAT(paths(unfolded), UnorderedElementsAre("a.txt", "b.txt"));
  EXPECT_EQ(unfolded.hits.front().near_identical_count, 0);
  EXPECT_EQ(ask_page({.query = "wall", .passages = true}).hits.size(), 2U) << "passages are hits of their own";
  EXPECT_EQ(ask("type:text").hits.size(), 2U) << "filters alone list what is there";
}

TEST_F(NearIdenticalTest, OneFormWithOtherNumbersIsNotFolded) {
  shelf_->add(document("may.txt", {letter("wall", "warmer") + " Invoice 2024-0517, 81.20 euros"}));
  shelf_->add(document("june.txt", {letter("wall", "warmer") + " Invoice 2024-0618, 81.20 euros"}));
  settle();
  EXPECT_THAT(found("wall", Mode::kKeyword), UnorderedElementsAre("may.txt", "june.txt"));
}

TEST_F(NearIdenticalTest, AnEditedPassageOfALongDocumentIsCompared) {
  shelf_->add(document("one.txt", {letter("wall", "warmer"), letter("gate", "warmer")}));
  shelf_->add(document("two.txt", {letter("wall", "warmer") + " " + letter("gate", "milder")}));
  settle();
  EXPECT_EQ(ask("gate", Mode::kKeyword).hits.size(), 1U) << "where a text is cut does not count";
}

TEST_F(NearIdenticalTest, WhatAFilterLeavesOutIsNotListed) {
  const Shelf::Placed gone = shelf_->add(document("gone.txt", {letter("wall", "dry")}));
  // Office documents may have others inside, and are folded once it is known that they have none.
  shelf_->put_no_parts(shelf_->add(document("a.docx", {letter("wall", "warmer")}, wire::Format::kDocx)).content);
  shelf_->put_no_parts(shelf_->add(document("b.docx", {letter("wall", "milder")}, wire::Format::kDocx)).content);
  shelf_->add(document("c.txt", {letter("wall", "long")}));
  settle();
  shelf_->remove(gone.file);
  settle();
  const Response all = ask("wall", Mode::kKeyword);
  ASSERT_EQ(all.hits.size(), 1U);
  EXPECT_EQ(all.hits.front().near_identical_count, 2) << "without the one that is gone";
  const Response narrow = ask("wall type:docx", Mode::kKeyword);
  ASSERT_EQ(narrow.hits.size(), 1U);
  EXPECT_EQ(narrow.hits.front().near_identical_count, 1);
  const Response phrase = ask("\"nights are milder\"", Mode::kKeyword);
  EXPECT_THAT(paths(phrase), ElementsAre("b.docx"));
  EXPECT_EQ(phrase.hits.front().near_identical_count, 0) << "the others do not hold the phrase";
}

TEST_F(NearIdenticalTest, WhatOnlyItsNameBringsInIsNotHidden) {
  shelf_->add(document("a.txt", {letter("wall", "warmer")}));
  shelf_->add(document("nights are warmer.txt", {letter("wall", "milder")}));
  settle();
  // By relevance the one with the name is the best and the other stands under it; in this order it comes second, and
  // could be listed nowhere: its text does not hold the phrase.
  const Response named = ask("\"nights are warmer\"", Mode::kKeyword);
  EXPECT_THAT(paths(named), ElementsAre("nights are warmer.txt"));
  EXPECT_THAT(near(named.hits.front()), ElementsAre("a.txt"));
  EXPECT_THAT(paths(ask_page({.query = "\"nights are warmer\"", .order = Order::kName})),
              ElementsAre("a.txt", "nights are warmer.txt"));
}

TEST_F(NearIdenticalTest, AMailWithAttachmentsStandsForItself) {
  const auto first = shelf_->add(document("may.eml", {letter("wall", "warmer")}, wire::Format::kEml));
  const auto second = shelf_->add(document("june.eml", {letter("wall", "milder")}, wire::Format::kEml));
  const auto third = shelf_->add(document("july.eml", {letter("wall", "dry")}, wire::Format::kEml));
  const auto bill = [&](const std::string& text) {
    return shelf_->make_content(document("bill.pdf", {text}, wire::Format::kPdf), text).number;
  };
  shelf_->put_part(first.content, bill("the bill of May"), "bill.pdf");
  shelf_->put_part(second.content, bill("the bill of June"), "bill.pdf");
  shelf_->put_no_parts(third.content);
  settle();
  const Response response = ask("wall warmer", Mode::kKeyword);
  EXPECT_THAT(paths(response), UnorderedElementsAre("may.eml", "june.eml")) << "other bills lie in them";
  EXPECT_THAT(near(response.hits.front()), ElementsAre("july.eml"));
}

TEST_F(NearIdenticalTest, NoPageShowsOneTwiceAndNoneIsLost) {
  std::set<std::string> all;
  for (int i = 0; i < 120; ++i) {
    const std::string topic = "wall" + std::string(1, static_cast<char>('a' + i % 12)) + " number one hundred " +
                              std::string(static_cast<std::size_t>(i % 12 + 1), 'x');
    const std::string path = "f" + std::to_string(i) + ".txt";
    // Twelve topics apart enough to be no copies of one another.
    std::string text;
    for (int word = 0; word < 60; ++word) {
      text += "w" + std::string(1, static_cast<char>('a' + i % 12)) +
              std::string(1, static_cast<char>('a' + word % 26)) + std::string(1, static_cast<char>('a' + word / 26)) +
              " ";
    }
    shelf_->add(document(path, {text + topic + " edition " + std::string(static_cast<std::size_t>(i / 12 + 1), 'y')}));
    all.insert(path);
  }
  settle();
  std::multiset<std::string> shown;
  std::size_t hits = 0;
  for (std::size_t offset = 0; offset < 40; offset += 5) {
    const Response page = ask_page({.query = "number hundred", .limit = 5, .offset = offset});
    for (const Hit& hit : page.hits) {
      ++hits;
      shown.insert(hit.file.path);
      EXPECT_EQ(hit.near_identical_count, static_cast<std::int64_t>(hit.near_identical.size()));
      for (const files::File& file : hit.near_identical) {
        shown.insert(file.path);
      }
    }
    EXPECT_EQ(page.more, offset + 5 < 12) << offset;
  }
  EXPECT_EQ(hits, 12U);
  EXPECT_EQ(shown.size(), all.size()) << "each once";
  EXPECT_EQ(std::set<std::string>(shown.begin(), shown.end()), all);
}

TEST_F(NearIdenticalTest, ManyOfOneKindDoNotLeaveAPageShort) {
  for (int i = 0; i < 250; ++i) {
    shelf_->add(document("draft" + std::to_string(i) + ".txt",
                         {letter("quokka and the quokka", "q" + std::string(static_cast<std::size_t>(i / 26 + 1), 'x') +
                                                              std::string(1, static_cast<char>('a' + i % 26)))}));
  }
  for (int i = 0; i < 9; ++i) {
    shelf_->add(
        document("other" + std::to_string(i) + ".txt",
                 {"Number " + std::to_string(1000 + i) + " says quokka once in a text of more words than the rest, " +
                  letter("fence", "long") + letter("gate", "wet")}));
  }
  settle();
  const Response page = ask_page({.query = "quokka", .limit = 5});
  EXPECT_EQ(page.hits.size(), 5U) << "more than the first 200 passages were looked at";
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.hits.front().near_identical_count, 200) << "counted up to a limit";
  EXPECT_EQ(page.hits.front().near_identical.size(), 20U);
}

TEST_F(NearIdenticalTest, AreKnownAfterARestartAndARebuild) {
  shelf_->add(document("a.txt", {letter("wall", "warmer")}));
  shelf_->add(document("b.txt", {letter("wall", "milder")}));
  settle();
  start();
  EXPECT_EQ(ask("wall", Mode::kKeyword).hits.size(), 1U);
  ASSERT_TRUE(search_->rebuild(Context::with_timeout(kPatience)));
  const Response response = ask("wall", Mode::kKeyword);
  ASSERT_EQ(response.hits.size(), 1U);
  EXPECT_EQ(response.hits.front().near_identical_count, 1);
}

}  // namespace
}  // namespace alcove::search

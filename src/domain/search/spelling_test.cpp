#include <gmock/gmock.h>

#include <chrono>

#include <fmt/format.h>

#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SpellingTest : public SearchTest {
 protected:
  std::vector<std::string> suggested(const std::string& typed, std::size_t limit = 10) {
    auto found = search_->suggest(Shelf::everyone(), typed, limit);
    EXPECT_TRUE(found) << found.error().detail;
    std::vector<std::string> texts;
    for (const Suggestion& suggestion : *found) {
      texts.push_back(suggestion.text);
    }
    return texts;
  }
};

TEST_F(SpellingTest, AQueryThatFindsNothingIsAskedAsItWasMeant) {
  shelf_->add(document("a.txt", {"the insurance certificate of the house"}));
  shelf_->add(document("b.txt", {"another letter"}));
  settle();
  for (const char* typed : {"certficate", "cetrificate", "ecrtificate", "certtificate"}) {
    const Response response = ask(typed, Mode::kKeyword);
    EXPECT_EQ(response.did_you_mean, "certificate") << typed;
    EXPECT_EQ(response.searched_for, "certificate") << typed;
    EXPECT_EQ(response.query, typed);
    EXPECT_THAT(paths(response), ElementsAre("a.txt"));
    EXPECT_THAT(response.notes, says(HasSubstr(fmt::format("instead of “{}”", typed))));
  }
  auto as_typed = search_->search(
      Shelf::everyone(), {.query = "certficate", .mode = Mode::kKeyword, .spelling = Request::Spelling::kAsTyped},
      Context::with_timeout(kPatience));
  ASSERT_TRUE(as_typed);
  EXPECT_THAT(as_typed->hits, IsEmpty());
  EXPECT_EQ(as_typed->did_you_mean, "certificate") << "the hint stays";
}

TEST_F(SpellingTest, WhatFindsSomethingIsOnlyHintedAt) {
  shelf_->add(document("a.txt", {"the certificate of the house"}));
  settle();
  const Response response = ask("certficate -garden house", Mode::kKeyword);
  EXPECT_EQ(response.did_you_mean, "certificate -garden house");
  EXPECT_EQ(response.searched_for, "");
  EXPECT_THAT(paths(response), ElementsAre("a.txt"));
}

TEST_F(SpellingTest, KnownWordsCodesAndShortWordsStayAsTheyAre) {
  shelf_->add(document("Frobnitz.txt", {"insurances of houses number ab1234"}));
  settle();
  for (const char* typed : {"insurance", "house", "frobnitz", "frobnitz.txt", "ab1235", "hou", "\"insurence\""}) {
    EXPECT_EQ(ask(typed).did_you_mean, "") << typed;
  }
  EXPECT_EQ(ask("frobnits").did_you_mean, "frobnitz") << "names have words, too";
}

TEST_F(SpellingTest, OnlyWordsOfVisibleDocumentsAreOffered) {
  const Shelf::Placed secret = shelf_->add(document("secret.txt", {"chrysanthemum"}));
  shelf_->add(document("open.txt", {"nothing else"}));
  settle();
  EXPECT_EQ(ask("chrysantemum").did_you_mean, "chrysanthemum");
  EXPECT_THAT(suggested("chrys"), ElementsAre("chrysanthemum"));
  shelf_->remove(secret.file);
  EXPECT_EQ(ask("chrysantemum").did_you_mean, "") << "the index still has it";
  EXPECT_THAT(suggested("chrys"), IsEmpty());
  EXPECT_THAT(suggested("secr"), IsEmpty());
  auto nobody = search_->suggest(auth::Principal{}, "noth", 10);
  ASSERT_TRUE(nobody);
  EXPECT_THAT(*nobody, IsEmpty());
}

TEST_F(SpellingTest, SuggestsNamesTitlesAndWords) {
  Shelf::Document titled = document("x1.pdf", {"some invoicing text"}, wire::Format::kPdf);
  titled.passages.front().title = "Invoice of May";
  shelf_->add(titled);
  shelf_->add_name("letters/invoice 7.pdf");
  settle();
  EXPECT_THAT(suggested("invoi"), ElementsAre("invoice 7.pdf", "Invoice of May", "invoice", "invoicing"));
  EXPECT_THAT(suggested("some invoic"), Contains("some invoicing"));
  EXPECT_THAT(suggested("invoi", 2), testing::SizeIs(2));
  EXPECT_THAT(suggested("type:pd"), IsEmpty());
  EXPECT_THAT(suggested("   "), IsEmpty());
  EXPECT_THAT(suggested("i"), testing::Each(HasSubstr("nvoice")));
}

}  // namespace
}  // namespace alcove::search

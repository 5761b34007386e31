#include <gmock/gmock.h>

#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class ConditionsTest : public SearchTest {
 protected:
  void SetUp() override {
    SearchTest::SetUp();
    shelf_->add(document("fruit/apples.txt", {"a red apple and one green pear lie in the basket"}));
    shelf_->add(document("fruit/plums.pdf", {"plums are blue in autumn"}, wire::Format::kPdf));
    shelf_->add(document("cars.txt", {"the automobile is red"}));
    shelf_->add(document("invoices.pdf", {"invoice number one", "the invoices were invoiced"}, wire::Format::kPdf));
    settle();
  }
};

TEST_F(ConditionsTest, OneOfTheAlternativesMustBeThere) {
  EXPECT_THAT(found("apples OR plum"), UnorderedElementsAre("fruit/apples.txt", "fruit/plums.pdf")) << "in any form";
  EXPECT_THAT(found("(apple OR plum) red", Mode::kKeyword), ElementsAre("fruit/apples.txt", "fruit/plums.pdf"));
  EXPECT_THAT(found("\"red apple\" | \"blue in autumn\""), UnorderedElementsAre("fruit/apples.txt", "fruit/plums.pdf"));
  EXPECT_THAT(found("(red apple) OR invoice"), UnorderedElementsAre("fruit/apples.txt", "invoices.pdf"))
      << "a side of several words needs them all";
  EXPECT_THAT(found("red AND apple"), ElementsAre("fruit/apples.txt"));
}

TEST_F(ConditionsTest, GroupsAreExcludedAsAWhole) {
  EXPECT_THAT(found("red -(apple OR plums)", Mode::kKeyword), ElementsAre("cars.txt"));
  EXPECT_THAT(found("red -(apple pear)", Mode::kKeyword), ElementsAre("cars.txt"));
  EXPECT_THAT(found("red -(apple automobile)", Mode::kKeyword), UnorderedElementsAre("fruit/apples.txt", "cars.txt"));
}

TEST_F(ConditionsTest, FiltersMayBeAlternatives) {
  EXPECT_THAT(found("in:fruit OR type:pdf"),
              UnorderedElementsAre("fruit/apples.txt", "fruit/plums.pdf", "invoices.pdf"));
  EXPECT_THAT(found("(in:fruit type:pdf) OR automobile"), UnorderedElementsAre("fruit/plums.pdf", "cars.txt"));
  EXPECT_THAT(found("-(in:fruit OR type:pdf)"), ElementsAre("cars.txt"));
  EXPECT_THAT(found("-in:fruit OR plums"), UnorderedElementsAre("fruit/plums.pdf", "invoices.pdf", "cars.txt"));
}

TEST_F(ConditionsTest, NearMeansSoManyWordsInEitherOrder) {
  EXPECT_THAT(found("apple NEAR/4 pear"), ElementsAre("fruit/apples.txt"));
  EXPECT_THAT(found("pear NEAR/4 apple"), ElementsAre("fruit/apples.txt"));
  EXPECT_THAT(found("apple NEAR/3 pear"), IsEmpty());
  EXPECT_THAT(found("\"red apple\" NEAR/3 \"green pear\""), ElementsAre("fruit/apples.txt"));
  EXPECT_THAT(found("\"red apple\" NEAR/2 \"green pear\""), IsEmpty());
  EXPECT_THAT(found("red NEAR basket"), ElementsAre("fruit/apples.txt"));
}

TEST_F(ConditionsTest, WildcardsStandForTheWordsOfTheIndex) {
  EXPECT_THAT(found("inv*"), ElementsAre("invoices.pdf"));
  EXPECT_THAT(found("in?oice"), ElementsAre("invoices.pdf"));
  EXPECT_THAT(found("au*mobile", Mode::kKeyword), ElementsAre("cars.txt"));
  EXPECT_THAT(found("red -app*", Mode::kKeyword), ElementsAre("cars.txt"));
  EXPECT_THAT(found("plu* OR app*"), UnorderedElementsAre("fruit/apples.txt", "fruit/plums.pdf"));
  const Response none = ask("zzz*");
  EXPECT_THAT(none.hits, IsEmpty());
  EXPECT_THAT(none.notes, says(HasSubstr("zzz*")));
}

TEST_F(ConditionsTest, AWildcardFindsNamesToo) {
  shelf_->add_name("trips/Lisbon Budget.xlsx");
  settle();
  EXPECT_THAT(found("budg*"), ElementsAre("trips/Lisbon Budget.xlsx"));
  EXPECT_THAT(found("budg?x*"), IsEmpty());
}

TEST_F(ConditionsTest, MistakesAreSaidAndTheRestIsFound) {
  const Response response = ask("(\"red apple\" OR");
  EXPECT_THAT(paths(response), ElementsAre("fruit/apples.txt"));
  ASSERT_EQ(response.notes.size(), 2U);
  EXPECT_EQ(response.notes[0].code, "dangling_operator");
  EXPECT_THAT(response.notes, says(HasSubstr("parenthesis")));
}

TEST_F(ConditionsTest, EveryHitOfAnAlternativeSaysItsOwnPhrase) {
  const Response response = ask("\"red apple\" OR \"blue in autumn\"");
  for (const Hit& hit : response.hits) {
    std::size_t phrases = 0;
    for (const Reason& reason : hit.reasons) {
      phrases += reason.kind == "phrase" ? 1U : 0U;
    }
    EXPECT_EQ(phrases, 1U) << hit.file.path;
  }
}

}  // namespace
}  // namespace alcove::search

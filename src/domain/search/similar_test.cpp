#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "domain/search/search_test.hpp"
#include "domain/search/telling_words.hpp"

namespace alcove::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class SimilarTest : public SearchTest {
 protected:
  SimilarResponse like(ContentNumber content, std::size_t limit = 10, Request::Fold fold = Request::Fold::kNear) {
    auto response = search_->similar(Shelf::everyone(), {.content = content, .limit = limit, .fold = fold},
                                     Context::with_timeout(kPatience));
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *response : SimilarResponse{};
  }
  static std::vector<std::string> paths_of(const SimilarResponse& response) {
    std::vector<std::string> found;
    for (const Hit& hit : response.hits) {
      found.push_back(hit.file.path);
    }
    return found;
  }
};

TEST_F(SimilarTest, ByMeaningAlsoWhereNoWordIsShared) {
  const auto one = shelf_->add(document("one.txt", {"The automobile stood outside."}));
  shelf_->add(document("two.txt", {"His vehicle broke down."}));
  shelf_->add(document("three.txt", {"An orchard of many trees."}));
  settle();
  const SimilarResponse response = like(one.content);
  EXPECT_EQ(response.mode, Mode::kHybrid);
  ASSERT_FALSE(response.hits.empty());
  EXPECT_EQ(response.hits.front().file.path, "two.txt");
  EXPECT_THAT(paths_of(response), Not(Contains("one.txt")));
  const Reason& reason = response.hits.front().reasons.front();
  EXPECT_EQ(reason.kind, "meaning");
  EXPECT_EQ(reason.model, "t") << "as the vectors' fingerprint names it";
  EXPECT_GT(reason.value, 0.9);
}

TEST_F(SimilarTest, ByWordsWhileMeaningIsNotComputed) {
  Shelf::Document plain =
      document("one.txt", {"The ferryman repaired the rudder of the barge.", "Rudder, barge, rope."});
  plain.vectors.clear();
  const auto one = shelf_->add(plain);
  plain = document("two.txt", {"A barge without a rudder drifts."});
  plain.vectors.clear();
  shelf_->add(plain);
  shelf_->add(document("three.txt", {"The cook made soup."}));
  settle();
  const SimilarResponse response = like(one.content);
  EXPECT_EQ(response.mode, Mode::kKeyword);
  EXPECT_THAT(response.notes, says(HasSubstr("words only")));
  EXPECT_THAT(paths_of(response), ElementsAre("two.txt"));
  ASSERT_EQ(response.hits.front().reasons.size(), 1U);
  const Reason& reason = response.hits.front().reasons.front();
  EXPECT_EQ(reason.kind, "terms");
  EXPECT_THAT(reason.terms, UnorderedElementsAre("barge", "rudder"));
  EXPECT_THAT(reason.text, HasSubstr("Shares"));
}

TEST_F(SimilarTest, CopiesPartsAndContainersAreLeftOut) {
  const auto mail = shelf_->add(document("mail.eml", {"About the car."}, wire::Format::kEml));
  const auto attached = document("bill.pdf", {"The bill of the car."}, wire::Format::kPdf);
  const auto part = shelf_->make_content(attached, "attached");
  shelf_->put_part(mail.content, part.number, "bill.pdf");
  shelf_->add(document("copy of mail.eml", {"About the car."}, wire::Format::kEml));
  shelf_->add(document("other.txt", {"The car again."}));
  settle();
  EXPECT_THAT(paths_of(like(mail.content)), ElementsAre("other.txt"));
  EXPECT_THAT(paths_of(like(part.number)), ElementsAre("other.txt"));
}

TEST_F(SimilarTest, WhatLiesInOthersIsFoundInThem) {
  const auto note = shelf_->add(document("note.txt", {"The car was sold."}));
  const auto mail = shelf_->add(document("mail.eml", {"Something about soup."}, wire::Format::kEml));
  const auto part =
      shelf_->make_content(document("deed.pdf", {"The automobile was sold."}, wire::Format::kPdf), "deed");
  shelf_->put_part(mail.content, part.number, "deed.pdf");
  settle();
  const SimilarResponse response = like(note.content);
  ASSERT_FALSE(response.hits.empty());
  EXPECT_EQ(response.hits.front().file.path, "mail.eml");
  EXPECT_EQ(files::part_path(response.hits.front().parts), "deed.pdf");
}

TEST_F(SimilarTest, SaysWhyThereIsNothing) {
  const auto empty = shelf_->add(document("picture.png", {}));
  settle();
  EXPECT_THAT(like(empty.content).notes, says(HasSubstr("no text")));
  EXPECT_THAT(like(ContentNumber{}).notes, says(HasSubstr("no text")));
  EXPECT_THAT(paths_of(like(empty.content)), IsEmpty());
}

TEST_F(SimilarTest, KeepsItsLimits) {
  const auto one = shelf_->add(document("one.txt", {"car"}));
  for (int i = 0; i < 8; ++i) {
    shelf_->add(document("other" + std::to_string(i) + ".txt",
                         {"vehicle " + std::string(static_cast<std::size_t>(i + 1), 'z')}));
  }
  settle();
  EXPECT_EQ(like(one.content, 3).hits.size(), 3U);
  const auto refused = [&](std::size_t limit) {
    return !search_->similar(Shelf::everyone(), {.content = one.content, .limit = limit}, {});
  };
  EXPECT_TRUE(refused(0));
  EXPECT_TRUE(refused(51));
  Context late;
  late.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const auto response = search_->similar(Shelf::everyone(), {.content = one.content}, late);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kTimedOut);
}

TEST(TellingWords, AreRareOnesSaidOften) {
  const std::vector<wire::Passage> passages{passage("The barge and the rudder of the barge in the town"),
                                            passage("The barge is old, and seen by nobody else: quinquereme")};
  const auto telling = telling_words(passages, 1'000, [](std::span<const std::string> terms) {
    std::vector<std::uint32_t> counts;
    for (const std::string& term : terms) {
      counts.push_back(term.contains("barg") ? 5 : term.contains("rudder") ? 3 : term.contains("quinq") ? 1 : 400);
    }
    return Result<std::vector<std::uint32_t>>(counts);
  });
  ASSERT_TRUE(telling);
  std::vector<std::string> surfaces;
  std::ranges::transform(*telling, std::back_inserter(surfaces), &QueryTerm::surface);
  ASSERT_GE(surfaces.size(), 2U);
  EXPECT_EQ(surfaces[0], "barge");
  EXPECT_EQ(surfaces[1], "rudder");
  EXPECT_THAT(surfaces, Not(Contains("the")));
  EXPECT_THAT(surfaces, Not(Contains("quinquereme"))) << "nothing else can have it";
}

}  // namespace
}  // namespace alcove::search

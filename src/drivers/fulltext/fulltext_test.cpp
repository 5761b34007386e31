#include "drivers/fulltext/fulltext.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <string>
#include <thread>

namespace alcove::fulltext {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class FulltextIndex : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("alcove-fulltext-" + std::to_string(getpid()) + "-" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    reopen();
  }
  void TearDown() override {
    index_.reset();
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
    }
  }
  void reopen() {
    index_.reset();
    auto opened = Index::open(folder_ / "index");
    ASSERT_TRUE(opened) << opened.error().detail;
    index_ = std::move(*opened);
  }
  void put(std::uint32_t document, std::initializer_list<const char*> words, std::string_view data = "") {
    std::vector<Posting> postings;
    std::uint32_t position = 1;
    for (const char* word : words) {
      postings.push_back({.term = word, .position = position++});
    }
    ASSERT_TRUE(index_->replace(document, postings, data));
  }
  std::vector<std::uint32_t> found(const Query& query, const sets::Bitmap* within = nullptr) {
    auto matches = index_->search(query, 100, within);
    EXPECT_TRUE(matches);
    std::vector<std::uint32_t> documents;
    for (const Match& match : *matches) {
      documents.push_back(match.document);
    }
    return documents;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Index> index_;
};

Query term(const char* word) {
  return Query::of_term(word);
}

TEST_F(FulltextIndex, RanksByBm25AndCombinesTerms) {
  put(1, {"red", "apple", "tree"});
  put(2, {"green", "apple"});
  put(3, {"red", "car"});
  put(4, {"blue", "sky"});
  ASSERT_TRUE(index_->commit());
  EXPECT_THAT(found(Query::of(Query::Kind::kOr, {term("green"), term("apple")})), ElementsAre(2, 1));
  EXPECT_THAT(found(Query::of(Query::Kind::kAnd, {term("red"), term("apple")})), ElementsAre(1));
  EXPECT_THAT(found(Query::of(Query::Kind::kAndNot, {term("red"), term("car")})), ElementsAre(1));
  EXPECT_THAT(found(Query::of(Query::Kind::kMax, {term("sky"), term("car")})), UnorderedElementsAre(3, 4));
  EXPECT_THAT(found(Query::nothing()), ElementsAre());
}

TEST_F(FulltextIndex, PrefixesStandForTheirTerms) {
  put(1, {"invoice"});
  put(2, {"inventory"});
  put(3, {"other"});
  ASSERT_TRUE(index_->commit());
  EXPECT_THAT(found({.kind = Query::Kind::kPrefix, .term = "inv", .children = {}}), UnorderedElementsAre(1, 2));
}

TEST_F(FulltextIndex, PhrasesNeedOrderAndNearness) {
  put(1, {"new", "york", "city"});
  put(2, {"york", "new", "city"});
  put(3, {"new", "old", "york"});
  ASSERT_TRUE(index_->commit());
  EXPECT_THAT(found(Query::phrase({"new", "york"}, 2)), ElementsAre(1));
  EXPECT_THAT(found(Query::phrase({"new", "york"}, 3)), UnorderedElementsAre(1, 3));
}

TEST_F(FulltextIndex, OnlyDocumentsOfTheFilterCount) {
  for (std::uint32_t document = 1; document <= 300; ++document) {
    put(document, {document % 3 == 0 ? "three" : "other", "word"});
  }
  ASSERT_TRUE(index_->commit());
  sets::Bitmap even;
  for (std::uint32_t document = 2; document <= 300; document += 2) {
    even.add(document);
  }
  EXPECT_EQ(found(term("three"), &even).size(), 50U);
  for (const std::uint32_t document : found(Query::of(Query::Kind::kOr, {term("three"), term("word")}), &even)) {
    EXPECT_EQ(document % 2, 0U);
  }
  const sets::Bitmap nothing;
  EXPECT_THAT(found(term("word"), &nothing), ElementsAre());
  auto all = index_->matches(Query::of(Query::Kind::kAnd, {term("three"), term("word")}), &even);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 50U);
  auto postings = index_->matches(term("three"), nullptr);
  ASSERT_TRUE(postings);
  EXPECT_EQ(postings->size(), 100U);
}

TEST_F(FulltextIndex, TheBestFewAreTheFirstOfAllWhateverListsEndMeanwhile) {
  // Xapian drops lists that end, and those that cannot bring a document to the top any more, while it goes on: a tree
  // of alternatives that ends as a whole must not be looked at again.
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  constexpr std::uint32_t kDocuments = 3'000;
  constexpr std::uint32_t kWords = 200;
  sets::Bitmap within;
  for (std::uint32_t document = 1; document <= kDocuments; ++document) {
    std::vector<Posting> postings;
    for (std::uint32_t i = 0, count = 5 + below(20); i < count; ++i) {
      postings.push_back({.term = "w" + std::to_string(below(1 + below(1 + below(kWords)))), .position = i + 1});
    }
    ASSERT_TRUE(index_->replace(document, postings, ""));
    if (below(20) != 0) {
      within.add(document);
    }
  }
  ASSERT_TRUE(index_->commit());
  for (int round = 0; round < 400; ++round) {
    const auto words = [&](std::uint32_t count_max, std::uint32_t rarest) {
      std::vector<Query> any;
      for (std::uint32_t i = 0, count = 1 + below(count_max); i < count; ++i) {
        std::vector<Query> forms;
        for (std::uint32_t form = 0, forms_count = 2 + below(2); form < forms_count; ++form) {
          forms.push_back(Query::scaled(term(("w" + std::to_string(below(rarest))).c_str()), 0.2 + 0.1 * below(30)));
        }
        any.push_back(Query::of(Query::Kind::kMax, std::move(forms)));
      }
      return Query::of(Query::Kind::kOr, std::move(any));
    };
    const Query query = Query::of(Query::Kind::kAndMaybe, {words(4, kWords), Query::scaled(words(3, 10), 0.1)});
    const auto all = index_->search(query, kDocuments, &within);
    const auto best = index_->search(query, 1 + below(200), &within);
    ASSERT_TRUE(all && best);
    ASSERT_LE(best->size(), all->size());
    for (std::size_t i = 0; i < best->size(); ++i) {
      EXPECT_NEAR((*best)[i].score, (*all)[i].score, 1e-9);
    }
    const auto unfiltered = index_->search(query, kDocuments, nullptr);
    ASSERT_TRUE(unfiltered);
    EXPECT_TRUE(std::ranges::all_of(*unfiltered, [](const Match& match) { return match.document <= kDocuments; }));
    const auto matching = index_->matches(query, nullptr);
    ASSERT_TRUE(matching);
    EXPECT_EQ(matching->size(), unfiltered->size());
  }
}

TEST_F(FulltextIndex, ReadersSeeTheLastCommitOnly) {
  put(1, {"first"}, "one");
  ASSERT_TRUE(index_->commit());
  put(2, {"first"}, "two");
  EXPECT_THAT(found(term("first")), ElementsAre(1));
  ASSERT_TRUE(index_->commit());
  EXPECT_THAT(found(term("first")), ElementsAre(1, 2));
  EXPECT_EQ(*index_->data(2), "two");
  EXPECT_FALSE(index_->data(7)->has_value());
}

TEST_F(FulltextIndex, MetadataIsPartOfTheCommit) {
  put(1, {"x"});
  ASSERT_TRUE(index_->set_metadata("applied", "17"));
  ASSERT_TRUE(index_->set_metadata("run/1", "1"));
  ASSERT_TRUE(index_->set_metadata("run/2", "1"));
  ASSERT_TRUE(index_->commit());
  ASSERT_TRUE(index_->set_metadata("applied", "18"));
  EXPECT_EQ(*index_->metadata("applied"), "17");
  std::vector<std::string> keys;
  ASSERT_TRUE(index_->for_each_metadata_key("run/", [&](std::string_view key) {
    keys.emplace_back(key);
    return true;
  }));
  EXPECT_THAT(keys, ElementsAre("run/1", "run/2"));
}

TEST_F(FulltextIndex, ReplacingAndRemovingTwiceChangesNothing) {
  put(5, {"old"});
  put(5, {"new"});
  ASSERT_TRUE(index_->remove(9));
  ASSERT_TRUE(index_->commit());
  EXPECT_THAT(found(term("old")), ElementsAre());
  EXPECT_THAT(found(term("new")), ElementsAre(5));
  ASSERT_TRUE(index_->remove(5));
  ASSERT_TRUE(index_->remove(5));
  ASSERT_TRUE(index_->commit());
  EXPECT_THAT(found(term("new")), ElementsAre());
}

TEST_F(FulltextIndex, IdfsAreThoseOfTheScores) {
  put(1, {"rare", "word"});
  for (std::uint32_t document = 2; document <= 50; ++document) {
    put(document, {"common", "word"});
  }
  ASSERT_TRUE(index_->commit());
  const std::vector<std::string> terms{"rare", "absent"};
  auto counts = index_->document_frequencies(terms);
  ASSERT_TRUE(counts);
  EXPECT_THAT(*counts, ElementsAre(1, 0));
  auto best = index_->search(term("rare"), 1, nullptr);
  ASSERT_TRUE(best);
  // One occurrence in a document of average length scores exactly its idf.
  EXPECT_NEAR(best->front().score, bm25_idf(50, 1), 1e-6);
}

TEST_F(FulltextIndex, ADamagedTableIsCorrupt) {
  put(1, {"word"});
  ASSERT_TRUE(index_->commit());
  index_.reset();
  std::filesystem::resize_file(folder_ / "index" / "iamglass", 3);
  auto opened = Index::open(folder_ / "index");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
}

TEST_F(FulltextIndex, SearchesGoOnWhileDocumentsAreWritten) {
  put(1, {"steady"});
  ASSERT_TRUE(index_->commit());
  std::atomic<bool> stop = false;
  std::jthread reader([&] {
    while (!stop) {
      const auto matches = index_->search(term("steady"), 10, nullptr);
      ASSERT_TRUE(matches) << matches.error().detail;
      ASSERT_FALSE(matches->empty());
    }
  });
  for (std::uint32_t document = 2; document <= 60; ++document) {
    put(document, {"steady", "other"});
    ASSERT_TRUE(index_->commit());
  }
  stop = true;
}

}  // namespace
}  // namespace alcove::fulltext

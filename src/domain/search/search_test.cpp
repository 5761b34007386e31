#include "domain/search/search_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/polling.hpp"
#include "domain/search/passage_index.hpp"

namespace alcove::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(SearchTest, FindsByWordAndByMeaning) {
  shelf_->add(document("a.txt", {"The automobile was parked outside."}));
  shelf_->add(document("b.txt", {"An orchard of many trees."}));
  settle();
  EXPECT_THAT(found("orchards", Mode::kKeyword), ElementsAre("b.txt"));
  EXPECT_EQ(found("car", Mode::kMeaning).front(), "a.txt");
  EXPECT_EQ(found("car").front(), "a.txt");
  EXPECT_THAT(found("car", Mode::kKeyword), IsEmpty());
}

TEST_F(SearchTest, EveryHitSaysWhy) {
  shelf_->add(document("a.txt", {"The automobile was parked outside."}));
  settle();
  const Response response = ask("automobiles");
  ASSERT_EQ(response.hits.size(), 1U);
  const Hit& hit = response.hits.front();
  EXPECT_EQ(hit.library, "Shelf");
  EXPECT_EQ(hit.place.line_first, 3U);
  EXPECT_EQ(hit.language, "en");
  ASSERT_EQ(hit.reasons.size(), 2U);
  EXPECT_EQ(hit.reasons[0].kind, "terms");
  EXPECT_THAT(hit.reasons[0].terms, ElementsAre("automobile"));
  EXPECT_EQ(hit.reasons[1].kind, "meaning");
  EXPECT_EQ(hit.reasons[1].model, "test");
  EXPECT_GT(hit.reasons[1].value, 0.9);
  EXPECT_NEAR(hit.reasons[0].weight + hit.reasons[1].weight, 1, 1e-9);
  EXPECT_TRUE(std::ranges::any_of(hit.snippet, &SnippetSpan::match));
}

TEST_F(SearchTest, WeakHitsKeepTheirPlace) {
  shelf_->add(document("a.txt", {"The gardener planted an apple tree beside the old stone wall."}));
  for (int i = 0; i < 20; ++i) {
    shelf_->add(document("other" + std::to_string(i) + ".txt", {"some other text " + std::to_string(i)}));
  }
  settle();
  const Response weak = ask("submarine reactor coolant pump tree inspection", Mode::kKeyword);
  ASSERT_EQ(paths(weak), std::vector<std::string>{"a.txt"}) << "one word of six is too little, but it is shown";
  EXPECT_TRUE(weak.hits.front().weak);
  EXPECT_TRUE(weak.nothing_fits);
  const Response strong = ask("gardener apple wall", Mode::kKeyword);
  ASSERT_FALSE(strong.hits.empty());
  EXPECT_FALSE(strong.hits.front().weak);
  EXPECT_FALSE(strong.nothing_fits);
  EXPECT_FALSE(ask("other5", Mode::kKeyword).nothing_fits) << "a name that has every word";
  EXPECT_FALSE(ask("type:text").nothing_fits) << "filters are passed, or not";
  EXPECT_TRUE(ask("qwertzuiop", Mode::kKeyword).nothing_fits) << "nothing is found at all";
  EXPECT_FALSE(ask("car").nothing_fits) << "a model without figures calls nothing weak";
}

TEST_F(SearchTest, PassagesOfAFileAreOneHit) {
  shelf_->add(document("a.txt", {"apple one", "apple two apple", "nothing here"}));
  shelf_->add(document("b.txt", {"apple alone"}));
  settle();
  const Response response = ask("apple", Mode::kKeyword);
  EXPECT_THAT(paths(response), UnorderedElementsAre("a.txt", "b.txt"));
  for (const Hit& hit : response.hits) {
    EXPECT_EQ(hit.more_passages, hit.file.path == "a.txt" ? 1 : 0);
  }
  auto passages = search_->search(Shelf::everyone(), {.query = "apple", .mode = Mode::kKeyword, .passages = true},
                                  Context::with_timeout(kPatience));
  ASSERT_TRUE(passages);
  EXPECT_EQ(passages->hits.size(), 3U);
}

TEST_F(SearchTest, CopiesAreFolded) {
  shelf_->add(document("a.txt", {"same apple text"}));
  shelf_->add(document("copies/b.txt", {"same apple text"}));
  settle();
  const Response response = ask("apple");
  ASSERT_EQ(response.hits.size(), 1U);
  EXPECT_EQ(response.hits[0].same_content.size(), 1U);
}

TEST_F(SearchTest, PhrasesAndExclusionsHoldForTheFile) {
  shelf_->add(document("both.txt", {"red apple in the morning", "green pear at night"}));
  shelf_->add(document("one.txt", {"red apple only"}));
  shelf_->add(document("apart.txt", {"apple that is red"}));
  settle();
  EXPECT_THAT(found("\"red apple\"", Mode::kKeyword), UnorderedElementsAre("both.txt", "one.txt"));
  EXPECT_THAT(found("\"red apple\" \"green pear\""), ElementsAre("both.txt"));
  EXPECT_THAT(found("apple -pear", Mode::kKeyword), UnorderedElementsAre("one.txt", "apart.txt"));
  EXPECT_THAT(found("fruit -\"green pear\"", Mode::kMeaning), UnorderedElementsAre("one.txt", "apart.txt"));
  EXPECT_THAT(found("\"red apple\" -pear"), ElementsAre("one.txt"));
}

TEST_F(SearchTest, FiltersNarrowByTypeFolderAndName) {
  shelf_->add(document("taxes/bill one.pdf", {"invoice first"}, wire::Format::kPdf));
  shelf_->add(document("taxes/old/bill two.txt", {"invoice second"}));
  shelf_->add(document("other/bill_three.pdf", {"invoice third"}, wire::Format::kPdf));
  const LibraryId second = shelf_->add_library("Second Shelf");
  shelf_->add(document("bill four.pdf", {"invoice fourth"}, wire::Format::kPdf), second);
  settle();
  EXPECT_THAT(found("invoice type:pdf"),
              UnorderedElementsAre("taxes/bill one.pdf", "other/bill_three.pdf", "bill four.pdf"));
  EXPECT_THAT(found("invoice -type:pdf"), UnorderedElementsAre("taxes/old/bill two.txt"));
  EXPECT_THAT(found("invoice in:taxes"), UnorderedElementsAre("taxes/bill one.pdf", "taxes/old/bill two.txt"));
  EXPECT_THAT(found("invoice in:Shelf/taxes/old"), UnorderedElementsAre("taxes/old/bill two.txt"));
  EXPECT_THAT(found("invoice in:\"second shelf\""), UnorderedElementsAre("bill four.pdf"));
  EXPECT_THAT(found("invoice -in:taxes in:Shelf"), UnorderedElementsAre("other/bill_three.pdf"));
  EXPECT_THAT(found("invoice name:three"), UnorderedElementsAre("other/bill_three.pdf"));
  EXPECT_THAT(found("invoice name:*.txt"), UnorderedElementsAre("taxes/old/bill two.txt"));
  EXPECT_THAT(found("invoice name:\"bill ?????.pdf\""), IsEmpty());
  EXPECT_THAT(found("invoice name:\"bill ????.pdf\""), UnorderedElementsAre("bill four.pdf"));
  EXPECT_THAT(found("type:text"), ElementsAre("taxes/old/bill two.txt"));
  EXPECT_THAT(ask("invoice in:nowhere").notes, says(HasSubstr("nowhere")));
}

TEST_F(SearchTest, NamesAreFoundBeforeTheFileIsRead) {
  shelf_->add_name("trips/Lisbon_Budget2024.xlsx");
  shelf_->add(document("note.txt", {"a lisbon budget in words"}));
  settle();
  const Response response = ask("lisbon budget");
  EXPECT_THAT(paths(response), UnorderedElementsAre("trips/Lisbon_Budget2024.xlsx", "note.txt"));
  EXPECT_EQ(found("2024").front(), "trips/Lisbon_Budget2024.xlsx") << "a name comes before what only means something";
  EXPECT_THAT(found("2024", Mode::kKeyword), ElementsAre("trips/Lisbon_Budget2024.xlsx"));
  EXPECT_THAT(found("lisb", Mode::kKeyword), ElementsAre("trips/Lisbon_Budget2024.xlsx"));
  EXPECT_THAT(found("trips xlsx", Mode::kKeyword), ElementsAre("trips/Lisbon_Budget2024.xlsx"));
  EXPECT_THAT(found("budget -lisbon"), IsEmpty());
}

TEST_F(SearchTest, RenamedFilesAreFoundByTheNewNameOnly) {
  const Shelf::Placed placed = shelf_->add(document("oldname.txt", {"text"}));
  settle();
  ASSERT_THAT(found("oldname"), ElementsAre("oldname.txt"));
  shelf_->rename(placed.file, "freshname.txt");
  settle();
  EXPECT_THAT(found("freshname", Mode::kKeyword), ElementsAre("freshname.txt"));
  EXPECT_THAT(found("oldname", Mode::kKeyword), IsEmpty());
}

TEST_F(SearchTest, NobodySeesNothing) {
  shelf_->add(document("a.txt", {"apple text"}));
  settle();
  auto response = search_->search(auth::Principal{}, {.query = "apple"}, Context::with_timeout(kPatience));
  ASSERT_TRUE(response);
  EXPECT_THAT(response->hits, IsEmpty());
}

TEST_F(SearchTest, ADeletedFileVanishesAtOnce) {
  const Shelf::Placed placed = shelf_->add(document("a.txt", {"apple text"}));
  settle();
  ASSERT_EQ(found("apple").size(), 1U);
  shelf_->remove(placed.file);
  EXPECT_THAT(found("apple"), IsEmpty());
}

TEST_F(SearchTest, WithoutAModelWordsAnswerAndTheNoteSaysSo) {
  shelf_->add(document("a.txt", {"apple text"}));
  settle();
  model_works_ = false;
  const Response response = ask("apple");
  EXPECT_EQ(response.mode, Mode::kKeyword);
  EXPECT_EQ(response.hits.size(), 1U);
  EXPECT_THAT(response.notes, says(HasSubstr("The model is not running")));
  EXPECT_EQ(ask("apple", Mode::kMeaning).hits.size(), 1U);
}

TEST_F(SearchTest, MissingVectorsAreSaidAndDoNotHideAFile) {
  Shelf::Document late = document("late.txt", {"apple apple pie"});
  late.vectors.clear();
  const Shelf::Placed placed = shelf_->add(late);
  shelf_->add(document("done.txt", {"a dog and an apple were seen together on a long walk"}));
  settle();
  const Response response = ask("apple");
  EXPECT_EQ(response.hits.front().file.path, "late.txt");
  EXPECT_THAT(response.notes, says("Meaning is still being computed for 1 document"));
  shelf_->put_vectors(placed.content, {meaning_of("apple apple pie")});
  settle();
  EXPECT_THAT(ask("apple").notes, IsEmpty());
}

TEST_F(SearchTest, NewPassagesReplaceTheOldOnes) {
  const Shelf::Placed placed = shelf_->add(document("a.txt", {"apple first", "apple second"}));
  settle();
  shelf_->put_passages(placed.content, {passage("pear now")});
  settle();
  EXPECT_THAT(found("apple", Mode::kKeyword), IsEmpty());
  EXPECT_THAT(found("pear", Mode::kKeyword), ElementsAre("a.txt"));
  EXPECT_EQ(search_->status().passages_indexed, 1);
  EXPECT_EQ(search_->status().vectors_indexed, 0);
}

TEST_F(SearchTest, ErasedContentsLeaveTheIndexes) {
  const Shelf::Placed placed = shelf_->add(document("a.txt", {"apple first"}));
  settle();
  ASSERT_TRUE(shelf_->store().erase(placed.content));
  settle();
  EXPECT_EQ(search_->status().passages_indexed, 0);
  EXPECT_EQ(search_->status().vectors_indexed, 0);
}

TEST_F(SearchTest, IndexesAreReopenedWhereTheyWere) {
  shelf_->add(document("a.txt", {"apple first"}));
  settle();
  start();
  EXPECT_EQ(search_->status().passages_indexed, 1) << "known before any change is applied again";
  EXPECT_THAT(found("apple"), ElementsAre("a.txt"));
}

TEST_F(SearchTest, LostOrDamagedIndexesAreRemade) {
  shelf_->add(document("a.txt", {"an apple first"}));
  shelf_->add(document("b.txt", {"the automobile"}));
  settle();
  for (const char* lost : {"passages", "text_vectors", "names"}) {
    SCOPED_TRACE(lost);
    search_.reset();
    std::filesystem::remove_all(folder_ / "indexes" / lost);
    start();
    settle();
    EXPECT_THAT(found("apple", Mode::kKeyword), ElementsAre("a.txt"));
    EXPECT_EQ(found("car").front(), "b.txt");
    EXPECT_EQ(search_->status().vectors_indexed, 2);
    EXPECT_EQ(search_->status().names_indexed, 2);
  }
  search_.reset();
  std::filesystem::resize_file(folder_ / "indexes/passages/iamglass", 5);
  std::filesystem::resize_file(folder_ / "indexes/names/iamglass", 5);
  std::filesystem::resize_file(folder_ / "indexes/text_vectors", 100);
  start();
  settle();
  EXPECT_EQ(found("car").front(), "b.txt");
}

TEST_F(SearchTest, RebuildingNeedsArtefactsOnly) {
  shelf_->add(document("a.txt", {"apple first"}));
  settle();
  std::atomic<int> embeddings = 0;
  ASSERT_TRUE(search_->rebuild(Context::with_timeout(kPatience)));
  EXPECT_EQ(embeddings, 0);
  EXPECT_THAT(found("apple"), ElementsAre("a.txt"));
  EXPECT_EQ(search_->status().vectors_indexed, 1);
  EXPECT_FALSE(search_->status().rebuilding);
  EXPECT_EQ(search_->status().behind, 0);
}

TEST_F(SearchTest, AnotherModelsVectorsReplaceRowsOfAnotherSize) {
  const Shelf::Placed one = shelf_->add(document("a.txt", {"apple first"}));
  shelf_->add(document("b.txt", {"dog second"}));
  settle();
  shelf_->put_vectors(one.content, {std::vector<float>(32, 0.1F)});
  settle();
  EXPECT_EQ(search_->status().vectors_indexed, 1);
  EXPECT_THAT(ask("apple").notes, says(HasSubstr("another model")));
  start();
  settle();
  EXPECT_EQ(search_->status().vectors_indexed, 1);
}

TEST_F(SearchTest, PagesFollowOneAnother) {
  for (int i = 0; i < 25; ++i) {
    shelf_->add(document("f" + std::to_string(i) + ".txt", {"apple number " + std::to_string(i)}));
  }
  settle();
  std::vector<std::string> all;
  for (std::size_t offset = 0; offset < 30; offset += 10) {
    auto response = search_->search(Shelf::everyone(), {.query = "apple", .limit = 10, .offset = offset},
                                    Context::with_timeout(kPatience));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->more, offset < 20);
    for (const Hit& hit : response->hits) {
      all.push_back(hit.file.path);
    }
  }
  std::ranges::sort(all);
  EXPECT_EQ(all.size(), 25U);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
  EXPECT_EQ(search_->search(Shelf::everyone(), {.query = "x", .limit = 0}, {}).error().field, "limit");
}

TEST_F(SearchTest, ALongDocumentDoesNotCrowdOutOthers) {
  std::vector<std::string> texts;
  for (int i = 0; i < 400; ++i) {
    texts.push_back("apple apple apple chapter " + std::to_string(i));
  }
  shelf_->add(document("book.txt", texts));
  for (int i = 0; i < 5; ++i) {
    shelf_->add(document("small" + std::to_string(i) + ".txt", {"one apple among very many other words here indeed"}));
  }
  settle();
  EXPECT_EQ(found("apple", Mode::kKeyword).size(), 2U) << "the five small ones are copies of each other";
}

/// Applying what was applied before, from any older point, changes nothing.
TEST_F(SearchTest, ReplayIsIdempotent) {
  const Shelf::Placed first = shelf_->add(document("a.txt", {"apple first", "apple second"}));
  shelf_->add(document("b.txt", {"dog"}));
  shelf_->put_passages(first.content, {passage("pear now"), passage("plum now")});
  shelf_->put_vectors(first.content, {meaning_of("pear now"), meaning_of("plum now")});
  settle();
  search_.reset();
  const std::filesystem::path other = folder_ / "other";
  const auto changes = shelf_->store().changes_after(0, 1'000);
  ASSERT_TRUE(changes);
  const auto state = [&](PassageIndex& index) {
    const Generation generation = index.generation();
    return std::tuple(generation.corpus->passage_count, generation.corpus->vector_count,
                      generation.keyword->statistics()->document_count, generation.vectors->count_rows());
  };
  for (std::size_t crash = 0; crash <= changes->size(); ++crash) {
    std::filesystem::remove_all(other);
    std::filesystem::path saved = other / "saved";
    {
      auto index = PassageIndex::open(other / "live", shelf_->store(), shelf_->spaces());
      ASSERT_TRUE(index);
      for (std::size_t i = 0; i < crash; ++i) {
        ASSERT_TRUE((*index)->apply((*changes)[i]));
      }
      ASSERT_TRUE((*index)->commit());
      // The vectors as of now; the words go on, as if only their commit had reached the disk.
      if (std::filesystem::exists(other / "live/text_vectors")) {
        std::filesystem::copy_file(other / "live/text_vectors", saved);
      }
      for (std::size_t i = crash; i < changes->size(); ++i) {
        ASSERT_TRUE((*index)->apply((*changes)[i]));
      }
      ASSERT_TRUE((*index)->commit());
      EXPECT_EQ(state(**index), std::tuple(3, 3, 3U, 3U));
    }
    std::filesystem::remove(other / "live/text_vectors");
    if (std::filesystem::exists(saved)) {
      std::filesystem::rename(saved, other / "live/text_vectors");
    }
    auto index = PassageIndex::open(other / "live", shelf_->store(), shelf_->spaces());
    ASSERT_TRUE(index);
    for (const artefacts::Change& change : *changes) {
      ASSERT_TRUE((*index)->apply(change));
    }
    ASSERT_TRUE((*index)->commit());
    EXPECT_EQ(state(**index), std::tuple(3, 3, 3U, 3U)) << "vectors were at change " << crash;
  }
}

/// Another model's vectors are built behind those that serve: no search meets two models, and none goes without.
TEST_F(SearchTest, AnotherModelTakesOverWithoutAGap) {
  std::vector<Shelf::Placed> placed;
  for (int i = 0; i < 20; ++i) {
    placed.push_back(shelf_->add(document("apple-" + std::to_string(i) + ".txt", {"apple " + std::to_string(i)})));
  }
  settle();
  const auto meant = [&] { return ask("apple", Mode::kMeaning, 30); };
  ASSERT_EQ(meant().hits.size(), 20U);
  ASSERT_TRUE(shelf_->spaces().use("second").has_value());
  for (const Shelf::Placed& each : placed) {
    shelf_->put_vectors(each.content, {meaning_of("apple")}, 1);
    settle();
    const Response response = meant();
    ASSERT_EQ(response.mode, Mode::kMeaning);
    ASSERT_EQ(response.hits.size(), 20U) << "all of the old ones, none of the new ones";
  }
  EXPECT_EQ(search_->status().vectors_indexed, 20);
  // The old ones are not changed by what happens to the new ones.
  shelf_->add({.path = "new.txt", .passages = {passage("apple new")}, .vectors = {}});
  settle();
  ASSERT_TRUE(shelf_->spaces().take_over(1).has_value());
  model_fingerprint_ = "gone";  // Only the second model answers from now on.
  EXPECT_TRUE(poll_until([&] { return meant().mode == Mode::kMeaning; }, kPatience));
  EXPECT_EQ(meant().hits.size(), 20U);
  start();
  EXPECT_EQ(meant().hits.size(), 20U) << "after a restart";
  ASSERT_TRUE(search_->rebuild(Context::with_timeout(kPatience)).has_value());
  EXPECT_EQ(meant().hits.size(), 20U) << "after a rebuild";
  // The old rows go with their space.
  EXPECT_TRUE(std::filesystem::exists(folder_ / "indexes" / "text_vectors"));
  ASSERT_TRUE(shelf_->spaces().discard().has_value());
  while (shelf_->spaces().erase_some(0).value()) {
  }
  settle();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "indexes" / "text_vectors"));
  EXPECT_EQ(meant().hits.size(), 20U);
}

}  // namespace
}  // namespace alcove::search

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/fusion.hpp"
#include "domain/search/snippet.hpp"

namespace alcove::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;

std::set<std::string> terms_of(const wire::Passage& passage) {
  std::set<std::string> terms;
  for (const fulltext::Posting& posting : passage_postings(passage)) {
    terms.insert(posting.term);
  }
  return terms;
}

const std::vector<std::string> kEnglishAndGerman{"de", "en"};

std::string text_of(const Snippet& snippet) {
  std::string text;
  for (const SnippetSpan& span : snippet.spans) {
    text += span.text;
  }
  return text;
}

TEST(Analysis, EveryRankingTermOfAQueryIsOneThatPassagesHave) {
  const auto stored = terms_of({.text = "Connected houses", .place = {}, .language = "en", .title = ""});
  const Analysed analysed = analyse(parse_query("connections house"), kEnglishAndGerman);
  ASSERT_EQ(analysed.ranking.size(), 2U);
  for (const QueryTerm& term : analysed.ranking) {
    EXPECT_TRUE(std::ranges::any_of(term.variants, [&](const auto& variant) { return stored.contains(variant); }))
        << term.surface;
  }
}

TEST(Analysis, WordsOfUnknownLanguageAreFoundAsTheyAre) {
  const auto stored = terms_of({.text = "zyxwv RE-2024/001", .place = {}, .language = "", .title = ""});
  EXPECT_THAT(stored, IsSupersetOf({std::string("Z:zyxwv"), std::string("Z:re2024001"), std::string("zyxwv")}));
  EXPECT_THAT(analyse(parse_query("zyxwv"), kEnglishAndGerman).ranking.front().variants, Contains("Z:zyxwv"));
}

TEST(Analysis, FunctionWordsOfSentencesDoNotRank) {
  std::vector<std::string> ranked;
  for (const QueryTerm& term : analyse(parse_query("what is the height of the tower"), kEnglishAndGerman).ranking) {
    ranked.push_back(term.surface);
  }
  EXPECT_THAT(ranked, ElementsAre("height", "tower"));
  // "die" is German grammar, but this is no sentence.
  EXPECT_EQ(analyse(parse_query("die hard"), kEnglishAndGerman).ranking.size(), 2U);
  EXPECT_FALSE(analyse(parse_query("to be or not to be"), kEnglishAndGerman).ranking.empty());
}

TEST(Analysis, NamesAreFoundByCaseCutsAndAsAWhole) {
  std::set<std::string> terms;
  for (const fulltext::Posting& posting : name_postings("annualReport2024.PDF", "taxes/old years", "Home")) {
    terms.insert(posting.term);
  }
  EXPECT_THAT(terms, IsSupersetOf({std::string("Nannual"), std::string("Nreport"), std::string("N2024"),
                                   std::string("Nannualreport2024"), std::string("Epdf"), std::string("Ftaxes"),
                                   std::string("Fyears"), std::string("Fhome")}));
}

TEST(Analysis, OrderedWordsAreComparedAsNeighbours) {
  const std::vector<std::string> words = folded_words("Final-Report 2024 東京大学");
  EXPECT_TRUE(contains_in_order(words, std::vector<std::string>{"final", "report"}));
  EXPECT_FALSE(contains_in_order(words, std::vector<std::string>{"final", "2024"}));
  EXPECT_TRUE(contains_in_order(words, folded_words("京大")));
  EXPECT_FALSE(contains_in_order(words, std::vector<std::string>{}));
}

TEST(Analysis, WordsThatAreCommonInTheirOwnLanguageWeighLittle) {
  EXPECT_DOUBLE_EQ(rarity_factor(50, 100, 100), 1) << "a library of one language is as it was";
  EXPECT_DOUBLE_EQ(rarity_factor(1, 100, 1'000), 1) << "so are rare words";
  EXPECT_LT(rarity_factor(90, 100, 1'000), 0.2);
  EXPECT_GT(rarity_factor(5, 100, 1'000), rarity_factor(50, 100, 1'000));
  EXPECT_DOUBLE_EQ(rarity_factor(5, 10, 1'000), 1) << "too few passages to tell";
}

TEST(Fusion, EvidenceWeighsKeywords) {
  EXPECT_DOUBLE_EQ(keyword_evidence(4.4, {1, 1}), 1.0);
  EXPECT_DOUBLE_EQ(keyword_evidence(2.2, {1, 1, 1, 1, 0.5}), 0.25);
  EXPECT_DOUBLE_EQ(keyword_evidence(1, {}), 0);
  EXPECT_DOUBLE_EQ(keyword_weight(1), kKeywordWeightMax);
  EXPECT_DOUBLE_EQ(keyword_weight(kEvidenceFull / 2), kKeywordWeightMax / 2);
}

TEST(Fusion, BothScoresAreScaledAndWeighted) {
  std::vector<Candidate> candidates{{.passage = 1, .keyword = 10, .cosine = 0.80F},
                                    {.passage = 2, .keyword = 0, .cosine = 0.90F},
                                    {.passage = 3, .keyword = 5, .cosine = 0.85F}};
  fuse(candidates, 0.4);
  EXPECT_NEAR(candidates[0].score, 0.4, 1e-6);
  EXPECT_NEAR(candidates[1].score, 0.6, 1e-6);
  EXPECT_NEAR(candidates[2].score, 0.35, 1e-6) << "half the best words count an eighth";
}

TEST(Fusion, APassageWithoutVectorIsNotPushedDown) {
  std::vector<Candidate> candidates{{.passage = 1, .keyword = 10, .cosine = {}},
                                    {.passage = 2, .keyword = 2, .cosine = 0.9F},
                                    {.passage = 3, .keyword = 0, .cosine = 0.8F}};
  fuse(candidates, 0.4);
  EXPECT_DOUBLE_EQ(candidates[0].score, 1);
}

TEST(Fit, StandingOutOfTheCrowdAndSharingWordsFit) {
  const std::optional<Fit> fit = calibration_of("multilingual-e5-small").fit;
  ASSERT_TRUE(fit);
  const auto odds = [&](double evidence, double similarity, double crowd, bool same) {
    return log_odds(
        *fit, {.evidence = evidence, .similarity = similarity, .crowd = crowd, .words = 7, .same_language = same});
  };
  // Medians as measured: questions of a collection asked of it and of others (docs/MEASUREMENTS.md).
  EXPECT_GT(odds(0.62, 0.865, 0.78, true), 0) << "XQuAD en of itself";
  EXPECT_GT(odds(0.8, 0.886, 0.855, true), 0) << "Cranfield of itself: many passages are near";
  EXPECT_GT(odds(0, 0.79, 0.735, false), 0) << "Russian questions of English text";
  EXPECT_LT(odds(0.2, 0.80, 0.776, true), 0) << "XQuAD en of SQuAD";
  EXPECT_LT(odds(0, 0.74, 0.72, false), 0) << "Russian questions of Cranfield";
  EXPECT_LT(odds(9, 0.80, 0.79, true), odds(1, 0.82, 0.79, true)) << "long queries have no more than full evidence";
  const FitSigns terse{.evidence = 0.2, .similarity = 0.82, .crowd = 0.8, .words = 2, .same_language = true};
  FitSigns wordy = terse;
  wordy.words = 30;
  EXPECT_LT(log_odds(*fit, wordy), log_odds(*fit, terse)) << "a paragraph comes near everything";
  EXPECT_FALSE(calibration_of("another model").fit) << "nothing is called weak by figures of another model";
}

TEST(Fit, ASmallLibraryIsComparedWithATypicalCrowd) {
  EXPECT_NEAR(crowd_similarity({}, 0.78), 0.78, 1e-9);
  const std::vector<float> few{0.9F, 0.8F};
  EXPECT_NEAR(crowd_similarity(few, 0.78), 0.78, 1e-9) << "the best ones are no crowd";
  std::vector<float> many(kCrowdEnd, 0.7F);
  many.front() = 0.95F;
  EXPECT_NEAR(crowd_similarity(many, 0.78), 0.7, 1e-6);
}

TEST(Fusion, OneCandidateHasTheFullScore) {
  std::vector<Candidate> candidates{{.passage = 1, .keyword = 3, .cosine = 0.5F}};
  fuse(candidates, 0.4);
  EXPECT_DOUBLE_EQ(candidates[0].score, 1);
}

Snippet snippet_of(const std::string& text, const std::string& language, const char* query) {
  const wire::Passage passage{.text = text, .place = {}, .language = language, .title = ""};
  return make_snippet(passage, analyse(parse_query(query), kEnglishAndGerman).ranking);
}

TEST(Snippet, MarksStemsAndShowsThemAsWritten) {
  const Snippet snippet = snippet_of("The Houses were connected in May.", "en", "house connection");
  EXPECT_THAT(snippet.matched, ElementsAre("Houses", "connected"));
  ASSERT_EQ(snippet.spans.size(), 5U);
  EXPECT_EQ(snippet.spans[1].text, "Houses");
  EXPECT_TRUE(snippet.spans[1].match);
  EXPECT_EQ(text_of(snippet), "The Houses were connected in May.");
}

TEST(Snippet, ChoosesTheStretchWithMostDifferentWords) {
  std::string text = "apple apple apple. ";
  for (int i = 0; i < 100; ++i) {
    text += "filler words here ";
  }
  text += "apple with pear";
  const Snippet snippet = snippet_of(text, "en", "apple pear");
  EXPECT_THAT(text_of(snippet), testing::HasSubstr("apple with pear"));
  EXPECT_TRUE(snippet.spans.front().text.starts_with("…"));
}

TEST(Snippet, CutsOnlyBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    text += "東京大学";
  }
  for (const char* query : {"大学", "nothing", "京"}) {
    for (const SnippetSpan& span : snippet_of(text, "ja", query).spans) {
      EXPECT_TRUE(is_valid_utf8(span.text));
    }
  }
}

TEST(Snippet, WithoutAMatchItIsTheBeginning) {
  EXPECT_EQ(text_of(snippet_of("Short text.", "en", "absent")), "Short text.");
  EXPECT_EQ(snippet_of("", "en", "absent").spans.size(), 0U);
}

}  // namespace
}  // namespace alcove::search

#include "drivers/text/terms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace alcove::text {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;

std::vector<std::string> surfaces(std::string_view text, std::string_view language = "",
                                  TermKind kind = TermKind::kWord) {
  std::vector<std::string> found;
  for (const Term& term : make_terms(text, language)) {
    if (term.kind == kind) {
      found.push_back(term.surface);
    }
  }
  return found;
}

std::vector<std::string> stems(std::string_view text, std::string_view language) {
  std::vector<std::string> found;
  for (const Term& term : make_terms(text, language)) {
    if (term.kind == TermKind::kWord) {
      found.push_back(term.stem);
    }
  }
  return found;
}

TEST(Terms, LatinWordsAreFoldedByCaseAndAccent) {
  EXPECT_THAT(surfaces("Crème BRÛLÉE, naïve Straße øre Łódź"),
              ElementsAre("creme", "brulee", "naive", "strasse", "ore", "lodz"));
}

TEST(Terms, ComposedAndDecomposedTextGiveTheSameTerms) {
  EXPECT_EQ(surfaces("caf\u00E9 Stra\u00DFe"), surfaces("cafe\u0301 Stra\u00DFe"));
}

TEST(Terms, TurkishCapitalIFindsBothForms) {
  EXPECT_EQ(fold_word("İstanbul"), "istanbul");
  EXPECT_EQ(fold_word("ISPARTA"), fold_word("ısparta"));
}

TEST(Terms, StemsFollowTheLanguage) {
  EXPECT_THAT(stems("running connections", "en"), ElementsAre("run", "connect"));
  EXPECT_EQ(make_stem("Häuser", "de"), make_stem("Haus", "de"));
  EXPECT_EQ(make_stem("книгами", "ru"), make_stem("книга", "ru"));
  EXPECT_THAT(stems("running", ""), ElementsAre("running"));
}

TEST(Terms, VietnameseKeepsItsTonesInTheStem) {
  EXPECT_EQ(fold_word("đá"), fold_word("đã"));
  EXPECT_NE(make_stem("đá", "vi"), make_stem("đã", "vi"));
  EXPECT_EQ(make_stem("Tiếng", "vi"), make_stem("tie\u0302\u0301ng", "vi"));
}

TEST(Terms, CyrillicStressGoesAndShortIStays) {
  EXPECT_EQ(fold_word("Ёлка"), "елка");
  EXPECT_EQ(fold_word("йод"), "йод");
  EXPECT_EQ(fold_word("мо\u0301ре"), "море");
}

TEST(Terms, GreekToneAndFinalSigmaAreFolded) {
  EXPECT_EQ(fold_word("ΛΌΓΟΣ"), fold_word("λόγος"));
}

TEST(Terms, ArabicVowelSignsAndLetterFormsAreFolded) {
  EXPECT_EQ(fold_word("كِتَابٌ"), fold_word("كتاب"));
  EXPECT_EQ(fold_word("أحمد"), fold_word("احمد"));
  EXPECT_EQ(fold_word("مدرسة"), fold_word("مدرسه"));
  EXPECT_EQ(fold_word("كتـــاب"), fold_word("كتاب"));
}

TEST(Terms, HindiKeepsItsVowelSigns) {
  EXPECT_THAT(surfaces("हिन्दी किताब"), ElementsAre("हिन्दी", "किताब"));
  EXPECT_NE(fold_word("किताब"), fold_word("कताब"));
}

TEST(Terms, ThaiIsCutByDictionary) {
  EXPECT_THAT(surfaces("ภาษาไทยเป็นภาษา"), IsSupersetOf({std::string("ภาษา"), std::string("เป็น")}));
  EXPECT_TRUE(surfaces("ภาษาไทยเป็นภาษา", "", TermKind::kJoined).empty());
}

TEST(Terms, ChineseGivesBigramsAtCharacterPositions) {
  EXPECT_THAT(surfaces("东京大学", "zh", TermKind::kBigram), ElementsAre("东京", "京大", "大学"));
  const std::vector<Term> terms = make_terms("东京 大学", "zh");
  for (const Term& term : terms) {
    EXPECT_NE(term.surface, "京大") << "no bigram reaches over a gap";
  }
}

TEST(Terms, JapaneseWidthsAreFolded) {
  EXPECT_EQ(surfaces("ｶﾞｽ", "ja", TermKind::kUnigram), surfaces("ガス", "ja", TermKind::kUnigram));
  EXPECT_THAT(surfaces("ＡＢＣ１２３"), ElementsAre("abc123"));
}

TEST(Terms, KoreanGivesWordsAndBigrams) {
  EXPECT_THAT(surfaces("대한민국 헌법", "ko"), ElementsAre("대한민국"));
  EXPECT_THAT(surfaces("대한민국 헌법", "ko", TermKind::kBigram),
              IsSupersetOf({std::string("대한"), std::string("헌법")}));
}

TEST(Terms, DigitsOfOtherScriptsBecomeAscii) {
  EXPECT_THAT(surfaces("٢٠٢٤ २०२४"), ElementsAre("2024", "2024"));
}

TEST(Terms, CodesAreFoundInPartsAndJoined) {
  EXPECT_THAT(surfaces("RE-2024/001"), ElementsAre("re", "2024", "001"));
  EXPECT_THAT(surfaces("RE-2024/001", "", TermKind::kJoined), ElementsAre("re2024001"));
  EXPECT_THAT(surfaces("e-mail o'reilly", "", TermKind::kJoined), ElementsAre("email", "oreilly"));
  EXPECT_TRUE(surfaces("and/or he - she", "", TermKind::kJoined).empty());
}

TEST(Terms, ByteRangesPointAtTheWordAsWritten) {
  const std::string text = "Über 東京 can't";
  for (const Term& term : make_terms(text, "de")) {
    EXPECT_EQ(fold_word(text.substr(term.begin, term.end - term.begin)).empty(), false);
  }
  const std::vector<Term> terms = make_terms(text, "de");
  EXPECT_EQ(text.substr(terms[0].begin, terms[0].end - terms[0].begin), "Über");
}

TEST(Terms, PositionsNeverFall) {
  const std::vector<Term> terms = make_terms("The RE-2024/001 東京大学 report, 3.14 of x_y", "en");
  for (std::size_t i = 1; i < terms.size(); ++i) {
    EXPECT_GE(terms[i].position, terms[i - 1].position);
  }
}

TEST(Terms, LongWordsAreCutToTheLimit) {
  const std::vector<Term> terms = make_terms(std::string(5'000, 'x'), "en");
  ASSERT_EQ(terms.size(), 1U);
  EXPECT_EQ(terms[0].surface.size(), kTermBytesMax);
}

TEST(Terms, NamesAreCutAtCaseAndDigits) {
  std::vector<std::string> words;
  std::vector<std::string> joined;
  for (const Term& term : make_name_terms("annualReport2024_final.PDF")) {
    (term.kind == TermKind::kJoined ? joined : words).push_back(term.surface);
  }
  EXPECT_THAT(words, ElementsAre("annual", "report", "2024", "final", "pdf"));
  EXPECT_THAT(joined, ElementsAre("annualreport2024finalpdf"));
}

TEST(Terms, StopWordsAreKnownInTheirFoldedForm) {
  EXPECT_TRUE(is_stop_word("the", "en"));
  EXPECT_TRUE(is_stop_word(fold_word("für"), "de"));
  EXPECT_FALSE(is_stop_word("the", "de"));
  EXPECT_THAT(stop_word_languages(), Contains(std::string_view("ru")));
  EXPECT_THAT(stop_word_languages(), Not(Contains(std::string_view("zh"))));
}

TEST(Terms, ThreadsWorkSideBySide) {
  const std::vector<std::string> expected = stems("Running through connected houses", "en");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&expected] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_EQ(stems("Running through connected houses", "en"), expected);
      }
    });
  }
}

/// Joined terms in order.
std::vector<std::string> codes_of(std::string_view text) {
  std::vector<std::string> codes;
  for (const Term& term : make_terms(text, {})) {
    if (term.kind == TermKind::kJoined) {
      codes.push_back(term.surface);
    }
  }
  return codes;
}

TEST(Codes, GroupsAreJoinedOverSpaces) {
  using testing::Contains;
  EXPECT_THAT(codes_of("RE-2024/0815"), Contains("re20240815"));
  EXPECT_THAT(codes_of("RE 2024 0815"), Contains("re20240815"));
  EXPECT_THAT(codes_of("RE 2024/0815"), Contains("re20240815"));
  EXPECT_THAT(codes_of("AB-123.45/C"), Contains("ab12345c"));
  EXPECT_THAT(codes_of("tel. +49 (0)89 1234-567 or"), Contains("49891234567"));
  EXPECT_THAT(codes_of("tel. 089/1234567"), Contains("0891234567"));
  EXPECT_THAT(codes_of("089 1234567"), Contains("0891234567"));
  EXPECT_THAT(codes_of("card 1234 5678 9012 3456,"), Contains("1234567890123456"));
}

TEST(Codes, IbansAreKnownByTheirCheckDigits) {
  using testing::Contains;
  EXPECT_THAT(codes_of("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF"), Contains("de89370400440532013000"));
  EXPECT_THAT(codes_of("of 12 GB82 WEST 1234 5698 7654 32."), Contains("gb82west12345698765432"));
  EXPECT_THAT(codes_of("GB83 WEST 1234 5698 7654 32"), testing::Not(Contains("gb83west12345698765432")));
}

TEST(Codes, AmountsHaveOneForm) {
  using testing::Contains;
  using testing::Not;
  for (const char* written : {"1.234,56", "1,234.56", "1 234,56", "1234,56", "1234.56", "EUR 1.234,56.", "1'234.56"}) {
    EXPECT_THAT(codes_of(written), Contains("1234.56")) << written;
  }
  EXPECT_THAT(codes_of("12,5"), Contains("12.50"));
  EXPECT_THAT(codes_of("1.234.567,89"), Contains("1234567.89"));
  EXPECT_THAT(codes_of("17.05.2024"), Not(Contains(testing::HasSubstr(".")))) << "a date is no amount";
  EXPECT_THAT(codes_of("192.168.10.12"), Not(Contains(testing::HasSubstr("."))));
}

TEST(Codes, EverydayNumbersStayApart) {
  EXPECT_THAT(codes_of("in 2024 17 people"), testing::ElementsAre("202417")) << "side by side, six digits";
  EXPECT_THAT(codes_of("12 or 15 of 300 in 1999"), testing::IsEmpty());
  EXPECT_THAT(codes_of("room 12 34"), testing::IsEmpty());
}

}  // namespace
}  // namespace alcove::text

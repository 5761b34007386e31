#include "domain/search/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace alcove::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Case {
  const char* typed;
  std::vector<std::string> words;
  std::vector<std::string> phrases;
  std::vector<std::string> excluded;
  std::size_t filters;
  std::size_t notes;
};

TEST(ParseQuery, TakesApartWhatPeopleType) {
  const std::vector<Case> cases{
      {"", {}, {}, {}, 0, 0},
      {"   \t ", {}, {}, {}, 0, 0},
      {"red apple", {"red", "apple"}, {}, {}, 0, 0},
      {"\"red apple\" tree", {"tree"}, {"red apple"}, {}, 0, 0},
      {"“red apple”", {}, {"red apple"}, {}, 0, 0},
      {"„roter Apfel“ «pomme rouge»", {}, {"roter Apfel", "pomme rouge"}, {}, 0, 0},
      {"red -green", {"red"}, {}, {"green"}, 0, 0},
      {"red -\"green apple\"", {"red"}, {}, {"green apple"}, 0, 0},
      {"e-mail well-known", {"e-mail", "well-known"}, {}, {}, 0, 0},
      {"a - b", {"a", "-", "b"}, {}, {}, 0, 0},
      {"--force", {"--force"}, {}, {}, 0, 0},
      {"type:pdf report", {"report"}, {}, {}, 1, 0},
      {"TYPE:PDF", {}, {}, {}, 1, 0},
      {"-type:pdf report", {"report"}, {}, {}, 1, 0},
      {"in:\"My Library/sub folder\" x", {"x"}, {}, {}, 1, 0},
      {"name:*.pdf", {}, {}, {}, 1, 0},
      {"type:nonsense x", {"x"}, {}, {}, 0, 1},
      {"type: x", {"x"}, {}, {}, 0, 1},
      {"author:smith", {"author:smith"}, {}, {}, 0, 1},
      {"https://example.org/a 12:30", {"https://example.org/a", "12:30"}, {}, {}, 0, 0},
      {"Re: offer", {"Re:", "offer"}, {}, {}, 0, 0},
      {"\"not closed", {}, {"not closed"}, {}, 0, 1},
      {"\"\" x", {"x"}, {}, {}, 0, 0},
      {"東京　大学", {"東京", "大学"}, {}, {}, 0, 0},
  };
  for (const Case& expected : cases) {
    SCOPED_TRACE(expected.typed);
    const ParsedQuery parsed = parse_query(expected.typed);
    EXPECT_EQ(parsed.words, expected.words);
    EXPECT_EQ(parsed.phrases, expected.phrases);
    EXPECT_EQ(parsed.excluded, expected.excluded);
    EXPECT_THAT(parsed.filters, SizeIs(expected.filters));
    EXPECT_THAT(parsed.notes, SizeIs(expected.notes));
  }
}

TEST(ParseQuery, TheTextForMeaningHasNoMarksAndNoExclusions) {
  EXPECT_EQ(parse_query("\"red apple\" tree -green type:pdf").text, "red apple tree");
}

TEST(ParseQuery, FiltersKeepTheirValueAndSign) {
  const ParsedQuery parsed = parse_query("in:\"A B/c\" -name:draft");
  ASSERT_THAT(parsed.filters, SizeIs(2));
  EXPECT_EQ(parsed.filters[0].kind, Filter::Kind::kIn);
  EXPECT_EQ(parsed.filters[0].value, "A B/c");
  EXPECT_EQ(parsed.filters[1].kind, Filter::Kind::kName);
  EXPECT_TRUE(parsed.filters[1].negated);
}

TEST(ParseQuery, LimitsAreKeptAndSaid) {
  std::string many;
  for (std::size_t i = 0; i < kQueryItemsMax + 10; ++i) {
    many += "w" + std::to_string(i) + " ";
  }
  const ParsedQuery parsed = parse_query(many);
  EXPECT_THAT(parsed.words, SizeIs(kQueryItemsMax));
  EXPECT_THAT(parsed.notes, SizeIs(1));
  const ParsedQuery longest = parse_query(std::string(kQueryBytesMax * 3, 'x'));
  EXPECT_EQ(longest.text.size(), kQueryBytesMax);
  EXPECT_THAT(longest.notes, SizeIs(1));
}

TEST(ParseQuery, IllFormedBytesBecomeReplacementCharacters) {
  EXPECT_THAT(parse_query("a\xFF z").words, ElementsAre("a\uFFFD", "z"));
}

TEST(Types, NamesAndGroupsAreKnown) {
  EXPECT_THAT(formats_of_type("PDF"), ElementsAre(wire::Format::kPdf));
  EXPECT_THAT(formats_of_type(".docx"), ElementsAre(wire::Format::kDocx));
  EXPECT_THAT(formats_of_type("spreadsheets"),
              ElementsAre(wire::Format::kXlsx, wire::Format::kCsv, wire::Format::kOds));
  EXPECT_THAT(formats_of_type("epub"), ElementsAre(wire::Format::kEpub));
  EXPECT_THAT(formats_of_type("mails"), ElementsAre(wire::Format::kEml));
  EXPECT_THAT(formats_of_type("zzz"), IsEmpty());
}

TEST(Glob, StarsAndQuestionMarksStandForCharacters) {
  EXPECT_TRUE(matches_glob("*.pdf", "a.b.pdf"));
  EXPECT_TRUE(matches_glob("invoice_????.*", "invoice_2024.pdf"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("?", "ü"));
  EXPECT_FALSE(matches_glob("*.pdf", "a.pdfx"));
  EXPECT_FALSE(matches_glob("", "a"));
  EXPECT_FALSE(matches_glob(std::string(60, '*') + "b", std::string(500, 'a')));
}

}  // namespace
}  // namespace alcove::search

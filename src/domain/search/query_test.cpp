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

constexpr std::chrono::sys_days kToday = std::chrono::year{2024} / 5 / 17;

std::vector<std::string> codes(const ParsedQuery& parsed) {
  std::vector<std::string> found;
  for (const Note& note : parsed.notes) {
    found.push_back(note.code.text());
  }
  return found;
}

/// The tree on one line: [all], (one of), 'phrase', -not, ~near, filter:value, word!, wild*.
std::string shown(const Node& node) {
  const auto joined = [&](std::string_view open, std::string_view between, std::string_view close) {
    std::string text(open);
    for (const Node& child : node.children) {
      text += (&child == node.children.data() ? "" : std::string(between)) + shown(child);
    }
    return text + std::string(close);
  };
  switch (node.kind) {
    case Node::Kind::kWord: return node.text + (node.required ? "!" : "");
    case Node::Kind::kPhrase: return "'" + node.text + "'";
    case Node::Kind::kWildcard: return "*" + node.text;
    case Node::Kind::kNear: return joined("{", "~" + std::to_string(node.distance) + " ", "}");
    case Node::Kind::kFilter: return node.text + ":" + node.filter.value;
    case Node::Kind::kAll: return joined("[", " ", "]");
    case Node::Kind::kAny: return joined("(", " | ", ")");
    case Node::Kind::kNot: return "-" + shown(node.children.front());
  }
  return {};
}

struct Case {
  const char* typed;
  const char* tree;
  std::vector<std::string> notes;  ///< Codes.
};

TEST(ParseQuery, TakesApartWhatPeopleType) {
  const std::vector<Case> cases{
      {"", "[]", {}},
      {"   \t ", "[]", {}},
      {"red apple", "[red apple]", {}},
      {"\"red apple\" tree", "['red apple' tree]", {}},
      {"“red apple”", "['red apple']", {}},
      {"„roter Apfel“ «pomme rouge»", "['roter Apfel' 'pomme rouge']", {}},
      {"red -green", "[red -green]", {}},
      {"red -\"green apple\"", "[red -'green apple']", {}},
      {"e-mail well-known", "[e-mail well-known]", {}},
      {"a - b", "[a - b]", {}},
      {"--force", "[--force]", {}},
      {"type:pdf report", "[(type:pdf) report]", {}},
      {"TYPE:PDF", "[(type:PDF)]", {}},
      {"type:pdf x type:docx name:a name:b", "[(type:pdf | type:docx) x name:a name:b]", {}},
      {"-type:pdf report", "[-type:pdf report]", {}},
      {"in:\"My Library/sub folder\" x", "[(in:My Library/sub folder) x]", {}},
      {"name:*.pdf", "[name:*.pdf]", {}},
      {"type:nonsense x", "[x]", {"bad_value"}},
      {"type: x", "[x]", {"missing_value"}},
      {"author:smith", "[author:smith]", {"unknown_filter"}},
      {"https://example.org/a 12:30", "[https://example.org/a 12:30]", {}},
      {"Re: offer", "[Re: offer]", {}},
      {"\"not closed", "['not closed']", {"unclosed_quote"}},
      {"\"\" x", "[x]", {}},
      {"東京　大学", "[東京 大学]", {}},
  };
  for (const Case& expected : cases) {
    SCOPED_TRACE(expected.typed);
    const ParsedQuery parsed = parse_query(expected.typed);
    EXPECT_EQ(shown(parsed.root), expected.tree);
    EXPECT_EQ(codes(parsed), expected.notes);
  }
}

TEST(ParseQuery, GroupsAlternativesAndNearness) {
  const std::vector<Case> cases{
      {"a OR b", "[(a | b)]", {}},
      {"a|b || c", "[(a | b | c)]", {}},
      {"x a OR b y", "[x (a | b) y]", {}},
      {"a or b", "[a or b]", {}},
      {"(a OR b) c", "[(a | b) c]", {}},
      {"(red apple) OR pear", "[([red apple] | pear)]", {}},
      {"((a b))", "[a b]", {}},
      {"-(a OR \"b c\") d", "[-(a | 'b c') d]", {}},
      {"a AND b c", "[a! b! c]", {}},
      {"a AND (b OR c)", "[a! (b | c)]", {}},
      {"in:a OR in:b", "[(in:a | in:b)]", {}},
      {"type:pdf OR (in:a name:b)", "[(type:pdf | [(in:a) name:b])]", {}},
      {"a NEAR b", "[{a~10 b}]", {}},
      {"\"a b\" NEAR/3 c OR d", "[({'a b'~3 c} | d)]", {}},
      {"a NEAR/2 b NEAR/7 c", "[{a~7 b~7 c}]", {}},
      {"a NEAR/9999 b", "[{a~100 b}]", {}},
      {"a NEAR/0 b", "[a NEAR/0 b]", {}},
      {"a NEAR (b c)", "[a! b! c!]", {"bad_near"}},
      {"f(x) (2024)", "[f(x) 2024]", {}},
      {"(foo(x) OR y)", "[(foo(x) | y)]", {}},
      {"+49 (0)89 (a)(b)", "[+49 (0)89 a b]", {}},
      {":) a) first", "[:) a) first]", {}},
      // Mistakes are said, and the rest is searched.
      {"(a OR b", "[(a | b)]", {"unbalanced_parenthesis"}},
      {"a ) b", "[a b]", {"unbalanced_parenthesis"}},
      {"a OR", "[a]", {"dangling_operator"}},
      {"OR a", "[a]", {"dangling_operator"}},
      {"a OR OR b", "[a b]", {"dangling_operator", "dangling_operator"}},
      {"(a OR) b", "[a b]", {"dangling_operator"}},
      {"a NEAR", "[a]", {"dangling_operator"}},
      {"OR", "[OR]", {}},
      {"()", "[]", {}},
      {"inv* bi?l", "[*inv* *bi?l]", {}},
      {"where is it?", "[where is it?]", {}},
      {"what?? really?", "[what?? really?]", {}},
      {"i* x", "[i* x]", {"bad_wildcard"}},
      {"*", "[*]", {}},
      {"http://a.b/c?d=1*", "[http://a.b/c?d=1*]", {}},
      {"-inv*", "[-*inv*]", {}},
  };
  for (const Case& expected : cases) {
    SCOPED_TRACE(expected.typed);
    const ParsedQuery parsed = parse_query(expected.typed);
    EXPECT_EQ(shown(parsed.root), expected.tree);
    EXPECT_EQ(codes(parsed), expected.notes);
  }
}

TEST(ParseQuery, FiltersReadTheirValues) {
  using namespace std::chrono_literals;
  const auto read = [&](const char* typed) {
    const ParsedQuery parsed = parse_query(typed, kToday);
    EXPECT_THAT(parsed.notes, IsEmpty()) << typed;
    const Node* node = parsed.root.children.data();
    while (node->kind != Node::Kind::kFilter) {
      node = node->children.data();
    }
    return node->filter;
  };
  const auto day_of = [](std::chrono::sys_days day) { return std::int64_t{day.time_since_epoch().count()}; };
  EXPECT_EQ(read("before:2024").end, day_of(2024y / 1 / 1));
  EXPECT_EQ(read("after:2024-05-17").first, day_of(2024y / 5 / 17)) << "that day is in";
  EXPECT_EQ(read("date:last week").first, day_of(2024y / 5 / 6));
  EXPECT_EQ(read("date:2022..2023").end, day_of(2024y / 1 / 1));
  EXPECT_EQ(read("date:..2023-05").first, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read("date:\"letzten Sommer\"").first, day_of(2023y / 6 / 1));
  EXPECT_EQ(read("size:>10MB").first, 10'000'001);
  EXPECT_EQ(read("size:<=200k").end, 200'001);
  EXPECT_EQ(read("size:1M..5M").first, 1'000'000);
  EXPECT_EQ(read("size:1M..5M").end, 5'000'001);
  EXPECT_EQ(read("size:1,5MB").first, 1'450'000);
  EXPECT_EQ(read("size:0").end, 1);
  EXPECT_EQ(read("lang:Deutsch").value, "de");
  EXPECT_EQ(read("lang:französisch").value, "fr");
  EXPECT_EQ(read("language:EN").value, "en");
  EXPECT_EQ(read("is:Failed").value, "failed");
  // A date takes as many words as make one, and no more.
  EXPECT_THAT(parse_query("after:may 2024 budget 7", kToday).words, ElementsAre("budget", "7"));
  EXPECT_THAT(parse_query("(date:last week) x", kToday).words, ElementsAre("x"));
  for (const char* bad : {"date:soon", "before:2024..2025", "size:big", "size:>1M..2M", "size:5M..1M", "lang:klingon",
                          "is:odd", "date:..", "date:2024..2023"}) {
    EXPECT_THAT(codes(parse_query(bad, kToday)), ElementsAre("bad_value")) << bad;
  }
  EXPECT_THAT(parse_query("befor:2024", kToday).notes.front().message, testing::HasSubstr("before:?"));
}

TEST(ParseQuery, WhatRanksIsWhatIsAskedFor) {
  const ParsedQuery parsed = parse_query("(apple OR \"red pear\") plum NEAR fig -nut inv* type:pdf");
  EXPECT_THAT(parsed.words, ElementsAre("apple", "plum", "fig"));
  EXPECT_THAT(parsed.phrases, ElementsAre("red pear"));
  EXPECT_THAT(parsed.wildcards, ElementsAre("inv*"));
  EXPECT_EQ(parsed.text, "apple red pear plum fig");
}

TEST(ParseQuery, NotesSayWhereAndWhatWasMeant) {
  const ParsedQuery parsed = parse_query("größe nmae:brief \"offen");
  ASSERT_THAT(parsed.notes, SizeIs(2));
  EXPECT_EQ(parsed.notes[0].code, "unknown_filter");
  EXPECT_EQ(parsed.notes[0].position, 6U) << "characters, not bytes";
  EXPECT_EQ(parsed.notes[0].values.back(), "name") << "what was probably meant";
  EXPECT_THAT(parsed.notes[0].message, testing::HasSubstr("Did you mean name:?"));
  EXPECT_EQ(parsed.notes[1].position, 17U);
  const ParsedQuery no_date = parse_query("rent before:nevar", kToday);
  ASSERT_THAT(no_date.notes, SizeIs(1));
  EXPECT_THAT(no_date.notes[0].values, ElementsAre("before", "nevar", "before"));
}

TEST(ParseQuery, DeepParenthesesEnd) {
  const ParsedQuery parsed = parse_query(std::string(5'000, '(') + "a");
  EXPECT_FALSE(parsed.notes.empty());
  EXPECT_THAT(parse_query(") ) )").notes, testing::Not(IsEmpty()));
  EXPECT_THAT(parse_query(std::string(8'000, ')')).words, SizeIs(1)) << "a smiley is a word";
}

TEST(ParseQuery, TheTextForMeaningHasNoMarksAndNoExclusions) {
  EXPECT_EQ(parse_query("\"red apple\" tree -green type:pdf").text, "red apple tree");
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

TEST(EditDistance, CountsChangesUpToALimit) {
  EXPECT_EQ(edit_distance(U"before", U"before", 2), 0U);
  EXPECT_EQ(edit_distance(U"befor", U"before", 2), 1U);
  EXPECT_EQ(edit_distance(U"ebfore", U"before", 2), 1U) << "two swapped letters are one slip";
  EXPECT_EQ(edit_distance(U"after", U"before", 2), 3U);
  EXPECT_EQ(edit_distance(U"", U"ab", 2), 2U);
}

TEST(Types, NamesAndGroupsAreKnown) {
  EXPECT_THAT(formats_of_type("PDF"), ElementsAre(wire::Format::kPdf));
  EXPECT_THAT(formats_of_type(".docx"), ElementsAre(wire::Format::kDocx));
  EXPECT_THAT(formats_of_type("spreadsheets"), testing::IsSupersetOf({wire::Format::kXlsx, wire::Format::kCsv}));
  EXPECT_THAT(formats_of_type("mails"), testing::Contains(wire::Format::kEml));
  EXPECT_THAT(formats_of_type("zzz"), IsEmpty());
}

}  // namespace
}  // namespace alcove::search

#include "workers/decode/mail/mail.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace alcove::mail {
namespace {

class Mail : public testing::Test {
 protected:
  static void SetUpTestSuite() { prepare(); }

  static wire::TextArtefact read(std::string_view text) {
    input::TextCollector collector{wire::DecodeLimits{}};
    EXPECT_EQ(read_message(as_bytes(text), {}, collector).outcome, wire::StageOutcome::kDone);
    return std::move(collector).take();
  }
  static const wire::Block* find(const wire::TextArtefact& text, std::string_view piece) {
    const auto found = std::ranges::find_if(
        text.blocks, [&](const wire::Block& block) { return block.text.find(piece) != std::string::npos; });
    return found == text.blocks.end() ? nullptr : &*found;
  }
};

constexpr std::string_view kMixed =
    "From: =?ISO-8859-1?Q?Keld_J=F8rn?= <k@x>\r\nTo: b@x\r\nSubject: =?utf-8?B?R3LDvA==?=\r\n =?utf-8?B?w59l?=\r\n"
    "Date: Fri, 16 Dec 2022 17:04:16 -0500\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
    "--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "Sch=F6n\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>Sch&ouml;n</p><p>only here</p>\r\n--a--\r\n"
    "--m\r\nContent-Type: text/csv; name=\"list.csv\"\r\nContent-Disposition: attachment; filename=\"list.csv\"\r\n\r\n"
    "a,b\r\nc,d\r\n--m\r\nContent-Type: application/pdf; name=\"x.pdf\"\r\n\r\nJVBERi0=\r\n"
    "--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\nFrom: c@x\r\n\r\ninner words\r\n--m--\r\n";

TEST_F(Mail, ReadsHeadersAndBodiesAndNamesAttachments) {
  const auto text = read(kMixed);
  ASSERT_NE(find(text, "Grüße"), nullptr);
  EXPECT_EQ(find(text, "Grüße")->place.part, "subject");
  ASSERT_NE(find(text, "Keld Jørn"), nullptr);
  ASSERT_NE(find(text, "Schön"), nullptr);
  EXPECT_EQ(find(text, "Schön")->place.part, "body");
  ASSERT_NE(find(text, "only here"), nullptr);
  EXPECT_EQ(find(text, "c\td"), nullptr);
  ASSERT_NE(find(text, "list.csv"), nullptr);
  EXPECT_EQ(find(text, "list.csv")->place.part, "list.csv");
  ASSERT_NE(find(text, "x.pdf"), nullptr);
  ASSERT_NE(find(text, "Inner.eml"), nullptr);
  EXPECT_EQ(find(text, "inner words"), nullptr);
  EXPECT_TRUE(text.notes.empty());
}

TEST_F(Mail, SaysTheSameOnlyOnce) {
  const auto text = read(kMixed);
  EXPECT_EQ(std::ranges::count_if(text.blocks, [](const auto& block) { return block.text == "Schön"; }), 1);
}

TEST_F(Mail, FactsComeFromTheHeaders) {
  const auto facts = message_facts(as_bytes(kMixed), {});
  EXPECT_EQ(facts.title, "Grüße");
  EXPECT_EQ(facts.created_unix_ms, 1'671'228'256'000);
}

TEST_F(Mail, ContainersWithoutEndAreCut) {
  std::string text = "From: a@x\nTo: b@x\nSubject: deep\nMIME-Version: 1.0\n";
  for (int i = 0; i < 5'000; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    text += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  const auto read_text = read(text);
  EXPECT_TRUE(std::ranges::any_of(read_text.notes, [](const auto& note) { return note.code == "nesting_limit"; }));
}

TEST_F(Mail, GroupsInsideGroupsAreReadWithoutRecursion) {
  std::string groups;
  for (int i = 0; i < 100'000; ++i) {
    groups += "a:";
  }
  const auto text =
      read("From: b@x\r\nTo: Friends: c@x, d@x;\r\nSubject: s\r\nCc:\r\n " + groups + "\r\n\r\nwords: kept");
  EXPECT_NE(find(text, "Friends: c@x, d@x;"), nullptr);
  EXPECT_NE(find(text, "words: kept"), nullptr);
}

TEST(DecodeHeader, JoinsWordsAndSurvivesNonsense) {
  EXPECT_EQ(decode_header("=?UTF-8?Q?caf=C3?= =?UTF-8?Q?=A9?= au lait"), "café au lait");
  EXPECT_EQ(decode_header("=?nonsense"), "=?nonsense");
  EXPECT_EQ(decode_header("=?no-such-charset?Q?abc?="), "abc");
  EXPECT_EQ(decode_header("folded\r\n line"), "folded line");
  EXPECT_EQ(decode_header("Gr\xC3\xBC\xC3\x9F"
                          "e"),
            "Grüße");
}

TEST(LooksLikeMessage, WantsSeveralKnownHeaders) {
  EXPECT_TRUE(looks_like_message("From: a\nTo: b\nSubject: c\n\nbody"));
  EXPECT_TRUE(looks_like_message("1795\nReceived: x\n by y\nFrom: a\nDate: b\n\n"));
  EXPECT_FALSE(looks_like_message("Note: a\nTo: b\n\nbody"));
  EXPECT_FALSE(looks_like_message("just text\nFrom: a\nTo: b\nDate: c\n"));
}

}  // namespace
}  // namespace alcove::mail

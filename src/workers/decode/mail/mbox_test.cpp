#include "workers/decode/mail/mbox.hpp"

#include <string>

#include <gtest/gtest.h>

#include "workers/decode/mail/mail.hpp"
#include "workers/decode/parts/part_recorder.hpp"
#include "workers/decode/parts/parts.hpp"

namespace alcove::mail {
namespace {

const std::string kMailbox =
    "From a@x Mon Jul 20 01:01:07 2015\nFrom: a@x\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n 1/2\n\n"
    "From here on it is text.\n>From quoted\n>>From twice\n\nFrom what I see, no new message.\n\n"
    "From - Tue Jul 21 01:01:07 2015\r\nSubject:\r\nFrom: b@x\r\n\r\nsecond\r\n";

parts::Recorded split(const std::string& bytes) {
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  return parts::record([&](parts::PartSink& sink) { return read_mailbox(source, sink, {}); });
}

TEST(Mailbox, IsSplitAtItsSeparatorsAndUnquoted) {
  const auto got = split(kMailbox);
  ASSERT_EQ(got.members.size(), 2U);
  EXPECT_EQ(got.members[0].first, "0001 Grüße 1_2.eml");
  EXPECT_TRUE(got.members[0].second.starts_with("From: a@x\n"));
  EXPECT_NE(got.members[0].second.find("\n\nFrom here on it is text.\nFrom quoted\n>From twice\n"), std::string::npos);
  EXPECT_NE(got.members[0].second.find("\nFrom what I see, no new message.\n"), std::string::npos);
  EXPECT_EQ(got.members[1].first, "0002 message.eml");
  EXPECT_EQ(got.members[1].second, "Subject:\r\nFrom: b@x\r\n\r\nsecond\r\n");
}

TEST(Mailbox, IsToldByItsFirstLines) {
  EXPECT_TRUE(looks_like_mailbox(kMailbox));
  EXPECT_FALSE(looks_like_mailbox("From a@x Mon Jul 20 01:01:07 2015\nno header\n"));
  EXPECT_FALSE(looks_like_mailbox("From here on\nNote: nothing\n"));
  EXPECT_FALSE(looks_like_mailbox("From: a@x\nSubject: 01:01 2015\n"));
  EXPECT_FALSE(looks_like_mailbox(""));
}

TEST(Mailbox, ItsTextIsAListOfMessages) {
  input::TextCollector collector{wire::DecodeLimits{}};
  parts::list_mailbox(input::ByteSource::from_bytes(as_bytes(kMailbox)), collector);
  const auto text = std::move(collector).take();
  ASSERT_EQ(text.blocks.size(), 2U);
  EXPECT_EQ(text.blocks[0].text, "Grüße 1/2 — a@x");
  EXPECT_EQ(text.blocks[0].place.part, "0001 Grüße 1_2.eml");
}

TEST(Mailbox, CutAnywhereItLosesNothingBefore) {
  for (std::size_t size = 0; size <= kMailbox.size(); ++size) {
    const auto got = split(kMailbox.substr(0, size));
    EXPECT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
    EXPECT_LE(got.members.size(), 2U);
  }
}

TEST(Mailbox, LongLinesAndLongHeadersAreBounded) {
  const std::string head = "From a@x Mon Jul 20 01:01:07 2015\n";
  const std::string line(300'000, 'x');
  const auto got = split(head + "Subject: s\n\n" + line + "\n\n" + head + "Subject: " + line);
  ASSERT_EQ(got.members.size(), 2U);
  EXPECT_EQ(got.members[0].second, "Subject: s\n\n" + line + "\n\n");
  EXPECT_EQ(got.members[1].second.size(), 9 + line.size());
  EXPECT_LT(got.members[1].first.size(), 200U);
}

TEST(Attachments, AreParts) {
  prepare();
  const std::string message =
      "From: a@x\r\nTo: b@x\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
      "--m\r\nContent-Type: text/plain\r\n\r\nbody\r\n"
      "--m\r\nContent-Type: text/csv; name=\"../list.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxi\r\n"
      "--m\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
      "--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: In/ner\r\nFrom: c@x\r\n\r\ninner words\r\n--m--\r\n";
  const auto read = [](const std::string& bytes) {
    return parts::record([&](parts::PartSink& sink) { return read_attachments(as_bytes(bytes), {}, sink); });
  };
  const auto got = read(message);
  ASSERT_EQ(got.members.size(), 3U);
  EXPECT_EQ(got.members[0].first, "list.csv");
  EXPECT_EQ(got.members[0].second, "a,b");
  EXPECT_EQ(got.members[1].first, "attachment.jpg");
  EXPECT_EQ(got.members[2].first, "In_ner.eml");
  EXPECT_NE(got.members[2].second.find("inner words"), std::string::npos);
  for (std::size_t size = 0; size < message.size(); ++size) {
    (void)read(message.substr(0, size));
  }
}

TEST(Attachments, OfAnEncryptedMessageAreRefused) {
  prepare();
  const auto got = parts::record([](parts::PartSink& sink) {
    return read_attachments(
        as_bytes("From: a@x\nSubject: s\nContent-Type: multipart/encrypted; boundary=m\n\n--m\n\nx\n"), {}, sink);
  });
  ASSERT_EQ(got.artefact.parts.size(), 1U);
  EXPECT_EQ(got.artefact.parts[0].reason_code, "encrypted");
}

}  // namespace
}  // namespace alcove::mail

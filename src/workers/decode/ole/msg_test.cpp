#include <string>

#include <gtest/gtest.h>

#include "workers/decode/mail/mail.hpp"
#include "workers/decode/ole/msg_mail.hpp"
#include "workers/decode/ole/msg_store.hpp"
#include "workers/decode/ole/ole_samples.hpp"
#include "workers/decode/ole/rtf_body.hpp"
#include "workers/decode/ole/rtf_compressed.hpp"
#include "workers/decode/ole/test_reading.hpp"

namespace alcove::ole {
namespace {

using wire::BlockKind;
using wire::Format;

constexpr std::uint64_t kSent = 130'000'000'000'000'000;

/// RTF in a frame of compressed RTF that holds it as it is.
std::string stored_rtf(const std::string& rtf) {
  return le(rtf.size() + 12, 4) + le(rtf.size(), 4) + le(0x414C454D, 4) + le(0, 4) + rtf;
}

/// A message with a file and a message attached.
Streams sample_message() {
  Streams out = {{"__properties_version1.0", property_table(32, {{0x00390040, kSent}, {0x3FFD0003, 1251}})}};
  add_property(out, "", "0037001F", utf16("Subject line"));
  add_property(out, "", "0042001E", "\xC8\xE2\xE0\xED");
  add_property(out, "", "5D02001F", utf16("ivan@example.org"));
  add_property(out, "", "1000001F", utf16("Hello there"));
  const std::string to = "__recip_version1.0_#00000000/";
  out.emplace_back(to + "__properties_version1.0", property_table(8, {{0x0C150003, 1}}));
  add_property(out, to, "3001001F", utf16("Ann"));
  add_property(out, to, "39FE001F", utf16("ann@example.org"));
  const std::string cc = "__recip_version1.0_#00000001/";
  out.emplace_back(cc + "__properties_version1.0", property_table(8, {{0x0C150003, 2}}));
  add_property(out, cc, "3001001F", utf16("Bob"));
  const std::string file = "__attach_version1.0_#00000000/";
  out.emplace_back(file + "__properties_version1.0", property_table(8, {{0x37050003, 1}}));
  add_property(out, file, "3704001F", utf16("REPORT~1.TXT"));
  add_property(out, file, "3707001F", utf16("report of May.txt"));
  add_property(out, file, "37010102", "attached words");
  const std::string inner = "__attach_version1.0_#00000001/";
  out.emplace_back(inner + "__properties_version1.0", property_table(8, {{0x37050003, 5}}));
  add_property(out, inner, "3001001F", utf16("Forwarded"));
  const std::string message = inner + "__substg1.0_3701000D/";
  out.emplace_back(message + "__properties_version1.0", property_table(24, {{0x00390040, kSent}}));
  add_property(out, message, "0037001F", utf16("Inner subject"));
  add_property(out, message, "10130102", "<p>inner <b>body</b></p>");
  const std::string deep = message + "__attach_version1.0_#00000000/";
  out.emplace_back(deep + "__properties_version1.0", property_table(8, {{0x37050003, 1}}));
  add_property(out, deep, "3707001F", utf16("deep.txt"));
  add_property(out, deep, "37010102", "deepest words");
  return out;
}

Reading read(const Streams& streams) {
  return read_bytes(Format::kMsg, make_compound(streams));
}

TEST(Msg, ReadsHeadersBodyAndNamesOfAttachments) {
  const Reading got = read(sample_message());
  ASSERT_EQ(got.verdict.outcome, wire::StageOutcome::kDone);
  ASSERT_EQ(got.text.blocks.size(), 8U);
  EXPECT_EQ(got.text.blocks[0].text, "Subject line");
  EXPECT_EQ(got.text.blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(got.text.blocks[0].place.part, "subject");
  EXPECT_EQ(got.text.blocks[1].text, "From: Иван <ivan@example.org>");
  EXPECT_EQ(got.text.blocks[2].text, "To: Ann <ann@example.org>");
  EXPECT_EQ(got.text.blocks[3].text, "Cc: Bob");
  EXPECT_EQ(got.text.blocks[4].text, "Date: Fri, 14 Dec 2012 23:06:40 +0000");
  EXPECT_EQ(got.text.blocks[5].text, "Hello there");
  EXPECT_EQ(got.text.blocks[5].place.part, "body");
  EXPECT_EQ(got.text.blocks[6].text, "report of May.txt");
  EXPECT_EQ(got.text.blocks[7].text, "Forwarded.eml");
}

TEST(Msg, StatesItsFacts) {
  const std::string bytes = make_compound(sample_message());
  const wire::FactsArtefact facts = ole_facts(Format::kMsg, input::ByteSource::from_bytes(as_bytes(bytes)));
  EXPECT_EQ(facts.title, "Subject line");
  EXPECT_EQ(facts.author, "Иван <ivan@example.org>");
  EXPECT_EQ(facts.created_unix_ms, 1'355'526'400'000);
}

TEST(Msg, MakesMailOfMessagesInside) {
  mail::prepare();
  const std::string bytes = make_compound(sample_message());
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  const msg::Properties properties(*file, CompoundFile::kRoot, msg::Properties::Kind::kMessage);
  const auto attachments = msg::list_attachments(properties, CompoundFile::kRoot);
  ASSERT_EQ(attachments.size(), 2U);
  ASSERT_TRUE(attachments[0].stream.has_value());
  EXPECT_EQ(as_text(file->read(*attachments[0].stream)->bytes), "attached words");
  ASSERT_TRUE(attachments[1].message.has_value());
  const std::string made = msg::make_mail(*file, *attachments[1].message, mail::kMessageBytesMax);
  EXPECT_TRUE(mail::looks_like_message(made));
  input::TextCollector collector{wire::DecodeLimits{}};
  (void)mail::read_message(as_bytes(made), {}, collector);
  std::string text;
  for (const wire::Block& block : collector.artefact().blocks) {
    text += block.text + "\n";
  }
  EXPECT_NE(text.find("Inner subject"), std::string::npos);
  EXPECT_NE(text.find("inner body"), std::string::npos);
  EXPECT_NE(text.find("deep.txt"), std::string::npos);
  EXPECT_NE(made.find("ZGVlcGVzdCB3b3Jkcw=="), std::string::npos);
}

TEST(Msg, ReadsHtmlInItsCodePage) {
  Streams streams = {{"__properties_version1.0", property_table(32, {{0x3FDE0003, 1251}})}};
  add_property(streams, "", "10130102", "<p>\xCF\xF0\xE8\xE2\xE5\xF2</p><script>no</script>");
  const Reading got = read(streams);
  EXPECT_NE(got.find("Привет"), nullptr);
  EXPECT_EQ(got.find("no"), nullptr);
}

TEST(Msg, ReadsBodiesThatAreOnlyRtf) {
  Streams streams = {{"__properties_version1.0", property_table(32, {})}};
  add_property(streams, "", "10090102",
               stored_rtf("{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 wrapped "
                          "{\\*\\htmltag84 <b>}words{\\*\\htmltag92 </b>}\\htmlrtf \\par }\\htmlrtf0 "
                          "{\\*\\htmltag72 </p>}}"));
  EXPECT_NE(read(streams).find("wrapped words"), nullptr);
}

TEST(Msg, SaysThatAMessageIsEncrypted) {
  Streams streams = {{"__properties_version1.0", property_table(32, {})}};
  add_property(streams, "", "001A001F", utf16("IPM.Note.SMIME"));
  EXPECT_TRUE(read(streams).has_note("encrypted"));
}

TEST(Msg, EndsWellAfterAnyDamage) {
  const std::string whole = make_compound(sample_message());
  for_each_damage(whole, 2'000, 5'000,
                  [](const std::string& bytes) { EXPECT_TRUE(ends_well(read_bytes(Format::kMsg, bytes))); });
}

TEST(Rtf, IsUnpacked) {
  // The example of MS-OXRTFCP 3.1.
  const std::string packed = le(0x2D, 4) + le(0x2B, 4) + le(0x75465A4C, 4) + le(0xC5C7F1A4, 4) +
                             std::string(
                                 "\x03\x00\x0A\x00\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0A\xF3\x20\x68\x65\x6C"
                                 "\x09\x00\x20\x62\x77\x05\xB0\x6C\x64\x7D\x0A\x80\x0F\xA0",
                                 33);
  EXPECT_EQ(unpack_rtf(as_bytes(packed)), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_LE(unpack_rtf(as_bytes(packed).first(size)).size(), 43U);
  }
}

TEST(Rtf, GivesUpItsHtml) {
  const RtfBody body = unwrap_rtf(
      "{\\rtf1\\ansi\\ansicpg1251\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fcharset238 X;}}"
      "{\\*\\htmltag19 <html>}{\\*\\mhtmltag84 no}\\htmlrtf {\\b hidden\\htmlrtf0 \\'cf\\u8364?{\\f1 \\'b3}}");
  EXPECT_TRUE(body.is_html);
  EXPECT_EQ(body.text, "<html>П€ł");
}

TEST(Rtf, GivesUpPlainText) {
  const RtfBody body = unwrap_rtf(
      "{\\rtf1\\ansi\\fromtext{\\colortbl;\\red0;}{\\*\\generator X;}one\\par two\\tab three "
      "\\{\\u-10180?\\u-8433?\\}}");
  EXPECT_FALSE(body.is_html);
  EXPECT_EQ(body.text, "one\ntwo\tthree {\xF0\x9F\x8C\x8F}");
}

TEST(Rtf, TakesLittleTimePerPiece) {
  std::string rtf = "{\\rtf1\\ansi\\ansicpg932 \\f0";
  for (int i = 0; i < 1'000'000; ++i) {
    rtf += "\\'e9\\b";
  }
  EXPECT_FALSE(unwrap_rtf(rtf).text.empty());
}

TEST(Rtf, SurvivesDeepGroups) {
  EXPECT_EQ(unwrap_rtf(std::string(1'000'000, '{') + "x").text, "x");
}

}  // namespace
}  // namespace alcove::ole

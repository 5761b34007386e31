#include <random>

#include <gtest/gtest.h>

#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "wire/messages.hpp"

namespace alcove::wire {
namespace {

TextArtefact sample() {
  TextArtefact text;
  Block block;
  block.kind = BlockKind::kHeading;
  block.level = 2;
  block.text = "Grüße";
  block.place.kind = PlaceKind::kPage;
  block.place.page = 7;
  block.place.boxes = {{.1F, .2F, .3F, .4F}};
  block.place.start_ms = -5;
  text.blocks.push_back(block);
  text.notes.push_back({"pages_limit", "Only the first page was read"});
  text.page_ratios = {0.7F, 1.4F};
  return text;
}

TEST(Codec, RoundTripKeepsEveryField) {
  const TextArtefact text = sample();
  const auto back = decode<TextArtefact>(encode(text));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->blocks.at(0).text, "Grüße");
  EXPECT_EQ(back->blocks.at(0).place, text.blocks.at(0).place);
  EXPECT_EQ(back->notes.at(0).code, "pages_limit");
  EXPECT_EQ(back->page_ratios, text.page_ratios);
}

TEST(Codec, EveryTruncationIsRefused) {
  const Bytes whole = encode(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode<TextArtefact>(ByteView(whole).first(size)).has_value()) << size;
  }
}

TEST(Codec, TrailingBytesAreRefused) {
  Bytes bytes = encode(sample());
  bytes.push_back(0);
  EXPECT_FALSE(decode<TextArtefact>(bytes).has_value());
}

TEST(Codec, RandomBytesNeverDoHarm) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes(random() % 64);
    for (auto& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    (void)decode<TextArtefact>(bytes);
    (void)decode<DecodeRequest>(bytes);
    (void)decode<EmbedReply>(bytes);
  }
}

TEST(Codec, AnEnumBeyondItsRangeIsRefused) {
  Bytes bytes = encode(EmbedRequest{});
  bytes.at(1) = 9;
  EXPECT_FALSE(decode<EmbedRequest>(bytes).has_value());
}

TEST(Codec, TakesNoMoreItemsThanTheirTypeAllows) {
  PassagesArtefact passages;
  passages.passages.resize(Passage::kItemsMax);
  EXPECT_TRUE(decode<PassagesArtefact>(encode(passages)).has_value());
  passages.passages.emplace_back();
  EXPECT_FALSE(decode<PassagesArtefact>(encode(passages)).has_value());
  EXPECT_EQ(DecodeLimits{}.passages_max, Passage::kItemsMax);
  EmbedRequest request;
  request.texts.resize(kItemsMax + 1);
  EXPECT_FALSE(decode<EmbedRequest>(encode(request)).has_value());
  VectorsArtefact vectors;
  vectors.scales.resize(kItemsMax + 1);
  EXPECT_TRUE(decode<VectorsArtefact>(encode(vectors)).has_value()) << "plain numbers take no more than their bytes";
}

TEST(Codec, AHugeCountReservesNothing) {
  const Bytes bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F};
  EXPECT_FALSE(decode<PassagesArtefact>(bytes).has_value());
}

}  // namespace
}  // namespace alcove::wire

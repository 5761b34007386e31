#include "workers/models/tokenizer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include "drivers/json/json.hpp"
#include "drivers/os/file.hpp"
#include "workers/models/test_model.hpp"

namespace alcove::models {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";
constexpr Token kUnknown = 3;

/// Builds a vocabulary file; pieces must come in the order of their bytes.
struct VocabularyFile {
  std::vector<std::pair<std::string, float>> pieces;
  std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> replacements;

  [[nodiscard]] Bytes bytes() const {
    Bytes out;
    const auto add = [&](const void* data, std::size_t size) {
      const auto* begin = static_cast<const std::uint8_t*>(data);
      out.insert(out.end(), begin, begin + size);
    };
    const auto add_number = [&](std::uint32_t number) { add(&number, sizeof number); };
    std::string text;
    std::vector<std::uint32_t> offsets{0};
    for (const auto& [piece, score] : pieces) {
      text += piece;
      offsets.push_back(static_cast<std::uint32_t>(text.size()));
    }
    std::vector<std::uint32_t> flat;
    std::vector<std::uint32_t> first{0};
    for (const auto& [point, to] : replacements) {
      flat.insert(flat.end(), to.begin(), to.end());
      first.push_back(static_cast<std::uint32_t>(flat.size()));
    }
    add("ALVTOK1\0", 8);
    for (const std::size_t count : {pieces.size(), text.size(), replacements.size(), flat.size()}) {
      add_number(static_cast<std::uint32_t>(count));
    }
    for (const std::uint32_t special : {0U, 2U, 1U, 3U}) {
      add_number(special);
    }
    const float unknown_score = -30;
    add(&unknown_score, sizeof unknown_score);
    for (const auto& [point, to] : replacements) {
      add_number(point);
    }
    add(first.data(), first.size() * 4);
    add(flat.data(), flat.size() * 4);
    for (std::uint32_t i = 0; i < pieces.size(); ++i) {
      add_number(10 + i);
    }
    for (const auto& [piece, score] : pieces) {
      add(&score, sizeof score);
    }
    add(offsets.data(), offsets.size() * 4);
    add(text.data(), text.size());
    return out;
  }
};

std::string marked(std::string_view text) {
  return std::string(kMark) + std::string(text);
}

/// Tokens: a 10, ab 11, b 12, ba 13, ▁ 14, ▁a 15, ▁ab 16.
VocabularyFile small_vocabulary() {
  return {
      .pieces =
          {{"a", -3}, {"ab", -5}, {"b", -3}, {"ba", -3.5F}, {marked(""), -2}, {marked("a"), -3}, {marked("ab"), -9}},
      .replacements = {{'\n', {' '}}, {'\r', {}}, {0xC4, {'a', 'b'}}}};
}

std::unique_ptr<Tokenizer> load(const VocabularyFile& file) {
  auto tokenizer = Tokenizer::load(file.bytes());
  EXPECT_TRUE(tokenizer.has_value());
  return tokenizer ? std::move(*tokenizer) : nullptr;
}

std::unique_ptr<Tokenizer> load_real() {
  const auto file = os::read_file(test_model_folder() / "tokenizer.bin", 64UL << 20U);
  if (!file) {
    return nullptr;
  }
  auto tokenizer = Tokenizer::load(*file);
  EXPECT_TRUE(tokenizer.has_value());
  return tokenizer ? std::move(*tokenizer) : nullptr;
}

TEST(Tokenizer, TakesThePathOfHighestScore) {
  const auto tokenizer = load(small_vocabulary());
  // ▁a + b (-6) wins over ▁ab (-9); ▁a + ba (-6.5) over ▁ab + a (-12) and ▁ + ab + a (-10).
  EXPECT_EQ(tokenizer->encode("ab"), (std::vector<Token>{15, 12}));
  EXPECT_EQ(tokenizer->encode("aba"), (std::vector<Token>{15, 13}));
  EXPECT_EQ(tokenizer->encode("b"), (std::vector<Token>{14, 12}));
}

TEST(Tokenizer, MakesOneUnknownTokenOfNeighbouringUnknownCharacters) {
  const auto tokenizer = load(small_vocabulary());
  EXPECT_EQ(tokenizer->encode("a\xC3\xA9\xE4\xB8\xAD!b"), (std::vector<Token>{15, kUnknown, 12}));
  EXPECT_EQ(tokenizer->encode("! a"), (std::vector<Token>{14, kUnknown, 15}));
}

TEST(Tokenizer, AppliesTheNormalisationMapAndFoldsSpaces) {
  const auto tokenizer = load(small_vocabulary());
  EXPECT_EQ(tokenizer->encode(" a \r\n  b\r "), (std::vector<Token>{15, 14, 12}));
  EXPECT_EQ(tokenizer->encode("\xC3\x84"), tokenizer->encode("ab"));
  // A + combining diaeresis: composed before the map is asked.
  EXPECT_EQ(tokenizer->encode("A\xCC\x88"), tokenizer->encode("ab"));
}

TEST(Tokenizer, HasNoTokensForNothing) {
  const auto tokenizer = load(small_vocabulary());
  EXPECT_TRUE(tokenizer->encode("").empty());
  EXPECT_TRUE(tokenizer->encode(" \n ").empty());
}

TEST(Tokenizer, IgnoresWhatLiesBehindTheLimit) {
  const auto tokenizer = load(small_vocabulary());
  const std::string text(kTextBytesMax + 1000, 'b');
  EXPECT_EQ(tokenizer->encode(text), tokenizer->encode(text.substr(0, kTextBytesMax)));
}

TEST(Tokenizer, RefusesEveryCutAndEveryForeignFile) {
  const Bytes whole = small_vocabulary().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Tokenizer::load(ByteView(whole).first(size)).has_value()) << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(Tokenizer::load(longer).has_value());
  VocabularyFile unordered = small_vocabulary();
  std::swap(unordered.pieces[0], unordered.pieces[1]);
  EXPECT_FALSE(Tokenizer::load(unordered.bytes()).has_value());
}

TEST(Tokenizer, SurvivesEveryChangedByteOfItsFile) {
  const Bytes whole = small_vocabulary().bytes();
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (const unsigned change : {0x01U, 0x80U, 0xFFU}) {
      Bytes changed = whole;
      changed[place] = static_cast<std::uint8_t>(changed[place] ^ change);
      if (const auto tokenizer = Tokenizer::load(changed)) {
        static_cast<void>((*tokenizer)->encode("ab ba \xC3\x84\n\xE4\xB8\xAD"));
      }
    }
  }
}

TEST(Tokenizer, AgreesWithTheReference) {
  const auto tokenizer = load_real();
  if (tokenizer == nullptr) {
    GTEST_SKIP() << "the embedding model is not installed";
  }
  // A larger reference, made by tools/models/tokenizer_reference.py, may be named.
  const char* const other = std::getenv("ALCOVE_TOKENIZER_GOLDEN");
  std::ifstream golden(other != nullptr ? other : ALCOVE_SOURCE_DIR "/tests/data/tokenizer/golden.tsv");
  std::size_t count = 0;
  for (std::string line; std::getline(golden, line); ++count) {
    const std::size_t tab = line.rfind('\t');
    ASSERT_NE(tab, std::string::npos);
    const auto text = json::parse(line.substr(0, tab));
    ASSERT_TRUE(text && text->if_text() != nullptr) << line;
    std::istringstream numbers(line.substr(tab + 1));
    std::vector<Token> wanted;
    for (Token token = 0; numbers >> token;) {
      wanted.push_back(token);
    }
    EXPECT_EQ(tokenizer->encode(*text->if_text()), wanted) << line.substr(0, tab);
  }
  EXPECT_GE(count, 25U);
}

TEST(Tokenizer, NeverSpellsControlSymbols) {
  const auto tokenizer = load_real();
  if (tokenizer == nullptr) {
    GTEST_SKIP() << "the embedding model is not installed";
  }
  for (const std::string_view text : {"<s>", "</s>", "<pad>", "<mask>", "<unk>"}) {
    for (const Token token : tokenizer->encode(text)) {
      EXPECT_GT(token, kUnknown) << text;
      EXPECT_LT(token, 250'001) << text;
    }
  }
}

TEST(Tokenizer, TakesLinearTimeOnHostileRuns) {
  const auto tokenizer = load_real();
  if (tokenizer == nullptr) {
    GTEST_SKIP() << "the embedding model is not installed";
  }
  for (const std::string_view unit :
       {"a", ".", "=", "0", "\xE2\x96\x81", " ", "\xE4\xB8\x80", "\xCC\x81", "\xFF", "la"}) {
    std::string text;
    while (text.size() < kTextBytesMax) {
      text += unit;
    }
    const auto start = std::chrono::steady_clock::now();
    static_cast<void>(tokenizer->encode(text));
    // Quadratic time would take minutes; linear takes some 20 ms.
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << unit;
  }
}

TEST(Tokenizer, SurvivesRandomBytes) {
  const auto tokenizer = load_real();
  if (tokenizer == nullptr) {
    GTEST_SKIP() << "the embedding model is not installed";
  }
  constexpr std::uint32_t kSeed = 20;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 400, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(random());
    }
    for (const Token token : tokenizer->encode(bytes)) {
      EXPECT_GE(token, 0);
      EXPECT_LT(token, 250'037);
    }
  }
}

}  // namespace
}  // namespace alcove::models

#include "workers/decode/ole/compound_file.hpp"

#include <gtest/gtest.h>

#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/ole_samples.hpp"
#include "workers/decode/ole/properties.hpp"
#include "workers/decode/ole/test_reading.hpp"

namespace alcove::ole {
namespace {

std::string content(const CompoundFile& file, std::string_view name, std::size_t storage = CompoundFile::kRoot) {
  const auto read = file.read(name, storage);
  return read ? std::string(as_text(read->bytes)) : "error";
}

TEST(CompoundFile, ReadsStreamsInStorages) {
  const std::string bytes = make_compound({{"One", "first"}, {"Folder/Two", std::string(5000, 'x')}});
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE(file->is_damaged());
  EXPECT_EQ(content(*file, "ONE"), "first");
  const auto folder = file->find("Folder");
  ASSERT_TRUE(folder.has_value());
  EXPECT_TRUE(file->entries()[*folder].is_storage);
  EXPECT_EQ(content(*file, "Two", *folder), std::string(5000, 'x'));
  EXPECT_EQ(content(*file, "Two"), "");
}

TEST(CompoundFile, ReadsNoMoreThanAsked) {
  const std::string bytes = make_compound({{"One", std::string(5000, 'x')}});
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  const auto read = file->read("One", CompoundFile::kRoot, 100);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->bytes.size(), 100U);
  EXPECT_TRUE(read->truncated);
}

TEST(CompoundFile, EndsWithTheSizeWhereAChainRunsInCircles) {
  std::string bytes = make_compound({{"One", std::string(5000, 'x')}});
  const std::size_t table = bytes.size() - 512;
  bytes.replace(table, 4, le(0, 4));  // The first sector follows itself.
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(content(*file, "One").size(), 5000U);
}

TEST(CompoundFile, WalksLongChainsOfEntriesWithoutRecursion) {
  std::vector<std::pair<std::string, std::string>> streams;
  for (int i = 0; i < 3000; ++i) {
    streams.emplace_back("s" + std::to_string(i), "");
  }
  const std::string bytes = make_compound(streams);
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->entries()[CompoundFile::kRoot].children.size(), 3000U);
}

TEST(CompoundFile, VisitsEachEntryOnce) {
  std::string bytes = make_compound({{"One", "1"}, {"Two", "2"}});
  const std::size_t directory = 512 + 2 * 512;
  bytes.replace(directory + 2 * 128 + 72, 4, le(1, 4));  // "Two" points back to "One".
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->entries()[CompoundFile::kRoot].children.size(), 2U);
  EXPECT_TRUE(file->is_damaged());
}

TEST(CompoundFile, TakesStreamsForUnbrokenWhereTheTableIsCutOff) {
  const std::string whole = make_compound({{"One", std::string(2000, 'x')}});
  const std::string bytes = whole.substr(0, whole.size() - 512);
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->is_damaged());
  EXPECT_EQ(content(*file, "One"), std::string(2000, 'x'));
}

TEST(CompoundFile, IsReadAfterAnyDamage) {
  const std::string whole = make_compound({{"One", "first"}, {"Folder/Two", "second"}});
  for_each_damage(whole, whole.size(), 20'000, [](const std::string& bytes) {
    const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
    const auto file = CompoundFile::open(source);
    for (std::size_t i = 0; file && i < file->entries().size(); ++i) {
      (void)file->read(i);
    }
    (void)identify(source);
  });
}

TEST(Properties, AreReadInTheirCodePage) {
  const std::string author = "\xC8\xE2\xE0\xED" + std::string(4, '\0');
  std::string values;
  std::string index;
  const auto add = [&](unsigned id, const std::string& value) {
    index += le(id, 4) + le(8 + 4 * 8 + values.size(), 4);
    values += value;
  };
  add(1, le(2, 4) + le(1251, 4));
  add(4, le(0x1E, 4) + le(author.size(), 4) + author);
  add(2, le(0x1F, 4) + le(6, 4) + utf16("Title") + le(0, 2));
  add(12, le(0x40, 4) + le(130'000'000'000'000'000ULL, 8));
  const std::string stream = le(0xFFFE, 2) + std::string(22, '\0') + le(1, 4) + std::string(16, '\0') + le(48, 4) +
                             le(8 + index.size() + values.size(), 4) + le(4, 4) + index + values;
  const std::string bytes = make_compound({{"\005SummaryInformation", stream}});
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  const auto file = CompoundFile::open(source);
  ASSERT_TRUE(file.has_value());
  const wire::FactsArtefact facts = summary_facts(*file);
  EXPECT_EQ(facts.author, "Иван");
  EXPECT_EQ(facts.title, "Title");
  EXPECT_EQ(facts.created_unix_ms, 1'355'526'400'000);
}

TEST(CodePages, KnowTheirNames) {
  EXPECT_EQ(decode_code_page(as_bytes("\x83\x65"), 932), "テ");
  EXPECT_EQ(decode_code_page(as_bytes("\xE9"), 12345), "é");
  EXPECT_EQ(decode_utf16(as_bytes(std::string_view("\x3C\xD8\x0D\xDF", 4))), "🌍");
}

}  // namespace
}  // namespace alcove::ole

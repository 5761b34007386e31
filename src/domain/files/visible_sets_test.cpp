#include "domain/files/visible_sets.hpp"

#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace alcove::files {
namespace {

Files::Applied change(std::int64_t file, std::int64_t library, std::uint32_t before, std::uint32_t after,
                      bool present = true) {
  return {.file = FileId{file},
          .library = LibraryId{library},
          .old_content = ContentNumber{before},
          .new_content = ContentNumber{after},
          .present = present};
}

TEST(VisibleSets, AContentStaysUntilItsLastFileGoes) {
  VisibleSets sets;
  auto turnover = sets.apply({change(1, 1, 0, 7), change(2, 1, 0, 7)});
  EXPECT_EQ(turnover.used, std::vector{ContentNumber{7}});
  turnover = sets.apply({change(1, 1, 7, 0, false)});
  EXPECT_TRUE(turnover.orphaned.empty());
  EXPECT_TRUE(sets.everything().contents->contains(7));
  turnover = sets.apply({change(2, 1, 7, 0, false)});
  EXPECT_EQ(turnover.orphaned, std::vector{ContentNumber{7}});
  EXPECT_TRUE(sets.everything().contents->empty());
  EXPECT_TRUE(sets.everything().files->empty());
}

TEST(VisibleSets, AContentInAnotherLibraryIsNotOrphaned) {
  VisibleSets sets;
  sets.apply({change(1, 1, 0, 7), change(2, 2, 0, 7)});
  EXPECT_TRUE(sets.apply({change(1, 1, 7, 0, false)}).orphaned.empty());
  EXPECT_FALSE(sets.of(LibraryId{1}).contents->contains(7));
  EXPECT_TRUE(sets.of(LibraryId{2}).contents->contains(7));
  EXPECT_TRUE(sets.of(LibraryId{3}).contents->empty());
}

TEST(VisibleSets, ASnapshotDoesNotChange) {
  VisibleSets sets;
  sets.apply({change(1, 1, 0, 7)});
  const auto before = sets.everything();
  sets.apply({change(1, 1, 7, 8)});
  EXPECT_TRUE(before.contents->contains(7));
  EXPECT_FALSE(before.contents->contains(8));
  EXPECT_TRUE(sets.everything().contents->contains(8));
}

TEST(VisibleSets, AgreeWithASimpleReference) {
  constexpr std::uint32_t kSeed = 4'711;
  std::mt19937 random(kSeed);
  VisibleSets sets;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> files;  // (library, file) -> content
  for (int step = 0; step < 5'000; ++step) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " step " << step);
    const std::int64_t library = 1 + static_cast<std::int64_t>(random() % 3);
    const std::int64_t file = library * 100 + static_cast<std::int64_t>(random() % 20);
    const std::uint32_t content = static_cast<std::uint32_t>(random() % 10);
    const auto known = files.find({library, file});
    const std::uint32_t before = known == files.end() ? 0 : known->second;
    if (random() % 3 == 0) {
      sets.apply({change(file, library, before, 0, false)});
      files.erase({library, file});
    } else {
      sets.apply({change(file, library, before, content)});
      files[{library, file}] = content;
    }
    std::set<std::uint32_t> contents;
    std::set<std::uint32_t> present;
    for (const auto& [key, value] : files) {
      present.insert(static_cast<std::uint32_t>(key.second));
      if (value != 0) {
        contents.insert(value);
      }
    }
    ASSERT_EQ(sets.everything().contents->to_vector(), std::vector<std::uint32_t>(contents.begin(), contents.end()));
    ASSERT_EQ(sets.everything().files->to_vector(), std::vector<std::uint32_t>(present.begin(), present.end()));
  }
}

}  // namespace
}  // namespace alcove::files

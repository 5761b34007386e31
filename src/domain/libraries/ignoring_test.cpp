#include <unistd.h>

#include <filesystem>

#include "domain/libraries/libraries_test.hpp"

namespace alcove::libraries {
namespace {

namespace fs = std::filesystem;

using IgnoringTest = LibrariesTest;

TEST_F(IgnoringTest, IgnoreFilesAreFollowedFromTheFirstWalkOn) {
  write(".alcoveignore", "*.log\n/drafts/\n");
  write("a.txt", "x");
  write("a.log", "x");
  write("drafts/b.txt", "x");
  write("deep/drafts/c.txt", "x");
  write("deep/.alcoveignore", "!keep.log\n");
  write("deep/keep.log", "x");
  write("deep/other.log", "x");
  start_with_library();
  const auto found = listing();
  EXPECT_EQ(found.size(), 3U);
  EXPECT_TRUE(find("a.txt"));
  EXPECT_TRUE(find("deep/drafts/c.txt"));
  EXPECT_TRUE(find("deep/keep.log"));
}

TEST_F(IgnoringTest, RulesThatChangeAreFollowedWithoutBeingAsked) {
  write("a.txt", "alpha");
  write("sub/deep/b.txt", "beta");
  start_with_library();
  const auto b = *find("sub/deep/b.txt");
  const auto appears = [&](bool expected) {
    return poll_until([&] { return find("sub/deep/b.txt").has_value() == expected; });
  };
  write(".alcoveignore", "b.txt\n");
  EXPECT_TRUE(appears(false)) << "added";
  write(".alcoveignore", "# nothing\n");
  EXPECT_TRUE(appears(true)) << "changed";
  EXPECT_EQ(find("sub/deep/b.txt")->id, b.id);
  write("sub/.alcoveignore", "/deep\n");
  EXPECT_TRUE(appears(false)) << "added below";
  fs::remove(root_ / "sub/.alcoveignore");
  EXPECT_TRUE(appears(true)) << "removed";
  EXPECT_TRUE(find("a.txt"));
}

TEST_F(IgnoringTest, WhatIsLeftOutFromNowOnIsGivenUpAtOnceAndComesBackWhole) {
  write("keep.txt", "kept");
  write("private/a.txt", "alpha");
  start_with_library();
  const ContentNumber before = find("private/a.txt")->content;
  write(".alcoveignore", "private/\n");
  see();
  EXPECT_FALSE(is_visible(before));
  const auto expired = store_->orphaned_before(UnixMillis{1}, 10);
  ASSERT_TRUE(expired.has_value());
  EXPECT_EQ(*expired, std::vector{before}) << "erased next, not in thirty days";
  EXPECT_TRUE(*files_->erase_orphaned(before, UnixMillis{1}));
  fs::remove(root_ / ".alcoveignore");
  see();
  ASSERT_TRUE(is_known("private/a.txt"));
  EXPECT_NE(find("private/a.txt")->content, before) << "a number is never used again";
  EXPECT_TRUE(is_visible(find("private/a.txt")->content));
}

TEST_F(IgnoringTest, ADeletedFileIsNotGivenUpAtOnce) {
  write("a.txt", "alpha");
  start_with_library();
  fs::remove(root_ / "a.txt");
  see();
  EXPECT_TRUE(store_->orphaned_before(UnixMillis{1}, 10)->empty());
}

TEST_F(IgnoringTest, AFolderThatMovesComesUnderTheRulesOfItsNewPlace) {
  write("quiet/.alcoveignore", "*.log\n");
  write("moving/deep/a.log", "x");
  write("moving/deep/a.txt", "x");
  start_with_library();
  EXPECT_EQ(listing().size(), 2U);
  fs::rename(root_ / "moving", root_ / "quiet/moving");
  EXPECT_TRUE(poll_until([&] { return find("quiet/moving/deep/a.txt") && !find("quiet/moving/deep/a.log"); }));
  fs::rename(root_ / "quiet/moving", root_ / "back");
  EXPECT_TRUE(poll_until([&] { return find("back/deep/a.txt") && find("back/deep/a.log"); }));
}

TEST_F(IgnoringTest, AnIgnoreFileThatCannotBeReadLeavesItsFolderAsItWas) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may read everything";
  }
  write("a.txt", "alpha");
  start_with_library();
  write(".alcoveignore", "b.txt\n");
  fs::permissions(root_ / ".alcoveignore", fs::perms::none);
  write("b.txt", "beta");
  see();
  EXPECT_TRUE(find("a.txt"));
  EXPECT_FALSE(find("b.txt"));
}

}  // namespace
}  // namespace alcove::libraries

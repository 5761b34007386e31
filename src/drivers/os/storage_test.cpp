#include "drivers/os/storage.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "drivers/os/file.hpp"
#include "drivers/os/process.hpp"

namespace alcove::os {
namespace {

class StorageTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "alcove_storage_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override {
    if (!HasFailure()) {
      std::filesystem::remove_all(root_);
    }
  }
  std::filesystem::path root_;
};

TEST_F(StorageTest, AtomicWriteReplacesAndLeavesNothingElse) {
  const std::filesystem::path path = root_ / "settings";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("one"), 0600).has_value());
  ASSERT_TRUE(write_file_atomically(path, as_bytes("two"), 0640).has_value());
  EXPECT_EQ(as_text(read_file(path, 10).value()), "two");
  struct stat raw{};
  ASSERT_EQ(::stat(path.c_str(), &raw), 0);
  EXPECT_EQ(raw.st_mode & 0777U, 0640U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(root_), {}), 1);
  EXPECT_EQ(write_file_atomically(root_ / "no" / "folder", as_bytes("x"), 0600).error().code, ErrorCode::kNotFound);
}

TEST_F(StorageTest, OnlyOneHoldsTheLock) {
  {
    const Result<FolderLock> first = FolderLock::acquire(root_);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(FolderLock::acquire(root_).error().code, ErrorCode::kLocked);
  }
  EXPECT_TRUE(FolderLock::acquire(root_).has_value());
}

TEST_F(StorageTest, PrivateFolderIsMadeOnce) {
  const std::filesystem::path path = root_ / "data" / "models";
  ASSERT_TRUE(ensure_private_folder(path).has_value());
  ASSERT_TRUE(ensure_private_folder(path).has_value());
  struct stat raw{};
  ASSERT_EQ(::stat(path.c_str(), &raw), 0);
  EXPECT_EQ(raw.st_mode & 0777U, 0700U);
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  ASSERT_TRUE(ensure_private_folder(path).has_value()) << "one that was there already";
  ASSERT_EQ(::stat(path.c_str(), &raw), 0);
  EXPECT_EQ(raw.st_mode & 0777U, 0700U);
  ASSERT_TRUE(write_file_atomically(root_ / "file", as_bytes("x"), 0600).has_value());
  EXPECT_EQ(ensure_private_folder(root_ / "file").error().code, ErrorCode::kAlreadyExists);
}

TEST_F(StorageTest, AFolderOfAnotherUserIsNotPrivate) {
  const std::filesystem::path path = root_ / "foreign";
  std::filesystem::create_directories(path);
  if (::chown(path.c_str(), 12'345, 12'345) != 0) {
    GTEST_SKIP() << "only root can give a folder away";
  }
  EXPECT_EQ(ensure_private_folder(path).error().code, ErrorCode::kForbidden);
}

TEST_F(StorageTest, DiskSpaceAndNameAreThere) {
  const DiskSpace space = read_disk_space(root_).value();
  EXPECT_GT(space.total_bytes, 0U);
  EXPECT_LE(space.free_bytes, space.total_bytes);
  EXPECT_FALSE(host_name().empty());
}

}  // namespace
}  // namespace alcove::os

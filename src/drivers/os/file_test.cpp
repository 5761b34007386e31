#include "drivers/os/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "drivers/os/folder.hpp"
#include "drivers/os/sealed_memory.hpp"

namespace alcove::os {
namespace {

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "alcove_os_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    folder_ = root_ / "library";
    std::filesystem::create_directories(folder_ / "a" / "b");
    write(folder_ / "a" / "b" / "note.txt", "hello");
    write(root_ / "secret.txt", "secret");
    std::filesystem::create_symlink(root_ / "secret.txt", folder_ / "link");
    std::filesystem::create_directory_symlink(root_, folder_ / "up");
    folder_fd_ = open_folder(folder_).value();
  }
  void TearDown() override {
    if (!HasFailure()) {
      std::filesystem::remove_all(root_);
    }
  }
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  std::filesystem::path root_;
  std::filesystem::path folder_;
  UniqueFd folder_fd_;
};

TEST_F(FileTest, OpensAndReadsWhatLiesBeneath) {
  const Result<UniqueFd> fd = open_regular_beneath(folder_fd_.value(), "a/b/note.txt");
  ASSERT_TRUE(fd.has_value()) << fd.error().detail;
  EXPECT_EQ(as_text(read_file(fd->value(), 100).value()), "hello");
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(pread_all(fd->value(), buffer, 3).value(), 2U);
  EXPECT_EQ(pread_all(fd->value(), buffer, 50).value(), 0U);
}

TEST_F(FileTest, RefusesEveryWayOut) {
  for (const char* path : {"../secret.txt", "a/../../secret.txt", "/etc/passwd", "up/secret.txt", "link", ""}) {
    EXPECT_FALSE(open_beneath(folder_fd_.value(), path, O_RDONLY).has_value()) << path;
    EXPECT_FALSE(open_regular_beneath(folder_fd_.value(), path).has_value()) << path;
  }
}

TEST_F(FileTest, NeverOpensFifosOrFolders) {
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(open_regular_beneath(folder_fd_.value(), "fifo").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(open_regular_beneath(folder_fd_.value(), "a").error().code, ErrorCode::kUnsupported);
}

TEST_F(FileTest, ReadingLeavesTheAccessTimeAlone) {
  const std::filesystem::path path = folder_ / "a" / "b" / "note.txt";
  const timespec old{.tv_sec = 1000, .tv_nsec = 0};
  const std::array<timespec, 2> times{old, old};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
  {
    const UniqueFd fd = open_regular_beneath(folder_fd_.value(), "a/b/note.txt").value();
    ASSERT_EQ(read_file(fd.value(), 100)->size(), 5U);
  }
  struct stat raw{};
  ASSERT_EQ(::stat(path.c_str(), &raw), 0);
  EXPECT_EQ(raw.st_atim.tv_sec, 1000);
}

TEST_F(FileTest, DescribesWithoutFollowing) {
  const FileStat file = read_stat_at(folder_fd_.value(), "a/b/note.txt").value();
  EXPECT_EQ(file.kind, FileKind::kRegular);
  EXPECT_EQ(file.size_bytes, 5U);
  EXPECT_EQ(file, read_stat(open_regular_beneath(folder_fd_.value(), "a/b/note.txt")->value()).value());
  EXPECT_EQ(read_stat_at(folder_fd_.value(), "link")->kind, FileKind::kSymlink);
  EXPECT_EQ(read_stat_at(folder_fd_.value(), "nothing").error().code, ErrorCode::kNotFound);
}

TEST_F(FileTest, ListsNamesOfAnyBytes) {
  write(folder_ / "\xFF\xFE odd\n", "x");
  const std::vector<FolderEntry> entries = read_folder(folder_fd_.value()).value();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_EQ(entries[0].kind, FileKind::kFolder);
  EXPECT_EQ(entries[3].name, "\xFF\xFE odd\n");
  EXPECT_EQ(read_folder(folder_fd_.value())->size(), 4U) << "a second reading starts anew";
  int seen = 0;
  ASSERT_TRUE(visit_folder(folder_fd_.value(), [&](FolderEntry&&) { return ++seen < 2; }).has_value());
  EXPECT_EQ(seen, 2);
}

TEST_F(FileTest, ReadingStopsAtTheLimit) {
  EXPECT_EQ(read_file(root_ / "secret.txt", 6)->size(), 6U);
  EXPECT_EQ(read_file(root_ / "secret.txt", 5).error().code, ErrorCode::kTooLarge);
}

TEST(SealedMemory, KeepsItsBytesAndRefusesChange) {
  const SealedMemory memory = SealedMemory::make(as_bytes("fixed"), "test").value();
  EXPECT_EQ(as_text(memory.view()), "fixed");
  EXPECT_LT(::ftruncate(memory.fd(), 1), 0);
  EXPECT_LT(::pwrite(memory.fd(), "x", 1, 0), 0);
  EXPECT_TRUE(SealedMemory::make({}, "empty")->view().empty());
}

TEST(SealedMemory, RefusesWhatIsNotSealedOrTooLarge) {
  UniqueFd loose(::memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_TRUE(write_all(loose.value(), as_bytes("abc")).has_value());
  ASSERT_EQ(::fcntl(loose.value(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_WRITE), 0);
  EXPECT_EQ(SealedMemory::open(std::move(loose), 100).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(SealedMemory::open(open_path("/dev/null", O_RDONLY).value(), 100).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(SealedMemory::open(make_sealed_file(as_bytes("abc"), "t").value(), 2).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace alcove::os

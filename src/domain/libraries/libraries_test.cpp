#include "domain/libraries/libraries_test.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "domain/files/records.hpp"
#include "drivers/crypto/hash.hpp"

namespace alcove::libraries {
namespace {

namespace fs = std::filesystem;

TEST_F(LibrariesTest, ListsReadsAndReportsEveryFile) {
  write("a.txt", "alpha");
  write("deep/er/b.md", "# beta");
  start_with_library();
  EXPECT_EQ(listing().size(), 2U);
  const auto a = find("a.txt");
  ASSERT_TRUE(a && a->sha256);
  EXPECT_EQ(*a->sha256, crypto::sha256(as_bytes("alpha")));
  EXPECT_EQ(a->reader, "text");
  EXPECT_EQ(find("deep/er/b.md")->reader, "markdown");
  EXPECT_TRUE(is_visible(a->content));
  EXPECT_EQ(report_count(), 2U);
  const auto library = *files_->find_library("home");
  EXPECT_EQ(library->file_count, 2);
  EXPECT_EQ(library->size_bytes, 11);
  EXPECT_EQ(library->state, files::LibraryState::kReady);
  EXPECT_GT(library->last_scan_at.value, 0);
}

TEST_F(LibrariesTest, FindsFilesByAbsolutePathToo) {
  write("x/a.txt", "alpha");
  start_with_library();
  EXPECT_TRUE(*files_->find_by_path((root_ / "x/a.txt").string()));
  EXPECT_FALSE(*files_->find_by_path((root_ / "x/b.txt").string()));
  EXPECT_FALSE(*files_->find_by_path("elsewhere:x/a.txt"));
}

TEST_F(LibrariesTest, KeepsNamesOfAnyBytes) {
  const std::string name = "caf\xE9 \xFF\x01.txt";
  write("dir\xFE/" + name, "latin");
  start_with_library();
  ASSERT_TRUE(is_known("dir\xFE/" + name));
  const auto page = files_->list(operator_, library_, "dir\xFE", "", 10);
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->files.at(0).name, name);
}

TEST_F(LibrariesTest, CopiesShareOneContentUnlessTheirReadersDiffer) {
  write("a.txt", "same");
  write("b.txt", "same");
  write("c.md", "same");
  start_with_library();
  EXPECT_EQ(find("a.txt")->content, find("b.txt")->content);
  EXPECT_NE(find("a.txt")->content, find("c.md")->content);
  EXPECT_EQ(files_->files_of(operator_, find("a.txt")->content, 10)->size(), 2U);
}

TEST_F(LibrariesTest, NeverOpensPipesSocketsOrLinks) {
  write("a.txt", "alpha");
  write("../outside/secret.txt", "secret");
  ASSERT_EQ(::mkfifo((root_ / "pipe.txt").c_str(), 0600), 0);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (root_ / "s.txt").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  fs::create_symlink(root_ / "a.txt", root_ / "link.txt");
  fs::create_directory_symlink(folder_ / "outside", root_ / "out");
  fs::create_directory_symlink(root_, root_ / "loop");
  start_with_library();
  EXPECT_EQ(listing().size(), 1U);
  ::close(listener);
}

TEST_F(LibrariesTest, LeavesOutIgnoredNames) {
  write(".git/config", "x");
  write("node_modules/m/index.js", "x");
  write("keep/report.txt", "x");
  write("keep/~$report.docx", "x");
  write("keep/half.part", "x");
  start_with_library();
  EXPECT_EQ(listing().size(), 1U);
}

TEST_F(LibrariesTest, RenameAndMoveKeepTheIdAndReadNothing) {
  write("a.txt", "alpha");
  write("sub/b.txt", "beta");
  start_with_library();
  const FileId a = id_of("a.txt");
  const FileId b = id_of("sub/b.txt");
  const std::size_t reports = report_count();
  fs::rename(root_ / "a.txt", root_ / "sub/c.txt");
  fs::rename(root_ / "sub/b.txt", root_ / "d.txt");
  see();
  EXPECT_EQ(id_of("sub/c.txt"), a);
  EXPECT_EQ(id_of("d.txt"), b);
  EXPECT_TRUE(is_known("sub/c.txt"));
  EXPECT_EQ(report_count(), reports);
  EXPECT_EQ(listing().size(), 2U);
}

TEST_F(LibrariesTest, ARenamedFolderKeepsEveryIdAndChangesOneRow) {
  write("one/two/a.txt", "alpha");
  write("one/b.txt", "beta");
  start_with_library();
  const auto a = *find("one/two/a.txt");
  const std::size_t reports = report_count();
  const auto before = files_->changes_after(0, 100)->back().sequence;
  fs::create_directory(root_ / "other");
  fs::rename(root_ / "one", root_ / "other/renamed");
  see();
  const auto moved = find("other/renamed/two/a.txt");
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->id, a.id);
  EXPECT_EQ(moved->folder, a.folder);
  EXPECT_EQ(report_count(), reports);
  EXPECT_EQ(files_->changes_after(before, 100)->size(), 2U);  // Both files, for the names index.
}

TEST_F(LibrariesTest, AnotherFolderWithTheOldInodeIsNotTheOldOne) {
  write("old/a.txt", "alpha");
  start_with_library();
  const FileId a = id_of("old/a.txt");
  fs::remove_all(root_ / "old");
  see();
  write("new/a.txt", "something else");
  see();
  EXPECT_NE(id_of("new/a.txt"), a);
}

TEST_F(LibrariesTest, AnEditInPlaceAndARenameOverItKeepTheId) {
  write("a.txt", "first");
  write("b.txt", "first of b");
  start_with_library();
  const auto a = *find("a.txt");
  const auto b = *find("b.txt");
  write("a.txt", "second");
  write(".b.swap", "second of b");
  fs::rename(root_ / ".b.swap", root_ / "b.txt");
  see();
  EXPECT_EQ(id_of("a.txt"), a.id);
  EXPECT_EQ(id_of("b.txt"), b.id);
  EXPECT_EQ(*find("a.txt")->sha256, crypto::sha256(as_bytes("second")));
  EXPECT_EQ(*find("b.txt")->sha256, crypto::sha256(as_bytes("second of b")));
  EXPECT_FALSE(is_visible(a.content));
  EXPECT_TRUE(is_visible(find("a.txt")->content));
}

TEST_F(LibrariesTest, AnEditThatKeepsSizeAndTimeIsFoundByItsChangeTime) {
  write("a.txt", "12345");
  start_with_library();
  const auto time = fs::last_write_time(root_ / "a.txt");
  write("a.txt", "54321");
  fs::last_write_time(root_ / "a.txt", time);
  see();
  EXPECT_EQ(*find("a.txt")->sha256, crypto::sha256(as_bytes("54321")));
}

TEST_F(LibrariesTest, AnotherReaderIsAnotherContentWithoutReadingTheFile) {
  write("a.txt", "# title");
  start_with_library();
  const auto before = *find("a.txt");
  fs::rename(root_ / "a.txt", root_ / "a.md");
  see();
  const auto after = *find("a.md");
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.reader, "markdown");
  EXPECT_NE(after.content, before.content);
  EXPECT_FALSE(is_visible(before.content));
  EXPECT_TRUE(is_visible(after.content));
  EXPECT_EQ(report_count(), 2U);
}

TEST_F(LibrariesTest, ACopyWhoseOriginalGoesIsAMove) {
  write("a.txt", "moved across file systems");
  start_with_library();
  const FileId a = id_of("a.txt");
  fs::create_directory(root_ / "far");
  fs::copy_file(root_ / "a.txt", root_ / "far/a.txt");
  fs::remove(root_ / "a.txt");
  see();
  EXPECT_EQ(id_of("far/a.txt"), a);
  EXPECT_TRUE(is_known("far/a.txt"));
  EXPECT_EQ(listing().size(), 1U);
}

TEST_F(LibrariesTest, ADeletedFileLeavesTheVisibleSetAndComesBackWithItsId) {
  write("a.txt", "alpha");
  write("b.txt", "beta");
  start_with_library();
  const auto a = *find("a.txt");
  fs::rename(root_ / "a.txt", folder_ / "aside");
  see();
  EXPECT_FALSE(find("a.txt"));
  EXPECT_FALSE(is_visible(a.content));
  EXPECT_EQ(store_->orphaned_before(UnixMillis{now_unix_millis().value + 1}, 10)->size(), 1U);
  fs::rename(folder_ / "aside", root_ / "a.txt");
  see();
  EXPECT_EQ(id_of("a.txt"), a.id);
  EXPECT_TRUE(is_visible(a.content));
  EXPECT_TRUE(store_->orphaned_before(UnixMillis{now_unix_millis().value + 1}, 10)->empty());
}

TEST_F(LibrariesTest, AVanishedRootMakesTheLibraryMissingAndNothingDeleted) {
  write("a.txt", "alpha");
  start_with_library();
  const FileId a = id_of("a.txt");
  fs::rename(root_, folder_ / "unplugged");
  see();
  EXPECT_EQ((*files_->find_library(library_))->state, files::LibraryState::kMissing);
  EXPECT_FALSE((*files_->find_library(library_))->state_reason.empty());
  EXPECT_EQ(id_of("a.txt"), a);
  // An empty mount point in its place is not an emptied library.
  fs::create_directory(root_);
  see();
  EXPECT_EQ((*files_->find_library(library_))->state, files::LibraryState::kMissing);
  fs::remove(root_);
  fs::rename(folder_ / "unplugged", root_);
  EXPECT_TRUE(poll_until([&] { return (*files_->find_library(library_))->state == files::LibraryState::kReady; }));
  EXPECT_EQ(id_of("a.txt"), a);
}

TEST_F(LibrariesTest, ARenamedRootIsNoticedWithoutBeingAsked) {
  write("a.txt", "alpha");
  start_with_library();
  fs::rename(root_, folder_ / "unplugged");
  EXPECT_TRUE(poll_until([&] { return (*files_->find_library(library_))->state == files::LibraryState::kMissing; }));
  EXPECT_TRUE(find("a.txt"));
  fs::rename(folder_ / "unplugged", root_);
}

TEST_F(LibrariesTest, TheSameRootEmptiedByItsOwnerIsEmpty) {
  write("a.txt", "alpha");
  start_with_library();
  fs::remove(root_ / "a.txt");
  see();
  EXPECT_TRUE(listing().empty());
  EXPECT_EQ((*files_->find_library(library_))->state, files::LibraryState::kReady);
}

TEST_F(LibrariesTest, RefusesRootsThatOverlapAndNamesThatCannotBe) {
  start_with_library();
  fs::create_directories(root_ / "inside");
  fs::create_directories(folder_ / "data/inside");
  fs::create_directories(folder_ / "second");
  EXPECT_EQ(libraries_->add(root_ / "inside", "x").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(libraries_->add(folder_, "x").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(libraries_->add(folder_ / "data/inside", "x").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(libraries_->add(folder_ / "second", "home").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(libraries_->add(folder_ / "second", "a:b").error().field, "name");
  EXPECT_EQ(libraries_->add(folder_ / "nowhere", "x").error().code, ErrorCode::kNotFound);
  write("file", "x");
  EXPECT_EQ(libraries_->add(root_ / "file", "x").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(libraries_->add("relative", "x").error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(libraries_->add(folder_ / "second", "x").has_value());
}

TEST_F(LibrariesTest, LeavesItsOwnDataFolderOut) {
  start();
  write("a.txt", "alpha");
  const auto added = libraries_->add(folder_, "all");
  ASSERT_TRUE(added.has_value());
  see();
  EXPECT_EQ(listing().size(), 1U);
}

TEST_F(LibrariesTest, RemovingALibraryForgetsItAndTouchesNoFile) {
  write("sub/a.txt", "alpha");
  start_with_library();
  const auto content = find("sub/a.txt")->content;
  ASSERT_TRUE(libraries_->remove(library_).has_value());
  EXPECT_TRUE(files_->libraries()->empty());
  EXPECT_FALSE(is_visible(content));
  EXPECT_TRUE(listing().empty());
  EXPECT_TRUE(fs::exists(root_ / "sub/a.txt"));
  EXPECT_EQ(libraries_->remove(library_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(files_->changes_after(0, 10)->back().present, false);
  ASSERT_TRUE(libraries_->add(root_, "home").has_value());
  see();
  EXPECT_TRUE(is_known("sub/a.txt"));
}

TEST_F(LibrariesTest, OpensOnlyWhatTheCatalogDescribes) {
  write("a.txt", "alpha");
  start_with_library();
  const auto a = *find("a.txt");
  auto opened = libraries_->open_content(a.content);
  ASSERT_TRUE(opened.has_value());
  char byte = 0;
  EXPECT_EQ(::pread(opened->descriptor, &byte, 1, 0), 1);
  EXPECT_EQ(::fcntl(opened->descriptor, F_GETFL) & O_ACCMODE, O_RDONLY);
  ::close(opened->descriptor);
  files::File other = a;
  ++other.size_bytes;
  EXPECT_EQ(libraries_->open_file(other).error().code, ErrorCode::kPreconditionFailed);
  EXPECT_EQ(libraries_->open_content(ContentNumber{999}).error().code, ErrorCode::kNotFound);
}

TEST_F(LibrariesTest, AContentWhoseFileOnlyMovedOrWhoseRootIsAwayIsUnavailableNotGone) {
  write("dir/a.txt", "alpha");
  start_with_library();
  const auto a = *find("dir/a.txt");
  // Asked before the follower has seen the rename: the row still names the old place.
  fs::rename(root_ / "dir", root_ / "dir2");
  const auto moved = libraries_->open_content(a.content);
  if (!moved) {
    EXPECT_EQ(moved.error().code, ErrorCode::kUnavailable);
  } else {
    ::close(moved->descriptor);
  }
  see();
  fs::rename(root_, folder_ / "unplugged");
  EXPECT_EQ(libraries_->open_content(a.content).error().code, ErrorCode::kUnavailable);
  fs::rename(folder_ / "unplugged", root_);
  see();
  fs::remove(root_ / "dir2/a.txt");
  see();
  EXPECT_EQ(libraries_->open_content(a.content).error().code, ErrorCode::kNotFound);
}

TEST_F(LibrariesTest, ContentsThatAreUsedAgainAreReported) {
  Guarded<std::vector<ContentNumber>> used;
  files_->on_used([&](const std::vector<ContentNumber>& contents) {
    used.with([&](auto& all) { all.insert(all.end(), contents.begin(), contents.end()); });
  });
  write("a.txt", "alpha");
  start_with_library();
  const auto a = *find("a.txt");
  EXPECT_EQ(used.with([](auto& all) { return all; }), std::vector<ContentNumber>{a.content});
  fs::rename(root_ / "a.txt", folder_ / "aside");
  see();
  fs::rename(folder_ / "aside", root_ / "a.txt");
  see();
  EXPECT_EQ(used.with([](auto& all) { return all; }), (std::vector<ContentNumber>{a.content, a.content}));
  files_->on_used({});
}

TEST_F(LibrariesTest, TheCountsOfALibraryFollowItsFiles) {
  write("a.txt", "alpha");
  write("dir/b.txt", "be");
  start_with_library();
  const auto totals = [&] {
    const auto library = *files_->find_library("home");
    EXPECT_EQ(files_->libraries()->at(0).size_bytes, library->size_bytes);
    return std::pair(library->file_count, library->size_bytes);
  };
  EXPECT_EQ(totals(), std::pair(std::int64_t{2}, std::int64_t{7}));
  write("a.txt", "alphabet");
  see();
  EXPECT_EQ(totals(), std::pair(std::int64_t{2}, std::int64_t{10}));
  fs::rename(root_ / "dir", folder_ / "aside");
  see();
  EXPECT_EQ(totals(), std::pair(std::int64_t{1}, std::int64_t{8}));
  fs::rename(folder_ / "aside", root_ / "dir");
  see();
  restart();
  see();
  EXPECT_EQ(totals(), std::pair(std::int64_t{2}, std::int64_t{10}));
  EXPECT_FALSE(*files_->find_library("elsewhere"));
  EXPECT_FALSE(*files_->find_library(LibraryId{99}));
}

TEST_F(LibrariesTest, AFolderComesBackInThePlaceOfTheVanishedOneThatHeldIt) {
  write("A/B/a.txt", "alpha");
  write("A/c.txt", "gamma");
  start_with_library();
  const FileId a = id_of("A/B/a.txt");
  fs::rename(root_ / "A/B", folder_ / "elsewhere");
  fs::remove_all(root_ / "A");
  see();
  EXPECT_TRUE(listing().empty());
  fs::rename(folder_ / "elsewhere", root_ / "A");
  see();
  EXPECT_EQ(id_of("A/a.txt"), a);
  EXPECT_EQ(listing().size(), 1U);
}

TEST_F(LibrariesTest, AContentThatNoFileHasIsOrphanedByTheNextStart) {
  write("a.txt", "alpha");
  start_with_library();
  // A crash between naming the content and noting it in the catalog.
  const auto lost = store_->ensure_content(crypto::sha256(as_bytes("lost")), "", 4);
  ASSERT_TRUE(lost.has_value());
  restart();
  EXPECT_EQ(store_->contents_in_use().value(), std::vector<ContentNumber>{find("a.txt")->content});
}

TEST_F(LibrariesTest, NothingIsReadWhilePaused) {
  std::atomic<bool> is_paused{true};
  options_.is_paused = [&] { return is_paused.load(); };
  write("a.txt", "alpha");
  start();
  library_ = libraries_->add(root_, "home")->id;
  EXPECT_EQ(libraries_->wait_until_seen(Context::with_timeout(std::chrono::seconds(30))).error().code,
            ErrorCode::kPreconditionFailed);
  EXPECT_TRUE(find("a.txt")) << "it is listed all the same";
  EXPECT_FALSE(is_known("a.txt"));
  is_paused = false;
  see();
  EXPECT_TRUE(is_known("a.txt"));
}

TEST_F(LibrariesTest, LargeFilesAreReadBesideSmallOnes) {
  write("small.txt", "alpha");
  write("large.bin", "");
  fs::resize_file(root_ / "large.bin", files::kSmallFileBytes + 1);
  start_with_library();
  EXPECT_TRUE(is_known("small.txt"));
  EXPECT_TRUE(is_known("large.bin"));
}

TEST_F(LibrariesTest, AnErrorWhileCheckingKeepsWhatIsKnown) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may read everything";
  }
  write("a.txt", "alpha");
  start_with_library();
  const auto a = *find("a.txt");
  fs::permissions(root_ / "a.txt", fs::perms::none);
  ASSERT_TRUE(libraries_->rescan(library_, true).has_value());
  EXPECT_TRUE(poll_until([&] { return !find("a.txt")->problem.empty(); }));
  EXPECT_EQ(find("a.txt")->content, a.content);
  fs::permissions(root_ / "a.txt", fs::perms::owner_read);
  see();
  EXPECT_TRUE(poll_until([&] { return find("a.txt")->problem.empty(); }));
}

TEST_F(LibrariesTest, AProblemOfAFileWithKnownBytesKeepsThem) {
  write("a.txt", "alpha");
  start_with_library();
  const auto a = *find("a.txt");
  ASSERT_TRUE(catalog_
                  ->write([&](sqlite::Transaction& transaction) -> Status {
                    files::Records records(transaction.database());
                    ALCOVE_TRY(const auto row, records.find_file(a.id));
                    ALCOVE_TRY_VOID(records.set_problem(*row, "The disk reports an error in this file"));
                    EXPECT_TRUE(records.applied.empty());
                    return {};
                  })
                  .has_value());
  EXPECT_EQ(find("a.txt")->content, a.content);
  EXPECT_EQ(find("a.txt")->sha256, a.sha256);
  see();
  EXPECT_TRUE(poll_until([&] { return find("a.txt")->problem.empty(); })) << "a walk tries again";
}

TEST_F(LibrariesTest, ARestartKnowsWhatWasKnownAndSeesWhatHappenedMeanwhile) {
  write("a.txt", "alpha");
  write("b.txt", "beta");
  write("dir/c.txt", "gamma");
  start_with_library();
  const FileId a = id_of("a.txt");
  const FileId c = id_of("dir/c.txt");
  const std::size_t reports = report_count();
  stop();
  fs::rename(root_ / "a.txt", root_ / "dir/a2.txt");
  fs::rename(root_ / "dir", root_ / "dir2");
  fs::remove(root_ / "b.txt");
  write("d.txt", "delta");
  open_stores();
  start();
  see();
  EXPECT_EQ(id_of("dir2/a2.txt"), a);
  EXPECT_EQ(id_of("dir2/c.txt"), c);
  EXPECT_FALSE(find("b.txt"));
  EXPECT_EQ(report_count(), reports + 1);
}

TEST_F(LibrariesTest, ANewArtefactStoreIsNumberedWithoutReadingFiles) {
  write("a.txt", "alpha");
  start_with_library();
  stop();
  fs::remove_all(folder_ / "data/artefacts");
  // Reading it would fail the comparison: only what the catalog holds is used.
  open_stores();
  start();
  see();
  EXPECT_TRUE(is_known("a.txt"));
  EXPECT_TRUE(is_visible(find("a.txt")->content));
  EXPECT_EQ(report_count(), 2U);
  const auto content = *store_->find_content(find("a.txt")->content);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->sha256, crypto::sha256(as_bytes("alpha")));
}

TEST_F(LibrariesTest, AVerifyingWalkFindsWhatNoTimeTells) {
  write("a.txt", "12345");
  start_with_library();
  ASSERT_TRUE(catalog_
                  ->write([](sqlite::Transaction& transaction) {
                    return transaction.database().execute("UPDATE files SET sha256 = zeroblob(32)");
                  })
                  .has_value());
  see();
  EXPECT_EQ(*find("a.txt")->sha256, Sha256{});
  ASSERT_TRUE(libraries_->rescan(library_, true).has_value());
  EXPECT_TRUE(poll_until([&] { return *find("a.txt")->sha256 == crypto::sha256(as_bytes("12345")); }));
}

TEST_F(LibrariesTest, PagesThroughAFolder) {
  for (int i = 0; i < 7; ++i) {
    write(fmt::format("f{}.txt", i), "x");
    write(fmt::format("d{}/x.txt", i), "x");
  }
  start_with_library();
  std::vector<std::string> names;
  std::string after;
  do {
    const auto page = files_->list(operator_, library_, "", after, 3);
    ASSERT_TRUE(page.has_value()) << page.error().message;
    EXPECT_LE(page->folders.size() + page->files.size(), 3U);
    names.insert(names.end(), page->folders.begin(), page->folders.end());
    std::ranges::transform(page->files, std::back_inserter(names), &files::File::name);
    after = page->next_after;
  } while (!after.empty());
  EXPECT_EQ(names.size(), 14U);
  EXPECT_EQ(names.front(), "d0");
  EXPECT_EQ(names.back(), "f6.txt");
  EXPECT_EQ(files_->list(operator_, library_, "", "zz", 3).error().field, "after");
  EXPECT_EQ(files_->list(operator_, library_, "nowhere", "", 3).error().code, ErrorCode::kNotFound);
}

TEST_F(LibrariesTest, OnlyTheOwnerAndTheOperatorSeeFiles) {
  write("a.txt", "alpha");
  start_with_library();
  const auth::Principal nobody;
  const auth::Principal owner{.kind = auth::Principal::Kind::kUser, .user = UserId{1}, .name = "o", .is_owner = true};
  const auth::Principal guest{.kind = auth::Principal::Kind::kUser, .user = UserId{2}, .name = "g", .is_owner = false};
  const ContentNumber content = find("a.txt")->content;
  for (const auto& principal : {nobody, guest}) {
    EXPECT_TRUE(files_->visible_contents(principal)->empty());
    EXPECT_TRUE(files_->visible_files(principal)->empty());
    EXPECT_TRUE(files_->files_of(principal, content, 10)->empty());
    EXPECT_TRUE(files_->files_under(principal, library_, "")->empty());
    EXPECT_FALSE(files_->list(principal, library_, "", "", 10).has_value());
  }
  EXPECT_TRUE(files_->visible_contents(owner)->contains(content.value));
}

TEST_F(LibrariesTest, FilesUnderAFolderAreThoseOfItsTree) {
  write("a/b/x.txt", "x");
  write("a/y.txt", "y");
  write("c/z.txt", "z");
  start_with_library();
  EXPECT_EQ(files_->files_under(operator_, library_, "a")->size(), 2U);
  EXPECT_EQ(files_->files_under(operator_, library_, "a/b/")->size(), 1U);
  EXPECT_EQ(files_->files_under(operator_, library_, "")->size(), 3U);
  EXPECT_EQ(files_->files_under(operator_, library_, "nowhere")->size(), 0U);
}

TEST_F(LibrariesTest, AFolderDeeperThanTheLimitIsNamedInTheNote) {
  std::string path = "a.txt";
  for (int i = 0; i < 203; ++i) {
    path = "d/" + path;
  }
  write(path, "deep");
  write("b.txt", "shallow");
  start_with_library();
  EXPECT_EQ(listing().size(), 1U);
  EXPECT_FALSE((*files_->find_library(library_))->state_reason.empty());
}

}  // namespace
}  // namespace alcove::libraries

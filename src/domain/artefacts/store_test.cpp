#include "domain/artefacts/store.hpp"

#include "drivers/sqlite/sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>

namespace alcove::artefacts {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:
  StoreTest()
      : folder_(fs::temp_directory_path() / ("alcove-store-" + std::to_string(::getpid()) + "-" +
                                             testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    open();
  }
  ~StoreTest() override {
    store_.reset();
    if (!HasFailure()) {
      fs::remove_all(folder_);
    }
  }
  void open() {
    store_.reset();
    auto store = Store::open(folder_);
    ASSERT_TRUE(store.has_value()) << store.error().detail;
    store_ = std::move(*store);
  }
  ContentNumber content(std::uint8_t seed) {
    Sha256 hash{};
    hash.fill(seed);
    return store_->ensure_content(hash, "", 10).value().number;
  }
  static Completion done(ContentNumber number, const std::string& stage, Bytes data, std::uint32_t passages = 0) {
    Completion completion;
    completion.content = number;
    completion.stage = stage;
    completion.fingerprint = stage + "/1";
    completion.machine = "here";
    completion.data = std::move(data);
    completion.passage_count = passages;
    return completion;
  }
  fs::path folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, AContentKeepsItsNumberAndAReaderMakesAnother) {
  const Sha256 hash{1, 2, 3};
  const auto plain = store_->ensure_content(hash, "", 5).value();
  EXPECT_EQ(store_->ensure_content(hash, "", 5)->number, plain.number);
  EXPECT_NE(store_->ensure_content(hash, "markdown", 5)->number, plain.number);
  open();
  EXPECT_EQ(store_->ensure_content(hash, "", 5)->number, plain.number);
  EXPECT_EQ(store_->find_content(plain.number)->value().sha256, hash);
}

TEST_F(StoreTest, AnErasedNumberIsNeverUsedAgain) {
  const ContentNumber first = content(1);
  ASSERT_TRUE(store_->erase(first).has_value());
  EXPECT_GT(content(1).value, first.value);
}

TEST_F(StoreTest, AnArtefactComesBackAsItWasStored) {
  const ContentNumber number = content(1);
  const Bytes small{1, 2, 3};
  const Bytes large(200'000, 'x');
  ASSERT_TRUE(store_->complete({done(number, "probe", small), done(number, "text", large)}).has_value());
  open();
  EXPECT_EQ(store_->find(number, "probe")->value().data, small);
  EXPECT_EQ(store_->find(number, "text")->value().data, large);
  EXPECT_LT(store_->size_on_disk_bytes(), 400'000) << "text is stored compressed";
  EXPECT_FALSE(store_->find(number, "facts")->has_value());
}

TEST_F(StoreTest, PartsAreReplacedWithTheirStageAndNeverFormACycle) {
  const ContentNumber zip = content(1);
  const ContentNumber inner = content(2);
  const ContentNumber letter = content(3);
  const auto parts_done = [&](ContentNumber parent, std::vector<ContentNumber> contents) {
    Completion completion = done(parent, "parts", {1});
    for (const ContentNumber each : contents) {
      const auto position = static_cast<std::uint32_t>(completion.parts.size());
      completion.parts.push_back(
          {.parent = parent, .position = position, .content = each, .path = "part " + std::to_string(position)});
    }
    ASSERT_TRUE(store_->complete({completion}).has_value());
  };
  parts_done(zip, {inner, letter});
  parts_done(inner, {letter, letter});
  open();
  EXPECT_EQ(store_->parts_of(zip)->size(), 2U);
  EXPECT_EQ(store_->parts_of(inner)->at(1).path, "part 1");
  EXPECT_EQ(store_->places_of_part(letter, 10)->size(), 3U);
  EXPECT_EQ(store_->nesting_of(zip)->depth, 0U);
  EXPECT_EQ(store_->nesting_of(inner)->depth, 1U);
  EXPECT_EQ(store_->nesting_of(inner)->parts_around, 4);
  EXPECT_EQ(store_->nesting_of(inner)->bytes_around, 40);
  // An archive that holds itself, at once or by way of another.
  parts_done(letter, {letter, zip, content(4)});
  ASSERT_EQ(store_->parts_of(letter)->size(), 1U);
  EXPECT_EQ(store_->parts_of(letter)->front().position, 2U);
  parts_done(zip, {inner});
  EXPECT_EQ(store_->parts_of(zip)->size(), 1U);
  // Whoever held an erased content is looked into again.
  ASSERT_TRUE(store_->erase(inner).has_value());
  EXPECT_TRUE(store_->parts_of(zip)->empty());
  EXPECT_FALSE(store_->find(zip, "parts")->has_value());
  EXPECT_TRUE(store_->parts_of(inner)->empty());
}

TEST_F(StoreTest, LeasedTasksOfAContentComeTogetherBestFirst) {
  const ContentNumber low = content(1);
  const ContentNumber high = content(2);
  ASSERT_TRUE(store_->want(low, {{"probe", "probe/1"}, {"text", "text/1"}}, 1).has_value());
  ASSERT_TRUE(store_->want(high, {{"probe", "probe/1"}, {"text", "text/1"}}, 5).has_value());
  const auto leased = store_->lease({"probe", "text"}, 1).value();
  ASSERT_EQ(leased.size(), 2U);
  EXPECT_EQ(leased.at(0).content, high);
  EXPECT_EQ(leased.at(1).content, high);
  EXPECT_EQ(store_->task_counts()->running, 2);
  EXPECT_EQ(store_->lease({"probe", "text"}, 10)->size(), 2U);
  EXPECT_TRUE(store_->lease({"probe", "text"}, 10)->empty());
}

TEST_F(StoreTest, WhatIsDoneIsNotWantedAgainButAnotherFingerprintIs) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->complete({done(number, "probe", {1})}).has_value());
  ASSERT_TRUE(store_->want(number, {{"probe", "probe/1"}}, 0).has_value());
  EXPECT_EQ(store_->task_counts()->waiting, 0);
  EXPECT_THAT(store_->stale("probe", "probe/2", {}, 10).value(), testing::ElementsAre(number));
  ASSERT_TRUE(store_->want(number, {{"probe", "probe/2"}}, 0).has_value());
  EXPECT_EQ(store_->task_counts()->waiting, 1);
}

TEST_F(StoreTest, RunningTasksWaitAgainAfterAStart) {
  ASSERT_TRUE(store_->want(content(1), {{"probe", "probe/1"}}, 0).has_value());
  ASSERT_EQ(store_->lease({"probe"}, 1)->size(), 1U);
  open();
  ASSERT_TRUE(store_->release_all().has_value());
  EXPECT_EQ(store_->task_counts()->waiting, 1);
}

TEST_F(StoreTest, ABackoffHidesATaskUntilItsTime) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->want(number, {{"text", "text/1"}}, 0).has_value());
  ASSERT_EQ(store_->lease({"text"}, 1)->size(), 1U);
  Completion retry = done(number, "text", {});
  retry.data.reset();
  retry.state = TaskState::kWaiting;
  retry.not_before = UnixMillis{now_unix_millis().value + 3'600'000};
  retry.count_attempt = true;
  ASSERT_TRUE(store_->complete({retry}).has_value());
  EXPECT_TRUE(store_->lease({"text"}, 1)->empty());
  EXPECT_EQ(store_->tasks_of(number)->at(0).attempts, 1);
  ASSERT_TRUE(store_->retry(number).has_value());
  EXPECT_TRUE(store_->lease({"text"}, 1)->empty()) << "only failed and skipped ones are retried by hand";
}

TEST_F(StoreTest, FailuresKeepTheirReasonAndCanBeTriedAgain) {
  const ContentNumber number = content(1);
  Completion failed = done(number, "text", {});
  failed.data.reset();
  failed.state = TaskState::kFailed;
  failed.reason_code = "damaged";
  failed.reason = "The file is damaged";
  failed.values = {"12", "two\nlines"};
  ASSERT_TRUE(store_->complete({failed}).has_value());
  EXPECT_EQ(store_->problems(TaskState::kFailed, 10, 0)->at(0).reason, "The file is damaged");
  EXPECT_THAT(store_->problems(TaskState::kFailed, 10, 0)->at(0).values, testing::ElementsAre("12", "two lines"));
  ASSERT_TRUE(store_->want(number, {{"text", "text/1"}}, 0).has_value());
  EXPECT_EQ(store_->task_counts()->failed, 1) << "a failure is not retried by itself";
  ASSERT_TRUE(store_->retry(std::nullopt).has_value());
  EXPECT_EQ(store_->task_counts()->waiting, 1);
}

TEST_F(StoreTest, PassagesGetARunAndANewOneReplacesIt) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->complete({done(number, "passages", {1}, 3)}).has_value());
  const Artefact first = store_->find(number, "passages")->value();
  EXPECT_EQ(first.passage_count, 3U);
  EXPECT_EQ(store_->find_run(PassageNumber{first.first_passage.value + 2})->value().content, number);
  EXPECT_FALSE(store_->find_run(PassageNumber{first.first_passage.value + 3})->has_value());
  ASSERT_TRUE(store_->complete({done(number, "passages", {2}, 2)}).has_value());
  const Artefact second = store_->find(number, "passages")->value();
  EXPECT_GE(second.first_passage.value, first.first_passage.value + 3) << "numbers are not used twice";
  const auto changes = store_->changes_after(0, 100).value();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes.at(0).kind, Change::Kind::kRemoved);
  EXPECT_EQ(changes.at(0).first_passage, first.first_passage);
  EXPECT_EQ(changes.at(1).kind, Change::Kind::kPut);
  EXPECT_EQ(changes.at(1).sequence, store_->last_sequence());
}

TEST_F(StoreTest, WhatFollowsIsOpenedInTheSameTransaction) {
  const ContentNumber number = content(1);
  Completion passages = done(number, "passages", {1}, 1);
  passages.then_want = {{"text_vectors", "text_vectors/1"}};
  ASSERT_TRUE(store_->complete({passages}).has_value());
  EXPECT_EQ(store_->lease({"text_vectors"}, 5)->size(), 1U);
}

TEST_F(StoreTest, RunsAreCountedEvenAfterErasing) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->complete({done(number, "probe", {1})}).has_value());
  ASSERT_TRUE(store_->erase(number).has_value());
  const auto counts = store_->stage_counts().value();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts.at(0).runs, 1);
  EXPECT_EQ(counts.at(0).done, 0);
}

TEST_F(StoreTest, AResultForAnErasedContentIsDropped) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->erase(number).has_value());
  ASSERT_TRUE(store_->complete({done(number, "probe", {1})}).has_value());
  EXPECT_FALSE(store_->find(number, "probe")->has_value());
}

TEST_F(StoreTest, AFollowerIsWokenByACommit) {
  const ContentNumber number = content(1);
  const std::int64_t before = store_->last_sequence();
  std::jthread writer([&] { (void)store_->complete({done(number, "probe", {1})}); });
  EXPECT_GT(store_->wait_for_change(before, std::chrono::seconds(10)), before);
}

TEST_F(StoreTest, ADamagedStoreIsPutAsideAndBegunAnew) {
  const std::string id = store_->store_id();
  store_.reset();
  fs::remove(folder_ / "artefacts" / "artefacts.db-wal");
  fs::remove(folder_ / "artefacts" / "artefacts.db-shm");
  fs::resize_file(folder_ / "artefacts" / "artefacts.db", 3'000);
  open();
  EXPECT_NE(store_->store_id(), id);
  EXPECT_FALSE(store_->notice().empty());
}

TEST_F(StoreTest, DamageInsideIsFoundInTheBackgroundAndTheNextStartPutsTheStoreAside) {
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(store_->complete({done(content(1), "stage " + std::to_string(i), Bytes(400))}).has_value());
  }
  open();
  EXPECT_TRUE(store_->verify_structure({}).has_value());
  const std::string id = store_->store_id();
  store_.reset();
  const fs::path path = folder_ / "artefacts" / "artefacts.db";
  {
    auto database = sqlite::Database::open(path, {.checkpoints = true});
    ASSERT_TRUE(database.has_value());
    const auto page = database->query_int64("SELECT max(pageno) FROM dbstat WHERE name = 'artefacts'");
    ASSERT_TRUE(page.has_value()) << page.error().detail;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((**page - 1) * 4'096);
    file.write("damaged!", 8);
  }
  open();
  EXPECT_EQ(store_->store_id(), id) << "a start reads the small tables only";
  EXPECT_EQ(store_->verify_structure({}).error().code, ErrorCode::kCorrupt);
  EXPECT_NE(store_->notice().message.find("damaged"), std::string::npos);
  open();
  EXPECT_NE(store_->store_id(), id);
  EXPECT_NE(store_->notice().message.find("damaged"), std::string::npos);
  open();
  EXPECT_TRUE(store_->notice().empty()) << "once is enough";
}

TEST_F(StoreTest, AStoreOfAnotherVersionIsPutAsideAndBegunAnew) {
  const std::string id = store_->store_id();
  store_.reset();
  {
    auto database = sqlite::Database::open(folder_ / "artefacts" / "artefacts.db", {.checkpoints = true});
    ASSERT_TRUE(database.has_value());
    ASSERT_TRUE(database->execute("PRAGMA user_version = 99").has_value());
  }
  open();
  EXPECT_NE(store_->store_id(), id);
  EXPECT_NE(store_->notice().message.find("another version"), std::string::npos);
}

TEST_F(StoreTest, AVanishedStoreIsNoticed) {
  EXPECT_TRUE(store_->notice().empty()) << "a first start is no loss";
  store_.reset();
  for (const char* part : {"", "-wal", "-shm"}) {
    fs::remove(folder_ / "artefacts" / (std::string("artefacts.db") + part));
  }
  open();
  EXPECT_NE(store_->notice().message.find("missing"), std::string::npos);
}

TEST_F(StoreTest, TheSequenceGoesOnAfterAStart) {
  ASSERT_TRUE(store_->complete({done(content(1), "probe", {1}), done(content(1), "text", {1})}).has_value());
  const std::int64_t last = store_->last_sequence();
  EXPECT_GT(last, 0);
  open();
  EXPECT_EQ(store_->last_sequence(), last);
  ASSERT_TRUE(store_->complete({done(content(1), "facts", {1})}).has_value());
  EXPECT_GT(store_->last_sequence(), last);
}

TEST_F(StoreTest, AFlippedByteIsNeverGivenOutAndTheResultIsMadeAgain) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->complete({done(number, "probe", {1, 2, 3}), done(number, "facts", {4})}).has_value());
  store_.reset();
  {
    auto database = sqlite::Database::open(folder_ / "artefacts" / "artefacts.db", {.checkpoints = true});
    ASSERT_TRUE(database->execute("UPDATE artefacts SET data = x'010204' WHERE stage = 'probe'").has_value());
  }
  open();
  EXPECT_TRUE(store_->check(false)->empty());
  EXPECT_EQ(store_->check(true)->size(), 1U);
  EXPECT_EQ(store_->find(number, "probe").error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(store_->find(number, "probe")->has_value()) << "it went with being met";
  EXPECT_TRUE(store_->find(number, "facts")->has_value());
  EXPECT_TRUE(store_->notice().empty()) << "the database itself is sound";
  EXPECT_EQ(store_->changes_after(0, 10)->back().kind, Change::Kind::kRemoved);
  const auto tasks = store_->tasks_of(number);
  ASSERT_EQ(tasks->size(), 1U);
  EXPECT_EQ(tasks->front().stage, "probe");
  EXPECT_EQ(tasks->front().state, TaskState::kWaiting);
}

TEST_F(StoreTest, AnExpiredContentGoesWithWhatItContainsAndAUsedOneStays) {
  const ContentNumber box = content(1);
  const ContentNumber inside = content(2);
  const ContentNumber used = content(3);
  Completion parts = done(box, "parts", {1});
  parts.parts = {{.parent = box, .position = 0, .content = inside, .path = "a"},
                 {.parent = box, .position = 1, .content = used, .path = "b"}};
  ASSERT_TRUE(store_->complete({parts}).has_value());
  ASSERT_TRUE(store_->set_orphaned({box, inside}, true).has_value());
  EXPECT_TRUE(store_->orphaned_before(UnixMillis{1}, 10)->empty());
  ASSERT_TRUE(store_->expire_orphans({box}).has_value());
  EXPECT_THAT(store_->orphaned_before(UnixMillis{1}, 10).value(), testing::UnorderedElementsAre(box, inside));
}

TEST_F(StoreTest, AClockThatJumpsMakesNothingOlderAndLetsNothingWait) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->set_orphaned({number}, true).has_value());
  Completion later;
  later.content = content(2);
  later.stage = "probe";
  later.state = TaskState::kWaiting;
  later.not_before = UnixMillis{now_unix_millis().value + 300'000};
  ASSERT_TRUE(store_->complete({later}).has_value());
  EXPECT_TRUE(store_->lease({"probe"}, 1)->empty());
  const std::chrono::hours year(24 * 365);
  ASSERT_TRUE(store_->clock_moved(year).has_value());
  const UnixMillis tomorrow{now_unix_millis().value + std::chrono::milliseconds(std::chrono::hours(24)).count()};
  EXPECT_TRUE(store_->orphaned_before(tomorrow, 10)->empty()) << "orphaned since a moment by the new clock";
  EXPECT_EQ(store_->lease({"probe"}, 1)->size(), 1U);
  ASSERT_TRUE(store_->clock_moved(-year).has_value());
  EXPECT_EQ(store_->orphaned_before(tomorrow, 10)->size(), 1U);
}

TEST_F(StoreTest, AResultWithARowPerPassageBelongsToItsRun) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->complete({done(number, "passages", {1}, 3)}).has_value());
  const PassageNumber first = store_->find(number, "passages")->value().first_passage;
  Completion vectors = done(number, "text_vectors", {7});
  vectors.of_run = first;
  ASSERT_TRUE(store_->complete({vectors}).has_value());
  EXPECT_TRUE(store_->find(number, "text_vectors")->has_value());
  const Change put = store_->changes_after(0, 10)->back();
  EXPECT_EQ(put.stage, "text_vectors");
  EXPECT_EQ(put.first_passage, first);
  EXPECT_EQ(put.passage_count, 3U);

  ASSERT_TRUE(store_->complete({done(number, "passages", {2}, 3)}).has_value());
  EXPECT_FALSE(store_->find(number, "text_vectors")->has_value()) << "its rows are of other passages";
  ASSERT_TRUE(store_->complete({vectors}).has_value());
  EXPECT_FALSE(store_->find(number, "text_vectors")->has_value()) << "it was still being made of the old run";
  EXPECT_EQ(store_->tasks_of(number)->at(0).state, TaskState::kWaiting) << "and is made again";
}

TEST_F(StoreTest, WhatIsMissingIsFoundInSteps) {
  const ContentNumber bare = content(1);
  const ContentNumber waiting = content(2);
  const ContentNumber finished = content(3);
  const ContentNumber orphan = content(4);
  const ContentNumber other = content(5);
  ASSERT_TRUE(store_->want(waiting, {{"probe", "probe/1"}}, 0).has_value());
  ASSERT_TRUE(store_->complete({done(finished, "probe", {1}), done(other, "passages", {1}, 2)}).has_value());
  ASSERT_TRUE(store_->set_orphaned({orphan}, true).has_value());
  EXPECT_THAT(store_->missing("probe", Store::Among::kAll, {}, 1).value(), testing::ElementsAre(bare));
  EXPECT_THAT(store_->missing("probe", Store::Among::kAll, bare, 10).value(), testing::ElementsAre(other));
  EXPECT_THAT(store_->missing("text_vectors", Store::Among::kWithPassages, {}, 10).value(),
              testing::ElementsAre(other));
}

TEST_F(StoreTest, OpenTasksAreThoseThatRunOrMayBeLeased) {
  const ContentNumber number = content(1);
  const UnixMillis now = now_unix_millis();
  EXPECT_FALSE(store_->has_open_tasks({"text"}, now).value());
  ASSERT_TRUE(store_->want(number, {{"text", "text/1"}}, 0).has_value());
  EXPECT_TRUE(store_->has_open_tasks({"text"}, now).value());
  EXPECT_FALSE(store_->has_open_tasks({"probe"}, now).value());
  ASSERT_EQ(store_->lease({"text"}, 1)->size(), 1U);
  EXPECT_TRUE(store_->has_open_tasks({"text"}, now).value());
  Completion later = done(number, "text", {});
  later.data.reset();
  later.state = TaskState::kWaiting;
  later.not_before = UnixMillis{now.value + 3'600'000};
  ASSERT_TRUE(store_->complete({later}).has_value());
  EXPECT_FALSE(store_->has_open_tasks({"text"}, now).value());
  EXPECT_TRUE(store_->has_open_tasks({"text"}, later.not_before).value());
}

TEST_F(StoreTest, ErasingIsTheLastChangeOfAContentAndNamesItsRun) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->complete({done(number, "probe", {1}), done(number, "passages", {1}, 4)}).has_value());
  const PassageNumber first = store_->find(number, "passages")->value().first_passage;
  ASSERT_TRUE(store_->erase(number).has_value());
  const auto changes = store_->changes_after(0, 10).value();
  ASSERT_EQ(changes.size(), 2U) << "puts of what is gone need not be replayed";
  EXPECT_EQ(changes.at(0).first_passage, first);
  EXPECT_EQ(changes.at(0).passage_count, 4U);
  EXPECT_EQ(changes.at(1).kind, Change::Kind::kRemoved);
  EXPECT_EQ(changes.at(1).stage, "");
}

TEST_F(StoreTest, OrphansAreListedOnceTheirTimeIsUp) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->set_orphaned({number}, true).has_value());
  const UnixMillis later{now_unix_millis().value + 1'000};
  EXPECT_TRUE(store_->orphaned_before(UnixMillis{1}, 10)->empty());
  EXPECT_THAT(store_->orphaned_before(later, 10).value(), testing::ElementsAre(number));
  ASSERT_TRUE(store_->set_orphaned({number}, false).has_value());
  EXPECT_TRUE(store_->orphaned_before(later, 10)->empty());
}

TEST_F(StoreTest, AnOrphanThatIsUsedAgainIsNotErased) {
  const ContentNumber number = content(1);
  const UnixMillis later{now_unix_millis().value + 1'000};
  ASSERT_TRUE(store_->set_orphaned({number}, true).has_value());
  EXPECT_TRUE(store_->contents_in_use()->empty());
  EXPECT_EQ(content(1), number) << "naming it again uses it";
  EXPECT_THAT(store_->contents_in_use().value(), testing::ElementsAre(number));
  EXPECT_FALSE(store_->erase_orphaned(number, later).value());
  EXPECT_TRUE(store_->find_content(number)->has_value());
  ASSERT_TRUE(store_->set_orphaned({number}, true).has_value());
  EXPECT_TRUE(store_->erase_orphaned(number, later).value());
  EXPECT_FALSE(store_->find_content(number)->has_value());
}

TEST_F(StoreTest, WhatCouldNotBeOpenedWaitsLongerAndIsHurriedWhenItIsBack) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->want(number, {{"text", "text/1"}}, 3).has_value());
  const auto miss = [&] {
    Completion missed = done(number, "text", {});
    missed.data.reset();
    missed.state = TaskState::kWaiting;
    missed.count_miss = true;
    missed.not_before = UnixMillis{now_unix_millis().value + 60'000};
    ASSERT_TRUE(store_->complete({missed}).has_value());
  };
  miss();
  miss();
  EXPECT_EQ(store_->tasks_of(number)->at(0).misses, 2);
  EXPECT_EQ(store_->tasks_of(number)->at(0).attempts, 0);
  EXPECT_TRUE(store_->lease({"text"}, 1)->empty());
  ASSERT_TRUE(store_->want(number, {{"text", "text/1"}}, 5).has_value());
  EXPECT_EQ(store_->tasks_of(number)->at(0).priority, 5);
  EXPECT_EQ(store_->lease({"text"}, 1)->size(), 1U);
  miss();
  ASSERT_TRUE(store_->hurry_missed().has_value());
  EXPECT_EQ(store_->lease({"text"}, 1)->size(), 1U);
}

TEST_F(StoreTest, ATaskGoesWithItsContentOnlyWhileThatIsOrphaned) {
  const ContentNumber number = content(1);
  ASSERT_TRUE(store_->want(number, {{"text", "text/1"}}, 0).has_value());
  Completion gone = done(number, "text", {});
  gone.data.reset();
  gone.only_if_orphaned = true;
  ASSERT_TRUE(store_->complete({gone}).has_value());
  EXPECT_EQ(store_->task_counts()->waiting, 1);
  ASSERT_TRUE(store_->set_orphaned({number}, true).has_value());
  ASSERT_TRUE(store_->complete({gone}).has_value());
  EXPECT_EQ(store_->task_counts()->waiting, 0);
}

TEST_F(StoreTest, SettingsSurvive) {
  ASSERT_TRUE(store_->set_setting("paused", "1").has_value());
  open();
  EXPECT_EQ(store_->load_setting("paused")->value(), "1");
  EXPECT_FALSE(store_->load_setting("other")->has_value());
}

/// A random sequence of operations against a simple reference, with the store closed and opened in between.
TEST_F(StoreTest, AgreesWithASimpleReference) {
  constexpr unsigned kSeed = 20261124;
  std::mt19937 random(kSeed);
  std::map<std::pair<std::uint32_t, std::string>, std::uint8_t> artefacts;
  std::set<std::pair<std::uint32_t, std::string>> waiting;
  std::map<std::uint8_t, std::uint32_t> numbers;
  const std::vector<std::string> stages{"probe", "text", "passages"};
  // What an index would know: it replays changes now and then, from where it stood.
  std::int64_t applied = 0;
  std::map<std::uint32_t, std::uint32_t> followed;  // content → first passage
  const auto follow = [&] {
    for (const Change& change : store_->changes_after(applied, 10'000).value()) {
      ASSERT_GT(change.sequence, applied);
      applied = change.sequence;
      if (change.stage == "passages" && change.kind == Change::Kind::kPut) {
        followed[change.content.value] = change.first_passage.value;
      } else if (change.kind == Change::Kind::kRemoved) {
        const auto known = followed.find(change.content.value);
        if (known != followed.end() && (change.stage.empty() || known->second == change.first_passage.value)) {
          followed.erase(known);
        }
      }
    }
    ASSERT_EQ(applied, store_->last_sequence());
  };
  for (int step = 0; step < 1'500; ++step) {
    const auto seed = static_cast<std::uint8_t>(random() % 12);
    const ContentNumber number = content(seed);
    numbers[seed] = number.value;
    const std::string stage = stages.at(random() % stages.size());
    const auto key = std::pair(number.value, stage);
    switch (random() % 5) {
      case 0:
        ASSERT_TRUE(store_->want(number, {{stage, stage + "/1"}}, static_cast<int>(random() % 3)).has_value());
        if (!artefacts.contains(key)) {
          waiting.insert(key);
        }
        break;
      case 1: {
        const auto value = static_cast<std::uint8_t>(random());
        ASSERT_TRUE(
            store_->complete({done(number, stage, {value}, stage == "passages" ? 1 + random() % 4 : 0)}).has_value());
        artefacts[key] = value;
        waiting.erase(key);
        break;
      }
      case 2: {
        const auto leased = store_->lease(stages, 1 + random() % 3).value();
        ASSERT_TRUE(store_->release(leased).has_value());
        break;
      }
      case 3:
        if (random() % 4 == 0) {
          ASSERT_TRUE(store_->erase(number).has_value());
          std::erase_if(artefacts, [&](const auto& entry) { return entry.first.first == number.value; });
          std::erase_if(waiting, [&](const auto& entry) { return entry.first == number.value; });
        }
        break;
      default:
        if (random() % 40 == 0) {
          open();
        }
        if (random() % 10 == 0) {
          ASSERT_NO_FATAL_FAILURE(follow());
        }
        break;
    }
    ASSERT_EQ(store_->task_counts()->waiting, static_cast<std::int64_t>(waiting.size()))
        << "seed " << kSeed << " step " << step;
  }
  for (const auto& [key, value] : artefacts) {
    ASSERT_EQ(store_->find(ContentNumber{key.first}, key.second)->value().data, Bytes{value});
  }
  ASSERT_NO_FATAL_FAILURE(follow());
  std::map<std::uint32_t, std::uint32_t> runs;
  for (const auto& run : store_->all_runs().value()) {
    runs[run.content.value] = run.first.value;
  }
  EXPECT_EQ(followed, runs);
  std::set<std::uint32_t> taken;
  for (const auto& run : store_->all_runs().value()) {
    for (std::uint32_t i = 0; i < run.count; ++i) {
      EXPECT_TRUE(taken.insert(run.first.value + i).second) << "two contents share a passage number";
    }
  }
}

TEST_F(StoreTest, ACheckEndsWhenItsCallerIsGone) {
  std::stop_source gone;
  gone.request_stop();
  Context context;
  context.stop = gone.get_token();
  EXPECT_EQ(store_->check(true, context).error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(store_->check(true).has_value()) << "the connection is of use again";
}

}  // namespace
}  // namespace alcove::artefacts

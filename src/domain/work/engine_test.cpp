#include "domain/work/engine_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/polling.hpp"
#include "base/sync.hpp"
#include "domain/work/model_feeder.hpp"
#include "domain/work/stages.hpp"
#include "drivers/crypto/hash.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/sealed_memory.hpp"
#include "drivers/sqlite/sqlite.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::work {
namespace {

using artefacts::TaskState;

TEST_F(EngineTest, AContentGetsEveryStageOnce) {
  start();
  const ContentNumber content = add("words 3");
  settle();
  EXPECT_EQ(done(content), all_);
  EXPECT_TRUE(rows(content).empty());
  for (const auto& [stage, count] : runs()) {
    EXPECT_EQ(count, 1) << stage;
  }
  start();
  settle();
  EXPECT_EQ(runs().at("text"), 1) << "a start repeats nothing";
}

TEST_F(EngineTest, VectorsStandInTheOrderOfTheirPassagesAlsoInALongDocument) {
  start();
  const ContentNumber book = add("words 1300");
  const ContentNumber note = add("words 1");
  settle();
  const auto vectors = wire::decode<wire::VectorsArtefact>(store_->find(book, "text_vectors")->value().data).value();
  ASSERT_EQ(vectors.scales.size(), 1300U);
  for (std::size_t i = 0; i < 1300; ++i) {
    ASSERT_EQ(vectors.values.at(2 * i), static_cast<std::int8_t>(i % 100));
    ASSERT_EQ(vectors.values.at(2 * i + 1), static_cast<std::int8_t>(i / 100));
  }
  EXPECT_EQ(done(note), all_);
}

TEST_F(EngineTest, ManySmallContentsOnTwoWorkersAreAllDone) {
  start("model-1", 2);
  std::vector<ContentNumber> contents;
  for (int i = 0; i < 150; ++i) {
    contents.push_back(add("words " + std::to_string(1 + i % 4) + "\n" + std::to_string(i)));
  }
  settle();
  for (const ContentNumber content : contents) {
    ASSERT_EQ(done(content), all_);
  }
  EXPECT_EQ(runs().at("text_vectors"), 150);
}

TEST_F(EngineTest, AContentWithoutPassagesNeedsNoVectors) {
  start();
  const ContentNumber content = add("words 0");
  settle();
  EXPECT_FALSE(done(content).contains("text_vectors"));
  EXPECT_TRUE(rows(content).empty());
  start();
  settle();
  EXPECT_TRUE(rows(content).empty());
}

TEST_F(EngineTest, AStageThatCrashesTwiceFailsAndTheOthersAreDone) {
  start();
  const ContentNumber content = add("crash language");
  const ContentNumber other = add("words 1");
  settle();
  auto expected = all_;
  expected.erase("language");
  EXPECT_EQ(done(content), expected);
  const auto row = rows(content).at("language");
  EXPECT_EQ(row.state, TaskState::kFailed);
  EXPECT_NE(row.reason.find("signal"), std::string::npos) << row.reason;
  EXPECT_EQ(runs().at("language"), 3) << "two that crashed and the other content's";
  EXPECT_EQ(done(other), all_);
}

TEST_F(EngineTest, PartsBecomeContentsWithTasksOfTheirOwn) {
  start();
  const ContentNumber zip = add("part a.txt words 2\npart b.md crash facts\npart inner.zip part deep.txt words 1|x");
  settle();
  EXPECT_EQ(done(zip), all_);
  const auto parts = store_->parts_of(zip).value();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[1].path, "b.md");
  EXPECT_EQ(store_->find_content(parts[1].content)->value().reader, "markdown");
  EXPECT_EQ(done(parts[0].content), all_);
  auto expected = all_;
  expected.erase("facts");
  EXPECT_EQ(done(parts[1].content), expected) << "a part's failure is its own";
  EXPECT_EQ(rows(parts[1].content).at("facts").state, TaskState::kFailed);
  const auto inner = store_->parts_of(parts[2].content).value();
  ASSERT_EQ(inner.size(), 1U);
  EXPECT_EQ(done(inner[0].content), all_);
  EXPECT_EQ(store_->nesting_of(inner[0].content)->depth, 2U);
  EXPECT_EQ(runs().at("text"), 5);
}

TEST_F(EngineTest, APartIsTakenOutOfItsContainerAgain) {
  start();
  const ContentNumber zip = add("part a.txt words 1\npart inner.zip part deep.txt words 3|part deeper.txt words 2");
  settle();
  const auto inner = store_->parts_of(store_->parts_of(zip)->at(1).content).value();
  ASSERT_EQ(inner.size(), 2U);
  // A fresh engine has nothing in its spool; the artefact is lost.
  ASSERT_TRUE(store_->drop(inner[0].content, "facts").has_value());
  start();
  settle();
  EXPECT_EQ(done(inner[0].content), all_);
  EXPECT_EQ(runs().at("facts"), 6);
  const auto opened = engine_->open_content(inner[0].content, Context::with_timeout(std::chrono::seconds(30)));
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  const os::UniqueFd file(*opened);
  EXPECT_EQ(as_text(os::read_file(file.value(), 100).value()), "words 3");
  EXPECT_EQ(engine_->open_content(ContentNumber{4711}, Context::with_timeout(std::chrono::seconds(5))).error().code,
            ErrorCode::kNotFound);
}

TEST_F(EngineTest, ContainersInsideContainersEndAtALimit) {
  start();
  std::string content = "words 1";
  for (int level = 0; level < 11; ++level) {
    content = "part level.zip " + content;
  }
  const ContentNumber outermost = add(content);
  settle();
  ContentNumber at = outermost;
  unsigned depth = 0;
  for (auto parts = store_->parts_of(at).value(); !parts.empty(); parts = store_->parts_of(at).value()) {
    at = parts.front().content;
    ++depth;
  }
  EXPECT_EQ(depth, 8U);
  EXPECT_EQ(rows(at).at("parts").state, TaskState::kSkipped);
  EXPECT_EQ(rows(at).at("parts").reason_code, "nesting_limit");
}

TEST_F(EngineTest, AWorkerThatLiesAboutAMemberCostsTheStage) {
  start();
  const ContentNumber zip = add("steal parts\npart a.txt words 2");
  settle();
  EXPECT_EQ(rows(zip).at("parts").state, TaskState::kFailed);
  EXPECT_TRUE(store_->parts_of(zip)->empty());
  EXPECT_TRUE(done(zip).contains("text_vectors"));
}

TEST_F(EngineTest, ACrashAmongPartsTellsWhatWasNamedOnTheWay) {
  start();
  const ContentNumber zip = add("crash parts\npart a.txt words 2");
  settle();
  EXPECT_EQ(rows(zip).at("parts").state, TaskState::kFailed);
  EXPECT_EQ(told_.with([&](auto& told) { return told[zip.value]; }), 1U) << "so that it is marked as orphaned";
}

TEST_F(EngineTest, ACrashThatDoesNotComeBackCostsOneRepetition) {
  start();
  const ContentNumber content = add("crash-once facts " + (folder_ / "flag").string());
  settle();
  EXPECT_EQ(done(content), all_);
  EXPECT_EQ(runs().at("facts"), 2);
  EXPECT_EQ(runs().at("text"), 1) << "what was finished before the crash is kept";
}

TEST_F(EngineTest, WhatRestsOnAStageThatFailedFailsWithItsReason) {
  start();
  const ContentNumber content = add("crash text");
  settle();
  EXPECT_EQ(done(content), (std::set<std::string>{"probe", "parts", "thumbnail"}));
  const auto left = rows(content);
  EXPECT_EQ(left.size(), 4U);
  for (const auto& [stage, task] : left) {
    EXPECT_EQ(task.state, TaskState::kFailed) << stage;
    EXPECT_EQ(task.reason, left.at("text").reason) << stage;
  }
  EXPECT_EQ(runs().at("text"), 2);
}

TEST_F(EngineTest, AHangingWorkerIsEndedAndTheStageFails) {
  start();
  const ContentNumber content = add("hang thumbnail");
  settle();
  const auto row = rows(content).at("thumbnail");
  EXPECT_EQ(row.state, TaskState::kFailed);
  EXPECT_NE(row.reason.find("in time"), std::string::npos) << row.reason;
  EXPECT_TRUE(done(content).contains("text_vectors"));
}

TEST_F(EngineTest, AWorkerThatAnswersWhatWasNotAskedIsReplaced) {
  start();
  const ContentNumber content = add("lie probe");
  settle();
  EXPECT_EQ(rows(content).at("probe").state, TaskState::kFailed);
  const ContentNumber after = add("words 1");
  settle();
  EXPECT_EQ(done(after), all_);
}

TEST_F(EngineTest, AnAnswerBeyondItsLimitsIsRefused) {
  start();
  const ContentNumber many = add("words 50001");
  const ContentNumber babble = add("babble facts");
  settle();
  EXPECT_EQ(rows(many).at("passages").state, TaskState::kFailed);
  EXPECT_EQ(rows(many).at("passages").reason_code, "damaged");
  EXPECT_FALSE(done(many).contains("text_vectors"));
  EXPECT_EQ(rows(babble).at("facts").state, TaskState::kFailed);
  EXPECT_LE(rows(babble).at("facts").reason.size(), 500U);
  EXPECT_LE(rows(babble).at("facts").reason_code.size(), 64U);
}

TEST_F(EngineTest, OutcomesAreKeptWithTheirReasonsAndABackoffIsNotWaitedFor) {
  start();
  const ContentNumber content = add("fail facts\nskip thumbnail\nretry language");
  settle();
  const auto left = rows(content);
  EXPECT_EQ(left.at("facts").state, TaskState::kFailed);
  EXPECT_EQ(left.at("thumbnail").state, TaskState::kSkipped);
  EXPECT_EQ(left.at("thumbnail").reason, "As the content says");
  EXPECT_EQ(left.at("language").state, TaskState::kWaiting);
  EXPECT_EQ(left.at("language").attempts, 1);
  EXPECT_GT(left.at("language").not_before.value, now_unix_millis().value);
  EXPECT_TRUE(done(content).contains("text_vectors"));
}

TEST_F(EngineTest, APassageThatEndsTheModelWorkerFailsAloneAndTheOthersGetVectors) {
  start();
  std::vector<ContentNumber> good;
  good.push_back(add("words 2"));
  const ContentNumber bad = add("poison it");
  for (int i = 0; i < 8; ++i) {
    good.push_back(add("words 2\n" + std::to_string(i)));
  }
  settle();
  EXPECT_EQ(rows(bad).at("text_vectors").state, TaskState::kFailed);
  for (const ContentNumber content : good) {
    EXPECT_EQ(done(content), all_);
  }
}

TEST_F(EngineTest, WithoutAModelTheRestIsDoneAndVectorsWait) {
  start("none");
  const ContentNumber content = add("words 2");
  settle();
  EXPECT_FALSE(done(content).contains("text_vectors"));
  EXPECT_EQ(rows(content).at("text_vectors").state, TaskState::kWaiting);
  EXPECT_EQ(engine_->progress().model_note, "The model is not installed");
  const auto vector = engine_->embed_query("hello", 0, Context::with_timeout(std::chrono::seconds(5)));
  ASSERT_FALSE(vector.has_value());
  EXPECT_EQ(vector.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(vector.error().message, "The model is not installed");
}

TEST_F(EngineTest, AQueryGetsItsVectorAndAnErrorItsReason) {
  start();
  settle();
  const auto vector = engine_->embed_query("question 42", 0, Context::with_timeout(std::chrono::seconds(10)));
  ASSERT_TRUE(vector.has_value()) << vector.error().message;
  EXPECT_THAT(vector->values, testing::ElementsAre(42.0F, 0.0F));
  EXPECT_EQ(vector->model_fingerprint, "model-1");
  EXPECT_FALSE(engine_->embed_query("error", 0, Context::with_timeout(std::chrono::seconds(10))).has_value());
}

TEST_F(EngineTest, AQueryOnAModelWorkerThatEndsIsUnavailableAndTheNextOneIsServed) {
  start();
  settle();
  const auto lost = engine_->embed_query("poison", 0, Context::with_timeout(std::chrono::seconds(30)));
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, ErrorCode::kUnavailable);
  settle();
  EXPECT_TRUE(engine_->embed_query("again 1", 0, Context::with_timeout(std::chrono::seconds(30))).has_value());
}

TEST_F(EngineTest, AnotherModelMakesItsOwnVectorsAndOldOnesServeUntilThen) {
  start();
  const ContentNumber content = add("words 2");
  settle();
  start("none");
  settle();
  EXPECT_TRUE(done(content).contains("text_vectors"));
  start("model-2");
  settle();
  EXPECT_NE(store_->find(content, "text_vectors")->value().fingerprint.find("@model-2"), std::string::npos);
  EXPECT_EQ(runs().at("text_vectors"), 2);
  EXPECT_EQ(runs().at("passages"), 1);
}

TEST_F(EngineTest, WorkThatWasNeverAskedForIsFoundAtTheNextStart) {
  const ContentNumber content = make_content("words 1").number;
  start();
  settle();
  EXPECT_EQ(done(content), all_);
}

TEST_F(EngineTest, ResultsOfAnOlderVersionAreRemade) {
  start();
  const ContentNumber content = add("words 2");
  settle();
  artefacts::Completion old;
  old.content = content;
  old.stage = "facts";
  old.fingerprint = "facts/0";
  old.data = Bytes{9};
  ASSERT_TRUE(store_->complete({old}).has_value());
  start();
  settle();
  EXPECT_EQ(store_->find(content, "facts")->value().fingerprint, fingerprint_of(*find_stage("facts"), {}));
  EXPECT_EQ(runs().at("text"), 1);
}

TEST_F(EngineTest, ADamagedTextIsMadeAgainForWhatRestsOnIt) {
  start();
  const ContentNumber content = add("words 2");
  settle();
  engine_.reset();
  store_.reset();
  {
    auto database = sqlite::Database::open(folder_ / "artefacts" / "artefacts.db", {.checkpoints = true});
    ASSERT_TRUE(database
                    ->execute("UPDATE artefacts SET data = x'00' WHERE stage = 'text';"
                              "DELETE FROM artefacts WHERE stage = 'language'")
                    .has_value());
  }
  store_ = artefacts::Store::open(folder_).value();
  start();
  settle();
  EXPECT_EQ(done(content), all_);
  EXPECT_TRUE(store_->find(content, "text")->has_value());
  EXPECT_EQ(runs().at("text"), 2);
  EXPECT_EQ(runs().at("language"), 2);
  EXPECT_EQ(runs().at("passages"), 1);
}

TEST_F(EngineTest, DamagedPassagesAreMadeAgainAndTheirVectorsWithThem) {
  start("none");
  const ContentNumber content = add("words 2");
  settle();
  engine_.reset();
  store_.reset();
  {
    auto database = sqlite::Database::open(folder_ / "artefacts" / "artefacts.db", {.checkpoints = true});
    ASSERT_TRUE(database->execute("UPDATE artefacts SET data = x'00' WHERE stage = 'passages'").has_value());
  }
  store_ = artefacts::Store::open(folder_).value();
  start();
  settle();
  EXPECT_EQ(done(content), all_);
  EXPECT_EQ(runs().at("passages"), 2);
}

TEST_F(EngineTest, AVanishedFileLeavesNoTaskAndAChangingOneWaits) {
  start();
  const ContentNumber gone = make_content("gone").number;
  ASSERT_TRUE(store_->set_orphaned({gone}, true).has_value());
  ASSERT_TRUE(store_->want(gone, {{"text", fingerprint_of(*find_stage("text"), {})}}, 0).has_value());
  const ContentNumber changing = add("changing");
  settle();
  EXPECT_TRUE(rows(gone).empty());
  EXPECT_TRUE(done(gone).empty());
  EXPECT_EQ(rows(changing).at("text").state, TaskState::kWaiting);
  EXPECT_EQ(runs()["text"], 0) << "nothing was run";
}

TEST_F(EngineTest, AContentThatIsUsedButNotFoundKeepsItsTasks) {
  start();
  const ContentNumber moving = add("gone");
  settle();
  EXPECT_EQ(rows(moving).at("text").state, TaskState::kWaiting) << "its file is only on its way to another name";
  EXPECT_GT(rows(moving).at("text").misses, 0);
  contents_.with([&](auto& all) { all[moving.value] = "words 1"; });
  settle();
  EXPECT_EQ(done(moving), all_) << "waiting until idle tries what could not be opened";
}

TEST_F(EngineTest, AContentThatIsUsedAgainIsWorkedOnAtOnce) {
  start();
  const ContentNumber away = add("changing");
  const auto missed_often = [&] { return rows(away)["text"].misses >= 2; };
  ASSERT_TRUE(poll_until(missed_often));
  contents_.with([&](auto& all) { all[away.value] = "words 1"; });
  ASSERT_TRUE(engine_->contents_used({away}).has_value());
  EXPECT_TRUE(poll_until([&] { return done(away) == all_; }, std::chrono::seconds(3)));
}

TEST_F(EngineTest, WhatWasReadOfAFileThatChangedMeanwhileIsNotStored) {
  start();
  const fs::path file = folder_ / "file";
  std::ofstream(file) << "words 1\nrewrite text " << file.string();
  const ContentNumber content = add("at " + file.string());
  EXPECT_TRUE(poll_until([&] { return rows(content)["text"].misses > 0; }));
  engine_.reset();
  // What runs before the change is kept unless the server came to look only after it.
  std::set<std::string> kept = done(content);
  kept.erase("probe");
  kept.erase("parts");
  EXPECT_EQ(kept, std::set<std::string>{});
  EXPECT_EQ(rows(content).at("text").state, TaskState::kWaiting);
  EXPECT_EQ(rows(content).at("text").attempts, 0);
}

TEST_F(EngineTest, ATextThatSucceedsLaterOpensWhatRestsOnIt) {
  start();
  const ContentNumber content = add("fail-once text " + (folder_ / "flag").string());
  settle();
  EXPECT_EQ(rows(content).at("text").state, TaskState::kFailed);
  const std::int64_t before = runs().at("passages");
  ASSERT_TRUE(engine_->retry_failed().has_value());
  settle();
  EXPECT_EQ(done(content), all_);
  EXPECT_EQ(runs().at("passages"), before + 1);
}

TEST_F(EngineTest, AFailureOfAnOlderVersionIsTriedAgainByTheNextStart) {
  start();
  const ContentNumber content = add("fail facts");
  settle();
  start();
  settle();
  EXPECT_EQ(runs().at("facts"), 1) << "the same version would fail again";
  artefacts::Completion old;
  old.content = content;
  old.stage = "facts";
  old.fingerprint = "facts/0";
  old.state = TaskState::kFailed;
  old.counts_as_run = false;
  ASSERT_TRUE(store_->complete({old}).has_value());
  start();
  settle();
  EXPECT_EQ(runs().at("facts"), 2);
}

TEST_F(EngineTest, AFailedReadDoesNotCostTheSecondTryAfterACrash) {
  start();
  const artefacts::Content content = make_content("crash-once facts " + (folder_ / "flag").string());
  artefacts::Completion unreadable;
  unreadable.content = content.number;
  unreadable.stage = "facts";
  unreadable.state = TaskState::kWaiting;
  unreadable.count_attempt = true;
  ASSERT_TRUE(store_->complete({unreadable}).has_value());
  ASSERT_TRUE(engine_->content_appeared(content).has_value());
  settle();
  EXPECT_EQ(done(content.number), all_);
}

TEST_F(EngineTest, PausingGivesVectorsBackAtTheEndOfARequest) {
  start();
  std::vector<ContentNumber> books;
  for (int i = 0; i < 8; ++i) {
    books.push_back(add("words 3000\n" + std::to_string(i)));
  }
  const auto runs_now = [&] { return store_->task_counts()->running; };
  EXPECT_TRUE(poll_until([&] { return runs_now() > 0; }));
  ASSERT_TRUE(engine_->set_paused(true).has_value());
  EXPECT_TRUE(poll_until([&] { return runs_now() == 0; }));
  ASSERT_TRUE(engine_->set_paused(false).has_value());
  settle();
  for (const ContentNumber book : books) {
    EXPECT_EQ(done(book), all_);
  }
}

TEST_F(EngineTest, PausingStartsNothingAndSurvivesARestart) {
  start();
  settle();
  ASSERT_TRUE(engine_->set_paused(true).has_value());
  start();
  EXPECT_TRUE(engine_->progress().paused);
  const ContentNumber content = add("words 1");
  const Status idle = engine_->wait_until_idle(Context::with_timeout(std::chrono::seconds(20)));
  ASSERT_FALSE(idle.has_value());
  EXPECT_EQ(idle.error().code, ErrorCode::kPreconditionFailed);
  EXPECT_TRUE(done(content).empty());
  ASSERT_TRUE(engine_->set_paused(false).has_value());
  settle();
  EXPECT_EQ(done(content), all_);
}

TEST_F(EngineTest, AMissingWorkerProgramIsReportedAndNothingFalls) {
  worker_path_ = folder_ / "no-such-program";
  start();
  add("words 1");
  const auto is_down = [&] {
    const auto progress = engine_->progress();
    return progress.workers.size() == 2 &&
           std::ranges::all_of(progress.workers, [](const auto& worker) { return worker.state == "down"; });
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_down() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  const auto progress = engine_->progress();
  ASSERT_TRUE(is_down());
  EXPECT_FALSE(progress.workers.at(0).reason.empty());
  EXPECT_FALSE(progress.model_note.empty());
}

TEST_F(EngineTest, TheStatusNamesWorkersAndTheirConfinement) {
  start();
  add("words 1");
  settle();
  const auto progress = engine_->progress();
  ASSERT_EQ(progress.workers.size(), 2U);
  for (const auto& worker : progress.workers) {
    EXPECT_GT(worker.pid, 0);
    ASSERT_EQ(worker.confinement.size(), 1U);
    EXPECT_EQ(worker.confinement.at(0).reason, "A test");
  }
  EXPECT_EQ(progress.model_name, "number at the end");
  EXPECT_GT(progress.tasks_per_second, 0);
  EXPECT_FALSE(progress.seconds_left.has_value());
}

TEST_F(EngineTest, ContentsThatCannotBeOpenedYetWaitWithoutABackoff) {
  is_open_ = false;
  start();
  const ContentNumber content = add("words 1");
  const Status idle = engine_->wait_until_idle(Context::with_timeout(std::chrono::milliseconds(600)));
  EXPECT_EQ(idle.error().code, ErrorCode::kTimedOut);
  is_open_ = true;
  settle();
  EXPECT_EQ(done(content), all_);
}

/// The real worker on a real document; vectors only where the model is installed.
TEST_F(EngineTest, TheRealWorkerReadsADocument) {
  const char* given = std::getenv("ALCOVE_WORKER");
  worker_path_ = given != nullptr ? fs::path(given) : fs::path(ALCOVE_BINARY_DIR) / "bin" / "alcove-worker";
  if (!fs::exists(worker_path_)) {
    GTEST_SKIP() << worker_path_ << " is not built";
  }
  const char* home = std::getenv("HOME");
  const char* models = std::getenv("ALCOVE_MODELS");
  models_ =
      models != nullptr ? fs::path(models) : fs::path(home != nullptr ? home : "/") / ".cache" / "alcove" / "models";
  spaces_ = models::TextSpaces::open(*store_, "multilingual-e5-small").value();
  start();
  const ContentNumber content =
      add("The lighthouse keeper counted ships.\n\nEvery evening he wrote their names into a book.\n");
  settle();
  const auto passages = wire::decode<wire::PassagesArtefact>(store_->find(content, "passages")->value().data).value();
  ASSERT_FALSE(passages.passages.empty());
  EXPECT_NE(passages.passages.front().text.find("lighthouse"), std::string::npos);
  EXPECT_EQ(wire::decode<wire::ProbeArtefact>(store_->find(content, "probe")->value().data)->format,
            wire::Format::kPlainText);
  const auto progress = engine_->progress();
  if (progress.model_fingerprint.empty()) {
    GTEST_SKIP() << "vectors were not tested: " << progress.model_note;
  }
  const auto vectors = wire::decode<wire::VectorsArtefact>(store_->find(content, "text_vectors")->value().data).value();
  const auto question =
      engine_->embed_query("Who writes down boats?", 0, Context::with_timeout(std::chrono::seconds(10)));
  ASSERT_TRUE(question.has_value()) << question.error().message;
  double similarity = 0;
  for (std::size_t i = 0; i < vectors.dimensions; ++i) {
    similarity += static_cast<double>(vectors.scales.front()) * vectors.values.at(i) *
                  static_cast<double>(question->values.at(i));
  }
  EXPECT_GT(similarity, 0.7);
  EXPECT_LT(similarity, 1.01);
}

TEST(Stages, AFingerprintNamesWhatItRestsOnAndTheModelOnlyWhereOneIsUsed) {
  EXPECT_EQ(fingerprint_of(*find_stage("probe"), "m"), "probe/2");
  EXPECT_EQ(fingerprint_of(*find_stage("passages"), "m"), "passages/2(text/4(probe/2))");
  EXPECT_EQ(fingerprint_of(*find_stage("text_vectors"), "m"), "text_vectors/1(passages/2(text/4(probe/2)))@m");
  EXPECT_EQ(find_stage("no such stage"), nullptr);
}

TEST(Stages, SmallContentsComeFirst) {
  EXPECT_GT(priority_of(10), priority_of(10'000));
  EXPECT_GT(priority_of(10'000), priority_of(100'000'000));
  EXPECT_EQ(priority_of(std::int64_t{1} << 62), 0);
}

TEST(EmbeddedText, HasTheTitleBeforeItUnlessItBeginsWithIt) {
  EXPECT_EQ(embedded_text({.text = "words", .place = {}, .language = {}, .title = {}}), "words");
  EXPECT_EQ(embedded_text({.text = "words", .place = {}, .language = {}, .title = "Title"}), "Title\nwords");
  EXPECT_EQ(embedded_text({.text = "Title and words", .place = {}, .language = {}, .title = "Title"}),
            "Title and words");
}

}  // namespace
}  // namespace alcove::work

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/polling.hpp"
#include "domain/work/engine_test.hpp"

namespace alcove::work {
namespace {

constexpr std::chrono::seconds kPatience{20};

class ModelChangeTest : public EngineTest {};

/// Another model's vectors are made behind those in use, and take over when none is missing.
TEST_F(ModelChangeTest, AnotherModelTakesOverWhenItsVectorsAreComplete) {
  start();
  std::vector<ContentNumber> contents;
  for (int i = 0; i < 30; ++i) {
    contents.push_back(add("words " + std::to_string(i + 1)));
  }
  settle();
  ASSERT_TRUE(engine_->use_model("second").has_value());
  const ContentNumber late = add("words 77");
  settle();
  EXPECT_EQ(spaces_->current().serving, 1U);
  EXPECT_EQ(spaces_->current().spaces.at(0).phase, models::SpacePhase::kKept);
  for (const ContentNumber content : contents) {
    EXPECT_TRUE(done(content).contains("text_vectors_2"));
    EXPECT_TRUE(store_->find(content, "text_vectors_2")->value().fingerprint.ends_with("@second"));
    EXPECT_TRUE(store_->find(content, "text_vectors")->value().fingerprint.ends_with("@model-1")) << "kept";
  }
  EXPECT_TRUE(done(late).contains("text_vectors_2"));
  const auto progress = engine_->progress();
  EXPECT_EQ(progress.model_fingerprint, "second");
  EXPECT_EQ(progress.text_spaces.at(1).contents, 31);
  EXPECT_EQ(progress.tasks.waiting, 0);
  // Both models answer for a while: a search that began before asks the old one.
  const Context context = Context::with_timeout(std::chrono::seconds(10));
  EXPECT_EQ(engine_->embed_query("question 1", 1, context)->model_fingerprint, "second");
  EXPECT_EQ(engine_->embed_query("question 1", 0, context)->model_fingerprint, "model-1");
  // Only the model in use gets what is new; after a change of mind the first one lacks just that.
  const ContentNumber new_one = add("words 78");
  settle();
  EXPECT_FALSE(done(new_one).contains("text_vectors"));
  const auto before = runs()["text_vectors"];
  ASSERT_TRUE(engine_->use_model("first").has_value());
  settle();
  EXPECT_EQ(spaces_->current().serving, 0U);
  EXPECT_TRUE(done(new_one).contains("text_vectors"));
  EXPECT_LE(runs()["text_vectors"], before + 2) << "at most the two that came after the change was asked for";
  ASSERT_TRUE(engine_->discard_vectors().has_value());
  settle();
  EXPECT_FALSE(store_->has_results("text_vectors_2").value());
  EXPECT_EQ(spaces_->current().spaces.at(1).phase, models::SpacePhase::kEmpty);
}

TEST_F(ModelChangeTest, StoppingTheBuildingLeavesTheModelInUse) {
  start();
  for (int i = 0; i < 50; ++i) {
    add("words " + std::to_string(i + 1));
  }
  settle();
  ASSERT_TRUE(engine_->set_paused(true).has_value());
  ASSERT_TRUE(engine_->use_model("second").has_value());
  const auto waiting = [&] { return engine_->progress().text_spaces.at(1).left; };
  EXPECT_TRUE(poll_until([&] { return waiting() != 0; }, kPatience));
  EXPECT_EQ(waiting(), 50) << "nothing is made while paused, and nothing takes over";
  EXPECT_EQ(spaces_->current().serving, 0U);
  start();  // A restart in between: the building goes on.
  EXPECT_EQ(spaces_->current().spaces.at(1).phase, models::SpacePhase::kBuilding);
  ASSERT_TRUE(engine_->stop_building().has_value());
  ASSERT_TRUE(engine_->set_paused(false).has_value());
  EXPECT_TRUE(poll_until([&] { return waiting() == 0; }, kPatience));
  settle();
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(spaces_->current().serving, 0U);
  EXPECT_TRUE(poll_until([&] { return engine_->progress().workers.size() == 2U; }, kPatience))
      << "no worker runs for a model that is not in use";
}

TEST_F(ModelChangeTest, AModelThatCannotBeRunNeverTakesOver) {
  start();
  const ContentNumber content = add("words 1");
  settle();
  ASSERT_TRUE(engine_->use_model("none").has_value());
  const auto note = [&] { return engine_->progress().text_spaces.at(1).note; };
  EXPECT_TRUE(poll_until([&] { return !note().empty(); }, kPatience));
  EXPECT_EQ(note(), "The model is not installed");
  settle();
  EXPECT_EQ(spaces_->current().serving, 0U);
  EXPECT_TRUE(engine_->embed_query("question 1", 0, Context::with_timeout(std::chrono::seconds(10))).has_value());
  // Another choice does not wait for it.
  ASSERT_TRUE(engine_->use_model("second").has_value());
  settle();
  EXPECT_EQ(spaces_->current().serving, 1U);
  EXPECT_TRUE(done(content).contains("text_vectors_2"));
}

TEST_F(ModelChangeTest, AModelThatFailsOnManyTextsDoesNotTakeOver) {
  start();
  for (int i = 0; i < 20; ++i) {
    add("words " + std::to_string(i + 1));
  }
  settle();
  ASSERT_TRUE(engine_->use_model("picky").has_value());
  settle();
  EXPECT_EQ(spaces_->current().serving, 0U);
  EXPECT_NE(engine_->progress().text_spaces.at(1).note.find("failed on 20 texts more"), std::string::npos);
  EXPECT_EQ(engine_->progress().text_spaces.at(1).failed, 20);
  ASSERT_TRUE(engine_->use_model("first").has_value());
  EXPECT_TRUE(poll_until([&] { return engine_->progress().tasks.failed == 0; }, kPatience))
      << "its failures are nobody's any more";
}

}  // namespace
}  // namespace alcove::work

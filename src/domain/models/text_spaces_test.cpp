#include "domain/models/text_spaces.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "drivers/crypto/hash.hpp"

namespace alcove::models {
namespace {

class TextSpacesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("alcove-spaces-" + std::to_string(::getpid()) + "-" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = artefacts::Store::open(folder_).value();
    open();
  }
  void TearDown() override {
    spaces_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() { spaces_ = TextSpaces::open(*store_, "first").value(); }
  [[nodiscard]] const TextSpace& space(std::size_t index) {
    state_ = spaces_->current();
    return state_.spaces.at(index);
  }
  void put(const std::string& bytes, std::size_t text_space) {
    const auto content = store_->ensure_content(crypto::sha256(as_bytes(bytes)), "", 1).value();
    artefacts::Completion completion;
    completion.content = content.number;
    completion.stage = kTextSpaceStages.at(text_space);
    completion.fingerprint = "1@" + bytes;
    completion.data = Bytes(as_bytes(bytes).begin(), as_bytes(bytes).end());
    ASSERT_TRUE(store_->complete({completion}).has_value());
    ASSERT_TRUE(store_->want(content.number, {{"text", "1"}, {completion.stage, "other"}}, 0).has_value());
  }
  /// Steps until the space is erased.
  int erase(std::size_t index) {
    int steps = 1;
    while (spaces_->erase_some(index).value()) {
      ++steps;
    }
    return steps;
  }

  std::filesystem::path folder_;
  std::unique_ptr<artefacts::Store> store_;
  std::unique_ptr<TextSpaces> spaces_;
  TextSpacesState state_;
};

TEST_F(TextSpacesTest, TheFirstModelServes) {
  EXPECT_EQ(space(0).phase, SpacePhase::kServing);
  EXPECT_EQ(space(0).model, "first");
  EXPECT_EQ(space(1).phase, SpacePhase::kEmpty);
}

TEST_F(TextSpacesTest, AModelIsBuiltAndTakesOverAndTheOldOneComesBack) {
  ASSERT_TRUE(spaces_->use("second").has_value());
  EXPECT_EQ(space(1).phase, SpacePhase::kBuilding);
  EXPECT_EQ(spaces_->take_over(0).error().code, ErrorCode::kPreconditionFailed);
  put("a", 1);
  ASSERT_TRUE(spaces_->take_over(1).has_value());
  EXPECT_EQ(space(0).phase, SpacePhase::kKept);
  EXPECT_EQ(state_.serving, 1U);
  EXPECT_EQ(state_.serving_since, store_->last_sequence());
  open();  // All of it survives a restart.
  EXPECT_EQ(space(1).phase, SpacePhase::kServing);
  EXPECT_EQ(space(1).model, "second");
  ASSERT_TRUE(spaces_->use("first").has_value());
  EXPECT_EQ(space(0).phase, SpacePhase::kBuilding) << "its vectors are there: only what is new is missing";
  ASSERT_TRUE(spaces_->take_over(0).has_value());
  EXPECT_EQ(space(0).phase, SpacePhase::kServing);
  EXPECT_EQ(space(1).phase, SpacePhase::kKept);
}

TEST_F(TextSpacesTest, StoppingKeepsWhatIsBuilt) {
  ASSERT_TRUE(spaces_->use("second").has_value());
  put("a", 1);
  EXPECT_EQ(spaces_->discard().error().code, ErrorCode::kPreconditionFailed);
  ASSERT_TRUE(spaces_->stop().has_value());
  EXPECT_EQ(space(1).phase, SpacePhase::kKept);
  EXPECT_TRUE(store_->has_results("text_vectors_2").value());
  ASSERT_TRUE(spaces_->use("second").has_value());
  EXPECT_EQ(space(1).phase, SpacePhase::kBuilding);
  ASSERT_TRUE(spaces_->use("first").has_value());
  EXPECT_EQ(space(1).phase, SpacePhase::kKept) << "the model that serves anyway: the building is given up";
}

TEST_F(TextSpacesTest, AThirdModelWaitsUntilTheSecondIsErased) {
  ASSERT_TRUE(spaces_->use("second").has_value());
  for (int i = 0; i < 500; ++i) {
    put("text " + std::to_string(i), 1);
  }
  put("text 0", 0);
  ASSERT_TRUE(spaces_->use("third").has_value());
  EXPECT_EQ(space(1).phase, SpacePhase::kErasing);
  EXPECT_EQ(space(1).model, "second");
  open();
  EXPECT_GT(erase(1), 2) << "in steps, so that others can write between them";
  EXPECT_EQ(space(1).phase, SpacePhase::kBuilding);
  EXPECT_EQ(space(1).model, "third");
  EXPECT_FALSE(store_->has_results("text_vectors_2").value());
  EXPECT_TRUE(store_->has_results("text_vectors").value());
  const auto changes = store_->changes_after(0, 10'000).value();
  ASSERT_EQ(changes.size(), 2U) << "the other space's one, and that the stage was erased";
  EXPECT_EQ(changes.front().stage, "text_vectors");
  EXPECT_EQ(changes.back().kind, artefacts::Change::Kind::kRemoved);
  EXPECT_EQ(changes.back().stage, "text_vectors_2");
  for (const auto& count : store_->stage_counts().value()) {
    EXPECT_TRUE(count.stage != "text_vectors_2" || count.waiting == 0);
    EXPECT_TRUE(count.stage != "text" || count.waiting == 500) << "tasks of other stages stay";
  }
}

TEST_F(TextSpacesTest, DiscardingEmptiesTheSpace) {
  ASSERT_TRUE(spaces_->use("second").has_value());
  put("a", 1);
  ASSERT_TRUE(spaces_->stop().has_value());
  ASSERT_TRUE(spaces_->discard().has_value());
  EXPECT_EQ(space(1).phase, SpacePhase::kErasing);
  erase(1);
  EXPECT_EQ(space(1).phase, SpacePhase::kEmpty);
  EXPECT_EQ(space(1).model, "");
  ASSERT_TRUE(spaces_->discard().has_value()) << "nothing to do";
}

TEST_F(TextSpacesTest, NamesThatAreNoFoldersAreRefused) {
  for (const char* name : {"", ".", "..", "../x", "a/b", "a b", ".hidden", "ä"}) {
    EXPECT_EQ(spaces_->use(name).error().code, ErrorCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(spaces_->use(std::string(kModelNameMax + 1, 'a')).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(space(1).phase, SpacePhase::kEmpty);
}

TEST_F(TextSpacesTest, AnUnreadableStateFallsBackToTheFirstModel) {
  for (const char* text : {"", "{}", "[1]", R"({"serving":7,"spaces":[]})",
                           R"({"serving":0,"spaces":[{"phase":"empty"},{"phase":"serving","model":"x"}]})"}) {
    ASSERT_TRUE(store_->set_setting("text_spaces", text).has_value());
    open();
    EXPECT_EQ(space(0).model, "first") << text;
    EXPECT_EQ(space(0).phase, SpacePhase::kServing);
    EXPECT_EQ(space(1).phase, SpacePhase::kErasing) << "nobody knows whose vectors those are";
  }
}

}  // namespace
}  // namespace alcove::models

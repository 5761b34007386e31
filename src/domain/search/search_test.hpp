#pragma once
/// @file
/// A search over a shelf of documents whose meanings are a few groups of words. For tests only.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/search/search.hpp"
#include "domain/search/shelf.hpp"

namespace alcove::search {

/// Of notes: one says what `matcher` matches.
template <typename Matcher>
auto says(Matcher matcher) {
  return testing::Contains(testing::Field(&Note::message, matcher));
}

inline constexpr std::chrono::seconds kPatience{20};

/// A vector per meaning: words of one group point the same way.
inline std::vector<float> meaning_of(std::string_view text) {
  const std::vector<std::vector<std::string_view>> groups{
      {"car", "automobile", "vehicle"}, {"apple", "fruit", "orchard"}, {"tax", "invoice", "bill"}, {"dog", "puppy"}};
  std::vector<float> values(16, 0.05F);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (const std::string_view word : groups[group]) {
      values[group] += text.contains(word) ? 1.0F : 0.0F;
    }
  }
  values[8 + text.size() % 8] += 0.1F;
  float squares = 0;
  for (const float value : values) {
    squares += value * value;
  }
  for (float& value : values) {
    value /= std::sqrt(squares);
  }
  return values;
}

inline wire::Passage passage(std::string text) {
  wire::Passage made;
  made.text = std::move(text);
  made.place.kind = wire::PlaceKind::kLine;
  made.place.line_first = 3;
  made.language = "en";
  return made;
}

inline Shelf::Document document(std::string path, std::vector<std::string> texts,
                                wire::Format format = wire::Format::kPlainText) {
  Shelf::Document made;
  made.path = std::move(path);
  made.format = format;
  for (std::string& text : texts) {
    made.vectors.push_back(meaning_of(text));
    made.passages.push_back(passage(std::move(text)));
  }
  return made;
}

class SearchTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("alcove-search-" + std::to_string(getpid()) + "-" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    shelf_ = std::make_unique<Shelf>(folder_);
    start();
  }
  void TearDown() override {
    search_.reset();
    shelf_.reset();
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
    }
  }

  void start() {
    search_.reset();
    auto started =
        Search::start(folder_, shelf_->store(), shelf_->spaces(), shelf_->files(),
                      [this](const std::string& text, std::size_t text_space, const Context&) -> Result<Embedding> {
                        if (!model_works_) {
                          return fail(ErrorCode::kUnavailable, "The model is not running");
                        }
                        return Embedding{.values = meaning_of(text),
                                         .model_name = "test",
                                         .model_fingerprint = text_space == 0 ? model_fingerprint_ : "t2"};
                      });
    ASSERT_TRUE(started) << started.error().detail;
    search_ = std::move(*started);
  }
  void settle() { ASSERT_TRUE(search_->wait_until_applied(Context::with_timeout(kPatience))); }

  Response ask(const std::string& query, Mode mode = Mode::kHybrid, std::size_t limit = 20) {
    auto response = search_->search(Shelf::everyone(), {.query = query, .mode = mode, .limit = limit},
                                    Context::with_timeout(kPatience));
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *response : Response{};
  }
  static std::vector<std::string> paths(const Response& response) {
    std::vector<std::string> found;
    for (const Hit& hit : response.hits) {
      found.push_back(hit.file.path);
    }
    return found;
  }
  std::vector<std::string> found(const std::string& query, Mode mode = Mode::kHybrid) {
    return paths(ask(query, mode));
  }

  std::filesystem::path folder_;
  std::unique_ptr<Shelf> shelf_;
  std::unique_ptr<Search> search_;
  std::atomic<bool> model_works_ = true;
  std::string model_fingerprint_ = "t";  ///< As the shelf's vectors have it.
};

}  // namespace alcove::search

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using testing::IsEmpty;
using testing::IsSubsetOf;

class FurtherTest : public SearchTest {
 protected:
  /// The answer's first page.
  Response first(Request request) {
    auto response = search_->search(Shelf::everyone(), request, Context::with_timeout(kPatience));
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *response : Response{};
  }
  Result<Response> next(const Response& page, std::size_t limit = 10) {
    return search_->further(Shelf::everyone(), page.cursor, limit, Context::with_timeout(kPatience));
  }
  /// Paths of a page and all that follow.
  std::vector<std::string> all_from(Response page, std::size_t limit = 10) {
    std::vector<std::string> found = paths(page);
    while (page.more) {
      auto following = next(page, limit);
      EXPECT_TRUE(following) << following.error().detail;
      if (!following) {
        break;
      }
      page = std::move(*following);
      const auto more = paths(page);
      found.insert(found.end(), more.begin(), more.end());
    }
    EXPECT_TRUE(page.cursor.empty());
    return found;
  }
  void add_apples(int count, int first_number = 0) {
    for (int i = first_number; i < first_number + count; ++i) {
      // Different words each, so that none is near-identical to another.
      shelf_->add(document(fmt::format("{:03}.txt", i), {fmt::format("apple {0}x {0}y {0}z {0}w {0}v", i)}));
    }
    settle();
  }
};

TEST_F(FurtherTest, PagesAreThoseOfOneLongAnswer) {
  add_apples(45);
  for (const Mode mode : {Mode::kHybrid, Mode::kKeyword}) {
    for (const Order order : {Order::kRelevance, Order::kName}) {
      const Request request{.query = "apple", .mode = mode, .order = order, .limit = 10};
      Request whole = request;
      whole.limit = 100;
      EXPECT_EQ(all_from(first(request)), paths(first(whole)));
    }
  }
  EXPECT_EQ(all_from(first({.query = "type:text", .order = Order::kName, .limit = 10})).size(), 45U);
  EXPECT_EQ(all_from(first({.query = "apple", .limit = 10, .passages = true})).size(), 45U);
}

TEST_F(FurtherTest, APageGoesOnBeyondTheFirstPool) {
  add_apples(260);
  const auto found = all_from(first({.query = "apple", .mode = Mode::kKeyword, .limit = 100}), 100);
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()).size(), 260U);
  EXPECT_EQ(found.size(), 260U);
}

TEST_F(FurtherTest, FurtherHitsSayWhyAsTheFirstOnesDo) {
  add_apples(15);
  const Response page = first({.query = "apple", .limit = 5});
  const auto following = next(page);
  ASSERT_TRUE(following && !following->hits.empty());
  const Hit& hit = following->hits.front();
  ASSERT_EQ(hit.reasons.size(), 2U);
  EXPECT_EQ(hit.reasons[0].kind, "terms");
  EXPECT_EQ(hit.reasons[1].model, "test");
  EXPECT_TRUE(hit.passage);
  EXPECT_LE(hit.score, page.hits.back().score);
  EXPECT_EQ(following->query, "apple");
  EXPECT_EQ(following->mode, page.mode);
}

TEST_F(FurtherTest, WhatWasDeletedIsLeftOutAndWhatCameFollowsAtTheEnd) {
  add_apples(20);
  const Response page = first({.query = "apple", .mode = Mode::kKeyword, .order = Order::kName, .limit = 8});
  ASSERT_EQ(page.hits.back().file.path, "007.txt");
  shelf_->remove(page.hits[2].file.id);  // Shown already.
  const Response rest = first({.query = "apple", .mode = Mode::kKeyword, .order = Order::kName, .limit = 20});
  for (const Hit& hit : rest.hits) {
    if (hit.file.path == "009.txt") {
      shelf_->remove(hit.file.id);
    }
  }
  shelf_->add(document("000 new.txt", {"apple of the new file"}));
  settle();
  const auto following = next(page, 20);
  ASSERT_TRUE(following);
  EXPECT_THAT(paths(*following),
              testing::ElementsAre("008.txt", "010.txt", "011.txt", "012.txt", "013.txt", "014.txt", "015.txt",
                                   "016.txt", "017.txt", "018.txt", "019.txt", "000 new.txt"));
  EXPECT_FALSE(following->more);
}

TEST_F(FurtherTest, AnEditedFileComesOnceAndARenamedOneUnderItsNewName) {
  add_apples(12);
  const Response page = first({.query = "apple", .mode = Mode::kKeyword, .order = Order::kName, .limit = 4});
  const Response whole = first({.query = "apple", .mode = Mode::kKeyword, .order = Order::kName, .limit = 20});
  const auto edit = [&](std::size_t rank, const std::string& text) {
    shelf_->set_content(whole.hits[rank].file.id, shelf_->make_content(document("", {text}), text));
  };
  edit(1, "apple after it was shown");
  edit(6, "apple before it is shown");
  edit(8, "a pear by now");
  shelf_->rename(whole.hits[5].file.id, "renamed.txt");
  settle();
  const auto following = next(page, 20);
  ASSERT_TRUE(following);
  EXPECT_THAT(paths(*following),
              testing::ElementsAre("004.txt", "renamed.txt", "007.txt", "009.txt", "010.txt", "011.txt", "006.txt"));
}

TEST_F(FurtherTest, AFileThatIsReadMeanwhileComesOnce) {
  add_apples(6);
  std::vector<FileId> unread;
  for (int i = 0; i < 6; ++i) {
    unread.push_back(shelf_->add_name(fmt::format("apple {}.txt", i)));
  }
  settle();
  Response page = first({.query = "apple", .mode = Mode::kKeyword, .limit = 4});
  std::vector<std::string> found = paths(page);
  for (std::size_t i = 0; i < unread.size(); ++i) {
    const std::string text = fmt::format("apple read since {0}a {0}b {0}c", i);
    shelf_->set_content(unread[i], shelf_->make_content(document("", {text}), text));
  }
  settle();
  const auto rest = all_from(*next(page, 4), 4);
  found.insert(found.end(), rest.begin(), rest.end());
  EXPECT_EQ(found.size(), 12U);
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()).size(), 12U);
}

TEST_F(FurtherTest, TheSamePageCanBeAskedForAgain) {
  add_apples(30);
  const Response page = first({.query = "apple", .limit = 10});
  const auto once = next(page);
  const auto twice = next(page);
  ASSERT_TRUE(once && twice);
  EXPECT_EQ(paths(*once), paths(*twice));
  EXPECT_EQ(paths(*next(*once)), paths(*next(*twice)));
}

TEST_F(FurtherTest, ACursorIsItsPrincipalsAlone) {
  add_apples(30);
  const Response page = first({.query = "apple", .limit = 10});
  const auth::Principal other{
      .kind = auth::Principal::Kind::kUser, .user = UserId{7}, .name = "bob", .is_owner = false};
  const auto refused = search_->further(other, page.cursor, 10, Context::with_timeout(kPatience));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(next(page, 0).error().field, "limit");
  EXPECT_TRUE(next(page));
}

TEST_F(FurtherTest, ACorrectedQueryGoesOnCorrected) {
  for (int i = 0; i < 20; ++i) {
    shelf_->add(document(fmt::format("{}.txt", i), {fmt::format("orchard {0}x {0}y {0}z {0}w {0}v", i)}));
  }
  settle();
  const Response page = first({.query = "orchrad", .mode = Mode::kKeyword, .limit = 15});
  ASSERT_EQ(page.searched_for, "orchard");
  const auto following = next(page);
  ASSERT_TRUE(following);
  EXPECT_EQ(following->hits.size(), 5U);
  EXPECT_EQ(following->query, "orchrad");
  EXPECT_EQ(following->searched_for, "orchard");
  ASSERT_EQ(following->notes.size(), page.notes.size());
  EXPECT_EQ(following->notes.front().code, "corrected");
}

/// A library whose files are changed at random between the pages of a search, and what must hold of these.
class RandomLibrary {
 public:
  RandomLibrary(Shelf& shelf, unsigned seed) : shelf_(shelf), random_(seed) {}

  void add() {
    const std::string path = fmt::format("folder {}/{}.txt", number() % 5, counter_);
    add_document(path);
  }
  void change() {
    switch (number() % 6) {
      case 0: return add();
      case 1: return remove();
      case 2: return edit();
      case 3: return rename();
      case 4: return copy();
      default: return;
    }
  }
  [[nodiscard]] bool has(FileId file) const { return files_.contains(file.value); }
  /// Files that are there and were not changed since the beginning of the search.
  void begin() {
    steady_.clear();
    for (const auto& [file, text] : files_) {
      steady_.insert(file);
    }
  }
  [[nodiscard]] const std::set<std::int64_t>& steady() const { return steady_; }
  [[nodiscard]] std::set<std::int64_t> present() const {
    std::set<std::int64_t> ids;
    for (const auto& [file, text] : files_) {
      ids.insert(file);
    }
    return ids;
  }

 private:
  unsigned number() { return static_cast<unsigned>(random_()); }
  std::string new_text() {
    ++counter_;
    return fmt::format("apple {0}a {0}b {0}c {0}d {0}e {0}f", counter_);
  }
  void add_document(const std::string& path) {
    const std::string text = new_text();
    files_[shelf_.add(document(path, {text})).file.value] = text;
  }
  FileId any() {
    auto found = files_.begin();
    std::advance(found, number() % files_.size());
    return FileId{found->first};
  }
  void remove() {
    const FileId file = any();
    shelf_.remove(file);
    files_.erase(file.value);
    steady_.erase(file.value);
  }
  void edit() {
    const FileId file = any();
    const std::string text = new_text();
    shelf_.set_content(file, shelf_.make_content(document("", {text}), text));
    files_[file.value] = text;
    steady_.erase(file.value);
  }
  void rename() { shelf_.rename(any(), fmt::format("renamed {}.txt", ++counter_)); }
  void copy() {
    const std::string text = files_[any().value];
    const FileId made = shelf_.add(document(fmt::format("copy {}.txt", ++counter_), {text})).file;
    files_[made.value] = text;
  }

  Shelf& shelf_;
  std::mt19937 random_;
  int counter_ = 0;
  std::map<std::int64_t, std::string> files_;  ///< Id to text.
  std::set<std::int64_t> steady_;
};

TEST_F(FurtherTest, NothingIsRepeatedOrLostWhateverHappensBetweenPages) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  RandomLibrary library(*shelf_, seed);
  for (int i = 0; i < 60; ++i) {
    library.add();
  }
  const std::vector<Request> requests{
      {.query = "apple", .mode = Mode::kKeyword},    {.query = "apple"},
      {.query = "apple", .order = Order::kNewest},   {.query = "apple", .mode = Mode::kKeyword, .order = Order::kName},
      {.query = "type:text", .order = Order::kName}, {.query = "apple type:text", .passages = true}};
  for (Request request : requests) {
    SCOPED_TRACE(request.query);
    settle();
    library.begin();
    request.limit = 5 + random() % 10;
    std::set<std::int64_t> hits;   // Shown as hits of their own.
    std::set<std::int64_t> shown;  // Also as copies of one.
    Result<Response> page = first(request);
    for (;;) {
      ASSERT_TRUE(page) << page.error().detail;
      for (const Hit& hit : page->hits) {
        EXPECT_TRUE(library.has(hit.file.id)) << "deleted: " << hit.file.path;
        EXPECT_TRUE(hits.insert(hit.file.id.value).second) << "repeated: " << hit.file.path;
        shown.insert(hit.file.id.value);
        for (const files::File& copy : hit.same_content) {
          shown.insert(copy.id.value);
        }
      }
      if (!page->more) {
        break;
      }
      for (unsigned changes = random() % 8; changes > 0; --changes) {
        library.change();
      }
      settle();
      page = next(*page, 5 + random() % 10);
    }
    for (const std::int64_t file : library.steady()) {
      EXPECT_TRUE(shown.contains(file)) << "lost: " << shelf_->files().find(FileId{file}).value()->path;
    }
    // Copies that came after their content was shown are the one thing that a list need not mention.
    std::size_t missing = 0;
    for (const std::int64_t file : library.present()) {
      missing += shown.contains(file) ? 0 : 1;
    }
    EXPECT_LT(missing, library.present().size() / 4);
  }
}

}  // namespace
}  // namespace alcove::search

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "domain/search/dates.hpp"
#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::int64_t noon(std::chrono::sys_days day) {
  return local_midnight_unix_ms(day) + 12 * 3'600'000;
}

class FiltersTest : public SearchTest {
 protected:
  void add(const char* path, std::chrono::sys_days changed, std::optional<std::chrono::sys_days> stated = {},
           std::int64_t size_bytes = 1) {
    Shelf::Document made = document(path, {fmt::format("apple in {}", path)});
    made.modified_unix_ms = noon(changed);
    made.stated_unix_ms = stated ? noon(*stated) : 0;
    made.size_bytes = size_bytes;
    placed_ = shelf_->add(made);
  }
  Shelf::Placed placed_;
};

TEST_F(FiltersTest, DatesAreTheDocumentsElseTheFiles) {
  add("stated.txt", 2024y / 5 / 1, 2019y / 3 / 2);
  add("old.txt", 2018y / 5 / 1);
  add("new.txt", 2024y / 5 / 2);
  settle();
  EXPECT_THAT(found("apple before:2020"), UnorderedElementsAre("stated.txt", "old.txt"));
  EXPECT_THAT(found("apple after:2020"), ElementsAre("new.txt"));
  EXPECT_THAT(found("apple date:2019"), ElementsAre("stated.txt"));
  EXPECT_THAT(found("apple date:2018..2019"), UnorderedElementsAre("stated.txt", "old.txt"));
  EXPECT_THAT(found("apple -date:2019"), UnorderedElementsAre("old.txt", "new.txt"));
  EXPECT_THAT(found("apple date:may 2024"), ElementsAre("new.txt")) << "the file's date gives way to the document's";
  EXPECT_THAT(found("apple (date:2019 OR name:new)"), UnorderedElementsAre("stated.txt", "new.txt"));
  for (const Hit& hit : ask("apple").hits) {
    EXPECT_EQ(hit.date_source, hit.file.path == "stated.txt" ? DateSource::kDocument : DateSource::kFile);
    if (hit.file.path == "stated.txt") {
      EXPECT_EQ(hit.date.value, noon(2019y / 3 / 2));
    }
  }
}

TEST_F(FiltersTest, FiltersAloneListByDateNewestFirst) {
  add("a.txt", 2021y / 1 / 1);
  add("b.txt", 2024y / 1 / 1, 2010y / 1 / 1);
  add("c.txt", 2023y / 1 / 1);
  add("d.txt", 2020y / 1 / 1, 2022y / 1 / 1);
  shelf_->add_name("unread.txt", shelf_->library(), noon(2022y / 6 / 1));
  settle();
  EXPECT_THAT(found("type:text"), ElementsAre("c.txt", "d.txt", "a.txt", "b.txt"));
  EXPECT_THAT(found("name:*.txt"), ElementsAre("c.txt", "unread.txt", "d.txt", "a.txt", "b.txt"));
  EXPECT_THAT(found("before:2022"), ElementsAre("a.txt", "b.txt"));
}

TEST_F(FiltersTest, ManyFilesAreListedByDateToo) {
  for (int i = 0; i < 2'100; ++i) {
    Shelf::Document made = document(fmt::format("{}.txt", i), {fmt::format("apple {}", i)});
    made.modified_unix_ms = noon(2020y / 1 / 1) + (i * 7'919 % 2'100) * 60'000LL;
    shelf_->add(made);
  }
  settle();
  const Response response = ask("type:text", Mode::kHybrid, 200);
  ASSERT_EQ(response.hits.size(), 200U);
  EXPECT_TRUE(std::ranges::is_sorted(response.hits, std::greater(), [](const Hit& hit) { return hit.date; }));
  EXPECT_EQ(response.hits.front().date.value, noon(2020y / 1 / 1) + 2'099 * 60'000LL);
}

TEST_F(FiltersTest, SizesAndPaths) {
  add("Reports/2024/big.txt", 2024y / 1 / 1, {}, 20'000'000);
  add("Reports/small.txt", 2024y / 1 / 1, {}, 150'000);
  settle();
  EXPECT_THAT(found("size:>10MB"), ElementsAre("Reports/2024/big.txt"));
  EXPECT_THAT(found("apple size:100k..200k"), ElementsAre("Reports/small.txt"));
  EXPECT_THAT(found("-size:>10MB"), ElementsAre("Reports/small.txt"));
  EXPECT_THAT(found("path:reports/2024"), ElementsAre("Reports/2024/big.txt"));
  EXPECT_THAT(found("path:ports/*.txt"), IsEmpty()) << "a pattern is of the whole path";
  EXPECT_THAT(found("path:reports/*/b*.txt"), ElementsAre("Reports/2024/big.txt"));
  EXPECT_THAT(found("path:\"REPORTS/small\""), ElementsAre("Reports/small.txt"));
}

TEST_F(FiltersTest, EditsChangeWhatFiltersKnowAndItOutlivesAStart) {
  add("a.txt", 2024y / 1 / 1, {}, 20'000'000);
  const Shelf::Placed placed = placed_;
  settle();
  start();
  EXPECT_THAT(found("size:>10MB"), ElementsAre("a.txt"));
  shelf_->remove(placed.file);
  settle();
  EXPECT_THAT(found("size:>10MB"), IsEmpty());
}

TEST_F(FiltersTest, LanguagesAreTheTextsElseThePassages) {
  add("english.txt", 2024y / 1 / 1);
  add("german.txt", 2024y / 1 / 1);
  shelf_->put_language(placed_.content, "de");
  settle();
  EXPECT_THAT(found("lang:german"), ElementsAre("german.txt"));
  EXPECT_THAT(found("lang:en"), ElementsAre("english.txt"));
  EXPECT_THAT(found("lang:en OR lang:de"), UnorderedElementsAre("english.txt", "german.txt"));
  start();
  EXPECT_THAT(found("-lang:de"), ElementsAre("english.txt"));
}

TEST_F(FiltersTest, AttachmentsAreWhatLiesInAnotherFile) {
  const Shelf::Placed mail = shelf_->add(document("mail.eml", {"apple mail"}, wire::Format::kEml));
  const artefacts::Content part = shelf_->make_content(document("", {"apple invoice"}, wire::Format::kPdf), "part");
  shelf_->put_part(mail.content, part.number, "invoice.pdf");
  shelf_->add(document("plain.txt", {"apple of its own"}));
  settle();
  for (const char* query : {"is:attachment", "apple is:attachment type:pdf"}) {
    const Response response = ask(query);
    ASSERT_THAT(paths(response), ElementsAre("mail.eml")) << query;
    ASSERT_EQ(response.hits.front().parts.size(), 1U);
    EXPECT_EQ(response.hits.front().parts.front().path, "invoice.pdf");
  }
  EXPECT_THAT(found("apple -is:attachment"), UnorderedElementsAre("mail.eml", "plain.txt"));
  EXPECT_THAT(found("is:attachment type:eml"), IsEmpty());
}

TEST_F(FiltersTest, StatesOfFiles) {
  add("locked.txt", 2024y / 1 / 1);
  shelf_->put_failure(placed_.content, artefacts::TaskState::kSkipped, "encrypted");
  add("broken.txt", 2024y / 1 / 1);
  shelf_->put_failure(placed_.content, artefacts::TaskState::kFailed, "damaged");
  shelf_->add(document("empty.txt", {}, wire::Format::kEmpty));
  shelf_->add(document("one.txt", {"the same apple"}));
  shelf_->add(document("two.txt", {"the same apple"}));
  Shelf::Document fresh = document("fresh.txt", {"a new apple"});
  fresh.modified_unix_ms = now_unix_millis().value - 86'400'000;
  shelf_->add(fresh);
  settle();
  EXPECT_THAT(found("is:encrypted"), ElementsAre("locked.txt"));
  EXPECT_THAT(found("is:skipped"), ElementsAre("locked.txt"));
  EXPECT_THAT(found("is:failed"), ElementsAre("broken.txt"));
  EXPECT_THAT(found("is:empty"), ElementsAre("empty.txt"));
  EXPECT_THAT(found("is:recent"), ElementsAre("fresh.txt"));
  const Response copies = ask("is:duplicate");
  ASSERT_EQ(copies.hits.size(), 1U);
  EXPECT_EQ(copies.hits.front().same_content.size(), 1U);
}

}  // namespace
}  // namespace alcove::search

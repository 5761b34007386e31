#include "domain/search/facets.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "domain/search/filters.hpp"
#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::int64_t kDay = 86'400'000;

class FacetsTest : public SearchTest {
 protected:
  void add(const char* path, wire::Format format, std::int64_t changed_day, std::string_view word = "apple",
           LibraryId library = {}) {
    Shelf::Document made = document(path, {fmt::format("{} in {}", word, path)}, format);
    made.modified_unix_ms = changed_day * kDay;
    shelf_->add(made, library ? library : shelf_->library());
  }
  Facets facets_of(const std::string& query) {
    auto response =
        search_->search(Shelf::everyone(), {.query = query, .mode = Mode::kKeyword, .limit = 1, .facets = true},
                        Context::with_timeout(kPatience));
    EXPECT_TRUE(response && response->facets);
    return response && response->facets ? *response->facets : Facets{};
  }
  static std::vector<std::pair<std::string, std::int64_t>> values(const Facets& facets, std::string_view name) {
    std::vector<std::pair<std::string, std::int64_t>> found;
    for (const Facet& facet : facets.facets) {
      for (const FacetValue& value : facet.values) {
        if (facet.name == name) {
          found.emplace_back(value.value, value.count);
        }
      }
    }
    return found;
  }
};

TEST(FacetTypes, EveryFormatIsOfATypeThatTheFilterKnows) {
  for (int i = 0; i < static_cast<int>(wire::Format::kCount_); ++i) {
    const auto format = static_cast<wire::Format>(i);
    if (format == wire::Format::kUnknown) {
      continue;
    }
    EXPECT_THAT(formats_of_type(type_of_format(format)), testing::Contains(format)) << wire::format_name(format);
  }
  EXPECT_EQ(type_of_format(wire::Format::kUnknown), "");
}

TEST_F(FacetsTest, CountWhatTheWordsFind) {
  const LibraryId other = shelf_->add_library("Other papers");
  add("letters/a.pdf", wire::Format::kPdf, 20'000);  // 2024
  add("letters/b.docx", wire::Format::kDocx, 20'001);
  add("bills/old/c.doc", wire::Format::kDoc, 19'000);  // 2022
  add("d.pdf", wire::Format::kPdf, 19'001, "apple", other);
  add("letters/e.pdf", wire::Format::kPdf, 20'000, "pear");
  settle();
  const Facets facets = facets_of("apple");
  EXPECT_TRUE(facets.is_complete);
  EXPECT_EQ(facets.counted, 4);
  EXPECT_THAT(values(facets, "type"), ElementsAre(Pair("pdf", 2), Pair("word", 2)));
  EXPECT_THAT(values(facets, "library"), ElementsAre(Pair("Shelf", 3), Pair("Other papers", 1)));
  EXPECT_THAT(values(facets, "year"), ElementsAre(Pair("2022", 2), Pair("2024", 2)));
  EXPECT_THAT(values(facets, "language"), ElementsAre(Pair("en", 4)));
  EXPECT_THAT(values(facets, "folder"), ElementsAre(Pair("Shelf/letters", 2), Pair("Shelf/bills", 1)));
}

TEST_F(FacetsTest, EveryFilterLeavesAsManyFilesAsItsCountSays) {
  add("letters \"x\"/a.pdf", wire::Format::kPdf, 20'000);
  add("Steuern 2023/b.xls", wire::Format::kXls, 19'900);
  add("Steuern 2023/c.xlsx", wire::Format::kXlsx, 19'500);
  add("d.zip", wire::Format::kCompressed, 18'000);
  settle();
  for (const std::string query : {"apple", "type:excel OR type:pdf"}) {
    for (const Facet& facet : facets_of(query).facets) {
      for (const FacetValue& value : facet.values) {
        const std::string narrowed = query.contains(':') ? fmt::format("({}) {}", query, value.filter)
                                                         : fmt::format("{} {}", query, value.filter);
        EXPECT_EQ(static_cast<std::int64_t>(ask(narrowed, Mode::kKeyword).hits.size()), value.count) << narrowed;
      }
    }
  }
}

TEST_F(FacetsTest, OfFiltersAloneTheyCountAllThatPasses) {
  for (int i = 0; i < 5; ++i) {
    add(fmt::format("a/{}.txt", i).c_str(), wire::Format::kPlainText, 20'000);
  }
  add("b/6.pdf", wire::Format::kPdf, 20'000);
  settle();
  EXPECT_THAT(values(facets_of("type:txt"), "folder"), ElementsAre(Pair("Shelf/a", 5)));
  EXPECT_THAT(values(facets_of("in:b"), "type"), ElementsAre(Pair("pdf", 1)));
}

}  // namespace
}  // namespace alcove::search

#include <gmock/gmock.h>

#include "domain/search/search_test.hpp"

namespace alcove::search {
namespace {

/// Every way of writing finds every other one, first among what shares a part of it only.
TEST_F(SearchTest, NumbersAndCodesAreFoundHoweverTheyAreWritten) {
  const std::vector<std::vector<std::string>> ways{
      {"RE-2024/0815", "RE 2024 0815", "RE2024/0815", "re20240815"},
      {"DE89370400440532013000", "DE89 3704 0044 0532 0130 00"},
      {"AB-123.45/C", "AB123.45C", "ab12345c"},
      {"+49 89 1234-567", "+49 (0)89 1234567", "+4989 1234567", "49891234567"},
      {"1.234,56", "1,234.56", "1234.56", "1 234,56"},
      {"4711-0042-77", "4711 0042 77", "4711004277"},
  };
  std::size_t file = 0;
  for (const auto& code : ways) {
    for (const std::string& way : code) {
      shelf_->add(document("doc" + std::to_string(file) + ".txt",
                           {"The number " + way + " stands in a letter of page " + std::to_string(file)}));
      ++file;
    }
  }
  // What shares parts only.
  shelf_->add(document("other1.txt", {"RE of 2024 and number 0815 and 1234 and 56"}));
  shelf_->add(document("other2.txt", {"DE89 and 3704 and 0044; 4711 and 0042 and 77; +49 and 89"}));
  settle();
  std::size_t first = 0;
  for (const auto& code : ways) {
    for (const std::string& asked : code) {
      const std::vector<std::string> order = found(asked, Mode::kKeyword);
      ASSERT_GE(order.size(), code.size()) << asked;
      std::vector<std::string> best(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(code.size()));
      std::ranges::sort(best);
      std::vector<std::string> wanted;
      for (std::size_t i = 0; i < code.size(); ++i) {
        wanted.push_back("doc" + std::to_string(first + i) + ".txt");
      }
      std::ranges::sort(wanted);
      EXPECT_EQ(best, wanted) << asked;
    }
    first += code.size();
  }
}

}  // namespace
}  // namespace alcove::search

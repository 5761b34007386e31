/// @file
/// Any bytes as a query: no crash, well-formed parts, limits kept.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "domain/search/query.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using alcove::is_valid_utf8;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const alcove::search::ParsedQuery parsed = alcove::search::parse_query(input);
  const std::size_t items =
      parsed.words.size() + parsed.phrases.size() + parsed.excluded.size() + parsed.filters.size();
  ALCOVE_CHECK(items <= alcove::search::kQueryItemsMax, "more items than the limit");
  ALCOVE_CHECK(is_valid_utf8(parsed.text) && parsed.text.size() <= alcove::search::kQueryBytesMax, "text");
  for (const auto* list : {&parsed.words, &parsed.phrases, &parsed.excluded, &parsed.notes}) {
    for (const std::string& item : *list) {
      ALCOVE_CHECK(!item.empty() && is_valid_utf8(item), "a part is malformed");
    }
  }
  for (const alcove::search::Filter& filter : parsed.filters) {
    (void)alcove::search::matches_glob(filter.value, parsed.text);
  }
  return 0;
}

/// @file
/// Any bytes as a date: no crash, no endless search, and what is found is a stretch of time.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "domain/search/dates.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const int today : {0, 19'860, -200'000, 300'000}) {
    const auto found = alcove::search::parse_date(input, std::chrono::sys_days(std::chrono::days(today)));
    ALCOVE_CHECK(!found || found->first < found->end, "a date is an empty stretch");
    if (found) {
      (void)alcove::search::local_midnight_unix_ms(found->anchor);
    }
  }
  return 0;
}

#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace alcove {

void check_failed(const char* file, int line, std::string_view condition, std::string_view why) noexcept {
  std::fprintf(stderr, "alcove: bug at %s:%d: %.*s is false: %.*s\n", file, line, static_cast<int>(condition.size()),
               condition.data(), static_cast<int>(why.size()), why.data());
  std::abort();
}

}  // namespace alcove

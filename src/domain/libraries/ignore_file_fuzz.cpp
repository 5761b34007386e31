#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "domain/libraries/ignore_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
/// The first line is a path, the rest a file of rules.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove::libraries;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\n'), all.size());
  const std::string_view path = all.substr(0, end);
  const std::string rules(all.substr(std::min(end + 1, all.size())));
  for (const bool is_folder : {false, true}) {
    (void)IgnoreFile::parse(rules).judge(path, is_folder);
    // Whatever came before, the last line that matches decides.
    const IgnoreFile ignoring = IgnoreFile::parse(rules + "\n*\n");
    const IgnoreFile keeping = IgnoreFile::parse(rules + "\n!*\n");
    ALCOVE_CHECK(ignoring.is_cut() || ignoring.judge(path, is_folder) == IgnoreFile::Verdict::kIgnored, "ignored");
    ALCOVE_CHECK(keeping.is_cut() || keeping.judge(path, is_folder) == IgnoreFile::Verdict::kKept, "kept");
  }
  return 0;
}

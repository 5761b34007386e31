#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "domain/libraries/ignore_rules.hpp"

namespace {

/// The same matcher by its definition; exponential, hence only for short input.
bool matches_by_definition(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) {
    return name.empty();
  }
  if (pattern[0] == '*') {
    return matches_by_definition(pattern.substr(1), name) ||
           (!name.empty() && matches_by_definition(pattern, name.substr(1)));
  }
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return !name.empty() && (pattern[0] == '?' || lower(pattern[0]) == lower(name[0])) &&
         matches_by_definition(pattern.substr(1), name.substr(1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove::libraries;
  constexpr std::size_t kDefinitionSizeMax = 12;
  const std::string all(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  const std::string_view pattern = std::string_view(all).substr(0, cut);
  const std::string_view name = std::string_view(all).substr(cut);
  (void)is_ignored_file(all);
  (void)is_ignored_folder(all);
  const bool matched = matches_glob(pattern, name);
  if (pattern.size() <= kDefinitionSizeMax && name.size() <= kDefinitionSizeMax) {
    ALCOVE_CHECK(matched == matches_by_definition(pattern, name), "both matchers agree");
  }
  return 0;
}

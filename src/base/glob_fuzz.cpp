#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"

namespace {

std::string_view without_first_character(std::string_view text) {
  text.remove_prefix(1);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0U) == 0x80U) {
    text.remove_prefix(1);
  }
  return text;
}

/// The same matcher by its definition; exponential, hence only for short input.
bool matches_by_definition(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) {
    return name.empty();
  }
  const std::string_view rest = pattern.substr(1);
  if (pattern[0] == '*') {
    return matches_by_definition(rest, name) ||
           (!name.empty() && matches_by_definition(pattern, without_first_character(name)));
  }
  if (name.empty()) {
    return false;
  }
  return pattern[0] == '?' ? matches_by_definition(rest, without_first_character(name))
                           : pattern[0] == name[0] && matches_by_definition(rest, name.substr(1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove;
  constexpr std::size_t kDefinitionSizeMax = 12;
  const std::string all(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  const std::string_view pattern = std::string_view(all).substr(0, cut);
  const std::string_view name = std::string_view(all).substr(cut);
  const bool matched = matches_glob(pattern, name);
  if (pattern.size() <= kDefinitionSizeMax && name.size() <= kDefinitionSizeMax && is_valid_utf8(pattern) &&
      is_valid_utf8(name)) {
    ALCOVE_CHECK(matched == matches_by_definition(pattern, name), "both matchers agree");
  }
  return 0;
}

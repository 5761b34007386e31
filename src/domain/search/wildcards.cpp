#include "domain/search/wildcards.hpp"

#include <algorithm>
#include <utility>

#include "base/glob.hpp"

namespace alcove::search {

Result<Expansion> expand_wildcard(fulltext::Index& index, std::string_view pattern) {
  Expansion expansion;
  const std::string_view prefix = pattern.substr(0, pattern.find_first_of("*?"));
  if (prefix.empty()) {
    return expansion;
  }
  std::vector<std::pair<std::uint32_t, std::string>> found;
  std::size_t read = 0;
  ALCOVE_TRY_VOID(index.for_each_term(prefix, [&](std::string_view term, std::uint32_t frequency) {
    if (matches_glob(pattern, term)) {
      found.emplace_back(frequency, term);
    }
    expansion.is_cut = ++read == kWildcardTermsReadMax;
    return !expansion.is_cut;
  }));
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  });
  if (found.size() > kWildcardWordsMax) {
    found.resize(kWildcardWordsMax);
    expansion.is_cut = true;
  }
  for (auto& [frequency, word] : found) {
    expansion.words.push_back(std::move(word));
  }
  return expansion;
}

std::vector<std::string> wildcards_of(const Node& node) {
  std::vector<std::string> found;
  const auto visit = [&](const auto& self, const Node& at) -> void {
    if (at.kind == Node::Kind::kWildcard && std::ranges::find(found, at.text) == found.end()) {
      found.push_back(at.text);
    }
    for (const Node& child : at.children) {
      self(self, child);
    }
  };
  visit(visit, node);
  return found;
}

}  // namespace alcove::search

#include "domain/search/snippet.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/text.hpp"
#include "drivers/text/terms.hpp"

namespace alcove::search {
namespace {

constexpr std::string_view kEllipsis = "…";
/// Text shown before the first match, as a share of the stretch.
constexpr std::size_t kLeadDivisor = 5;
constexpr std::size_t kMatchedMax = 16;

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t term = 0;  ///< Index into the query's terms.
};

/// Where the query's terms stand, in order, overlapping ones joined.
std::vector<Range> find_ranges(const wire::Passage& passage, const std::vector<QueryTerm>& ranking) {
  std::unordered_map<std::string_view, std::size_t> wanted;
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    for (const std::string& variant : ranking[i].variants) {
      wanted.emplace(variant, i);
    }
  }
  std::vector<Range> ranges;
  for (const text::Term& term : text::make_terms(passage.text, passage.language)) {
    const auto found = wanted.find(ranking_term(term, passage.language));
    if (found != wanted.end()) {
      ranges.push_back({.begin = term.begin, .end = term.end, .term = found->second});
    }
  }
  std::ranges::sort(ranges, {}, &Range::begin);
  return ranges;
}

/// Bytes that hold as many characters as a snippet of Latin text.
std::size_t window_bytes(std::string_view text) {
  const std::size_t characters = std::max<std::size_t>(1, utf8_length(text));
  const std::size_t per_character = std::max<std::size_t>(1, text.size() / characters);
  // Han and kana say more in one character than letters do.
  return kSnippetCharactersMax * std::min<std::size_t>(per_character, 2);
}

/// The first match of the stretch that holds the most different terms; ties go to more matches, then to the earlier.
std::size_t best_start(const std::vector<Range>& ranges, std::size_t window, std::size_t term_count) {
  std::vector<std::size_t> counts(term_count, 0);
  std::size_t different = 0;
  std::size_t last = 0;
  std::pair<std::size_t, std::size_t> best{0, 0};
  std::size_t best_first = 0;
  for (std::size_t first = 0; first < ranges.size(); ++first) {
    while (last < ranges.size() && ranges[last].end <= ranges[first].begin + window) {
      different += counts[ranges[last].term]++ == 0 ? 1 : 0;
      ++last;
    }
    if (std::pair(different, last - first) > best) {
      best = {different, last - first};
      best_first = first;
    }
    if (last > first) {
      different -= --counts[ranges[first].term] == 0 ? 1 : 0;
    } else {
      last = first + 1;
    }
  }
  return ranges[best_first].begin;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The nearest white space after `at` within some bytes, else the next whole character.
std::size_t snap_forward(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 30;
  if (at == 0 || at >= text.size()) {
    return std::min(at, text.size());
  }
  for (std::size_t i = at; i < std::min(text.size(), at + kReach); ++i) {
    if (text[i] == ' ' || text[i] == '\n') {
      return i + 1;
    }
  }
  while (at < text.size() && is_continuation(text[at])) {
    ++at;
  }
  return at;
}

std::size_t snap_back(std::string_view text, std::size_t at, std::size_t least) {
  constexpr std::size_t kReach = 30;
  if (at >= text.size()) {
    return text.size();
  }
  for (std::size_t i = at; i > std::max(least, at > kReach ? at - kReach : 0); --i) {
    if (text[i] == ' ' || text[i] == '\n') {
      return i;
    }
  }
  while (at > least && is_continuation(text[at])) {
    --at;
  }
  return at;
}

void append_span(std::vector<SnippetSpan>& spans, std::string_view text, bool match) {
  if (text.empty()) {
    return;
  }
  std::string shown(text);
  std::ranges::replace(shown, '\n', ' ');
  if (!spans.empty() && spans.back().match == match) {
    spans.back().text += shown;
  } else {
    spans.push_back({.text = std::move(shown), .match = match});
  }
}

}  // namespace

Snippet make_snippet(const wire::Passage& passage, const std::vector<QueryTerm>& ranking) {
  Snippet snippet;
  const std::string_view text = passage.text;
  const std::vector<Range> ranges = find_ranges(passage, ranking);
  const std::size_t window = window_bytes(text);
  std::size_t begin = 0;
  if (!ranges.empty()) {
    const std::size_t start = best_start(ranges, window - window / kLeadDivisor, ranking.size());
    const std::size_t lead = window / kLeadDivisor;
    begin = start > lead ? std::min(snap_forward(text, start - lead), start) : 0;
  }
  const std::size_t end = snap_back(text, begin + window, begin);
  if (begin > 0) {
    append_span(snippet.spans, kEllipsis, false);
  }
  std::size_t at = begin;
  for (const Range& range : ranges) {
    if (range.end <= at || range.begin >= end) {
      continue;
    }
    const std::size_t from = std::max(range.begin, at);
    const std::size_t to = std::min(range.end, end);
    append_span(snippet.spans, text.substr(at, from - at), false);
    append_span(snippet.spans, text.substr(from, to - from), true);
    at = to;
  }
  append_span(snippet.spans, text.substr(at, end - at), false);
  if (end < text.size()) {
    append_span(snippet.spans, kEllipsis, false);
  }
  std::unordered_set<std::string> seen;
  for (const Range& range : ranges) {
    std::string word(text.substr(range.begin, range.end - range.begin));
    if (snippet.matched.size() < kMatchedMax && seen.insert(text::fold_word(word)).second) {
      snippet.matched.push_back(std::move(word));
    }
  }
  return snippet;
}

}  // namespace alcove::search

#include "domain/search/telling_words.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "drivers/text/terms.hpp"

namespace alcove::search {
namespace {

/// Different words of one document that are looked up; a longer one's first ones tell enough.
constexpr std::size_t kDifferentWordsMax = 20'000;
/// Letters and digits below which a word says nothing; characters of Chinese have three bytes.
constexpr std::size_t kBytesMin = 3;

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

bool may_tell(const text::Term& term, std::string_view language) {
  switch (term.kind) {
    case text::TermKind::kWord: return term.surface.size() >= kBytesMin && !text::is_stop_word(term.surface, language);
    case text::TermKind::kJoined: return has_digit(term.surface);
    case text::TermKind::kBigram: return true;
    case text::TermKind::kUnigram: break;
  }
  return false;
}

double repeated(const QueryTerm& word) {
  return 1 + std::log(static_cast<double>(word.repeats));
}

}  // namespace

Result<std::vector<QueryTerm>> telling_words(std::span<const wire::Passage> passages, std::uint32_t passage_count,
                                             const TermFrequencies& frequencies) {
  std::vector<QueryTerm> words;
  std::vector<std::string> terms;
  std::unordered_map<std::string, std::size_t> known;
  for (const wire::Passage& passage : passages) {
    for (const text::Term& term : text::make_terms(passage.text, passage.language)) {
      if (!may_tell(term, passage.language)) {
        continue;
      }
      std::string ranking = ranking_term(term, passage.language);
      const auto found = known.find(ranking);
      if (found != known.end()) {
        ++words[found->second].repeats;
      } else if (words.size() < kDifferentWordsMax) {
        known.emplace(ranking, words.size());
        words.push_back({.surface = term.surface, .variants = {ranking}, .factors = {1.0}});
        terms.push_back(std::move(ranking));
      }
    }
  }
  ALCOVE_TRY(const std::vector<std::uint32_t> counts, frequencies(terms));
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (counts[i] > 1) {
      order.emplace_back(-repeated(words[i]) * fulltext::bm25_idf(passage_count, counts[i]), i);
    }
  }
  std::ranges::sort(order);
  std::vector<QueryTerm> telling;
  for (const auto& [weight, i] : std::span(order).first(std::min(order.size(), kTellingWordsMax))) {
    telling.push_back(std::move(words[i]));
  }
  return telling;
}

fulltext::Query any_of(std::span<const QueryTerm> words) {
  std::vector<fulltext::Query> any;
  for (const QueryTerm& word : words) {
    any.push_back(fulltext::Query::scaled(fulltext::Query::of_term(word.variants.front()), repeated(word)));
  }
  return any.empty() ? fulltext::Query::nothing() : fulltext::Query::of(fulltext::Query::Kind::kOr, std::move(any));
}

}  // namespace alcove::search

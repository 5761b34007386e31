#include "domain/search/spelling.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/filters.hpp"
#include "drivers/text/terms.hpp"
#include "drivers/text/unicode.hpp"

namespace alcove::search {
namespace {

/// Letters from which on two slips are taken for one word.
constexpr std::size_t kTwoSlipsLettersMin = 8;

void take_code_points(std::string_view utf8, std::u32string& points) {
  points.clear();
  for (std::size_t at = 0; at < utf8.size();) {
    points += text::next_code_point(utf8, at);
  }
}

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

/// The one folded word that a text is; empty when it is none or several.
std::string single_word(std::string_view written) {
  const std::vector<text::Term> terms = text::make_terms(written, {});
  return terms.size() == 1 && terms.front().kind == text::TermKind::kWord ? terms.front().surface : std::string();
}

/// Compares `word` with the terms that begin with `first` and keeps the best.
struct Best {
  std::size_t slips = 0;
  std::uint32_t frequency = 0;
  std::string word;
};
Status look_among(const Vocabulary& vocabulary, std::string_view first, std::u32string_view wanted, std::size_t most,
                  std::vector<Best>& found) {
  std::size_t read = 0;
  std::u32string letters;
  const std::string from = std::string(vocabulary.prefix) + std::string(first);
  return vocabulary.index.for_each_term(from, [&](std::string_view term, std::uint32_t frequency) {
    const std::string_view word = term.substr(vocabulary.prefix.size());
    // Most differ in length alone: a quick look before the costly one.
    const std::size_t length = utf8_length(word);
    if (length + most >= wanted.size() && length <= wanted.size() + most && !has_digit(word)) {
      take_code_points(word, letters);
      const std::size_t slips = edit_distance(wanted, letters, most);
      if (slips > 0 && slips <= most) {
        found.push_back({.slips = slips, .frequency = frequency, .word = std::string(word)});
      }
    }
    return ++read < kSpellingTermsReadMax;
  });
}

}  // namespace

Result<std::vector<std::string>> words_beginning(const Vocabulary& vocabulary, std::string_view begun,
                                                 std::size_t limit) {
  std::vector<std::pair<std::uint32_t, std::string>> found;
  std::size_t read = 0;
  const std::string from = std::string(vocabulary.prefix) + std::string(begun);
  ALCOVE_TRY_VOID(vocabulary.index.for_each_term(from, [&](std::string_view term, std::uint32_t frequency) {
    found.emplace_back(frequency, term);
    return ++read < kBegunTermsReadMax;
  }));
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  });
  std::vector<std::string> words;
  for (const auto& [frequency, term] : found) {
    if (words.size() == limit) {
      break;
    }
    ALCOVE_TRY(const bool visible, vocabulary.index.occurs_within(term, vocabulary.visible));
    if (visible) {
      words.push_back(term.substr(vocabulary.prefix.size()));
    }
  }
  return words;
}

Result<std::optional<std::string>> nearest_word(const Vocabulary& vocabulary, std::string_view word) {
  std::u32string wanted;
  take_code_points(word, wanted);
  if (wanted.size() < kCorrectedLettersMin) {
    return std::nullopt;
  }
  const std::size_t most = wanted.size() >= kTwoSlipsLettersMin ? 2 : 1;
  std::vector<Best> found;
  // Nearly everyone gets the first letter right, or swaps it with the second.
  std::string letter;
  for (const std::size_t begins : {std::size_t{0}, std::size_t{1}}) {
    letter.clear();
    text::append_code_point(letter, wanted[begins]);
    if (begins == 0 || found.empty()) {
      ALCOVE_TRY_VOID(look_among(vocabulary, letter, wanted, most, found));
    }
  }
  std::ranges::sort(found, [](const Best& a, const Best& b) {
    return std::tuple(a.slips, b.frequency, a.word) < std::tuple(b.slips, a.frequency, b.word);
  });
  for (const Best& best : found) {
    ALCOVE_TRY(const bool visible,
               vocabulary.index.occurs_within(std::string(vocabulary.prefix) + best.word, vocabulary.visible));
    if (visible) {
      return best.word;
    }
  }
  return std::nullopt;
}

namespace {

/// Whether a visible document matches. Looked for term by term, which ends at the first: nearly every word is known,
/// and common ones stand in most documents.
Result<bool> occurs(const fulltext::Query& query, const Vocabulary& passages) {
  using Kind = fulltext::Query::Kind;
  if (query.kind == Kind::kTerm) {
    return passages.index.occurs_within(query.term, passages.visible);
  }
  const bool is_one_of = query.kind == Kind::kOr || (query.kind == Kind::kAnd && query.children.size() == 1);
  if (!is_one_of) {
    ALCOVE_TRY(const sets::Bitmap found, passages.index.matches(query, &passages.visible));
    return !found.empty();
  }
  for (const fulltext::Query& child : query.children) {
    ALCOVE_TRY(const bool found, occurs(child, passages));
    if (found) {
      return true;
    }
  }
  return false;
}

/// Whether a visible document or name has the word in any form.
Result<bool> is_known(std::string_view written, std::string_view surface, const Vocabulary& passages,
                      const Vocabulary& names, const std::vector<std::string>& languages) {
  ALCOVE_TRY(bool known, occurs(any_form_query(written, languages), passages));
  for (const char kind : {'N', 'F', 'E'}) {
    if (!known) {
      ALCOVE_TRY(known, names.index.occurs_within(std::string(1, kind) + std::string(surface), names.visible));
    }
  }
  return known;
}

/// The first place where `word` stands in `query` by itself; npos when it does not.
std::size_t find_alone(std::string_view query, std::string_view word) {
  const auto parts = [](char c) { return std::string_view(" \t\n()|-").contains(c); };
  for (std::size_t at = query.find(word); at != std::string_view::npos; at = query.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || parts(query[at - 1])) && (end == query.size() || parts(query[end]))) {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Result<std::optional<std::string>> corrected_query(std::string_view query, const ParsedQuery& parsed,
                                                   const Vocabulary& passages, const Vocabulary& names,
                                                   const std::vector<std::string>& languages) {
  /// A longer text is no line of search words, and each word costs.
  constexpr std::size_t kWordsMax = 8;
  std::string corrected(query);
  bool changed = false;
  for (const std::string& written : std::span(parsed.words).first(std::min(parsed.words.size(), kWordsMax))) {
    const std::string surface = single_word(written);
    if (surface.empty() || has_digit(surface)) {
      continue;
    }
    ALCOVE_TRY(const bool known, is_known(written, surface, passages, names, languages));
    if (known) {
      continue;
    }
    ALCOVE_TRY(std::optional<std::string> meant, nearest_word(passages, surface));
    if (!meant) {
      ALCOVE_TRY(meant, nearest_word(names, surface));
    }
    const std::size_t at = find_alone(corrected, written);
    if (meant && at != std::string::npos) {
      corrected.replace(at, written.size(), *meant);
      changed = true;
    }
  }
  return changed ? std::optional(std::move(corrected)) : std::nullopt;
}

}  // namespace alcove::search

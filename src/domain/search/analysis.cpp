#include "domain/search/analysis.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"

namespace alcove::search {
namespace {

using fulltext::Posting;
using fulltext::Query;
using text::Term;
using text::TermKind;

/// Phrases never reach from one text into the next of the same document.
constexpr std::uint32_t kPositionGap = 100;
/// A word of a name that is only begun.
constexpr double kBegunWeight = 0.5;
constexpr std::size_t kBegunBytesMin = 2;
/// Words beside one another say something for short queries only.
constexpr std::size_t kAdjacentWordsMax = 5;
/// What a sentence's function words count beside its others: enough to settle ties between passages.
constexpr double kCommonWeight = 0.5;
/// Words that a wildcard ranks by, the most frequent ones; all of them are found.
constexpr std::size_t kPatternWordsRanked = 32;
/// From this many words on a query is a sentence, whose function words are left out.
constexpr std::size_t kSentenceWordsMin = 3;

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

std::string stem_term(std::string_view stem, std::string_view language) {
  std::string term = "Z";
  term += language;
  term += ':';
  term += stem;
  return term;
}

/// Bigrams carry Chinese, Japanese and Korean words; single characters count only where there is nothing else.
bool is_positional(const Term& term) {
  return term.kind == TermKind::kWord || term.kind == TermKind::kUnigram;
}

std::uint32_t append_text(std::vector<Posting>& postings, std::string_view text, std::string_view language,
                          std::uint32_t offset) {
  std::uint32_t last = offset;
  for (const Term& term : text::make_terms(text, language)) {
    const std::uint32_t position = offset + term.position + 1;
    last = std::max(last, position);
    postings.push_back({.term = term.surface, .position = position, .weight = 0});
    // A compound's joined form is found, but does not weigh beside its parts; a code's does.
    const bool weighs = term.kind != TermKind::kJoined || has_digit(term.surface);
    postings.push_back({.term = ranking_term(term, language), .position = 0, .weight = weighs ? 1U : 0U});
    if (text::keeps_accents(language) && term.kind == TermKind::kWord) {
      postings.push_back({.term = stem_term(term.surface, {}), .position = 0, .weight = 1});
    }
  }
  return last;
}

/// Positions only, which carry phrases; what ranks belongs to the next passage.
std::uint32_t append_overlap(std::vector<Posting>& postings, std::string_view next_text, std::uint32_t last) {
  // Longer than any such number of words is; a cut character or word at the end is one that no phrase needs.
  constexpr std::size_t kBytesMax = kOverlapWords * 32;
  const std::uint32_t offset = last;
  for (const Term& term : text::make_terms(utf8_prefix(next_text, kBytesMax), {})) {
    if (term.position < kOverlapWords) {
      const std::uint32_t position = offset + term.position + 1;
      last = std::max(last, position);
      postings.push_back({.term = term.surface, .position = position, .weight = 0});
    }
  }
  return last;
}

/// What a phrase compares: words, and characters of scripts without spaces.
struct Exact {
  std::vector<std::string> surfaces;
  std::uint32_t window = 0;
};

Exact exact_of(std::string_view written) {
  Exact exact;
  std::optional<std::uint32_t> first;
  const std::vector<Term> terms = text::make_terms(written, {});
  for (const Term& term : terms) {
    // Long dictionary words of Chinese and Japanese cover characters that are there one by one.
    const bool covers = term.kind == TermKind::kWord && std::ranges::any_of(terms, [&](const Term& other) {
                          return other.kind == TermKind::kUnigram && other.begin == term.begin;
                        });
    if (is_positional(term) && !covers) {
      exact.surfaces.push_back(term.surface);
      first = first.value_or(term.position);
      exact.window = term.position - *first + 1;
    }
  }
  return exact;
}

/// The ranking terms of one word: as it is, and its stem in each language.
std::vector<std::string> forms_of(const Term& term, std::string_view written, std::span<const std::string> languages) {
  std::vector<std::string> forms{stem_term(term.surface, {})};
  if (term.kind == TermKind::kWord && !has_digit(term.surface)) {
    const std::string_view word = written.substr(term.begin, term.end - term.begin);
    for (const std::string& language : languages) {
      forms.push_back(stem_term(text::make_stem(word, language), language));
    }
  }
  return forms;
}

/// The language most of whose function words stand in the query; nothing when none does.
std::set<std::string> stop_words_of(std::span<const std::string> surfaces) {
  std::set<std::string> found;
  if (surfaces.size() < kSentenceWordsMin) {
    return found;
  }
  std::map<std::string_view, std::size_t> counts;
  std::size_t most = 0;
  for (const std::string_view language : text::stop_word_languages()) {
    std::size_t& count = counts[language];
    for (const std::string& surface : surfaces) {
      count += text::is_stop_word(surface, language) ? 1 : 0;
    }
    most = std::max(most, count);
  }
  for (const auto& [language, count] : counts) {
    for (const std::string& surface : surfaces) {
      if (count == most && text::is_stop_word(surface, language)) {
        found.insert(surface);
      }
    }
  }
  return found;
}

/// The language most of whose function words stand in the query; empty when none does.
std::string_view language_of(std::span<const std::string> surfaces) {
  std::string_view best;
  std::ptrdiff_t most = 0;
  for (const std::string_view language : text::stop_word_languages()) {
    const auto count =
        std::ranges::count_if(surfaces, [&](const auto& surface) { return text::is_stop_word(surface, language); });
    if (count > most) {
      most = count;
      best = language;
    }
  }
  return best;
}

/// Of "Zen:connect": "en"; of "Z:word": "".
std::string_view language_of_variant(std::string_view variant) {
  return variant.substr(1, variant.find(':') - 1);
}

class Analyser {
 public:
  Analyser(std::span<const std::string> languages, const WordStatistics* statistics, const Expansions* expansions)
      : languages_(languages), statistics_(statistics), expansions_(expansions) {}

  Analysed analyse(const ParsedQuery& query) && {
    for (const std::string& word : query.words) {
      add_text(word);
    }
    add_spaced_codes(query.words);
    for (const std::string& phrase : query.phrases) {
      add_text(phrase);
    }
    for (const std::string& wildcard : query.wildcards) {
      add_wildcard(wildcard);
    }
    weigh_rarity();
    part_stop_words();
    build_ranking();
    build_names(query);
    return std::move(analysed_);
  }

 private:
  struct Pending {
    QueryTerm term;
    TermKind kind;
  };

  void add_text(std::string_view written) {
    const std::vector<Term> terms = text::make_terms(written, {});
    const bool has_bigrams = std::ranges::any_of(terms, [](const Term& t) { return t.kind == TermKind::kBigram; });
    for (const Term& term : terms) {
      if (term.kind == TermKind::kUnigram && has_bigrams) {
        continue;
      }
      const auto same = std::ranges::find(pending_, term.surface, [](const Pending& p) { return p.term.surface; });
      if (same != pending_.end()) {
        ++same->term.repeats;
        continue;
      }
      QueryTerm made{.surface = term.surface,
                     .variants = forms_of(term, written, languages_),
                     .joined = term.kind == TermKind::kJoined,
                     .factors = {}};
      pending_.push_back({.term = std::move(made), .kind = term.kind});
    }
  }

  /// "DE89 3704 …" is typed as several words and may be written as one.
  void add_spaced_codes(const std::vector<std::string>& words) {
    std::string written;
    for (const std::string& word : words) {
      written += (written.empty() ? "" : " ") + word;
    }
    std::vector<Term> codes = text::make_terms(written, {});
    std::erase_if(codes, [](const Term& term) { return term.kind != TermKind::kJoined || !has_digit(term.surface); });
    std::vector<Query> whole;
    for (const Term& code : codes) {
      const bool is_known =
          std::ranges::any_of(pending_, [&](const Pending& p) { return p.term.surface == code.surface; });
      if (!is_known) {
        pending_.push_back({.term = {.surface = code.surface,
                                     .variants = forms_of(code, written, languages_),
                                     .joined = true,
                                     .factors = {}},
                            .kind = TermKind::kJoined});
      }
      const bool is_part = std::ranges::any_of(codes, [&](const Term& other) {
        return other.begin <= code.begin && code.end <= other.end && code.end - code.begin < other.end - other.begin;
      });
      if (!is_part) {
        whole.push_back(Query::of_term(stem_term(code.surface, {})));
      }
    }
    if (!whole.empty()) {
      analysed_.whole_code = Query::of(Query::Kind::kOr, std::move(whole));
    }
  }

  void add_wildcard(const std::string& written) {
    const auto words = expansions_ == nullptr ? Expansions::const_iterator{} : expansions_->find(written);
    if (expansions_ == nullptr || words == expansions_->end() || words->second.empty()) {
      return;
    }
    QueryTerm made{.surface = wildcard_pattern(written), .variants = {}, .is_pattern = true, .factors = {}};
    const std::span<const std::string> ranked =
        std::span(words->second).first(std::min(words->second.size(), kPatternWordsRanked));
    for (const std::string& word : ranked) {
      const Term term{.kind = TermKind::kWord, .surface = word, .stem = {}, .begin = 0, .end = word.size()};
      for (std::string& form : forms_of(term, word, languages_)) {
        if (std::ranges::find(made.variants, form) == made.variants.end()) {
          made.variants.push_back(std::move(form));
        }
      }
    }
    pending_.push_back({.term = std::move(made), .kind = TermKind::kJoined});
  }

  /// A function word of a language that few passages are in is rare among all of them, and would weigh like a name.
  void weigh_rarity() {
    std::vector<std::string> surfaces;
    surfaces.reserve(pending_.size());
    for (const Pending& pending : pending_) {
      surfaces.push_back(pending.term.surface);
    }
    const std::string_view spoken = language_of(surfaces);
    analysed_.language = spoken;
    const auto passages_of = [&](std::string_view language) {
      const auto found = statistics_->passages_of_language.find(language);
      return found == statistics_->passages_of_language.end() ? 0U : found->second;
    };
    for (Pending& pending : pending_) {
      pending.term.factors.assign(pending.term.variants.size(), 1.0);
      if (statistics_ == nullptr) {
        continue;
      }
      const std::vector<std::uint32_t> counts = statistics_->frequencies(pending.term.variants);
      for (std::size_t i = 0; i < counts.size(); ++i) {
        std::string_view language = language_of_variant(pending.term.variants[i]);
        if (language.empty() && passages_of(spoken) >= counts[i]) {
          language = spoken;
        } else if (!language.empty() && !text::keeps_accents(language)) {
          continue;  // Stems are told apart by their language already.
        }
        pending.term.factors[i] = rarity_factor(counts[i], passages_of(language), statistics_->passage_count);
      }
    }
  }

  void part_stop_words() {
    std::vector<std::string> surfaces;
    for (const Pending& pending : pending_) {
      if (pending.kind == TermKind::kWord) {
        surfaces.push_back(pending.term.surface);
      }
    }
    const std::set<std::string> stopped = stop_words_of(surfaces);
    for (Pending& pending : pending_) {
      if (stopped.contains(pending.term.surface)) {
        common_.push_back(std::move(pending.term));
      } else {
        analysed_.ranking.push_back(std::move(pending.term));
        words_only_ = words_only_ && pending.kind == TermKind::kWord;
      }
    }
    if (analysed_.ranking.empty()) {
      analysed_.ranking = std::exchange(common_, {});
    }
  }

  /// The best of a term's variants, as often as the query says it.
  static Query ranked(const QueryTerm& term, double weight) {
    std::vector<Query> variants;
    for (std::size_t i = 0; i < term.variants.size(); ++i) {
      Query variant = Query::of_term(term.variants[i]);
      variants.push_back(term.factors[i] < 1 ? Query::scaled(std::move(variant), term.factors[i]) : std::move(variant));
    }
    Query best = variants.size() == 1 ? variants.front() : Query::of(Query::Kind::kMax, std::move(variants));
    const double factor = weight * term.repeats;
    return factor == 1 ? best : Query::scaled(std::move(best), factor);
  }

  void build_ranking() {
    std::vector<Query> any;
    std::vector<Query> title;
    std::vector<std::string> side_by_side;
    for (const QueryTerm& term : analysed_.ranking) {
      any.push_back(ranked(term, 1));
      if (!term.joined && !term.is_pattern) {
        title.push_back(Query::of_term("S" + term.surface));
        side_by_side.push_back(term.surface);
      }
    }
    if (any.empty()) {
      return;
    }
    analysed_.keyword = Query::of(Query::Kind::kOr, std::move(any));
    if (!common_.empty()) {
      std::vector<Query> common;
      common.reserve(common_.size());
      for (const QueryTerm& term : common_) {
        common.push_back(ranked(term, kCommonWeight));
      }
      // Added only where one of the others is: function words alone find nothing.
      analysed_.keyword = Query::of(Query::Kind::kAndMaybe,
                                    {std::move(analysed_.keyword), Query::of(Query::Kind::kOr, std::move(common))});
    }
    if (!title.empty()) {
      analysed_.in_title = Query::of(Query::Kind::kAnd, std::move(title));
    }
    if (words_only_ && side_by_side.size() >= 2 && side_by_side.size() <= kAdjacentWordsMax) {
      const auto window = static_cast<std::uint32_t>(side_by_side.size());
      analysed_.adjacent = Query::phrase(std::move(side_by_side), window);
    }
  }

  void build_names(const ParsedQuery& query) {
    std::vector<std::string> surfaces;
    const auto add = [&](std::string_view written) {
      for (const Term& term : text::make_name_terms(written)) {
        if ((term.kind == TermKind::kWord || term.kind == TermKind::kBigram) && !term.surface.empty()) {
          surfaces.push_back(term.surface);
        }
      }
    };
    std::ranges::for_each(query.words, add);
    std::ranges::for_each(query.phrases, add);
    std::vector<std::string> begun;
    for (const std::string& wildcard : query.wildcards) {
      const std::string pattern = wildcard_pattern(wildcard);
      begun.push_back(pattern.substr(0, pattern.find_first_of("*?")));
    }
    if (surfaces.empty() && begun.empty()) {
      return;
    }
    const std::set<std::string> stopped = stop_words_of(surfaces);
    std::vector<std::string> kept;
    std::ranges::copy_if(surfaces, std::back_inserter(kept), [&](const auto& s) { return !stopped.contains(s); });
    analysed_.name_words = kept.empty() ? surfaces : kept;
    std::vector<Query> exact;
    std::vector<Query> near;
    std::vector<Query> folder;
    for (const std::string& word : analysed_.name_words) {
      exact.push_back(Query::of(Query::Kind::kMax, {Query::of_term("N" + word), Query::of_term("E" + word)}));
      std::vector<Query> ways{exact.back()};
      if (&word == &analysed_.name_words.back() && word.size() >= kBegunBytesMin) {
        ways.push_back(Query::scaled({.kind = Query::Kind::kPrefix, .term = "N" + word, .children = {}}, kBegunWeight));
      }
      near.push_back(Query::of(Query::Kind::kMax, ways));
      ways.push_back(Query::of_term("F" + word));
      folder.push_back(Query::of(Query::Kind::kMax, std::move(ways)));
    }
    // Whether the rest of the pattern fits is seen when the file is looked at.
    for (const std::string& word : begun) {
      const Query query_of_begun{.kind = Query::Kind::kPrefix, .term = "N" + word, .children = {}};
      exact.push_back(query_of_begun);
      near.push_back(query_of_begun);
      folder.push_back(query_of_begun);
    }
    analysed_.in_name = Query::of(Query::Kind::kAnd, std::move(exact));
    analysed_.near_name = Query::of(Query::Kind::kAnd, std::move(near));
    analysed_.in_folder = Query::of(Query::Kind::kAnd, std::move(folder));
  }

  std::span<const std::string> languages_;
  const WordStatistics* statistics_;
  const Expansions* expansions_;
  std::vector<Pending> pending_;
  std::vector<QueryTerm> common_;
  bool words_only_ = true;
  Analysed analysed_;
};

}  // namespace

std::string ranking_term(const text::Term& term, std::string_view language) {
  const bool stemmed = term.kind == TermKind::kWord && !has_digit(term.surface) && text::has_stemmer(language);
  return stemmed ? stem_term(term.stem, language) : stem_term(term.surface, {});
}

std::vector<Posting> passage_postings(const wire::Passage& passage, std::string_view next_text) {
  std::vector<Posting> postings;
  std::uint32_t last = append_text(postings, passage.text, passage.language, 0);
  last = append_overlap(postings, next_text, last);
  if (!passage.title.empty()) {
    // Where the title stands in the text already, counting it twice would favour first passages.
    if (!passage.text.contains(passage.title)) {
      append_text(postings, passage.title, passage.language, last + kPositionGap);
    }
    for (const Term& term : text::make_terms(passage.title, {})) {
      postings.push_back({.term = "S" + term.surface, .position = 0, .weight = 0});
    }
  }
  if (!passage.language.empty()) {
    postings.push_back({.term = language_term(passage.language), .position = 0, .weight = 0});
  }
  return postings;
}

std::vector<Posting> name_postings(std::string_view name, std::string_view folder_path, std::string_view library) {
  std::vector<Posting> postings;
  std::set<std::string> surfaces;
  const std::string valid = to_valid_utf8(name);
  // Both cuts: "annualReport" is found by "report" and by "annualreport".
  for (const std::vector<Term>& terms : {text::make_name_terms(valid), text::make_terms(valid, {})}) {
    for (const Term& term : terms) {
      surfaces.insert(term.surface);
    }
  }
  postings.reserve(postings.size() + surfaces.size() + 1);
  for (const std::string& surface : surfaces) {
    postings.push_back({.term = "N" + surface, .position = 0, .weight = 1});
  }
  if (const std::size_t dot = valid.rfind('.'); dot != std::string::npos && dot > 0 && dot + 1 < valid.size()) {
    postings.push_back(
        {.term = "E" + text::fold_word(std::string_view(valid).substr(dot + 1)), .position = 0, .weight = 0});
  }
  std::set<std::string> folders;
  for (const std::string& path : {to_valid_utf8(folder_path), to_valid_utf8(library)}) {
    for (const Term& term : text::make_name_terms(path)) {
      folders.insert(term.surface);
    }
  }
  for (const std::string& surface : folders) {
    postings.push_back({.term = "F" + surface, .position = 0, .weight = 1});
  }
  return postings;
}

std::string language_term(std::string_view language) {
  return "L" + std::string(language);
}

double rarity_factor(std::uint32_t frequency, std::uint32_t of_language, std::uint32_t of_all) {
  // With so few passages their frequencies say nothing.
  constexpr std::uint32_t kPassagesMin = 20;
  constexpr double kFactorMin = 0.05;
  if (of_language < kPassagesMin || of_language >= of_all || frequency == 0) {
    return 1;
  }
  const auto share = [&](std::uint32_t count) {
    return fulltext::bm25_idf(count, frequency) / fulltext::bm25_idf(count, 1);
  };
  return std::clamp(share(of_language) / share(of_all), kFactorMin, 1.0);
}

Query exact_query(std::string_view written) {
  Exact exact = exact_of(written);
  if (exact.surfaces.empty()) {
    return Query::nothing();
  }
  return exact.surfaces.size() == 1 ? Query::of_term(exact.surfaces.front())
                                    : Query::phrase(std::move(exact.surfaces), exact.window);
}

std::vector<std::string> exact_words(std::string_view written) {
  return exact_of(written).surfaces;
}

Query any_form_query(std::string_view written, std::span<const std::string> languages) {
  const std::vector<Term> terms = text::make_terms(written, {});
  const bool has_bigrams = std::ranges::any_of(terms, [](const Term& t) { return t.kind == TermKind::kBigram; });
  std::vector<Query> all;
  for (const Term& term : terms) {
    if (term.kind == TermKind::kJoined || (term.kind == TermKind::kUnigram && has_bigrams)) {
      continue;
    }
    std::vector<Query> forms;
    for (std::string& form : forms_of(term, written, languages)) {
      forms.push_back(Query::of_term(std::move(form)));
    }
    all.push_back(Query::of(Query::Kind::kOr, std::move(forms)));
  }
  return all.empty() ? Query::nothing() : Query::of(Query::Kind::kAnd, std::move(all));
}

Query near_query(std::span<const std::string> written, std::uint32_t distance) {
  // Xapian's window counts every position from the first to the last: those of the texts, and the gaps between them.
  std::vector<std::string> surfaces;
  std::vector<Query> all;
  std::uint32_t window = 0;
  for (const std::string& one : written) {
    Exact exact = exact_of(one);
    if (exact.surfaces.empty()) {
      continue;
    }
    window += exact.window + (window > 0 ? distance - 1 : 0);
    if (exact.surfaces.size() > 1) {
      all.push_back(Query::phrase(exact.surfaces, exact.window));
    }
    std::ranges::move(exact.surfaces, std::back_inserter(surfaces));
  }
  if (surfaces.size() < 2) {
    return surfaces.empty() ? Query::nothing() : Query::of_term(surfaces.front());
  }
  all.push_back(Query::near(std::move(surfaces), window));
  return all.size() == 1 ? std::move(all.front()) : Query::of(Query::Kind::kAnd, std::move(all));
}

std::string wildcard_pattern(std::string_view written) {
  std::string pattern;
  std::string word;
  const auto end_word = [&] {
    for (const Term& term : text::make_terms(word, {})) {
      pattern += is_positional(term) ? term.surface : "";
    }
    word.clear();
  };
  for (const char c : written) {
    if (c == '*' || c == '?') {
      end_word();
      pattern += c;
    } else {
      word += c;
    }
  }
  end_word();
  return pattern;
}

Analysed analyse(const ParsedQuery& query, std::span<const std::string> languages, const WordStatistics* statistics,
                 const Expansions* expansions) {
  return Analyser(languages, statistics, expansions).analyse(query);
}

std::vector<std::string> folded_words(std::string_view text) {
  std::vector<std::string> words;
  const std::vector<Term> terms = text::make_name_terms(text);
  for (const Term& term : terms) {
    const bool covers = term.kind == TermKind::kWord && std::ranges::any_of(terms, [&](const Term& other) {
                          return other.kind == TermKind::kUnigram && other.begin == term.begin;
                        });
    if (is_positional(term) && !covers) {
      words.push_back(term.surface);
    }
  }
  return words;
}

bool contains_in_order(std::span<const std::string> words, std::span<const std::string> wanted) {
  return !wanted.empty() && !std::ranges::search(words, wanted).empty();
}

}  // namespace alcove::search

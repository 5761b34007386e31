#include "domain/search/suggest.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/spelling.hpp"
#include "domain/search/stored_passage.hpp"
#include "drivers/text/terms.hpp"

namespace alcove::search {
namespace {

using fulltext::Query;

/// A word of fewer characters begins too many others.
constexpr std::size_t kBegunLettersMin = 2;
/// Passages read for titles: those of one document share theirs.
constexpr std::size_t kTitlePassagesMax = 60;

/// Where the last word begins; npos when the text ends with no word.
std::size_t last_word_of(std::string_view typed) {
  const std::size_t space = typed.find_last_of(" \t\"(|");
  const std::size_t begin = space == std::string_view::npos ? 0 : space + 1;
  return begin < typed.size() && typed[begin] != '-' && !typed.substr(begin).contains(':') ? begin
                                                                                           : std::string_view::npos;
}

/// All words in the title, the last one perhaps only begun.
Query title_query(std::string_view typed) {
  std::vector<Query> all;
  std::vector<std::string> words = exact_words(typed);
  for (std::size_t i = 0; i < words.size(); ++i) {
    Query whole = Query::of_term("S" + words[i]);
    if (i + 1 == words.size() && words[i].size() >= kBegunLettersMin) {
      const Query begun{.kind = Query::Kind::kPrefix, .term = "S" + words[i], .children = {}};
      whole = Query::of(Query::Kind::kOr, {std::move(whole), begun});
    }
    all.push_back(std::move(whole));
  }
  return all.empty() ? Query::nothing() : Query::of(Query::Kind::kAnd, std::move(all));
}

using Texts = std::vector<Suggestion>;

Result<Texts> names_for(const Sources& sources, std::string_view typed, const sets::Bitmap& visible,
                        std::size_t limit) {
  ParsedQuery words;
  words.words.emplace_back(typed);
  ALCOVE_TRY(const auto matches, sources.names.search(analyse(words, {}), visible, limit));
  Texts found;
  for (const NameMatch& match : matches) {
    ALCOVE_TRY(const auto file, sources.files.find(match.file));
    if (file) {
      found.push_back({.kind = Suggestion::Kind::kName, .text = to_valid_utf8(file->name), .file = file->id});
    }
  }
  return found;
}

Result<Texts> titles_for(fulltext::Index& index, std::string_view typed, const sets::Bitmap& visible,
                         std::size_t limit) {
  ALCOVE_TRY(const auto matches, index.search(title_query(typed), kTitlePassagesMax, &visible));
  Texts found;
  std::set<std::string> seen;
  for (const fulltext::Match& match : matches) {
    ALCOVE_TRY(const auto data, index.data(match.document));
    if (!data || found.size() == limit) {
      continue;
    }
    ALCOVE_TRY(const auto passage, unpack_passage(*data));
    if (!passage.title.empty() && seen.insert(passage.title).second) {
      found.push_back({.kind = Suggestion::Kind::kTitle, .text = passage.title, .file = {}});
    }
  }
  return found;
}

Result<Texts> words_for(fulltext::Index& index, std::string_view typed, const sets::Bitmap& visible,
                        std::size_t limit) {
  Texts found;
  const std::size_t begin = last_word_of(typed);
  const std::string begun = begin == std::string_view::npos ? std::string() : text::fold_word(typed.substr(begin));
  if (utf8_length(begun) < kBegunLettersMin) {
    return found;
  }
  ALCOVE_TRY(const auto words, words_beginning({.index = index, .prefix = "", .visible = visible}, begun, limit));
  for (const std::string& word : words) {
    found.push_back({.kind = Suggestion::Kind::kWord, .text = std::string(typed.substr(0, begin)) + word, .file = {}});
  }
  return found;
}

}  // namespace

Result<std::vector<Suggestion>> suggest(const Sources& sources, const auth::Principal& principal,
                                        std::string_view typed, std::size_t limit) {
  const std::string valid = to_valid_utf8(utf8_prefix(typed, kQueryBytesMax));
  if (trimmed(valid).empty()) {
    return Texts();
  }
  const auto files = sources.files.visible_files(principal);
  const auto passages =
      sources.cache.find_or_make(sources.generation.corpus, sources.files.visible_contents(principal));
  fulltext::Index& index = *sources.generation.keyword;
  ALCOVE_TRY(Texts names, names_for(sources, trimmed(valid), *files, limit));
  ALCOVE_TRY(Texts titles, titles_for(index, trimmed(valid), passages->passages, limit));
  ALCOVE_TRY(Texts words, words_for(index, valid, passages->passages, limit));
  // Each kind has a third of the places; what one leaves is for the others.
  const std::size_t share = std::max<std::size_t>(1, limit / 3);
  const auto room_for = [&](const Texts& own, const Texts& a, const Texts& b) {
    const std::size_t others = std::min(a.size(), share) + std::min(b.size(), share);
    return std::min(own.size(), std::max(share, limit - std::min(limit, others)));
  };
  Texts suggestions;
  std::set<std::string> seen;
  const auto add = [&](const Texts& texts, std::size_t most) {
    for (std::size_t i = 0; i < most && suggestions.size() < limit; ++i) {
      if (seen.insert(texts[i].text).second) {
        suggestions.push_back(texts[i]);
      }
    }
  };
  add(names, room_for(names, titles, words));
  add(titles, room_for(titles, names, words));
  add(words, words.size());
  return suggestions;
}

}  // namespace alcove::search

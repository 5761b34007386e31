/// @file
/// Which of what was found really fits.

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "domain/search/answering.hpp"
#include "domain/search/fusion.hpp"

namespace alcove::search {

Result<sets::Bitmap> Answer::with_every_word(const sets::Bitmap& among) {
  std::vector<fulltext::Query> words;
  for (const QueryTerm& term : analysed_.ranking) {
    if (!term.joined) {
      std::vector<fulltext::Query> variants;
      variants.reserve(term.variants.size());
      for (const std::string& variant : term.variants) {
        variants.push_back(fulltext::Query::of_term(variant));
      }
      words.push_back(fulltext::Query::of(fulltext::Query::Kind::kOr, std::move(variants)));
    }
  }
  if (words.empty() || words.size() > kEvidenceTerms) {
    return sets::Bitmap();
  }
  return keyword().matches(fulltext::Query::of(fulltext::Query::Kind::kAnd, std::move(words)), &among);
}

Status Answer::judge_items() {
  sets::Bitmap among;
  for (const Item& item : items_->all()) {
    if (item.candidate != nullptr) {
      among.add(item.candidate->passage);
    }
  }
  sets::Bitmap certain;
  sets::Bitmap same_language;
  if (!among.empty()) {
    ALCOVE_TRY(certain, with_every_word(among));
    ALCOVE_TRY_VOID(weigh_words());
    if (!analysed_.language.empty()) {
      ALCOVE_TRY(same_language, keyword().matches(fulltext::Query::of_term(language_term(analysed_.language)), &among));
    }
  }
  const std::optional<Fit> fit =
      query_vector_ == nullptr ? std::nullopt : calibration_of(query_vector_->model_name).fit;
  std::vector<float> falling;
  for (const vectors::Nearest& near : std::span(by_meaning_).first(std::min(by_meaning_.size(), kCrowdEnd))) {
    falling.push_back(near.similarity);
  }
  const double crowd = fit ? crowd_similarity(falling, fit->crowd_typical) : 0;
  const bool is_crowd_near = fit && falling.size() >= kCrowdEnd && crowd > fit->crowd_of_one_language;
  const auto is_weak = [&](const Item& item) {
    if (!parsed_.has_text() || item.name_score >= kNamedScoreMin) {
      return false;
    }
    if (item.candidate == nullptr) {
      return true;  // Some of the words stand in its name.
    }
    const Candidate& candidate = *item.candidate;
    if (certain.contains(candidate.passage) || with_code_.contains(candidate.passage) ||
        (scope_->holding() && scope_->holding()->contains(candidate.passage))) {
      return false;
    }
    const double evidence = keyword_evidence(candidate.keyword, idfs_);
    if (query_vector_ == nullptr || !candidate.cosine) {
      return evidence < kEvidenceFits;
    }
    // Without function words the query's language is not known: words that it shares with the passage tell, or a
    // crowd that is near.
    const bool same =
        analysed_.language.empty() ? candidate.keyword > 0 || is_crowd_near : same_language.contains(candidate.passage);
    return fit && log_odds(*fit, {.evidence = evidence,
                                  .similarity = static_cast<double>(*candidate.cosine),
                                  .crowd = crowd,
                                  .words = idfs_.size(),
                                  .same_language = same}) < 0;
  };
  for (Item& item : items_->all()) {
    item.weak = is_weak(item);
  }
  response_.nothing_fits = std::ranges::all_of(items_->all(), &Item::weak);
  return {};
}

}  // namespace alcove::search

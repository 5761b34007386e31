#include "domain/search/fusion.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "drivers/fulltext/fulltext.hpp"

namespace alcove::search {

double keyword_evidence(double best_score, std::vector<double> idfs) {
  std::ranges::sort(idfs, std::greater{});
  double largest = 0;
  for (std::size_t i = 0; i < std::min(idfs.size(), kEvidenceTerms); ++i) {
    largest += idfs[i];
  }
  return largest > 0 ? best_score / ((fulltext::kBm25K1 + 1) * largest) : 0;
}

double keyword_weight(double evidence) {
  return kKeywordWeightMax * std::min(1.0, evidence / kEvidenceFull);
}

void fuse(std::span<Candidate> candidates, double weight_of_keywords) {
  double keyword_high = 0;
  double cosine_low = std::numeric_limits<double>::max();
  double cosine_high = std::numeric_limits<double>::lowest();
  for (const Candidate& candidate : candidates) {
    keyword_high = std::max(keyword_high, candidate.keyword);
    if (candidate.cosine) {
      cosine_low = std::min(cosine_low, static_cast<double>(*candidate.cosine));
      cosine_high = std::max(cosine_high, static_cast<double>(*candidate.cosine));
    }
  }
  const auto scaled = [](double value, double low, double high) {
    return high > low ? (value - low) / (high - low) : 1.0;
  };
  for (Candidate& candidate : candidates) {
    const double share = keyword_high > 0 ? candidate.keyword / keyword_high : 0;
    const double keyword = share * share * share;
    const double meaning = candidate.cosine ? scaled(*candidate.cosine, cosine_low, cosine_high) : share;
    candidate.keyword_share = weight_of_keywords * keyword;
    candidate.meaning_share = (1 - weight_of_keywords) * meaning;
    candidate.score = candidate.keyword_share + candidate.meaning_share;
  }
}

Calibration calibration_of(std::string_view model_name) {
  if (model_name.contains("e5")) {
    // Logistic regression on every other question of Cranfield, CISI, SQuAD and XQuAD (en, de, ru, zh, es, ar), each
    // asked of its own collection and of the others; every direction weighs the same (docs/MEASUREMENTS.md).
    return {.floor = 0.7F,
            .margin = 0.1F,
            .fit = Fit{
                .same_language =
                    {.base = -1.20, .evidence = 5.12, .gap = 27.3, .similarity = 98.2, .typical = 0.83, .words = -1.09},
                .other_language =
                    {.base = -0.56, .evidence = 0, .gap = 63.4, .similarity = 46.8, .typical = 0.78, .words = -1.07},
                .crowd_typical = 0.78,
                .crowd_of_one_language = 0.76}};
  }
  return {.floor = -1.0F, .margin = 2.0F, .fit = {}};
}

double crowd_similarity(std::span<const float> falling, double typical) {
  double sum = 0;
  for (std::size_t rank = kCrowdFirst; rank < kCrowdEnd; ++rank) {
    sum += rank < falling.size() ? static_cast<double>(falling[rank]) : typical;
  }
  return sum / static_cast<double>(kCrowdEnd - kCrowdFirst);
}

double log_odds(const Fit& fit, const FitSigns& signs) {
  const FitRule& rule = signs.same_language ? fit.same_language : fit.other_language;
  return rule.base + rule.evidence * std::min(signs.evidence, 1.0) + rule.gap * (signs.similarity - signs.crowd) +
         rule.similarity * (signs.similarity - rule.typical) +
         rule.words * std::log(static_cast<double>(std::max<std::size_t>(signs.words, 1)));
}

}  // namespace alcove::search

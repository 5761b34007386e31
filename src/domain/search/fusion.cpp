#include "domain/search/fusion.hpp"

#include <algorithm>
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
    return {.floor = 0.7F, .margin = 0.1F};
  }
  return {.floor = -1.0F, .margin = 2.0F};
}

}  // namespace alcove::search

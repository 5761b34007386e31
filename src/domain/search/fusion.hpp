#pragma once
/// @file
/// Keyword and meaning into one score.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace alcove::search {

/// Highest weight of keywords in hybrid search, and the evidence from which on they have it. Measured on SQuAD,
/// Cranfield, CISI and XQuAD (docs/MEASUREMENTS.md): a fixed weight harms questions in another language than the text.
inline constexpr double kKeywordWeightMax = 0.3;
inline constexpr double kEvidenceFull = 0.4;
/// How many of a query's rarest words the evidence is measured against.
inline constexpr std::size_t kEvidenceTerms = 4;

/// One passage that either search found.
struct Candidate {
  std::uint32_t passage = 0;
  double keyword = 0;           ///< BM25; 0 where the words do not occur.
  std::optional<float> cosine;  ///< Nothing while the passage has no vector.
  double keyword_share = 0;     ///< Of `score`, after `fuse`.
  double meaning_share = 0;
  double score = 0;  ///< 0 to 1, after `fuse`.
};

/// How much of the best score that a query could have was reached: best ÷ ((k1 + 1) · Σ of its largest idfs), words
/// that occur nowhere included. 0 when there are no words.
double keyword_evidence(double best_score, std::vector<double> idfs);
/// kKeywordWeightMax · min(1, evidence ÷ kEvidenceFull).
double keyword_weight(double evidence);

/// Sets each candidate's score: the cube of keyword scores as a share of the best, so that chance matches of
/// a word or two count little, and cosines scaled to 0..1 over the candidates, then weighted. A candidate without a
/// vector gets its keyword score for both, so that passages whose meaning is not computed yet are not pushed down.
void fuse(std::span<Candidate> candidates, double weight_of_keywords);

/// Ranks of the passages, counted from 0, that show how near a query comes to what does not answer it.
inline constexpr std::size_t kCrowdFirst = 9;
inline constexpr std::size_t kCrowdEnd = 50;
/// Evidence from which on words alone fit: where there are no vectors. Best of .20 to .50 in steps of .05: 8 % of the
/// answerable questions are below it, 73 % of the others.
inline constexpr double kEvidenceFits = 0.35;

/// Log odds that a passage fits a query; linear in what is known of the two.
struct FitRule {
  double base;
  double evidence;    ///< Times `keyword_evidence`, at most 1.
  double gap;         ///< Times the similarity above `crowd_similarity`.
  double similarity;  ///< Times the similarity above `typical`.
  double typical;
  double words;  ///< Times the logarithm of the number of the query's words: long questions come near everything.
};
/// Similarities across languages mean something else than within one: each has a rule.
struct Fit {
  FitRule same_language;
  FitRule other_language;
  double crowd_typical;          ///< Stands in for passages of the crowd that a small library lacks.
  double crowd_of_one_language;  ///< A nearer crowd than this speaks the query's language, where that is not known.
};

/// What similarities of a model mean, as far as it was measured.
struct Calibration {
  float floor;             ///< Where words find nothing, a best similarity below this means that nothing was found.
  float margin;            ///< Passages without any of the words count only within this of the best similarity.
  std::optional<Fit> fit;  ///< Without it no passage that has a vector is called weak.
};
/// e5 puts texts of one language between .80 and .90 and a right answer in another language between .73 and .85
/// (docs/MEASUREMENTS.md), so its floor is low; a model without figures gets limits that never apply.
Calibration calibration_of(std::string_view model_name);

/// Mean of the similarities from rank kCrowdFirst to kCrowdEnd, `typical` for those that do not exist. `falling`: the
/// best similarities of the scope, best first.
double crowd_similarity(std::span<const float> falling, double typical);

/// What tells whether one passage fits.
struct FitSigns {
  double evidence = 0;  ///< `keyword_evidence` of this passage.
  double similarity = 0;
  double crowd = 0;       ///< `crowd_similarity`.
  std::size_t words = 1;  ///< Of the query, those that say little left out.
  bool same_language = false;
};
/// Above 0: it rather fits than not.
double log_odds(const Fit& fit, const FitSigns& signs);

}  // namespace alcove::search

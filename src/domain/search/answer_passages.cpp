/// @file
/// Finding passages by words and by meaning, and the one score of both.

#include <algorithm>
#include <chrono>
#include <thread>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "domain/search/answering.hpp"
#include "domain/search/fusion.hpp"

namespace alcove::search {
namespace {

/// Best passages taken from each search; more only where they lie in too few files to fill the page.
constexpr std::size_t kPoolPassages = 200;
constexpr std::size_t kPoolPassagesMax = 2'000;
/// A query's embedding takes 6 ms when the model is free; past this, words alone answer.
constexpr std::chrono::milliseconds kEmbedTimeout{400};
/// When asked for meaning only, waiting beats another kind of answer.
constexpr std::chrono::milliseconds kEmbedTimeoutMeaning{5'000};
/// Of the score: what a passage that holds the required phrase has before one of the same file that does not.
constexpr double kPhraseShare = 0.5;
/// As kTitleBoost.
constexpr double kAdjacentBoost = 0.02;
/// Who types a code means that one: a text that holds it comes before all that share its parts.
constexpr double kCodeBoost = 1;

}  // namespace

bool Answer::wants_meaning() const {
  sets::Bitmap texts = scope_->contents();
  texts &= corpus().with_passages;
  return request_.mode != Mode::kKeyword && !parsed_.text.empty() && !texts.empty();
}

void Answer::note_lacking_vectors() {
  sets::Bitmap lacking = scope_->contents();
  lacking &= corpus().with_passages;
  lacking -= corpus().with_vectors;
  if (const std::uint64_t count = lacking.size(); count > 0) {
    add_note("meaning_pending",
             fmt::format("Meaning is still being computed for {} {}", count, count == 1 ? "document" : "documents"),
             {std::to_string(count)});
  }
}

void Answer::embed() {
  const auto began = std::chrono::steady_clock::now();
  Context limited = context_;
  limited.deadline =
      std::min(context_.deadline, began + (request_.mode == Mode::kMeaning ? kEmbedTimeoutMeaning : kEmbedTimeout));
  embedding_ = sources_.embed(parsed_.text, sources_.generation.text_space, limited);
  response_.embed_ms = elapsed_ms(began);
}

Status Answer::find_passages() {
  const bool meaning = wants_meaning();
  {
    // The model computes in another process: meanwhile this one searches words.
    std::optional<std::jthread> embedder;
    if (meaning) {
      embedder.emplace([this] { embed(); });
    }
    if (request_.mode != Mode::kMeaning) {
      ALCOVE_TRY(by_words_, find_by_words(kPoolPassages));
    }
  }
  if (meaning) {
    judge_embedding();
  }
  if (request_.mode == Mode::kMeaning && query_vector_ == nullptr) {
    // The way back: words, and the answer says so.
    ALCOVE_TRY(by_words_, find_by_words(kPoolPassages));
  }
  by_meaning_ = find_by_meaning(kPoolPassages);
  const bool saturated = by_words_.size() >= kPoolPassages || by_meaning_.size() >= kPoolPassages;
  ALCOVE_TRY(candidates_, score(by_words_, by_meaning_, {}));
  group_candidates();
  ALCOVE_TRY(const bool suffices, fills_page());
  if (!saturated || (suffices && !is_reordered())) {
    return {};
  }
  // The further ones follow below, so that earlier pages stay what they were.
  sets::Bitmap known;
  for (const Candidate& candidate : candidates_) {
    known.add(candidate.passage);
  }
  const std::vector<fulltext::Match> words =
      by_words_.empty() ? by_words_ : find_by_words(kPoolPassagesMax).value_or(by_words_);
  // In another order what is merely the nearest in meaning would come first as well as what was meant.
  const std::size_t by_meaning = is_reordered() ? kPoolPassages : kPoolPassagesMax;
  ALCOVE_TRY(std::vector<Candidate> further, score(words, find_by_meaning(by_meaning), known));
  is_cut_ = words.size() >= kPoolPassagesMax;
  if (is_reordered() && is_cut_) {
    add_note("order_cut", fmt::format("Only the best {} passages were put in order", kPoolPassagesMax),
             {std::to_string(kPoolPassagesMax)});
  }
  const double lowest = candidates_.empty() ? 1 : candidates_.back().score;
  for (Candidate& candidate : further) {
    candidate.score *= lowest;
    candidate.keyword_share *= lowest;
    candidate.meaning_share *= lowest;
  }
  candidates_.insert(candidates_.end(), further.begin(), further.end());
  group_candidates();
  return {};
}

Result<bool> Answer::fills_page() {
  if (!folds()) {
    return items_->all().size() >= wanted();
  }
  const Folder folder(sources_.generation, *scope_, sources_.store);
  ALCOVE_TRY(const std::size_t count, count_unfolded(*items_, folder, wanted()));
  return count >= wanted();
}

Result<std::vector<fulltext::Match>> Answer::find_by_words(std::size_t pool) {
  ALCOVE_TRY(auto found, keyword().search(analysed_.keyword, pool, &scope_->passages().passages));
  if (scope_->holding()) {
    // A phrase may stand in a passage that its words alone would not bring to the top.
    ALCOVE_TRY(const auto holding, keyword().search(analysed_.keyword, pool, &*scope_->holding()));
    for (const fulltext::Match& match : holding) {
      if (std::ranges::find(found, match.document, &fulltext::Match::document) == found.end()) {
        found.push_back(match);
      }
    }
  }
  return found;
}

void Answer::judge_embedding() {
  const vectors::VectorRows* const rows = sources_.generation.vectors.get();
  if (!embedding_) {
    add_note("model_unavailable", fmt::format("{}; found by words only", embedding_.error().message));
    response_.mode = Mode::kKeyword;
    return;
  }
  note_lacking_vectors();
  if (rows == nullptr || corpus().with_vectors.empty()) {
    response_.mode = Mode::kKeyword;
  } else if (embedding_->values.size() != rows->dimensions() ||
             space_of_model(embedding_->model_fingerprint) != rows->space()) {
    add_note("meaning_renewed", "Meaning is being computed anew with another model; found by words only");
    response_.mode = Mode::kKeyword;
  } else {
    query_vector_ = &*embedding_;
    model_name_ = embedding_->model_name;
  }
}

std::vector<vectors::Nearest> Answer::find_by_meaning(std::size_t pool) const {
  return query_vector_ == nullptr
             ? std::vector<vectors::Nearest>()
             : sources_.generation.vectors->nearest(query_vector_->values, scope_->passages().runs, pool);
}

Result<std::vector<Candidate>> Answer::score(const std::vector<fulltext::Match>& by_words,
                                             const std::vector<vectors::Nearest>& by_meaning,
                                             const sets::Bitmap& known) {
  std::vector<Candidate> candidates;
  std::unordered_set<std::uint32_t> seen;
  for (const fulltext::Match& match : by_words) {
    seen.insert(match.document);
    if (known.contains(match.document)) {
      continue;
    }
    Candidate candidate{.passage = match.document, .keyword = match.score, .cosine = {}};
    if (query_vector_ != nullptr) {
      candidate.cosine = sources_.generation.vectors->similarity(match.document, query_vector_->values);
    }
    candidates.push_back(candidate);
  }
  for (const vectors::Nearest& near : by_meaning) {
    if (!seen.contains(near.row) && !known.contains(near.row)) {
      candidates.push_back({.passage = near.row, .keyword = 0, .cosine = near.similarity});
    }
  }
  drop_noise(candidates);
  double weight = 1;
  if (query_vector_ != nullptr) {
    ALCOVE_TRY(weight, weight_of_words());
  }
  fuse(candidates, weight);
  ALCOVE_TRY_VOID(boost(candidates, analysed_.in_title, kTitleBoost, in_title_));
  ALCOVE_TRY_VOID(boost(candidates, analysed_.whole_code, kCodeBoost, with_code_));
  sets::Bitmap adjacent;
  ALCOVE_TRY_VOID(boost(candidates, analysed_.adjacent, kAdjacentBoost, adjacent));
  if (scope_->holding()) {
    for (Candidate& candidate : candidates) {
      const bool holds = scope_->holding()->contains(candidate.passage);
      candidate.score = candidate.score * (1 - kPhraseShare) + (holds ? kPhraseShare : 0);
    }
  }
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return a.score > b.score || (a.score == b.score && a.passage < b.passage);
  });
  return candidates;
}

void Answer::drop_noise(std::vector<Candidate>& candidates) const {
  if (query_vector_ == nullptr || by_meaning_.empty()) {
    return;
  }
  const Calibration calibration = calibration_of(query_vector_->model_name);
  const float best = by_meaning_.front().similarity;
  const bool nothing = by_words_.empty() && best < calibration.floor;
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return candidate.keyword <= 0 && (nothing || candidate.cosine.value_or(-1) < best - calibration.margin);
  });
}

Result<double> Answer::weight_of_words() {
  if (by_words_.empty() || request_.mode == Mode::kMeaning) {
    return 0.0;
  }
  ALCOVE_TRY_VOID(weigh_words());
  return keyword_weight(keyword_evidence(by_words_.front().score, idfs_));
}

Status Answer::weigh_words() {
  if (!idfs_.empty()) {
    return {};
  }
  ALCOVE_TRY(const fulltext::CollectionStatistics statistics, keyword().statistics());
  for (const QueryTerm& term : analysed_.ranking) {
    if (term.joined) {
      continue;  // Its parts are counted; most texts do not write it as one.
    }
    ALCOVE_TRY(const std::vector<std::uint32_t> counts, keyword().document_frequencies(term.variants));
    std::uint32_t total = 0;
    for (const std::uint32_t count : counts) {
      total += count;
    }
    idfs_.push_back(fulltext::bm25_idf(statistics.document_count, total) * std::ranges::max(term.factors));
  }
  return {};
}

Status Answer::boost(std::vector<Candidate>& candidates, const fulltext::Query& query, double by,
                     sets::Bitmap& members) {
  if (query.kind == fulltext::Query::Kind::kNothing || candidates.empty()) {
    return {};
  }
  sets::Bitmap among;
  for (const Candidate& candidate : candidates) {
    among.add(candidate.passage);
  }
  ALCOVE_TRY(const sets::Bitmap found, keyword().matches(query, &among));
  for (Candidate& candidate : candidates) {
    candidate.score += found.contains(candidate.passage) ? by : 0;
  }
  members |= found;
  return {};
}

}  // namespace alcove::search

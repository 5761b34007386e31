#pragma once
/// @file
/// One search on its way from a question to a page of hits.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/search/analysis.hpp"
#include "domain/search/answer.hpp"
#include "domain/search/fusion.hpp"
#include "domain/search/items.hpp"
#include "domain/search/page.hpp"
#include "domain/search/query.hpp"
#include "domain/search/scope.hpp"
#include "domain/search/wildcards.hpp"

namespace alcove::search {

/// From this score on every word of the query stands in the file's name.
inline constexpr double kNamedScoreMin = 0.8;
inline double elapsed_ms(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count();
}

/// Made for one question, used once. Its parts stand in answer.cpp (the way), answer_passages.cpp (finding) and
/// answer_fit.cpp (what really fits).
///
/// Thread safety: one thread's; while it searches words, one of its own asks the model.
class Answer {
 public:
  Answer(Sources sources, const auth::Principal& principal, const Request& request, const Context& context)
      : sources_(std::move(sources)), principal_(principal), request_(request), context_(context) {}

  Result<Answered> run() &&;

  Result<Response> run_further(const Continuation& at) &&;

 private:
  [[nodiscard]] const Corpus& corpus() const { return *sources_.generation.corpus; }
  [[nodiscard]] fulltext::Index& keyword() const { return *sources_.generation.keyword; }
  [[nodiscard]] bool folds() const {
    return request_.fold == Request::Fold::kNear && parsed_.has_text() && !request_.passages;
  }
  void add_note(SearchNoteCode code, std::string message, std::vector<std::string> values = {}) {
    response_.notes.push_back(
        {.code = code, .message = std::move(message), .values = std::move(values), .position = {}});
  }
  [[nodiscard]] std::size_t wanted() const { return request_.offset + request_.limit + 1; }

  /// The query understood, and what it may find.
  Status prepare();

  /// What it finds, in order.
  Status find_items();

  // --- wildcards ---

  Status expand_wildcards();

  // --- spelling ---

  Status add_correction();

  // --- the two searches ---

  /// Whether there is text that a query's vector could be compared with, now or later.
  [[nodiscard]] bool wants_meaning() const;

  void note_lacking_vectors();

  void embed();

  Status find_passages();

  /// Whether the items are enough for the page, without those that are folded away.
  Result<bool> fills_page();

  Result<std::vector<fulltext::Match>> find_by_words(std::size_t pool);

  void judge_embedding();

  [[nodiscard]] std::vector<vectors::Nearest> find_by_meaning(std::size_t pool) const;

  // --- one score ---

  /// Candidates of both searches, those of `known` left out, best first.
  Result<std::vector<Candidate>> score(const std::vector<fulltext::Match>& by_words,
                                       const std::vector<vectors::Nearest>& by_meaning, const sets::Bitmap& known);

  /// Meaning finds something for everything: what is far below the best, and shares no word, is left out.
  void drop_noise(std::vector<Candidate>& candidates) const;

  Result<double> weight_of_words();

  /// Looks up how rare the words are, once for a query.
  Status weigh_words();

  Status boost(std::vector<Candidate>& candidates, const fulltext::Query& query, double by, sets::Bitmap& members);

  // --- items ---

  void group_candidates();

  Status add_names();

  /// Only filters: what they leave, in order.
  Status list_filtered();

  // --- what fits ---

  /// The passages that hold every word of a short query: whatever their meaning, they are what was asked for.
  Result<sets::Bitmap> with_every_word(const sets::Bitmap& among);

  /// Marks the items that are below the line. Changes no order.
  Status judge_items();

  void sort_items();

  /// Filters alone are listed in order from the beginning.
  [[nodiscard]] bool is_reordered() const { return request_.order != Order::kRelevance && parsed_.has_text(); }

  /// By the file that each item is shown as; ties as relevance has them.
  Status reorder_items();

  /// Over what the words find and all that is a hit; of filters alone, over what they leave.
  Status add_facets();

  // --- hits ---

  /// Returns the item that the following page begins with.
  Result<std::size_t> write_hits(PageRequest page_request);

  // --- further pages ---

  /// All that is found now, as far as a search looks.
  Result<HitList> find_all() &&;

  [[nodiscard]] HitList to_list() const;

  /// The kept items as they are now, each in its place.
  Status revive(const HitList& list, std::size_t next);

  Sources sources_;
  const auth::Principal& principal_;
  const Request& request_;
  const Context& context_;
  Response response_;
  ParsedQuery parsed_;
  Expansions expansions_;
  Analysed analysed_;
  std::optional<Scope> scope_;
  Result<Embedding> embedding_ = Embedding{};
  const Embedding* query_vector_ = nullptr;
  std::vector<fulltext::Match> by_words_;
  std::vector<vectors::Nearest> by_meaning_;
  std::vector<Candidate> candidates_;  ///< Not changed once items point into it.
  std::vector<double> idfs_;           ///< Of the ranking words; empty until looked up.
  sets::Bitmap in_title_;
  sets::Bitmap with_code_;
  std::optional<Items> items_;  ///< Made with the scope.
  std::map<std::int64_t, std::string> library_names_;
  bool is_cut_ = false;     ///< More may match than was looked at.
  std::string model_name_;  ///< Whose cosines the candidates have; empty: nobody's.
};

}  // namespace alcove::search

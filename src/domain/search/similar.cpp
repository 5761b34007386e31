#include "domain/search/similar.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "domain/search/fusion.hpp"
#include "domain/search/items.hpp"
#include "domain/search/page.hpp"
#include "domain/search/query.hpp"
#include "domain/search/scope.hpp"
#include "domain/search/stored_passage.hpp"
#include "domain/search/telling_words.hpp"

namespace alcove::search {
namespace {

constexpr std::size_t kLimitMax = 50;
/// Best passages taken from each search.
constexpr std::size_t kPoolPassages = 300;
/// Passages that a long document is compared by, spread evenly over it.
constexpr std::uint32_t kPassagesReadMax = 64;
/// Weight of shared words beside meaning. Measured (docs/MEASUREMENTS.md): more finds papers on one question better,
/// less translations.
constexpr double kWordsWeight = 0.2;

/// At most kPassagesReadMax passages of a run, evenly spread.
std::vector<std::uint32_t> spread(const Run& run) {
  std::vector<std::uint32_t> passages;
  const std::uint32_t count = std::min(run.count, kPassagesReadMax);
  passages.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    passages.push_back(run.first + static_cast<std::uint32_t>(std::uint64_t{i} * run.count / count));
  }
  return passages;
}

/// The direction of the mean of a document's vectors; empty when it has none.
std::vector<float> mean_of(const vectors::VectorRows& rows, const Run& run) {
  std::vector<float> sum;
  for (const std::uint32_t passage : spread(run)) {
    const std::optional<std::vector<float>> row = rows.read(passage);
    if (!row) {
      continue;
    }
    sum.resize(row->size());
    std::ranges::transform(sum, *row, sum.begin(), std::plus());
  }
  double squares = 0;
  for (const float value : sum) {
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  if (!(squares > 0)) {
    return {};
  }
  const auto length = static_cast<float>(std::sqrt(squares));
  for (float& value : sum) {
    value /= length;
  }
  return sum;
}

float product(const std::vector<float>& a, const std::vector<float>& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

/// "multilingual-e5-small" of "text_vectors/1(passages/2(…))@multilingual-e5-small 0123abcd".
std::string model_of(std::string_view fingerprint) {
  const std::size_t at = fingerprint.find('@');
  const std::string_view model = at == std::string_view::npos ? std::string_view() : fingerprint.substr(at + 1);
  return std::string(model.substr(0, model.find(' ')));
}

class Comparison {
 public:
  Comparison(const Sources& sources, const auth::Principal& principal, const SimilarRequest& request,
             const Context& context)
      : sources_(sources), principal_(principal), request_(request), context_(context) {}

  Result<SimilarResponse> run() && {
    const auto began = std::chrono::steady_clock::now();
    const Run* const own = corpus().find_run_of(request_.content);
    if (own == nullptr) {
      response_.notes.push_back({.code = "nothing_to_compare",
                                 .message = "The file has no text to compare, or it is not read yet",
                                 .values = {},
                                 .position = {}});
      return std::move(response_);
    }
    ALCOVE_TRY(Scope scope, Scope::make(sources_.generation, sources_.names, sources_.files, principal_, nothing_,
                                        Expansions(), sources_.cache, sources_.store));
    scope.leave_out(sources_.files.kin_of(request_.content), corpus());
    scope_ = std::move(scope);
    ALCOVE_TRY_VOID(read_own(*own));
    ALCOVE_TRY_VOID(context_.check());
    ALCOVE_TRY_VOID(find_by_words());
    ALCOVE_TRY_VOID(context_.check());
    find_by_meaning();
    ALCOVE_TRY_VOID(score_words());
    ALCOVE_TRY_VOID(context_.check());
    rank();
    ALCOVE_TRY_VOID(write_hits());
    response_.took_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    return std::move(response_);
  }

 private:
  [[nodiscard]] const Corpus& corpus() const { return *sources_.generation.corpus; }
  [[nodiscard]] fulltext::Index& keyword() const { return *sources_.generation.keyword; }

  Status read_own(const Run& own) {
    std::vector<wire::Passage> passages;
    for (const std::uint32_t passage : spread(own)) {
      ALCOVE_TRY(const std::optional<std::string> data, keyword().data(passage));
      if (data) {
        ALCOVE_TRY(auto decoded, unpack_passage(*data));
        passages.push_back(std::move(decoded));
      }
    }
    ALCOVE_TRY(analysed_.ranking, telling_words(passages, static_cast<std::uint32_t>(corpus().passage_count),
                                                [&](std::span<const std::string> terms) {
                                                  return keyword().document_frequencies(terms);
                                                }));
    words_query_ = any_of(analysed_.ranking);
    const vectors::VectorRows* const rows = sources_.generation.vectors.get();
    meaning_ = rows == nullptr ? std::vector<float>() : mean_of(*rows, own);
    if (meaning_.empty()) {
      response_.notes.push_back({.code = "compared_by_words",
                                 .message = "The file's meaning is not computed yet; compared by words only",
                                 .values = {},
                                 .position = {}});
      return {};
    }
    ALCOVE_TRY(const auto artefact,
               sources_.store.find(request_.content, models::kTextSpaceStages.at(sources_.generation.text_space)));
    model_name_ = artefact ? model_of(artefact->fingerprint) : std::string();
    response_.mode = Mode::kHybrid;
    return {};
  }

  /// One candidate per content, by its best passage.
  Candidate& candidate_of(const Run& run, std::uint32_t passage) {
    const auto [known, is_new] = candidate_of_content_.emplace(run.content.value, candidates_.size());
    if (is_new) {
      Candidate candidate{.passage = passage, .keyword = 0, .cosine = {}};
      const std::vector<float> meaning =
          meaning_.empty() ? std::vector<float>() : mean_of(*sources_.generation.vectors, run);
      if (!meaning.empty()) {
        candidate.cosine = product(meaning_, meaning);
      }
      candidates_.push_back(candidate);
    }
    return candidates_[known->second];
  }

  Status find_by_words() {
    ALCOVE_TRY(const std::vector<fulltext::Match> found,
               keyword().search(words_query_, kPoolPassages, &scope_->passages().passages));
    for (const fulltext::Match& match : found) {
      if (const Run* const run = corpus().find_run_with(match.document); run != nullptr) {
        Candidate& candidate = candidate_of(*run, match.document);
        candidate.keyword = std::max(candidate.keyword, match.score);
      }
    }
    return {};
  }

  void find_by_meaning() {
    if (meaning_.empty()) {
      return;
    }
    std::unordered_map<std::uint32_t, bool> seen;
    for (const vectors::Nearest& near :
         sources_.generation.vectors->nearest(meaning_, scope_->passages().runs, kPoolPassages)) {
      const Run* const run = corpus().find_run_with(near.row);
      if (run != nullptr && seen.emplace(run->content.value, true).second) {
        candidate_of(*run, near.row).passage = near.row;
      }
    }
  }

  /// Words of the passages that meaning alone found.
  Status score_words() {
    sets::Bitmap among;
    std::unordered_map<std::uint32_t, std::size_t> of_passage;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].keyword <= 0) {
        among.add(candidates_[i].passage);
        of_passage.emplace(candidates_[i].passage, i);
      }
    }
    if (of_passage.empty()) {
      return {};
    }
    ALCOVE_TRY(const std::vector<fulltext::Match> found, keyword().search(words_query_, of_passage.size(), &among));
    for (const fulltext::Match& match : found) {
      candidates_[of_passage.at(match.document)].keyword = match.score;
    }
    return {};
  }

  void rank() {
    if (!meaning_.empty() && !candidates_.empty()) {
      // Meaning is near everything: what is far below the best is no likeness.
      const Calibration calibration = calibration_of(model_name_);
      const auto cosine = [](const Candidate& candidate) { return candidate.cosine.value_or(-1); };
      const float best = std::ranges::max(candidates_, {}, cosine).cosine.value_or(-1);
      std::erase_if(candidates_, [&](const Candidate& candidate) {
        return candidate.cosine &&
               (cosine(candidate) < calibration.floor || cosine(candidate) < best - calibration.margin);
      });
    }
    fuse(candidates_, meaning_.empty() ? 1 : kWordsWeight);
    std::ranges::sort(candidates_, [](const Candidate& a, const Candidate& b) {
      return a.score > b.score || (a.score == b.score && a.passage < b.passage);
    });
  }

  Status write_hits() {
    Items items(sources_.files, principal_, *scope_);
    for (const Candidate& candidate : candidates_) {
      const std::optional<ContentNumber> content = corpus().content_of(candidate.passage);
      const ContentNumber root = content ? items.root_of(*content) : ContentNumber{};
      if (root && items.find(root) == nullptr) {
        items.add({.content = *content, .root = root, .named = {}, .candidate = &candidate, .score = candidate.score});
      }
    }
    ALCOVE_TRY(const std::vector<files::Library> libraries, sources_.files.libraries());
    std::map<std::int64_t, std::string> library_names;
    for (const files::Library& library : libraries) {
      library_names[library.id.value] = library.name;
    }
    const sets::Bitmap in_title;
    const HitKnowledge known{.generation = sources_.generation,
                             .files = sources_.files,
                             .analysed = analysed_,
                             .conditions = scope_->conditions(),
                             .in_title = in_title,
                             .library_names = library_names,
                             .model_name = model_name_,
                             .words_lead = "Shares"};
    ALCOVE_TRY(Page page, write_page(items, *scope_, known, sources_.store,
                                     {.offset = 0, .limit = request_.limit, .fold = request_.fold}));
    response_.hits = std::move(page.hits);
    return {};
  }

  const Sources& sources_;
  const auth::Principal& principal_;
  const SimilarRequest& request_;
  const Context& context_;
  const ParsedQuery nothing_ = {};  ///< Everything visible may be similar.
  std::optional<Scope> scope_;
  Analysed analysed_;
  fulltext::Query words_query_;
  std::vector<float> meaning_;  ///< Empty: by words only.
  std::string model_name_;
  std::vector<Candidate> candidates_;
  std::unordered_map<std::uint32_t, std::size_t> candidate_of_content_;
  SimilarResponse response_;
};

}  // namespace

Result<SimilarResponse> similar(const Sources& sources, const auth::Principal& principal, const SimilarRequest& request,
                                const Context& context) {
  if (request.limit == 0 || request.limit > kLimitMax) {
    Error error = make_error(ErrorCode::kInvalidArgument, fmt::format("The limit must be 1 to {}", kLimitMax));
    error.field = "limit";
    return std::unexpected(std::move(error));
  }
  return Comparison(sources, principal, request, context).run();
}

}  // namespace alcove::search

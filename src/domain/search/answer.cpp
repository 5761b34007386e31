#include "domain/search/answer.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <thread>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/facets.hpp"
#include "domain/search/fusion.hpp"
#include "domain/search/hit_writer.hpp"
#include "domain/search/items.hpp"
#include "domain/search/kept_items.hpp"
#include "domain/search/listing.hpp"
#include "domain/search/ordering.hpp"
#include "domain/search/page.hpp"
#include "domain/search/query.hpp"
#include "domain/search/scope.hpp"
#include "domain/search/snippet.hpp"
#include "domain/search/spelling.hpp"
#include "domain/search/wildcards.hpp"
#include "wire/codec.hpp"

namespace alcove::search {
namespace {

constexpr std::size_t kLimitMax = 200;
constexpr std::size_t kOffsetMax = 1'000;
/// Contents that filters alone list: as far as pages reach, and some to fill them where copies are folded.
constexpr std::size_t kListedMax = kOffsetMax + kLimitMax + kCopiesMax;
/// Best passages taken from each search; more only where they lie in too few files to fill the page.
constexpr std::size_t kPoolPassages = 200;
constexpr std::size_t kPoolPassagesMax = 2'000;
/// A query's embedding takes 6 ms when the model is free; past this, words alone answer.
constexpr std::chrono::milliseconds kEmbedTimeout{400};
/// When asked for meaning only, waiting beats another kind of answer.
constexpr std::chrono::milliseconds kEmbedTimeoutMeaning{5'000};
/// Matches by name that are mixed into an answer, the same on every page.
constexpr std::size_t kNamesMax = 100;
/// Of the score: what a passage that holds the required phrase has before one of the same file that does not.
constexpr double kPhraseShare = 0.5;
/// As kTitleBoost.
constexpr double kAdjacentBoost = 0.02;
/// Who types a code means that one: a text that holds it comes before all that share its parts.
constexpr double kCodeBoost = 1;

/// From this score on every word of the query stands in the file's name.
constexpr double kNamedScoreMin = 0.8;
constexpr double kContentBesideNames = 0.8;

double elapsed_ms(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count();
}

class Answer {
 public:
  Answer(Sources sources, const auth::Principal& principal, const Request& request, const Context& context)
      : sources_(std::move(sources)), principal_(principal), request_(request), context_(context) {}

  Result<Answered> run() && {
    const auto began = std::chrono::steady_clock::now();
    ALCOVE_TRY_VOID(prepare());
    ALCOVE_TRY_VOID(find_items());
    ALCOVE_TRY(const std::size_t next, write_hits({.offset = request_.offset, .limit = request_.limit}));
    if (request_.facets) {
      ALCOVE_TRY_VOID(add_facets());
    }
    ALCOVE_TRY_VOID(add_correction());
    response_.took_ms = elapsed_ms(began);
    return Answered{.response = std::move(response_), .list = to_list(), .next = next};
  }

  Result<Response> run_further(const Continuation& at) && {
    const auto began = std::chrono::steady_clock::now();
    ALCOVE_TRY_VOID(prepare());
    model_name_ = at.list.model_name;
    ALCOVE_TRY_VOID(revive(at.list, at.next));
    ALCOVE_TRY(std::size_t next, write_hits({.first = at.next, .limit = at.limit}));
    if (!response_.more) {
      // What came since, and what lies beyond the first pool, is looked for once the list ends.
      ALCOVE_TRY(HitList since, Answer(sources_, principal_, request_, context_).find_all());
      append_unknown(at.list, at.next, std::move(since));
      ALCOVE_TRY_VOID(revive(at.list, at.next));
      ALCOVE_TRY(next, write_hits({.first = at.next, .limit = at.limit}));
    }
    for (std::size_t i = 0; i < at.list.items.size(); ++i) {
      at.list.items[i].item.shown_as = items_->all()[i].shown_as;
    }
    at.next = next;
    Response page = at.list.head;
    page.hits = std::move(response_.hits);
    page.more = response_.more;
    page.took_ms = elapsed_ms(began);
    page.embed_ms = 0;
    if (!page.more && at.list.is_cut) {
      page.notes.push_back({.code = "list_cut",
                            .message = "The list ends here, though more may match; more words or a filter narrow it",
                            .values = {},
                            .position = {}});
    }
    return page;
  }

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
  Status prepare() {
    response_.query = request_.query;
    response_.mode = request_.mode;
    parsed_ = parse_query(request_.query);
    response_.notes = parsed_.notes;
    ALCOVE_TRY_VOID(expand_wildcards());
    const WordStatistics statistics{
        .passage_count = static_cast<std::uint32_t>(corpus().passage_count),
        .passages_of_language = corpus().passages_of_language,
        .frequencies = [this](std::span<const std::string> terms) {
          return keyword().document_frequencies(terms).value_or(std::vector<std::uint32_t>(terms.size(), 0));
        }};
    analysed_ = analyse(parsed_, corpus().languages, &statistics, &expansions_);
    ALCOVE_TRY(Scope scope, Scope::make(sources_.generation, sources_.names, sources_.files, principal_, parsed_,
                                        expansions_, sources_.cache, sources_.store));
    scope_ = std::move(scope);
    items_.emplace(sources_.files, principal_, *scope_);
    const std::vector<Note>& remarks = scope_->conditions().notes();
    response_.notes.insert(response_.notes.end(), remarks.begin(), remarks.end());
    return context_.check();
  }

  /// What it finds, in order.
  Status find_items() {
    if (parsed_.has_text()) {
      ALCOVE_TRY_VOID(find_passages());
      ALCOVE_TRY_VOID(add_names());
    } else if (scope_->is_filtered()) {
      ALCOVE_TRY_VOID(list_filtered());
    }
    ALCOVE_TRY_VOID(context_.check());
    ALCOVE_TRY_VOID(judge_items());
    sort_items();
    return is_reordered() ? reorder_items() : Status();
  }

  // --- wildcards ---

  Status expand_wildcards() {
    for (const std::string& wildcard : wildcards_of(parsed_.root)) {
      ALCOVE_TRY(const Expansion expansion, expand_wildcard(keyword(), wildcard_pattern(wildcard)));
      if (expansion.words.empty()) {
        add_note("no_word_fits", fmt::format("No word fits “{}”", wildcard), {wildcard});
      } else if (expansion.is_cut) {
        add_note("many_words_fit",
                 fmt::format("More than {} words fit “{}”; the most frequent ones were taken", expansion.words.size(),
                             wildcard),
                 {std::to_string(expansion.words.size()), wildcard});
      }
      expansions_[wildcard] = expansion.words;
    }
    return {};
  }

  // --- spelling ---

  Status add_correction() {
    const auto names = sources_.names.index();
    if (parsed_.words.empty() || !names) {
      return {};
    }
    const auto passages =
        sources_.cache.find_or_make(sources_.generation.corpus, sources_.files.visible_contents(principal_));
    ALCOVE_TRY(
        const auto corrected,
        corrected_query(request_.query, parsed_, {.index = keyword(), .prefix = "", .visible = passages->passages},
                        {.index = *names, .prefix = "N", .visible = scope_->visible_files()}, corpus().languages));
    response_.did_you_mean = corrected.value_or("");
    return {};
  }

  // --- the two searches ---

  /// Whether there is text that a query's vector could be compared with, now or later.
  [[nodiscard]] bool wants_meaning() const {
    sets::Bitmap texts = scope_->contents();
    texts &= corpus().with_passages;
    return request_.mode != Mode::kKeyword && !parsed_.text.empty() && !texts.empty();
  }

  void note_lacking_vectors() {
    sets::Bitmap lacking = scope_->contents();
    lacking &= corpus().with_passages;
    lacking -= corpus().with_vectors;
    if (const std::uint64_t count = lacking.size(); count > 0) {
      add_note("meaning_pending",
               fmt::format("Meaning is still being computed for {} {}", count, count == 1 ? "document" : "documents"),
               {std::to_string(count)});
    }
  }

  void embed() {
    const auto began = std::chrono::steady_clock::now();
    Context limited = context_;
    limited.deadline =
        std::min(context_.deadline, began + (request_.mode == Mode::kMeaning ? kEmbedTimeoutMeaning : kEmbedTimeout));
    embedding_ = sources_.embed(parsed_.text, sources_.generation.text_space, limited);
    response_.embed_ms = elapsed_ms(began);
  }

  Status find_passages() {
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

  /// Whether the items are enough for the page, without those that are folded away.
  Result<bool> fills_page() {
    if (!folds()) {
      return items_->all().size() >= wanted();
    }
    const Folder folder(sources_.generation, *scope_, sources_.store);
    ALCOVE_TRY(const std::size_t count, count_unfolded(*items_, folder, wanted()));
    return count >= wanted();
  }

  Result<std::vector<fulltext::Match>> find_by_words(std::size_t pool) {
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

  void judge_embedding() {
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

  [[nodiscard]] std::vector<vectors::Nearest> find_by_meaning(std::size_t pool) const {
    return query_vector_ == nullptr
               ? std::vector<vectors::Nearest>()
               : sources_.generation.vectors->nearest(query_vector_->values, scope_->passages().runs, pool);
  }

  // --- one score ---

  /// Candidates of both searches, those of `known` left out, best first.
  Result<std::vector<Candidate>> score(const std::vector<fulltext::Match>& by_words,
                                       const std::vector<vectors::Nearest>& by_meaning, const sets::Bitmap& known) {
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

  /// Meaning finds something for everything: what is far below the best, and shares no word, is left out.
  void drop_noise(std::vector<Candidate>& candidates) const {
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

  Result<double> weight_of_words() {
    if (by_words_.empty() || request_.mode == Mode::kMeaning) {
      return 0.0;
    }
    ALCOVE_TRY_VOID(weigh_words());
    return keyword_weight(keyword_evidence(by_words_.front().score, idfs_));
  }

  /// Looks up how rare the words are, once for a query.
  Status weigh_words() {
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

  Status boost(std::vector<Candidate>& candidates, const fulltext::Query& query, double by, sets::Bitmap& members) {
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

  // --- items ---

  void group_candidates() {
    items_->clear();
    for (const Candidate& candidate : candidates_) {
      const std::optional<ContentNumber> content = corpus().content_of(candidate.passage);
      if (!content) {
        continue;
      }
      const ContentNumber root = items_->root_of(*content);
      if (!root) {
        continue;  // Vanished since the scope was made.
      }
      if (Item* const known = items_->find(root); known != nullptr && !request_.passages) {
        ++known->more_passages;
        continue;
      }
      items_->add({.content = *content, .root = root, .named = {}, .candidate = &candidate, .score = candidate.score});
    }
  }

  Status add_names() {
    if (request_.mode == Mode::kMeaning && query_vector_ != nullptr) {
      return {};
    }
    ALCOVE_TRY(const std::vector<NameMatch> matches,
               sources_.names.search(analysed_, scope_->visible_files(), kNamesMax));
    for (const NameMatch& match : matches) {
      ALCOVE_TRY(const std::optional<files::File> file, sources_.files.find(match.file));
      if (!file || !scope_->accepts_by_name(*file)) {
        continue;
      }
      Item* const known = items_->find(file->content);
      Item& item =
          known != nullptr ? *known : items_->add({.content = file->content, .root = file->content, .named = file->id});
      if (match.score > item.name_score) {
        item.named = file->id;
        item.name_score = match.score;
      }
    }
    const bool named =
        std::ranges::any_of(items_->all(), [](const Item& item) { return item.name_score >= kNamedScoreMin; });
    for (Item& item : items_->all()) {
      // Either is reason enough; both together are better. Who types a file's name wants that file before all that is
      // merely the best of what was found by content.
      const double found = std::min(item.score, 1.0) * (named ? kContentBesideNames : 1);
      item.score = 1 - (1 - found) * (1 - item.name_score);
    }
    return {};
  }

  /// Only filters: what they leave, in order.
  Status list_filtered() {
    ALCOVE_TRY(const std::vector<Listed> listed,
               list(*scope_, corpus(), sources_.names, sources_.files, principal_, request_.order, kListedMax));
    is_cut_ = listed.size() == kListedMax;
    for (const Listed& one : listed) {
      if (!one.content) {
        items_->add({.content = {}, .root = {}, .named = one.file});
        continue;
      }
      // A file stands for what it contains, unless only that passes.
      const ContentNumber root = items_->root_of(one.content);
      if (root && items_->find(root) == nullptr) {
        const ContentNumber shown = scope_->contents().contains(root.value) ? root : one.content;
        items_->add({.content = shown, .root = root, .named = {}});
      }
    }
    return {};
  }

  // --- what fits ---

  /// The passages that hold every word of a short query: whatever their meaning, they are what was asked for.
  Result<sets::Bitmap> with_every_word(const sets::Bitmap& among) {
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

  /// Marks the items that are below the line. Changes no order.
  Status judge_items() {
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
        ALCOVE_TRY(same_language,
                   keyword().matches(fulltext::Query::of_term(language_term(analysed_.language)), &among));
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
      const bool same = analysed_.language.empty() ? candidate.keyword > 0 || is_crowd_near
                                                   : same_language.contains(candidate.passage);
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

  void sort_items() {
    std::vector<Item>& items = items_->all();
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i].order = i;
    }
    std::ranges::sort(items, [](const Item& a, const Item& b) {
      return a.score > b.score || (a.score == b.score && a.order < b.order);
    });
  }

  /// Filters alone are listed in order from the beginning.
  [[nodiscard]] bool is_reordered() const { return request_.order != Order::kRelevance && parsed_.has_text(); }

  /// By the file that each item is shown as; ties as relevance has them.
  Status reorder_items() {
    std::vector<std::pair<OrderKey, Item>> keyed;
    std::vector<Item>& items = items_->all();
    keyed.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      Item& item = items[i];
      item.order = i;
      ALCOVE_TRY(const std::vector<files::File> files, items_->files_of(item));
      if (!files.empty()) {
        keyed.emplace_back(order_key(request_.order, files.front(), corpus().stated_date_unix_ms(item.content)), item);
      }
    }
    std::ranges::sort(keyed, [](const auto& a, const auto& b) {
      return std::tie(a.first, a.second.order) < std::tie(b.first, b.second.order);
    });
    items.clear();
    for (auto& [key, item] : keyed) {
      items.push_back(item);
    }
    return context_.check();
  }

  /// Over what the words find and all that is a hit; of filters alone, over what they leave.
  Status add_facets() {
    sets::Bitmap matching;
    bool is_cut = false;
    if (!parsed_.has_text()) {
      matching = scope_->is_filtered() ? scope_->contents() : matching;
    } else {
      if (request_.mode != Mode::kMeaning) {
        ALCOVE_TRY(const auto found, find_by_words(kFacetPassagesMax));
        for (const fulltext::Match& match : found) {
          matching.add(corpus().content_of(match.document).value_or(ContentNumber{}).value);
        }
        is_cut = found.size() >= kFacetPassagesMax;
      }
      for (const Item& item : items_->all()) {
        matching.add(item.content.value);
      }
    }
    matching.remove(0);
    ALCOVE_TRY(response_.facets, count_facets(*scope_, corpus(), sources_.files, principal_, matching));
    response_.facets->is_complete = response_.facets->is_complete && !is_cut;
    return context_.check();
  }

  // --- hits ---

  /// Returns the item that the following page begins with.
  Result<std::size_t> write_hits(PageRequest page_request) {
    page_request.fold = folds() ? Request::Fold::kNear : Request::Fold::kNone;
    ALCOVE_TRY(const std::vector<files::Library> libraries, sources_.files.libraries());
    for (const files::Library& library : libraries) {
      library_names_[library.id.value] = library.name;
    }
    const HitKnowledge known{.generation = sources_.generation,
                             .files = sources_.files,
                             .analysed = analysed_,
                             .conditions = scope_->conditions(),
                             .in_title = in_title_,
                             .library_names = library_names_,
                             .model_name = model_name_};
    ALCOVE_TRY(Page page, write_page(*items_, *scope_, known, sources_.store, page_request));
    response_.hits = std::move(page.hits);
    response_.more = page.more;
    response_.finds_anything = page.finds_anything;
    return page.next;
  }

  // --- further pages ---

  /// All that is found now, as far as a search looks.
  Result<HitList> find_all() && {
    ALCOVE_TRY_VOID(prepare());
    ALCOVE_TRY_VOID(find_items());
    for (Item& item : items_->all()) {
      ALCOVE_TRY(const std::vector<files::File> files, items_->files_of(item));
      item.shown_as = files.empty() ? FileId{} : files.front().id;
    }
    return to_list();
  }

  [[nodiscard]] HitList to_list() const {
    return {.request = request_,
            .head = {},
            .model_name = model_name_,
            .items = kept_items(items_->all(), in_title_, corpus()),
            .is_cut = is_cut_};
  }

  /// The kept items as they are now, each in its place.
  Status revive(const HitList& list, std::size_t next) {
    revive_items(*items_, candidates_, in_title_, list.items,
                 {.next = next, .corpus = corpus(), .files = sources_.files});
    return context_.check();
  }

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

std::unexpected<Error> limit_out_of_range() {
  Error error = make_error(ErrorCode::kInvalidArgument, fmt::format("The limit must be 1 to {}", kLimitMax));
  error.field = "limit";
  return std::unexpected(std::move(error));
}

}  // namespace

Result<Answered> answer(Sources sources, const auth::Principal& principal, const Request& request,
                        const Context& context) {
  if (request.limit == 0 || request.limit > kLimitMax) {
    return limit_out_of_range();
  }
  if (request.offset > kOffsetMax) {
    Error error = make_error(ErrorCode::kInvalidArgument, fmt::format("The offset must be 0 to {}", kOffsetMax));
    error.field = "offset";
    return std::unexpected(std::move(error));
  }
  return Answer(std::move(sources), principal, request, context).run();
}

Result<Response> answer_further(Sources sources, const auth::Principal& principal, const Continuation& at,
                                const Context& context) {
  if (at.limit == 0 || at.limit > kLimitMax) {
    return limit_out_of_range();
  }
  // Looks as far as any page reaches.
  Request request = at.list.request;
  request.offset = kOffsetMax;
  request.limit = kLimitMax;
  request.facets = false;
  return Answer(std::move(sources), principal, request, context).run_further(at);
}

}  // namespace alcove::search

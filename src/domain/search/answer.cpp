/// @file
/// The way of a search: from what was asked to items in order, and from items to a page.

#include "domain/search/answer.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "domain/search/answering.hpp"
#include "domain/search/facets.hpp"
#include "domain/search/hit_writer.hpp"
#include "domain/search/kept_items.hpp"
#include "domain/search/listing.hpp"
#include "domain/search/ordering.hpp"
#include "domain/search/spelling.hpp"

namespace alcove::search {
namespace {

constexpr std::size_t kLimitMax = 200;
constexpr std::size_t kOffsetMax = 1'000;
/// Contents that filters alone list: as far as pages reach, and some to fill them where copies are folded.
constexpr std::size_t kListedMax = kOffsetMax + kLimitMax + kCopiesMax;
/// Matches by name that are mixed into an answer, the same on every page.
constexpr std::size_t kNamesMax = 100;
constexpr double kContentBesideNames = 0.8;

}  // namespace

Result<Answered> Answer::run() && {
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

Result<Response> Answer::run_further(const Continuation& at) && {
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

Status Answer::prepare() {
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

Status Answer::find_items() {
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

Status Answer::expand_wildcards() {
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

Status Answer::add_correction() {
  const auto names = sources_.names.index();
  if (parsed_.words.empty() || !names) {
    return {};
  }
  const auto passages =
      sources_.cache.find_or_make(sources_.generation.corpus, sources_.files.visible_contents(principal_));
  ALCOVE_TRY(const auto corrected,
             corrected_query(request_.query, parsed_, {.index = keyword(), .prefix = "", .visible = passages->passages},
                             {.index = *names, .prefix = "N", .visible = scope_->visible_files()}, corpus().languages));
  response_.did_you_mean = corrected.value_or("");
  return {};
}

void Answer::group_candidates() {
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

Status Answer::add_names() {
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

Status Answer::list_filtered() {
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

void Answer::sort_items() {
  std::vector<Item>& items = items_->all();
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].order = i;
  }
  std::ranges::sort(items, [](const Item& a, const Item& b) {
    return a.score > b.score || (a.score == b.score && a.order < b.order);
  });
}

Status Answer::reorder_items() {
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

Status Answer::add_facets() {
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

Result<std::size_t> Answer::write_hits(PageRequest page_request) {
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

Result<HitList> Answer::find_all() && {
  ALCOVE_TRY_VOID(prepare());
  ALCOVE_TRY_VOID(find_items());
  for (Item& item : items_->all()) {
    ALCOVE_TRY(const std::vector<files::File> files, items_->files_of(item));
    item.shown_as = files.empty() ? FileId{} : files.front().id;
  }
  return to_list();
}

HitList Answer::to_list() const {
  return {.request = request_,
          .head = {},
          .model_name = model_name_,
          .items = kept_items(items_->all(), in_title_, corpus()),
          .is_cut = is_cut_};
}

Status Answer::revive(const HitList& list, std::size_t next) {
  revive_items(*items_, candidates_, in_title_, list.items,
               {.next = next, .corpus = corpus(), .files = sources_.files});
  return context_.check();
}

namespace {

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

#include "domain/search/search.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "domain/search/answer.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/follower.hpp"
#include "domain/search/hit_lists.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/passage_index.hpp"
#include "domain/search/similar.hpp"
#include "domain/search/suggest.hpp"

namespace alcove::search {

struct Search::Impl {
  artefacts::Store& store;
  files::Files& files;
  Embed embed;
  std::unique_ptr<PassageIndex> passages;
  std::unique_ptr<NameIndex> names;
  PassageSetCache cache;
  HitLists lists;
  std::unique_ptr<Follower> follower;  ///< Last: stops before what it works on goes.

  Sources sources() {
    return {.generation = passages->generation(),
            .names = *names,
            .files = files,
            .embed = embed,
            .cache = cache,
            .store = store};
  }

  /// Rows that decayed were left out of the answer; they are remade from the artefacts.
  void remake_damaged_vectors() {
    const auto vectors = passages->generation().vectors;
    if (vectors && vectors->is_damaged() && !follower->rebuilding()) {
      log_error("search", "the vector rows are damaged and are remade");
      follower->request_vectors_anew();
    }
  }

  /// A query that finds nothing is asked again as it was probably meant.
  Result<Response> answer_once(const auth::Principal& principal, const Request& request, const Context& context) {
    ALCOVE_TRY(Answered first, answer(sources(), principal, request, context));
    Response& response = first.response;
    if (response.finds_anything || response.did_you_mean.empty() || request.spelling == Request::Spelling::kAsTyped) {
      return with_cursor(principal, std::move(first));
    }
    Request meant = request;
    meant.query = response.did_you_mean;
    ALCOVE_TRY(Answered second, answer(sources(), principal, meant, context));
    Response& corrected = second.response;
    if (!corrected.finds_anything) {
      return response;
    }
    corrected.query = request.query;
    corrected.did_you_mean = meant.query;
    corrected.searched_for = meant.query;
    corrected.notes.insert(corrected.notes.begin(), Note{.code = "corrected",
                                                         .message = fmt::format("Searched for “{}”, instead of “{}”",
                                                                                meant.query, request.query),
                                                         .values = {meant.query, request.query},
                                                         .position = {}});
    corrected.took_ms += response.took_ms;
    corrected.embed_ms += response.embed_ms;
    return with_cursor(principal, std::move(second));
  }

  /// Keeps the list for what follows, if anything does.
  Response with_cursor(const auth::Principal& principal, Answered answered) {
    Response& response = answered.response;
    if (response.more) {
      std::vector<Hit> hits = std::exchange(response.hits, {});
      std::optional<Facets> facets = std::exchange(response.facets, std::nullopt);
      answered.list.head = response;
      response.hits = std::move(hits);
      response.facets = std::move(facets);
      response.cursor = lists.keep(principal, std::move(answered.list), answered.next);
    }
    return std::move(response);
  }
};

Search::Search(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Search::~Search() = default;

Result<std::unique_ptr<Search>> Search::start(const std::filesystem::path& data_folder, artefacts::Store& store,
                                              const models::TextSpaces& spaces, files::Files& files, Embed embed) {
  const std::filesystem::path folder = data_folder / "indexes";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail_errno(error.value(), "make the folder of indexes");
  }
  auto impl = std::unique_ptr<Impl>(new Impl{.store = store,
                                             .files = files,
                                             .embed = std::move(embed),
                                             .passages = {},
                                             .names = {},
                                             .cache = {},
                                             .lists = HitLists(),
                                             .follower = {}});
  ALCOVE_TRY(impl->passages, PassageIndex::open(folder, store, spaces));
  ALCOVE_TRY(impl->names, NameIndex::open(folder, files));
  impl->follower = std::make_unique<Follower>(*impl->passages, *impl->names, store, files);
  return std::unique_ptr<Search>(new Search(std::move(impl)));
}

namespace {

constexpr const char* kRemadeNote = "The search index is being remade; until that is done not everything is found";

/// The error of an answer; begins a rebuild when it is the index's damage.
std::unexpected<Error> remade(Error error, Follower& follower) {
  if (error.code != ErrorCode::kCorrupt) {
    return std::unexpected(std::move(error));
  }
  // Either a rebuild took the files away under this search, or they are damaged.
  if (!follower.rebuilding()) {
    log_error("search", error);
    follower.request_rebuild();
  }
  return fail(ErrorCode::kUnavailable, "The search index is being remade; try again in a moment", error.detail);
}

/// Notes a rebuild under way, and begins one when the index is damaged.
template <typename Answered>
Result<Answered> judged(Result<Answered> answered, Follower& follower) {
  if (!answered) {
    return remade(std::move(answered.error()), follower);
  }
  if (follower.rebuilding()) {
    answered->notes.push_back({.code = "index_rebuilding", .message = kRemadeNote, .values = {}, .position = {}});
  }
  return answered;
}

}  // namespace

Result<Response> Search::search(const auth::Principal& principal, const Request& request, const Context& context) {
  auto answered = impl_->answer_once(principal, request, context);
  impl_->remake_damaged_vectors();
  return judged(std::move(answered), *impl_->follower);
}

Result<Response> Search::further(const auth::Principal& principal, const std::string& cursor, std::size_t limit,
                                 const Context& context) {
  const auto make_page = [&](HitList& list, std::size_t& next) {
    return answer_further(impl_->sources(), principal, {.list = list, .next = next, .limit = limit}, context);
  };
  return judged(impl_->lists.continue_at(principal, cursor, make_page), *impl_->follower);
}

Result<SimilarResponse> Search::similar(const auth::Principal& principal, const SimilarRequest& request,
                                        const Context& context) {
  auto answered = search::similar(impl_->sources(), principal, request, context);
  impl_->remake_damaged_vectors();
  return judged(std::move(answered), *impl_->follower);
}

Result<std::vector<Suggestion>> Search::suggest(const auth::Principal& principal, const std::string& typed,
                                                std::size_t limit) {
  auto suggested = search::suggest(impl_->sources(), principal, typed, limit);
  if (!suggested) {
    return remade(std::move(suggested.error()), *impl_->follower);
  }
  return suggested;
}

Status Search::wait_until_applied(const Context& context) {
  return impl_->follower->wait_until_applied(context);
}

Status Search::rebuild(const Context& context) {
  return impl_->follower->rebuild(context);
}

IndexStatus Search::status() {
  const Generation generation = impl_->passages->generation();
  return {.passages_indexed = generation.corpus->passage_count,
          .vectors_indexed = generation.corpus->vector_count,
          .names_indexed = impl_->names->file_count(),
          .behind = std::max<std::int64_t>(0, impl_->store.last_sequence() - impl_->follower->reached()),
          .rebuilding = impl_->follower->rebuilding(),
          .trouble = impl_->follower->trouble()};
}

}  // namespace alcove::search

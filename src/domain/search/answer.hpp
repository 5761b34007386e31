#pragma once
/// @file
/// One query, from text to hits.

#include "base/context.hpp"
#include "base/error.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/hit_lists.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/passage_index.hpp"
#include "domain/search/search.hpp"

namespace alcove::search {

/// What a query works with.
struct Sources {
  Generation generation;
  NameIndex& names;
  files::Files& files;
  const Embed& embed;
  PassageSetCache& cache;
  artefacts::Store& store;
};

/// An answer and all that its further pages come from.
struct Answered {
  Response response;
  HitList list;          ///< Without its head.
  std::size_t next = 0;  ///< The item that the following page begins with.
};

/// Errors: kInvalidArgument for limits out of range, kTimedOut, and what indexes and catalog return.
Result<Answered> answer(Sources sources, const auth::Principal& principal, const Request& request,
                        const Context& context);

/// Where an answer goes on. `next` moves on; the list grows by what was found since, when it ends.
struct Continuation {
  HitList& list;
  std::size_t& next;
  std::size_t limit = 20;
};

/// The page of the list that begins with item `next`. Whether an item may be shown is decided by what is true now; its
/// rank and the notes are those of the first page. Errors: as `answer`.
Result<Response> answer_further(Sources sources, const auth::Principal& principal, const Continuation& at,
                                const Context& context);

}  // namespace alcove::search

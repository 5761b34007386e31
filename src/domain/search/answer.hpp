#pragma once
/// @file
/// One query, from text to hits.

#include "base/context.hpp"
#include "base/error.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/corpus.hpp"
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

/// Errors: kInvalidArgument for limits out of range, kTimedOut, and what indexes and catalog return.
Result<Response> answer(Sources sources, const auth::Principal& principal, const Request& request,
                        const Context& context);

}  // namespace alcove::search

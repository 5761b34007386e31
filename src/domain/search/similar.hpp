#pragma once
/// @file
/// Files that are like one: by the meaning of their passages, and by the words that tell what it is about.

#include "base/context.hpp"
#include "base/error.hpp"
#include "domain/auth/principal.hpp"
#include "domain/search/answer.hpp"
#include "domain/search/search.hpp"

namespace alcove::search {

/// Errors: kInvalidArgument for a limit out of range, kTimedOut, and what indexes and catalog return.
/// Cost: one exact scan of the visible rows and one search of 40 words, whatever the document's length.
Result<SimilarResponse> similar(const Sources& sources, const auth::Principal& principal, const SimilarRequest& request,
                                const Context& context);

}  // namespace alcove::search

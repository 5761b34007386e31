#pragma once
/// @file
/// How many of the contents that a query finds are of each type, library, year, language and folder.

#include <vector>

#include "base/error.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/scope.hpp"
#include "domain/search/search.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// Contents whose files are looked up, 20 µs each; the newest ones of more.
inline constexpr std::size_t kFacetContentsMax = 4'000;
/// Passages by words whose contents are counted, the best ones of more.
inline constexpr std::size_t kFacetPassagesMax = 20'000;
/// Values of one facet, the most frequent ones.
inline constexpr std::size_t kFacetValuesMax = 50;

/// Counts `matching`, which lie in the scope. A content counts once for each value that one of its files that pass has;
/// files that were not read yet do not count.
Result<Facets> count_facets(const Scope& scope, const Corpus& corpus, files::Files& files,
                            const auth::Principal& principal, const sets::Bitmap& matching);

}  // namespace alcove::search

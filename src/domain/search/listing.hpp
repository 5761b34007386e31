#pragma once
/// @file
/// What a query without words leaves, in the order asked for.

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/ordering.hpp"
#include "domain/search/scope.hpp"

namespace alcove::search {

/// A content, or a file that was not read yet.
struct Listed {
  ContentNumber content;
  FileId file;  ///< Only where there is no content.
  OrderKey key;
};

/// Contents in order of the first of their files that pass, at most `limit`; a date is the one that the document
/// states, else when the file was changed. Few contents are looked up one by one, of many the first files in that order
/// are looked through, 5,000 of them at the most; contents beyond follow without an order.
Result<std::vector<Listed>> list(const Scope& scope, const Corpus& corpus, NameIndex& names, files::Files& files,
                                 const auth::Principal& principal, Order order, std::size_t limit);

}  // namespace alcove::search

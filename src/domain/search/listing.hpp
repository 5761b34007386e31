#pragma once
/// @file
/// What a query without words leaves, in the order of its dates.

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/scope.hpp"

namespace alcove::search {

/// A content, or a file that was not read yet.
struct Listed {
  ContentNumber content;
  FileId file;  ///< Only where there is no content.
  std::int64_t date_unix_ms = 0;
};

/// The date of a content as the document states it, else as its newest file that passes was changed; newest first, at
/// most `limit`. Few contents are looked up one by one, of many the newest files are looked through, 5,000 of them at
/// the most; contents beyond follow without an order.
Result<std::vector<Listed>> list_by_date(const Scope& scope, const Corpus& corpus, const NameIndex& names,
                                         files::Files& files, const auth::Principal& principal, std::size_t limit);

}  // namespace alcove::search

#pragma once
/// @file
/// Which files and contents one query may find: what the principal sees, cut down by filters and required words.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/conditions.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/passage_index.hpp"
#include "domain/search/query.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// Made anew for every query; borrows the parsed query.
class Scope {
 public:
  static Result<Scope> make(const Generation& generation, NameIndex& names, files::Files& files,
                            const auth::Principal& principal, const ParsedQuery& query, const Expansions& expansions,
                            PassageSetCache& cache, artefacts::Store& store);

  /// Narrows the scope by contents that are no hits.
  void leave_out(const sets::Bitmap& contents, const Corpus& corpus);

  /// Passages that may be hits: of contents that may pass.
  [[nodiscard]] const PassageSet& passages() const { return *passages_; }
  /// Those of them that hold a required phrase; nothing when none is required.
  [[nodiscard]] const std::optional<sets::Bitmap>& holding() const { return holding_; }
  /// Contents that may be hits.
  [[nodiscard]] const sets::Bitmap& contents() const { return *contents_; }
  [[nodiscard]] const sets::Bitmap& visible_files() const { return *visible_files_; }
  /// Whether a file passes everything that the query requires, by `content`, which it has or contains.
  [[nodiscard]] bool accepts(const files::File& file, ContentNumber content) const {
    return conditions_.passes(file, content);
  }
  /// Whether a file that was found by its name only is visible and passes.
  [[nodiscard]] bool accepts_by_name(const files::File& file) const;
  /// Whether anything but visibility narrows the scope.
  [[nodiscard]] bool is_filtered() const { return conditions_.any(); }
  /// Files that pass the filters on files; nothing when there are none.
  [[nodiscard]] const std::optional<sets::Bitmap>& allowed_files() const { return conditions_.files(); }
  [[nodiscard]] const Conditions& conditions() const { return conditions_; }

 private:
  std::shared_ptr<const sets::Bitmap> contents_;  ///< Shared with the visible set while nothing narrows it.
  std::shared_ptr<const sets::Bitmap> visible_files_;
  std::shared_ptr<const PassageSet> passages_;  ///< Shared with the cache.
  std::optional<sets::Bitmap> holding_;         ///< Passages.
  Conditions conditions_;
};

}  // namespace alcove::search

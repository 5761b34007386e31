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
#include "domain/search/analysis.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/passage_index.hpp"
#include "domain/search/query.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// Most files that a `name:` filter follows to their contents; beyond, the answer says that it is incomplete.
inline constexpr std::size_t kNameFilterFilesMax = 20'000;

/// A folder of a library; "" is the whole library.
struct Under {
  LibraryId library;
  std::string folder;
  [[nodiscard]] bool holds(const files::File& file) const;
};

/// Made anew for every query.
class Scope {
 public:
  static Result<Scope> make(const Generation& generation, NameIndex& names, files::Files& files,
                            const auth::Principal& principal, const ParsedQuery& query, const Analysed& analysed,
                            PassageSetCache& cache);

  /// Passages that may be hits: of allowed contents; where phrases are required, those that hold one.
  [[nodiscard]] const PassageSet& passages() const { return *passages_; }
  /// Contents that may be hits, before phrases.
  [[nodiscard]] const sets::Bitmap& contents() const { return *contents_; }
  [[nodiscard]] const sets::Bitmap& visible_files() const { return *visible_files_; }
  /// Whether a visible file passes the filters on files and no excluded word stands in its name.
  [[nodiscard]] bool accepts(const files::File& file) const;
  /// Whether a file that was found by its name only passes everything.
  [[nodiscard]] bool accepts_by_name(const files::File& file) const;
  /// Whether anything but visibility narrows the scope.
  [[nodiscard]] bool is_filtered() const { return filtered_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  Status apply_filters(const Generation& generation, NameIndex& names, files::Files& files,
                       const auth::Principal& principal, const ParsedQuery& query);
  Status apply_in(files::Files& files, const auth::Principal& principal, const Filter& filter, sets::Bitmap& inside);
  Status apply_name(NameIndex& names, files::Files& files, const Filter& filter);
  Status apply_words(const Generation& generation, const Analysed& analysed);
  void narrow(const sets::Bitmap& to);

  std::shared_ptr<const sets::Bitmap> contents_;  ///< Shared with the visible set while nothing narrows it.
  std::shared_ptr<const sets::Bitmap> visible_files_;
  std::shared_ptr<const PassageSet> passages_;  ///< Shared with the cache.
  std::optional<sets::Bitmap> with_phrases_;    ///< Contents that hold every phrase.
  std::vector<Under> inside_;
  std::vector<Under> outside_;
  std::optional<sets::Bitmap> named_;
  sets::Bitmap not_named_;
  bool by_type_ = false;
  bool filtered_ = false;
  std::vector<std::vector<std::string>> phrase_words_;
  std::vector<std::vector<std::string>> excluded_words_;
  std::vector<std::string> notes_;
};

}  // namespace alcove::search

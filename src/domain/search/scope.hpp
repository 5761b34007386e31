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

/// Folders of one name that an `in:` may stand for.
inline constexpr std::size_t kFoldersOfOneNameMax = 100;

/// Made anew for every query.
class Scope {
 public:
  static Result<Scope> make(const Generation& generation, NameIndex& names, files::Files& files,
                            const auth::Principal& principal, const ParsedQuery& query, const Analysed& analysed,
                            PassageSetCache& cache);

  /// Passages that may be hits: of allowed contents that hold every phrase.
  [[nodiscard]] const PassageSet& passages() const { return *passages_; }
  /// Those of them that hold a required phrase; nothing when none is required.
  [[nodiscard]] const std::optional<sets::Bitmap>& holding() const { return holding_; }
  /// Contents of files that pass the filters on files, and what they contain; filters on contents left aside.
  [[nodiscard]] const sets::Bitmap& of_allowed_files() const { return *of_allowed_files_; }
  /// Contents that may be hits, before phrases.
  [[nodiscard]] const sets::Bitmap& contents() const { return *contents_; }
  [[nodiscard]] const sets::Bitmap& visible_files() const { return *visible_files_; }
  /// Whether a visible file passes the filters on files and no excluded word stands in its name.
  [[nodiscard]] bool accepts(const files::File& file) const;
  /// Whether a file that was found by its name only passes everything.
  [[nodiscard]] bool accepts_by_name(const files::File& file) const;
  /// Whether anything but visibility narrows the scope.
  [[nodiscard]] bool is_filtered() const { return filtered_; }
  /// Files that pass the filters on files; nothing when there are none.
  [[nodiscard]] const std::optional<sets::Bitmap>& allowed_files() const { return allowed_files_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  Status apply_filters(const Generation& generation, NameIndex& names, files::Files& files,
                       const auth::Principal& principal, const ParsedQuery& query);
  Status apply_in(files::Files& files, const auth::Principal& principal, const Filter& filter, sets::Bitmap& inside,
                  sets::Bitmap& outside);
  Status narrow_to_allowed_files(files::Files& files, const auth::Principal& principal);
  Status apply_words(const Generation& generation, const Analysed& analysed);
  void narrow(const sets::Bitmap& to);

  std::shared_ptr<const sets::Bitmap> contents_;          ///< Shared with the visible set while nothing narrows it.
  std::shared_ptr<const sets::Bitmap> of_allowed_files_;  ///< Shared with the visible set while no file is left out.
  std::shared_ptr<const sets::Bitmap> visible_files_;
  std::shared_ptr<const PassageSet> passages_;  ///< Shared with the cache.
  std::optional<sets::Bitmap> with_phrases_;    ///< Contents that hold every phrase.
  std::optional<sets::Bitmap> holding_;         ///< Passages.
  std::optional<sets::Bitmap> allowed_files_;
  bool by_type_ = false;
  bool filtered_ = false;
  std::vector<std::vector<std::string>> phrase_words_;
  std::vector<std::vector<std::string>> excluded_words_;
  std::vector<std::string> notes_;
};

}  // namespace alcove::search

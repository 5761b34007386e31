#pragma once
/// @file
/// What a query requires of a file, evaluated against what the principal sees.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/name_index.hpp"
#include "domain/search/passage_index.hpp"
#include "domain/search/query.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// What conditions are evaluated with. Borrowed for the call.
struct Evidence {
  const Generation& generation;
  NameIndex& names;
  files::Files& files;
  const auth::Principal& principal;
  const sets::Bitmap& visible_contents;
  const sets::Bitmap& visible_files;
  /// The passages of all visible contents; called only when words are looked for.
  std::function<std::shared_ptr<const PassageSet>()> visible_passages;
  const Expansions& expansions;
  artefacts::Store& store;
};

/// A query's tree with the members of each leaf. A leaf is a fact of the content (type, words) or of the file (name,
/// folder); `contents` is therefore what can hold for one of a content's files, and `passes` what holds for one file.
///
/// Made anew for every query; borrows the parsed query, which must outlive it.
class Conditions {
 public:
  static Result<Conditions> evaluate(const ParsedQuery& query, const Evidence& evidence);

  /// Whether anything is required.
  [[nodiscard]] bool any() const { return any_; }
  /// Contents that may pass. Nothing: all visible ones.
  [[nodiscard]] const std::optional<sets::Bitmap>& contents() const { return contents_; }
  /// Files that pass what is required of files alone. Nothing: all visible ones.
  [[nodiscard]] const std::optional<sets::Bitmap>& files() const { return files_; }
  /// Contents that those files have or contain, whatever is required of contents. Nothing: all visible ones.
  [[nodiscard]] const std::optional<sets::Bitmap>& of_files() const { return of_files_; }
  /// Passages that hold a required phrase, NEAR or wildcard. Nothing when none is required.
  [[nodiscard]] const std::optional<sets::Bitmap>& holding() const { return holding_; }
  /// Whether one file passes everything, by its name or by `content`, which it has or contains.
  [[nodiscard]] bool passes(const files::File& file, ContentNumber content) const;
  /// The required phrases that the content holds.
  [[nodiscard]] std::vector<std::string> phrases_in(ContentNumber content) const;
  [[nodiscard]] const std::vector<Note>& notes() const { return notes_; }

 private:
  struct Leaf {
    sets::Bitmap contents;
    sets::Bitmap files;
    bool of_files = false;  ///< Decided by the file alone.
    bool by_date = false;   ///< `contents` are of those that state a date, `files` hold for all others.
    std::vector<std::vector<std::string>> words;  ///< Of texts: each in order, also looked for in names.
    std::string pattern;                          ///< Of a wildcard.
    /// Of an excluded text: mails and the like that hold it themselves or in an attachment; `contents` has them too.
    sets::Bitmap bundles;
  };
  enum class Sign : std::uint8_t { kAskedFor, kExcluded };

  /// Evaluates the leaves below a child of the root, and narrows by it.
  Status require(const Node& child, const Evidence& evidence);
  Status evaluate_leaves(const Node& node, const Evidence& evidence, Sign sign);
  Status evaluate_filter(const Filter& filter, const Evidence& evidence, Leaf& leaf);
  /// What an attachment says, its mail says.
  static void spread_to_documents(const Evidence& evidence, Leaf& leaf);
  Status evaluate_text(const Node& node, const Evidence& evidence, Sign sign, Leaf& leaf);
  Status evaluate_date(const Filter& filter, const Evidence& evidence, Leaf& leaf);
  Status evaluate_state(const Filter& filter, const Evidence& evidence, Leaf& leaf);
  Status evaluate_in(const Filter& filter, const Evidence& evidence, Leaf& leaf);
  [[nodiscard]] bool is_of_files(const Node& node) const;
  [[nodiscard]] sets::Bitmap files_of(const Node& node, const Evidence& evidence) const;
  Result<sets::Bitmap> contents_of(const Node& node, const Evidence& evidence, Sign sign) const;
  struct Candidate {
    const files::File& file;
    ContentNumber content;
    std::vector<std::string> name;  ///< Folded words.
  };
  [[nodiscard]] bool passes(const Node& node, const Candidate& candidate) const;

  const Node* root_ = nullptr;
  std::shared_ptr<const Corpus> corpus_;  ///< Shared with the generation that was asked.
  std::map<const Node*, Leaf> leaves_;    ///< By address in the query's tree.
  bool any_ = false;
  bool any_text_ = false;
  std::shared_ptr<const PassageSet> within_;  ///< Where texts are looked for; shared with the cache.
  std::optional<sets::Bitmap> contents_;
  std::optional<sets::Bitmap> files_;
  std::optional<sets::Bitmap> of_files_;
  std::optional<sets::Bitmap> holding_;
  std::vector<Note> notes_;
};

}  // namespace alcove::search

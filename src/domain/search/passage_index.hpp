#pragma once
/// @file
/// The keyword index and the vector rows of passages, fed with artefact changes.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "base/error.hpp"
#include "base/sync.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/models/text_spaces.hpp"
#include "domain/search/content_facts.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/near_table.hpp"
#include "domain/search/vector_set.hpp"
#include "drivers/fulltext/fulltext.hpp"
#include "drivers/vectors/vectors.hpp"

namespace alcove::search {

/// What one search works on. Shared: a rebuild replaces the parts while searches finish on the old ones.
struct Generation {
  std::shared_ptr<fulltext::Index> keyword;
  std::shared_ptr<vectors::VectorRows> vectors;  ///< Of the space that serves. Nothing while no passage has a vector.
  std::size_t text_space = 0;                    ///< Which one that is: its model reads the questions.
  std::shared_ptr<const Corpus> corpus;
  std::shared_ptr<const NearTable> near;
};

/// All indexes follow the artefact store; each keeps the number of the last change inside its own commit, so any
/// may be older than the others, or be gone, and is brought up by applying changes again.
///
/// A text space that takes over serves searches from the moment on at which its rows hold all that it had then: between
/// two generations, so that no search meets vectors of two models.
///
/// Thread safety: one thread changes; `generation` from any thread.
/// Failure: a damaged, foreign or outdated index is removed and remade empty, with a log line.
class PassageIndex {
 public:
  /// `spaces` outlives the index.
  static Result<std::unique_ptr<PassageIndex>> open(const std::filesystem::path& folder, artefacts::Store& store,
                                                    const models::TextSpaces& spaces);

  [[nodiscard]] Generation generation() const;

  /// The change from which to go on: the oldest of the applied numbers.
  [[nodiscard]] std::int64_t applied() const;
  /// Applies one change to those indexes that have not seen it. Repeating it changes nothing.
  Status apply(const artefacts::Change& change);
  /// Passages and contents touched since the last commit.
  [[nodiscard]] std::size_t pending() const { return pending_; }
  /// Makes all applied changes durable and visible.
  Status commit();
  /// Another text space serves from now on, if one is ready to. For times without anything to commit.
  void follow_spaces();
  /// After `apply` or `commit` failed: what was not committed is forgotten, and `applied` says from where to go on. An
  /// error in writing may have thrown away more than the one change, and one in syncing proves nothing of what was
  /// written before it.
  Status recover();
  /// Brings the sketch of the vectors that serve on by a step, where there are so many that it is used. Returns whether
  /// it is complete, or not needed.
  Result<bool> extend_sketch();
  /// Throws all indexes away; searches find nothing until changes are applied from 0. After an error nothing can be
  /// applied until it succeeds.
  Status clear();
  /// The same of vector rows that are damaged: meaning finds nothing until changes are applied again, words go on.
  Status clear_damaged_vectors();

 private:
  PassageIndex(const std::filesystem::path& folder, artefacts::Store& store, const models::TextSpaces& spaces);

  Status open_keyword();
  /// Says in a new index which version and store it is of.
  Status sign_keyword();
  Status load_corpus();
  Status remove_keyword();

  Status apply_to_keyword(const artefacts::Change& change);
  [[nodiscard]] std::optional<Run> run_of(ContentNumber content) const;
  /// The text space that may serve now.
  [[nodiscard]] std::size_t ready_space() const;
  Status index_passages(ContentNumber content);
  Status index_probe(ContentNumber content);
  Status index_facts(ContentNumber content);
  Status index_language(ContentNumber content);
  Status drop_run(ContentNumber content);
  /// Changes what is known of a content, in memory and in its key.
  Status set_facts(ContentNumber content, const std::function<void(ContentFacts&)>& change);
  [[nodiscard]] std::map<std::string, std::uint32_t, std::less<>> count_languages(std::int64_t passage_count);
  void add_run(const Run& run);
  void remove_run(const Run& run);
  /// Enters what is known of a content in the sets, or takes it out of them.
  void enter_facts(std::uint32_t content, const ContentFacts& facts);
  void withdraw_facts(std::uint32_t content, const ContentFacts& facts);
  void publish();
  /// Nothing when there is none, or it is damaged.
  Result<std::optional<artefacts::Artefact>> find_sound(ContentNumber content, std::string_view stage);
  template <typename Artefact>
  Result<std::optional<Artefact>> find_artefact(ContentNumber content, std::string_view stage);

  const std::filesystem::path folder_;
  artefacts::Store& store_;
  const models::TextSpaces& spaces_;
  std::array<VectorSet, models::kTextSpaces> vectors_;
  std::size_t serving_ = 0;                   ///< The text space of the published generation.
  std::shared_ptr<fulltext::Index> keyword_;  ///< Shared with generations in use.
  std::int64_t keyword_applied_ = 0;
  std::size_t pending_ = 0;
  std::uint64_t version_ = 0;

  Corpus live_;  ///< As the changes leave it; each commit publishes a copy.
  std::unordered_map<std::uint32_t, std::uint32_t> first_of_content_;
  std::map<std::uint32_t, ContentFacts> facts_;                      ///< By content; never empty ones.
  std::shared_ptr<NearTable> near_ = std::make_shared<NearTable>();  ///< Shared with generations in use.
  std::set<std::string> languages_;

  Guarded<Generation> published_;
};

}  // namespace alcove::search

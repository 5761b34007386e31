#pragma once
/// @file
/// The keyword index and the vector rows of passages, fed with artefact changes.

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
#include "domain/search/content_facts.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/near_table.hpp"
#include "drivers/fulltext/fulltext.hpp"
#include "drivers/vectors/vectors.hpp"

namespace alcove::search {

/// What one search works on. Shared: a rebuild replaces the parts while searches finish on the old ones.
struct Generation {
  std::shared_ptr<fulltext::Index> keyword;
  std::shared_ptr<vectors::VectorRows> vectors;  ///< Nothing while no passage has a vector.
  std::shared_ptr<const Corpus> corpus;
  std::shared_ptr<const NearTable> near;
};

/// Names the space of a model by its fingerprint: vectors of two spaces are never compared.
std::uint64_t space_of_model(std::string_view model_fingerprint);

/// Both indexes follow the artefact store; each keeps the number of the last change inside its own commit, so either
/// may be older than the other, or be gone, and is brought up by applying changes again.
///
/// Thread safety: one thread changes; `generation` from any thread.
/// Failure: a damaged, foreign or outdated index is removed and remade empty, with a log line.
class PassageIndex {
 public:
  static Result<std::unique_ptr<PassageIndex>> open(const std::filesystem::path& folder, artefacts::Store& store);

  [[nodiscard]] Generation generation() const;

  /// The change from which to go on: the older of the two applied numbers.
  [[nodiscard]] std::int64_t applied() const;
  /// Applies one change to whichever index has not seen it. Repeating it changes nothing.
  Status apply(const artefacts::Change& change);
  /// Passages and contents touched since the last commit.
  [[nodiscard]] std::size_t pending() const { return pending_; }
  /// Makes all applied changes durable and visible.
  Status commit();
  /// After `apply` or `commit` failed: what was not committed is forgotten, and `applied` says from where to go on. An
  /// error in writing may have thrown away more than the one change, and one in syncing proves nothing of what was
  /// written before it.
  Status recover();
  /// Throws both indexes away; searches find nothing until changes are applied from 0. After an error nothing can be
  /// applied until it succeeds.
  Status clear();

 private:
  PassageIndex(std::filesystem::path folder, artefacts::Store& store) : folder_(std::move(folder)), store_(store) {}

  Status open_keyword();
  /// Says in a new index which version and store it is of.
  Status sign_keyword();
  Status open_vectors();
  Status load_corpus();
  Status remove_keyword();
  Status remove_vectors();

  Status apply_to_keyword(const artefacts::Change& change);
  Status apply_to_vectors(const artefacts::Change& change);
  Status index_passages(ContentNumber content);
  Status index_probe(ContentNumber content);
  Status index_facts(ContentNumber content);
  Status index_language(ContentNumber content);
  Status drop_run(ContentNumber content);
  /// Changes what is known of a content, in memory and in its key.
  Status set_facts(ContentNumber content, const std::function<void(ContentFacts&)>& change);
  Status write_vectors(const artefacts::Change& change);
  [[nodiscard]] std::map<std::string, std::uint32_t, std::less<>> count_languages(std::int64_t passage_count);
  void publish_facts(Corpus& corpus) const;
  void publish();
  /// Nothing when there is none, or it is damaged.
  Result<std::optional<artefacts::Artefact>> find_sound(ContentNumber content, std::string_view stage);
  template <typename Artefact>
  Result<std::optional<Artefact>> find_artefact(ContentNumber content, std::string_view stage);

  const std::filesystem::path folder_;
  artefacts::Store& store_;
  std::shared_ptr<fulltext::Index> keyword_;      ///< Shared with generations in use.
  std::shared_ptr<vectors::VectorRows> vectors_;  ///< Shared with generations in use.
  std::int64_t keyword_applied_ = 0;
  std::int64_t vectors_applied_ = 0;
  /// Another model's vectors are of another space: the rows begin anew, and changes up to this one that still are of
  /// the old space are passed over.
  std::int64_t space_since_ = 0;
  bool vectors_restarted_ = false;
  std::size_t pending_ = 0;
  std::uint64_t version_ = 0;

  std::map<std::uint32_t, Run> runs_;  ///< By first passage.
  std::unordered_map<std::uint32_t, std::uint32_t> first_of_content_;
  std::map<std::uint32_t, ContentFacts> facts_;                      ///< By content; never empty ones.
  std::shared_ptr<NearTable> near_ = std::make_shared<NearTable>();  ///< Shared with generations in use.
  sets::Bitmap with_vectors_;
  std::set<std::string> languages_;

  Guarded<Generation> published_;
};

}  // namespace alcove::search

#pragma once
/// @file
/// The rows of one text space, kept up with the artefacts of its stage.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/search/corpus.hpp"
#include "drivers/sets/bitmap.hpp"
#include "drivers/vectors/vectors.hpp"

namespace alcove::search {

/// Names the space of a model by its fingerprint: vectors of two spaces are never compared.
std::uint64_t space_of_model(std::string_view model_fingerprint);

/// Removes a folder or file by renaming it first: a searcher may still be reading it, and a new one takes its place.
Status remove_path(const std::filesystem::path& path);

/// One file of vector rows, named like its stage; it keeps the number of the last change inside its own commit.
///
/// Thread safety: one thread changes; `rows()` once handed out are searched by any.
/// Failure: a damaged, foreign or outdated file is removed and remade empty, with a log line.
class VectorSet {
 public:
  VectorSet(const std::filesystem::path& folder, std::string_view stage, artefacts::Store& store)
      : path_(folder / stage), stage_(stage), store_(store) {}

  Status open();
  /// Throws the rows away; they are made again from the change 0 on.
  Status remove();
  /// Forgets what was not committed.
  Status recover();

  /// The last change that is in the rows; where there are none and none to come, the newest change there was.
  [[nodiscard]] std::int64_t applied() const { return applied_; }
  /// Applies a change that it has not seen. `run_of` finds the passages of a content. Returns how many rows it touched.
  Result<std::size_t> apply(const artefacts::Change& change,
                            const std::function<std::optional<Run>(ContentNumber)>& run_of);

  /// The passages of a content are known now.
  void note_run(const Run& run);
  /// The passages of a content are gone.
  Status drop_run(const Run& run);
  Status commit();

  [[nodiscard]] const std::shared_ptr<vectors::VectorRows>& rows() const { return rows_; }
  /// Contents whose passages have vectors.
  [[nodiscard]] const sets::Bitmap& contents() const { return contents_; }
  /// How many passages those are.
  [[nodiscard]] std::int64_t passage_count() const { return passage_count_; }

 private:
  void hold(const Run& run);
  void let_go(const Run& run);
  Result<std::size_t> write(const artefacts::Change& change, const Run& run);
  /// As far as there is nothing in the store that the rows should hold, they are up to date.
  Status look_for_results();

  const std::filesystem::path path_;
  const std::string stage_;
  artefacts::Store& store_;
  std::shared_ptr<vectors::VectorRows> rows_;  ///< Shared with generations in use. Nothing while none has a vector.
  std::int64_t applied_ = 0;
  /// Another model's vectors are of another space: the rows begin anew, and changes up to this one that still are of
  /// the old space are passed over.
  std::int64_t space_since_ = 0;
  bool has_restarted_ = false;
  sets::Bitmap contents_;
  std::int64_t passage_count_ = 0;
};

}  // namespace alcove::search

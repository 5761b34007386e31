#pragma once
/// @file
/// What the passage index holds, as searches need it in memory: runs, formats, languages.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/sync.hpp"
#include "domain/search/shared_rows.hpp"
#include "drivers/sets/bitmap.hpp"
#include "drivers/vectors/vectors.hpp"
#include "wire/artefacts.hpp"

namespace alcove::search {

/// The passages of one content.
struct Run {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  ContentNumber content;

  [[nodiscard]] std::uint32_t key() const { return first; }
};

/// What a document says of its own date.
struct StatedDate {
  ContentNumber content;
  std::int64_t unix_ms = 0;

  [[nodiscard]] std::uint32_t key() const { return content.value; }
};

/// A snapshot, made after each commit, is never changed and shared by the searches that use it.
struct Corpus {
  std::uint64_t version = 0;
  SharedRows<Run> runs;  ///< By `first`, not overlapping.
  std::map<wire::Format, sets::Bitmap> formats;
  std::map<std::string, sets::Bitmap, std::less<>> contents_of_language;  ///< by ISO code
  SharedRows<StatedDate> dates;                                           ///< by content
  sets::Bitmap with_dates;                                                ///< contents
  sets::Bitmap with_passages;                                             ///< contents
  sets::Bitmap with_vectors;                                              ///< contents; a subset of with_passages
  std::vector<std::string> languages;                                     ///< that passages were stemmed in
  /// Passages in each of those and of the languages whose function words are known; "": all without a stemmer.
  std::map<std::string, std::uint32_t, std::less<>> passages_of_language;
  std::int64_t passage_count = 0;
  std::int64_t vector_count = 0;

  /// Nothing when the document states none.
  [[nodiscard]] std::optional<std::int64_t> stated_date_unix_ms(ContentNumber content) const;
  /// Nothing when no run holds the passage.
  [[nodiscard]] std::optional<ContentNumber> content_of(std::uint32_t passage) const;
  [[nodiscard]] const Run* find_run_with(std::uint32_t passage) const;
  /// Looks through all runs: for the few contents that no passage leads to.
  [[nodiscard]] const Run* find_run_of(ContentNumber content) const;
};

/// The passages of some contents, in the two forms that the two searches filter by.
struct PassageSet {
  sets::Bitmap passages;
  std::vector<vectors::RowRun> runs;
};
PassageSet passages_of(const Corpus& corpus, const sets::Bitmap& contents);
/// The contents that have at least one of `passages`.
sets::Bitmap contents_of(const Corpus& corpus, const sets::Bitmap& passages);

/// Remembers the passages of the last few visible sets, which change seldom and are asked for often.
///
/// Thread safety: any thread.
class PassageSetCache {
 public:
  std::shared_ptr<const PassageSet> find_or_make(const std::shared_ptr<const Corpus>& corpus,
                                                 const std::shared_ptr<const sets::Bitmap>& contents);

 private:
  /// One per principal at work is enough; more would only hold memory.
  static constexpr std::size_t kEntriesMax = 4;
  struct Entry {
    std::uint64_t corpus_version = 0;
    std::shared_ptr<const sets::Bitmap> contents;  ///< Held, so that its address stays its own.
    std::shared_ptr<const PassageSet> set;         ///< Shared with searches at work.
  };
  Guarded<std::deque<Entry>> entries_;
};

}  // namespace alcove::search

#pragma once
/// @file
/// A keyword index on Xapian: documents of terms with positions, ranked by BM25 inside a set of documents.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::fulltext {

/// Xapian's own limit on a term with its prefix.
inline constexpr std::size_t kTermBytesMax = 245;
/// BM25's constants; the evidence formula of ranking uses the first too.
inline constexpr double kBm25K1 = 1.2;
inline constexpr double kBm25B = 0.75;

/// One occurrence of a term.
struct Posting {
  std::string term;
  std::uint32_t position = 0;  ///< From 1; 0: the occurrence stands nowhere.
  std::uint32_t weight = 1;    ///< What it adds to the term's count and the document's length; 0: only to be found.
};

/// A query as a tree of our own, so that no parser but ours ever reads what people type.
struct Query {
  enum class Kind : std::uint8_t {
    kNothing,  ///< Matches no document.
    kTerm,
    kAnd,
    kOr,        ///< Scores add up.
    kMax,       ///< The best child's score.
    kAndMaybe,  ///< The first child; the scores of the others are added where they match.
    kAndNot,    ///< The first child without documents of the others.
    kPrefix,    ///< The most frequent terms that begin with `term`.
    kPhrase,    ///< Terms in order within `window` positions. Children are terms.
    kNear,      ///< Terms in any order within `window` positions. Children are terms.
    kScale,     ///< The only child's score times `factor`.
  } kind = Kind::kNothing;
  std::string term;
  std::vector<Query> children;
  std::uint32_t window = 0;
  double factor = 1;

  static Query nothing() { return {}; }
  static Query of_term(std::string term) { return {.kind = Kind::kTerm, .term = std::move(term), .children = {}}; }
  static Query of(Kind kind, std::vector<Query> children) {
    return {.kind = kind, .term = {}, .children = std::move(children)};
  }
  static Query phrase(std::vector<std::string> terms, std::uint32_t window);
  static Query near(std::vector<std::string> terms, std::uint32_t window);
  static Query scaled(Query child, double factor);
};

struct Match {
  std::uint32_t document = 0;
  double score = 0;
};

struct CollectionStatistics {
  std::uint32_t document_count = 0;
  std::uint32_t last_document = 0;
  double average_length = 0;
};

/// One index in a folder of its own.
///
/// A single thread writes (`replace`, `remove`, `set_metadata`, `commit`); any number of threads read, and see the last
/// commit. Metadata is part of the same commit as the documents. Documents may become visible before `commit` (many of
/// them, or at closing), so writing must be repeatable; metadata that says how far the writer got is set last.
/// Ownership: the folder belongs to the index while it is open; two writers exclude one another (kLocked).
/// Failure: kCorrupt when the files contradict themselves: the caller removes the folder and remakes the index.
class Index {
 public:
  /// Opens, or creates when missing.
  static Result<std::unique_ptr<Index>> open(const std::filesystem::path& folder);
  ~Index();

  /// Writer. Document numbers start at 1. `data` is stored as it is.
  /// So is `value`, which `for_each_value` reads quickly for all documents.
  Status replace(std::uint32_t document, std::span<const Posting> postings, std::string_view data,
                 std::string_view value = {});
  Status remove(std::uint32_t document);
  /// An empty value removes the key. Keys are at most kTermBytesMax bytes.
  Status set_metadata(std::string_view key, std::string_view value);
  Status commit();
  /// After a failed write: forgets what was not committed and begins anew from what is on the disk. Readers go on.
  Status restart();

  /// Readers.
  Result<std::string> metadata(std::string_view key);
  /// Keys that begin with `prefix`, in byte order, until `visit` returns false.
  Status for_each_metadata_key(std::string_view prefix, const std::function<bool(std::string_view)>& visit);
  /// The best `limit` documents, best first (ties: lower number first). `within`: only its members count; the test
  /// runs inside the matcher.
  Result<std::vector<Match>> search(const Query& query, std::size_t limit, const sets::Bitmap* within);
  /// Every document that matches, without ranking.
  Result<sets::Bitmap> matches(const Query& query, const sets::Bitmap* within);
  /// The terms of `query` that a document has.
  Result<std::vector<std::string>> matching_terms(const Query& query, std::uint32_t document);
  /// What was stored with a document; nothing when there is none of that number.
  Result<std::optional<std::string>> data(std::uint32_t document);
  /// Values of all documents that have one, by document.
  Status for_each_value(const std::function<void(std::uint32_t document, std::string_view value)>& visit);
  /// Data of the members of `among`, by document.
  Status for_each_data(const sets::Bitmap& among,
                       const std::function<void(std::uint32_t document, std::string_view data)>& visit);
  /// In how many documents each term occurs.
  Result<std::vector<std::uint32_t>> document_frequencies(std::span<const std::string> terms);
  /// Terms that begin with `prefix`, in byte order, with the number of documents that have them, until `visit` returns
  /// false.
  Status for_each_term(std::string_view prefix,
                       const std::function<bool(std::string_view term, std::uint32_t frequency)>& visit);
  /// Whether a member of `within` has the term.
  Result<bool> occurs_within(std::string_view term, const sets::Bitmap& within);
  Result<CollectionStatistics> statistics();
  /// Reads every table. Errors: kCorrupt.
  Status check();

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The inverse document frequency that Xapian's BM25 gives a term, before its factor k1 + 1.
double bm25_idf(std::uint32_t document_count, std::uint32_t document_frequency);

}  // namespace alcove::fulltext

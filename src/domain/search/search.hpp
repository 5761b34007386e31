#pragma once
/// @file
/// Keyword, meaning and hybrid search over passages and file names, inside what the principal may see.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/auth/principal.hpp"
#include "domain/files/files.hpp"
#include "domain/models/text_spaces.hpp"
#include "domain/search/query.hpp"
#include "wire/place.hpp"

namespace alcove::search {

enum class Mode : std::uint8_t { kHybrid, kKeyword, kMeaning };

/// In which order hits come. All but relevance order what was found within bounds: of a query with words the hits in
/// the pool that relevance takes (kPoolPassagesMax of answer.cpp), of filters alone everything they leave.
enum class Order : std::uint8_t {
  kRelevance,  ///< Best first; of filters alone, newest first.
  kNewest,     ///< By the hit's date.
  kOldest,
  kName,  ///< Of the file, letters of either case, numbers by their value.
  kSize,  ///< Of the file, largest first.
};

struct Request {
  std::string query;
  Mode mode = Mode::kHybrid;
  Order order = Order::kRelevance;
  std::size_t limit = 20;  ///< 1 to 200
  std::size_t offset = 0;  ///< up to 1,000
  /// Whether a query that finds nothing is asked again as it was probably meant.
  enum class Spelling : std::uint8_t { kCorrect, kAsTyped } spelling = Spelling::kCorrect;
  /// Whether near-identical files stand under the best of them. Only of hits that are ranked and one per file: filters
  /// alone list what is there.
  enum class Fold : std::uint8_t { kNear, kNone } fold = Fold::kNear;
  bool facets = false;    ///< true: the answer counts what was found by type, library, year …
  bool passages = false;  ///< true: one hit per passage; false: one per file, its best passage
};

/// A stretch of a snippet; `match` stretches are shown highlighted.
struct SnippetSpan {
  std::string text;
  bool match = false;
};

/// Why a hit is one.
struct Reason {
  std::string kind;                ///< "terms", "meaning", "name", "title", "phrase"
  std::string text;                ///< Sentence for the person.
  std::vector<std::string> terms;  ///< kind terms, name, phrase: words as they stand in the document
  double value = 0;                ///< BM25 score, cosine similarity …
  double weight = 0;               ///< share in the final score
  std::string model;               ///< kind meaning
};

/// Whose word a date is.
enum class DateSource : std::uint8_t {
  kDocument,  ///< The document says when it was written.
  kFile,      ///< When the file was changed last.
};

struct Hit {
  files::File file;
  std::vector<artefacts::Part> parts;  ///< The way to the content that was found, when it lies inside the file.
  std::string library;                 ///< name
  PassageNumber passage;               ///< 0 when only the name matched
  wire::Place place;
  double score = 0;  ///< 0 to 1, comparable within one answer
  std::vector<SnippetSpan> snippet;
  std::string title;
  std::string language;
  UnixMillis date;
  DateSource date_source = DateSource::kFile;
  std::vector<Reason> reasons;
  std::int64_t more_passages = 0;         ///< Further matching passages of the same file.
  std::vector<files::File> same_content;  ///< Other visible files with the same bytes, folded into this hit.
  /// Visible files whose text is this one's but for a few words, folded into this hit: some of them, and how many.
  std::vector<files::File> near_identical;
  std::int64_t near_identical_count = 0;
  bool weak = false;  ///< Below the line: it rather does not fit than fits.
};

/// What one more filter would leave.
struct FacetValue {
  std::string value;
  std::string filter;  ///< To add to the query, such as `type:pdf`.
  std::int64_t count = 0;
};

struct Facet {
  std::string name;                ///< "type", "library", "year", "language", "folder" (the one below the library)
  std::vector<FacetValue> values;  ///< The most frequent first.
};

struct Facets {
  std::vector<Facet> facets;
  std::int64_t counted = 0;  ///< Contents
  bool is_complete = true;   ///< false: more match than are counted (facets.hpp).
};

/// Which files are like one.
struct SimilarRequest {
  ContentNumber content;   ///< Of a file or a part that the principal may see; 0: not read yet.
  std::size_t limit = 10;  ///< 1 to 50
  Request::Fold fold = Request::Fold::kNear;
};

struct SimilarResponse {
  Mode mode = Mode::kKeyword;  ///< kHybrid: by meaning and words.
  std::vector<Hit> hits;       ///< The most similar first.
  std::vector<Note> notes;
  double took_ms = 0;
};

struct Response {
  std::string query;
  Mode mode = Mode::kHybrid;  ///< What was really done.
  std::vector<Hit> hits;
  std::vector<Note> notes;   ///< "Meaning is still being computed for 120 documents", syntax remarks …
  std::string did_you_mean;  ///< The query with slips corrected; empty when there are none.
  /// The corrected query, when it was asked instead of one that finds nothing; else empty. Spelling::kAsTyped is the
  /// way back.
  std::string searched_for;
  std::optional<Facets> facets;  ///< When asked for.
  double took_ms = 0;
  double embed_ms = 0;          ///< of which: the query's embedding
  bool finds_anything = false;  ///< Also where the page asked for is empty.
  bool more = false;            ///< further hits exist
  std::string cursor;           ///< Names the page that follows, for `further`; empty when there is none.
  bool nothing_fits = false;    ///< No hit, or only weak ones, on any page.
};

/// Something that may be typed or opened next.
struct Suggestion {
  enum class Kind : std::uint8_t {
    kName,   ///< A file whose name has the words typed.
    kTitle,  ///< A document's title that has them.
    kWord,   ///< The query with its last word completed.
  } kind = Kind::kWord;
  std::string text;
  FileId file;  ///< Of kName.
};

/// Where the indexes stand.
struct IndexStatus {
  std::int64_t passages_indexed = 0;
  std::int64_t vectors_indexed = 0;
  std::int64_t names_indexed = 0;
  std::int64_t behind = 0;  ///< artefact changes not yet applied
  bool rebuilding = false;
  std::optional<Error> trouble;  ///< Why the indexes do not keep up at the moment; nothing when they do.
};

/// Query embedding as search needs it: vector and model name, or why not (given by the composition root).
struct Embedding {
  std::vector<float> values;
  std::string model_name;
  std::string model_fingerprint;
};
/// By the model of a text space.
using Embed = std::function<Result<Embedding>(const std::string& text, std::size_t text_space, const Context& context)>;

/// Indexes in `<data>/indexes` and the queries on them. One follower thread applies artefact and file changes; each
/// index stores the last applied number in its own commit.
///
/// Thread safety: all calls from any thread. Failure: an index that cannot be opened or read is remade from artefacts.
class Search {
 public:
  /// `store`, `spaces` and `files` outlive the search.
  static Result<std::unique_ptr<Search>> start(const std::filesystem::path& data_folder, artefacts::Store& store,
                                               const models::TextSpaces& spaces, files::Files& files, Embed embed);
  ~Search();

  Result<Response> search(const auth::Principal& principal, const Request& request, const Context& context);
  /// The page at a cursor, of the list that its search made: what was shown does not come again, what has vanished or
  /// may no longer be seen is left out, and what came meanwhile follows at the end. `limit` 1 to 200. Errors: kNotFound
  /// (field "cursor") when the list is not kept any more or is not the principal's: search again; those of `search`.
  Result<Response> further(const auth::Principal& principal, const std::string& cursor, std::size_t limit,
                           const Context& context);
  /// Files whose text is like that of a content, as far as the principal sees them; not what contains it or what it
  /// contains. Errors: kInvalidArgument for limits out of range, kTimedOut.
  Result<SimilarResponse> similar(const auth::Principal& principal, const SimilarRequest& request,
                                  const Context& context);
  /// What may be typed or opened next, at most `limit`.
  Result<std::vector<Suggestion>> suggest(const auth::Principal& principal, const std::string& typed,
                                          std::size_t limit);
  /// Returns when every change committed before the call is applied.
  Status wait_until_applied(const Context& context);
  /// Throws the indexes away and remakes them from artefacts; no decode, no model run.
  Status rebuild(const Context& context);
  IndexStatus status();

 private:
  struct Impl;
  explicit Search(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::search

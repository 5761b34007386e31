#include "drivers/fulltext/fulltext.hpp"

#include <xapian.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <utility>

#include "base/sync.hpp"

namespace alcove::fulltext {
namespace {

/// A reader that fell two commits behind must open its snapshot anew; under steady writing that can happen again.
constexpr int kSnapshotAttemptsMax = 5;
/// Idle readers kept open; more only come into being while more threads search at once.
constexpr std::size_t kIdleReadersMax = 8;
/// The one value of a document.
constexpr Xapian::valueno kValueSlot = 0;
/// A prefix stands for at most this many terms.
constexpr Xapian::termcount kPrefixTermsMax = 100;

Error error_of(const Xapian::Error& error) {
  const std::string detail = std::string("xapian: ") + error.get_type() + ": " + error.get_msg();
  const std::string_view type = error.get_type();
  // Xapian opens lazily: a lack of descriptors or memory shows as "cannot be opened", too, and is no damage.
  const std::string_view cause = error.get_error_string() != nullptr ? error.get_error_string() : "";
  const bool scarce = cause == std::strerror(EMFILE) || cause == std::strerror(ENFILE) ||
                      cause == std::strerror(ENOMEM) || cause == std::strerror(EACCES) || cause == std::strerror(EIO);
  if (type == "DatabaseOpeningError" && scarce) {
    return make_error(ErrorCode::kUnavailable, "The search index cannot be opened now", detail);
  }
  // Without a cause in the system it is the data that contradicts itself: numbers that cannot be, a file shorter than
  // its tables say, values that do not unpack.
  if (cause.empty() && (type == "DatabaseError" || type == "RangeError" || type == "SerialisationError")) {
    return make_error(ErrorCode::kCorrupt, "The search index is damaged", detail);
  }
  if (type == "DatabaseCorruptError" || type == "DatabaseVersionError" || type == "DatabaseOpeningError" ||
      type == "DatabaseNotFoundError") {
    return make_error(ErrorCode::kCorrupt, "The search index is damaged", detail);
  }
  if (type == "DatabaseLockError") {
    return make_error(ErrorCode::kLocked, "Another process is using the search index", detail);
  }
  if (type == "DatabaseModifiedError") {
    return make_error(ErrorCode::kUnavailable, "The search index is changing too fast", detail);
  }
  if (error.get_error_string() != nullptr && std::string_view(error.get_error_string()).contains("No space left")) {
    return make_error(ErrorCode::kOutOfSpace, "The disk is full", detail);
  }
  return make_error(ErrorCode::kInternal, "The search index could not be used", detail);
}

/// Runs `use` and turns what Xapian throws into our errors. Nothing else throws but for lack of memory.
template <typename Use>
auto guarded(Use&& use) -> Result<decltype(use())> {
  try {
    if constexpr (std::is_void_v<decltype(use())>) {
      use();
      return {};
    } else {
      return use();
    }
  } catch (const Xapian::Error& error) {
    return std::unexpected(error_of(error));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, "The search index could not be used", error.what());
  }
}

/// The members of a bitmap as a posting list: the filter runs inside the matcher and costs no score.
class BitmapSource final : public Xapian::PostingSource {
 public:
  explicit BitmapSource(const sets::Bitmap& members) : members_(members), size_(members.size()) {}

  Xapian::doccount get_termfreq_min() const override { return 0; }
  Xapian::doccount get_termfreq_est() const override { return std::min(static_cast<Xapian::doccount>(size_), total_); }
  Xapian::doccount get_termfreq_max() const override { return std::min(static_cast<Xapian::doccount>(size_), total_); }
  void next(double /*min_weight*/) override { move_to(current_ + 1); }
  void skip_to(Xapian::docid document, double /*min_weight*/) override {
    if (document > current_) {
      move_to(document);
    }
  }
  bool check(Xapian::docid document, double /*min_weight*/) override {
    // Cheaper than finding the next member: says only whether this one is in.
    if (!members_.contains(document)) {
      return false;
    }
    current_ = document;
    return true;
  }
  bool at_end() const override { return ended_; }
  Xapian::docid get_docid() const override { return current_; }
  void init(const Xapian::Database& database) override {
    total_ = database.get_doccount();
    current_ = 0;
    ended_ = false;
  }
  std::string get_description() const override { return "BitmapSource"; }

 private:
  void move_to(Xapian::docid from) { ended_ = !members_.next(from, current_); }

  const sets::Bitmap& members_;
  std::uint64_t size_;
  Xapian::doccount total_ = 0;
  Xapian::docid current_ = 0;
  bool ended_ = false;
};

/// Behind every document: no index has one of that number.
constexpr Xapian::docid kBehindAll = std::numeric_limits<Xapian::docid>::max();

/// A list that ends behind all others. Xapian 1.4.22 asks an OP_MAX all of whose lists have ended what its greatest
/// weight is, and reads the first of the lists that it has freed; with this one beside them the others never are all.
/// What it adds, a document of no weight behind all, is in no filter and is left out of unfiltered results.
class LastSource final : public Xapian::PostingSource {
 public:
  Xapian::doccount get_termfreq_min() const override { return 0; }
  Xapian::doccount get_termfreq_est() const override { return 0; }
  Xapian::doccount get_termfreq_max() const override { return 1; }
  void next(double /*min_weight*/) override { ended_ = std::exchange(begun_, true); }
  void skip_to(Xapian::docid /*document*/, double /*min_weight*/) override { begun_ = true; }
  bool at_end() const override { return ended_; }
  Xapian::docid get_docid() const override { return kBehindAll; }
  void init(const Xapian::Database& /*database*/) override { begun_ = ended_ = false; }
  std::string get_description() const override { return "LastSource"; }

 private:
  bool begun_ = false;
  bool ended_ = false;
};

Xapian::Query to_xapian(const Query& query);

std::vector<Xapian::Query> children_of(const Query& query) {
  std::vector<Xapian::Query> children;
  children.reserve(query.children.size());
  for (const Query& child : query.children) {
    children.push_back(to_xapian(child));
  }
  return children;
}

Xapian::Query combined(Xapian::Query::op operation, const Query& query, std::uint32_t window = 0) {
  const std::vector<Xapian::Query> children = children_of(query);
  return Xapian::Query(operation, children.begin(), children.end(), window);
}

Xapian::Query maximum(const Query& query) {
  std::vector<Xapian::Query> children = children_of(query);
  if (children.empty()) {
    return {};
  }
  children.emplace_back((new LastSource)->release());
  return Xapian::Query(Xapian::Query::OP_MAX, children.begin(), children.end());
}

Xapian::Query to_xapian(const Query& query) {
  switch (query.kind) {
    case Query::Kind::kTerm: return Xapian::Query(query.term);
    case Query::Kind::kAnd: return combined(Xapian::Query::OP_AND, query);
    case Query::Kind::kOr: return combined(Xapian::Query::OP_OR, query);
    case Query::Kind::kMax: return maximum(query);
    case Query::Kind::kAndMaybe: return combined(Xapian::Query::OP_AND_MAYBE, query);
    case Query::Kind::kAndNot: return combined(Xapian::Query::OP_AND_NOT, query);
    case Query::Kind::kPrefix:
      return Xapian::Query(Xapian::Query::OP_WILDCARD, query.term, kPrefixTermsMax,
                           Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT);
    case Query::Kind::kPhrase: return combined(Xapian::Query::OP_PHRASE, query, query.window);
    case Query::Kind::kNear: return combined(Xapian::Query::OP_NEAR, query, query.window);
    case Query::Kind::kScale:
      return query.children.empty()
                 ? Xapian::Query()
                 : Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, to_xapian(query.children.front()), query.factor);
    case Query::Kind::kNothing: break;
  }
  return {};
}

Xapian::Query filtered(const Query& query, const sets::Bitmap* within) {
  Xapian::Query built = to_xapian(query);
  if (within == nullptr || built.empty()) {
    return built;
  }
  // Released to the query: it lives as long as the last copy of it.
  auto* const source = (new BitmapSource(*within))->release();
  return Xapian::Query(Xapian::Query::OP_FILTER, built, Xapian::Query(source));
}

}  // namespace

Query Query::phrase(std::vector<std::string> terms, std::uint32_t window) {
  Query made{.kind = Kind::kPhrase, .term = {}, .children = {}, .window = window};
  for (std::string& term : terms) {
    made.children.push_back(of_term(std::move(term)));
  }
  return made;
}

Query Query::near(std::vector<std::string> terms, std::uint32_t window) {
  Query made = phrase(std::move(terms), window);
  made.kind = Kind::kNear;
  return made;
}

Query Query::scaled(Query child, double factor) {
  Query made{.kind = Kind::kScale, .term = {}, .children = {}, .window = 0, .factor = factor};
  made.children.push_back(std::move(child));
  return made;
}

double bm25_idf(std::uint32_t document_count, std::uint32_t document_frequency) {
  const double count = document_count;
  const double frequency = std::min(document_frequency, document_count);
  // As in Xapian's BM25Weight: below 2 the odds are lifted so that no term counts against a document.
  double odds = (count - frequency + 0.5) / (frequency + 0.5);
  if (odds < 2) {
    odds = odds * 0.5 + 1;
  }
  return std::log(odds);
}

struct Index::Impl {
  std::string folder;
  Xapian::WritableDatabase writer;
  /// Raised by each commit; a reader of an older number reopens before its next use.
  std::atomic<std::uint64_t> revision{1};

  struct Reader {
    Xapian::Database database;
    std::uint64_t revision = 0;
  };
  Guarded<std::vector<std::unique_ptr<Reader>>> idle;

  std::unique_ptr<Reader> borrow() {
    std::unique_ptr<Reader> reader = idle.with([](auto& readers) {
      std::unique_ptr<Reader> found;
      if (!readers.empty()) {
        found = std::move(readers.back());
        readers.pop_back();
      }
      return found;
    });
    const std::uint64_t now = revision.load();
    if (!reader) {
      reader = std::make_unique<Reader>(Reader{.database = Xapian::Database(folder), .revision = now});
    } else if (reader->revision != now) {
      reader->database.reopen();
      reader->revision = now;
    }
    return reader;
  }
  void give_back(std::unique_ptr<Reader> reader) {
    idle.with([&](auto& readers) {
      if (readers.size() < kIdleReadersMax) {
        readers.push_back(std::move(reader));
      }
    });
  }

  /// Runs `use(Xapian::Database&)` on a snapshot, again on a newer one when that was overtaken.
  template <typename Use>
  auto read(Use&& use) -> Result<decltype(use(std::declval<Xapian::Database&>()))> {
    return guarded([&] {
      for (int attempt = 1;; ++attempt) {
        std::unique_ptr<Reader> reader;
        try {
          // Opening a snapshot can be overtaken as well.
          reader = borrow();
          if constexpr (std::is_void_v<decltype(use(reader->database))>) {
            use(reader->database);
            give_back(std::move(reader));
            return;
          } else {
            auto result = use(reader->database);
            give_back(std::move(reader));
            return result;
          }
        } catch (const Xapian::DatabaseModifiedError&) {
          if (attempt == kSnapshotAttemptsMax) {
            throw;
          }
          if (reader) {
            reader->revision = 0;
            give_back(std::move(reader));
          }
        }
      }
    });
  }
};

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() {
  // Xapian commits pending documents here, as it also does after every 10,000: whoever follows a sequence finds them
  // there when it applies them again.
  (void)guarded([&] { impl_->writer.close(); });
}

Result<std::unique_ptr<Index>> Index::open(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder.parent_path(), ignored);
  return guarded([&] {
    auto impl = std::make_unique<Impl>();
    impl->folder = folder.string();
    impl->writer = Xapian::WritableDatabase(impl->folder, Xapian::DB_CREATE_OR_OPEN | Xapian::DB_BACKEND_GLASS);
    const Xapian::Database probe(impl->folder);  // A missing table shows here and not at the first query.
    (void)probe.get_doccount();
    return std::unique_ptr<Index>(new Index(std::move(impl)));
  });
}

Status Index::replace(std::uint32_t document, std::span<const Posting> postings, std::string_view data,
                      std::string_view value) {
  return guarded([&] {
    Xapian::Document made;
    for (const Posting& posting : postings) {
      if (posting.term.empty() || posting.term.size() > kTermBytesMax) {
        continue;
      }
      if (posting.position > 0) {
        made.add_posting(posting.term, posting.position, posting.weight);
      } else {
        made.add_term(posting.term, posting.weight);
      }
    }
    made.set_data(std::string(data));
    if (!value.empty()) {
      made.add_value(kValueSlot, std::string(value));
    }
    impl_->writer.replace_document(document, made);
  });
}

Status Index::remove(std::uint32_t document) {
  return guarded([&] {
    try {
      impl_->writer.delete_document(document);
    } catch (const Xapian::DocNotFoundError&) {
      // Removing what is not there is what a replay does.
    }
  });
}

Status Index::set_metadata(std::string_view key, std::string_view value) {
  return guarded([&] { impl_->writer.set_metadata(std::string(key), std::string(value)); });
}

Status Index::commit() {
  return guarded([&] {
    impl_->writer.commit();
    impl_->revision.fetch_add(1);
  });
}

Status Index::restart() {
  // The old writer goes first, for its lock; it tries to commit and has nothing left to commit.
  (void)guarded([&] { impl_->writer.close(); });
  return guarded([&] {
    impl_->writer = Xapian::WritableDatabase();
    impl_->writer = Xapian::WritableDatabase(impl_->folder, Xapian::DB_CREATE_OR_OPEN | Xapian::DB_BACKEND_GLASS);
    impl_->revision.fetch_add(1);
  });
}

Result<std::string> Index::metadata(std::string_view key) {
  return impl_->read([&](const Xapian::Database& database) { return database.get_metadata(std::string(key)); });
}

Status Index::for_each_metadata_key(std::string_view prefix, const std::function<bool(std::string_view)>& visit) {
  return impl_->read([&](const Xapian::Database& database) {
    const std::string wanted(prefix);
    for (auto key = database.metadata_keys_begin(wanted); key != database.metadata_keys_end(wanted); ++key) {
      if (!visit(*key)) {
        break;
      }
    }
  });
}

Result<std::vector<Match>> Index::search(const Query& query, std::size_t limit, const sets::Bitmap* within) {
  return impl_->read([&](const Xapian::Database& database) {
    std::vector<Match> found;
    const Xapian::Query built = filtered(query, within);
    if (built.empty() || limit == 0) {
      return found;
    }
    Xapian::Enquire enquire(database);
    enquire.set_query(built);
    enquire.set_weighting_scheme(Xapian::BM25Weight(kBm25K1, 0, 1, kBm25B, 0));
    const Xapian::MSet set = enquire.get_mset(0, static_cast<Xapian::doccount>(limit));
    found.reserve(set.size());
    for (auto match = set.begin(); match != set.end(); ++match) {
      if (*match != kBehindAll) {
        found.push_back({.document = *match, .score = match.get_weight()});
      }
    }
    return found;
  });
}

Result<sets::Bitmap> Index::matches(const Query& query, const sets::Bitmap* within) {
  return impl_->read([&](const Xapian::Database& database) {
    sets::Bitmap found;
    const Xapian::Query built = filtered(query, within);
    if (built.empty()) {
      return found;
    }
    std::vector<std::uint32_t> documents;
    if (query.kind == Query::Kind::kTerm) {
      for (auto posting = database.postlist_begin(query.term); posting != database.postlist_end(query.term);
           ++posting) {
        documents.push_back(*posting);
      }
    } else {
      Xapian::Enquire enquire(database);
      enquire.set_query(built);
      enquire.set_weighting_scheme(Xapian::BoolWeight());
      enquire.set_docid_order(Xapian::Enquire::ASCENDING);
      const Xapian::doccount all = database.get_doccount();
      const Xapian::MSet set = enquire.get_mset(
          0, within == nullptr ? all : static_cast<Xapian::doccount>(std::min<std::uint64_t>(all, within->size())));
      documents.reserve(set.size());
      for (auto match = set.begin(); match != set.end(); ++match) {
        documents.push_back(*match);
      }
    }
    found.add_many(documents);
    found.remove(kBehindAll);
    if (within != nullptr && query.kind == Query::Kind::kTerm) {
      found &= *within;
    }
    return found;
  });
}

Result<std::vector<std::string>> Index::matching_terms(const Query& query, std::uint32_t document) {
  return impl_->read([&](const Xapian::Database& database) {
    std::vector<std::string> terms;
    const Xapian::Query built = to_xapian(query);
    if (!built.empty()) {
      Xapian::Enquire enquire(database);
      enquire.set_query(built);
      for (auto term = enquire.get_matching_terms_begin(document); term != enquire.get_matching_terms_end(document);
           ++term) {
        terms.push_back(*term);
      }
    }
    return terms;
  });
}

Result<std::optional<std::string>> Index::data(std::uint32_t document) {
  return impl_->read([&](const Xapian::Database& database) -> std::optional<std::string> {
    try {
      return database.get_document(document).get_data();
    } catch (const Xapian::DocNotFoundError&) {
      return std::nullopt;
    }
  });
}

Status Index::for_each_value(const std::function<void(std::uint32_t document, std::string_view value)>& visit) {
  return impl_->read([&](const Xapian::Database& database) {
    for (auto value = database.valuestream_begin(kValueSlot); value != database.valuestream_end(kValueSlot); ++value) {
      visit(value.get_docid(), *value);
    }
  });
}

Status Index::for_each_data(const sets::Bitmap& among,
                            const std::function<void(std::uint32_t document, std::string_view data)>& visit) {
  std::uint32_t from = 0;
  return impl_->read([&](const Xapian::Database& database) {
    std::uint32_t document = 0;
    while (among.next(from, document)) {
      try {
        visit(document, database.get_document(document).get_data());
      } catch (const Xapian::DocNotFoundError&) {
        // Not indexed yet.
      }
      if (document == std::numeric_limits<std::uint32_t>::max()) {
        break;
      }
      from = document + 1;
    }
  });
}

Result<std::vector<std::uint32_t>> Index::document_frequencies(std::span<const std::string> terms) {
  return impl_->read([&](const Xapian::Database& database) {
    std::vector<std::uint32_t> counts;
    counts.reserve(terms.size());
    for (const std::string& term : terms) {
      counts.push_back(term.empty() || term.size() > kTermBytesMax ? 0 : database.get_termfreq(term));
    }
    return counts;
  });
}

Status Index::for_each_term(std::string_view prefix,
                            const std::function<bool(std::string_view term, std::uint32_t frequency)>& visit) {
  // A snapshot that is overtaken is read on in the next one, from where the visits ended.
  std::string from(prefix);
  return impl_->read([&](const Xapian::Database& database) {
    const std::string wanted(prefix);
    auto term = database.allterms_begin(wanted);
    if (from != wanted) {
      term.skip_to(from);
    }
    for (; term != database.allterms_end(wanted); ++term) {
      const std::string found = *term;
      const Xapian::doccount frequency = term.get_termfreq();
      from = found + '\0';
      if (!visit(found, frequency)) {
        break;
      }
    }
  });
}

Result<bool> Index::occurs_within(std::string_view term, const sets::Bitmap& within) {
  if (term.empty() || term.size() > kTermBytesMax) {
    return false;
  }
  return impl_->read([&](const Xapian::Database& database) {
    const std::string wanted(term);
    auto posting = database.postlist_begin(wanted);
    const auto end = database.postlist_end(wanted);
    // Both lists leap over what the other does not have.
    std::uint32_t member = 0;
    while (posting != end && within.next(*posting, member)) {
      if (*posting == member) {
        return true;
      }
      posting.skip_to(member);
    }
    return false;
  });
}

Result<CollectionStatistics> Index::statistics() {
  return impl_->read([](const Xapian::Database& database) {
    return CollectionStatistics{.document_count = database.get_doccount(),
                                .last_document = database.get_lastdocid(),
                                .average_length = database.get_avlength()};
  });
}

Status Index::check() {
  return guarded([&] {
    if (Xapian::Database::check(impl_->folder, 0, nullptr) != 0) {
      throw Xapian::DatabaseCorruptError("the table check found mistakes");
    }
  });
}

}  // namespace alcove::fulltext

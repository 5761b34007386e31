#include "domain/search/name_index.hpp"

#include <algorithm>
#include <charconv>
#include <queue>
#include <utility>

#include "base/glob.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/ordering.hpp"
#include "domain/search/query.hpp"
#include "drivers/text/terms.hpp"

namespace alcove::search {
namespace {

constexpr std::string_view kArea = "search";
constexpr double kInNameScore = 0.9;
constexpr double kNearNameScore = 0.5;
constexpr double kInFolderScore = 0.15;
/// How much of these scores tells matches of one kind apart.
constexpr double kSpread = 0.1;

bool is_pattern(std::string_view value) {
  return value.find_first_of("*?") != std::string_view::npos;
}

/// The extension of "*.pdf"; nothing for any other pattern.
std::string_view extension_of_pattern(std::string_view pattern) {
  if (!pattern.starts_with("*.") || is_pattern(pattern.substr(2)) ||
      pattern.substr(2).find('.') != std::string_view::npos) {
    return {};
  }
  return pattern.substr(2);
}

}  // namespace

Result<std::unique_ptr<NameIndex>> NameIndex::open(const std::filesystem::path& folder, files::Files& files) {
  auto index = std::unique_ptr<NameIndex>(new NameIndex(folder, files));
  Status opened = index->open_index();
  if (!opened) {
    if (opened.error().code != ErrorCode::kCorrupt) {
      return std::unexpected(std::move(opened).error());
    }
    log_warning(kArea, "the index of names is damaged and is remade: {}", opened.error().detail);
    ALCOVE_TRY_VOID(index->clear());
  }
  return index;
}

Status NameIndex::open_index() {
  ALCOVE_TRY(std::shared_ptr<fulltext::Index> opened, fulltext::Index::open(folder_ / "names"));
  return load(std::move(opened));
}

Status NameIndex::load(std::shared_ptr<fulltext::Index> opened) {
  ALCOVE_TRY(const std::string version, opened->metadata("version"));
  ALCOVE_TRY(const std::string applied, opened->metadata("applied"));
  if (version.empty()) {
    ALCOVE_TRY_VOID(opened->set_metadata("version", kTermsVersion));
  } else if (version != kTermsVersion) {
    return fail(ErrorCode::kCorrupt, "The index of names is outdated");
  }
  std::int64_t number = 0;
  std::from_chars(applied.data(), applied.data() + applied.size(), number);
  ALCOVE_TRY(const fulltext::CollectionStatistics statistics, opened->statistics());
  table_.clear();
  ALCOVE_TRY_VOID(opened->for_each_value(
      [&](std::uint32_t document, std::string_view value) { table_.set(document, FileTable::decode(value)); }));
  applied_ = number;
  file_count_ = statistics.document_count;
  pending_ = 0;
  published_.with([&](auto& current) { current = std::move(opened); });
  return {};
}

Status NameIndex::recover() {
  const std::shared_ptr<fulltext::Index> index = this->index();
  if (!index) {
    return open_index();
  }
  ALCOVE_TRY_VOID(index->restart());
  return load(index);
}

Status NameIndex::clear() {
  published_.with([](auto& current) { current.reset(); });
  applied_ = 0;
  const std::filesystem::path aside = folder_ / "names.old";
  std::error_code error;
  std::filesystem::remove_all(aside, error);
  std::filesystem::rename(folder_ / "names", aside, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail_errno(error.value(), "remove the index of names");
  }
  std::filesystem::remove_all(aside, error);
  return open_index();
}

Result<std::string> NameIndex::library_name(LibraryId library) {
  ALCOVE_TRY(const auto found, files_.find_library(library));
  return found ? found->name : std::string();
}

Status NameIndex::apply(const files::Files::FileChange& change) {
  const std::shared_ptr<fulltext::Index> index = this->index();
  if (!index) {
    return fail(ErrorCode::kUnavailable, "The index of names is being remade");
  }
  if (change.sequence <= applied_) {
    return {};
  }
  if (!std::in_range<std::uint32_t>(change.file.value)) {
    return fail(ErrorCode::kTooLarge, "There are too many files for the index of names");
  }
  const auto document = static_cast<std::uint32_t>(change.file.value);
  std::optional<files::File> file;
  if (change.present) {
    ALCOVE_TRY(file, files_.find(change.file));
  }
  if (file) {
    const std::size_t slash = file->path.rfind('/');
    const std::string folder = slash == std::string::npos ? std::string() : file->path.substr(0, slash);
    ALCOVE_TRY(const std::string library, library_name(file->library));
    const FileTable::Row row{.modified_unix_ms = file->modified_unix_ns / 1'000'000, .size_bytes = file->size_bytes};
    ALCOVE_TRY_VOID(index->replace(document, name_postings(to_valid_utf8(file->name), folder, library),
                                   to_valid_utf8(file->path), FileTable::encode(row)));
    table_.set(document, row);
  } else {
    ALCOVE_TRY_VOID(index->remove(document));
    table_.remove(document);
  }
  applied_ = change.sequence;
  ++pending_;
  return {};
}

Status NameIndex::commit() {
  const std::shared_ptr<fulltext::Index> index = this->index();
  if (pending_ == 0 || !index) {
    return {};
  }
  ALCOVE_TRY_VOID(index->set_metadata("applied", std::to_string(applied_)));
  ALCOVE_TRY_VOID(index->commit());
  pending_ = 0;
  ALCOVE_TRY(const fulltext::CollectionStatistics statistics, index->statistics());
  file_count_ = statistics.document_count;
  return {};
}

Result<std::vector<NameMatch>> NameIndex::search(const Analysed& query, const sets::Bitmap& visible,
                                                 std::size_t limit) {
  std::vector<NameMatch> matches;
  const std::shared_ptr<fulltext::Index> index = this->index();
  if (!index) {
    return matches;
  }
  sets::Bitmap seen;
  for (const auto& [way, score] : {std::pair(&query.in_name, kInNameScore), std::pair(&query.near_name, kNearNameScore),
                                   std::pair(&query.in_folder, kInFolderScore)}) {
    ALCOVE_TRY(const std::vector<fulltext::Match> found, index->search(*way, limit, &visible));
    for (const fulltext::Match& match : found) {
      if (!seen.contains(match.document) && matches.size() < limit) {
        seen.add(match.document);
        const double share = found.front().score > 0 ? match.score / found.front().score : 1;
        matches.push_back({.file = FileId{match.document}, .score = score * (1 - kSpread * (1 - share))});
      }
    }
  }
  return matches;
}

Result<sets::Bitmap> NameIndex::named(std::string_view value, const sets::Bitmap& visible) {
  const std::shared_ptr<fulltext::Index> index = this->index();
  sets::Bitmap found;
  if (!index) {
    return found;
  }
  if (!is_pattern(value)) {
    std::vector<fulltext::Query> all;
    for (const std::string& word : folded_words(value)) {
      all.push_back(fulltext::Query::of_term("N" + word));
    }
    return all.empty() ? found
                       : index->matches(fulltext::Query::of(fulltext::Query::Kind::kAnd, std::move(all)), &visible);
  }
  if (const std::string_view extension = extension_of_pattern(value); !extension.empty()) {
    return index->matches(fulltext::Query::of_term("E" + text::fold_word(extension)), &visible);
  }
  const std::string pattern = text::fold_word(value);
  return where_path(visible, [&](std::string_view path) {
    return matches_glob(pattern, text::fold_word(path.substr(path.rfind('/') + 1)));
  });
}

Result<sets::Bitmap> NameIndex::on_path(std::string_view value, const sets::Bitmap& visible) {
  while (value.starts_with('/')) {
    value.remove_prefix(1);
  }
  const std::string pattern = text::fold_word(value);
  return where_path(visible, [&](std::string_view path) {
    const std::string folded = text::fold_word(path);
    return is_pattern(pattern) ? matches_glob(pattern, folded) : folded.contains(pattern);
  });
}

Result<std::vector<std::uint32_t>> NameIndex::by_name(const sets::Bitmap& among, std::size_t limit) {
  // The last of the first `limit` on top, so that memory is bounded by the answer.
  std::priority_queue<std::pair<std::string, std::uint32_t>> first;
  if (const std::shared_ptr<fulltext::Index> index = this->index(); index && limit > 0) {
    ALCOVE_TRY_VOID(index->for_each_data(among, [&](std::uint32_t file, std::string_view path) {
      std::pair entry(name_key(path.substr(path.rfind('/') + 1)), file);
      if (first.size() < limit || entry < first.top()) {
        first.push(std::move(entry));
      }
      if (first.size() > limit) {
        first.pop();
      }
    }));
  }
  std::vector<std::uint32_t> files(first.size());
  for (std::size_t i = files.size(); i > 0; --i) {
    files[i - 1] = first.top().second;
    first.pop();
  }
  return files;
}

Result<sets::Bitmap> NameIndex::where_path(const sets::Bitmap& visible,
                                           const std::function<bool(std::string_view)>& fits) {
  sets::Bitmap found;
  if (const std::shared_ptr<fulltext::Index> index = this->index()) {
    ALCOVE_TRY_VOID(index->for_each_data(visible, [&](std::uint32_t file, std::string_view path) {
      if (fits(path)) {
        found.add(file);
      }
    }));
  }
  return found;
}

}  // namespace alcove::search

#pragma once
/// @file
/// The index of file names and folders, fed with file changes. Key: the file's id.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/sync.hpp"
#include "domain/files/files.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/file_table.hpp"
#include "drivers/fulltext/fulltext.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// A file found by its name.
struct NameMatch {
  FileId file;
  double score = 0;  ///< 0 to 1
};

/// Thread safety: one thread changes; searches from any thread.
/// Failure: a damaged or outdated index is removed and remade empty, with a log line.
class NameIndex {
 public:
  static Result<std::unique_ptr<NameIndex>> open(const std::filesystem::path& folder, files::Files& files);

  [[nodiscard]] std::int64_t applied() const { return applied_; }
  [[nodiscard]] std::size_t pending() const { return pending_; }
  Status apply(const files::Files::FileChange& change);
  Status commit();
  Status clear();
  /// As PassageIndex::recover.
  Status recover();
  [[nodiscard]] std::int64_t file_count() const { return file_count_; }

  /// The best matches among `visible`, best first: all words in the name; or with the last one only begun; or, which
  /// says little of a file, in name and folders.
  Result<std::vector<NameMatch>> search(const Analysed& query, const sets::Bitmap& visible, std::size_t limit);
  /// Files among `visible` whose name fits: a pattern with * or ?, or words that the name must hold.
  Result<sets::Bitmap> named(std::string_view value, const sets::Bitmap& visible);
  /// Files among `visible` whose path below its library fits a pattern as a whole, or holds the value anywhere; letters
  /// of either case. Reads every visible path: about a microsecond each.
  Result<sets::Bitmap> on_path(std::string_view value, const sets::Bitmap& visible);
  /// The first `limit` of `among` in the order of their names. Reads every path among them, as `on_path` does.
  Result<std::vector<std::uint32_t>> by_name(const sets::Bitmap& among, std::size_t limit);
  [[nodiscard]] const FileTable& table() const { return table_; }
  /// Nothing while it is being remade. Shared with searches on it.
  [[nodiscard]] std::shared_ptr<fulltext::Index> index() const {
    return published_.with([](const auto& current) { return current; });
  }

 private:
  NameIndex(std::filesystem::path folder, files::Files& files) : folder_(std::move(folder)), files_(files) {}
  Status open_index();
  /// Takes in what an opened index holds.
  Status load(std::shared_ptr<fulltext::Index> opened);
  Result<std::string> library_name(LibraryId library);
  /// Files among `visible` whose stored path `fits`.
  Result<sets::Bitmap> where_path(const sets::Bitmap& visible, const std::function<bool(std::string_view)>& fits);
  const std::filesystem::path folder_;
  files::Files& files_;
  Guarded<std::shared_ptr<fulltext::Index>> published_;  ///< Shared with searches on it.
  FileTable table_;
  std::atomic<std::int64_t> applied_{0};
  std::atomic<std::int64_t> file_count_{0};
  std::size_t pending_ = 0;
};

}  // namespace alcove::search

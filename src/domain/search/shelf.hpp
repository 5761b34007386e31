#pragma once
/// @file
/// A catalog and an artefact store filled directly, without reading or decoding a file. For tests and benchmarks only.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/auth/principal.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/files/files.hpp"
#include "domain/files/records.hpp"
#include "domain/files/schema.hpp"
#include "domain/models/text_spaces.hpp"
#include "drivers/vectors/vectors.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::search {

/// One library over one data folder. What goes wrong stops the process: the callers are tests.
class Shelf {
 public:
  /// What lies in a file: passages, and a vector for each (none: their meaning is not computed).
  struct Document {
    std::string path;
    wire::Format format = wire::Format::kPlainText;
    std::vector<wire::Passage> passages;
    std::vector<std::vector<float>> vectors;
    std::int64_t stated_unix_ms = 0;  ///< The date that the document states.
    std::int64_t modified_unix_ms = 0;
    std::int64_t size_bytes = 1;
  };
  struct Placed {
    FileId file;
    ContentNumber content;
  };

  explicit Shelf(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    const std::vector<sqlite::Migration> migrations{files::schema()};
    catalog_ = must(catalog::Catalog::open(folder_, migrations));
    store_ = must(artefacts::Store::open(folder_));
    spaces_ = must(models::TextSpaces::open(*store_, "test"));
    files_ = must(files::Files::open(*catalog_, *store_));
    library_ = add_library("Shelf");
  }

  artefacts::Store& store() { return *store_; }
  models::TextSpaces& spaces() { return *spaces_; }
  files::Files& files() { return *files_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] LibraryId library() const { return library_; }
  static auth::Principal everyone() {
    return {.kind = auth::Principal::Kind::kOperator, .user = {}, .name = "test", .is_owner = false};
  }

  LibraryId add_library(const std::string& name) {
    LibraryId id;
    write([&](files::Records&, sqlite::Database& database) {
      auto insert = must(
          database.prepare("INSERT INTO libraries (name, root, added_unix_ms, verified_unix_ms) VALUES (?, ?, 0, 0)"));
      const std::string root = "/nowhere/" + name;
      insert.bind(1, std::string_view(name)).bind(2, as_bytes(root));
      must(insert.run());
      id = LibraryId{database.last_insert_rowid()};
    });
    return id;
  }

  /// A file with contents that everything is known of.
  Placed add(const Document& document) { return add(document, library_); }
  Placed add(const Document& document, LibraryId library) {
    const std::string text = document.passages.empty() ? document.path : document.passages.front().text;
    const artefacts::Content content = make_content(document, text);
    const FileId file = add_name(document.path, library, document.modified_unix_ms, document.size_bytes);
    set_content(file, content);
    return {.file = file, .content = content.number};
  }

  /// A file that was listed but not read yet.
  FileId add_name(std::string_view path) { return add_name(path, library_); }
  FileId add_name(std::string_view path, LibraryId library, std::int64_t modified_unix_ms = 0,
                  std::int64_t size_bytes = 1) {
    FileId made;
    write([&](files::Records& records, sqlite::Database&) {
      FolderId folder = ensure_folder(records, library, FolderId{}, "");
      std::size_t begin = 0;
      for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', begin)) {
        folder = ensure_folder(records, library, folder, path.substr(begin, slash - begin));
        begin = slash + 1;
      }
      made = must(records.insert_file(library, folder, path.substr(begin),
                                      {.size_bytes = size_bytes, .mtime_ns = modified_unix_ms * 1'000'000},
                                      UnixMillis{1}));
    });
    return made;
  }

  void set_content(FileId file, const artefacts::Content& content) {
    write([&](files::Records& records, sqlite::Database&) {
      const auto row = must(records.find_file(file));
      must(records.set_content(*row, content.sha256, content.number));
    });
  }

  void remove(FileId file) {
    write([&](files::Records& records, sqlite::Database&) {
      must(records.mark_missing(*must(records.find_file(file)), UnixMillis{2}));
    });
  }

  void rename(FileId file, std::string_view name) {
    write([&](files::Records& records, sqlite::Database&) {
      const files::FileRow row = *must(records.find_file(file));
      must(records.move_file(row, row.folder, name, row.version, files::Pending::kNothing));
    });
  }

  /// The artefacts of one content, as the stages would have left them.
  artefacts::Content make_content(const Document& document, std::string_view identity) {
    Sha256 sha256{};
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (std::size_t i = 0; i < identity.size() + sha256.size(); ++i) {
      hash = (hash ^ static_cast<unsigned char>(i < identity.size() ? identity[i] : '\x1')) * 0x100000001B3ULL;
      sha256[i % sha256.size()] ^= static_cast<std::uint8_t>(hash >> 32U);
    }
    const artefacts::Content content =
        must(store_->ensure_content(sha256, "", static_cast<std::int64_t>(identity.size())));
    wire::ProbeArtefact probe;
    probe.format = document.format;
    put(content.number, "probe", wire::encode(probe), 0);
    if (!document.passages.empty()) {
      put_passages(content.number, document.passages);
    }
    if (document.stated_unix_ms != 0) {
      wire::FactsArtefact facts;
      facts.created_unix_ms = document.stated_unix_ms;
      put(content.number, "facts", wire::encode(facts), 0);
    }
    if (!document.vectors.empty()) {
      put_vectors(content.number, document.vectors);
    }
    return content;
  }

  void put_passages(ContentNumber content, const std::vector<wire::Passage>& passages) {
    put(content, "passages", wire::encode(wire::PassagesArtefact{.passages = passages}),
        static_cast<std::uint32_t>(passages.size()));
  }

  void put_language(ContentNumber content, std::string language) {
    put(content, "language",
        wire::encode(wire::LanguageArtefact{.languages = {{.language = std::move(language), .share = 1}}}), 0);
  }

  /// `part` becomes the only content inside `container`.
  void put_part(ContentNumber container, ContentNumber part, std::string path) {
    artefacts::Completion completion;
    completion.content = container;
    completion.stage = "parts";
    completion.fingerprint = "1";
    completion.machine = "test";
    const wire::PartEntry entry{.path = path, .size_bytes = 1, .modified_unix_ms = 0, .reason_code = {}, .reason = {}};
    completion.data = wire::encode(wire::PartsArtefact{.parts = {entry}, .notes = {}});
    completion.parts = {{.parent = container, .position = 0, .content = part, .path = std::move(path)}};
    must(store_->complete({completion}));
    files_->parts_changed(container, {part});
  }

  /// `container` was looked into and holds nothing.
  void put_no_parts(ContentNumber container) { put(container, "parts", wire::encode(wire::PartsArtefact{}), 0); }

  void put_failure(ContentNumber content, artefacts::TaskState state, std::string reason_code) {
    must(store_->want(content, {{.stage = "text", .fingerprint = "1"}}, 0));
    artefacts::Completion completion;
    completion.content = content;
    completion.stage = "text";
    completion.fingerprint = "1";
    completion.machine = "test";
    completion.state = state;
    completion.reason_code = std::move(reason_code);
    completion.reason = "It did not work";
    must(store_->complete({completion}));
  }

  void put_vectors(ContentNumber content, const std::vector<std::vector<float>>& vectors, std::size_t text_space = 0) {
    wire::VectorsArtefact artefact;
    for (const std::vector<float>& vector : vectors) {
      const vectors::Quantised quantised = vectors::quantise(vector);
      artefact.dimensions = static_cast<std::uint32_t>(vector.size());
      artefact.scales.push_back(quantised.scale);
      artefact.values.insert(artefact.values.end(), quantised.values.begin(), quantised.values.end());
    }
    // The models of the tests.
    put(content, std::string(models::kTextSpaceStages.at(text_space)), wire::encode(artefact), 0,
        text_space == 0 ? "1@t" : "1@t2");
  }

  template <typename T>
  static T must(Result<T> result) {
    ALCOVE_CHECK(result.has_value(), result.error().detail);
    return std::move(*result);
  }
  static void must(const Status& status) { ALCOVE_CHECK(status.has_value(), status.error().detail); }

 private:
  void put(ContentNumber content, std::string stage, Bytes data, std::uint32_t passage_count,
           std::string fingerprint = "1@t") {
    artefacts::Completion completion;
    completion.content = content;
    completion.stage = std::move(stage);
    completion.fingerprint = std::move(fingerprint);
    completion.machine = "test";
    completion.data = std::move(data);
    completion.passage_count = passage_count;
    must(store_->complete({completion}));
  }

  template <typename Use>
  void write(Use&& use) {
    std::vector<files::Files::Applied> applied;
    must(catalog_->write([&](sqlite::Transaction& transaction) -> Status {
      files::Records records(transaction.database());
      use(records, transaction.database());
      applied = records.applied;
      return {};
    }));
    if (files_) {
      files_->apply(applied);
    }
  }

  static FolderId ensure_folder(files::Records& records, LibraryId library, FolderId parent, std::string_view name) {
    const auto found = must(records.find_folder_at(library, parent, name));
    return found ? found->id : must(records.insert_folder(library, parent, name, 1));
  }

  std::filesystem::path folder_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<artefacts::Store> store_;
  std::unique_ptr<models::TextSpaces> spaces_;
  std::unique_ptr<files::Files> files_;
  LibraryId library_;
};

}  // namespace alcove::search

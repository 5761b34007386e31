#pragma once
/// @file
/// A data folder, a library root beside it, and the parts that follow it: for the tests of this folder.

#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/polling.hpp"
#include "base/sync.hpp"
#include "base/text.hpp"
#include "domain/files/schema.hpp"
#include "domain/libraries/libraries.hpp"

namespace alcove::libraries {

class LibrariesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::canonical(std::filesystem::temp_directory_path()) /
              fmt::format("alcove-libraries-{}-{}", ::getpid(),
                          testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    root_ = folder_ / "root";
    std::filesystem::create_directories(root_);
    options_.settle = std::chrono::milliseconds(50);
    open_stores();
  }
  void TearDown() override {
    stop();
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
    }
  }

  void open_stores() {
    const std::array migrations{files::schema()};
    auto catalog = catalog::Catalog::open(folder_ / "data", migrations);
    ASSERT_TRUE(catalog.has_value()) << catalog.error().detail;
    catalog_ = std::move(*catalog);
    auto store = artefacts::Store::open(folder_ / "data");
    ASSERT_TRUE(store.has_value()) << store.error().detail;
    store_ = std::move(*store);
    auto files = files::Files::open(*catalog_, *store_);
    ASSERT_TRUE(files.has_value()) << files.error().detail;
    files_ = std::move(*files);
  }
  void start() {
    auto libraries = Libraries::start(*catalog_, *store_, *files_, options_,
                                      [this](const artefacts::Content& content, const files::File& file) {
                                        reports_.with([&](auto& all) { all.push_back({content.number, file.path}); });
                                      });
    ASSERT_TRUE(libraries.has_value()) << libraries.error().detail;
    libraries_ = std::move(*libraries);
  }
  /// Starts, adds the root as "home" and waits until all of it is known.
  void start_with_library() {
    start();
    auto added = libraries_->add(root_, "home");
    ASSERT_TRUE(added.has_value()) << added.error().detail;
    library_ = added->id;
    see();
  }
  void stop() {
    libraries_.reset();
    files_.reset();
    store_.reset();
    catalog_.reset();
  }
  void restart() {
    stop();
    open_stores();
    start();
  }
  void see() {
    const Status seen = libraries_->wait_until_seen(Context::with_timeout(std::chrono::seconds(60)));
    ASSERT_TRUE(seen.has_value()) << seen.error().detail;
  }
  void write(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << text;
  }
  [[nodiscard]] std::optional<files::File> find(const std::string& path) const {
    auto found = files_->find_by_path("home:" + path);
    EXPECT_TRUE(found.has_value());
    return found ? *found : std::nullopt;
  }
  [[nodiscard]] FileId id_of(const std::string& path) const {
    const auto file = find(path);
    return file ? file->id : FileId{};
  }
  [[nodiscard]] bool is_known(const std::string& path) const {
    const auto file = find(path);
    return file && file->sha256 && file->content;
  }
  [[nodiscard]] bool is_visible(ContentNumber content) const {
    return files_->visible_contents(operator_)->contains(content.value);
  }
  /// Every present file by path, with its id.
  [[nodiscard]] std::map<std::string, std::int64_t> listing() const {
    std::map<std::string, std::int64_t> all;
    files_->visible_files(operator_)->for_each([&](std::uint32_t id) {
      const auto file = files_->find(FileId{id});
      if (file && *file) {
        all.emplace((*file)->path, id);
      }
      return true;
    });
    return all;
  }
  [[nodiscard]] std::size_t report_count() {
    return reports_.with([](auto& all) { return all.size(); });
  }

  struct Report {
    ContentNumber content;
    std::string path;
  };
  std::filesystem::path folder_;
  std::filesystem::path root_;
  Options options_;
  auth::Principal operator_{.kind = auth::Principal::Kind::kOperator, .user = {}, .name = {}, .is_owner = false};
  LibraryId library_;
  Guarded<std::vector<Report>> reports_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<artefacts::Store> store_;
  std::unique_ptr<files::Files> files_;
  std::unique_ptr<Libraries> libraries_;
};

}  // namespace alcove::libraries

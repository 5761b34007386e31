#pragma once
/// @file
/// An engine over a store of its own and a worker that does as the contents say. For tests only.

#include <gtest/gtest.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/sync.hpp"
#include "domain/work/engine.hpp"
#include "drivers/crypto/hash.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/sealed_memory.hpp"

namespace alcove::work {

namespace fs = std::filesystem;

class EngineTest : public testing::Test {
 protected:
  EngineTest()
      : folder_(fs::temp_directory_path() / ("alcove-engine-" + std::to_string(::getpid()) + "-" +
                                             testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    store_ = artefacts::Store::open(folder_).value();
    spaces_ = models::TextSpaces::open(*store_, "first").value();
  }
  ~EngineTest() override {
    engine_.reset();
    spaces_.reset();
    store_.reset();
    if (!HasFailure()) {
      fs::remove_all(folder_);
    }
  }

  void start(const std::string& model = "model-1", int decode_workers = 1) {
    engine_.reset();
    Options options{.worker_path = worker_path_,
                    .models_folder = models_.empty() ? folder_ / model : models_,
                    .spool_folder = folder_,
                    .decode_workers = decode_workers,
                    .model_threads = 1,
                    .decode_timeout = std::chrono::milliseconds(2'000)};
    engine_ =
        Engine::start(
            *store_, *spaces_, options,
            {.open_content = [this](ContentNumber content) -> Result<int> {
               if (!is_open_) {
                 return fail(ErrorCode::kCancelled, "The libraries are not open");
               }
               const std::string bytes = contents_.with([&](const auto& all) {
                 const auto found = all.find(content.value);
                 return found == all.end() ? std::string("gone") : found->second;
               });
               if (bytes == "gone") {
                 return fail(ErrorCode::kNotFound, "No file has this content");
               }
               if (bytes.starts_with("at ")) {
                 ALCOVE_TRY(os::UniqueFd fd, os::open_path(bytes.substr(3), O_RDONLY));
                 return fd.release();
               }
               if (bytes == "changing") {
                 return fail(ErrorCode::kPreconditionFailed, "The file is being changed");
               }
               ALCOVE_TRY(os::UniqueFd fd, os::make_sealed_file(as_bytes(bytes), "content"));
               return fd.release();
             },
             .name_of = [](ContentNumber) { return std::string("name"); },
             .reader_of = [](std::string_view name) { return std::string(name.ends_with(".md") ? "markdown" : ""); },
             .parts_changed =
                 [this](ContentNumber container, const std::vector<ContentNumber>& found) {
                   told_.with([&](auto& told) { told[container.value] = found.size(); });
                   // As the catalog does for contents that became visible.
                   std::vector<ContentNumber> used;
                   for (const artefacts::Part& part : store_->parts_of(container).value()) {
                     used.push_back(part.content);
                   }
                   EXPECT_TRUE(engine_->contents_used(used).has_value());
                 }})
            .value();
  }
  artefacts::Content make_content(const std::string& bytes) {
    const auto content = store_->ensure_content(crypto::sha256(as_bytes(bytes)), "", std::ssize(bytes)).value();
    contents_.with([&](auto& all) { all[content.number.value] = bytes; });
    return content;
  }
  ContentNumber add(const std::string& bytes) {
    const auto content = make_content(bytes);
    EXPECT_TRUE(engine_->content_appeared(content).has_value());
    return content.number;
  }
  void settle() {
    const Status idle = engine_->wait_until_idle(Context::with_timeout(std::chrono::seconds(60)));
    ASSERT_TRUE(idle.has_value()) << idle.error().message;
  }
  std::set<std::string> done(ContentNumber content) {
    std::set<std::string> names;
    for (const auto& artefact : store_->list(content).value()) {
      names.insert(artefact.stage);
    }
    return names;
  }
  std::map<std::string, artefacts::Task> rows(ContentNumber content) {
    std::map<std::string, artefacts::Task> found;
    for (const auto& task : store_->tasks_of(content).value()) {
      found[task.stage] = task;
    }
    return found;
  }
  std::map<std::string, std::int64_t> runs() {
    std::map<std::string, std::int64_t> found;
    for (const auto& count : store_->stage_counts().value()) {
      found[count.stage] = count.runs;
    }
    return found;
  }

  const std::set<std::string> all_{"probe", "text",      "passages", "language",
                                   "facts", "thumbnail", "parts",    "text_vectors"};
  fs::path folder_;
  fs::path worker_path_ = fs::path(ALCOVE_BINARY_DIR) / "bin" / "alcove_unruly_worker";
  fs::path models_;  ///< Empty: the test's own folder.
  std::atomic<bool> is_open_{true};
  Guarded<std::map<std::uint32_t, std::string>> contents_;
  Guarded<std::map<std::uint32_t, std::size_t>> told_;  ///< Containers whose parts changed, and how many were found.
  std::unique_ptr<artefacts::Store> store_;
  std::unique_ptr<models::TextSpaces> spaces_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace alcove::work

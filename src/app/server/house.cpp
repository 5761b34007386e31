#include "app/server/house.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "domain/files/readers.hpp"
#include "domain/files/schema.hpp"

namespace alcove::server {
namespace {

/// Of models/catalog.json: the one that a machine has which was told nothing else.
constexpr std::string_view kDefaultModel = "multilingual-e5-small";

auth::Principal the_house() {
  return auth::Principal{.kind = auth::Principal::Kind::kOperator, .user = {}, .name = "server", .is_owner = true};
}

work::Options engine_options(const ServeOptions& options) {
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  return work::Options{
      .worker_path = options.worker_program.empty() ? program_folder() / "alcove-worker" : options.worker_program,
      .models_folder = options.models_folder,
      .spool_folder = options.data_folder / "artefacts",
      .decode_workers = static_cast<int>(std::clamp(threads / 2, 1U, 4U)),
      .model_threads = static_cast<int>(threads)};
}

/// What was not asked for now is found by the engine's next look for missing results.
void log_failed_want(const Status& wanted) {
  if (!wanted) {
    log_error("work", wanted.error());
  }
}

}  // namespace

std::vector<sqlite::Migration> catalog_migrations() {
  return {auth::schema(), files::schema(), auth::device_schema(), searches::schema()};
}

void LateLibraries::set(libraries::Libraries* libraries) {
  const std::unique_lock lock(mutex_);
  libraries_ = libraries;
}

Result<int> LateLibraries::open_content(ContentNumber content) {
  const std::shared_lock lock(mutex_);
  if (libraries_ == nullptr) {
    return fail(ErrorCode::kCancelled, "The libraries are not open");
  }
  ALCOVE_TRY(const auto opened, libraries_->open_content(content));
  return opened.descriptor;
}

void LateHousekeeper::set(Housekeeper* housekeeper) {
  const std::scoped_lock lock(mutex_);
  housekeeper_ = housekeeper;
}

void LateHousekeeper::wake() {
  const std::scoped_lock lock(mutex_);
  if (housekeeper_ != nullptr) {
    housekeeper_->wake();
  }
}

Result<std::unique_ptr<House>> House::open(const ServeOptions& options) {
  std::unique_ptr<House> house(new House());
  ALCOVE_TRY_VOID(os::ensure_private_folder(options.data_folder));
  ALCOVE_TRY(auto lock, os::FolderLock::acquire(options.data_folder));
  house->lock_ = std::make_unique<os::FolderLock>(std::move(lock));
  ALCOVE_TRY(house->catalog_, catalog::Catalog::open(options.data_folder, catalog_migrations(), kTablesNotBackedUp));
  ALCOVE_TRY(house->store_, artefacts::Store::open(options.data_folder));
  ALCOVE_TRY(house->spaces_, models::TextSpaces::open(*house->store_, kDefaultModel));
  ALCOVE_TRY(house->auth_, auth::Auth::open(*house->catalog_));
  house->searches_ = std::make_unique<searches::Searches>(*house->catalog_);
  ALCOVE_TRY(house->files_, files::Files::open(*house->catalog_, *house->store_));
  ALCOVE_TRY_VOID(house->start_work(options));
  return house;
}

Status House::start_work(const ServeOptions& options) {
  const work::Engine::Doors doors{
      .open_content = [this](ContentNumber content) { return late_libraries_.open_content(content); },
      .name_of =
          [this](ContentNumber content) {
            const auto holdings = files_->holdings_of(the_house(), content, 1);
            if (!holdings || holdings->empty()) {
              return std::string();
            }
            const std::string inside = files::part_path(holdings->front().parts);
            return inside.empty() ? to_valid_utf8(holdings->front().file.name) : inside.substr(inside.rfind('/') + 1);
          },
      .reader_of = [](std::string_view name) { return files::reader_for_name(name); },
      .parts_changed = [this](ContentNumber container,
                              const std::vector<ContentNumber>& found) { files_->parts_changed(container, found); }};
  ALCOVE_TRY(engine_, work::Engine::start(*store_, *spaces_, engine_options(options), doors));
  ALCOVE_TRY(search_, search::Search::start(options.data_folder, *store_, *spaces_, *files_,
                                            [this](const std::string& text, std::size_t text_space,
                                                   const Context& context) -> Result<search::Embedding> {
                                              ALCOVE_TRY(auto vector, engine_->embed_query(text, text_space, context));
                                              return search::Embedding{
                                                  .values = std::move(vector.values),
                                                  .model_name = std::move(vector.model_name),
                                                  .model_fingerprint = std::move(vector.model_fingerprint)};
                                            }));
  // Before the libraries, which report to both.
  files_->on_used(
      [this](const std::vector<ContentNumber>& contents) { log_failed_want(engine_->contents_used(contents)); });
  libraries::Options library_options;
  library_options.is_paused = [this] { return engine_->is_paused(); };
  library_options.on_expired = [this] { late_housekeeper_.wake(); };
  library_options.unwatched_walk = options.walk_interval;
  ALCOVE_TRY(libraries_,
             libraries::Libraries::start(*catalog_, *store_, *files_, std::move(library_options),
                                         [this](const artefacts::Content& content, const files::File& file) {
                                           const UnixMillis changed_at{file.changed_unix_ns / 1'000'000};
                                           log_failed_want(engine_->content_appeared(content, changed_at));
                                         }));
  late_libraries_.set(libraries_.get());
  housekeeper_ = std::make_unique<Housekeeper>(
      Housekeeper::Rooms{.catalog = *catalog_, .store = *store_, .files = *files_, .libraries = *libraries_});
  late_housekeeper_.set(housekeeper_.get());
  return {};
}

House::~House() {
  late_housekeeper_.set(nullptr);
  housekeeper_.reset();
  late_libraries_.set(nullptr);
}

std::vector<Remark> House::add_libraries(const std::vector<std::filesystem::path>& roots) {
  std::vector<Remark> notices;
  const auto known = files_->libraries().value_or(std::vector<files::Library>());
  for (const std::filesystem::path& root : roots) {
    std::error_code error;
    const auto whole = std::filesystem::weakly_canonical(root, error);
    if (std::ranges::find(known, whole, &files::Library::root) != known.end()) {
      continue;
    }
    const auto added = libraries_->add(error ? root : whole, "");
    if (!added && added.error().code != ErrorCode::kAlreadyExists) {
      log_error("libraries", added.error());
      const std::string folder = to_valid_utf8(root.native());
      notices.push_back({.code = "library_not_added",
                         .message = fmt::format("The folder {} could not be added: {}", folder, added.error().message),
                         .values = {folder, std::string(error_code_name(added.error().code))}});
    }
  }
  return notices;
}

}  // namespace alcove::server

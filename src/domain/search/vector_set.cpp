#include "domain/search/vector_set.hpp"

#include <utility>

#include "base/log.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"

namespace alcove::search {
namespace {

constexpr std::string_view kArea = "search";

/// The model's part of an artefact's fingerprint: "text_vectors/1(…)@model".
std::uint64_t space_of_artefact(std::string_view fingerprint) {
  const std::size_t at = fingerprint.find('@');
  return space_of_model(at == std::string_view::npos ? std::string_view() : fingerprint.substr(at + 1));
}

}  // namespace

std::uint64_t space_of_model(std::string_view model_fingerprint) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char c : model_fingerprint) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  return hash;
}

Status remove_path(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path aside = path;
  aside += ".old";
  std::filesystem::remove_all(aside, error);
  error.clear();
  std::filesystem::rename(path, aside, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail_errno(error.value(), "remove a search index");
  }
  std::filesystem::remove_all(aside, error);
  return {};
}

Status VectorSet::open() {
  auto opened = vectors::VectorRows::open(path_);
  if (opened) {
    rows_ = std::move(*opened);
    applied_ = rows_->applied();
    if (applied_ <= store_.last_sequence()) {
      return {};
    }
    log_warning(kArea, "the vector rows are of another artefact store and are remade");
    ALCOVE_TRY_VOID(remove());
  } else if (opened.error().code != ErrorCode::kNotFound) {
    log_warning(kArea, "the vector rows are damaged and are remade: {}", opened.error().detail);
    ALCOVE_TRY_VOID(remove());
  }
  return look_for_results();
}

Status VectorSet::look_for_results() {
  // In this order: a result that comes between the two looks has a higher number.
  const std::int64_t last = store_.last_sequence();
  ALCOVE_TRY(const bool has_results, store_.has_results(stage_));
  applied_ = has_results ? 0 : last;
  return {};
}

Status VectorSet::remove() {
  rows_.reset();
  applied_ = 0;
  contents_ = {};
  passage_count_ = 0;
  return remove_path(path_);
}

Status VectorSet::recover() {
  rows_.reset();
  contents_ = {};
  passage_count_ = 0;
  return open();
}

Result<std::size_t> VectorSet::apply(const artefacts::Change& change,
                                     const std::function<std::optional<Run>(ContentNumber)>& run_of) {
  if (change.sequence <= applied_) {
    return 0;
  }
  std::size_t touched = 0;
  const bool is_ours = change.stage == stage_;
  if (change.kind == artefacts::Change::Kind::kPut) {
    if (const std::optional<Run> run = is_ours ? run_of(change.content) : std::nullopt) {
      ALCOVE_TRY(touched, write(change, *run));
    }
  } else if (is_ours && change.content == ContentNumber{}) {
    ALCOVE_TRY_VOID(remove());  // The whole stage was erased.
    touched = 1;
  } else if (change.passage_count > 0 && rows_) {
    ALCOVE_TRY_VOID(rows_->clear({.first = change.first_passage.value, .count = change.passage_count}));
    touched = 1;
  } else if (is_ours && rows_) {
    if (const std::optional<Run> run = run_of(change.content)) {
      let_go(*run);
      ALCOVE_TRY_VOID(rows_->clear({.first = run->first, .count = run->count}));
      touched = 1;
    }
  }
  applied_ = std::exchange(has_restarted_, false) ? 0 : change.sequence;
  return touched;
}

Result<std::size_t> VectorSet::write(const artefacts::Change& change, const Run& run) {
  auto artefact = store_.find(change.content, stage_);
  if (!artefact && artefact.error().code == ErrorCode::kCorrupt) {
    // The store sees to it that it is made again; until then the index goes without. It is not the index's damage.
    log_warning(kArea, "{} of content {} was left out: {}", stage_, change.content.value, artefact.error().detail);
    return 0;
  }
  if (!artefact) {
    return std::unexpected(std::move(artefact.error()));
  }
  if (!*artefact) {
    return 0;
  }
  const auto decoded = wire::decode<wire::VectorsArtefact>((*artefact)->data);
  if (!decoded || decoded->scales.size() != run.count || decoded->dimensions == 0 ||
      decoded->values.size() != decoded->scales.size() * decoded->dimensions) {
    log_warning(kArea, "the vectors of content {} do not fit its passages and were left out", change.content.value);
    return 0;
  }
  const std::uint64_t space = space_of_artefact((*artefact)->fingerprint);
  if (rows_ && (rows_->dimensions() != decoded->dimensions || rows_->space() != space)) {
    if (change.sequence <= space_since_) {
      return 0;  // Of the model before: waits to be computed anew.
    }
    log_info(kArea, "{} are of another model now; their rows are remade", stage_);
    ALCOVE_TRY_VOID(remove());
    ALCOVE_TRY(rows_, vectors::VectorRows::create(path_, decoded->dimensions, space));
    has_restarted_ = true;
    space_since_ = change.sequence;
    return 1;
  }
  if (!rows_) {
    ALCOVE_TRY(rows_, vectors::VectorRows::create(path_, decoded->dimensions, space));
  }
  ALCOVE_TRY_VOID(rows_->write(run.first, decoded->scales, decoded->values));
  hold(run);
  return run.count;
}

void VectorSet::hold(const Run& run) {
  passage_count_ += contents_.contains(run.content.value) ? 0 : run.count;
  contents_.add(run.content.value);
}

void VectorSet::let_go(const Run& run) {
  passage_count_ -= contents_.contains(run.content.value) ? run.count : 0;
  contents_.remove(run.content.value);
}

void VectorSet::note_run(const Run& run) {
  if (rows_ && rows_->has(run.first)) {
    hold(run);
  }
}

Status VectorSet::drop_run(const Run& run) {
  let_go(run);
  return rows_ ? rows_->clear({.first = run.first, .count = run.count}) : Status{};
}

Status VectorSet::commit() {
  return rows_ ? rows_->commit(applied_) : Status{};
}

}  // namespace alcove::search

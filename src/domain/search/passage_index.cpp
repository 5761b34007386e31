#include "domain/search/passage_index.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/stored_passage.hpp"
#include "drivers/text/terms.hpp"
#include "wire/codec.hpp"

namespace alcove::search {
namespace {

constexpr std::string_view kArea = "search";
constexpr std::string_view kAppliedKey = "applied";
constexpr std::string_view kVersionKey = "version";
constexpr std::string_view kStoreKey = "store";

// Facts are metadata keys with an empty meaning, so that opening the index reads keys only.
// R content first count · C content and its facts · L language; numbers big-endian.
void append_number(std::string& key, std::uint32_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    key += static_cast<char>((number >> shift) & 0xFFU);
  }
}
std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(0, 4)) {
    number = (number << 8U) | static_cast<unsigned char>(byte);
  }
  return number;
}

std::string run_key(const Run& run) {
  std::string key = "R";
  append_number(key, run.content.value);
  append_number(key, run.first);
  append_number(key, run.count);
  return key;
}
std::int64_t parse_applied(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

PassageIndex::PassageIndex(const std::filesystem::path& folder, artefacts::Store& store,
                           const models::TextSpaces& spaces)
    : folder_(folder),
      store_(store),
      spaces_(spaces),
      vectors_{VectorSet(folder, models::kTextSpaceStages[0], store),
               VectorSet(folder, models::kTextSpaceStages[1], store)},
      serving_(spaces.current().serving) {}

Result<std::unique_ptr<PassageIndex>> PassageIndex::open(const std::filesystem::path& folder, artefacts::Store& store,
                                                         const models::TextSpaces& spaces) {
  auto index = std::unique_ptr<PassageIndex>(new PassageIndex(folder, store, spaces));
  ALCOVE_TRY_VOID(index->open_keyword());
  for (VectorSet& vectors : index->vectors_) {
    ALCOVE_TRY_VOID(vectors.open());
  }
  ALCOVE_TRY_VOID(index->load_corpus());
  index->publish();
  return index;
}

Generation PassageIndex::generation() const {
  return published_.with([](const Generation& current) { return current; });
}

std::int64_t PassageIndex::applied() const {
  std::int64_t oldest = keyword_applied_;
  for (const VectorSet& vectors : vectors_) {
    oldest = std::min(oldest, vectors.applied());
  }
  return oldest;
}

Status PassageIndex::remove_keyword() {
  keyword_.reset();
  keyword_applied_ = 0;
  return remove_path(folder_ / "passages");
}

Status PassageIndex::open_keyword() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto opened = fulltext::Index::open(folder_ / "passages");
    if (opened) {
      keyword_ = std::move(*opened);
      auto version = keyword_->metadata(kVersionKey);
      auto store_id = keyword_->metadata(kStoreKey);
      auto applied = keyword_->metadata(kAppliedKey);
      if (version && store_id && applied) {
        if (version->empty()) {
          return sign_keyword();
        }
        keyword_applied_ = parse_applied(*applied);
        if (*version == kTermsVersion && *store_id == store_.store_id() && keyword_applied_ <= store_.last_sequence()) {
          return {};
        }
        if (*store_id != store_.store_id() || keyword_applied_ > store_.last_sequence()) {
          // Numbers of another artefact store name other passages: the vectors are as foreign as the words.
          for (VectorSet& vectors : vectors_) {
            ALCOVE_TRY_VOID(vectors.remove());
          }
        }
        log_info(kArea, "the keyword index is outdated or foreign and is remade");
      } else {
        log_warning(kArea, "the keyword index cannot be read and is remade");
      }
    } else if (opened.error().code == ErrorCode::kCorrupt) {
      log_warning(kArea, "the keyword index is damaged and is remade: {}", opened.error().detail);
    } else {
      return std::unexpected(std::move(opened).error());
    }
    ALCOVE_TRY_VOID(remove_keyword());
  }
  return fail(ErrorCode::kCorrupt, "The search index cannot be made", "keyword index: remaking it did not help");
}

Status PassageIndex::sign_keyword() {
  ALCOVE_TRY_VOID(keyword_->set_metadata(kVersionKey, kTermsVersion));
  return keyword_->set_metadata(kStoreKey, store_.store_id());
}

Status PassageIndex::load_corpus() {
  live_ = {};
  first_of_content_.clear();
  facts_.clear();
  near_->clear();
  languages_.clear();
  ALCOVE_TRY_VOID(keyword_->for_each_metadata_key("R", [&](std::string_view key) {
    if (key.size() == 13) {
      add_run({.first = read_number(key.substr(5)),
               .count = read_number(key.substr(9)),
               .content = ContentNumber{read_number(key.substr(1))}});
    }
    return true;
  }));
  ALCOVE_TRY_VOID(keyword_->for_each_metadata_key(kContentFactsKey, [&](std::string_view key) {
    if (auto known = read_content_facts_key(key)) {
      near_->set(known->first, known->second.fingerprint);
      enter_facts(known->first.value, known->second);
      facts_[known->first.value] = std::move(known->second);
    }
    return true;
  }));
  return keyword_->for_each_metadata_key("L", [&](std::string_view key) {
    languages_.emplace(key.substr(1));
    return true;
  });
}

std::map<std::string, std::uint32_t, std::less<>> PassageIndex::count_languages(std::int64_t passage_count) {
  std::vector<std::string> languages(languages_.begin(), languages_.end());
  for (const std::string_view language : text::stop_word_languages()) {
    if (!text::has_stemmer(language)) {
      languages.emplace_back(language);
    }
  }
  std::vector<std::string> terms;
  terms.reserve(languages.size());
  for (const std::string& language : languages) {
    terms.push_back(language_term(language));
  }
  std::map<std::string, std::uint32_t, std::less<>> counts;
  const auto frequencies = keyword_->document_frequencies(terms);
  if (!frequencies) {
    log_warning(kArea, "languages were not counted: {}", frequencies.error().detail);
    return counts;
  }
  auto rest = static_cast<std::uint32_t>(passage_count);
  for (std::size_t i = 0; i < languages.size(); ++i) {
    counts[languages[i]] = (*frequencies)[i];
    rest -= text::has_stemmer(languages[i]) ? std::min(rest, (*frequencies)[i]) : 0;
  }
  counts[""] = rest;
  return counts;
}

void PassageIndex::add_run(const Run& run) {
  live_.runs.set(run);
  live_.with_passages.add(run.content.value);
  live_.passage_count += run.count;
  first_of_content_[run.content.value] = run.first;
  for (VectorSet& vectors : vectors_) {
    vectors.note_run(run);
  }
}

void PassageIndex::remove_run(const Run& run) {
  first_of_content_.erase(run.content.value);
  live_.passage_count -= run.count;
  live_.with_passages.remove(run.content.value);
  live_.runs.erase(run.first);
}

namespace {

/// The text's own where they are known.
void for_each_language(const ContentFacts& facts, const std::function<void(std::string_view)>& visit) {
  std::string_view rest = facts.languages.empty() ? facts.passage_languages : facts.languages;
  while (!rest.empty()) {
    const std::string_view language = rest.substr(0, rest.find(','));
    visit(language);
    rest.remove_prefix(std::min(rest.size(), language.size() + 1));
  }
}

template <typename Sets, typename Key>
void remove_from(Sets& sets, const Key& key, std::uint32_t content) {
  const auto members = sets.find(key);
  if (members != sets.end()) {
    members->second.remove(content);
    if (members->second.empty()) {
      sets.erase(members);
    }
  }
}

}  // namespace

void PassageIndex::enter_facts(std::uint32_t content, const ContentFacts& facts) {
  if (facts.format != wire::Format::kCount_) {
    live_.formats[facts.format].add(content);
  }
  if (facts.stated_unix_ms != 0) {
    live_.dates.set({.content = ContentNumber{content}, .unix_ms = facts.stated_unix_ms});
    live_.with_dates.add(content);
  }
  for_each_language(facts, [&](std::string_view language) {
    auto members = live_.contents_of_language.find(language);
    if (members == live_.contents_of_language.end()) {
      members = live_.contents_of_language.emplace(language, sets::Bitmap()).first;
    }
    members->second.add(content);
  });
}

void PassageIndex::withdraw_facts(std::uint32_t content, const ContentFacts& facts) {
  remove_from(live_.formats, facts.format, content);
  if (facts.stated_unix_ms != 0) {
    live_.dates.erase(content);
    live_.with_dates.remove(content);
  }
  for_each_language(facts,
                    [&](std::string_view language) { remove_from(live_.contents_of_language, language, content); });
}

std::size_t PassageIndex::ready_space() const {
  const models::TextSpacesState state = spaces_.current();
  const bool is_ready = vectors_.at(state.serving).applied() >= state.serving_since;
  return is_ready ? state.serving : serving_;
}

void PassageIndex::follow_spaces() {
  if (ready_space() != serving_) {
    publish();
  }
}

void PassageIndex::publish() {
  serving_ = ready_space();
  const VectorSet& serving = vectors_.at(serving_);
  live_.runs.share();
  live_.dates.share();
  auto corpus = std::make_shared<Corpus>(live_);
  corpus->version = ++version_;
  corpus->with_vectors = serving.contents();
  corpus->vector_count = serving.passage_count();
  corpus->languages.assign(languages_.begin(), languages_.end());
  corpus->passages_of_language = count_languages(corpus->passage_count);
  published_.with([&](Generation& current) {
    current = {.keyword = keyword_,
               .vectors = serving.rows(),
               .text_space = serving_,
               .corpus = std::move(corpus),
               .near = near_};
  });
}

Status PassageIndex::apply(const artefacts::Change& change) {
  if (!keyword_) {
    return fail(ErrorCode::kUnavailable, "The search index is not open");
  }
  if (change.sequence > keyword_applied_) {
    ALCOVE_TRY_VOID(apply_to_keyword(change));
    keyword_applied_ = change.sequence;
  }
  for (VectorSet& vectors : vectors_) {
    ALCOVE_TRY(const std::size_t touched,
               vectors.apply(change, [this](ContentNumber content) { return run_of(content); }));
    pending_ += touched;
  }
  return {};
}

std::optional<Run> PassageIndex::run_of(ContentNumber content) const {
  const auto known = first_of_content_.find(content.value);
  return known == first_of_content_.end() ? std::nullopt : std::optional(*live_.runs.find(known->second));
}

Status PassageIndex::apply_to_keyword(const artefacts::Change& change) {
  const bool removed = change.kind == artefacts::Change::Kind::kRemoved;
  if (change.stage == "passages") {
    if (!removed) {
      return index_passages(change.content);
    }
    const auto known = first_of_content_.find(change.content.value);
    const bool current = known != first_of_content_.end() && known->second == change.first_passage.value;
    return current ? drop_run(change.content) : Status{};
  }
  if (change.stage == "probe") {
    return removed ? set_facts(change.content, [](ContentFacts& facts) { facts.format = wire::Format::kCount_; })
                   : index_probe(change.content);
  }
  if (change.stage == "facts") {
    return removed ? set_facts(change.content, [](ContentFacts& facts) { facts.stated_unix_ms = 0; })
                   : index_facts(change.content);
  }
  if (change.stage == "language") {
    return removed ? set_facts(change.content, [](ContentFacts& facts) { facts.languages.clear(); })
                   : index_language(change.content);
  }
  if (change.stage.empty() && removed) {
    ALCOVE_TRY_VOID(drop_run(change.content));
    return set_facts(change.content, [](ContentFacts& facts) { facts = {}; });
  }
  return {};
}

Status PassageIndex::index_passages(ContentNumber content) {
  ALCOVE_TRY(const auto artefact, find_sound(content, "passages"));
  if (!artefact || artefact->passage_count == 0) {
    return drop_run(content);
  }
  auto decoded = wire::decode<wire::PassagesArtefact>(artefact->data);
  if (!decoded || decoded->passages.size() != artefact->passage_count) {
    log_warning(kArea, "the passages of content {} are damaged and were left out", content.value);
    return drop_run(content);
  }
  const Run run{.first = artefact->first_passage.value, .count = artefact->passage_count, .content = content};
  const auto known = first_of_content_.find(content.value);
  if (known != first_of_content_.end() && known->second != run.first) {
    ALCOVE_TRY_VOID(drop_run(content));
  }
  // The key first: whatever Xapian writes early, a replay or a removal knows of it.
  ALCOVE_TRY_VOID(keyword_->set_metadata(run_key(run), "1"));
  for (std::uint32_t i = 0; i < run.count; ++i) {
    const wire::Passage& passage = decoded->passages[i];
    if (text::has_stemmer(passage.language) && languages_.insert(passage.language).second) {
      ALCOVE_TRY_VOID(keyword_->set_metadata("L" + passage.language, "1"));
    }
    const std::string_view next = i + 1 < run.count ? std::string_view(decoded->passages[i + 1].text) : "";
    ALCOVE_TRY_VOID(keyword_->replace(run.first + i, passage_postings(passage, next), pack_passage(passage)));
  }
  if (first_of_content_.contains(content.value)) {
    remove_run(run);  // The same run, read again.
  }
  add_run(run);
  pending_ += run.count;
  return set_facts(content, [&](ContentFacts& facts) {
    facts.passage_languages = main_languages(*decoded);
    facts.fingerprint = fingerprint_of(*decoded);
  });
}

Status PassageIndex::drop_run(ContentNumber content) {
  const auto known = first_of_content_.find(content.value);
  if (known == first_of_content_.end()) {
    return {};
  }
  const Run run = *live_.runs.find(known->second);
  for (std::uint32_t i = 0; i < run.count; ++i) {
    ALCOVE_TRY_VOID(keyword_->remove(run.first + i));
  }
  ALCOVE_TRY_VOID(keyword_->set_metadata(run_key(run), ""));
  for (VectorSet& vectors : vectors_) {
    ALCOVE_TRY_VOID(vectors.drop_run(run));
  }
  remove_run(run);
  pending_ += run.count;
  return set_facts(content, [](ContentFacts& facts) {
    facts.passage_languages.clear();
    facts.fingerprint = {};
  });
}

Status PassageIndex::set_facts(ContentNumber content, const std::function<void(ContentFacts&)>& change) {
  const auto known = facts_.find(content.value);
  const ContentFacts before = known == facts_.end() ? ContentFacts{} : known->second;
  ContentFacts after = before;
  change(after);
  if (after == before) {
    return {};
  }
  near_->set(content, after.fingerprint);
  withdraw_facts(content.value, before);
  enter_facts(content.value, after);
  if (!before.empty()) {
    ALCOVE_TRY_VOID(keyword_->set_metadata(content_facts_key(content, before), ""));
  }
  if (after.empty()) {
    facts_.erase(content.value);
  } else {
    ALCOVE_TRY_VOID(keyword_->set_metadata(content_facts_key(content, after), "1"));
    facts_[content.value] = std::move(after);
  }
  ++pending_;
  return {};
}

Result<std::optional<artefacts::Artefact>> PassageIndex::find_sound(ContentNumber content, std::string_view stage) {
  auto artefact = store_.find(content, stage);
  if (!artefact && artefact.error().code == ErrorCode::kCorrupt) {
    // The store sees to it that it is made again; until then the index goes without. It is not the index's damage.
    log_warning(kArea, "{} of content {} was left out: {}", stage, content.value, artefact.error().detail);
    return std::nullopt;
  }
  return artefact;
}

template <typename Artefact>
Result<std::optional<Artefact>> PassageIndex::find_artefact(ContentNumber content, std::string_view stage) {
  ALCOVE_TRY(const auto artefact, find_sound(content, stage));
  if (!artefact) {
    return std::nullopt;
  }
  auto decoded = wire::decode<Artefact>(artefact->data);
  if (!decoded) {
    log_warning(kArea, "{} of content {} is damaged and was left out", stage, content.value);
    return std::nullopt;
  }
  return std::move(*decoded);
}

Status PassageIndex::index_probe(ContentNumber content) {
  ALCOVE_TRY(const auto probe, find_artefact<wire::ProbeArtefact>(content, "probe"));
  return set_facts(content, [&](ContentFacts& facts) { facts.format = probe ? probe->format : wire::Format::kCount_; });
}

Status PassageIndex::index_facts(ContentNumber content) {
  ALCOVE_TRY(const auto stated, find_artefact<wire::FactsArtefact>(content, "facts"));
  return set_facts(content, [&](ContentFacts& facts) { facts.stated_unix_ms = stated ? stated_date(*stated) : 0; });
}

Status PassageIndex::index_language(ContentNumber content) {
  ALCOVE_TRY(const auto language, find_artefact<wire::LanguageArtefact>(content, "language"));
  return set_facts(content, [&](ContentFacts& facts) { facts.languages = language ? main_languages(*language) : ""; });
}

Status PassageIndex::commit() {
  if (pending_ == 0) {
    return {};
  }
  ALCOVE_TRY_VOID(keyword_->set_metadata(kAppliedKey, std::to_string(keyword_applied_)));
  ALCOVE_TRY_VOID(keyword_->commit());
  for (VectorSet& vectors : vectors_) {
    ALCOVE_TRY_VOID(vectors.commit());
  }
  pending_ = 0;
  publish();
  return {};
}

Result<bool> PassageIndex::extend_sketch() {
  /// Rows at a time: a fifth of a second, so that changes do not wait for it.
  constexpr std::size_t kStepRows = 100'000;
  const VectorSet& serving = vectors_.at(serving_);
  const bool is_used = static_cast<std::uint64_t>(serving.passage_count()) >= vectors::kSketchRowsMin;
  return is_used ? serving.rows()->extend_sketch(kStepRows) : Result<bool>(true);
}

Status PassageIndex::recover() {
  if (!keyword_) {
    ALCOVE_TRY_VOID(open_keyword());
  } else {
    ALCOVE_TRY_VOID(keyword_->restart());
    ALCOVE_TRY(const std::string applied, keyword_->metadata(kAppliedKey));
    keyword_applied_ = parse_applied(applied);
    if (applied.empty()) {
      ALCOVE_TRY_VOID(sign_keyword());  // That, too, may be among what was forgotten.
    }
  }
  for (VectorSet& vectors : vectors_) {
    ALCOVE_TRY_VOID(vectors.recover());
  }
  ALCOVE_TRY_VOID(load_corpus());
  pending_ = 0;
  publish();
  return {};
}

Status PassageIndex::clear_damaged_vectors() {
  for (VectorSet& vectors : vectors_) {
    if (vectors.rows() && vectors.rows()->is_damaged()) {
      ALCOVE_TRY_VOID(vectors.remove());
      ALCOVE_TRY_VOID(vectors.open());
    }
  }
  publish();
  return {};
}

Status PassageIndex::clear() {
  for (VectorSet& vectors : vectors_) {
    ALCOVE_TRY_VOID(vectors.remove());
  }
  ALCOVE_TRY_VOID(remove_keyword());
  ALCOVE_TRY_VOID(open_keyword());
  for (VectorSet& vectors : vectors_) {
    ALCOVE_TRY_VOID(vectors.open());
  }
  ALCOVE_TRY_VOID(load_corpus());
  pending_ = 0;
  publish();
  return {};
}

}  // namespace alcove::search

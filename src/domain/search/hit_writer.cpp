#include "domain/search/hit_writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "domain/search/snippet.hpp"
#include "domain/search/stored_passage.hpp"

namespace alcove::search {
namespace {

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string library_name(const HitKnowledge& known, LibraryId library) {
  const auto found = known.library_names.find(library.value);
  return found == known.library_names.end() ? std::string() : found->second;
}

void describe(const HitKnowledge& known, Hit& hit, const Item& item, const wire::Passage& passage) {
  Snippet snippet = make_snippet(passage, known.analysed.ranking);
  hit.snippet = std::move(snippet.spans);
  hit.title = passage.title;
  hit.language = passage.language;
  if (item.candidate == nullptr) {
    return;
  }
  hit.place = passage.place;
  if (const std::string inside = files::part_path(hit.parts); !inside.empty()) {
    hit.place.part = hit.place.part.empty() ? inside : inside + "/" + hit.place.part;
  }
  const Candidate& candidate = *item.candidate;
  if (candidate.keyword > 0) {
    hit.reasons.push_back({.kind = "terms",
                           .text = snippet.matched.empty() ? known.words_lead + " forms of the words"
                                                           : known.words_lead + " " + joined(snippet.matched),
                           .terms = snippet.matched,
                           .value = candidate.keyword,
                           .weight = candidate.keyword_share + (candidate.cosine ? 0 : candidate.meaning_share),
                           .model = {}});
  }
  if (candidate.cosine && !known.model_name.empty()) {
    hit.reasons.push_back({.kind = "meaning",
                           .text = fmt::format("Close in meaning: {:.2f} of 1", *candidate.cosine),
                           .terms = {},
                           .value = *candidate.cosine,
                           .weight = candidate.meaning_share,
                           .model = known.model_name});
  }
  for (const std::string& phrase : known.conditions.phrases_in(item.content)) {
    hit.reasons.push_back({.kind = "phrase",
                           .text = fmt::format("The file contains “{}”", phrase),
                           .terms = {phrase},
                           .value = 1,
                           .weight = 0,
                           .model = {}});
  }
  if (known.in_title.contains(candidate.passage)) {
    hit.reasons.push_back({.kind = "title",
                           .text = "Every word stands in the title",
                           .terms = {},
                           .value = 1,
                           .weight = kTitleBoost,
                           .model = {}});
  }
}

void add_name_reason(const HitKnowledge& known, Hit& hit, const Item& item) {
  if (item.name_score <= 0) {
    return;
  }
  hit.reasons.push_back({.kind = "name",
                         .text = "The file's name or folder matches",
                         .terms = known.analysed.name_words,
                         .value = item.name_score,
                         .weight = item.name_score,
                         .model = {}});
}

}  // namespace

Result<Hit> write_hit(const HitKnowledge& known, const Item& item, const std::vector<files::File>& files) {
  Hit hit;
  hit.file = files.front();
  if (item.content != item.root) {
    hit.parts = known.files.way_to(item.root, item.content).value_or(std::vector<artefacts::Part>());
  }
  hit.library = library_name(known, hit.file.library);
  hit.same_content.assign(files.begin() + 1, files.end());
  hit.score = std::min(item.score, 1.0);
  hit.more_passages = item.more_passages;
  hit.weak = item.weak;
  const auto stated = known.generation.corpus->stated_date_unix_ms(item.content);
  hit.date_source = stated ? DateSource::kDocument : DateSource::kFile;
  hit.date = UnixMillis{stated.value_or(hit.file.modified_unix_ns / 1'000'000)};
  std::uint32_t shown = 0;
  if (item.candidate != nullptr) {
    shown = item.candidate->passage;
    hit.passage = PassageNumber{shown};
  } else if (const Run* run = known.generation.corpus->find_run_of(item.content); run != nullptr) {
    shown = run->first;
  }
  if (shown != 0) {
    ALCOVE_TRY(const std::optional<std::string> data, known.generation.keyword->data(shown));
    if (data) {
      ALCOVE_TRY(const auto passage, unpack_passage(*data));
      describe(known, hit, item, passage);
    }
  }
  add_name_reason(known, hit, item);
  if (hit.reasons.empty()) {
    hit.reasons.push_back(
        {.kind = "filter", .text = "Passes every filter", .terms = {}, .value = 1, .weight = 1, .model = {}});
  }
  const double total = [&] {
    double sum = 0;
    for (const Reason& reason : hit.reasons) {
      sum += reason.weight;
    }
    return sum;
  }();
  for (Reason& reason : hit.reasons) {
    reason.weight = total > 0 ? reason.weight / total : 0;
  }
  return hit;
}

}  // namespace alcove::search

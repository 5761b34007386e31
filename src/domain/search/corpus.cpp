#include "domain/search/corpus.hpp"

#include <algorithm>
#include <utility>

namespace alcove::search {

std::optional<ContentNumber> Corpus::content_of(std::uint32_t passage) const {
  const Run* const run = find_run_with(passage);
  return run == nullptr ? std::nullopt : std::optional(run->content);
}

const Run* Corpus::find_run_with(std::uint32_t passage) const {
  const auto after = std::ranges::upper_bound(runs, passage, {}, &Run::first);
  if (after == runs.begin()) {
    return nullptr;
  }
  const Run& run = *std::prev(after);
  return passage - run.first < run.count ? &run : nullptr;
}

const Run* Corpus::find_run_of(ContentNumber content) const {
  if (!content || !with_passages.contains(content.value)) {
    return nullptr;
  }
  const auto found = std::ranges::find(runs, content, &Run::content);
  return found == runs.end() ? nullptr : &*found;
}

std::optional<std::int64_t> Corpus::stated_date_unix_ms(ContentNumber content) const {
  const auto found =
      std::ranges::lower_bound(dates, content.value, {}, [](const StatedDate& date) { return date.content.value; });
  return found != dates.end() && found->content == content ? std::optional(found->unix_ms) : std::nullopt;
}

PassageSet passages_of(const Corpus& corpus, const sets::Bitmap& contents) {
  PassageSet set;
  for (const Run& run : corpus.runs) {
    if (!contents.contains(run.content.value)) {
      continue;
    }
    if (!set.runs.empty() && set.runs.back().first + set.runs.back().count == run.first) {
      set.runs.back().count += run.count;
    } else {
      set.runs.push_back({.first = run.first, .count = run.count});
    }
  }
  for (const vectors::RowRun& run : set.runs) {
    set.passages.add_run(run.first, run.count);
  }
  return set;
}

sets::Bitmap contents_of(const Corpus& corpus, const sets::Bitmap& passages) {
  sets::Bitmap contents;
  for (const Run& run : corpus.runs) {
    std::uint32_t found = 0;
    if (!passages.next(run.first, found)) {
      break;
    }
    if (found - run.first < run.count) {
      contents.add(run.content.value);
    }
  }
  return contents;
}

std::shared_ptr<const PassageSet> PassageSetCache::find_or_make(const std::shared_ptr<const Corpus>& corpus,
                                                                const std::shared_ptr<const sets::Bitmap>& contents) {
  auto found = entries_.with([&](const std::deque<Entry>& entries) -> std::shared_ptr<const PassageSet> {
    for (const Entry& entry : entries) {
      if (entry.corpus_version == corpus->version && entry.contents == contents) {
        return entry.set;
      }
    }
    return nullptr;
  });
  if (!found) {
    found = std::make_shared<const PassageSet>(passages_of(*corpus, *contents));
    entries_.with([&](std::deque<Entry>& entries) {
      entries.push_front({.corpus_version = corpus->version, .contents = contents, .set = found});
      if (entries.size() > kEntriesMax) {
        entries.pop_back();
      }
    });
  }
  return found;
}

}  // namespace alcove::search

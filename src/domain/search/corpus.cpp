#include "domain/search/corpus.hpp"

#include <algorithm>
#include <utility>

namespace alcove::search {

std::optional<ContentNumber> Corpus::content_of(std::uint32_t passage) const {
  const Run* const run = find_run_with(passage);
  return run == nullptr ? std::nullopt : std::optional(run->content);
}

const Run* Corpus::find_run_with(std::uint32_t passage) const {
  const Run* const run = runs.find_at_or_below(passage);
  return run != nullptr && passage - run->first < run->count ? run : nullptr;
}

const Run* Corpus::find_run_of(ContentNumber content) const {
  const Run* found = nullptr;
  if (content && with_passages.contains(content.value)) {
    runs.for_each([&](const Run& run) {
      found = run.content == content ? &run : nullptr;
      return found == nullptr;
    });
  }
  return found;
}

std::optional<std::int64_t> Corpus::stated_date_unix_ms(ContentNumber content) const {
  const StatedDate* const date = dates.find(content.value);
  return date == nullptr ? std::nullopt : std::optional(date->unix_ms);
}

PassageSet passages_of(const Corpus& corpus, const sets::Bitmap& contents) {
  PassageSet set;
  corpus.runs.for_each([&](const Run& run) {
    if (!contents.contains(run.content.value)) {
      return true;
    }
    if (!set.runs.empty() && set.runs.back().first + set.runs.back().count == run.first) {
      set.runs.back().count += run.count;
    } else {
      set.runs.push_back({.first = run.first, .count = run.count});
    }
    return true;
  });
  for (const vectors::RowRun& run : set.runs) {
    set.passages.add_run(run.first, run.count);
  }
  return set;
}

sets::Bitmap contents_of(const Corpus& corpus, const sets::Bitmap& passages) {
  sets::Bitmap contents;
  corpus.runs.for_each([&](const Run& run) {
    std::uint32_t found = 0;
    if (!passages.next(run.first, found)) {
      return false;
    }
    if (found - run.first < run.count) {
      contents.add(run.content.value);
    }
    return true;
  });
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

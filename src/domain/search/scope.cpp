#include "domain/search/scope.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::search {
namespace {

std::string without_slashes(std::string_view path) {
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  return std::string(path);
}

/// What `in:` means: "Library", "Library/folder" or "Library:folder"; else a folder of that path in any library.
std::vector<Under> resolve_under(const std::vector<files::Library>& libraries, std::string_view value) {
  std::vector<Under> found;
  const std::string wanted = text::fold_word(value);
  for (const files::Library& library : libraries) {
    const std::string name = text::fold_word(library.name);
    if (wanted == name) {
      return {{.library = library.id, .folder = {}}};
    }
    // Folding may change the length, so the separator is looked for in the value as typed.
    for (const char separator : {'/', ':'}) {
      for (std::size_t at = value.find(separator); at != std::string_view::npos; at = value.find(separator, at + 1)) {
        if (text::fold_word(value.substr(0, at)) == name) {
          found.push_back({.library = library.id, .folder = without_slashes(value.substr(at + 1))});
        }
      }
    }
  }
  if (found.empty()) {
    for (const files::Library& library : libraries) {
      found.push_back({.library = library.id, .folder = without_slashes(value)});
    }
  }
  return found;
}

}  // namespace

bool Under::holds(const files::File& file) const {
  return file.library == library &&
         (folder.empty() ||
          (file.path.size() > folder.size() && file.path.starts_with(folder) && file.path[folder.size()] == '/'));
}

void Scope::narrow(const sets::Bitmap& to) {
  auto narrowed = std::make_shared<sets::Bitmap>(*contents_);
  *narrowed &= to;
  contents_ = std::move(narrowed);
  filtered_ = true;
}

Status Scope::apply_in(files::Files& files, const auth::Principal& principal, const Filter& filter,
                       sets::Bitmap& inside) {
  ALCOVE_TRY(const std::vector<files::Library> libraries, files.libraries());
  const std::vector<Under> resolved = resolve_under(libraries, filter.value);
  if (filter.negated) {
    outside_.insert(outside_.end(), resolved.begin(), resolved.end());
    filtered_ = true;
    return {};
  }
  bool any = false;
  for (const Under& under : resolved) {
    auto contents = files.contents_under(principal, under.library, under.folder);
    if (contents) {
      any = any || !contents->empty();
      inside |= *contents;
    } else if (contents.error().code != ErrorCode::kNotFound) {
      return std::unexpected(std::move(contents).error());
    }
  }
  if (!any) {
    notes_.push_back(fmt::format("No library or folder “{}” with read files was found", filter.value));
  }
  inside_.insert(inside_.end(), resolved.begin(), resolved.end());
  return {};
}

Status Scope::apply_name(NameIndex& names, files::Files& files, const Filter& filter) {
  ALCOVE_TRY(sets::Bitmap named, names.named(filter.value, *visible_files_));
  if (filter.negated) {
    not_named_ |= named;
    filtered_ = true;
    return {};
  }
  if (named_) {
    named &= *named_;
  }
  named_ = std::move(named);
  if (named_->size() > kNameFilterFilesMax) {
    notes_.push_back(fmt::format("More than {} names match “{}”; only some of them were searched", kNameFilterFilesMax,
                                 filter.value));
  }
  std::vector<std::uint32_t> contents;
  std::size_t seen = 0;
  Status status;
  named_->for_each([&](std::uint32_t id) {
    auto file = files.find(FileId{id});
    if (!file) {
      status = std::unexpected(std::move(file).error());
      return false;
    }
    if (*file && (*file)->content) {
      contents.push_back((*file)->content.value);
    }
    return ++seen < kNameFilterFilesMax;
  });
  ALCOVE_TRY_VOID(std::move(status));
  sets::Bitmap projected;
  projected.add_many(contents);
  narrow(projected);
  return {};
}

Status Scope::apply_filters(const Generation& generation, NameIndex& names, files::Files& files,
                            const auth::Principal& principal, const ParsedQuery& query) {
  sets::Bitmap of_type;
  sets::Bitmap not_of_type;
  sets::Bitmap inside;
  bool by_folder = false;
  for (const Filter& filter : query.filters) {
    switch (filter.kind) {
      case Filter::Kind::kType:
        by_type_ = by_type_ || !filter.negated;
        for (const wire::Format format : formats_of_type(filter.value)) {
          const auto members = generation.corpus->formats.find(format);
          if (members != generation.corpus->formats.end()) {
            (filter.negated ? not_of_type : of_type) |= members->second;
          }
        }
        break;
      case Filter::Kind::kIn:
        by_folder = by_folder || !filter.negated;
        ALCOVE_TRY_VOID(apply_in(files, principal, filter, inside));
        break;
      case Filter::Kind::kName: ALCOVE_TRY_VOID(apply_name(names, files, filter)); break;
    }
  }
  if (by_type_) {
    narrow(of_type);
  }
  if (!not_of_type.empty()) {
    auto kept = std::make_shared<sets::Bitmap>(*contents_);
    *kept -= not_of_type;
    contents_ = std::move(kept);
    filtered_ = true;
  }
  if (by_folder) {
    narrow(inside);
  }
  return {};
}

Status Scope::apply_words(const Generation& generation, const Analysed& analysed) {
  const Corpus& corpus = *generation.corpus;
  if (!analysed.excluded.empty()) {
    auto kept = std::make_shared<sets::Bitmap>(*contents_);
    for (const fulltext::Query& excluded : analysed.excluded) {
      ALCOVE_TRY(const sets::Bitmap passages, generation.keyword->matches(excluded, nullptr));
      *kept -= contents_of(corpus, passages);
    }
    contents_ = std::move(kept);
    filtered_ = true;
  }
  if (analysed.phrases.empty()) {
    return {};
  }
  filtered_ = true;
  with_phrases_ = *contents_;
  sets::Bitmap holding;
  for (const fulltext::Query& phrase : analysed.phrases) {
    ALCOVE_TRY(const sets::Bitmap passages, generation.keyword->matches(phrase, nullptr));
    *with_phrases_ &= contents_of(corpus, passages);
    holding |= passages;
  }
  sets::Bitmap passages = passages_of(corpus, *with_phrases_).passages;
  passages &= holding;
  passages_ = std::make_shared<const PassageSet>(passage_set(std::move(passages)));
  return {};
}

Result<Scope> Scope::make(const Generation& generation, NameIndex& names, files::Files& files,
                          const auth::Principal& principal, const ParsedQuery& query, const Analysed& analysed,
                          PassageSetCache& cache) {
  Scope scope;
  scope.contents_ = files.visible_contents(principal);
  scope.visible_files_ = files.visible_files(principal);
  scope.phrase_words_ = analysed.phrase_words;
  scope.excluded_words_ = analysed.excluded_words;
  ALCOVE_TRY_VOID(scope.apply_filters(generation, names, files, principal, query));
  ALCOVE_TRY_VOID(scope.apply_words(generation, analysed));
  if (!scope.passages_) {
    scope.passages_ = scope.filtered_
                          ? std::make_shared<const PassageSet>(passages_of(*generation.corpus, *scope.contents_))
                          : cache.find_or_make(generation.corpus, scope.contents_);
  }
  return scope;
}

bool Scope::accepts(const files::File& file) const {
  const auto id = static_cast<std::uint32_t>(file.id.value);
  const auto holds = [&](const Under& under) { return under.holds(file); };
  if ((named_ && !named_->contains(id)) || not_named_.contains(id)) {
    return false;
  }
  if ((!inside_.empty() && std::ranges::none_of(inside_, holds)) || std::ranges::any_of(outside_, holds)) {
    return false;
  }
  if (excluded_words_.empty()) {
    return true;
  }
  const std::vector<std::string> words = folded_words(to_valid_utf8(file.name));
  return std::ranges::none_of(excluded_words_, [&](const auto& wanted) { return contains_in_order(words, wanted); });
}

bool Scope::accepts_by_name(const files::File& file) const {
  if (!visible_files_->contains(static_cast<std::uint32_t>(file.id.value)) || !accepts(file)) {
    return false;
  }
  if (file.content ? !contents_->contains(file.content.value) : by_type_) {
    return false;
  }
  if (!with_phrases_ || (file.content && with_phrases_->contains(file.content.value))) {
    return true;
  }
  const std::vector<std::string> words = folded_words(to_valid_utf8(file.name));
  return std::ranges::all_of(phrase_words_, [&](const auto& wanted) { return contains_in_order(words, wanted); });
}

}  // namespace alcove::search

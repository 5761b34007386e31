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

using FolderPlace = files::Files::FolderPlace;

/// What `in:` means: "Library", "Library/folder" or "Library:folder"; else a folder of that path in any library.
std::vector<FolderPlace> resolve_exactly(const std::vector<files::Library>& libraries, std::string_view value) {
  std::vector<FolderPlace> found;
  const std::string wanted = text::fold_word(value);
  for (const files::Library& library : libraries) {
    const std::string name = text::fold_word(library.name);
    if (wanted == name) {
      return {{.library = library.id, .path = {}}};
    }
    // Folding may change the length, so the separator is looked for in the value as typed.
    for (const char separator : {'/', ':'}) {
      for (std::size_t at = value.find(separator); at != std::string_view::npos; at = value.find(separator, at + 1)) {
        if (text::fold_word(value.substr(0, at)) == name) {
          found.push_back({.library = library.id, .path = without_slashes(value.substr(at + 1))});
        }
      }
    }
  }
  if (found.empty()) {
    for (const files::Library& library : libraries) {
      found.push_back({.library = library.id, .path = without_slashes(value)});
    }
  }
  return found;
}

/// Else folders at any depth whose path ends like that, letters of either case: "taxes" is Papers/2024/Taxes.
Result<std::vector<FolderPlace>> resolve_loosely(files::Files& files, const auth::Principal& principal,
                                                 const std::vector<files::Library>& libraries, std::string_view value) {
  const std::string wanted = "/" + text::fold_word(without_slashes(value));
  const std::string last = wanted.substr(wanted.rfind('/') + 1);
  ALCOVE_TRY(auto places,
             files.folders_where(
                 principal, [&](std::string_view name) { return text::fold_word(to_valid_utf8(name)) == last; },
                 kFoldersOfOneNameMax));
  std::erase_if(places, [&](const FolderPlace& place) {
    const auto library = std::ranges::find(libraries, place.library, &files::Library::id);
    const std::string above = library == libraries.end() ? std::string() : library->name;
    return !text::fold_word("/" + above + "/" + to_valid_utf8(place.path)).ends_with(wanted);
  });
  return places;
}

}  // namespace

void Scope::narrow(const sets::Bitmap& to) {
  auto narrowed = std::make_shared<sets::Bitmap>(*contents_);
  *narrowed &= to;
  contents_ = std::move(narrowed);
  filtered_ = true;
}

Status Scope::apply_in(files::Files& files, const auth::Principal& principal, const Filter& filter,
                       sets::Bitmap& inside, sets::Bitmap& outside) {
  ALCOVE_TRY(const std::vector<files::Library> libraries, files.libraries());
  const auto files_in = [&](const std::vector<FolderPlace>& places) -> Result<sets::Bitmap> {
    sets::Bitmap found;
    for (const FolderPlace& place : places) {
      ALCOVE_TRY(const sets::Bitmap under, files.files_under(principal, place.library, place.path));
      found |= under;
    }
    return found;
  };
  ALCOVE_TRY(sets::Bitmap found, files_in(resolve_exactly(libraries, filter.value)));
  if (found.empty()) {
    ALCOVE_TRY(const auto places, resolve_loosely(files, principal, libraries, filter.value));
    ALCOVE_TRY(found, files_in(places));
  }
  if (found.empty()) {
    notes_.push_back(fmt::format("No library or folder “{}” with files was found", filter.value));
  }
  (filter.negated ? outside : inside) |= found;
  return {};
}

Status Scope::narrow_to_allowed_files(files::Files& files, const auth::Principal& principal) {
  sets::Bitmap rejected = *visible_files_;
  rejected -= *allowed_files_;
  filtered_ = true;
  auto kept = std::make_shared<sets::Bitmap>(*of_allowed_files_);
  // Both ways leave the contents that an allowed file has; the smaller set costs less.
  if (rejected.size() <= allowed_files_->size()) {
    ALCOVE_TRY(const auto projection, files.project(principal, rejected));
    *kept -= projection.only;
  } else {
    ALCOVE_TRY(const auto projection, files.project(principal, *allowed_files_));
    *kept &= projection.any;
  }
  narrow(*kept);
  of_allowed_files_ = std::move(kept);
  return {};
}

Status Scope::apply_filters(const Generation& generation, NameIndex& names, files::Files& files,
                            const auth::Principal& principal, const ParsedQuery& query) {
  sets::Bitmap of_type;
  sets::Bitmap not_of_type;
  sets::Bitmap inside;
  sets::Bitmap outside;
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
        ALCOVE_TRY_VOID(apply_in(files, principal, filter, inside, outside));
        allowed_files_ = allowed_files_ ? std::move(allowed_files_) : *visible_files_;
        break;
      case Filter::Kind::kName: {
        allowed_files_ = allowed_files_ ? std::move(allowed_files_) : *visible_files_;
        ALCOVE_TRY(const sets::Bitmap named, names.named(filter.value, *visible_files_));
        if (filter.negated) {
          *allowed_files_ -= named;
        } else {
          *allowed_files_ &= named;
        }
        break;
      }
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
  if (!allowed_files_) {
    return {};
  }
  if (by_folder) {
    *allowed_files_ &= inside;
  }
  *allowed_files_ -= outside;
  return narrow_to_allowed_files(files, principal);
}

Status Scope::apply_words(const Generation& generation, const Analysed& analysed) {
  const Corpus& corpus = *generation.corpus;
  if (analysed.excluded.empty() && analysed.phrases.empty()) {
    return {};
  }
  filtered_ = true;
  const sets::Bitmap within = passages_of(corpus, *contents_).passages;
  auto kept = std::make_shared<sets::Bitmap>(*contents_);
  for (const fulltext::Query& excluded : analysed.excluded) {
    ALCOVE_TRY(const sets::Bitmap passages, generation.keyword->matches(excluded, &within));
    *kept -= contents_of(corpus, passages);
  }
  contents_ = std::move(kept);
  if (analysed.phrases.empty()) {
    return {};
  }
  with_phrases_ = *contents_;
  holding_.emplace();
  for (const fulltext::Query& phrase : analysed.phrases) {
    ALCOVE_TRY(const sets::Bitmap passages, generation.keyword->matches(phrase, &within));
    *with_phrases_ &= contents_of(corpus, passages);
    *holding_ |= passages;
  }
  passages_ = std::make_shared<const PassageSet>(passages_of(corpus, *with_phrases_));
  *holding_ &= passages_->passages;
  return {};
}

Result<Scope> Scope::make(const Generation& generation, NameIndex& names, files::Files& files,
                          const auth::Principal& principal, const ParsedQuery& query, const Analysed& analysed,
                          PassageSetCache& cache) {
  Scope scope;
  scope.contents_ = files.visible_contents(principal);
  scope.of_allowed_files_ = scope.contents_;
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
  if (allowed_files_ && !allowed_files_->contains(static_cast<std::uint32_t>(file.id.value))) {
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

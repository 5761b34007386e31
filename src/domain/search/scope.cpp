#include "domain/search/scope.hpp"

#include <utility>

namespace alcove::search {

Result<Scope> Scope::make(const Generation& generation, NameIndex& names, files::Files& files,
                          const auth::Principal& principal, const ParsedQuery& query, const Expansions& expansions,
                          PassageSetCache& cache, artefacts::Store& store) {
  Scope scope;
  scope.contents_ = files.visible_contents(principal);
  scope.visible_files_ = files.visible_files(principal);
  const auto all_passages = [&] { return cache.find_or_make(generation.corpus, files.visible_contents(principal)); };
  ALCOVE_TRY(scope.conditions_, Conditions::evaluate(query, {.generation = generation,
                                                             .names = names,
                                                             .files = files,
                                                             .principal = principal,
                                                             .visible_contents = *scope.contents_,
                                                             .visible_files = *scope.visible_files_,
                                                             .visible_passages = all_passages,
                                                             .expansions = expansions,
                                                             .store = store}));
  if (scope.conditions_.contents()) {
    scope.contents_ = std::make_shared<const sets::Bitmap>(*scope.conditions_.contents());
    scope.passages_ = std::make_shared<const PassageSet>(passages_of(*generation.corpus, *scope.contents_));
  } else {
    scope.passages_ = cache.find_or_make(generation.corpus, scope.contents_);
  }
  if (scope.conditions_.holding()) {
    scope.holding_ = *scope.conditions_.holding();
    *scope.holding_ &= scope.passages_->passages;
  }
  return scope;
}

void Scope::leave_out(const sets::Bitmap& contents, const Corpus& corpus) {
  auto left = std::make_shared<sets::Bitmap>(*contents_);
  *left -= contents;
  passages_ = std::make_shared<const PassageSet>(passages_of(corpus, *left));
  contents_ = std::move(left);
  if (holding_) {
    *holding_ &= passages_->passages;
  }
}

bool Scope::accepts_by_name(const files::File& file) const {
  return visible_files_->contains(static_cast<std::uint32_t>(file.id.value)) && accepts(file, file.content);
}

}  // namespace alcove::search

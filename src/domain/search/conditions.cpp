#include "domain/search/conditions.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "domain/search/dates.hpp"

namespace alcove::search {
namespace {

/// Failed or skipped tasks that `is:` looks through; the newest ones.
constexpr std::size_t kProblemsMax = 10'000;
/// "Recent" is what changed in so many days.
constexpr std::int64_t kRecentDays = 7;

/// Folders of one name that an `in:` may stand for.
constexpr std::size_t kFoldersOfOneNameMax = 100;

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

/// Whether a node needs the index of passages.
bool holds_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kWord:
    case Node::Kind::kPhrase:
    case Node::Kind::kWildcard:
    case Node::Kind::kNear: return true;
    case Node::Kind::kFilter: return false;
    case Node::Kind::kAll:
    case Node::Kind::kAny:
    case Node::Kind::kNot: break;
  }
  return std::ranges::any_of(node.children, holds_text);
}

/// Contents that at least one of `chosen` has. Both ways lead there; the smaller set costs less.
Result<sets::Bitmap> contents_with(const Evidence& evidence, const sets::Bitmap& chosen) {
  sets::Bitmap rejected = evidence.visible_files;
  rejected -= chosen;
  if (rejected.size() <= chosen.size()) {
    ALCOVE_TRY(const auto projection, evidence.files.project(evidence.principal, rejected));
    sets::Bitmap contents = evidence.visible_contents;
    contents -= projection.only;
    return contents;
  }
  ALCOVE_TRY(auto projection, evidence.files.project(evidence.principal, chosen));
  projection.any &= evidence.visible_contents;
  return std::move(projection.any);
}

sets::Bitmap without(const sets::Bitmap& all, const sets::Bitmap& some) {
  sets::Bitmap rest = all;
  rest -= some;
  return rest;
}

}  // namespace

Result<Conditions> Conditions::evaluate(const ParsedQuery& query, const Evidence& evidence) {
  Conditions conditions;
  conditions.root_ = &query.root;
  conditions.corpus_ = evidence.generation.corpus;
  // What needs no words first: they are then looked for in what is left.
  for (const Node& child : query.root.children) {
    if (!holds_text(child)) {
      ALCOVE_TRY_VOID(conditions.require(child, evidence));
    }
  }
  if (conditions.files_) {
    ALCOVE_TRY(sets::Bitmap with_files, contents_with(evidence, *conditions.files_));
    conditions.of_files_ = with_files;
    if (conditions.contents_) {
      with_files &= *conditions.contents_;
    }
    conditions.contents_ = std::move(with_files);
  }
  const std::optional<sets::Bitmap> left = conditions.contents_;
  for (const Node& child : query.root.children) {
    if (holds_text(child) && (child.kind != Node::Kind::kWord || child.required)) {
      if (!conditions.within_) {
        conditions.within_ = left ? std::make_shared<const PassageSet>(passages_of(*evidence.generation.corpus, *left))
                                  : evidence.visible_passages();
      }
      ALCOVE_TRY_VOID(conditions.require(child, evidence));
    }
  }
  return conditions;
}

Status Conditions::require(const Node& child, const Evidence& evidence) {
  any_ = true;
  ALCOVE_TRY_VOID(evaluate_leaves(child, evidence, Sign::kAskedFor));
  if (is_of_files(child)) {
    sets::Bitmap found = files_of(child, evidence);
    if (files_) {
      found &= *files_;
    }
    files_ = std::move(found);
    return {};
  }
  ALCOVE_TRY(sets::Bitmap found, contents_of(child, evidence, Sign::kAskedFor));
  if (contents_) {
    found &= *contents_;
  }
  contents_ = std::move(found);
  return {};
}

// --- leaves ---

Status Conditions::evaluate_leaves(const Node& node, const Evidence& evidence, Sign sign) {
  switch (node.kind) {
    case Node::Kind::kFilter: return evaluate_filter(node.filter, evidence, leaves_[&node]);
    case Node::Kind::kWord:
    case Node::Kind::kPhrase:
    case Node::Kind::kWildcard:
    case Node::Kind::kNear: any_text_ = true; return evaluate_text(node, evidence, sign, leaves_[&node]);
    case Node::Kind::kNot: sign = sign == Sign::kExcluded ? Sign::kAskedFor : Sign::kExcluded; break;
    case Node::Kind::kAll:
    case Node::Kind::kAny: break;
  }
  for (const Node& child : node.children) {
    ALCOVE_TRY_VOID(evaluate_leaves(child, evidence, sign));
  }
  return {};
}

Status Conditions::evaluate_filter(const Filter& filter, const Evidence& evidence, Leaf& leaf) {
  switch (filter.kind) {
    case Filter::Kind::kType:
      for (const wire::Format format : formats_of_type(filter.value)) {
        const auto members = evidence.generation.corpus->formats.find(format);
        if (members != evidence.generation.corpus->formats.end()) {
          leaf.contents |= members->second;
        }
      }
      break;
    case Filter::Kind::kIn: return evaluate_in(filter, evidence, leaf);
    case Filter::Kind::kName: {
      leaf.of_files = true;
      ALCOVE_TRY(leaf.files, evidence.names.named(filter.value, evidence.visible_files));
      break;
    }
    case Filter::Kind::kPath: {
      leaf.of_files = true;
      ALCOVE_TRY(leaf.files, evidence.names.on_path(filter.value, evidence.visible_files));
      break;
    }
    case Filter::Kind::kSize:
      leaf.of_files = true;
      leaf.files = evidence.names.table().where(evidence.visible_files, [&](const FileTable::Row& row) {
        return row.size_bytes >= filter.first && row.size_bytes < filter.end;
      });
      break;
    case Filter::Kind::kLanguage: {
      const auto members = evidence.generation.corpus->contents_of_language.find(filter.value);
      if (members != evidence.generation.corpus->contents_of_language.end()) {
        leaf.contents = members->second;
      }
      break;
    }
    case Filter::Kind::kDate:
    case Filter::Kind::kBefore:
    case Filter::Kind::kAfter: return evaluate_date(filter, evidence, leaf);
    case Filter::Kind::kIs: return evaluate_state(filter, evidence, leaf);
  }
  return {};
}

Status Conditions::evaluate_date(const Filter& filter, const Evidence& evidence, Leaf& leaf) {
  const auto moment = [](std::int64_t day) {
    const bool open =
        day == std::numeric_limits<std::int64_t>::min() || day == std::numeric_limits<std::int64_t>::max();
    return open ? day : local_midnight_unix_ms(std::chrono::sys_days(std::chrono::days(static_cast<int>(day))));
  };
  const std::int64_t first = moment(filter.first);
  const std::int64_t end = moment(filter.end);
  leaf.by_date = true;
  std::vector<std::uint32_t> stated;
  evidence.generation.corpus->dates.for_each([&](const StatedDate& date) {
    if (date.unix_ms >= first && date.unix_ms < end) {
      stated.push_back(date.content.value);
    }
    return true;
  });
  leaf.contents.add_many(stated);
  leaf.files = evidence.names.table().where(evidence.visible_files, [&](const FileTable::Row& row) {
    return row.modified_unix_ms >= first && row.modified_unix_ms < end;
  });
  return {};
}

Status Conditions::evaluate_state(const Filter& filter, const Evidence& evidence, Leaf& leaf) {
  const Corpus& corpus = *evidence.generation.corpus;
  const auto add_format = [&](wire::Format format) {
    if (const auto members = corpus.formats.find(format); members != corpus.formats.end()) {
      leaf.contents |= members->second;
    }
  };
  const auto add_problems = [&](artefacts::TaskState state, std::string_view code) -> Status {
    ALCOVE_TRY(const auto tasks, evidence.store.problems(state, kProblemsMax, 0));
    for (const artefacts::Task& task : tasks) {
      if (code.empty() || task.reason_code == code) {
        leaf.contents.add(task.content.value);
      }
    }
    if (tasks.size() == kProblemsMax) {
      notes_.push_back({.code = "problems_cut",
                        .message = fmt::format("Only the newest {} problems were looked through", kProblemsMax),
                        .values = {std::to_string(kProblemsMax)},
                        .position = {}});
    }
    return {};
  };
  if (filter.value == "failed") {
    return add_problems(artefacts::TaskState::kFailed, {});
  }
  if (filter.value == "skipped") {
    return add_problems(artefacts::TaskState::kSkipped, {});
  }
  if (filter.value == "encrypted") {
    add_format(wire::Format::kEncryptedOffice);
    return add_problems(artefacts::TaskState::kSkipped, "encrypted");
  }
  if (filter.value == "empty") {
    add_format(wire::Format::kEmpty);
  } else if (filter.value == "duplicate") {
    ALCOVE_TRY(leaf.contents, evidence.files.contents_with_copies(evidence.principal));
  } else if (filter.value == "attachment") {
    leaf.contents = evidence.files.contained_contents(evidence.principal);
  } else if (filter.value == "recent") {
    leaf.of_files = true;
    const std::int64_t since = local_midnight_unix_ms(local_today() - std::chrono::days(kRecentDays));
    leaf.files = evidence.names.table().where(evidence.visible_files,
                                              [&](const FileTable::Row& row) { return row.modified_unix_ms >= since; });
  }
  return {};
}

Status Conditions::evaluate_in(const Filter& filter, const Evidence& evidence, Leaf& leaf) {
  leaf.of_files = true;
  ALCOVE_TRY(const std::vector<files::Library> libraries, evidence.files.libraries());
  const auto add = [&](const std::vector<FolderPlace>& places) -> Status {
    for (const FolderPlace& place : places) {
      ALCOVE_TRY(const sets::Bitmap under, evidence.files.files_under(evidence.principal, place.library, place.path));
      leaf.files |= under;
    }
    return {};
  };
  ALCOVE_TRY_VOID(add(resolve_exactly(libraries, filter.value)));
  if (leaf.files.empty()) {
    ALCOVE_TRY(const auto places, resolve_loosely(evidence.files, evidence.principal, libraries, filter.value));
    ALCOVE_TRY_VOID(add(places));
  }
  if (leaf.files.empty()) {
    notes_.push_back({.code = "no_such_folder",
                      .message = fmt::format("No library or folder “{}” with files was found", filter.value),
                      .values = {filter.value},
                      .position = {}});
  }
  return {};
}

void Conditions::spread_to_documents(const Evidence& evidence, Leaf& leaf) {
  // An archive and a mailbox are like folders, whose members are documents of their own.
  sets::Bitmap documents;
  for (const auto& [format, contents] : evidence.generation.corpus->formats) {
    if (wire::is_container(format) && !wire::is_collection(format)) {
      documents |= contents;
    }
  }
  files::Files::Bundled bundled = evidence.files.bundled(evidence.principal, leaf.contents, documents);
  leaf.contents |= bundled.bundles;
  leaf.contents |= bundled.parts;
  leaf.bundles = std::move(bundled.bundles);
}

Status Conditions::evaluate_text(const Node& node, const Evidence& evidence, Sign sign, Leaf& leaf) {
  fulltext::Query query;
  switch (node.kind) {
    case Node::Kind::kWildcard: {
      leaf.pattern = wildcard_pattern(node.text);
      const auto words = evidence.expansions.find(node.text);
      if (words != evidence.expansions.end() && !words->second.empty()) {
        std::vector<fulltext::Query> any;
        std::ranges::transform(words->second, std::back_inserter(any), &fulltext::Query::of_term);
        query = fulltext::Query::of(fulltext::Query::Kind::kOr, std::move(any));
      }
      break;
    }
    case Node::Kind::kNear: {
      std::vector<std::string> written;
      for (const Node& child : node.children) {
        written.push_back(child.text);
        leaf.words.push_back(exact_words(child.text));
      }
      query = near_query(written, node.distance);
      break;
    }
    default:
      leaf.words.push_back(exact_words(node.text));
      // An exclusion means the very word; what is asked for may have any form.
      query = node.kind == Node::Kind::kWord && sign == Sign::kAskedFor
                  ? any_form_query(node.text, evidence.generation.corpus->languages)
                  : exact_query(node.text);
      break;
  }
  std::erase_if(leaf.words, [](const auto& words) { return words.empty(); });
  if (leaf.words.empty() && leaf.pattern.empty()) {
    // A mark without words, as "-" or "&": it asks for nothing.
    leaf.contents = sign == Sign::kAskedFor ? evidence.visible_contents : sets::Bitmap();
    return {};
  }
  // Filters may have left an attachment of which the mail says the word: an exclusion looks at everything.
  const std::shared_ptr<const PassageSet> within = sign == Sign::kExcluded ? evidence.visible_passages() : within_;
  ALCOVE_TRY(const sets::Bitmap passages, evidence.generation.keyword->matches(query, &within->passages));
  leaf.contents = search::contents_of(*evidence.generation.corpus, passages);
  if (sign == Sign::kExcluded) {
    spread_to_documents(evidence, leaf);
  }
  if (sign == Sign::kAskedFor && node.kind != Node::Kind::kWord) {
    holding_ = holding_ ? std::move(holding_) : sets::Bitmap();
    *holding_ |= passages;
  }
  return {};
}

// --- the tree ---

bool Conditions::is_of_files(const Node& node) const {
  if (node.kind == Node::Kind::kFilter) {
    return leaves_.at(&node).of_files;
  }
  return !node.children.empty() && node.kind != Node::Kind::kNear &&
         std::ranges::all_of(node.children, [&](const Node& child) { return is_of_files(child); });
}

sets::Bitmap Conditions::files_of(const Node& node, const Evidence& evidence) const {
  switch (node.kind) {
    case Node::Kind::kNot: return without(evidence.visible_files, files_of(node.children.front(), evidence));
    case Node::Kind::kAny: {
      sets::Bitmap any;
      for (const Node& child : node.children) {
        any |= files_of(child, evidence);
      }
      return any;
    }
    case Node::Kind::kAll: {
      sets::Bitmap all = evidence.visible_files;
      for (const Node& child : node.children) {
        all &= files_of(child, evidence);
      }
      return all;
    }
    default: return leaves_.at(&node).files;
  }
}

Result<sets::Bitmap> Conditions::contents_of(const Node& node, const Evidence& evidence, Sign sign) const {
  const bool excluded = sign == Sign::kExcluded;
  if (is_of_files(node)) {
    const sets::Bitmap chosen = files_of(node, evidence);
    return contents_with(evidence, excluded ? without(evidence.visible_files, chosen) : chosen);
  }
  if (node.kind == Node::Kind::kNot) {
    return contents_of(node.children.front(), evidence, excluded ? Sign::kAskedFor : Sign::kExcluded);
  }
  if (node.kind == Node::Kind::kFilter && leaves_.at(&node).by_date) {
    // What states a date goes by that; all else by when its files were changed.
    const Leaf& leaf = leaves_.at(&node);
    ALCOVE_TRY(sets::Bitmap contents,
               contents_with(evidence, excluded ? without(evidence.visible_files, leaf.files) : leaf.files));
    contents -= evidence.generation.corpus->with_dates;
    sets::Bitmap stated = evidence.generation.corpus->with_dates;
    stated &= evidence.visible_contents;
    if (excluded) {
      stated -= leaf.contents;
    } else {
      stated &= leaf.contents;
    }
    contents |= stated;
    return contents;
  }
  if (node.kind != Node::Kind::kAll && node.kind != Node::Kind::kAny) {
    sets::Bitmap contents = evidence.visible_contents;
    if (excluded) {
      contents -= leaves_.at(&node).contents;
    } else {
      contents &= leaves_.at(&node).contents;
    }
    return contents;
  }
  const bool unites = (node.kind == Node::Kind::kAny) != excluded;
  sets::Bitmap contents = unites ? sets::Bitmap() : evidence.visible_contents;
  for (const Node& child : node.children) {
    ALCOVE_TRY(const sets::Bitmap of_child, contents_of(child, evidence, sign));
    if (unites) {
      contents |= of_child;
    } else {
      contents &= of_child;
    }
  }
  return contents;
}

// --- one file ---

bool Conditions::passes(const files::File& file, ContentNumber content) const {
  if (!any_) {
    return true;
  }
  const Candidate candidate{.file = file,
                            .content = content,
                            .name = any_text_ ? folded_words(to_valid_utf8(file.name)) : std::vector<std::string>()};
  return std::ranges::all_of(root_->children, [&](const Node& child) {
    return (child.kind == Node::Kind::kWord && !child.required) || passes(child, candidate);
  });
}

bool Conditions::passes(const Node& node, const Candidate& candidate) const {
  const auto child_passes = [&](const Node& child) { return passes(child, candidate); };
  switch (node.kind) {
    case Node::Kind::kNot: return !child_passes(node.children.front());
    case Node::Kind::kAny: return std::ranges::any_of(node.children, child_passes);
    case Node::Kind::kAll: return std::ranges::all_of(node.children, child_passes);
    default: break;
  }
  const Leaf& leaf = leaves_.at(&node);
  const bool states_date = candidate.content && corpus_->with_dates.contains(candidate.content.value);
  if (leaf.of_files || (leaf.by_date && !states_date)) {
    return leaf.files.contains(static_cast<std::uint32_t>(candidate.file.id.value));
  }
  if (candidate.content &&
      (leaf.contents.contains(candidate.content.value) || leaf.bundles.contains(candidate.file.content.value))) {
    return true;
  }
  if (!leaf.pattern.empty()) {
    return std::ranges::any_of(candidate.name,
                               [&](const std::string& word) { return matches_glob(leaf.pattern, word); });
  }
  return !leaf.words.empty() &&
         std::ranges::all_of(leaf.words, [&](const auto& wanted) { return contains_in_order(candidate.name, wanted); });
}

std::vector<std::string> Conditions::phrases_in(ContentNumber content) const {
  std::vector<std::string> phrases;
  const auto visit = [&](const auto& self, const Node& node) -> void {
    if (node.kind == Node::Kind::kPhrase) {
      const auto leaf = leaves_.find(&node);
      if (leaf != leaves_.end() && leaf->second.contents.contains(content.value)) {
        phrases.push_back(node.text);
      }
    } else if (node.kind != Node::Kind::kNot) {
      for (const Node& child : node.children) {
        self(self, child);
      }
    }
  };
  visit(visit, *root_);
  return phrases;
}

}  // namespace alcove::search

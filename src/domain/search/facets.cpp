#include "domain/search/facets.hpp"

#include <algorithm>
#include <ctime>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/search/filters.hpp"

namespace alcove::search {
namespace {

/// Copies of one content that are looked at.
constexpr std::size_t kCopiesMax = 20;

/// The year of a moment by the server's clock, as `date:` counts.
int local_year(std::int64_t unix_ms) {
  const std::time_t moment = unix_ms / 1'000;
  std::tm parts{};
  return localtime_r(&moment, &parts) == nullptr ? 0 : parts.tm_year + 1900;
}

/// Only what the filter can say without loss.
bool is_sayable(std::string_view name) {
  return !name.empty() && !name.contains('"') && to_valid_utf8(name) == name;
}

class Counter {
 public:
  Counter(const Scope& scope, const Corpus& corpus, files::Files& files, const auth::Principal& principal)
      : scope_(scope), corpus_(corpus), files_(files), principal_(principal) {}

  Result<Facets> count(const sets::Bitmap& matching) && {
    ALCOVE_TRY(const std::vector<files::Library> libraries, files_.libraries());
    for (const files::Library& library : libraries) {
      library_names_[library.id.value] = library.name;
    }
    std::vector<std::uint32_t> contents = matching.to_vector();
    Facets facets;
    facets.is_complete = contents.size() <= kFacetContentsMax;
    if (!facets.is_complete) {
      contents.erase(contents.begin(), contents.end() - static_cast<std::ptrdiff_t>(kFacetContentsMax));
    }
    for (const std::uint32_t content : contents) {
      ALCOVE_TRY_VOID(look_at(ContentNumber{content}));
    }
    facets.counted = static_cast<std::int64_t>(passing_.size());
    count_types();
    count_languages();
    for (auto& [name, values] : counts_) {
      facets.facets.push_back({.name = name, .values = most_frequent(values)});
    }
    return facets;
  }

 private:
  using Key = std::pair<std::string, std::string>;  ///< filter, value

  void add(const std::string& facet, std::string value, std::string filter, std::int64_t count = 1) {
    if (count > 0) {
      counts_[facet][Key(std::move(filter), std::move(value))] += count;
    }
  }

  Status look_at(ContentNumber content) {
    ALCOVE_TRY(const auto holdings, files_.holdings_of(principal_, content, kCopiesMax));
    std::set<std::pair<std::int64_t, std::string>> places;  // library, top folder
    std::int64_t changed_unix_ms = 0;
    bool passes = false;
    for (const files::Files::Holding& holding : holdings) {
      if (!scope_.accepts(holding.file, content)) {
        continue;
      }
      passes = true;
      changed_unix_ms = std::max(changed_unix_ms, holding.file.modified_unix_ns / 1'000'000);
      const std::size_t slash = holding.file.path.find('/');
      places.emplace(holding.file.library.value,
                     slash == std::string::npos ? std::string() : holding.file.path.substr(0, slash));
    }
    if (!passes) {
      return {};
    }
    passing_.add(content.value);
    std::int64_t last_library = 0;
    for (const auto& [library, folder] : places) {
      const std::string& name = library_names_[library];
      if (is_sayable(name) && library != last_library) {
        add("library", name, fmt::format("in:\"{}\"", name));
      }
      if (is_sayable(name) && is_sayable(folder)) {
        add("folder", fmt::format("{}/{}", name, folder), fmt::format("in:\"{}/{}\"", name, folder));
      }
      last_library = library;
    }
    const int year = local_year(corpus_.stated_date_unix_ms(content).value_or(changed_unix_ms));
    // What `date:` reads as a year.
    if (year >= 1900 && year <= 2100) {
      add("year", std::to_string(year), fmt::format("date:{}", year));
    }
    return {};
  }

  std::int64_t passing_among(const sets::Bitmap& members) const {
    sets::Bitmap both = passing_;
    both &= members;
    return static_cast<std::int64_t>(both.size());
  }

  void count_types() {
    for (const auto& [format, members] : corpus_.formats) {
      const std::string_view type = type_of_format(format);
      if (!type.empty()) {
        add("type", std::string(type), fmt::format("type:{}", type), passing_among(members));
      }
    }
  }

  void count_languages() {
    for (const auto& [language, members] : corpus_.contents_of_language) {
      add("language", language, fmt::format("lang:{}", language), passing_among(members));
    }
  }

  static std::vector<FacetValue> most_frequent(const std::map<Key, std::int64_t>& counts) {
    std::vector<FacetValue> values;
    values.reserve(counts.size());
    for (const auto& [key, count] : counts) {
      values.push_back({.value = key.second, .filter = key.first, .count = count});
    }
    std::ranges::sort(values, [](const FacetValue& a, const FacetValue& b) {
      return std::tuple(-a.count, std::string_view(a.value)) < std::tuple(-b.count, std::string_view(b.value));
    });
    values.resize(std::min(values.size(), kFacetValuesMax));
    return values;
  }

  const Scope& scope_;
  const Corpus& corpus_;
  files::Files& files_;
  const auth::Principal& principal_;
  std::map<std::int64_t, std::string> library_names_;
  sets::Bitmap passing_;
  std::map<std::string, std::map<Key, std::int64_t>> counts_{
      {"type", {}}, {"library", {}}, {"year", {}}, {"language", {}}, {"folder", {}}};
};

}  // namespace

Result<Facets> count_facets(const Scope& scope, const Corpus& corpus, files::Files& files,
                            const auth::Principal& principal, const sets::Bitmap& matching) {
  return Counter(scope, corpus, files, principal).count(matching);
}

}  // namespace alcove::search

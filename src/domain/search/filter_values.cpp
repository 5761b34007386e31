/// @file
/// What the values of dates, sizes, languages and states mean.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/search/dates.hpp"
#include "domain/search/filters.hpp"
#include "drivers/text/terms.hpp"

namespace alcove::search {
namespace {

using std::chrono::sys_days;

struct LanguageName {
  std::string_view code;
  std::string_view english;
  std::string_view german;  ///< Folded.
};

constexpr auto kLanguages = std::to_array<LanguageName>({
    {"ar", "arabic", "arabisch"},
    {"bg", "bulgarian", "bulgarisch"},
    {"ca", "catalan", "katalanisch"},
    {"cs", "czech", "tschechisch"},
    {"da", "danish", "danisch"},
    {"de", "german", "deutsch"},
    {"el", "greek", "griechisch"},
    {"en", "english", "englisch"},
    {"es", "spanish", "spanisch"},
    {"et", "estonian", "estnisch"},
    {"eu", "basque", "baskisch"},
    {"fa", "persian", "persisch"},
    {"fi", "finnish", "finnisch"},
    {"fr", "french", "franzosisch"},
    {"ga", "irish", "irisch"},
    {"he", "hebrew", "hebraisch"},
    {"hi", "hindi", "hindi"},
    {"hr", "croatian", "kroatisch"},
    {"hu", "hungarian", "ungarisch"},
    {"hy", "armenian", "armenisch"},
    {"id", "indonesian", "indonesisch"},
    {"it", "italian", "italienisch"},
    {"ja", "japanese", "japanisch"},
    {"ko", "korean", "koreanisch"},
    {"la", "latin", "latein"},
    {"lt", "lithuanian", "litauisch"},
    {"lv", "latvian", "lettisch"},
    {"nl", "dutch", "niederlandisch"},
    {"no", "norwegian", "norwegisch"},
    {"pl", "polish", "polnisch"},
    {"pt", "portuguese", "portugiesisch"},
    {"ro", "romanian", "rumanisch"},
    {"ru", "russian", "russisch"},
    {"sk", "slovak", "slowakisch"},
    {"sl", "slovenian", "slowenisch"},
    {"sr", "serbian", "serbisch"},
    {"sv", "swedish", "schwedisch"},
    {"ta", "tamil", "tamil"},
    {"th", "thai", "thailandisch"},
    {"tr", "turkish", "turkisch"},
    {"uk", "ukrainian", "ukrainisch"},
    {"vi", "vietnamese", "vietnamesisch"},
    {"zh", "chinese", "chinesisch"},
});

constexpr auto kStates =
    std::to_array<std::string_view>({"failed", "skipped", "encrypted", "empty", "duplicate", "recent", "attachment"});

/// Ends of "a..b"; one text twice when there are no dots. Either end may be empty.
struct Ends {
  std::string_view first;
  std::string_view last;
  bool is_range = false;
};
Ends ends_of(std::string_view value) {
  const std::size_t dots = value.find("..");
  if (dots == std::string_view::npos) {
    return {.first = value, .last = value};
  }
  return {.first = trimmed(value.substr(0, dots)), .last = trimmed(value.substr(dots + 2)), .is_range = true};
}

std::int64_t days_since_epoch(sys_days date) {
  return date.time_since_epoch().count();
}

bool read_dates(Filter& filter, sys_days today) {
  const Ends ends = ends_of(filter.value);
  const auto first = parse_date(ends.first, today);
  const auto last = parse_date(ends.last, today);
  if (filter.kind == Filter::Kind::kBefore) {
    filter.end = first ? days_since_epoch(first->anchor) : 0;
    return first && !ends.is_range;
  }
  if (filter.kind == Filter::Kind::kAfter) {
    filter.first = first ? days_since_epoch(first->anchor) : 0;
    return first && !ends.is_range;
  }
  if ((!first && !ends.first.empty()) || (!last && !ends.last.empty()) || (!first && !last)) {
    return false;
  }
  if (first) {
    filter.first = days_since_epoch(ends.is_range ? first->anchor : first->first);
  }
  if (last) {
    filter.end = days_since_epoch(last->end);
  }
  return filter.first < filter.end;
}

/// Bytes, and half a unit of the last digit that was typed: "10MB" is anything that is shown as 10 MB.
struct Size {
  double bytes = 0;
  double slack = 0;
};
std::optional<Size> read_one_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr auto kUnits = std::to_array<Unit>({{"", 1},
                                                      {"b", 1},
                                                      {"k", 1e3},
                                                      {"kb", 1e3},
                                                      {"m", 1e6},
                                                      {"mb", 1e6},
                                                      {"g", 1e9},
                                                      {"gb", 1e9},
                                                      {"t", 1e12},
                                                      {"tb", 1e12},
                                                      {"kib", 1024.0},
                                                      {"mib", 1048576.0},
                                                      {"gib", 1073741824.0}});
  double number = 0;
  std::string plain = ascii_lower(text);
  std::ranges::replace(plain, ',', '.');
  const auto [end, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0) || number > 1e15) {
    return std::nullopt;
  }
  const std::string_view digits(plain.data(), static_cast<std::size_t>(end - plain.data()));
  const std::string_view name = trimmed(std::string_view(plain).substr(digits.size()));
  const auto* const unit = std::ranges::find(kUnits, name, &Unit::name);
  if (unit == kUnits.end()) {
    return std::nullopt;
  }
  const std::size_t point = digits.find('.');
  const auto decimals = point == std::string_view::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  return Size{.bytes = number * unit->bytes, .slack = unit->bytes * std::pow(10.0, -decimals) / 2};
}

/// Sizes beyond any file's are the largest number.
std::int64_t to_bytes(double bytes) {
  constexpr double kBytesMax = 9e18;
  return static_cast<std::int64_t>(std::clamp(std::ceil(bytes), 0.0, kBytesMax));
}

bool read_sizes(Filter& filter) {
  std::string_view value = trimmed(filter.value);
  bool above = false;
  bool below = false;
  bool inclusive = false;
  for (const std::string_view sign : {std::string_view(">="), std::string_view("<="), std::string_view("≥"),
                                      std::string_view("≤"), std::string_view(">"), std::string_view("<")}) {
    if (value.starts_with(sign)) {
      above = sign == ">=" || sign == "≥" || sign == ">";
      below = !above;
      inclusive = sign.size() > 1;
      value = trimmed(value.substr(sign.size()));
      break;
    }
  }
  const Ends ends = ends_of(value);
  const auto first = read_one_size(ends.first);
  const auto last = read_one_size(ends.last);
  if ((!first && !ends.first.empty()) || (!last && !ends.last.empty()) || (!first && !last) ||
      (ends.is_range && (above || below))) {
    return false;
  }
  if (above) {
    filter.first = to_bytes(first->bytes) + (inclusive ? 0 : 1);
  } else if (below) {
    filter.end = to_bytes(first->bytes) + (inclusive ? 1 : 0);
  } else if (ends.is_range) {
    filter.first = first ? to_bytes(first->bytes) : filter.first;
    filter.end = last ? to_bytes(last->bytes) + 1 : filter.end;
  } else {
    filter.first = to_bytes(first->bytes - first->slack);
    filter.end = std::max(to_bytes(first->bytes + first->slack), filter.first + 1);
  }
  return filter.first < filter.end;
}

}  // namespace

bool takes_dates(Filter::Kind kind) {
  return kind == Filter::Kind::kDate || kind == Filter::Kind::kBefore || kind == Filter::Kind::kAfter;
}

std::string_view language_code_of(std::string_view value) {
  if (value.size() > 40) {
    return {};
  }
  const std::string wanted = text::fold_word(value);
  const auto* const found = std::ranges::find_if(kLanguages, [&](const LanguageName& language) {
    return wanted == language.code || wanted == language.english || wanted == language.german;
  });
  return found == kLanguages.end() ? std::string_view() : found->code;
}

std::optional<std::string> read_value(Filter& filter, sys_days today) {
  switch (filter.kind) {
    case Filter::Kind::kType:
      if (formats_of_type(filter.value).empty()) {
        return fmt::format("There is no type “{}”; the filter was left out", filter.value);
      }
      break;
    case Filter::Kind::kDate:
    case Filter::Kind::kBefore:
    case Filter::Kind::kAfter:
      if (!read_dates(filter, today)) {
        return fmt::format("“{}” is no date; write 2024-05-17, May 2024 or \"last week\"; the filter was left out",
                           filter.value);
      }
      break;
    case Filter::Kind::kSize:
      if (!read_sizes(filter)) {
        return fmt::format("“{}” is no size; write >10MB, <=200k or 1M..5M; the filter was left out", filter.value);
      }
      break;
    case Filter::Kind::kLanguage: {
      const std::string_view code = language_code_of(filter.value);
      const std::string typed = ascii_lower(filter.value);
      const bool other_code = typed.size() >= 2 && typed.size() <= 3 &&
                              std::ranges::all_of(typed, [](char c) { return c >= 'a' && c <= 'z'; });
      if (code.empty() && !other_code) {
        return fmt::format("There is no language “{}”; the filter was left out", filter.value);
      }
      filter.value = code.empty() ? typed : std::string(code);
      break;
    }
    case Filter::Kind::kIs:
      filter.value = ascii_lower(filter.value);
      if (std::ranges::find(kStates, filter.value) == kStates.end()) {
        return fmt::format("“is:{}” is not known; there are {}; the filter was left out", filter.value,
                           fmt::join(kStates, ", "));
      }
      break;
    case Filter::Kind::kIn:
    case Filter::Kind::kName:
    case Filter::Kind::kPath: break;
  }
  return std::nullopt;
}

}  // namespace alcove::search

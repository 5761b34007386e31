#include "drivers/text/fingerprint.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "drivers/text/terms.hpp"
#include "drivers/text/unicode.hpp"

namespace alcove::text {
namespace {

constexpr int kBits = 128;
/// Letters of a word that may name a month; "de" and "of" do not.
constexpr std::size_t kMonthBytesMin = 3;
/// Words between a month's name and its year ("March 12, 2024", "marzo de 2024").
constexpr std::size_t kMonthReach = 3;
/// "2024", a sign, "3".
constexpr std::size_t kYearReach = 2;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): FNV alone leaves the high bits of short words alike.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  return mixed(hash);
}

std::uint64_t hash_of(std::uint64_t first, std::uint64_t second) {
  return mixed(first * 0x9E3779B97F4A7C15ULL + second);
}

bool is_separator(char32_t c) {
  return c == U'.' || c == U',' || c == U':' || c == U'/' || c == U'\'' || c == U'-';
}

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

std::vector<std::string_view> groups_of(std::string_view number) {
  std::vector<std::string_view> groups;
  for (std::size_t begin = 0; begin <= number.size();) {
    const std::size_t end = std::min(number.find_first_of(".,:/'-", begin), number.size());
    groups.push_back(number.substr(begin, end - begin));
    begin = end + 1;
  }
  return groups;
}

bool is_year(std::string_view word) {
  return word.size() == 4 && (word.starts_with("19") || word.starts_with("20")) &&
         std::ranges::all_of(word, is_ascii_digit);
}

/// "17.03.2024" and "2024-03-17" without their day. Where the day stands in "03/04/2024" is not known.
std::optional<std::string> month_of_date(std::string_view number, const std::vector<std::string_view>& groups) {
  if (groups.size() != 3 || number.find_first_of(",:/'") != std::string_view::npos) {
    return std::nullopt;
  }
  const bool day_first = number.contains('.') && !number.contains('-');
  const std::string_view year = day_first ? groups[2] : groups[0];
  const std::string_view day = day_first ? groups[0] : groups[2];
  std::string_view month = groups[1];
  if (!is_year(year) || day.size() > 2 || month.size() > 2 || !std::ranges::all_of(month, is_ascii_digit)) {
    return std::nullopt;
  }
  month.remove_prefix(month.starts_with('0') ? 1 : 0);
  return std::string(month) + "/" + std::string(year);
}

bool has_no_spaces(Script script) {
  return script == Script::kHan || script == Script::kKana || script == Script::kThai;
}

}  // namespace

bool is_near_identical(const Fingerprint& a, const Fingerprint& b) {
  if (a.empty() || b.empty() || a.numbers != b.numbers) {
    return false;
  }
  if (std::min(a.words, b.words) < kFingerprintWordsMin) {
    return a == b;
  }
  const std::uint32_t longer = std::max(a.words, b.words);
  const std::uint32_t shorter = std::min(a.words, b.words);
  const int different = std::popcount(a.sketch[0] ^ b.sketch[0]) + std::popcount(a.sketch[1] ^ b.sketch[1]);
  return longer - shorter <= longer / kFingerprintLengthShare && different <= kFingerprintBitsMax;
}

void Fingerprinter::add(std::string_view utf8) {
  previous_ = 0;
  before_year_.clear();
  year_.clear();
  Token token;
  std::size_t begin = 0;
  bool after_digit = false;
  const auto close = [&](std::size_t end) {
    token.written = utf8.substr(begin, end - begin);
    if (!token.written.empty()) {
      add_token(token);
    }
    token = {};
    after_digit = false;
  };
  for (std::size_t at = 0; at < utf8.size() && words_ < kFingerprintWordsMax;) {
    const std::size_t here = at;
    const char32_t c = next_code_point(utf8, at);
    const CharacterClass kind = character_class(c);
    const bool is_letter =
        kind == CharacterClass::kUpper || kind == CharacterClass::kLower || kind == CharacterClass::kLetter;
    if (is_letter && c >= 0x80 && has_no_spaces(script_of(c))) {
      close(here);
      token.is_letter = true;
      begin = here;
      close(at);
      begin = at;
    } else if (is_letter || kind == CharacterClass::kDigit) {
      after_digit = kind == CharacterClass::kDigit;
      token.digits += after_digit ? 1 : 0;
    } else if (kind == CharacterClass::kMark && here > begin) {
      continue;
    } else if (after_digit && is_separator(c) && at < utf8.size() && is_ascii_digit(utf8[at])) {
      after_digit = false;
    } else {
      close(here);
      begin = at;
      if (c == U'\n') {
        before_year_.clear();
        year_.clear();
      }
    }
  }
  close(words_ < kFingerprintWordsMax ? utf8.size() : begin);
}

void Fingerprinter::add_token(const Token& token) {
  const std::string word = fold_word(token.written);
  if (word.empty()) {
    return;
  }
  const std::uint64_t hash = hash_of(word);
  sequence_ = hash_of(sequence_, hash);
  if (previous_ != 0) {
    pairs_.push_back(hash_of(previous_, hash));
  }
  previous_ = hash;
  ++words_;
  ++since_before_year_;
  ++since_year_;
  if (token.digits > 0) {
    add_number({.written = word, .digits = token.digits});
  } else if (word.size() >= kMonthBytesMin && !token.is_letter) {
    before_year_ = word;
    since_before_year_ = 0;
  }
}

void Fingerprinter::add_number(const Token& token) {
  const std::vector<std::string_view> groups = groups_of(token.written);
  if (auto month = month_of_date(token.written, groups)) {
    numbers_.push_back(hash_of(*month));
    return;
  }
  if (is_year(token.written)) {
    add_year(token.written);
  } else if (!year_.empty() && since_year_ <= kYearReach && token.digits < kFingerprintDigitsMin) {
    numbers_.push_back(hash_of(year_ + "-" + std::string(token.written)));
  }
  const bool is_outline = std::ranges::all_of(groups, [](std::string_view group) { return group.size() == 1; });
  if (token.digits >= kFingerprintDigitsMin && !is_outline) {
    std::string plain;
    for (const std::string_view group : groups) {
      plain += group;
    }
    numbers_.push_back(hash_of(plain));
  }
}

void Fingerprinter::add_year(std::string_view year) {
  if (!before_year_.empty() && since_before_year_ <= kMonthReach) {
    numbers_.push_back(hash_of(before_year_ + " " + std::string(year)));
  }
  year_ = year;
  since_year_ = 0;
}

Fingerprint Fingerprinter::finish() && {
  Fingerprint made{.sketch = {}, .numbers = 0, .words = words_};
  if (words_ == 0) {
    return made;
  }
  const auto make_distinct = [](std::vector<std::uint64_t>& hashes) {
    std::ranges::sort(hashes);
    const auto rest = std::ranges::unique(hashes);
    hashes.erase(rest.begin(), rest.end());
  };
  make_distinct(numbers_);
  for (const std::uint64_t number : numbers_) {
    made.numbers = hash_of(made.numbers, number);
  }
  if (words_ < kFingerprintWordsMin) {
    made.sketch = {sequence_, mixed(sequence_ + 1)};
    return made;
  }
  make_distinct(pairs_);
  std::array<std::uint32_t, kBits> ones{};
  for (const std::uint64_t pair : pairs_) {
    const std::uint64_t second = mixed(pair + 1);
    for (std::size_t bit = 0; bit < 64; ++bit) {
      ones[bit] += static_cast<std::uint32_t>((pair >> bit) & 1U);
      ones[64 + bit] += static_cast<std::uint32_t>((second >> bit) & 1U);
    }
  }
  for (std::size_t bit = 0; bit < kBits; ++bit) {
    const std::uint64_t is_set = 2ULL * ones[bit] > pairs_.size() ? 1 : 0;
    made.sketch[bit / 64] |= is_set << (bit % 64);
  }
  return made;
}

}  // namespace alcove::text

#include "workers/decode/input/list_numbers.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/text.hpp"

namespace alcove::input {
namespace {

constexpr unsigned kNumberMax = 1'000'000;

std::string roman(unsigned number) {
  constexpr std::array kSteps = {
      std::pair{1000U, "m"}, std::pair{900U, "cm"}, std::pair{500U, "d"}, std::pair{400U, "cd"}, std::pair{100U, "c"},
      std::pair{90U, "xc"},  std::pair{50U, "l"},   std::pair{40U, "xl"}, std::pair{10U, "x"},   std::pair{9U, "ix"},
      std::pair{5U, "v"},    std::pair{4U, "iv"},   std::pair{1U, "i"}};
  std::string out;
  for (const auto& [value, digits] : kSteps) {
    for (; number >= value; number -= value) {
      out += digits;
    }
  }
  return out;
}

std::string letters(unsigned number) {
  constexpr unsigned kLetters = 26;
  constexpr unsigned kRepeatsMax = 30;
  const unsigned index = number - 1;
  return std::string(std::min(index / kLetters + 1, kRepeatsMax), static_cast<char>('a' + index % kLetters));
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

std::string numeral(unsigned number, Numeral kind) {
  const bool has_roman = number > 0 && number < 4000;
  switch (kind) {
    case Numeral::kBullet:
    case Numeral::kNone: return {};
    case Numeral::kTwoDigits: return number < 10 ? "0" + std::to_string(number) : std::to_string(number);
    case Numeral::kLowerLetter: return number > 0 ? letters(number) : "0";
    case Numeral::kUpperLetter: return number > 0 ? upper(letters(number)) : "0";
    case Numeral::kLowerRoman: return has_roman ? roman(number) : std::to_string(number);
    case Numeral::kUpperRoman: return has_roman ? upper(roman(number)) : std::to_string(number);
    case Numeral::kDecimal: break;
  }
  return std::to_string(number);
}

std::string ListCounter::next(const ListLevels& levels, std::size_t level) {
  level = std::min(level, kListLevelsMax - 1);
  Count& own = counts_[level];
  const unsigned number = own.next ? *own.next : own.last ? *own.last + 1 : levels[level].start;
  own = {.last = std::min(number, kNumberMax), .next = std::nullopt};
  std::fill(counts_.begin() + static_cast<std::ptrdiff_t>(level) + 1, counts_.end(), Count{});
  if (levels[level].kind == Numeral::kBullet) {
    return {};
  }
  std::string out;
  const std::string_view text = levels[level].text;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_number =
        text[at] == '%' && at + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0;
    if (!is_number) {
      out += text[at];
      continue;
    }
    ++at;
    const std::size_t other = text[at] == '0' ? kListLevelsMax - 1 : static_cast<std::size_t>(text[at] - '1');
    if (other > level) {
      continue;
    }
    const Numeral kind = levels[level].all_decimal ? Numeral::kDecimal : levels[other].kind;
    out += numeral(counts_[other].last.value_or(levels[other].start), kind);
  }
  return std::string(trimmed(out));
}

void ListCounter::restart(std::size_t level, unsigned number) {
  if (level < kListLevelsMax) {
    counts_[level].next = number;
  }
}

bool is_list_number(std::string_view mark) {
  mark = trimmed(mark);
  const auto has = [&](auto&& test) {
    return std::ranges::any_of(mark, [&](char c) { return test(static_cast<unsigned char>(c)) != 0; });
  };
  const bool digits = has([](unsigned char c) { return std::isdigit(c); });
  const bool letters = has([](unsigned char c) { return std::isalpha(c); });
  return digits || (letters && std::string_view(".):]").find(mark.back()) != std::string_view::npos);
}

}  // namespace alcove::input

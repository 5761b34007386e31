#include "drivers/text/codes.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <tuple>

namespace alcove::text {
namespace {

constexpr std::string_view kNoBreakSpace = "\u00A0";
constexpr std::string_view kNarrowSpace = "\u202F";
/// Letters before or behind a code's numbers ("RE", "INV", "C").
constexpr std::size_t kPrefixLettersMax = 4;
constexpr std::size_t kIbanMin = 15;
constexpr std::size_t kIbanMax = 34;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}
std::size_t digits_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is_digit));
}

/// One word and what stands between it and the next.
struct Group {
  const Term* term = nullptr;
  std::string_view written;
  std::string_view gap;
};

bool is_space_gap(std::string_view gap) {
  return gap == " " || gap == kNoBreakSpace || gap == kNarrowSpace;
}

/// What may stand between the groups of one code: one space, or little punctuation with or without one.
bool joins(std::string_view gap) {
  constexpr std::size_t kGapBytesMax = 3;
  return is_space_gap(gap) ||
         (!gap.empty() && gap.size() <= kGapBytesMax && gap.find_first_not_of(" -./()") == std::string_view::npos);
}

/// Whether the letters and digits are an IBAN by ISO 7064 (mod 97 of the number with the head moved to the end).
bool is_iban(std::string_view folded) {
  if (folded.size() < kIbanMin || folded.size() > kIbanMax) {
    return false;
  }
  unsigned rest = 0;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const char c = folded[(i + 4) % folded.size()];
    if (is_digit(c)) {
      rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 97;
    } else if (c >= 'a' && c <= 'z') {
      rest = (rest * 100 + static_cast<unsigned>(c - 'a') + 10) % 97;
    } else {
      return false;
    }
  }
  return rest == 1;
}

class Finder {
 public:
  Finder(std::string_view utf8, std::vector<Term>& terms) : text_(utf8), terms_(terms) {}

  void find() && {
    for (const Term& term : terms_) {
      if (term.kind == TermKind::kWord && term.end > term.begin) {
        groups_.push_back({.term = &term, .written = text_.substr(term.begin, term.end - term.begin), .gap = {}});
      }
    }
    for (std::size_t i = 0; i + 1 < groups_.size(); ++i) {
      const std::size_t end = groups_[i].term->end;
      const std::size_t next = groups_[i + 1].term->begin;
      groups_[i].gap = next > end ? text_.substr(end, next - end) : std::string_view();
    }
    for (std::size_t i = 0; i < groups_.size();) {
      std::size_t taken = take_iban(i);
      taken = taken == 0 ? take_amount(i) : taken;
      taken = taken == 0 ? take_code(i) : taken;
      i += std::max<std::size_t>(taken, 1);
    }
    if (!found_.empty()) {
      std::ranges::move(found_, std::back_inserter(terms_));
      std::ranges::sort(terms_, {}, [](const Term& term) { return std::tuple(term.position, term.end, term.kind); });
    }
  }

 private:
  void add(std::span<const Group> groups, std::string surface) {
    if (surface.size() > kTermBytesMax) {
      return;
    }
    Term joined{.kind = TermKind::kJoined,
                .surface = surface,
                .stem = std::move(surface),
                .position = groups.front().term->position,
                .begin = groups.front().term->begin,
                .end = groups.back().term->end};
    found_.push_back(std::move(joined));
  }

  static std::string joined(std::span<const Group> groups) {
    std::string surface;
    for (const Group& group : groups) {
      surface += group.term->surface;
    }
    return surface;
  }

  /// Groups of four with spaces between, as banks print them: how many from here are an IBAN; 0 when they are none.
  [[nodiscard]] std::size_t iban_groups(std::size_t at) const {
    const std::string_view head = groups_[at].written;
    if (head.size() != 4 || !is_capital(head[0]) || !is_capital(head[1]) || !is_digit(head[2]) || !is_digit(head[3])) {
      return 0;
    }
    for (std::size_t count = 2; count <= kCodeGroupsMax && at + count <= groups_.size(); ++count) {
      const Group& before = groups_[at + count - 2];
      if (!is_space_gap(before.gap) || before.written.size() != 4) {
        return 0;
      }
      if (is_iban(joined(std::span(groups_).subspan(at, count)))) {
        return count;
      }
    }
    return 0;
  }

  std::size_t take_iban(std::size_t at) {
    const std::size_t count = iban_groups(at);
    if (count > 0) {
      const std::span<const Group> groups = std::span(groups_).subspan(at, count);
      add(groups, joined(groups));
    }
    return count;
  }

  /// Digits in groups of three, and two decimals behind another sign.
  std::size_t take_amount(std::size_t at) {
    constexpr std::size_t kDigitsMax = 15;
    if (!all_digits(groups_[at].written)) {
      return 0;
    }
    std::string whole(groups_[at].written);
    std::string_view thousands;
    for (std::size_t count = 1; count <= kCodeGroupsMax && at + count < groups_.size(); ++count) {
      const Group& group = groups_[at + count];
      const std::string_view gap = groups_[at + count - 1].gap;
      const bool is_sign = gap == "." || gap == ",";
      if (!all_digits(group.written) || (!is_sign && !is_space_gap(gap) && gap != "'" && gap != "’")) {
        return 0;
      }
      const bool goes_on = at + count + 1 < groups_.size() && all_digits(groups_[at + count + 1].written) &&
                           (group.gap == "." || group.gap == ",");
      if (is_sign && gap != thousands && group.written.size() <= 2 && !goes_on && whole.size() <= kDigitsMax) {
        whole += '.';
        whole += group.written;
        whole += group.written.size() == 1 ? "0" : "";
        add(std::span(groups_).subspan(at, count + 1), whole);
        return count + 1;
      }
      const bool is_thousand = group.written.size() == 3 && groups_[at].written.size() <= 3;
      if (!is_thousand || (!thousands.empty() && gap != thousands)) {
        return 0;
      }
      thousands = gap;
      whole += group.written;
    }
    return 0;
  }

  static bool is_short_capitals(std::string_view written) {
    return written.size() <= kPrefixLettersMax && std::ranges::all_of(written, is_capital);
  }

  std::size_t take_code(std::size_t at) {
    std::size_t count = 0;
    bool has_space = false;
    std::size_t digits = 0;
    while (at + count < groups_.size() && count < kCodeGroupsMax) {
      const Group& group = groups_[at + count];
      const std::size_t own = digits_in(group.written);
      if (own == 0 && (count > 0 || !is_short_capitals(group.written))) {
        break;
      }
      if (count > 0 && iban_groups(at + count) > 0) {
        break;
      }
      digits += own;
      ++count;
      if (!joins(group.gap)) {
        break;
      }
      const bool another =
          at + count < groups_.size() && count < kCodeGroupsMax && digits_in(groups_[at + count].written) > 0;
      has_space = has_space || (another && group.gap.find_first_of("-./") == std::string_view::npos);
    }
    const bool has_prefix = count > 0 && digits_in(groups_[at].written) == 0;
    if (count < 2 || !has_space || digits < kCodeDigitsMin) {
      return has_prefix ? 1 : count;
    }
    // "+49 (0)89": the zero in parentheses is dialled or not, and never searched.
    std::vector<Group> kept;
    for (std::size_t i = 0; i < count; ++i) {
      const Group& group = groups_[at + i];
      const bool optional =
          i > 0 && group.written == "0" && groups_[at + i - 1].gap.ends_with('(') && group.gap.starts_with(')');
      if (!optional) {
        kept.push_back(group);
      }
    }
    add(kept, joined(kept));
    if (has_prefix && kept.size() > 2) {
      add(std::span(kept).subspan(1), joined(std::span(kept).subspan(1)));
    }
    return count;
  }

  std::string_view text_;
  std::vector<Term>& terms_;
  std::vector<Group> groups_;
  std::vector<Term> found_;
};

}  // namespace

void add_code_terms(std::string_view utf8, std::vector<Term>& terms) {
  const bool any = std::ranges::any_of(terms, [](const Term& term) { return digits_in(term.surface) > 0; });
  if (any) {
    Finder(utf8, terms).find();
  }
}

}  // namespace alcove::text

#include "drivers/text/terms.hpp"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "drivers/text/codes.hpp"
#include "drivers/text/folding.hpp"

namespace alcove::text {
namespace {

/// What a code point does to the word that it stands in.
enum class Class : std::uint8_t {
  kGap,    ///< White space and everything that parts words for good.
  kJoint,  ///< Punctuation that may stand inside a code or compound.
  kLower,  ///< A letter of an alphabet, or a mark on one.
  kUpper,
  kDigit,
  kIdeograph,  ///< Han, Hiragana, Katakana, Hangul, Bopomofo: one position per character.
  kMark,       ///< Goes with what stands before it.
};

bool is_ideograph(UChar32 code_point) {
  if (code_point < 0x1100) {
    return false;
  }
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(code_point, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO: return true;
    default: break;
  }
  // The long vowel sign is shared by both kana and belongs to none.
  return code_point == 0x30FC || code_point == 0xFF70;
}

Class class_of(UChar32 code_point) {
  if (code_point == 0xFF9E || code_point == 0xFF9F) {
    return Class::kMark;  // Halfwidth sound marks of Katakana are letters to Unicode.
  }
  if (code_point < 0x80) {
    if (code_point >= 'a' && code_point <= 'z') {
      return Class::kLower;
    }
    if (code_point >= 'A' && code_point <= 'Z') {
      return Class::kUpper;
    }
    if (code_point >= '0' && code_point <= '9') {
      return Class::kDigit;
    }
    constexpr std::string_view kJoints = "-_./:'+@&#\\";
    return kJoints.find(static_cast<char>(code_point)) != std::string_view::npos ? Class::kJoint : Class::kGap;
  }
  switch (u_charType(code_point)) {
    case U_UPPERCASE_LETTER:
    case U_TITLECASE_LETTER: return Class::kUpper;
    case U_LOWERCASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
    case U_LETTER_NUMBER: return is_ideograph(code_point) ? Class::kIdeograph : Class::kLower;
    case U_DECIMAL_DIGIT_NUMBER:
    case U_OTHER_NUMBER: return Class::kDigit;
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_COMBINING_SPACING_MARK: return Class::kMark;
    case U_FORMAT_CHAR: return Class::kMark;  // Joiners, soft hyphens: folding drops them.
    case U_DASH_PUNCTUATION: return code_point == 0x2010 || code_point == 0x2011 ? Class::kJoint : Class::kGap;
    case U_FINAL_PUNCTUATION: return code_point == 0x2019 ? Class::kJoint : Class::kGap;
    default: return Class::kGap;
  }
}

bool is_alphabetic(Class kind) {
  return kind == Class::kLower || kind == Class::kUpper || kind == Class::kDigit;
}

enum class CaseCuts : std::uint8_t { kNone, kAll };

/// Walks one text and collects its terms.
class Collector {
 public:
  Collector(std::string_view text, std::string_view language, CaseCuts cuts)
      : text_(text), language_(language), cuts_(cuts) {}

  /// Takes one segment as ICU found it; segments come in order and cover the text.
  void take_segment(std::size_t begin, std::size_t end) {
    std::size_t at = begin;
    std::size_t run_begin = begin;
    std::size_t ideographs_begin = begin;
    std::size_t ideograph_count = 0;
    std::optional<Class> run;
    const auto close = [&](std::size_t until) {
      if (run && is_alphabetic(*run)) {
        add_word(run_begin, until);
      }
      if (run == Class::kIdeograph && ideograph_count > 0) {
        add_dictionary_word(ideographs_begin, until, ideograph_count);
        ideograph_count = 0;
      }
    };
    while (at < end) {
      std::size_t next = at;
      const Class kind = class_at(next);
      if (kind == Class::kMark) {
        at = next;
        continue;
      }
      if (!run || starts_new_run(*run, kind)) {
        close(at);
        run_begin = at;
        ideographs_begin = at;
      }
      if (kind == Class::kIdeograph) {
        next = end_of_marks(next, end);
        add_ideograph(at, next);
        ++ideograph_count;
      } else if (kind == Class::kGap) {
        end_chain();
      } else if (kind == Class::kJoint) {
        add_joint(at, next);
      }
      run = kind;
      at = next;
    }
    close(end);
  }

  std::vector<Term> take() && {
    end_chain();
    // A joined term is complete only after its parts, yet stands where they begin.
    std::ranges::sort(terms_, {}, [](const Term& term) { return std::pair(term.position, term.end); });
    return std::move(terms_);
  }

 private:
  struct Part {
    std::size_t term_index;
    bool has_digit;
  };

  Class class_at(std::size_t& at) const {
    std::int32_t index = static_cast<std::int32_t>(at);
    UChar32 code_point = 0;
    U8_NEXT_OR_FFFD(text_.data(), index, static_cast<std::int32_t>(text_.size()), code_point);
    at = static_cast<std::size_t>(index);
    return class_of(code_point);
  }

  /// A sound mark written as a character of its own belongs to the character before it.
  std::size_t end_of_marks(std::size_t at, std::size_t end) const {
    for (std::size_t next = at; at < end && class_at(next) == Class::kMark;) {
      at = next;
    }
    return at;
  }

  bool starts_new_run(Class run, Class kind) const {
    if (is_alphabetic(run) && is_alphabetic(kind)) {
      if (cuts_ == CaseCuts::kNone) {
        return false;
      }
      const bool digit_edge = (run == Class::kDigit) != (kind == Class::kDigit);
      return digit_edge || (run == Class::kLower && kind == Class::kUpper);
    }
    return run != kind;
  }

  void add_word(std::size_t begin, std::size_t end) {
    const std::string_view word = text_.substr(begin, end - begin);
    Term term;
    term.surface = fold_word(word);
    if (term.surface.empty()) {
      return;
    }
    term.stem = make_stem(word, language_);
    term.position = position_++;
    term.begin = begin;
    term.end = end;
    const bool has_digit = std::ranges::any_of(term.surface, [](char c) { return c >= '0' && c <= '9'; });
    // Scripts without spaces put words side by side: those are no compound.
    if (begin != chain_end_ || (!joint_open_ && cuts_ == CaseCuts::kNone)) {
      end_chain();
    }
    joint_open_ = false;
    chain_.push_back({.term_index = terms_.size(), .has_digit = has_digit});
    chain_end_ = end;
    terms_.push_back(std::move(term));
    last_ideograph_.reset();
  }

  /// Punctuation keeps a chain of parts open only directly between two of them.
  void add_joint(std::size_t begin, std::size_t end) {
    if (!chain_.empty() && begin == chain_end_) {
      joints_ += text_.substr(begin, end - begin);
      chain_end_ = end;
      joint_open_ = true;
    } else {
      end_chain();
    }
  }

  void end_chain() {
    const bool has_digit = std::ranges::any_of(chain_, &Part::has_digit);
    // "and/or" and "12:30 a" are no codes; a slash or colon joins only where a digit stands.
    const bool joins = has_digit || joints_.find_first_of("/:\\#") == std::string::npos;
    if (chain_.size() >= 2 && chain_.size() <= kJoinedPartsMax && joins) {
      Term joined;
      joined.kind = TermKind::kJoined;
      for (const Part& part : chain_) {
        joined.surface += terms_[part.term_index].surface;
      }
      joined.surface = utf8_prefix(joined.surface, kTermBytesMax);
      joined.stem = joined.surface;
      joined.position = terms_[chain_.front().term_index].position;
      joined.begin = terms_[chain_.front().term_index].begin;
      joined.end = terms_[chain_.back().term_index].end;
      terms_.push_back(std::move(joined));
    }
    chain_.clear();
    joints_.clear();
  }

  void add_ideograph(std::size_t begin, std::size_t end) {
    end_chain();
    add_plain(TermKind::kUnigram, begin, end, position_);
    if (last_ideograph_ && *last_ideograph_end_ == begin) {
      add_plain(TermKind::kBigram, *last_ideograph_, end, position_ - 1);
    }
    last_ideograph_ = begin;
    last_ideograph_end_ = end;
    ++position_;
  }

  /// Words of two characters are bigrams already, and of one, unigrams.
  void add_dictionary_word(std::size_t begin, std::size_t end, std::size_t count) {
    if (count > 2 && position_ >= count) {
      add_plain(TermKind::kWord, begin, end, position_ - static_cast<std::uint32_t>(count));
    }
  }

  void add_plain(TermKind kind, std::size_t begin, std::size_t end, std::uint32_t position) {
    Term term;
    term.kind = kind;
    term.surface = fold_word(text_.substr(begin, end - begin));
    if (term.surface.empty()) {
      return;
    }
    term.stem = term.surface;
    term.position = position;
    term.begin = begin;
    term.end = end;
    terms_.push_back(std::move(term));
  }

  std::string_view text_;
  std::string_view language_;
  CaseCuts cuts_;
  std::vector<Term> terms_;
  std::uint32_t position_ = 0;
  std::vector<Part> chain_;
  std::string joints_;
  std::size_t chain_end_ = 0;
  bool joint_open_ = false;
  std::optional<std::size_t> last_ideograph_;
  std::optional<std::size_t> last_ideograph_end_;
};

/// The word iterator of this thread. The root locale knows all scripts; locales differ only in details of punctuation
/// that the collector decides itself.
icu::BreakIterator& word_iterator() {
  thread_local const std::unique_ptr<icu::BreakIterator> kIterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
    ALCOVE_CHECK(U_SUCCESS(status) && made != nullptr, "ICU has no word break data");
    return made;
  }();
  return *kIterator;
}

std::vector<Term> collect(std::string_view utf8, std::string_view language, CaseCuts cuts) {
  Collector collector(utf8, language, cuts);
  if (utf8.empty()) {
    return {};
  }
  UErrorCode status = U_ZERO_ERROR;
  UText text = UTEXT_INITIALIZER;
  utext_openUTF8(&text, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status);
  icu::BreakIterator& iterator = word_iterator();
  iterator.setText(&text, status);
  if (U_SUCCESS(status)) {
    std::int32_t begin = iterator.first();
    for (std::int32_t end = iterator.next(); end != icu::BreakIterator::DONE; begin = end, end = iterator.next()) {
      collector.take_segment(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
    }
  } else {
    collector.take_segment(0, utf8.size());
  }
  // The iterator of this thread must not keep pointing into a text that is gone.
  UText empty = UTEXT_INITIALIZER;
  UErrorCode ignored = U_ZERO_ERROR;
  utext_openUTF8(&empty, "", 0, &ignored);
  iterator.setText(&empty, ignored);
  utext_close(&empty);
  utext_close(&text);
  return std::move(collector).take();
}

}  // namespace

std::vector<Term> make_terms(std::string_view utf8, std::string_view language) {
  std::vector<Term> terms = collect(utf8, language, CaseCuts::kNone);
  add_code_terms(utf8, terms);
  return terms;
}

std::vector<Term> make_name_terms(std::string_view utf8) {
  return collect(utf8, {}, CaseCuts::kAll);
}

}  // namespace alcove::text

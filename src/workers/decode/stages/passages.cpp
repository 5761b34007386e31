#include "workers/decode/stages/passages.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/stages/language.hpp"

namespace alcove::stages {
namespace {

using text::CharacterClass;
using text::Script;
using wire::Block;
using wire::BlockKind;
using wire::Place;
using wire::PlaceKind;

std::size_t weight_of_character(char32_t c) {
  if (c < 0x0E00) {
    return 1;  // Latin to Malayalam, the common case.
  }
  switch (text::script_of(c)) {
    case Script::kHan:
    case Script::kKana:
    case Script::kThai: return 3;
    case Script::kHangul: return 2;
    default: return 1;
  }
}

bool is_letter(char32_t c) {
  const CharacterClass kind = text::character_class(c);
  return kind == CharacterClass::kUpper || kind == CharacterClass::kLower || kind == CharacterClass::kLetter ||
         kind == CharacterClass::kMark;
}

std::string_view last_word(std::string_view text) {
  const std::size_t at = text.find_last_of(" \t\n");
  return at == std::string_view::npos ? text : text.substr(at + 1);
}
std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" \t\n"));
}

/// Without the punctuation around it.
std::string bare_word(std::string_view word) {
  constexpr std::string_view kAround = ".,;:!?\"'()[]{}";
  const std::size_t begin = word.find_first_not_of(kAround);
  if (begin == std::string_view::npos) {
    return {};
  }
  return ascii_lower(word.substr(begin, word.find_last_not_of(kAround) - begin + 1));
}

/// Decides what a hyphen at a line's end means, by how the document writes the word elsewhere.
class Hyphens {
 public:
  explicit Hyphens(const wire::TextArtefact& text) {
    if (std::ranges::none_of(text.blocks, [](const Block& b) { return b.place.kind == PlaceKind::kPage; })) {
      return;
    }
    for (const Block& block : text.blocks) {
      std::string_view rest = block.text;
      while (!rest.empty() && words_.size() < kWordsMax) {
        const std::string_view word = first_word(rest);
        if (word.size() > 3) {
          words_.insert(bare_word(word));
        }
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      }
    }
  }

  /// True when the hyphen between `above` and `below` only marks the line's end.
  [[nodiscard]] bool is_soft(std::string_view above, std::string_view below) const {
    const std::string joined = bare_word(std::string(above.substr(0, above.size() - 1)) + std::string(below));
    const std::string hyphenated = bare_word(std::string(above) + std::string(below));
    return words_.contains(joined) || !words_.contains(hyphenated);
  }

 private:
  static constexpr std::size_t kWordsMax = 200'000;
  std::unordered_set<std::string> words_;
};

enum class LineEnd : unsigned char {
  kSpace,       ///< The words are two.
  kHyphenated,  ///< A small letter follows a hyphen: one word or a compound, as the document writes it.
  kCompound,    ///< A capital or a digit follows a hyphen ("Lucene-" "BM25"): the hyphen is a real one.
};

/// What the end of `above` and the beginning of `below` make of a line's end.
LineEnd line_end(std::string_view above, std::string_view below) {
  if (above.size() < 3 || above.back() != '-' || below.empty()) {
    return LineEnd::kSpace;
  }
  std::size_t before = above.size() - 2;
  while (before > 0 && (static_cast<unsigned char>(above[before]) & 0xC0U) == 0x80U) {
    --before;
  }
  std::size_t at = 0;
  const CharacterClass next = text::character_class(text::next_code_point(below, at));
  if (!is_letter(text::next_code_point(above, before))) {
    return LineEnd::kSpace;
  }
  if (next == CharacterClass::kUpper || next == CharacterClass::kDigit) {
    return LineEnd::kCompound;
  }
  // "Vor- und Nachteile": the hyphen stands for the rest of a word that comes later.
  constexpr std::array<std::string_view, 9> kJoining = {"und", "oder", "bzw.", "sowie", "and", "or", "et", "ou", "to"};
  const bool suspended = std::ranges::find(kJoining, first_word(below)) != kJoining.end();
  return next == CharacterClass::kLower && !suspended ? LineEnd::kHyphenated : LineEnd::kSpace;
}

bool joins_without_space(std::string_view above, std::string_view below) {
  const auto dense = [](char32_t c) {
    const Script script = text::script_of(c);
    return script == Script::kHan || script == Script::kKana || script == Script::kThai;
  };
  std::size_t last = above.size() - 1;
  while (last > 0 && (static_cast<unsigned char>(above[last]) & 0xC0U) == 0x80U) {
    --last;
  }
  std::size_t first = 0;
  return dense(text::next_code_point(above, last)) && dense(text::next_code_point(below, first));
}

/// A stretch of a unit's text and the block it came from.
struct Piece {
  std::size_t end = 0;  ///< Where it ends in the unit's text.
  const Place* place = nullptr;
};

/// What is kept whole if it fits: a paragraph, a row, a heading.
struct Unit {
  std::string text;
  std::vector<Piece> pieces;
  BlockKind kind = BlockKind::kParagraph;
  std::size_t weight = 0;
  bool flows = true;  ///< The previous unit belongs to the same paragraph: joined by a space.
};

bool same_section(const Place& a, const Place& b) {
  return a.kind == b.kind && a.page == b.page && a.slide == b.slide && a.sheet == b.sheet && a.part == b.part &&
         a.chapter == b.chapter && a.hidden == b.hidden;
}

/// Names of a container's members are one section although each has a place of its own.
bool is_list_of_members(const Block& a, const Block& b) {
  const auto is_member = [](const Block& block) {
    return block.place.kind == PlaceKind::kPart && block.kind == BlockKind::kListItem;
  };
  return is_member(a) && is_member(b);
}

/// Headers of one message are one section although each is a part of its own.
bool is_metadata_run(const Block& a, const Block& b) {
  const auto is_header = [](const Block& block) {
    return block.place.kind == PlaceKind::kPart &&
           (block.kind == BlockKind::kMetadata || block.kind == BlockKind::kHeading);
  };
  return is_header(a) && is_header(b);
}

/// Column and row numbers of a range of cells, to be widened.
struct CellRange {
  unsigned column_first = 0;
  unsigned column_last = 0;
  unsigned row_first = 0;
  unsigned row_last = 0;

  void widen(std::string_view cells) {
    while (!cells.empty()) {
      const std::string_view one = cells.substr(0, cells.find(':'));
      cells.remove_prefix(std::min(one.size() + 1, cells.size()));
      unsigned column = 0;
      std::size_t at = 0;
      for (; at < one.size() && one[at] >= 'A' && one[at] <= 'Z' && at < 4; ++at) {
        column = column * 26 + static_cast<unsigned>(one[at] - 'A') + 1;
      }
      unsigned row = 0;
      std::from_chars(one.data() + at, one.data() + one.size(), row);
      if (column == 0 || row == 0) {
        continue;
      }
      column_first = column_first == 0 ? column : std::min(column_first, column);
      row_first = row_first == 0 ? row : std::min(row_first, row);
      column_last = std::max(column_last, column);
      row_last = std::max(row_last, row);
    }
  }
  static std::string name(unsigned column, unsigned row) {
    std::string letters;
    for (; column > 0; column = (column - 1) / 26) {
      letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
    }
    return letters + std::to_string(row);
  }
  [[nodiscard]] std::string text() const {
    if (column_first == 0) {
      return {};
    }
    const std::string first = name(column_first, row_first);
    const std::string last = name(column_last, row_last);
    return first == last ? first : first + ":" + last;
  }
};

/// One place that covers several.
Place merge_places(const std::vector<const Place*>& places) {
  Place out = *places.front();
  out.boxes.clear();
  CellRange range;
  for (const Place* place : places) {
    out.boxes.insert(out.boxes.end(), place->boxes.begin(), place->boxes.end());
    if (place->line_first > 0) {
      out.line_first = std::min(out.line_first, place->line_first);
      out.line_last = std::max(out.line_last, place->line_last);
    }
    if (place->paragraph_first > 0) {
      out.paragraph_first = std::min(out.paragraph_first, place->paragraph_first);
      out.paragraph_last = std::max(out.paragraph_last, place->paragraph_last);
    }
    out.start_ms = std::min(out.start_ms, place->start_ms);
    out.end_ms = std::max(out.end_ms, place->end_ms);
    range.widen(place->cells);
  }
  out.cells = range.text();
  return out;
}

class Cutter {
 public:
  Cutter(const wire::TextArtefact& text, const PassageOptions& options)
      : text_(text), options_(options), hyphens_(text) {}

  wire::PassagesArtefact cut() {
    const auto& blocks = text_.blocks;
    for (std::size_t begin = 0; begin < blocks.size() && !full_;) {
      std::size_t end = begin + 1;
      while (end < blocks.size() &&
             (same_section(blocks[end - 1].place, blocks[end].place) || is_metadata_run(blocks[end - 1], blocks[end]) ||
              is_list_of_members(blocks[end - 1], blocks[end]))) {
        ++end;
      }
      cut_section(begin, end);
      begin = end;
    }
    return std::move(out_);
  }
  [[nodiscard]] bool is_full() const { return full_; }

 private:
  void cut_section(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && !full_;) {
      Unit unit = take_unit(i, end);
      place_unit(std::move(unit));
    }
    emit(Ending::kSection);
  }

  /// The paragraph that begins at block `i`, which is moved behind it. Lines are joined by spaces, hyphenation undone.
  Unit take_unit(std::size_t& i, std::size_t end) {
    const auto& blocks = text_.blocks;
    Unit unit;
    unit.kind = blocks[i].kind;
    unit.flows = !blocks[i].starts_paragraph;
    // A paragraph of very many lines (a list of words, a log) is worked off in stretches.
    constexpr std::size_t kUnitBytesMax = 64UL * 1024;
    do {
      append(unit, blocks[i]);
      ++i;
    } while (i < end && !blocks[i].starts_paragraph && blocks[i].kind == unit.kind && unit.text.size() < kUnitBytesMax);
    unit.weight = weight_of(unit.text);
    return unit;
  }

  void append(Unit& unit, const Block& block) const {
    std::string_view text = block.text;
    if (!unit.text.empty()) {
      if (unit.kind == BlockKind::kCode) {
        unit.text += '\n';
      } else if (const LineEnd end = line_end(unit.text, text); end == LineEnd::kHyphenated) {
        if (hyphens_.is_soft(last_word(unit.text), first_word(text))) {
          unit.text.pop_back();
        }
      } else if (end == LineEnd::kSpace && !joins_without_space(unit.text, text)) {
        unit.text += ' ';
      }
    }
    unit.text += text;
    unit.pieces.push_back({unit.text.size(), &block.place});
  }

  void place_unit(Unit unit) {
    const bool heading = unit.kind == BlockKind::kHeading;
    const bool room = weight_ + unit.weight <= kPassageWeight;
    if (!current_.empty() && ((heading && weight_ >= kPassageWeightMin) || (!room && weight_ >= kPassageWeightMin))) {
      emit();
    }
    if (weight_ + unit.weight <= kPassageWeight + kPassageWeight / 10) {
      add(std::move(unit));
      return;
    }
    for (Unit& part : split(unit)) {
      if (!current_.empty() && weight_ + part.weight > kPassageWeight) {
        emit();
      }
      add(std::move(part));
    }
  }

  void add(Unit unit) {
    weight_ += unit.weight;
    current_.push_back(std::move(unit));
  }

  /// Ends of the pieces a long unit may be cut into: sentences, and inside a sentence that is too long lines or words.
  static std::vector<std::size_t> cut_points(const Unit& unit) {
    std::vector<std::size_t> ends;
    std::size_t begin = 0;
    const bool code = unit.kind == BlockKind::kCode;
    std::vector<std::size_t> sentences;
    if (code) {
      for (const Piece& piece : unit.pieces) {
        sentences.push_back(piece.end);
      }
    } else {
      sentences = text::sentence_ends(unit.text, {});
    }
    for (const std::size_t end : sentences) {
      const std::string_view sentence = std::string_view(unit.text).substr(begin, end - begin);
      if (weight_of(sentence) <= kPassageWeight) {
        ends.push_back(end);
      } else {
        cut_words(sentence, begin, ends);
      }
      begin = end;
    }
    return ends;
  }

  static void cut_words(std::string_view sentence, std::size_t offset, std::vector<std::size_t>& ends) {
    constexpr std::size_t kStretch = kPassageWeight / 4;
    std::size_t weight = 0;
    std::size_t space = 0;
    for (std::size_t at = 0; at < sentence.size();) {
      const char32_t c = text::next_code_point(sentence, at);
      weight += weight_of_character(c);
      space = c == ' ' || c == '\n' || c == '\t' || c == 0x3001 || c == 0xFF0C ? at : space;
      if (weight >= kStretch) {
        // Without a space in the second half the cut falls between characters.
        const std::size_t last = ends.empty() || ends.back() < offset ? 0 : ends.back() - offset;
        const std::size_t cut = space > last + (at - last) / 2 ? space : at;
        ends.push_back(offset + cut);
        weight = weight_of(sentence.substr(cut, at - cut));
        space = cut;
      }
    }
    if (ends.empty() || ends.back() < offset + sentence.size()) {
      ends.push_back(offset + sentence.size());
    }
  }

  static std::vector<Unit> split(const Unit& unit) {
    std::vector<Unit> parts;
    std::size_t begin = 0;
    std::size_t piece = 0;
    for (const std::size_t end : cut_points(unit)) {
      Unit part;
      part.kind = unit.kind;
      part.flows = begin > 0 || unit.flows;
      part.text = trimmed(std::string_view(unit.text).substr(begin, end - begin));
      while (piece + 1 < unit.pieces.size() && unit.pieces[piece].end <= begin) {
        ++piece;
      }
      for (std::size_t i = piece; i < unit.pieces.size(); ++i) {
        part.pieces.push_back({0, unit.pieces[i].place});
        if (unit.pieces[i].end >= end) {
          break;
        }
      }
      part.weight = weight_of(part.text);
      begin = end;
      if (!part.text.empty()) {
        parts.push_back(std::move(part));
      }
    }
    return parts;
  }

  enum class Ending : unsigned char { kPassage, kSection };

  /// Closes the current passage. Headings at its end move on to what they head, unless the section ends.
  void emit(Ending ending = Ending::kPassage) {
    std::vector<Unit> carried;
    const auto is_heading = [](const Unit& unit) { return unit.kind == BlockKind::kHeading; };
    const bool carries = ending == Ending::kPassage && !std::ranges::all_of(current_, is_heading);
    while (carries && is_heading(current_.back())) {
      carried.insert(carried.begin(), std::move(current_.back()));
      current_.pop_back();
    }
    if (!current_.empty()) {
      write();
    }
    current_ = std::move(carried);
    weight_ = 0;
    for (const Unit& unit : current_) {
      weight_ += unit.weight;
    }
  }

  void write() {
    if (out_.passages.size() >= options_.count_max) {
      full_ = true;
      current_.clear();
      return;
    }
    wire::Passage passage;
    std::vector<const Place*> places;
    if (current_.front().kind == BlockKind::kHeading) {
      heading_ = current_.front().text;
    }
    for (const Unit& unit : current_) {
      if (!passage.text.empty()) {
        const bool flows = unit.flows && unit.kind != BlockKind::kCode;
        passage.text += flows ? ' ' : '\n';
      }
      passage.text += unit.text;
      for (const Piece& piece : unit.pieces) {
        if (places.empty() || places.back() != piece.place) {
          places.push_back(piece.place);
        }
      }
    }
    const bool many_members = current_.front().kind == BlockKind::kListItem &&
                              std::ranges::any_of(places, [&](const Place* p) { return p->part != places[0]->part; });
    passage.place = many_members ? Place{} : merge_places(places);
    if (passage.place.kind != PlaceKind::kChapter) {  // A chapter brings its title along.
      passage.place.heading = heading_;
    }
    for (const Unit& unit : current_) {
      heading_ = unit.kind == BlockKind::kHeading ? unit.text : heading_;
    }
    passage.language = detect_language(passage.text);
    if (passage.language.empty()) {
      passage.language = options_.document_language;
    }
    passage.title = options_.title;
    out_.passages.push_back(std::move(passage));
    current_.clear();
  }

  const wire::TextArtefact& text_;
  const PassageOptions& options_;
  Hyphens hyphens_;
  wire::PassagesArtefact out_;
  std::vector<Unit> current_;
  std::size_t weight_ = 0;
  std::string heading_;
  bool full_ = false;
};

}  // namespace

std::size_t weight_of(std::string_view text) {
  std::size_t weight = 0;
  for (std::size_t at = 0; at < text.size();) {
    weight += weight_of_character(text::next_code_point(text, at));
  }
  return weight;
}

wire::PassagesArtefact make_passages(const wire::TextArtefact& text, const PassageOptions& options, bool& was_cut) {
  Cutter cutter(text, options);
  wire::PassagesArtefact out = cutter.cut();
  was_cut = cutter.is_full();
  return out;
}

}  // namespace alcove::stages

#include "workers/decode/ole/ppt_numbers.hpp"

#include <algorithm>
#include <utility>

#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/ppt_records.hpp"

namespace alcove::ole::ppt {
namespace {

/// Texts of placeholders whose numbering is kept; more only damage makes.
constexpr std::size_t kOutlinesMax = 100'000;

enum NumberRecord : std::uint16_t {
  kDocumentInfo = 0x07D0,
  kNumbering = 0x0FAC,
  kOutlineNumbering = 0x0FAE,
  kOutlineHeader = 0x0FAF,
  kTags = 0x1388,
  kTag = 0x138A,
  kTagData = 0x138B,
  kShapeData = 0xF011,
};

/// What the program of PowerPoint 2000 adds, among a container's tags.
ByteView find_extension(ByteView tags) {
  ByteView out;
  for_each_record(tags, [&](const Record& tag) {
    bool wanted = false;
    for_each_record(tag.type == kTag ? tag.data : ByteView(), [&](const Record& record) {
      wanted = wanted || (record.type == kWideString && decode_utf16(record.data) == "___PPT9");
      out = wanted && record.type == kTagData ? record.data : out;
      return true;
    });
    return out.empty();
  });
  return out;
}

/// A record's fields one after another.
class Fields {
 public:
  explicit Fields(ByteView bytes) : bytes_(bytes) {}
  std::uint16_t u16() { return u16_at(bytes_, std::exchange(at_, at_ + 2)); }
  std::uint32_t u32() { return u32_at(bytes_, std::exchange(at_, at_ + 4)); }
  void skip(std::size_t bytes) { at_ += bytes; }
  /// Two bytes for each of these bits that is set.
  void skip_pairs(std::uint32_t mask, std::initializer_list<unsigned> bits) {
    at_ += 2 * static_cast<std::size_t>(std::ranges::count_if(bits, [&](unsigned bit) { return mask >> bit & 1U; }));
  }
  [[nodiscard]] bool has_more() const { return at_ < bytes_.size(); }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

bool has(std::uint32_t mask, unsigned bit) {
  return (mask >> bit & 1U) != 0;
}

/// Passes a paragraph's properties by (2.9.20); whether they take its bullet away.
bool reads_no_bullet(Fields& fields) {
  const std::uint32_t mask = fields.u32();
  constexpr std::uint32_t kBulletFlags = 0xF;
  constexpr std::uint32_t kWrapFlags = 0xE0000;
  const std::uint16_t flags = (mask & kBulletFlags) != 0 ? fields.u16() : std::uint16_t{0};
  fields.skip_pairs(mask, {7, 4, 6});  // Sign, font and size of the bullet; its colour has four bytes.
  fields.skip(has(mask, 5) ? 4 : 0);
  fields.skip_pairs(mask, {11, 12, 13, 14, 8, 10, 15});  // Alignment, spacing, margins.
  if (has(mask, 20)) {
    fields.skip(std::size_t{fields.u16()} * 4);  // Tab stops.
  }
  fields.skip_pairs(mask, {16});
  fields.skip((mask & kWrapFlags) != 0 ? 2 : 0);
  fields.skip_pairs(mask, {21});
  return has(mask, 0) && (flags & 1U) == 0;
}

/// Passes characters' properties by (2.9.13); the numbering that they name.
std::size_t read_index(Fields& fields) {
  const std::uint32_t mask = fields.u32();
  constexpr std::uint32_t kStyleFlags = 0xFFFF;
  constexpr unsigned kIndexShift = 10;
  const std::size_t index = (mask & kStyleFlags) != 0 ? fields.u16() >> kIndexShift & 0xFU : 0;
  fields.skip_pairs(mask, {16, 21, 22, 23, 17});  // Fonts and size; a colour has four bytes.
  fields.skip(has(mask, 18) ? 4 : 0);
  fields.skip_pairs(mask, {19});
  return index;
}

input::ListLevel level_of(std::uint16_t kind, std::uint16_t start, std::size_t index) {
  using input::Numeral;
  struct Form {
    Numeral numeral;
    const char* before;
    const char* after;
  };
  // In the order of 2.13.34; the kinds of East Asia and others behind them count in digits here.
  static constexpr std::array<Form, 16> kForms = {{{Numeral::kLowerLetter, "", "."},
                                                   {Numeral::kUpperLetter, "", "."},
                                                   {Numeral::kDecimal, "", ")"},
                                                   {Numeral::kDecimal, "", "."},
                                                   {Numeral::kLowerRoman, "(", ")"},
                                                   {Numeral::kLowerRoman, "", ")"},
                                                   {Numeral::kLowerRoman, "", "."},
                                                   {Numeral::kUpperRoman, "", "."},
                                                   {Numeral::kLowerLetter, "(", ")"},
                                                   {Numeral::kLowerLetter, "", ")"},
                                                   {Numeral::kUpperLetter, "(", ")"},
                                                   {Numeral::kUpperLetter, "", ")"},
                                                   {Numeral::kDecimal, "(", ")"},
                                                   {Numeral::kDecimal, "", ""},
                                                   {Numeral::kUpperRoman, "(", ")"},
                                                   {Numeral::kUpperRoman, "", ")"}}};
  constexpr std::size_t kPlain = 13;
  const Form& form = kForms.at(kind < kForms.size() ? kind : kPlain);
  return {.kind = form.numeral, .start = start, .text = form.before + ("%" + std::to_string(index + 1)) + form.after};
}

}  // namespace

ByteView find_numbering(ByteView shape) {
  ByteView out;
  for_each_record(shape, [&](const Record& data) {
    for_each_record(data.type == kShapeData ? data.data : ByteView(), [&](const Record& tags) {
      for_each_record(tags.type == kTags ? find_extension(tags.data) : ByteView(), [&](const Record& record) {
        out = record.type == kNumbering ? record.data : out;
        return out.empty();
      });
      return out.empty();
    });
    return out.empty();
  });
  return out;
}

std::vector<OutlineNumbering> find_outline_numbering(ByteView document) {
  std::vector<OutlineNumbering> out;
  const auto take = [&](const Record& container) {
    OutlineNumbering entry;
    for_each_record(container.type == kOutlineNumbering ? container.data : ByteView(), [&](const Record& record) {
      if (record.type == kOutlineHeader) {
        entry = {.slide_id = u32_at(record.data, 0), .text_type = u32_at(record.data, 4), .numbering = {}};
      } else if (record.type == kNumbering) {
        entry.numbering = record.data;
        out.push_back(entry);
      }
      return out.size() < kOutlinesMax;
    });
    return true;
  };
  for_each_record(document, [&](const Record& info) {
    for_each_record(info.type == kDocumentInfo ? info.data : ByteView(), [&](const Record& tags) {
      for_each_record(tags.type == kTags ? find_extension(tags.data) : ByteView(), take);
      return true;
    });
    return true;
  });
  return out;
}

ParagraphNumbers::ParagraphNumbers(ByteView style, ByteView numbering, std::size_t text_units)
    : schemes_(read_schemes(numbering, text_units)) {
  if (!schemes_.empty()) {
    read_runs(style, text_units);
  }
}

std::vector<ParagraphNumbers::Scheme> ParagraphNumbers::read_schemes(ByteView numbering, std::size_t text_units) {
  std::vector<Scheme> out;
  bool any = false;
  // Many shapes may refer to one text, so none may cost more than its length.
  for (Fields fields(numbering); fields.has_more() && out.size() <= text_units;) {
    Scheme& scheme = out.emplace_back();
    const std::uint32_t paragraph = fields.u32();
    fields.skip_pairs(paragraph, {23});  // A picture as the bullet.
    scheme.numbered = has(paragraph, 25) && fields.u16() != 0;
    if (has(paragraph, 24)) {
      scheme.kind = fields.u16();
      scheme.start = std::max<std::uint16_t>(fields.u16(), 1);
    }
    const std::uint32_t character = fields.u32();
    fields.skip(has(character, 20) ? 4 : 0);
    const std::uint32_t special = fields.u32();
    fields.skip_pairs(special, {0, 1, 2, 6});  // Spelling, two languages, direction.
    fields.skip(has(special, 5) ? 4 : 0);
    if (has(special, 9)) {
      fields.skip(std::size_t{fields.u32()} * 4);  // Smart tags.
    }
    any = any || scheme.numbered;
  }
  return any ? out : std::vector<Scheme>();
}

void ParagraphNumbers::read_runs(ByteView style, std::size_t text_units) {
  Fields fields(style);
  // The runs also cover the end of the text.
  for (std::size_t end = 0; end <= text_units && fields.has_more();) {
    end += std::max<std::uint32_t>(fields.u32(), 1);
    Run& run = paragraphs_.emplace_back();
    run.end = end;
    run.level = std::min<std::size_t>(fields.u16(), input::kListLevelsMax - 1);
    run.no_bullet = reads_no_bullet(fields);
  }
  // Four bits name a numbering; where there are more, they go on from the start.
  constexpr std::size_t kIndexes = 16;
  std::size_t base = 0;
  std::size_t last = 0;
  for (std::size_t end = 0; end <= text_units && fields.has_more();) {
    end += std::max<std::uint32_t>(fields.u32(), 1);
    const std::size_t index = read_index(fields);
    base += schemes_.size() > kIndexes && index < last ? kIndexes : 0;
    last = index;
    characters_.push_back({.end = end, .index = base + index});
  }
}

const ParagraphNumbers::Run* ParagraphNumbers::run_at(const std::vector<Run>& runs, std::size_t unit) {
  const auto found = std::ranges::upper_bound(runs, unit, {}, &Run::end);
  return found == runs.end() ? nullptr : &*found;
}

std::string ParagraphNumbers::next(std::size_t unit, bool is_empty) {
  if (schemes_.empty() || is_empty) {
    return {};
  }
  const Run* const paragraph = run_at(paragraphs_, unit);
  const Run* const characters = run_at(characters_, unit);
  const std::size_t index = characters == nullptr ? 0 : characters->index;
  const std::size_t level = paragraph == nullptr ? 0 : paragraph->level;
  Scheme scheme = index < schemes_.size() ? schemes_[index] : Scheme{};
  scheme.numbered = scheme.numbered && !(paragraph != nullptr && paragraph->no_bullet);
  input::ListLevels levels;
  if (scheme.numbered) {
    levels.at(level) = level_of(scheme.kind, scheme.start, level);
  }
  if (std::exchange(before_.at(level), scheme) != scheme) {
    counter_.restart(level, scheme.start);
  }
  return counter_.next(levels, level);
}

}  // namespace alcove::ole::ppt

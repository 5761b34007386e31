#include "workers/decode/ole/doc_format.hpp"

#include <algorithm>

#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole::doc {
namespace {

constexpr std::size_t kPageBytes = 512;
constexpr std::size_t kStylesMax = 4'096;
constexpr std::size_t kRunsMax = 4'000'000;

/// Single property modifiers (2.6).
enum Modifier : std::uint16_t {
  kInTable = 0x2416,
  kRowEnd = 0x2417,
  kListLevel = 0x260A,
  kOutlineLevel = 0x2640,
  kList = 0x460B,
  kTabs = 0xC615,
  kTableDefinition = 0xD608,
  kDeleted = 0x0800,
};

/// Calls `take(modifier, operand)` for each.
template <typename Take>
void for_each_modifier(ByteView list, Take take) {
  for (std::size_t at = 0; at + 2 < list.size();) {
    const std::uint16_t modifier = u16_at(list, at);
    at += 2;
    std::size_t size = 0;
    switch (modifier >> 13U) {
      case 0:
      case 1: size = 1; break;
      case 3: size = 4; break;
      case 6:
        if (modifier == kTabs && u8_at(list, at) == 0xFF) {
          return;  // Its size follows from its content; it stands last in practice.
        }
        size = modifier == kTableDefinition ? u16_at(list, at) + 1UL : u8_at(list, at) + 1UL;
        break;
      case 7: size = 3; break;
      default: size = 2; break;
    }
    take(modifier, slice(list, at, size));
    at += size;
  }
}

/// 0xF801 stands for a paragraph that a style's list does not take.
std::uint16_t list_of(std::uint16_t operand) {
  constexpr std::uint16_t kListsMax = 0x07FE;
  return operand <= kListsMax ? operand : std::uint16_t{0};
}

/// The paragraph's modifiers of a style (2.9.260); behind a head of `head_bytes` and its name.
ByteView style_properties(ByteView style, std::size_t head_bytes) {
  constexpr unsigned kKindMask = 0xF;
  constexpr unsigned kParagraphStyle = 1;
  if ((u16_at(style, 2) & kKindMask) != kParagraphStyle) {
    return {};
  }
  const std::size_t name = head_bytes + head_bytes % 2;
  const std::size_t at = name + 2 + u16_at(style, name) * 2UL + 2;
  const std::size_t size = u16_at(style, at);
  constexpr std::size_t kStyleNumberBytes = 2;
  return size < kStyleNumberBytes ? ByteView() : slice(style, at + 2 + kStyleNumberBytes, size - kStyleNumberBytes);
}

/// Calls `take(page)` for each page of formatted runs that the table names.
template <typename Take>
void for_each_page(ByteView document, ByteView table, Take take) {
  const std::size_t count = table.size() < 4 ? 0 : (table.size() - 4) / 8;
  for (std::size_t i = 0; i < count; ++i) {
    constexpr std::uint32_t kPageNumber = 0x3FFFFF;
    const std::size_t number = u32_at(table, (count + 1) * 4 + i * 4) & kPageNumber;
    const ByteView page = slice(document, number * kPageBytes, kPageBytes);
    if (page.size() == kPageBytes && !take(page)) {
      return;
    }
  }
}

}  // namespace

Formatting Formatting::load(ByteView document, ByteView tables) {
  Formatting out;
  out.load_styles(table_bytes(document, tables, kStyleSheet));
  out.load_paragraphs(document, table_bytes(document, tables, kParagraphRuns));
  out.load_deletions(document, table_bytes(document, tables, kCharacterRuns));
  std::ranges::sort(out.paragraphs_, {}, &Run::begin);
  std::ranges::sort(out.deletions_, {}, &Range::begin);
  return out;
}

void Formatting::load_styles(ByteView sheet) {
  std::size_t at = 2UL + u16_at(sheet, 0);
  const std::size_t count = std::min<std::size_t>(u16_at(sheet, 2), kStylesMax);
  for (std::size_t i = 0; i < count && at < sheet.size(); ++i) {
    const std::size_t size = u16_at(sheet, at);
    Style& style = styles_.emplace_back();
    style.built_in = size == 0 ? 0xFFF : u16_at(sheet, at + 2) & 0xFFFU;
    style.based_on = size == 0 ? 0xFFF : static_cast<std::uint16_t>(u16_at(sheet, at + 4) >> 4U);
    const ByteView properties = style_properties(slice(sheet, at + 2, size), u16_at(sheet, 4));
    for_each_modifier(properties, [&](std::uint16_t modifier, ByteView operand) {
      if (modifier == kList) {
        style.list = list_of(u16_at(operand, 0));
      } else if (modifier == kListLevel) {
        style.list_level = std::min<std::uint8_t>(u8_at(operand, 0), 8);
      }
    });
    at += 2 + size + size % 2;
  }
}

void Formatting::apply_style_list(std::size_t style, ParagraphFormat& format) const {
  constexpr unsigned kBasesMax = 10;
  for (unsigned i = 0; i < kBasesMax && style < styles_.size(); ++i) {
    if (styles_[style].list) {
      format.list = *styles_[style].list;
      format.list_level = styles_[style].list_level;
      return;
    }
    style = styles_[style].based_on;
  }
}

std::uint8_t Formatting::style_level(std::size_t style) const {
  // The first nine styles after the default one are the headings, with or without a style sheet.
  constexpr std::uint16_t kTitleStyle = 62;
  constexpr unsigned kBasesMax = 10;
  for (unsigned i = 0; i < kBasesMax; ++i) {
    const std::size_t built_in = style < styles_.size() ? styles_[style].built_in : style;
    if (built_in >= 1 && built_in <= 9) {
      return static_cast<std::uint8_t>(std::min<std::size_t>(built_in, 6));
    }
    if (style < styles_.size() && built_in == kTitleStyle) {
      return 1;
    }
    if (style >= styles_.size() || styles_[style].based_on == style) {
      break;
    }
    style = styles_[style].based_on;
  }
  return 0;
}

void Formatting::apply(ByteView properties, ParagraphFormat& format) const {
  format.known = true;
  format.heading_level = style_level(u16_at(properties, 0));
  apply_style_list(u16_at(properties, 0), format);
  for_each_modifier(slice(properties, 2, properties.size()), [&](std::uint16_t modifier, ByteView operand) {
    const std::uint8_t value = u8_at(operand, 0);
    switch (modifier) {
      case kInTable: format.in_table = value != 0; break;
      case kRowEnd: format.ends_row = value != 0; break;
      case kListLevel: format.list_level = std::min<std::uint8_t>(value, 8); break;
      case kList: format.list = list_of(u16_at(operand, 0)); break;
      case kOutlineLevel:
        format.heading_level = value < 9 ? std::min<std::uint8_t>(static_cast<std::uint8_t>(value + 1), 6) : 0;
        break;
      default: break;
    }
  });
}

void Formatting::load_paragraphs(ByteView document, ByteView runs) {
  for_each_page(document, runs, [&](ByteView page) {
    const std::size_t count = page[kPageBytes - 1];
    for (std::size_t i = 0; i < count && (i + 2) * 4 < kPageBytes; ++i) {
      Run& run = paragraphs_.emplace_back();
      run.begin = u32_at(page, i * 4);
      run.end = u32_at(page, (i + 1) * 4);
      constexpr std::size_t kPlaceBytes = 13;
      const std::size_t at = 2UL * u8_at(page, (count + 1) * 4 + i * kPlaceBytes);
      if (at == 0) {
        run.format.known = true;
        continue;
      }
      const std::size_t words = u8_at(page, at);
      apply(words == 0 ? slice(page, at + 2, 2UL * u8_at(page, at + 1)) : slice(page, at + 1, 2 * words - 1),
            run.format);
    }
    return paragraphs_.size() < kRunsMax;
  });
}

void Formatting::load_deletions(ByteView document, ByteView runs) {
  for_each_page(document, runs, [&](ByteView page) {
    const std::size_t count = page[kPageBytes - 1];
    for (std::size_t i = 0; i < count && (i + 2) * 4 < kPageBytes; ++i) {
      const std::size_t at = 2UL * u8_at(page, (count + 1) * 4 + i);
      bool deleted = false;
      if (at != 0) {
        for_each_modifier(slice(page, at + 1, u8_at(page, at)), [&](std::uint16_t modifier, ByteView operand) {
          deleted = modifier == kDeleted ? u8_at(operand, 0) == 1 : deleted;
        });
      }
      if (deleted) {
        deletions_.push_back({u32_at(page, i * 4), u32_at(page, (i + 1) * 4)});
      }
    }
    return deletions_.size() < kRunsMax;
  });
}

ParagraphFormat Formatting::paragraph(std::uint32_t offset) const {
  const auto after = std::ranges::upper_bound(paragraphs_, offset, {}, &Run::begin);
  if (after == paragraphs_.begin() || (after - 1)->end <= offset) {
    return {};
  }
  return (after - 1)->format;
}

bool Formatting::is_deleted(std::uint32_t offset) const {
  const auto after = std::ranges::upper_bound(deletions_, offset, {}, &Range::begin);
  return after != deletions_.begin() && (after - 1)->end > offset;
}

}  // namespace alcove::ole::doc

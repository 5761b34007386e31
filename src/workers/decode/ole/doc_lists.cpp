#include "workers/decode/ole/doc_lists.hpp"

#include <algorithm>
#include <utility>

#include "drivers/text/unicode.hpp"
#include "workers/decode/ole/doc_text.hpp"
#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole::doc {
namespace {

using input::Numeral;

constexpr std::size_t kWordLevels = 9;
constexpr std::size_t kListsMax = 20'000;

/// Number format codes (MS-OSHARED 2.2.1.3); forms that need a language's own words are given as decimals.
Numeral numeral_of(std::uint8_t code) {
  switch (code) {
    case 1: return Numeral::kUpperRoman;
    case 2: return Numeral::kLowerRoman;
    case 3: return Numeral::kUpperLetter;
    case 4: return Numeral::kLowerLetter;
    case 22: return Numeral::kTwoDigits;
    case 23: return Numeral::kBullet;
    case 255: return Numeral::kNone;
    default: return Numeral::kDecimal;
  }
}

}  // namespace

Lists::Lists(ByteView document, ByteView tables) {
  const ByteView heads = table_bytes(document, tables, kListDefinitions);
  if (heads.empty()) {
    return;
  }
  load_definitions(tables, static_cast<std::size_t>(heads.data() - tables.data()), heads.size());
  load_uses(table_bytes(document, tables, kListUses));
}

/// The levels of all definitions follow the table of their heads.
void Lists::load_definitions(ByteView tables, std::size_t at, std::size_t size) {
  constexpr std::size_t kHeadBytes = 28;
  constexpr std::size_t kFlagsOffset = 26;
  constexpr unsigned kOneLevel = 1;
  const std::size_t count =
      std::min<std::size_t>({u16_at(tables, at), (size - std::min<std::size_t>(size, 2)) / kHeadBytes, kListsMax});
  std::size_t levels_at = at + size;
  for (std::size_t i = 0; i < count && levels_at < tables.size(); ++i) {
    const std::size_t head = at + 2 + i * kHeadBytes;
    Definition& definition = definitions_[u32_at(tables, head)];
    const std::size_t levels = (u8_at(tables, head + kFlagsOffset) & kOneLevel) != 0 ? 1 : kWordLevels;
    for (std::size_t level = 0; level < levels; ++level) {
      definition.levels[level] = read_level(tables, levels_at);
    }
  }
}

input::ListLevel Lists::read_level(ByteView bytes, std::size_t& at) {
  constexpr std::size_t kFixedBytes = 28;
  constexpr unsigned kAllDecimal = 4;
  input::ListLevel level;
  level.start = std::min(u32_at(bytes, at), 0x7FFFU);
  level.kind = numeral_of(u8_at(bytes, at + 4));
  level.all_decimal = (u8_at(bytes, at + 5) & kAllDecimal) != 0;
  const std::size_t properties = std::size_t{u8_at(bytes, at + 24)} + u8_at(bytes, at + 25);
  at += kFixedBytes + properties;
  const std::size_t characters = u16_at(bytes, at);
  at += 2;
  const std::size_t kept = std::min(characters, input::kListTextBytesMax / 3);
  for (std::size_t i = 0; i < kept && at + i * 2 < bytes.size(); ++i) {
    const std::uint16_t c = u16_at(bytes, at + i * 2);
    if (c < kWordLevels) {  // The place of a level's number.
      level.text += "%" + std::to_string(c + 1);
    } else if (c >= ' ' && (c < 0xD800 || c >= 0xE000)) {
      text::append_code_point(level.text, c);
    }
  }
  at += characters * 2;
  return level;
}

void Lists::load_uses(ByteView bytes) {
  constexpr std::size_t kUseBytes = 16;
  constexpr std::size_t kChangesOffset = 12;
  const std::size_t count = std::min<std::size_t>({u32_at(bytes, 0), bytes.size() / kUseBytes, kListsMax});
  std::size_t at = 4 + count * kUseBytes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t head = 4 + i * kUseBytes;
    Use& use = uses_.emplace_back();
    use.definition = u32_at(bytes, head);
    at += 4;  // A character position that nobody needs.
    for (std::size_t change = 0; change < u8_at(bytes, head + kChangesOffset) && at < bytes.size(); ++change) {
      constexpr unsigned kLevelMask = 0xF;
      constexpr unsigned kHasStart = 0x10;
      constexpr unsigned kHasFormat = 0x20;
      const std::uint32_t start = u32_at(bytes, at);
      const std::uint32_t flags = u32_at(bytes, at + 4);
      const std::size_t level = flags & kLevelMask;
      at += 8;
      if ((flags & kHasFormat) != 0) {
        use.changes[level] = read_level(bytes, at);
      } else if ((flags & kHasStart) != 0) {
        use.restarts[level] = std::min(start, 0x7FFFU);
      }
    }
  }
}

std::string Lists::next(std::uint16_t list, std::size_t level) {
  if (list == 0 || list > uses_.size()) {
    return {};
  }
  Use& use = uses_[list - 1U];
  const auto found = definitions_.find(use.definition);
  if (found == definitions_.end()) {
    return {};
  }
  input::ListLevels levels = found->second.levels;
  for (const auto& [changed, form] : use.changes) {
    if (changed < levels.size()) {
      levels[changed] = form;
    }
  }
  for (const auto& [restarted, number] : std::exchange(use.restarts, {})) {
    found->second.counter.restart(restarted, number);
  }
  return found->second.counter.next(levels, level);
}

}  // namespace alcove::ole::doc

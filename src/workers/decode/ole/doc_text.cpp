#include "workers/decode/ole/doc_text.hpp"

#include <algorithm>
#include <utility>

#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole::doc {
namespace {

constexpr std::size_t kPartCount = static_cast<std::size_t>(Part::kCount_);
/// Most pieces; a document gets a few thousand by many quick saves.
constexpr std::size_t kPiecesMax = 2'000'000;
constexpr std::size_t kPairsBegin = 154;

/// The piece table inside the `clx`, after the property modifiers (2.9.38).
ByteView find_piece_table(ByteView clx) {
  constexpr std::uint8_t kModifier = 1;
  constexpr std::uint8_t kPieceTable = 2;
  std::size_t at = 0;
  while (u8_at(clx, at) == kModifier) {
    at += 3UL + u16_at(clx, at + 1);
  }
  return u8_at(clx, at) == kPieceTable ? slice(clx, at + 5, u32_at(clx, at + 1)) : ByteView();
}

}  // namespace

FileInformation read_information(ByteView document) {
  constexpr std::uint16_t kWord97 = 0xC1;
  constexpr std::uint16_t kWord6 = 0x65;
  FileInformation out;
  const std::uint16_t magic = u16_at(document, 0);
  const std::uint16_t version = u16_at(document, 2);
  out.is_word = (magic == 0xA5EC || magic == 0xA5DC) && version >= kWord6;
  out.is_word95 = version < kWord97;
  const std::uint16_t flags = u16_at(document, 10);
  out.complex = (flags & 0x0004U) != 0;
  out.encrypted = (flags & 0x0100U) != 0;
  out.second_table = (flags & 0x0200U) != 0;
  out.language_id = u16_at(document, 6);
  out.text_begin = u32_at(document, 24);
  const std::size_t lengths_at = out.is_word95 ? 52 : 76;
  for (std::size_t part = 0; part < kPartCount; ++part) {
    out.lengths[part] = u32_at(document, lengths_at + part * 4);
  }
  return out;
}

ByteView table_bytes(ByteView document, ByteView tables, Table table) {
  const std::size_t pair = kPairsBegin + table * 8;
  return slice(tables, u32_at(document, pair), u32_at(document, pair + 4));
}

std::vector<Text::Piece> Text::find_pieces(ByteView document, ByteView tables, const FileInformation& information) {
  std::vector<Piece> out;
  ByteView clx = information.is_word95 ? ByteView() : table_bytes(document, tables, kPieces);
  if (information.is_word95 && information.complex) {
    clx = slice(document, u32_at(document, 0x160), u32_at(document, 0x164));
  }
  const ByteView table = find_piece_table(clx);
  constexpr std::size_t kDescriptorBytes = 8;
  const std::size_t count = table.size() < 4 ? 0 : std::min((table.size() - 4) / (4 + kDescriptorBytes), kPiecesMax);
  std::uint32_t position = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t end = u32_at(table, (i + 1) * 4);
    if (u32_at(table, i * 4) != position || end <= position) {
      break;  // The pieces follow one another, or the table is damaged from here on.
    }
    const std::uint32_t offset = u32_at(table, (count + 1) * 4 + i * kDescriptorBytes + 2);
    constexpr std::uint32_t kNarrow = 0x40000000;
    const bool narrow = information.is_word95 || (offset & kNarrow) != 0;
    const std::uint32_t plain = offset & ~(kNarrow | 0x80000000U);
    out.push_back({position, end - position, narrow && !information.is_word95 ? plain / 2 : plain, !narrow});
    position = end;
  }
  if (out.empty()) {
    // Documents of Word 6 and 95 that were saved in full have their text in one piece.
    std::uint64_t total = 0;
    for (const std::uint32_t length : information.lengths) {
      total += length;
    }
    const std::uint64_t there = document.size() - std::min<std::size_t>(information.text_begin, document.size());
    out.push_back({0, static_cast<std::uint32_t>(std::min(total, there)), information.text_begin, false});
  }
  return out;
}

Text Text::load(ByteView document, ByteView tables, const FileInformation& information, std::size_t characters_max) {
  Text out;
  std::uint64_t total = 0;
  for (std::size_t part = 0; part < kPartCount; ++part) {
    const auto begin = static_cast<std::uint32_t>(std::min<std::uint64_t>(total, characters_max));
    total += information.lengths[part];
    out.ranges_[part] = {begin, static_cast<std::uint32_t>(std::min<std::uint64_t>(total, characters_max))};
  }
  constexpr std::uint32_t kWestern = 1252;
  const std::uint32_t code_page = information.is_word95 ? code_page_of_language(information.language_id) : kWestern;
  // Old texts with characters of two bytes keep at least what is ASCII.
  const auto stated = narrow_table(code_page);
  const NarrowTable narrow = stated ? *stated : narrow_table(kWestern).value_or(NarrowTable{});
  const std::size_t wanted = out.ranges_.back().end;
  for (Piece piece : find_pieces(document, tables, information)) {
    const std::size_t width = piece.wide ? 2 : 1;
    const std::size_t left = wanted - out.units_.size();
    const std::size_t there = slice(document, piece.offset, document.size()).size() / width;
    out.cut_ = out.cut_ || (there < piece.count && there < left);
    piece.count = static_cast<std::uint32_t>(std::min<std::size_t>({piece.count, left, there}));
    for (std::size_t i = 0; i < piece.count; ++i) {
      const std::size_t at = piece.offset + i * width;
      out.units_.push_back(piece.wide ? static_cast<char16_t>(u16_at(document, at)) : narrow[document[at]]);
    }
    if (piece.count > 0) {
      // After a cut the positions no longer fit the table's, which matters less than losing what follows.
      piece.position = static_cast<std::uint32_t>(out.units_.size() - piece.count);
      out.pieces_.push_back(piece);
    }
  }
  return out;
}

std::uint32_t Text::offset_of(std::uint32_t position) const {
  const auto after = std::ranges::upper_bound(pieces_, position, {}, &Piece::position);
  if (after == pieces_.begin()) {
    return 0;
  }
  const Piece& piece = *(after - 1);
  return piece.offset + (position - piece.position) * (piece.wide ? 2 : 1);
}

}  // namespace alcove::ole::doc

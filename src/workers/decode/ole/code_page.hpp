#pragma once
/// @file
/// Windows' code pages.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace alcove::ole {

/// The encoding's name for charset::decode; windows-1252 for unknown ones.
std::string code_page_name(std::uint32_t code_page);
/// `bytes` in a code page as UTF-8, up to the first zero character.
std::string decode_code_page(ByteView bytes, std::uint32_t code_page);
/// UTF-16, little endian, as UTF-8, zero characters kept.
std::string decode_utf16(ByteView bytes);
/// What each byte means in a code page with one byte per character; nothing for others.
using NarrowTable = std::array<char16_t, 256>;
std::optional<NarrowTable> narrow_table(std::uint32_t code_page);

/// Decodes many short pieces: a table per code page stands for a converter per piece.
///
/// Thread safety: none. Failure: beyond kWidePiecesMax pieces in code pages without a table only ASCII is kept, so that
/// the time stays bounded.
class PieceDecoder {
 public:
  static constexpr std::size_t kWidePiecesMax = 200'000;
  std::string decode(ByteView bytes, std::uint32_t code_page);

 private:
  std::map<std::uint32_t, std::optional<NarrowTable>> tables_;
  std::size_t wide_pieces_ = 0;
};

/// The code page in which programs of that language (a Windows language id) wrote.
std::uint32_t code_page_of_language(std::uint32_t language_id);

}  // namespace alcove::ole

#pragma once
/// @file
/// Internal to decode/rtf: control words with a meaning for text.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alcove::rtf {

/// Where the text of a group goes.
enum class Destination : std::uint8_t {
  kBody,
  kSkipped,  ///< Pictures, instructions, names of bookmarks: no words of the document.
  kHeaderFooter,
  kNote,
  kComment,
  kCommentAuthor,
  kListMark,  ///< The bullet or number before a list item.
  kFontTable,
  kStyleSheet,
  kTwoForms,   ///< \upr: the text without and, in a group \ud, with Unicode; only the latter counts.
  kInfo,       ///< \info and what in it is no field of text.
  kInfoField,  ///< \title, \author … inside \info.
};

/// The destination that a control word at the beginning of a group opens; nothing when it opens none.
std::optional<Destination> destination_of(std::string_view word);
/// True for groups that \* marks although they hold the document's text.
bool is_transparent(std::string_view word);

/// The character that a control word prints; 0 when it prints none.
char32_t character_of(std::string_view word);

}  // namespace alcove::rtf

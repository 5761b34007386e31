#pragma once
/// @file
/// Word's binary documents (MS-DOC, also Word 6 and 95): the characters of all their parts, gathered by the piece
/// table.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "workers/decode/ole/compound_file.hpp"

namespace alcove::ole::doc {

/// The parts of a document, in the order in which their characters follow one another.
enum class Part : std::uint8_t {
  kMain,
  kFootnotes,
  kHeaders,
  kMacros,
  kComments,
  kEndnotes,
  kTextBoxes,
  kHeaderTextBoxes,
  kCount_
};

/// Character positions [begin, end).
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// The first fields of the stream "WordDocument", and where the tables are.
struct FileInformation {
  bool is_word = false;
  bool is_word95 = false;  ///< Word 6 or 95: tables lie in the document's stream and look different.
  bool encrypted = false;
  bool complex = false;  ///< Word 6 and 95: has a piece table.
  bool second_table = false;
  std::uint32_t language_id = 0;
  std::uint32_t text_begin = 0;  ///< Byte offset of the text where there is no piece table.
  std::array<std::uint32_t, static_cast<std::size_t>(Part::kCount_)> lengths{};
};
FileInformation read_information(ByteView document);

/// Pairs of offset and size in the table stream, by their index in FibRgFcLcb97.
enum Table : std::size_t {
  kStyleSheet = 1,
  kFootnoteReferences = 2,
  kFootnoteTexts = 3,
  kCommentReferences = 4,
  kCommentTexts = 5,
  kCharacterRuns = 12,
  kParagraphRuns = 13,
  kPieces = 33,
  kEndnoteReferences = 46,
  kEndnoteTexts = 47,
  kListDefinitions = 73,
  kListUses = 74,
};
ByteView table_bytes(ByteView document, ByteView tables, Table table);

/// The characters, as UTF-16 units, and where each lies in the stream.
class Text {
 public:
  /// `characters_max` bounds what is kept.
  static Text load(ByteView document, ByteView tables, const FileInformation& information, std::size_t characters_max);

  [[nodiscard]] Range range(Part part) const { return ranges_[static_cast<std::size_t>(part)]; }
  /// U+0000 past the end.
  [[nodiscard]] char16_t at(std::uint32_t position) const {
    return position < units_.size() ? units_[position] : u'\0';
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(units_.size()); }
  /// The byte offset of a character in the document's stream.
  [[nodiscard]] std::uint32_t offset_of(std::uint32_t position) const;
  /// True when the pieces held less than the lengths say.
  [[nodiscard]] bool is_cut() const { return cut_; }

 private:
  struct Piece {
    std::uint32_t position = 0;  ///< Of its first character.
    std::uint32_t count = 0;
    std::uint32_t offset = 0;
    bool wide = false;
  };
  static std::vector<Piece> find_pieces(ByteView document, ByteView tables, const FileInformation& information);

  std::vector<Piece> pieces_;
  std::u16string units_;
  std::array<Range, static_cast<std::size_t>(Part::kCount_)> ranges_{};
  bool cut_ = false;
};

}  // namespace alcove::ole::doc

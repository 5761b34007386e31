#pragma once
/// @file
/// What Word's formatting tells about text: headings, lists, table cells, deletions.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "workers/decode/ole/doc_text.hpp"

namespace alcove::ole::doc {

/// Of the paragraph that a mark ends.
struct ParagraphFormat {
  std::uint8_t heading_level = 0;  ///< 1 to 6; 0: none
  std::uint16_t list = 0;          ///< Counted from 1; 0: none
  std::uint8_t list_level = 0;
  bool in_table = false;
  bool ends_row = false;
  bool known = false;  ///< False where no formatting was found.
};

/// Formatting by byte offset in the document's stream.
class Formatting {
 public:
  static Formatting load(ByteView document, ByteView tables);

  [[nodiscard]] ParagraphFormat paragraph(std::uint32_t offset) const;
  /// True for text that a tracked change deleted.
  [[nodiscard]] bool is_deleted(std::uint32_t offset) const;
  [[nodiscard]] bool has_deletions() const { return !deletions_.empty(); }

 private:
  struct Run {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    ParagraphFormat format;
  };
  struct Style {
    std::uint16_t built_in = 0;
    std::uint16_t based_on = 0;
    std::optional<std::uint16_t> list;  ///< As in ParagraphFormat, when the style says so.
    std::uint8_t list_level = 0;
  };
  void load_styles(ByteView sheet);
  void load_paragraphs(ByteView document, ByteView runs);
  void load_deletions(ByteView document, ByteView runs);
  void apply(ByteView properties, ParagraphFormat& format) const;
  [[nodiscard]] std::uint8_t style_level(std::size_t style) const;
  void apply_style_list(std::size_t style, ParagraphFormat& format) const;

  std::vector<Style> styles_;
  std::vector<Run> paragraphs_;   ///< By `begin`.
  std::vector<Range> deletions_;  ///< Byte offsets, by `begin`.
};

}  // namespace alcove::ole::doc

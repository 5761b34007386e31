#pragma once
/// @file
/// The numbers of PowerPoint's list items, which lie in extensions of the shapes and of the document (MS-PPT 2.9.67).

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "workers/decode/input/list_numbers.hpp"

namespace alcove::ole::ppt {

/// The numbering of a shape's text among the records of the shape; empty when there is none. The view lies in `shape`.
ByteView find_numbering(ByteView shape);

/// The numbering of a placeholder's text, as the document keeps it.
struct OutlineNumbering {
  std::uint32_t slide_id = 0;
  std::uint32_t text_type = 0;
  ByteView numbering;
};
/// Of a whole document, in its order.
std::vector<OutlineNumbering> find_outline_numbering(ByteView document);

/// Labels of one text's paragraphs, asked for in order.
///
/// Thread safety: none. Failure: what is damaged or beyond the end counts as not numbered.
class ParagraphNumbers {
 public:
  /// `style` is the atom with the runs of paragraphs and characters (2.9.44) of a text of that many UTF-16 units,
  /// `numbering` what `find_numbering` gave.
  ParagraphNumbers(ByteView style, ByteView numbering, std::size_t text_units);
  /// The label of the paragraph that begins at that unit, empty when it has none. PowerPoint numbers no empty ones.
  std::string next(std::size_t unit, bool is_empty);

 private:
  struct Run {
    std::size_t end = 0;
    std::size_t level = 0;   ///< Of paragraphs.
    bool no_bullet = false;  ///< Of paragraphs.
    std::size_t index = 0;   ///< Of characters: into `schemes_`.
  };
  struct Scheme {
    bool numbered = false;
    std::uint16_t kind = 3;
    std::uint16_t start = 1;
    bool operator==(const Scheme&) const = default;
  };
  static std::vector<Scheme> read_schemes(ByteView numbering, std::size_t text_units);
  void read_runs(ByteView style, std::size_t text_units);
  static const Run* run_at(const std::vector<Run>& runs, std::size_t unit);

  std::vector<Scheme> schemes_;
  std::vector<Run> paragraphs_;
  std::vector<Run> characters_;
  std::array<Scheme, input::kListLevelsMax> before_{};
  input::ListCounter counter_;
};

}  // namespace alcove::ole::ppt

#pragma once
/// @file
/// Internal to decode/office: the numbers of a Word document's lists and headings.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "workers/decode/input/list_numbers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {

/// The member "numbering.xml", and how far each of its lists has counted.
///
/// Thread safety: none. Ownership: keeps nothing of the trees. Failure: what is missing gives no label.
class DocxNumbering {
 public:
  DocxNumbering() = default;
  /// `styles` resolves lists that are defined by a style.
  DocxNumbering(const Tree& numbering, const Tree& styles);

  /// The label of the list's next item; empty for bullets, unknown lists and "0", which takes a paragraph out of lists.
  std::string next(std::string_view number_id, std::size_t level);
  /// The level that the list ties to a paragraph style; 0 when none.
  [[nodiscard]] std::size_t level_of_style(std::string_view number_id, std::string_view style) const;

 private:
  /// Paragraphs of every list made of one definition are counted together.
  struct Definition {
    input::ListLevels levels;
    std::map<std::string, std::size_t, std::less<>> styles;  ///< paragraph style → level
    std::string defined_by;                                  ///< A style of the kind "numbering"; empty: here.
    input::ListCounter counter;
  };
  struct List {
    std::string definition;
    input::ListLevels levels;
    std::map<std::size_t, unsigned> restarts;  ///< level → first number; applied by the list's first item.
  };
  static void read_level(const Node& node, input::ListLevels& levels);
  void read_definition(const Node& node);
  void read_list(const Node& node);
  void follow_styles(const Tree& styles);

  std::map<std::string, Definition, std::less<>> definitions_;
  std::map<std::string, List, std::less<>> lists_;
};

}  // namespace alcove::office

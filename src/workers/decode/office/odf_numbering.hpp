#pragma once
/// @file
/// Internal to decode/office: the numbers of OpenDocument's lists and headings.

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "workers/decode/input/list_numbers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {

/// List styles and the state of every list that was met.
///
/// Thread safety: none. Ownership: keeps nothing of the trees. Failure: what is missing gives no label.
class OdfNumbering {
 public:
  /// Takes the list styles of the root of "content.xml" or "styles.xml".
  void learn(const Node& root);

  /// A list that is being read; lists inside it share it.
  struct List {
    std::string style;
    std::string key;  ///< Of its counter; empty outside lists.
  };
  /// The list that an element outside any other begins or goes on with.
  List begin(const Node& list);
  /// The style of a list inside `outer`.
  [[nodiscard]] static std::string style_of(const Node& list, const List& outer);

  /// The label of the next item; `level` counts from 0. `start` is the item's own number, if it has one.
  std::string next(const List& list, std::size_t level, std::string_view start);
  /// The label of a heading outside lists.
  std::string next_heading(const Node& heading, std::size_t level);

 private:
  void learn_list(const Node& style);

  std::map<std::string, input::ListLevels, std::less<>> styles_;
  std::set<std::string, std::less<>> outside_;  ///< Paragraph styles that take headings out of the numbering.
  std::map<std::string, input::ListCounter, std::less<>> counters_;
  std::map<std::string, std::string, std::less<>> last_of_style_;  ///< list style → key of its last list
};

}  // namespace alcove::office

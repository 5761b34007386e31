#pragma once
/// @file
/// Internal to decode/office: what text, sheets and slides of OpenDocument have in common.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/office/odf_numbering.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {

/// Notes, comments, boxes and objects inside a paragraph; they follow it as blocks of their own.
struct OdfAsides {
  std::vector<std::pair<wire::BlockKind, Node>> notes;
  std::vector<Node> boxes;
  std::vector<Node> objects;
};

/// Appends the text of every paragraph below `parent`, parted by line feeds; returns how many there were.
unsigned collect_odf_paragraphs(const Node& parent, std::string& text, OdfAsides& asides);
/// The same without what stands aside.
std::string odf_text(const Node& parent);
/// "Author: words" of an annotation.
std::string odf_comment(const Node& annotation);

/// The body's child of this name ("text", "spreadsheet", "presentation"); empty when there is none.
Node odf_body(const Node& root, std::string_view name);

/// Names of the automatic styles whose `properties` element has `attribute_name` = `value`.
std::set<std::string, std::less<>> odf_styles_with(const Node& root, std::string_view properties,
                                                   std::string_view attribute_name, std::string_view value);

/// Adds headers and footers of all master pages, each text once.
void read_odf_headers(Container& container, input::TextCollector& collector);

/// Whether a chart's values are wanted, or are those of cells that are read anyway.
enum class ChartValues : unsigned char { kTake, kSkip };
/// Adds titles and values of the chart that `object` shows; nothing for another kind of object.
void read_odf_chart(Container& container, const Node& object, ChartValues values, const wire::Place& place,
                    input::TextCollector& collector);

/// Puts headings, paragraphs, lists and tables into the collector.
///
/// Thread safety: none. Ownership: borrows both. Failure: stops when the collector is full.
class OdfBlocks {
 public:
  /// Makes the place of paragraphs `first` to `last`.
  using MakePlace = std::function<wire::Place(unsigned first, unsigned last)>;
  /// Charts are taken from the container.
  OdfBlocks(Container& container, input::TextCollector& collector, ChartValues values, MakePlace make_place)
      : container_(container), collector_(collector), chart_values_(values), make_place_(std::move(make_place)) {}

  /// Takes the styles that make a paragraph the document's title and those that number lists and headings; of the root
  /// of "content.xml", after that of "styles.xml" where there is one.
  void learn_styles(const Node& root);
  /// Reads what lies below `parent`; plain paragraphs become blocks of `kind`.
  void read(const Node& parent, wire::BlockKind kind) { read_blocks(parent, kind, 0); }
  void read_table(const Node& table, wire::BlockKind kind);

 private:
  void read_blocks(const Node& parent, wire::BlockKind kind, unsigned list_depth);
  void read_list(const Node& list, wire::BlockKind kind, unsigned list_depth);
  void read_paragraph(const Node& node, wire::BlockKind kind, unsigned level);
  /// Of the paragraph or heading that comes next.
  std::string take_label(const Node& node, unsigned list_depth);
  void read_asides(const OdfAsides& asides);
  [[nodiscard]] wire::Place place(unsigned first) const;

  Container& container_;
  input::TextCollector& collector_;
  ChartValues chart_values_;
  MakePlace make_place_;
  std::map<std::string, unsigned, std::less<>> title_styles_ = {{"Title", 1}, {"Subtitle", 2}};
  unsigned paragraph_ = 0;
  bool hidden_ = false;  ///< Inside a section that is not shown.
  OdfNumbering numbering_;
  OdfNumbering::List list_;  ///< The one that is being read.
  std::string label_;        ///< Of the paragraph that comes.
  Node item_;                ///< Whose first paragraph is still to come: it takes the number.
};

}  // namespace alcove::office

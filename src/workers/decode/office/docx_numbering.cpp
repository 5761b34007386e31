#include "workers/decode/office/docx_numbering.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"

namespace alcove::office {
namespace {

using input::Numeral;

/// Documents have some dozens; this bounds a hostile one.
constexpr std::size_t kListsMax = 20'000;
constexpr unsigned kUnset = ~0U;

/// Forms that need a language's own words or signs are given as decimals: the number is what is searched.
Numeral numeral_of(std::string_view format) {
  constexpr std::array kForms = {
      std::pair{std::string_view("bullet"), Numeral::kBullet},
      std::pair{std::string_view("none"), Numeral::kNone},
      std::pair{std::string_view("decimalZero"), Numeral::kTwoDigits},
      std::pair{std::string_view("lowerLetter"), Numeral::kLowerLetter},
      std::pair{std::string_view("upperLetter"), Numeral::kUpperLetter},
      std::pair{std::string_view("lowerRoman"), Numeral::kLowerRoman},
      std::pair{std::string_view("upperRoman"), Numeral::kUpperRoman},
  };
  for (const auto& [name, kind] : kForms) {
    if (format == name) {
      return kind;
    }
  }
  return Numeral::kDecimal;
}

}  // namespace

DocxNumbering::DocxNumbering(const Tree& numbering, const Tree& styles) {
  if (numbering == nullptr) {
    return;
  }
  const Node root = child(*numbering, "numbering");
  for (const Node& node : root.children()) {
    if (local_name(node) == "abstractNum" && definitions_.size() < kListsMax) {
      read_definition(node);
    }
  }
  for (const Node& node : root.children()) {
    if (local_name(node) == "num" && lists_.size() < kListsMax) {
      read_list(node);
    }
  }
  if (styles != nullptr) {
    follow_styles(styles);
  }
}

void DocxNumbering::read_level(const Node& node, input::ListLevels& levels) {
  const unsigned index = to_unsigned(attribute(node, "ilvl"), kUnset);
  if (index >= levels.size()) {
    return;
  }
  input::ListLevel& level = levels[index];
  level.kind = numeral_of(attribute(child(node, "numFmt"), "val"));
  level.start = to_unsigned(attribute(child(node, "start"), "val"), 0);
  level.text = utf8_prefix(attribute(child(node, "lvlText"), "val"), input::kListTextBytesMax);
  level.all_decimal = !child(node, "isLgl").empty();
}

void DocxNumbering::read_definition(const Node& node) {
  Definition& definition = definitions_[std::string(attribute(node, "abstractNumId"))];
  definition.defined_by = attribute(child(node, "numStyleLink"), "val");
  for (const Node& level : node.children()) {
    if (local_name(level) == "lvl") {
      read_level(level, definition.levels);
      const std::string_view style = attribute(child(level, "pStyle"), "val");
      if (!style.empty()) {
        definition.styles.emplace(style, to_unsigned(attribute(level, "ilvl"), 0));
      }
    }
  }
}

void DocxNumbering::read_list(const Node& node) {
  List list;
  list.definition = attribute(child(node, "abstractNumId"), "val");
  const auto definition = definitions_.find(list.definition);
  if (definition == definitions_.end()) {
    return;
  }
  list.levels = definition->second.levels;
  for (const Node& change : node.children()) {
    if (local_name(change) != "lvlOverride") {
      continue;
    }
    const std::size_t level = to_unsigned(attribute(change, "ilvl"), kUnset);
    const unsigned start = to_unsigned(attribute(child(change, "startOverride"), "val"), kUnset);
    if (level < input::kListLevelsMax && start != kUnset) {
      list.restarts[level] = start;
    }
    if (const Node changed = child(change, "lvl"); !changed.empty()) {
      read_level(changed, list.levels);
    }
  }
  lists_.emplace(std::string(attribute(node, "numId")), std::move(list));
}

/// A definition may be only a link to a style, which names the list with the real one.
void DocxNumbering::follow_styles(const Tree& styles) {
  std::map<std::string_view, std::string_view> list_of_style;
  for (const Node& style : child(*styles, "styles").children()) {
    const std::string_view list = attribute(child(child(child(style, "pPr"), "numPr"), "numId"), "val");
    if (!list.empty()) {
      list_of_style.emplace(attribute(style, "styleId"), list);
    }
  }
  for (auto& [id, list] : lists_) {
    const auto style = list_of_style.find(definitions_[list.definition].defined_by);
    const auto target = style == list_of_style.end() ? lists_.end() : lists_.find(style->second);
    if (target != lists_.end() && definitions_[target->second.definition].defined_by.empty()) {
      list.definition = target->second.definition;
      list.levels = target->second.levels;
    }
  }
}

std::string DocxNumbering::next(std::string_view number_id, std::size_t level) {
  const auto found = lists_.find(number_id);
  if (found == lists_.end()) {
    return {};
  }
  List& list = found->second;
  input::ListCounter& counter = definitions_[list.definition].counter;
  for (const auto& [restarted, number] : std::exchange(list.restarts, {})) {
    counter.restart(restarted, number);
  }
  return counter.next(list.levels, level);
}

std::size_t DocxNumbering::level_of_style(std::string_view number_id, std::string_view style) const {
  const auto list = lists_.find(number_id);
  if (list == lists_.end()) {
    return 0;
  }
  const auto definition = definitions_.find(list->second.definition);
  if (definition == definitions_.end()) {
    return 0;
  }
  const auto level = definition->second.styles.find(style);
  return level == definition->second.styles.end() ? 0 : level->second;
}

}  // namespace alcove::office

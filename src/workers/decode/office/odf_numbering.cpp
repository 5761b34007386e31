#include "workers/decode/office/odf_numbering.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace alcove::office {
namespace {

using input::Numeral;

/// Styles and counters; this bounds a hostile document.
constexpr std::size_t kListsMax = 20'000;
/// Stands among the list styles for what numbers headings.
constexpr std::string_view kOutline = "outline";

Numeral numeral_of(std::string_view format) {
  if (format.empty()) {
    return Numeral::kBullet;
  }
  switch (format[0]) {
    case 'a': return Numeral::kLowerLetter;
    case 'A': return Numeral::kUpperLetter;
    case 'i': return Numeral::kLowerRoman;
    case 'I': return Numeral::kUpperRoman;
    default: return Numeral::kDecimal;  // Signs of other scripts: the number is what is searched.
  }
}

std::string number_mark(std::size_t level) {
  return "%" + std::to_string((level + 1) % input::kListLevelsMax);
}

std::string_view short_text(std::string_view text) {
  return utf8_prefix(text, input::kListTextBytesMax / 3);
}

/// The key of a list style; of the one that numbers headings it is kOutline.
std::string style_key(std::string_view name) {
  return "list " + std::string(utf8_prefix(name, input::kListTextBytesMax));
}

/// "%1%.%2%" as newer programs write it, as "%1.%2".
std::string pattern_of(std::string_view format) {
  std::string out;
  for (std::size_t at = 0; at < format.size(); ++at) {
    const std::size_t end = format[at] == '%' ? format.find('%', at + 1) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += format[at];
      continue;
    }
    const unsigned level = to_unsigned(format.substr(at + 1, end - at - 1), 0);
    out += level >= 1 && level <= input::kListLevelsMax ? number_mark(level - 1) : std::string();
    at = end;
  }
  return out;
}

}  // namespace

void OdfNumbering::learn(const Node& root) {
  for (const Node& group : root.children()) {
    if (local_name(group) != "automatic-styles" && local_name(group) != "styles") {
      continue;
    }
    for (const Node& style : group.children()) {
      const std::string_view name = local_name(style);
      if (styles_.size() < kListsMax && (name == "list-style" || name == "outline-style")) {
        learn_list(style);
      } else if (name == "style" &&
                 !style.find_attribute([](const auto& a) { return local_name(a) == "list-style-name"; }).empty()) {
        outside_.emplace(attribute(style, "name"));
      }
    }
  }
}

void OdfNumbering::learn_list(const Node& style) {
  const bool outline = local_name(style) == "outline-style";
  input::ListLevels& levels = styles_[outline ? std::string(kOutline) : style_key(attribute(style, "name"))];
  for (const Node& node : style.children()) {
    const std::size_t index = to_unsigned(attribute(node, "level"), 0);
    const std::string_view name = local_name(node);
    if (index >= 1 && index <= levels.size() && (name == "list-level-style-number" || name == "outline-level-style")) {
      levels[index - 1].kind = numeral_of(attribute(node, "num-format"));
      levels[index - 1].start = to_unsigned(attribute(node, "start-value"), 1);
    }
  }
  for (const Node& node : style.children()) {
    const std::size_t index = to_unsigned(attribute(node, "level"), 0);
    if (index < 1 || index > levels.size() || levels[index - 1].kind == Numeral::kBullet) {
      continue;
    }
    std::string& text = levels[index - 1].text;
    text = pattern_of(short_text(attribute(node, "num-list-format")));
    if (!text.empty()) {
      continue;
    }
    const std::size_t shown = std::clamp<std::size_t>(to_unsigned(attribute(node, "display-levels"), 1), 1, index);
    for (std::size_t level = index - shown; level < index; ++level) {
      if (levels[level].kind != Numeral::kBullet) {
        text += text.empty() ? "" : ".";
        text += number_mark(level);
      }
    }
    text.insert(0, short_text(attribute(node, "num-prefix")));
    text += short_text(attribute(node, "num-suffix"));
  }
}

OdfNumbering::List OdfNumbering::begin(const Node& list) {
  List out;
  out.style = style_key(attribute(list, "style-name"));
  const std::string id(utf8_prefix(prefixed_attribute(list, "id"), input::kListTextBytesMax));
  const std::string_view continued = attribute(list, "continue-list");
  const auto last = last_of_style_.find(out.style);
  if (counters_.contains(continued)) {
    out.key = continued;
  } else if (attribute(list, "continue-numbering") == "true" && last != last_of_style_.end()) {
    out.key = last->second;
  }
  const bool goes_on = !out.key.empty();
  if (counters_.size() >= kListsMax) {
    return {};
  }
  if (!goes_on) {
    out.key = id.empty() ? "#" + std::to_string(counters_.size()) : id;
    counters_[out.key] = {};
  } else if (!id.empty()) {
    counters_[id] = counters_[out.key];
    out.key = id;
  }
  last_of_style_[out.style] = out.key;
  return out;
}

std::string OdfNumbering::style_of(const Node& list, const List& outer) {
  const std::string_view own = attribute(list, "style-name");
  return own.empty() ? outer.style : style_key(own);
}

std::string OdfNumbering::next(const List& list, std::size_t level, std::string_view start) {
  const auto style = styles_.find(list.style);
  const auto counter = counters_.find(list.key);
  if (style == styles_.end() || counter == counters_.end()) {
    return {};
  }
  if (!start.empty()) {
    counter->second.restart(level, to_unsigned(start, 1));
  }
  return counter->second.next(style->second, level);
}

std::string OdfNumbering::next_heading(const Node& heading, std::size_t level) {
  const auto style = styles_.find(kOutline);
  if (style == styles_.end() || attribute(heading, "is-list-header") == "true" ||
      outside_.contains(attribute(heading, "style-name"))) {
    return {};
  }
  return counters_[std::string(kOutline)].next(style->second, level);
}

}  // namespace alcove::office

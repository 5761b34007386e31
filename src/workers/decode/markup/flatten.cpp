#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "workers/decode/markup/markup.hpp"

namespace alcove::markup {
namespace {

/// Elements that never hold others, or that the parser closes by itself when the next one comes.
bool is_shallow(std::string_view name) {
  constexpr std::array<std::string_view, 32> kNames = {
      "area",   "base",  "br",     "col",      "embed",    "hr",   "img",  "input", "link", "meta", "param",
      "source", "track", "wbr",    "p",        "li",       "dt",   "dd",   "tr",    "td",   "th",   "tbody",
      "thead",  "tfoot", "option", "optgroup", "colgroup", "html", "head", "body",  "rp",   "rt"};
  return std::ranges::find(kNames, name) != kNames.end();
}

std::string name_of_tag(std::string_view tag) {
  std::size_t end = 0;
  while (end < tag.size() && std::isalnum(static_cast<unsigned char>(tag[end])) != 0) {
    ++end;
  }
  return ascii_lower(tag.substr(0, end));
}

struct Tag {
  std::size_t end = 0;         ///< Behind its '>'.
  std::size_t attributes = 0;  ///< No fewer than it has.
};

/// The tag that opens before `at`, quotes minded.
Tag read_tag(std::string_view html, std::size_t at) {
  Tag tag{.end = html.size()};
  char quote = '\0';
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if ((c == '"' || c == '\'') && html[at - 1] == '=') {
      quote = c;
      ++tag.attributes;
    } else if (c == '>') {
      tag.end = at + 1;
      break;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '/') {
      ++tag.attributes;
    }
  }
  return tag;
}

/// The end of an element whose content is not markup.
std::size_t end_of_raw(std::string_view html, std::size_t at, const std::string& name) {
  for (at = html.find("</", at); at != std::string_view::npos; at = html.find("</", at + 2)) {
    if (ascii_lower(html.substr(at + 2, name.size())) == name) {
      return at;
    }
  }
  return html.size();
}

}  // namespace

std::string flatten_html(std::string_view html, unsigned depth_max) {
  std::string out;
  bool cut = false;
  std::size_t copied = 0;
  unsigned depth = 0;
  for (std::size_t at = html.find('<'); at < html.size(); at = html.find('<', at)) {
    if (html.substr(at, 4) == "<!--") {
      at = std::min(html.find("-->", at + 2), html.size());
      continue;
    }
    const bool closes = html.substr(at + 1, 1) == "/";
    const std::string name = name_of_tag(html.substr(at + (closes ? 2 : 1), 16));
    if (name.empty()) {
      ++at;
      continue;
    }
    const auto [end, attributes] = read_tag(html, at + 1);
    bool dropped = attributes > kHtmlAttributesMax;
    if (!is_shallow(name)) {
      if (closes) {
        depth -= depth > 0 ? 1 : 0;
      } else {
        dropped = ++depth > depth_max || dropped;
      }
    }
    if (dropped) {
      out += html.substr(copied, at - copied);
      out += ' ';
      copied = end;
      cut = true;
    }
    const bool raw = !closes && (name == "script" || name == "style" || name == "textarea" || name == "title");
    at = raw ? end_of_raw(html, end, name) : end;
  }
  if (!cut) {
    return {};
  }
  return out += html.substr(copied);
}

}  // namespace alcove::markup

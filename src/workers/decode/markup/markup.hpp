#pragma once
/// @file
/// HTML and Markdown.

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "wire/artefacts.hpp"
#include "workers/decode/input/text_collector.hpp"

namespace alcove::markup {

/// Largest HTML text that is parsed; the tree takes up to thirty times as much.
inline constexpr std::size_t kHtmlBytesMax = 16UL * 1024 * 1024;

/// Deepest nesting that is kept; beyond it elements are dropped and their text stays. Gumbo's time grows with the
/// square of the depth, and people's pages stay below 100.
inline constexpr unsigned kHtmlDepthMax = 256;
/// Tags with more attributes than this are dropped: Gumbo compares each with all before it.
inline constexpr std::size_t kHtmlAttributesMax = 5'000;
/// `html` without the tags that nest deeper than `depth_max` or have too many attributes; empty when there are none, so
/// that nothing need be copied.
std::string flatten_html(std::string_view html, unsigned depth_max);

/// Reads title, headings, paragraphs, list items and table rows of UTF-8 HTML. Scripts, styles and templates are
/// dropped, nothing is loaded. Places count the blocks as lines from 1.
void read_html(std::string_view html, input::TextCollector& collector);
/// Title, author, description and dates of the head.
wire::FactsArtefact html_facts(std::string_view html);
/// The encoding that a `meta` element in the head names; empty when there is none.
std::string html_declared_encoding(ByteView head);

/// Reads Markdown: headings, paragraphs, list items, table rows, code lines; places are source lines. Marks of
/// emphasis, code and links are removed; where links lead follows their paragraph as a note.
void read_markdown(std::string_view text, input::TextCollector& collector);
/// The title of the front matter, else the first heading.
wire::FactsArtefact markdown_facts(std::string_view text);
/// Reads the text of LaTeX: headings, paragraphs, list items, table rows, notes; places are source lines. No macro is
/// expanded and no file is included: commands go, their arguments stay unless they are no words; mathematics stays as
/// it is written.
void read_latex(std::string_view text, input::TextCollector& collector);
/// Title, author and date of the preamble.
wire::FactsArtefact latex_facts(std::string_view text);

/// Reads reStructuredText: underlined headings (levels in the order of their first use), paragraphs as lines, list
/// items, comments and settings of directives left out; places are source lines.
void read_rst(std::string_view text, input::TextCollector& collector);

/// Text without inline marks; targets of links are appended to `links`.
std::string plain_inline(std::string_view text, std::string& links);

}  // namespace alcove::markup

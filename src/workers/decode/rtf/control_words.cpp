#include "workers/decode/rtf/control_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace alcove::rtf {
namespace {

using Row = std::pair<std::string_view, Destination>;

constexpr std::array kDestinations = std::to_array<Row>({
    {"aftncn", Destination::kSkipped},
    {"aftnsep", Destination::kSkipped},
    {"aftnsepc", Destination::kSkipped},
    {"annotation", Destination::kComment},
    {"atnauthor", Destination::kCommentAuthor},
    {"atndate", Destination::kSkipped},
    {"atnid", Destination::kSkipped},
    {"background", Destination::kSkipped},
    {"bkmkend", Destination::kSkipped},
    {"bkmkstart", Destination::kSkipped},
    {"colortbl", Destination::kSkipped},
    {"datafield", Destination::kSkipped},
    {"fldinst", Destination::kSkipped},
    {"fonttbl", Destination::kFontTable},
    {"footer", Destination::kHeaderFooter},
    {"footerf", Destination::kHeaderFooter},
    {"footerl", Destination::kHeaderFooter},
    {"footerr", Destination::kHeaderFooter},
    {"footnote", Destination::kNote},
    {"ftncn", Destination::kSkipped},
    {"ftnsep", Destination::kSkipped},
    {"ftnsepc", Destination::kSkipped},
    {"header", Destination::kHeaderFooter},
    {"headerf", Destination::kHeaderFooter},
    {"headerl", Destination::kHeaderFooter},
    {"headerr", Destination::kHeaderFooter},
    {"info", Destination::kInfo},
    {"listtext", Destination::kListMark},
    {"nonesttables", Destination::kSkipped},
    {"objdata", Destination::kSkipped},
    {"pict", Destination::kSkipped},
    {"pntext", Destination::kListMark},
    {"rxe", Destination::kSkipped},
    {"shprslt", Destination::kSkipped},
    {"sn", Destination::kSkipped},
    {"sp", Destination::kSkipped},
    {"stylesheet", Destination::kStyleSheet},
    {"sv", Destination::kSkipped},
    {"tc", Destination::kSkipped},
    {"txe", Destination::kSkipped},
    {"upr", Destination::kTwoForms},
    {"xe", Destination::kSkipped},
});
static_assert(std::ranges::is_sorted(kDestinations, {}, &Row::first));

/// Marked with \* so that old programs skip them, but their text is the document's.
constexpr std::array<std::string_view, 8> kTransparent = {
    "do", "dptxbxtext", "moMath", "moMathPara", "nesttableprops", "shpinst", "shpgrp", "ud"};

constexpr std::array kCharacters = std::to_array<std::pair<std::string_view, char32_t>>({
    {"bullet", 0x2022},
    {"emdash", 0x2014},
    {"emspace", ' '},
    {"endash", 0x2013},
    {"enspace", ' '},
    {"ldblquote", 0x201C},
    {"line", '\n'},
    {"lquote", 0x2018},
    {"qmspace", ' '},
    {"rdblquote", 0x201D},
    {"rquote", 0x2019},
    {"tab", '\t'},
    {"zwj", 0x200D},
    {"zwnj", 0x200C},
});

}  // namespace

std::optional<Destination> destination_of(std::string_view word) {
  const auto found = std::ranges::lower_bound(kDestinations, word, {}, &Row::first);
  if (found != kDestinations.end() && found->first == word) {
    return found->second;
  }
  return std::nullopt;
}

bool is_transparent(std::string_view word) {
  return std::ranges::find(kTransparent, word) != kTransparent.end();
}

char32_t character_of(std::string_view word) {
  const auto found = std::ranges::find(kCharacters, word, &std::pair<std::string_view, char32_t>::first);
  return found == kCharacters.end() ? 0 : found->second;
}

}  // namespace alcove::rtf

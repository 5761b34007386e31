#include "workers/decode/markup/latex_symbols.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace alcove::markup {
namespace {

template <typename T>
using Row = std::pair<std::string_view, T>;

constexpr std::array kSymbols = std::to_array<Row<const char*>>({
    {"AA", "Å"},
    {"AE", "Æ"},
    {"BibTeX", "BibTeX"},
    {"DH", "Ð"},
    {"L", "Ł"},
    {"LaTeX", "LaTeX"},
    {"LaTeXe", "LaTeX2e"},
    {"O", "Ø"},
    {"OE", "Œ"},
    {"P", "¶"},
    {"S", "§"},
    {"SS", "ẞ"},
    {"TH", "Þ"},
    {"TeX", "TeX"},
    {"aa", "å"},
    {"ae", "æ"},
    {"and", ", "},
    {"bullet", "•"},
    {"copyright", "©"},
    {"dag", "†"},
    {"dh", "ð"},
    {"dots", "…"},
    {"euro", "€"},
    {"guillemotleft", "«"},
    {"guillemotright", "»"},
    {"i", "ı"},
    {"j", "ȷ"},
    {"l", "ł"},
    {"ldots", "…"},
    {"newline", "\n"},
    {"nobreakspace", " "},
    {"o", "ø"},
    {"oe", "œ"},
    {"pounds", "£"},
    {"qquad", " "},
    {"quad", " "},
    {"ss", "ß"},
    {"textasciicircum", "^"},
    {"textasciitilde", "~"},
    {"textbackslash", "\\"},
    {"textbar", "|"},
    {"textbullet", "•"},
    {"textcopyright", "©"},
    {"textdegree", "°"},
    {"textdollar", "$"},
    {"textellipsis", "…"},
    {"textemdash", "—"},
    {"textendash", "–"},
    {"texteuro", "€"},
    {"textgreater", ">"},
    {"textless", "<"},
    {"textquotedbl", "\""},
    {"textquotedblleft", "“"},
    {"textquotedblright", "”"},
    {"textquoteleft", "‘"},
    {"textquoteright", "’"},
    {"textquotesingle", "'"},
    {"textregistered", "®"},
    {"texttrademark", "™"},
    {"textunderscore", "_"},
    {"th", "þ"},
});

constexpr std::array kAccents = std::to_array<Row<char32_t>>({
    {"\"", 0x308},
    {"'", 0x301},
    {".", 0x307},
    {"=", 0x304},
    {"H", 0x30B},
    {"^", 0x302},
    {"`", 0x300},
    {"b", 0x331},
    {"c", 0x327},
    {"d", 0x323},
    {"k", 0x328},
    {"r", 0x30A},
    {"u", 0x306},
    {"v", 0x30C},
    {"~", 0x303},
});

constexpr std::array kSilent = std::to_array<Row<unsigned>>({
    {"DeclareMathOperator", 2},
    {"DefineVerbatimEnvironment", 3},
    {"PassOptionsToPackage", 2},
    {"RequirePackage", 1},
    {"addcontentsline", 3},
    {"addtocounter", 2},
    {"addtolength", 2},
    {"autoref", 1},
    {"bibitem", 1},
    {"bibliography", 1},
    {"bibliographystyle", 1},
    {"cite", 1},
    {"citep", 1},
    {"citet", 1},
    {"color", 1},
    {"cref", 1},
    {"definecolor", 3},
    {"documentclass", 1},
    {"documentstyle", 1},
    {"eqref", 1},
    {"fontsize", 2},
    {"geometry", 1},
    {"graphicspath", 1},
    {"hspace", 1},
    {"hypersetup", 1},
    {"include", 1},
    {"includegraphics", 1},
    {"input", 1},
    {"label", 1},
    {"lstset", 1},
    {"newcommand", 2},
    {"newcounter", 1},
    {"newenvironment", 3},
    {"newlength", 1},
    {"newtheorem", 2},
    {"nocite", 1},
    {"pagenumbering", 1},
    {"pageref", 1},
    {"pagestyle", 1},
    {"parencite", 1},
    {"providecommand", 2},
    {"ref", 1},
    {"renewcommand", 2},
    {"renewenvironment", 3},
    {"rule", 2},
    {"setcounter", 2},
    {"setlength", 2},
    {"textcite", 1},
    {"textcolor", 1},
    {"thispagestyle", 1},
    {"usepackage", 1},
    {"usetheme", 1},
    {"vspace", 1},
});

static_assert(std::ranges::is_sorted(kSymbols, {}, &Row<const char*>::first));
static_assert(std::ranges::is_sorted(kAccents, {}, &Row<char32_t>::first));
static_assert(std::ranges::is_sorted(kSilent, {}, &Row<unsigned>::first));

template <typename T, std::size_t N>
T find_in(const std::array<Row<T>, N>& table, std::string_view key, T otherwise) {
  const auto found = std::ranges::lower_bound(table, key, {}, &Row<T>::first);
  return found != table.end() && found->first == key ? found->second : otherwise;
}

}  // namespace

const char* latex_symbol(std::string_view command) {
  return find_in<const char*>(kSymbols, command, nullptr);
}

char32_t latex_accent(std::string_view command) {
  return find_in<char32_t>(kAccents, command, 0);
}

unsigned latex_silent_arguments(std::string_view command) {
  return find_in<unsigned>(kSilent, command, 0);
}

}  // namespace alcove::markup

#include "domain/files/readers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace alcove::files {

namespace {

struct Row {
  std::string_view extension;  ///< Lower case; sorted, for the binary search.
  std::string_view reader;
};

constexpr std::array kByExtension = std::to_array<Row>({
    {"adoc", "text"},
    {"asciidoc", "text"},
    {"asm", "code:assembly"},
    {"ass", "subtitles"},
    {"atom", "xml"},
    {"awk", "code:awk"},
    {"bash", "code:shell"},
    {"bat", "code:batch"},
    {"bib", "text"},
    {"c", "code:c"},
    {"cc", "code:cpp"},
    {"cfg", "text"},
    {"clj", "code:clojure"},
    {"cmake", "code:cmake"},
    {"conf", "text"},
    {"cpp", "code:cpp"},
    {"cs", "code:csharp"},
    {"css", "code:css"},
    {"csv", "csv"},
    {"cxx", "code:cpp"},
    {"dart", "code:dart"},
    {"diff", "code:diff"},
    {"el", "code:lisp"},
    {"eml", "eml"},
    {"emlx", "eml"},
    {"env", "text"},
    {"erl", "code:erlang"},
    {"ex", "code:elixir"},
    {"exs", "code:elixir"},
    {"f90", "code:fortran"},
    {"fs", "code:fsharp"},
    {"geojson", "json"},
    {"go", "code:go"},
    {"gpx", "xml"},
    {"gradle", "code:gradle"},
    {"graphql", "code:graphql"},
    {"groovy", "code:groovy"},
    {"h", "code:c"},
    {"har", "json"},
    {"hpp", "code:cpp"},
    {"hs", "code:haskell"},
    {"htm", "html"},
    {"html", "html"},
    {"hxx", "code:cpp"},
    {"ics", "text"},
    {"ini", "text"},
    {"ipynb", "json"},
    {"java", "code:java"},
    {"jl", "code:julia"},
    {"js", "code:javascript"},
    {"json", "json"},
    {"json5", "json"},
    {"jsonc", "json"},
    {"jsonl", "json"},
    {"jsx", "code:javascript"},
    {"kml", "xml"},
    {"kt", "code:kotlin"},
    {"kts", "code:kotlin"},
    {"latex", "latex"},
    {"less", "code:css"},
    {"lisp", "code:lisp"},
    {"log", "text"},
    {"ltx", "latex"},
    {"lua", "code:lua"},
    {"m", "code:objectivec"},
    {"markdown", "markdown"},
    {"md", "markdown"},
    {"mdx", "markdown"},
    {"mjs", "code:javascript"},
    {"mk", "code:make"},
    {"ml", "code:ocaml"},
    {"ndjson", "json"},
    {"nfo", "text"},
    {"nim", "code:nim"},
    {"nix", "code:nix"},
    {"opml", "xml"},
    {"org", "text"},
    {"pas", "code:pascal"},
    {"patch", "code:diff"},
    {"php", "code:php"},
    {"pl", "code:perl"},
    {"plist", "xml"},
    {"pm", "code:perl"},
    {"properties", "text"},
    {"proto", "code:protobuf"},
    {"ps1", "code:powershell"},
    {"py", "code:python"},
    {"pyi", "code:python"},
    {"r", "code:r"},
    {"rb", "code:ruby"},
    {"rdf", "xml"},
    {"rest", "rst"},
    {"rs", "code:rust"},
    {"rss", "xml"},
    {"rst", "rst"},
    {"sass", "code:css"},
    {"scala", "code:scala"},
    {"scm", "code:lisp"},
    {"scss", "code:css"},
    {"sh", "code:shell"},
    {"sql", "code:sql"},
    {"srt", "subtitles"},
    {"ssa", "subtitles"},
    {"svelte", "code:javascript"},
    {"svg", "xml"},
    {"swift", "code:swift"},
    {"tcl", "code:tcl"},
    {"tex", "latex"},
    {"text", "text"},
    {"textile", "text"},
    {"tmx", "xml"},
    {"toml", "code:toml"},
    {"ts", "code:typescript"},
    {"tsv", "csv"},
    {"tsx", "code:typescript"},
    {"txt", "text"},
    {"vb", "code:basic"},
    {"vcf", "text"},
    {"vim", "code:vim"},
    {"vtt", "subtitles"},
    {"vue", "code:javascript"},
    {"wiki", "text"},
    {"wsdl", "xml"},
    {"xhtml", "html"},
    {"xliff", "xml"},
    {"xml", "xml"},
    {"xsd", "xml"},
    {"xsl", "xml"},
    {"xslt", "xml"},
    {"yaml", "code:yaml"},
    {"yml", "code:yaml"},
    {"zig", "code:zig"},
    {"zsh", "code:shell"},
});

/// Whole names that say more than an extension could.
constexpr std::array kByName = std::to_array<Row>({
    {"cmakelists.txt", "code:cmake"},
    {"dockerfile", "code:dockerfile"},
    {"gnumakefile", "code:make"},
    {"makefile", "code:make"},
});

static_assert(std::ranges::is_sorted(kByExtension, {}, &Row::extension));
static_assert(std::ranges::is_sorted(kByName, {}, &Row::extension));

constexpr std::size_t kExtensionLengthMax = 10;

std::string_view find_in(auto& table, std::string_view key) {
  const auto found = std::ranges::lower_bound(table, key, {}, &Row::extension);
  return found != table.end() && found->extension == key ? found->reader : std::string_view();
}

}  // namespace

std::string reader_for_name(std::string_view name) {
  const std::string lower = ascii_lower(name);
  if (const std::string_view whole = find_in(kByName, lower); !whole.empty()) {
    return std::string(whole);
  }
  const std::size_t dot = lower.rfind('.');
  // "README", ".profile" and "v1.": no extension.
  if (dot == std::string::npos || dot == 0 || dot + 1 == lower.size()) {
    return "text";
  }
  const std::string extension = lower.substr(dot + 1);
  return extension.size() > kExtensionLengthMax ? std::string() : std::string(find_in(kByExtension, extension));
}

}  // namespace alcove::files

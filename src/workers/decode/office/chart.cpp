#include "workers/decode/office/chart.hpp"

#include <charconv>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/number_format.hpp"

namespace alcove::office {
namespace {

std::string paragraph_text(const Node& paragraph) {
  std::string text;
  for (const Node& node : paragraph.children()) {
    const std::string_view name = local_name(node);
    if (name == "r" || name == "fld") {
      text += child(node, "t").text().get();
    } else if (name == "br") {
      text += '\n';
    }
  }
  return text;
}

/// What a series shows of its cells: the numbers in the cells' format.
std::string cached_values(const Node& cache) {
  const bool numbers = local_name(cache) == "numCache";
  const NumberFormat format =
      numbers ? parse_format(charset::collapse_spaces(all_text(child(cache, "formatCode")))) : NumberFormat{};
  std::string out;
  for (const Node& point : cache.children()) {
    if (local_name(point) != "pt") {
      continue;
    }
    std::string value = charset::collapse_spaces(all_text(point));
    double number = 0;
    if (numbers && std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc()) {
      value = format_number(number, format, false);
    }
    out += out.empty() || value.empty() ? value : "\t" + value;
  }
  return out;
}

}  // namespace

void read_chart(const Tree& tree, const std::function<bool(ChartText, const std::string&)>& take) {
  if (tree == nullptr) {
    return;
  }
  (void)tree->find_node([&](const Node& node) {
    const std::string_view name = local_name(node);
    if (name == "p") {
      return !take(ChartText::kParagraph, paragraph_text(node));
    }
    return (name == "strCache" || name == "numCache") && !take(ChartText::kValues, cached_values(node));
  });
}

}  // namespace alcove::office

#include <set>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "workers/decode/office/xml.hpp"
#include "workers/decode/parts/embedded.hpp"

namespace alcove::parts {
namespace {

constexpr std::string_view kRelations = "/_rels/";

/// Members that hold the cells behind a chart. The chart's own member keeps what it shows of them.
std::set<std::string, std::less<>> chart_workbooks(office::Container& container, const wire::DecodeLimits& limits) {
  std::set<std::string, std::less<>> out;
  input::TextCollector notes(limits);
  for (const office::Member& member : container.members()) {
    const std::string& name = member.name;
    constexpr std::string_view kSuffix = ".rels";
    const std::size_t folder = name.rfind(kRelations);
    if (folder == std::string::npos || !name.ends_with(kSuffix) ||
        !ascii_lower(name.substr(0, folder)).ends_with("/charts")) {
      continue;
    }
    std::string chart = name.substr(0, folder + 1) + name.substr(folder + kRelations.size());
    chart.resize(chart.size() - kSuffix.size());
    for (const office::Relation& relation : office::load_relations(container, chart, notes)) {
      out.insert(ascii_lower(relation.target));
    }
  }
  return out;
}

}  // namespace

void read_ooxml_parts(office::Container& container, const wire::DecodeLimits& limits, PartSink& sink) {
  constexpr std::string_view kFolder = "/embeddings/";
  std::set<std::string, std::less<>> workbooks;
  bool charts_read = false;
  for (const office::Member& member : container.members()) {
    const std::string lower = ascii_lower(member.name);
    const std::size_t at = lower.find(kFolder);
    if (at == std::string::npos || at + kFolder.size() == lower.size() || lower.ends_with(".rels")) {
      continue;
    }
    if (!charts_read) {  // Most documents have nothing inside and need no look at their charts.
      workbooks = chart_workbooks(container, limits);
      charts_read = true;
    }
    if (workbooks.contains(lower)) {
      continue;
    }
    const bool more = lower.ends_with(".bin") ? take_object_member(container, member.name, limits, sink)
                                              : take_member(container, member.name, sink);
    if (!more || !sink.may_go_on()) {
      return;
    }
  }
}

}  // namespace alcove::parts

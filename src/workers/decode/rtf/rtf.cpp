#include "workers/decode/rtf/rtf.hpp"

#include "workers/decode/rtf/reader.hpp"

namespace alcove::rtf {

input::Verdict read_rtf(std::string_view rtf, input::TextCollector& collector) {
  const std::size_t begin = rtf.find("{\\rtf");
  if (begin == std::string_view::npos) {
    return input::failed("damaged", "The document is damaged and cannot be read");
  }
  rtf = rtf.substr(begin);
  if (rtf.size() > kRtfBytesMax) {
    rtf = rtf.substr(0, kRtfBytesMax);
    collector.note("text_limit", "Only the first 256 MB of the document were read", {"256"});
  }
  Reader reader(rtf, collector, Reader::Purpose::kText);
  reader.read();
  if (reader.is_cut()) {
    collector.note("damaged", "The document is damaged; what could be read is shown");
  }
  return {};
}

wire::FactsArtefact rtf_facts(std::string_view head) {
  input::TextCollector unused{wire::DecodeLimits{}};
  Reader reader(head, unused, Reader::Purpose::kFacts);
  reader.read();
  return reader.facts();
}

}  // namespace alcove::rtf

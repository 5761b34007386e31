#pragma once
/// @file
/// For tests: what a reader puts into a sink, with the members' bytes.

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "drivers/os/sealed_memory.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/parts/part_sink.hpp"

namespace alcove::parts {

struct Recorded {
  input::Verdict verdict;
  wire::PartsArtefact artefact;
  std::vector<std::pair<std::string, std::string>> members;  ///< Path and bytes of those handed over.
};

/// Runs `read(sink)` and keeps what came.
template <typename Read>
Recorded record(Read read, const wire::DecodeLimits& limits = {}, std::uint32_t parts_from = 0) {
  Recorded out;
  PartSink sink(limits, parts_from, [&](const wire::PartFound& found, int memory_file) -> Result<bool> {
    ALCOVE_TRY(const auto source, input::ByteSource::from_descriptor(memory_file));
    ALCOVE_TRY(const Bytes bytes, source.read_range(0, static_cast<std::size_t>(found.size_bytes) + 1));
    out.members.emplace_back(found.path, as_text(bytes));
    return true;
  });
  out.verdict = read(sink);
  out.artefact = std::move(sink).take();
  return out;
}

}  // namespace alcove::parts

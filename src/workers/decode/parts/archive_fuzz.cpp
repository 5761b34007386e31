#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/parts/archive.hpp"
#include "workers/decode/parts/part_sink.hpp"

/// Walks the bytes as every kind of archive, taking the members and only listing them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using alcove::wire::Format;
  const auto source = alcove::input::ByteSource::from_bytes({data, size});
  alcove::wire::DecodeLimits limits;
  limits.expanded_bytes_max = 4ULL * 1024 * 1024;
  limits.part_bytes_max = 1024UL * 1024;
  limits.members_max = 100;
  (void)alcove::parts::identify_stream(source);
  for (const Format format : {Format::kZip, Format::kSevenZip, Format::kTar, Format::kRar, Format::kCompressed}) {
    alcove::parts::PartSink taken(limits, 0,
                                  [](const alcove::wire::PartFound&, int) -> alcove::Result<bool> { return true; });
    (void)alcove::parts::read_archive(format, source, "name.gz", taken);
    alcove::parts::PartSink listed(limits, 0, {});
    (void)alcove::parts::read_archive(format, source, "name", listed);
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <string>

#include "workers/decode/ole/compound_writer.hpp"
#include "workers/decode/parts/embedded.hpp"
#include "workers/decode/parts/part_sink.hpp"

/// A document with others inside; and the stream of a packaged file, as an object of a Word document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using alcove::wire::Format;
  alcove::wire::DecodeLimits limits;
  limits.expanded_bytes_max = 16ULL * 1024 * 1024;
  limits.members_max = 50;
  const auto read = [&](Format format, alcove::ByteView bytes) {
    alcove::parts::PartSink taken(limits, 0,
                                  [](const alcove::wire::PartFound&, int) -> alcove::Result<bool> { return true; });
    (void)alcove::parts::read_embedded(format, alcove::input::ByteSource::from_bytes(bytes), limits, taken);
  };
  const alcove::ByteView bytes(data, size);
  for (const Format format : {Format::kDocx, Format::kOdt, Format::kDoc, Format::kXls, Format::kPpt}) {
    read(format, bytes);
  }
  const std::string stream(alcove::as_text(bytes));
  const std::string object = alcove::ole::make_compound({{"ObjectPool/_1/\1Ole10Native", stream}});
  read(Format::kDoc, alcove::as_bytes(object));
  return 0;
}

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "workers/decode/ole/compound_writer.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/ole.hpp"

/// The streams "WordDocument" and "1Table"; the first four bytes say where the second begins.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  const std::string text(alcove::as_text(alcove::ole::slice(bytes, 4, size)));
  const std::size_t cut = std::min<std::size_t>(alcove::ole::u32_at(bytes, 0), text.size());
  const std::string file =
      alcove::ole::make_compound({{"WordDocument", text.substr(0, cut)}, {"1Table", text.substr(cut)}});
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  (void)alcove::ole::read_ole(alcove::wire::Format::kDoc, alcove::input::ByteSource::from_bytes(alcove::as_bytes(file)),
                              collector);
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <string>

#include "workers/decode/ole/compound_writer.hpp"
#include "workers/decode/ole/ole.hpp"

/// The stream "PowerPoint Document"; without "Current User" the last save counts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(alcove::as_text({data, size}));
  const std::string file = alcove::ole::make_compound({{"PowerPoint Document", text}});
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  (void)alcove::ole::read_ole(alcove::wire::Format::kPpt, alcove::input::ByteSource::from_bytes(alcove::as_bytes(file)),
                              collector);
  return 0;
}

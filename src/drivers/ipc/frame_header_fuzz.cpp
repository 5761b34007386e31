#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "drivers/ipc/channel.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove;
  const auto header = ipc::parse_frame_header(ByteView(data, size));
  if (header) {
    const Bytes again = ipc::make_frame_header(*header);
    ALCOVE_CHECK(ipc::parse_frame_header(again).has_value(), "what was accepted can be written and read again");
  }
  return 0;
}

/// @file
/// Any bytes as a request's target.

#include <cstddef>
#include <cstdint>

#include "drivers/http/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  alcove::http::Request request;
  static_cast<void>(alcove::http::parse_target({reinterpret_cast<const char*>(data), size}, request));
  return 0;
}

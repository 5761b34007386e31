/// @file
/// Any bytes as an address to listen at.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/server/options.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto address = alcove::server::parse_listen({reinterpret_cast<const char*>(data), size});
  if (address) {
    ALCOVE_CHECK(!address->host.empty(), "an address has a host");
    (void)alcove::server::base_url(*address, "http", {});
  }
  return 0;
}

/// @file
/// Any bytes as a request's body: parsed or refused, and what was parsed survives a round trip.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "drivers/json/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove::json;
  const auto value = parse({reinterpret_cast<const char*>(data), size});
  if (!value) {
    return 0;
  }
  ObjectReader reader(*value);
  reader.optional_text("name", {.length_max = 10});
  reader.optional_int64("count", {.min = 0, .max = 10});
  reader.optional_bool("flag");
  static_cast<void>(reader.finish());
  Writer writer;
  writer.value(*value);
  const std::string text = std::move(writer).take();
  // A number beyond double becomes null, so the second text may differ from the input; it must parse all the same.
  if (!parse(text, text.size())) {
    std::abort();
  }
  return 0;
}

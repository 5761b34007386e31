/// @file
/// Any bytes as PDF: text, marks, outline and facts. Not attachments: poppler 22.12 fails at the first file
/// specification that has no embedded file, and its interface gives no way to look before.

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/pdf/pdf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove;
  const auto source = input::ByteSource::from_bytes(ByteView(data, size));
  wire::DecodeLimits limits;
  limits.pages_max = 20;
  limits.soft_seconds_max = 5;
  input::TextCollector collector{limits};
  (void)pdf::read_pdf(source, collector);
  (void)pdf::pdf_facts(source);
  return 0;
}

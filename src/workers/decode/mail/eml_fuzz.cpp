#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/mail/mail.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const alcove::ByteView bytes(data, size);
  static const bool kPrepared = (alcove::mail::prepare(), true);
  (void)kPrepared;
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  (void)alcove::mail::looks_like_message(alcove::as_text(bytes));
  (void)alcove::mail::read_message(bytes, {}, collector);
  (void)alcove::mail::message_facts(bytes, {});
  return 0;
}

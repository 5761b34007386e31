#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/mail/mbox.hpp"
#include "workers/decode/parts/part_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kPrepared = (alcove::mail::prepare(), true);
  (void)kPrepared;
  const auto source = alcove::input::ByteSource::from_bytes({data, size});
  const auto take = [](const alcove::wire::PartFound&, int) -> alcove::Result<bool> { return true; };
  alcove::parts::PartSink mailbox(alcove::wire::DecodeLimits{}, 0, take);
  (void)alcove::mail::looks_like_mailbox(alcove::as_text({data, size}));
  (void)alcove::mail::read_mailbox(source, mailbox, {});
  alcove::parts::PartSink message(alcove::wire::DecodeLimits{}, 0, take);
  (void)alcove::mail::read_attachments({data, size}, {}, message);
  return 0;
}

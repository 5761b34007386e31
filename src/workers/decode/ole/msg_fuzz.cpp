#include <cstddef>
#include <cstdint>

#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/ole/msg_mail.hpp"
#include "workers/decode/ole/msg_store.hpp"
#include "workers/decode/ole/ole.hpp"

/// Whole messages: text, facts, attachments, and every storage as a message inside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace ole = alcove::ole;
  const auto source = alcove::input::ByteSource::from_bytes({data, size});
  alcove::input::TextCollector collector{alcove::wire::DecodeLimits{}};
  (void)ole::read_ole(alcove::wire::Format::kMsg, source, collector);
  (void)ole::ole_facts(alcove::wire::Format::kMsg, source);
  const auto file = ole::CompoundFile::open(source);
  for (std::size_t i = 0; file && i < file->entries().size() && i < 100; ++i) {
    if (file->entries()[i].is_storage) {
      constexpr std::size_t kMailBytesMax = 1024UL * 1024;
      (void)ole::msg::make_mail(*file, i, kMailBytesMax);
    }
  }
  return 0;
}

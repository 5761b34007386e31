#include <cstddef>
#include <cstdint>

#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "wire/messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove::wire;
  const alcove::ByteView bytes(data, size);
  (void)decode<Hello>(bytes);
  (void)decode<DecodeRequest>(bytes);
  (void)decode<StageFinished>(bytes);
  (void)decode<EmbedReply>(bytes);
  (void)decode<TextArtefact>(bytes);
  (void)decode<PassagesArtefact>(bytes);
  (void)decode<VectorsArtefact>(bytes);
  return 0;
}

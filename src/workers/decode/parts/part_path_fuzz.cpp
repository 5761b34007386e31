#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "workers/decode/parts/part_path.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw = alcove::as_text({data, size});
  alcove::parts::NameDecoder names;
  const std::string path = alcove::parts::clean_path(names.decode(raw), 0);
  const std::string framed = "/" + path + "/";
  const bool good = !path.empty() && path.size() <= alcove::parts::kPathBytesMax && alcove::is_valid_utf8(path) &&
                    path.front() != '/' && path.back() != '/' && framed.find("/../") == std::string::npos &&
                    framed.find("/./") == std::string::npos && path.find('\n') == std::string::npos;
  if (!good || alcove::parts::as_step(raw).find('/') != std::string::npos) {
    std::abort();
  }
  return 0;
}

#include "workers/decode/ole/rtf_compressed.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole {
namespace {

constexpr std::size_t kHeadBytes = 16;
constexpr std::size_t kWindowBytes = 4096;

/// What the window holds before the first byte (2.1.2.1).
constexpr std::string_view kInitialWindow =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    "Sans "
    "SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kInitialWindow.size() == 207);

std::string expand(ByteView packed, std::size_t size) {
  std::array<char, kWindowBytes> window{};
  std::ranges::copy(kInitialWindow, window.begin());
  std::size_t write = kInitialWindow.size();
  std::string out;
  const auto put = [&](char c) {
    out += c;
    window[write] = c;
    write = (write + 1) % kWindowBytes;
  };
  for (std::size_t at = 0; at < packed.size() && out.size() < size;) {
    const unsigned control = packed[at++];
    for (unsigned bit = 0; bit < 8 && at < packed.size() && out.size() < size; ++bit) {
      if ((control >> bit & 1U) == 0) {
        put(static_cast<char>(packed[at++]));
        continue;
      }
      const unsigned reference = static_cast<unsigned>(packed[at] << 8U) | u8_at(packed, at + 1);
      at += 2;
      std::size_t from = reference >> 4U;
      if (from == write) {
        return out;  // This reference marks the end.
      }
      for (std::size_t left = (reference & 0xFU) + 2; left > 0; --left) {
        put(window[from]);
        from = (from + 1) % kWindowBytes;
      }
    }
  }
  return out;
}

}  // namespace

std::string unpack_rtf(ByteView compressed) {
  constexpr std::uint32_t kCompressed = 0x75465A4C;
  constexpr std::uint32_t kPlain = 0x414C454D;
  const std::size_t size = std::min<std::size_t>(u32_at(compressed, 4), kRtfBytesMax);
  const ByteView body = slice(compressed, kHeadBytes, compressed.size());
  switch (u32_at(compressed, 8)) {
    case kCompressed: return expand(body, size);
    case kPlain: return std::string(as_text(slice(body, 0, size)));
    default: return {};
  }
}

}  // namespace alcove::ole

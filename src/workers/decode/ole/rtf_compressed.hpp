#pragma once
/// @file
/// Compressed RTF in mail (MS-OXRTFCP).

#include <cstddef>
#include <string>

#include "base/bytes.hpp"

namespace alcove::ole {

/// Largest RTF that is unpacked.
inline constexpr std::size_t kRtfBytesMax = 64UL * 1024 * 1024;

/// The RTF in `compressed`, as far as it can be unpacked; empty when it is no compressed RTF. The checksum is not
/// compared: text with a wrong one is better than none.
std::string unpack_rtf(ByteView compressed);

}  // namespace alcove::ole

#pragma once
/// @file
/// The Range header (RFC 9110 §14), one range of bytes.

#include <cstdint>
#include <optional>
#include <string_view>

namespace alcove::rest {

struct ByteRange {
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

enum class RangeOutcome : std::uint8_t {
  kWhole,          ///< No header, or one that may be ignored: malformed, another unit, several ranges.
  kPart,           ///< `range` holds it.
  kUnsatisfiable,  ///< Lies behind the end.
};

struct RangeAnswer {
  RangeOutcome outcome = RangeOutcome::kWhole;
  ByteRange range;
};

RangeAnswer parse_range(std::optional<std::string_view> header, std::int64_t size_bytes);

}  // namespace alcove::rest

#pragma once
/// @file
/// Dates as documents write them.

#include <cstdint>
#include <string_view>

namespace alcove::input {

/// Milliseconds since 1970 of "2013-05-13", "2013-05-13T12:00:00Z", "2013-05-13T12:00:00.5+02:00"; without a zone UTC
/// is taken. 0 for anything else.
std::int64_t parse_moment(std::string_view text);

}  // namespace alcove::input

#pragma once
/// @file
/// Which encoding bytes of text are in, and whether they are text at all.

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace alcove::charset {

/// How much of a text is looked at; enough for statistics, little enough to be quick.
inline constexpr std::size_t kDetectBytesMax = 256 * 1024;

/// The encoding (IANA name) of `bytes`, of which only a head may be given; nothing when they are not text.
/// In order: byte order mark, UTF-16 and UTF-32 by their zeros, UTF-8 if well-formed (or nearly), then the candidate
/// of uchardet, ICU and a fixed list whose decoding looks most like writing.
/// `Expectation::kText`: the name says text, so a few stray control characters are forgiven.
enum class Expectation : unsigned char { kUnknown, kText };
std::optional<std::string> detect_encoding(ByteView bytes, Expectation expectation = Expectation::kUnknown);

/// `bytes` in `encoding` as UTF-8 without byte order mark; unknown encodings are read as windows-1252.
std::string decode(ByteView bytes, std::string_view encoding);

}  // namespace alcove::charset

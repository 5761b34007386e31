#pragma once
/// @file
/// Internal to drivers/vectors: the inner product of int8 vectors by the best instructions this CPU has.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace alcove::vectors {

using DotInt8 = std::int32_t (*)(const std::int8_t* a, const std::int8_t* b, std::size_t size);

/// Chosen once, by asking the CPU; falls back to plain code on anything older than AVX2.
DotInt8 dot_int8();
/// The portable form, which the others are tested against.
std::int32_t dot_int8_plain(const std::int8_t* a, const std::int8_t* b, std::size_t size);
/// For the log and the status page: "avx512-vnni", "avx2", "plain".
std::string_view dot_int8_name();

}  // namespace alcove::vectors

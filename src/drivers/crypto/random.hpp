#pragma once
/// @file
/// Unpredictable bytes from the kernel.

#include <cstddef>
#include <span>
#include <string>

#include "base/bytes.hpp"

namespace alcove::crypto {

/// Bytes of a session id, token or set-up link: 256 bits, so that guessing is hopeless.
inline constexpr std::size_t kSecretBytes = 32;

/// Fills `out` with bytes fit for keys. Blocks only before the kernel's generator is ready, early at boot.
void fill_random(std::span<std::uint8_t> out);
Bytes random_bytes(std::size_t count);
/// `byte_count` random bytes as lower-case hexadecimal: for ids in URLs, cookies and file names.
std::string random_hex(std::size_t byte_count);
/// A new secret of kSecretBytes in the URL-safe base64 alphabet without padding (43 characters).
std::string random_secret();

}  // namespace alcove::crypto

#pragma once
/// @file
/// Argon2id for passwords.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace alcove::crypto {

/// Cost of one hash. 64 MiB and three passes take about 0.15 s on a small machine: bearable at sign-in, dear to guess.
inline constexpr std::size_t kPasswordMemoryBytes = 64UL * 1024 * 1024;
inline constexpr std::uint64_t kPasswordPasses = 3;
/// Longer passwords are refused before any work: 512 characters of UTF-8.
inline constexpr std::size_t kPasswordBytesMax = 4UL * 512;

/// The self-describing encoded form ("$argon2id$v=19$m=65536,t=3,p=1$salt$hash") with a fresh salt.
/// Takes the memory above for the time of the call. Errors: kInvalidArgument (too long), kOverloaded (no memory).
Result<std::string> hash_password(std::string_view password);

/// True if `password` made `encoded`. False also for a malformed `encoded`.
bool verify_password(std::string_view password, const std::string& encoded);

/// True if `encoded` was made with other costs than today's and should be replaced at the next sign-in.
bool needs_rehash(const std::string& encoded);

}  // namespace alcove::crypto

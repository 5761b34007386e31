#include "drivers/crypto/password.hpp"

#include <sodium.h>

#include <array>

#include "base/check.hpp"

namespace alcove::crypto {
namespace {

void ensure_ready() {
  ALCOVE_CHECK(sodium_init() >= 0, "libsodium needs only the kernel's random bytes");
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  ensure_ready();
  if (password.size() > kPasswordBytesMax) {
    return fail(ErrorCode::kInvalidArgument, "The password is too long");
  }
  std::array<char, crypto_pwhash_STRBYTES> encoded{};
  if (crypto_pwhash_str_alg(encoded.data(), password.data(), password.size(), kPasswordPasses, kPasswordMemoryBytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(ErrorCode::kOverloaded, "There is not enough memory at the moment", "argon2id: out of memory");
  }
  return std::string(encoded.data());
}

bool verify_password(std::string_view password, const std::string& encoded) {
  ensure_ready();
  return password.size() <= kPasswordBytesMax && encoded.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_verify(encoded.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(const std::string& encoded) {
  ensure_ready();
  return encoded.size() >= crypto_pwhash_STRBYTES ||
         crypto_pwhash_str_needs_rehash(encoded.c_str(), kPasswordPasses, kPasswordMemoryBytes) != 0;
}

}  // namespace alcove::crypto

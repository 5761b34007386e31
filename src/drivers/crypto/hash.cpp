#include "drivers/crypto/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/check.hpp"

namespace alcove::crypto {

struct Sha256Stream::State {
  State() : context(EVP_MD_CTX_new()) { begin(); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void begin() {
    // Fails only without memory or without SHA-256 in the library: neither can be worked around.
    ALCOVE_CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1, "SHA-256 is there");
  }
  EVP_MD_CTX* context;
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::add(ByteView bytes) {
  ALCOVE_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1, "hashing memory cannot fail");
}

Sha256 Sha256Stream::finish() {
  Sha256 digest{};
  ALCOVE_CHECK(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1, "hashing memory cannot fail");
  state_->begin();
  return digest;
}

Sha256 sha256(ByteView bytes) {
  Sha256Stream stream;
  stream.add(bytes);
  return stream.finish();
}

bool equal_in_constant_time(ByteView left, ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace alcove::crypto

#include "drivers/crypto/random.hpp"

#include <sodium.h>
#include <sys/random.h>

#include <cerrno>

#include "base/check.hpp"

namespace alcove::crypto {

void fill_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    ALCOVE_CHECK(got > 0 || errno == EINTR, "every supported kernel has getrandom");
    if (got > 0) {
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }
}

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count);
  fill_random(bytes);
  return bytes;
}

std::string random_hex(std::size_t byte_count) {
  return to_hex(random_bytes(byte_count));
}

std::string random_secret() {
  const Bytes bytes = random_bytes(kSecretBytes);
  constexpr int kAlphabet = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(kSecretBytes, kAlphabet), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kAlphabet);
  text.pop_back();  // The terminating zero.
  return text;
}

}  // namespace alcove::crypto

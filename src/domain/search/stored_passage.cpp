#include "domain/search/stored_passage.hpp"

#include <cstdint>

#include "base/bytes.hpp"
#include "wire/codec.hpp"

namespace alcove::search {
namespace {

constexpr std::size_t kChecksumBytes = 8;

/// FNV-1a, big-endian: against decay, not against an attacker.
std::string checksum_of(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
  }
  std::string text;
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    text += static_cast<char>((hash >> (shift - 8)) & 0xFFU);
  }
  return text;
}

}  // namespace

std::string pack_passage(const wire::Passage& passage) {
  const Bytes encoded = wire::encode(passage);
  const std::string_view text = as_text(encoded);
  return checksum_of(text) + std::string(text);
}

Result<wire::Passage> unpack_passage(std::string_view stored) {
  if (stored.size() < kChecksumBytes ||
      checksum_of(stored.substr(kChecksumBytes)) != stored.substr(0, kChecksumBytes)) {
    return fail(ErrorCode::kCorrupt, "The search index is damaged", "a stored passage has a wrong checksum");
  }
  return wire::decode<wire::Passage>(as_bytes(stored.substr(kChecksumBytes)));
}

}  // namespace alcove::search

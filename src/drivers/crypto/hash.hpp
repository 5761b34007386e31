#pragma once
/// @file
/// SHA-256, in one call or piece by piece.

#include <memory>

#include "base/bytes.hpp"

namespace alcove::crypto {

/// The digest of `bytes`.
Sha256 sha256(ByteView bytes);

/// Digest of bytes that come in pieces. Not shared between threads.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void add(ByteView bytes);
  /// The digest of everything added; the stream begins anew.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// True if both are equal; takes the same time wherever they differ. Lengths are not secret.
bool equal_in_constant_time(ByteView left, ByteView right);

}  // namespace alcove::crypto

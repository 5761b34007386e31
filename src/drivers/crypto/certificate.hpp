#pragma once
/// @file
/// A certificate of our own, for HTTPS in a home network that has no certificate authority.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace alcove::crypto {

struct Certificate {
  std::string certificate_pem;
  std::string private_key_pem;  ///< A secret: mode 0600, never in a log.
  std::string fingerprint;      ///< SHA-256 of the DER form, "AB:CD:…", as browsers show it.
};

/// Ten years: nobody renews a box in a cupboard, and the fingerprint is what people compare.
inline constexpr int kCertificateDays = 3650;

/// A self-signed server certificate on a new P-256 key for `names`: host names and IP literals, the first of which
/// becomes the common name. Errors: kInvalidArgument for an empty list or a name that is neither.
Result<Certificate> make_self_signed_certificate(const std::vector<std::string>& names);

/// Fingerprint of the first certificate in `pem`, in the form above. Errors: kInvalidArgument.
Result<std::string> certificate_fingerprint(std::string_view pem);

}  // namespace alcove::crypto

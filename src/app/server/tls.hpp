#pragma once
/// @file
/// The certificate for HTTPS: the owner's, or one made at the first start.

#include <string>
#include <vector>

#include "app/server/options.hpp"
#include "base/error.hpp"
#include "drivers/http/server.hpp"

namespace alcove::server {

struct TlsFiles {
  http::TcpListener::Tls files;
  std::string fingerprint;  ///< As browsers show it.
};

/// Requires: both of certificate and key, or neither (wants_tls). Errors: kInvalidArgument when they cannot be read.
Result<TlsFiles> ensure_certificate(const ServeOptions& options, const ListenAddress& address);

}  // namespace alcove::server

#include "app/server/tls.hpp"

#include "drivers/crypto/certificate.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/storage.hpp"

namespace alcove::server {
namespace {

constexpr std::size_t kPemBytesMax = 1024UL * 1024;

Result<std::string> fingerprint_of(const std::filesystem::path& certificate) {
  ALCOVE_TRY(const Bytes pem, os::read_file(certificate, kPemBytesMax));
  return crypto::certificate_fingerprint(as_text(pem));
}

}  // namespace

Result<TlsFiles> ensure_certificate(const ServeOptions& options, const ListenAddress& address) {
  TlsFiles tls{.files = {.certificate = options.certificate, .private_key = options.private_key}, .fingerprint = {}};
  if (options.certificate.empty()) {
    const std::filesystem::path folder = options.data_folder / "tls";
    tls.files = {.certificate = folder / "certificate.pem", .private_key = folder / "private_key.pem"};
    std::error_code ignored;
    if (!std::filesystem::exists(tls.files.certificate, ignored)) {
      std::vector<std::string> names = options.host_names;
      names.insert(names.end(), {os::host_name(), "localhost", "127.0.0.1"});
      if (address.host != "0.0.0.0" && address.host != "::" && address.host != "127.0.0.1") {
        names.push_back(address.host);
      }
      ALCOVE_TRY(const crypto::Certificate made, crypto::make_self_signed_certificate(names));
      ALCOVE_TRY_VOID(os::ensure_private_folder(folder));
      // The key first: a certificate without its key would be taken for complete at the next start.
      ALCOVE_TRY_VOID(os::write_file_atomically(tls.files.private_key, as_bytes(made.private_key_pem), 0600));
      ALCOVE_TRY_VOID(os::write_file_atomically(tls.files.certificate, as_bytes(made.certificate_pem), 0600));
    }
  }
  ALCOVE_TRY(tls.fingerprint, fingerprint_of(tls.files.certificate));
  return tls;
}

}  // namespace alcove::server

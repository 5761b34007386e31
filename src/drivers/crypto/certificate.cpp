#include "drivers/crypto/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/buffer.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "drivers/crypto/random.hpp"

namespace alcove::crypto {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

/// Longest host name (RFC 1035).
constexpr std::size_t kHostNameMax = 253;
/// Longest common name in X.509.
constexpr std::size_t kCommonNameMax = 64;
constexpr std::size_t kSerialBytes = 16;
constexpr long kSecondsPerDay = 86'400;
/// Clocks of phones and boxes differ: valid from a day ago.
constexpr long kBackdateSeconds = kSecondsPerDay;

std::unexpected<Error> fail_openssl(std::string_view what) {
  return fail(ErrorCode::kInternal, "The certificate could not be made", fmt::format("openssl: {}", what));
}

bool is_ip_literal(const std::string& name) {
  std::array<unsigned char, 16> address{};
  return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

bool is_host_name(const std::string& name) {
  return !name.empty() && name.size() <= kHostNameMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

std::string text_of(BIO* bio) {
  BUF_MEM* memory = nullptr;
  BIO_ctrl(bio, BIO_C_GET_BUF_MEM_PTR, 0, &memory);  // The macro for this casts const away.
  return memory == nullptr ? std::string() : std::string(memory->data, memory->length);
}

Result<std::string> fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) {
    return fail_openssl("digest");
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
  }
  return text;
}

Status add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1) {
    return fail_openssl("extension");
  }
  return {};
}

Status set_identity(X509* certificate, const std::vector<std::string>& names) {
  const Bytes serial_bytes = random_bytes(kSerialBytes);
  BIGNUM* number = BN_bin2bn(serial_bytes.data(), static_cast<int>(serial_bytes.size()) - 1, nullptr);
  const bool serial_set =
      number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  X509_NAME* subject = X509_get_subject_name(certificate);
  const std::string common_name = names.front().substr(0, kCommonNameMax);
  if (!serial_set || X509_set_version(certificate, X509_VERSION_3) != 1 ||
      X509_gmtime_adj(X509_getm_notBefore(certificate), -kBackdateSeconds) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate), kSecondsPerDay * kCertificateDays) == nullptr ||
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, as_bytes(common_name).data(),
                                 static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_set_issuer_name(certificate, subject) != 1) {
    return fail_openssl("identity");
  }
  std::string alternatives;
  for (const std::string& name : names) {
    alternatives += fmt::format("{}{}:{}", alternatives.empty() ? "" : ",", is_ip_literal(name) ? "IP" : "DNS", name);
  }
  ALCOVE_TRY_VOID(add_extension(certificate, NID_subject_alt_name, alternatives));
  ALCOVE_TRY_VOID(add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE"));
  ALCOVE_TRY_VOID(add_extension(certificate, NID_key_usage, "critical,digitalSignature"));
  return add_extension(certificate, NID_ext_key_usage, "serverAuth");
}

}  // namespace

Result<Certificate> make_self_signed_certificate(const std::vector<std::string>& names) {
  if (names.empty() ||
      !std::ranges::all_of(names, [](const std::string& name) { return is_ip_literal(name) || is_host_name(name); })) {
    return fail(ErrorCode::kInvalidArgument, "A certificate needs host names or addresses");
  }
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const X509Ptr certificate(X509_new());
  if (key == nullptr || certificate == nullptr || X509_set_pubkey(certificate.get(), key.get()) != 1) {
    return fail_openssl("key");
  }
  ALCOVE_TRY_VOID(set_identity(certificate.get(), names));
  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail_openssl("sign");
  }
  ALCOVE_TRY(std::string fingerprint, fingerprint_of(certificate.get()));
  return Certificate{.certificate_pem = text_of(certificate_text.get()),
                     .private_key_pem = text_of(key_text.get()),
                     .fingerprint = std::move(fingerprint)};
}

Result<std::string> certificate_fingerprint(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Ptr certificate(bio == nullptr ? nullptr : PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    return fail(ErrorCode::kInvalidArgument, "This is not a certificate in PEM form");
  }
  return fingerprint_of(certificate.get());
}

}  // namespace alcove::crypto

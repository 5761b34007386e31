#include <set>
#include <string>

#include <gtest/gtest.h>

#include "drivers/crypto/certificate.hpp"
#include "drivers/crypto/hash.hpp"
#include "drivers/crypto/password.hpp"
#include "drivers/crypto/random.hpp"

namespace alcove::crypto {
namespace {

// From FIPS 180-2, appendix B.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Sha256, MatchesThePublishedDigests) {
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), kAbc);
  EXPECT_EQ(to_hex(sha256({})), kEmpty);
}

TEST(Sha256Stream, PiecesGiveTheSameDigestAndTheStreamBeginsAnew) {
  Sha256Stream stream;
  stream.add(as_bytes("a"));
  stream.add(as_bytes("bc"));
  EXPECT_EQ(to_hex(stream.finish()), kAbc);
  EXPECT_EQ(to_hex(stream.finish()), kEmpty);
}

TEST(ConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_in_constant_time(as_bytes("same"), as_bytes("same")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("sane")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("sam")));
}

TEST(Random, SecretsAreLongAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string secret = random_secret();
    EXPECT_EQ(secret.size(), 43U);
    EXPECT_EQ(secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_TRUE(seen.insert(secret).second);
  }
  EXPECT_EQ(random_hex(8).size(), 16U);
}

TEST(Password, VerifiesOnlyTheRightOneAtTheAgreedCost) {
  const std::string encoded = hash_password("correct horse").value();
  EXPECT_TRUE(encoded.starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << encoded;
  EXPECT_TRUE(verify_password("correct horse", encoded));
  EXPECT_FALSE(verify_password("correct horsf", encoded));
  EXPECT_FALSE(needs_rehash(encoded));
  EXPECT_NE(encoded, hash_password("correct horse").value()) << "each hash has its own salt";
}

TEST(Password, RefusesNonsenseAndTooLongOnes) {
  EXPECT_FALSE(verify_password("x", "not a hash"));
  EXPECT_FALSE(verify_password("x", ""));
  EXPECT_TRUE(needs_rehash("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$AAAA"));
  EXPECT_EQ(hash_password(std::string(kPasswordBytesMax + 1, 'x')).error().code, ErrorCode::kInvalidArgument);
}

TEST(Certificate, IsMadeForNamesAndAddresses) {
  const Certificate made = make_self_signed_certificate({"alcove.local", "192.168.1.20", "::1"}).value();
  EXPECT_TRUE(made.certificate_pem.starts_with("-----BEGIN CERTIFICATE-----"));
  EXPECT_TRUE(made.private_key_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
  EXPECT_EQ(made.fingerprint.size(), 32U * 3 - 1);
  EXPECT_EQ(certificate_fingerprint(made.certificate_pem).value(), made.fingerprint);
}

TEST(Certificate, RefusesOtherNames) {
  EXPECT_EQ(make_self_signed_certificate({}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(make_self_signed_certificate({"a,DNS:evil"}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(certificate_fingerprint("nonsense").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace alcove::crypto

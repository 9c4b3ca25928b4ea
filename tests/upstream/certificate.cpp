#include "upstream/certificate.h"

#include "upstream/free_with.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace aiproject::upstream {

namespace {

using PrivateKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using File = std::unique_ptr<std::FILE, FreeWith<std::fclose>>;

constexpr long kHour = 3600;
constexpr long kWeek = 7L * 24 * kHour;

struct Authority {
    PrivateKey key;
    Certificate certificate;
};

void require(bool success, const std::string& what) {
    if (!success) throw std::runtime_error("certificate: cannot " + what);
}

PrivateKey newKey() {
    PrivateKey key(EVP_EC_gen("P-256"));
    require(key != nullptr, "make a key");
    return key;
}

Certificate newCertificate(EVP_PKEY* key, const std::string& commonName) {
    Certificate certificate(X509_new());
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    auto* name = X509_get_subject_name(certificate.get());
    const bool made =
        X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kHour) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kWeek) != nullptr &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(commonName.c_str()), -1, -1, 0) == 1 &&
        X509_set_pubkey(certificate.get(), key) == 1;
    require(made, "fill in the certificate of " + commonName);
    return certificate;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "add " + value);
}

File openFile(const std::string& path, const char* mode) {
    File file(std::fopen(path.c_str(), mode));
    require(file != nullptr, "open " + path);
    return file;
}

void writeKey(const std::string& path, EVP_PKEY* key) {
    const auto file = openFile(path, "we");
    ::fchmod(fileno(file.get()), S_IRUSR | S_IWUSR);
    require(PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "write " + path);
}

void writeCertificate(const std::string& path, X509* certificate) {
    require(PEM_write_X509(openFile(path, "we").get(), certificate) == 1, "write " + path);
}

Authority loadAuthority(const std::string& certificateFile, const std::string& keyFile) {
    Authority authority{PrivateKey(PEM_read_PrivateKey(openFile(keyFile, "re").get(), nullptr, nullptr, nullptr)),
                        Certificate(PEM_read_X509(openFile(certificateFile, "re").get(), nullptr, nullptr, nullptr))};
    require(authority.key && authority.certificate, "read " + certificateFile + " and " + keyFile);
    return authority;
}

Authority makeAuthority(const std::string& certificateFile, const std::string& keyFile) {
    Authority authority{newKey(), nullptr};
    authority.certificate = newCertificate(authority.key.get(), "throw-away authority of the upstream simulator");
    auto* certificate = authority.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(certificate, certificate, NID_subject_key_identifier, "hash");
    require(X509_sign(certificate, authority.key.get(), EVP_sha256()) != 0, "sign the authority");
    writeKey(keyFile, authority.key.get());
    writeCertificate(certificateFile, certificate);
    return authority;
}

Certificate issue(const Authority& authority, EVP_PKEY* key, const std::string& name, const std::string& altNames) {
    auto certificate = newCertificate(key, name);
    auto* issuer = authority.certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
    extend(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate.get(), issuer, NID_key_usage, "critical,digitalSignature");
    extend(certificate.get(), issuer, NID_ext_key_usage, "serverAuth");
    extend(certificate.get(), issuer, NID_authority_key_identifier, "keyid");
    if (!altNames.empty()) extend(certificate.get(), issuer, NID_subject_alt_name, altNames);
    require(X509_sign(certificate.get(), authority.key.get(), EVP_sha256()) != 0, "sign for " + name);
    return certificate;
}

}  // namespace

CertificateFiles makeCertificate(const std::string& directory, const std::string& name,
                                 const std::optional<std::string>& altNames) {
    CertificateFiles files{directory + "/ca.pem", directory + "/server.pem", directory + "/server.key"};
    const std::string caKeyFile = directory + "/ca.key";
    const bool known = std::filesystem::exists(files.caFile) && std::filesystem::exists(caKeyFile);
    const auto authority = known ? loadAuthority(files.caFile, caKeyFile) : makeAuthority(files.caFile, caKeyFile);
    const auto key = newKey();
    const auto certificate = issue(authority, key.get(), name,
                                   altNames.value_or("DNS:" + name + (name == "localhost" ? ",IP:127.0.0.1" : "")));
    writeKey(files.keyFile, key.get());
    writeCertificate(files.certificateFile, certificate.get());
    return files;
}

}  // namespace aiproject::upstream

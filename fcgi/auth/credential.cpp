#include "auth/credential.h"

#include <Poco/DigestEngine.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/hex.h"
#include "base/random_bytes.h"
#include "store/private_file.h"

namespace aiproject {
namespace {

constexpr std::size_t kHexDigits = 2 * CredentialKey::kBytes;
constexpr std::size_t kNameBytes = 16;  // of a uuid and of a tag

Error keyFault(const std::string& file, const std::string& what) {
    return {ErrorKind::internal, "auth.key_file " + file + " " + what};
}

FileDescriptor openedPrivate(const std::string& file) {
    FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!opened && errno == ENOENT) throw keyFault(file, "does not exist: run aiproject migrate");
    if (!opened) throw keyFault(file, "cannot be opened: " + std::generic_category().message(errno));
    struct stat status {};
    if (::fstat(opened.get(), &status) != 0 || !S_ISREG(status.st_mode)) throw keyFault(file, "is not a file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw keyFault(file, "can be used by others than its owner: run chmod 600 on it");
    return opened;
}

std::string contentOf(const FileDescriptor& file) {
    std::string text(kHexDigits + 2, '\0');  // more than there should be, to notice it
    const ssize_t count = ::read(file.get(), text.data(), text.size());
    text.resize(count < 0 ? 0 : std::size_t(count));
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

bool isKey(const std::string& text) {
    return text.size() == kHexDigits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

}  // namespace

// HMAC-SHA256 under one key, which is prepared once: that costs more than signing a short text, and a call signs some.
class CredentialKey::Signer {
public:
    explicit Signer(const std::array<unsigned char, kBytes>& key) {
        const std::unique_ptr<EVP_MAC, Freed> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
        context_.reset(hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr);
        std::string digest = "SHA256";
        const std::array<OSSL_PARAM, 2> parameters{
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
        if (!context_ || EVP_MAC_init(context_.get(), key.data(), key.size(), parameters.data()) != 1) throw fault();
    }

    using Name = std::array<char, kNameBytes>;

    // The first 16 bytes of it.
    Name nameOf(std::string_view text) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
        const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
        std::size_t size = 0;
        const std::lock_guard lock(mutex_);
        if (EVP_MAC_init(context_.get(), nullptr, 0, nullptr) != 1 ||
            EVP_MAC_update(context_.get(), bytes, text.size()) != 1 ||
            EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) != 1 || size < kNameBytes)
            throw fault();
        Name name{};
        std::copy_n(mac.begin(), name.size(), name.begin());
        return name;
    }
    std::string digitsOf(std::string_view text) {
        const Name name = nameOf(text);
        return hexOf({name.data(), name.size()});
    }

private:
    struct Freed {
        void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    };

    static Error fault() { return {ErrorKind::internal, "OpenSSL has no HMAC-SHA256"}; }

    std::mutex mutex_;  // guards context_
    std::unique_ptr<EVP_MAC_CTX, Freed> context_;
};

CredentialKey::CredentialKey(const std::array<unsigned char, kBytes>& key) : signer_(std::make_shared<Signer>(key)) {}

std::string CredentialKey::uuidFor(std::int64_t userId, std::int64_t epoch) const {
    const Signer::Name name = signer_->nameOf(std::to_string(userId) + "|" + std::to_string(epoch));
    const std::string_view bytes(name.data(), name.size());
    std::string uuid;
    uuid.reserve(2 * kNameBytes + 4);
    uuid += hexOf(bytes.substr(0, 4));
    for (const std::size_t at : {4, 6, 8}) uuid.append("-").append(hexOf(bytes.substr(at, 2)));
    uuid.append("-").append(hexOf(bytes.substr(10)));
    return uuid;
}

bool CredentialKey::isUuidOf(std::string_view uuid, std::int64_t userId, std::int64_t epoch) const {
    const std::string expected = uuidFor(userId, epoch);
    return uuid.size() == expected.size() && CRYPTO_memcmp(uuid.data(), expected.data(), expected.size()) == 0;
}

// No uuid is signed from this text: an id has digits only.
std::string CredentialKey::tagFor(std::int64_t userId) const {
    return signer_->digitsOf("tag|" + std::to_string(userId));
}

std::string CredentialKey::hashOf(std::string_view token) const {
    return signer_->digitsOf("token|" + std::string(token));
}

std::string CredentialKey::hintFor(const std::string& text) const { return signer_->digitsOf("hint|" + text); }

CredentialKey loadKey(const std::string& file) {
    const std::string text = contentOf(openedPrivate(file));
    if (!isKey(text))
        throw keyFault(file,
                       "does not hold 64 hexadecimal digits: restore it, or remove it and run aiproject migrate "
                       "(then every user must log in again)");
    const std::vector<unsigned char> bytes = Poco::DigestEngine::digestFromHex(text);
    std::array<unsigned char, CredentialKey::kBytes> key{};
    std::copy(bytes.begin(), bytes.end(), key.begin());
    CredentialKey loaded(key);
    OPENSSL_cleanse(key.data(), key.size());
    return loaded;
}

CredentialKey loadOrCreateKey(const std::string& file) {
    try {
        createPrivateFile(file, randomHex(CredentialKey::kBytes) + "\n");
    } catch (const std::system_error& e) {
        throw keyFault(file, std::string("cannot be made: ") + e.what());
    }
    return loadKey(file);  // which may be another process's
}

}  // namespace aiproject

#include "auth/password_hash.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/DigestEngine.h>
#include <Poco/MD5Engine.h>
#include <Poco/RegularExpression.h>
#include <Poco/String.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/random_bytes.h"

namespace aiproject {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kMaxMemoryBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxWork = std::uint64_t{1} << 23;  // ten times the default
constexpr std::chrono::seconds kMaxWait{10};
constexpr int kMostWaiting = 16;

std::uint64_t memoryOf(const HashCost& cost) { return (std::uint64_t{128} * cost.r) << cost.logN; }
std::uint64_t workOf(const HashCost& cost) { return (std::uint64_t{cost.r} * cost.p) << cost.logN; }

bool isBounded(const HashCost& cost) {
    return cost.logN >= 1 && cost.logN <= 24 && cost.r >= 1 && cost.r <= 1024 && cost.p >= 1 && cost.p <= 1024 &&
           memoryOf(cost) <= kMaxMemoryBytes && workOf(cost) <= kMaxWork;
}

std::string toBase64(const std::string& bytes) {
    std::ostringstream text;
    Poco::Base64Encoder encoder(text, Poco::BASE64_NO_PADDING);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return text.str();
}

std::string fromBase64(const std::string& text) {
    std::istringstream source(text);
    Poco::Base64Decoder decoder(source, Poco::BASE64_NO_PADDING);
    return {std::istreambuf_iterator<char>(decoder), {}};
}

std::string md5HexOf(std::string_view password) {
    Poco::MD5Engine engine;
    engine.update(password.data(), unsigned(password.size()));
    return Poco::DigestEngine::digestToHex(engine.digest());  // in lower case
}

struct StoredHash {
    bool ofMd5 = false;
    HashCost cost;
    std::string salt;
    std::string hash;
};

std::string formatted(const StoredHash& stored) {
    std::ostringstream text;
    text << (stored.ofMd5 ? "$md5+scrypt" : "$scrypt") << "$ln=" << stored.cost.logN << ",r=" << stored.cost.r
         << ",p=" << stored.cost.p << '$' << toBase64(stored.salt) << '$' << toBase64(stored.hash);
    return text.str();
}

StoredHash parsed(const std::string& text) {
    // 22 and 43 digits are 16 and 32 bytes, the only lengths that formatted() makes.
    static const Poco::RegularExpression form(
        R"(\A\$(md5\+)?scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})\z)");
    std::vector<std::string> parts;
    if (form.split(text, parts) != 7) throw Error(ErrorKind::internal, "a stored password is no scrypt hash");
    const auto number = [&parts](std::size_t index) { return std::uint32_t(std::stoul(parts[index])); };
    const HashCost cost{number(2), number(3), number(4)};
    if (!isBounded(cost)) throw Error(ErrorKind::internal, "a stored password has absurd scrypt parameters");
    return {!parts[1].empty(), cost, fromBase64(parts[5]), fromBase64(parts[6])};
}

bool isMadeOf(std::string_view input, const StoredHash& stored) {
    const std::string hash = scrypt(input, stored.salt, stored.cost);
    return hash.size() == stored.hash.size() && CRYPTO_memcmp(hash.data(), stored.hash.data(), hash.size()) == 0;
}

}  // namespace

std::string scrypt(std::string_view password, std::string_view salt, const HashCost& cost) {
    if (!isBounded(cost)) throw Error(ErrorKind::internal, "scrypt parameters out of bounds");
    std::string hash(kHashBytes, '\0');
    // The limit that OpenSSL takes is for all its buffers, and 0 would mean 32 MiB: less than the default needs.
    const int done =
        EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                       salt.size(), std::uint64_t{1} << cost.logN, cost.r, cost.p, 2 * kMaxMemoryBytes,
                       reinterpret_cast<unsigned char*>(hash.data()), hash.size());
    if (done != 1) throw Error(ErrorKind::internal, "scrypt failed; is there no memory?");
    return hash;
}

class PasswordHasher::Turn {
public:
    explicit Turn(PasswordHasher& owner) : owner_(owner) {
        std::unique_lock lock(owner_.mutex_);
        const auto isFree = [this] { return owner_.running_ < owner_.atOnce_; };
        if (!isFree() && owner_.waiting_ >= kMostWaiting)
            throw Error(ErrorKind::tooManyRequests, "16 password hashes wait for their turn already");
        ++owner_.waiting_;
        const bool isOurs = owner_.free_.wait_for(lock, kMaxWait, isFree);
        --owner_.waiting_;
        if (!isOurs) throw Error(ErrorKind::tooManyRequests, "no turn for a password hash within 10 s");
        ++owner_.running_;
    }
    ~Turn() {
        {
            const std::lock_guard lock(owner_.mutex_);
            --owner_.running_;
        }
        owner_.free_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    PasswordHasher& owner_;
};

PasswordHasher::PasswordHasher(const HashCost& cost)
    : PasswordHasher(cost, std::max(1, int(std::thread::hardware_concurrency()) - 1)) {}

PasswordHasher::PasswordHasher(const HashCost& cost, int atOnce) : cost_(cost), atOnce_(atOnce) {
    if (!isBounded(cost)) throw Error(ErrorKind::internal, "scrypt parameters out of bounds");
}

std::string PasswordHasher::hash(std::string_view password) { return hashed(password, false); }

std::string PasswordHasher::wrapMd5(const std::string& md5Hex) {
    static const Poco::RegularExpression form(R"(\A[0-9A-Fa-f]{32}\z)");
    // Without the text: it may be a password.
    if (!form.match(md5Hex)) throw Error(ErrorKind::internal, "a password to import is no MD5 of 32 hex digits");
    return hashed(Poco::toLower(md5Hex), true);
}

std::string PasswordHasher::hashed(std::string_view secret, bool ofMd5) {
    const std::string salt = randomBytes(kSaltBytes);
    const Turn turn(*this);
    return formatted({ofMd5, cost_, salt, scrypt(secret, salt, cost_)});
}

bool PasswordHasher::verify(std::string_view password, const std::string& stored) {
    const StoredHash expected = parsed(stored);
    const Turn turn(*this);
    if (!expected.ofMd5) return isMadeOf(password, expected);
    // The original has added a constant to each password since July 2024, and nothing before.
    return isMadeOf(md5HexOf(std::string(password) + "#_#"), expected) || isMadeOf(md5HexOf(password), expected);
}

bool PasswordHasher::needsRehash(const std::string& stored) const {
    const StoredHash known = parsed(stored);
    const HashCost& cost = known.cost;
    return known.ofMd5 || memoryOf(cost) < memoryOf(cost_) || workOf(cost) < workOf(cost_);
}

std::string PasswordHasher::unmatchable() const {
    return formatted({false, cost_, randomBytes(kSaltBytes), randomBytes(kHashBytes)});
}

}  // namespace aiproject

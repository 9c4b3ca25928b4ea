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
#include <iterator>
#include <sstream>
#include <utility>

#include "auth/text_forms.h"
#include "base/error.h"
#include "base/random_bytes.h"

namespace aiproject {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kMaxMemoryBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxWork = std::uint64_t{1} << 23;  // ten times the default
constexpr std::size_t kKeyDigits = 4, kHintDigits = 2;

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

}  // namespace

struct PasswordHasher::Stored {
    bool ofMd5 = false;
    HashCost cost;
    std::string salt;
    std::string hash;
    std::string hint;

    std::string text() const;
    static Stored parsed(const std::string& text);
};

std::string PasswordHasher::Stored::text() const {
    std::ostringstream text;
    text << (ofMd5 ? "$md5+scrypt" : "$scrypt") << "$ln=" << cost.logN << ",r=" << cost.r << ",p=" << cost.p << '$'
         << toBase64(salt) << '$' << toBase64(hash);
    if (!hint.empty()) text << '$' << hint;
    return text.str();
}

PasswordHasher::Stored PasswordHasher::Stored::parsed(const std::string& text) {
    // 22 and 43 digits are 16 and 32 bytes, the only lengths that text() makes.
    static const Poco::RegularExpression form(
        R"(\A\$(md5\+)?scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43}))"
        R"((\$[0-9a-f]{6})?\z)");
    std::vector<std::string> parts;
    if (form.split(text, parts) < 7) throw Error(ErrorKind::internal, "a stored password is no scrypt hash");
    const auto number = [&parts](std::size_t index) { return std::uint32_t(std::stoul(parts[index])); };
    const HashCost cost{number(2), number(3), number(4)};
    if (!isBounded(cost)) throw Error(ErrorKind::internal, "a stored password has absurd scrypt parameters");
    const std::string hint = parts.size() > 7 && !parts[7].empty() ? parts[7].substr(1) : "";
    return {!parts[1].empty(), cost, fromBase64(parts[5]), fromBase64(parts[6]), hint};
}

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

PasswordHasher::PasswordHasher(const HashCost& cost, HashLimits limits, std::optional<CredentialKey> key)
    : cost_(cost), key_(std::move(key)), queue_(limits) {
    if (!isBounded(cost)) throw Error(ErrorKind::internal, "scrypt parameters out of bounds");
}

std::string PasswordHasher::hash(std::string_view password, const HashClient& client) {
    return hashed(password, client, false);
}

std::string PasswordHasher::wrapMd5(const std::string& md5Hex) {
    static const Poco::RegularExpression form(R"(\A[0-9A-Fa-f]{32}\z)");
    // Without the text: it may be a password.
    if (!form.match(md5Hex)) throw Error(ErrorKind::internal, "a password to import is no MD5 of 32 hex digits");
    return hashed(Poco::toLower(md5Hex), {}, true);
}

std::string PasswordHasher::hashed(std::string_view secret, const HashClient& client, bool ofMd5) {
    const std::string salt = randomBytes(kSaltBytes);
    const HashQueue::Turn turn(queue_, client);
    return Stored{ofMd5, cost_, salt, countedScrypt(secret, salt, cost_), ofMd5 ? hintOf(salt, secret) : ""}.text();
}

std::string PasswordHasher::countedScrypt(std::string_view password, std::string_view salt, const HashCost& cost) {
    ++scrypts_;
    return scrypt(password, salt, cost);
}

bool PasswordHasher::verify(const std::string& password, const std::string& stored, const HashClient& client) {
    const Stored expected = Stored::parsed(stored);
    const std::vector<std::string> inputs = inputsFor(expected, hashedForms(password));
    const HashQueue::Turn turn(queue_, client);
    return std::any_of(inputs.begin(), inputs.end(), [&](const std::string& input) {
        const std::string hash = countedScrypt(input, expected.salt, expected.cost);
        return hash.size() == expected.hash.size() &&
               CRYPTO_memcmp(hash.data(), expected.hash.data(), hash.size()) == 0;
    });
}

// As many as there are forms, where the hint says which; one more in 256 cases.
std::vector<std::string> PasswordHasher::inputsFor(const Stored& stored, const std::vector<std::string>& forms) const {
    if (!stored.ofMd5) return forms;
    std::vector<std::string> sums;
    for (const std::string& form : forms) {
        sums.push_back(md5HexOf(form + "#_#"));
        sums.push_back(md5HexOf(form));
    }
    const bool isOfOurKey = key_ && stored.hint.compare(0, kKeyDigits, hintOf("", "").substr(0, kKeyDigits)) == 0;
    if (!isOfOurKey) return sums;
    const auto rest = std::stable_partition(
        sums.begin(), sums.end(), [&](const std::string& sum) { return hintOf(stored.salt, sum) == stored.hint; });
    sums.resize(std::max(forms.size(), std::size_t(rest - sums.begin())));
    return sums;
}

std::string PasswordHasher::hintOf(const std::string& salt, std::string_view md5) const {
    if (!key_) return {};
    return key_->hintFor("key").substr(0, kKeyDigits) +
           key_->hintFor(toBase64(salt) + "|" + std::string(md5)).substr(0, kHintDigits);
}

bool PasswordHasher::needsRehash(const std::string& stored) const {
    const Stored known = Stored::parsed(stored);
    const HashCost& cost = known.cost;
    return known.ofMd5 || memoryOf(cost) < memoryOf(cost_) || workOf(cost) < workOf(cost_);
}

std::string PasswordHasher::unmatchable() const {
    return Stored{false, cost_, randomBytes(kSaltBytes), randomBytes(kHashBytes), ""}.text();
}

}  // namespace aiproject

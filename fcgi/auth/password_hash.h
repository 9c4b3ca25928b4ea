// Passwords as scrypt hashes that carry their own parameters: $scrypt$ln=15,r=8,p=3$SALT$HASH
// (base64 without padding). Accounts that came from the original have $md5+scrypt$…, the scrypt of the password's
// MD5 as 32 lower-case hex digits, until their first login: the original stored nothing else.
//
// HINT     The original has added "#_#" to each password before its MD5 since July 2024, and nothing before, and no row
//          says which. Two scrypts for a wrong password would tell these accounts from others by time. So a wrapped MD5
//          ends with $KKKKHH: 16 bits that name the key file, and 8 bits of an HMAC of salt and MD5 under that key, by
//          which verify() knows which of the two to hash. Without the key file they say nothing; with it, they spare a
//          thief 8 bits. A row without a hint, or with that of another key, has both hashed.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/credential.h"
#include "auth/hash_queue.h"

namespace aiproject {

// 128 * 2^logN * r bytes of memory per hash, and p passes over it.
struct HashCost {
    std::uint32_t logN = 15;
    std::uint32_t r = 8;
    std::uint32_t p = 3;
};

// scrypt (RFC 7914) with 32 bytes of output. Error(internal) for a cost that is out of bounds.
std::string scrypt(std::string_view password, std::string_view salt, const HashCost& cost);

// THREADS  Any number may call. Each hash takes 32 MiB and a core for a tenth of a second at the default cost, so they
//          queue (hash_queue.h), by network: Error(tooManyRequests).
class PasswordHasher {
public:
    // The key makes and reads hints.
    PasswordHasher(const HashCost& cost, HashLimits limits, std::optional<CredentialKey> key = std::nullopt);
    // For one thread that hashes for itself.
    explicit PasswordHasher(const HashCost& cost) : PasswordHasher(cost, {1, 0}) {}

    std::string hash(std::string_view password, const HashClient& client = {});

    // Of a password of which only the MD5 is known, in hex of either case. Error(internal) when it is none.
    std::string wrapMd5(const std::string& md5Hex);

    // By the parameters stored with the hash. Error(internal) when it is not one of ours or costs more
    // than any we would make: a tampered database must not buy itself hours or gigabytes.
    // Every form in which the password may have been hashed counts (text_forms.h). A wrong one costs a scrypt for each
    // of them, whatever is stored: one, for most.
    bool verify(const std::string& password, const std::string& stored, const HashClient& client = {});

    // True when the stored hash cost less memory or less work than a new one would, or wraps an MD5.
    bool needsRehash(const std::string& stored) const;

    // The form and cost of a hash that no password fits.
    std::string unmatchable() const;

    std::uint64_t scryptsMade() const noexcept { return scrypts_; }
    const HashQueue& queue() const noexcept { return queue_; }

private:
    struct Stored;

    std::string hashed(std::string_view secret, const HashClient& client, bool ofMd5);
    std::vector<std::string> inputsFor(const Stored& stored, const std::vector<std::string>& forms) const;
    std::string hintOf(const std::string& salt, std::string_view md5) const;
    std::string countedScrypt(std::string_view password, std::string_view salt, const HashCost& cost);

    const HashCost cost_;
    const std::optional<CredentialKey> key_;
    HashQueue queue_;
    std::atomic<std::uint64_t> scrypts_{0};
};

}  // namespace aiproject

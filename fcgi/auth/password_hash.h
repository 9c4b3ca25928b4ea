// Passwords as scrypt hashes that carry their own parameters: $scrypt$ln=15,r=8,p=3$SALT$HASH
// (base64 without padding). Accounts that came from the original have $md5+scrypt$…, the scrypt of the password's
// MD5 as 32 lower-case hex digits, until their first login: the original stored nothing else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace aiproject {

// 128 * 2^logN * r bytes of memory per hash, and p passes over it.
struct HashCost {
    std::uint32_t logN = 15;
    std::uint32_t r = 8;
    std::uint32_t p = 3;
};

// scrypt (RFC 7914) with 32 bytes of output. Error(internal) for a cost that is out of bounds.
std::string scrypt(std::string_view password, std::string_view salt, const HashCost& cost);

// THREADS  Any number may call; `mutex_` guards what follows it. Each hash takes 32 MiB and a core for a tenth of a
//          second at the default cost, so no more than `atOnce` run at a time and a few others wait: a flood of
//          logins must not take all memory, threads or cores. Who finds 16 waiting, or has waited for 10 s, gets
//          Error(tooManyRequests).
class PasswordHasher {
public:
    explicit PasswordHasher(const HashCost& cost);  // at once: one per core, but for one core
    PasswordHasher(const HashCost& cost, int atOnce);

    std::string hash(std::string_view password);

    // Of a password of which only the MD5 is known, in hex of either case. Error(internal) when it is none.
    std::string wrapMd5(const std::string& md5Hex);

    // By the parameters stored with the hash. Error(internal) when it is not one of ours or costs more
    // than any we would make: a tampered database must not buy itself hours or gigabytes.
    bool verify(std::string_view password, const std::string& stored);

    // True when the stored hash cost less memory or less work than a new one would, or wraps an MD5.
    bool needsRehash(const std::string& stored) const;

    // The form and cost of a hash that no password fits.
    std::string unmatchable() const;

private:
    class Turn;

    std::string hashed(std::string_view secret, bool ofMd5);

    const HashCost cost_;
    const int atOnce_;
    std::mutex mutex_;
    std::condition_variable free_;
    int running_ = 0, waiting_ = 0;
};

}  // namespace aiproject
